"""A reviewer's packet: what there is to judge, component by component, readable, with what changed since something known."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import readable, readable_changes, readable_records
from approvals.difference import PackageChange, compare, compare_requirements
from approvals.envelopes import is_envelope
from approvals.models import Decision, PolicyVersion, Request
from approvals.selectors.meaning_changes import CHANGES, changes_of, versions_in, weighed
from approvals.selectors.standing import Standing
from approvals.selectors.standings import Titles, titles_of
from approvals.subjects import Before
from approvals.wording import component_label
from foundation.actor import Actor
from foundation.canonical import canonical_json, digest
from governance.dependencies.models import Ruling
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.wording_rulings import justification_words
from governance.dependencies.wording_sources import criteria_told
from governance.dictionary.models import DataUse, ElementVersion
from governance.dictionary.selectors.data_use import sensitivity_of
from governance.dictionary.wording_data_use import sensitivity_label
from governance.economics.budget_figures import figures_of
from governance.economics.models import ProvisionRequest
from governance.economics.presenting.provisions import budget_told
from governance.economics.selectors.budgets import draws_on
from governance.usecases.media import kind_of
from governance.usecases.models import Document
from lineage import mirror
from lineage.mirror import MirrorError, PathChange
from lineage.models import ComponentBody, Repository

RECORDS = ("document", "policy", "data_use", "ruling", "provision", "budget")  # components that are a record of their own
Meanings = Mapping[tuple[str, str], Any]  # the element version behind (element path, digest)


@dataclass(frozen=True, slots=True)
class Base:
    """What the request is compared with: the last approval, else the request whose ballots carry over, else what came before."""

    kind: str  # approval, request, forerunner or nothing
    title: str = ""
    url: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    bodies: Mapping[str, Any] = field(default_factory=dict)  # those that nobody has kept


@dataclass(slots=True)
class Part:
    """One component. `change`: same, changed, new (nothing to compare with), or unknown (its content was not kept)."""

    name: str
    label: str
    digest: str
    change: str
    view: dict[str, Any]
    steps: list[str]  # titles of the steps that judge it
    yours: bool = False  # this person is asked about it
    rows: list[dict[str, str]] = field(default_factory=list)
    row_count: int = 0
    packages: list[PackageChange] = field(default_factory=list)
    paths: list[PathChange] = field(default_factory=list)
    note: str = ""
    form: str = ""  # how it is shown, where that does not follow from its name
    talk: Any = None  # the threads about it

    @property
    def template(self) -> str:
        return f"approvals/parts/{self.form or (self.name if self.name in _views else 'other')}.html"

    @property
    def summary(self) -> str:
        """What changed, in half a sentence."""
        if self.change == "same":
            return _("unchanged")
        if self.change == "new":
            return _("not judged before")
        if self.name == "code" and self.paths:
            return ngettext("%(count)d file changed", "%(count)d files changed", len(self.paths)) % {"count": len(self.paths)}
        if self.name == "dependencies" and self.packages:
            count = len(self.packages)
            return ngettext("%(count)d package changed", "%(count)d packages changed", count) % {"count": count}
        if self.row_count:
            return ngettext("%(count)d difference", "%(count)d differences", self.row_count) % {"count": self.row_count}
        return _("changed")


def base_of(standing: Standing, before: Before | None, titles: Titles | None = None) -> Base:
    """The best thing to compare with. Two queries at most."""
    request = standing.request
    decision = _last_decision(standing)
    if decision is not None:
        return _from_request("approval", decision.request, decision.manifest, titles)
    if request.predecessor is not None:
        return _from_request("request", request.predecessor, request.predecessor.manifest, titles)
    return Base("forerunner", before.title, before.url, before.digests, before.bodies) if before else Base("nothing")


def _last_decision(standing: Standing) -> Decision | None:
    """The last approval of the line before this request, whether it stands or not."""
    request = standing.request
    if not getattr(request, "any_decision", True):
        return None
    if standing.decided is not None:
        return next((row for row in standing.decided if row.request_id < request.pk), None)
    earlier = Decision.objects.filter(request__line=request.line, request__purpose=request.purpose, request_id__lt=request.pk)
    return earlier.select_related("request").order_by("-pk").first()


def _from_request(kind: str, request: Request, digests: Mapping[str, str], titles: Titles | None) -> Base:
    return Base(kind, titles_of([request], titles)[request.pk], f"/requests/{request.public_id}/", digests)


def parts_of(standing: Standing, base: Base, *, yours: Collection[str] = (), actor: Actor | None = None) -> list[Part]:
    """The components that the policy judges: those this person is asked about first, then as the manifest has them.

    `yours` are keys of the steps that this person may act on. `actor`: who reads it, where what is shown depends on that.
    """
    bodies = _bodies({*standing.digests.values(), *base.digests.values()}, standing)
    bodies |= {base.digests[name]: json.loads(canonical_json(body)) for name, body in base.bodies.items()}
    meanings = _meanings_at_hand(standing)
    parts = []
    for name in standing.digests:
        steps = [step for step in standing.policy.steps if name in step.covers]
        part = _part(name, standing.digests[name], base, bodies, meanings)
        part.steps = [step.title for step in steps]
        part.yours = any(step.key in yours for step in steps)
        if name == "document" and part.view:
            part.view |= _document_of(standing.request)
        elif name == CHANGES and part.view:
            part.view |= weighed(standing, bodies[standing.digests[name]], part.view["versions"], actor)
        if name == "data_use" and part.view:
            part.view |= _data_use_of(standing.request)
        elif name in ("provision", "budget") and part.view:
            part.view |= _provision_of(standing.request)
        elif name == "ruling" and part.view:
            part.view |= _ruling_of(standing.request)
        parts.append(part)
    return sorted(parts, key=lambda part: (not part.yours, not part.steps))


def _part(name: str, key: str, base: Base, bodies: Mapping[str, Any], meanings: Meanings | None = None) -> Part:
    was = base.digests.get(name)
    change = "new" if was is None else "same" if was == key else "changed"
    part = Part(name, readable.title_of(component_label(name)), key, change, {}, [])
    body = bodies.get(key)
    if body is None:
        part.note = _("The content behind this digest was not kept.")
        return part
    before = bodies.get(was) if was else None
    if is_envelope(body):
        part.form, part.view = "envelope", readable_records.envelope_view(name, body)
    elif name == "dictionary" and meanings is not None:
        part.view = readable.dictionary_view(body, before, meanings)
    else:
        part.view = _views.get(name, _plain)(body, before)
    if change != "changed":
        return part
    if before is None:
        part.note = _("The content it would be compared with was not kept.")
    elif name == "code" and not part.form:
        part.paths, part.note = _paths(before, body)
    elif name == "dependencies" and not part.form:
        part.packages = compare_requirements(before, body)
    elif name == CHANGES:
        told = readable_changes.proposed_changes(before, body, versions_in(body, before))
        part.row_count, part.rows = len(told), told[: readable.MOST_ROWS]
    else:
        rows = compare(before, body)
        part.row_count = len(rows)
        if name == "economics" and part.view.get("changes"):  # told line by line, with what each is worth
            part.row_count = len(part.view["changes"]["parts"])
            return part
        if part.form or name in RECORDS:
            part.rows = readable_records.labelled(rows)
        elif name != "model":  # its own tables stand before and after side by side
            part.rows = readable.labelled(rows)
    return part


def changes_between(digests: Mapping[str, tuple[str, str]], standing: Standing) -> list[Part]:
    """What differs between two states, from `{component: (digest before, digest now)}`: what a conflict shows."""
    bodies = _bodies({digest for pair in digests.values() for digest in pair}, standing)
    return [_part(name, now, Base("request", digests={name: was}), bodies) for name, (was, now) in digests.items()]


def _bodies(wanted: set[str], standing: Standing) -> dict[str, Any]:
    """The contents behind digests, in canonical form: those that were kept, and those judged now, which may not be kept yet."""
    kept = {row.digest: row.body for row in ComponentBody.objects.filter(digest__in=wanted)}
    live = standing.judged.bodies if standing.judged else {}
    return {**kept, **{standing.digests[name]: json.loads(canonical_json(body)) for name, body in live.items()}}


def _paths(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[list[PathChange], str]:
    """The files of `code` that differ, less those that other components own; else why nobody can say."""
    if "commit" not in before or "commit" not in after:
        return [], _("The mirror has not seen the commit yet, so nobody can say which files changed.")
    repository = Repository(public_id=after["repository"])  # its id is all that its mirror's place needs
    elsewhere = {*before.get("left_out", ()), *after.get("left_out", ())}
    try:
        found = mirror.diff_paths(repository.mirror, before["commit"], after["commit"])
    except MirrorError as error:
        return [], _("The files could not be compared: %(reason)s") % {"reason": error.message}
    return [change for change in found if change.path not in elsewhere], ""


def _plain(body: Any, before: Any) -> dict[str, Any]:
    return {"text": json.dumps(body, indent=2, ensure_ascii=False)}


def _code(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "commit": body.get("commit") or body.get("unseen_commit", ""),
        "files": body.get("files"),
        "unseen": "unseen_commit" in body,
    }


def _document_of(request: Request) -> dict[str, Any]:
    """The record behind a request for a signature, for the way to its file, and what kind of file that is."""
    row = Document.objects.filter(public_id=request.subject_id).select_related("use_case").first()
    return {"document": row, "kind": kind_of(row.media_type) if row is not None else ""}


def _data_use_of(request: Request) -> dict[str, Any]:
    """The ask behind a request, for the way to its page and to the data, and how sensitive that is by what its columns hold now."""
    row = DataUse.objects.filter(public_id=request.subject_id).select_related("use_case", "dataset", "version").first()
    return {"use": row, "sensitivity_label": sensitivity_label(sensitivity_of(row.dataset)) if row is not None else ""}


def _ruling_of(request: Request) -> dict[str, Any]:
    """The ask behind a request, for the way to its page, with its words as that page has them. Two queries at most."""
    row = Ruling.objects.filter(public_id=request.subject_id).first()
    if row is None:
        return {"ruling": None}
    criteria = criteria_told(row.criteria, criterion_titles(row.criteria))
    return {"ruling": row, "criteria": criteria, "justification": justification_words(row), "for_whom": request.use_case}


def _provision_of(request: Request) -> dict[str, Any]:
    """The ask behind a request, for the way to its page, and where its budget stands now without it. Three queries at most."""
    row = ProvisionRequest.objects.filter(public_id=request.subject_id).select_related("budget__holder", "deviation").first()
    if row is None:
        return {"provision": None}
    figures = figures_of(row.budget.amount, draws_on([row.budget_id])[row.budget_id], without=row.pk)
    return {"provision": row, "told": budget_told(figures, row.currency)}


def _policy(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """A policy with the text that its author wrote, which says the same as the body and has comments."""
    wanted = [digest(item) for item in (body, before) if item is not None]
    texts = dict(PolicyVersion.objects.filter(digest__in=wanted).order_by("pk").values_list("digest", "text"))
    said = [texts.get(key, "") for key in wanted]
    return readable_records.policy_view(body, said[0], said[1] if len(said) > 1 else None)


def _meanings_at_hand(standing: Standing) -> Meanings | None:
    """The element versions behind what the columns mean now, where they were read just now to judge it."""
    sources = standing.judged.sources if standing.judged is not None else None
    if sources is None:
        return None
    found = {}
    for item in (item for said in sources.columns.values() for item in said):
        if item.version is not None:
            item.version.element = item.binding.element
            found[item.binding.element.path, item.version.reads_as] = item.version
    return found


def _dictionary(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    said = [
        item
        for columns in body.get("datasets", {}).values()
        for meaning in columns.values()
        if meaning
        for item in (meaning if isinstance(meaning, list) else [meaning])
    ]
    known = {item["version"] for item in said if item["version"]}
    rows = (
        ElementVersion.objects.filter(reads_as__in=known).select_related("element__dictionary").order_by("approved_at", "number")
    )
    return readable.dictionary_view(body, before, {(row.element.path, row.reads_as or ""): row for row in rows})


_views: dict[str, Callable[[Any, Any], dict[str, Any]]] = {
    "use_case": readable.use_case_view,
    "code": _code,
    "model": readable.model_view,
    "data": readable.data_view,
    "dictionary": _dictionary,
    "dependencies": readable.dependencies_view,
    "runtime": readable.runtime_view,
    "economics": readable.economics_view,
    "document": readable_records.document_view,
    "policy": _policy,
    "data_use": readable_records.data_use_view,
    "ruling": readable_records.ruling_view,
    "provision": readable_records.provision_view,
    "budget": readable_records.budget_view,
    CHANGES: changes_of,
}
