"""Is what the columns mean agreed to, fixed to a release, and about to stay as it is?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, Status, as_person, check
from approvals.models import Request
from governance.dictionary import compatibility
from governance.dictionary.compatibility import Reader, Severity
from governance.dictionary.models import Change, Proposal, Release

SHOWN = 12  # columns or elements that a detail names
LOOKED_AT = 500  # open changes of what one version reads: beyond, what is named is enough to act upon
Read = dict[str, frozenset[str]]  # path of an element → the digests by which the version reads it; none while it is a draft


@check("dictionary.bound", gettext_lazy("Is every column bound to an element whose meaning has been approved?"), level="advisory")
def bound(context: Context) -> Iterable[Result]:
    code = "dictionary.bound"
    columns = _columns(context)
    if not columns:
        yield _no_columns(context, code)
        return
    loose = [place for place, said in columns if not said]
    drafts = [place for place, said in columns if said and any(item["version"] is None for item in said)]
    if not loose and not drafts:
        title = _("All %(count)s columns have an approved meaning") % {"count": len(columns)}
        yield Result(code, "pass", title)
        return
    said = []
    if loose:
        said.append(_("Without a shared meaning: %(columns)s.") % {"columns": _listed(loose)})
    if drafts:
        said.append(_("Bound to a draft that nobody approved: %(columns)s.") % {"columns": _listed(drafts)})
    # A column that nobody bound stays so until somebody says what it holds; a draft is on its way.
    title = _("Some columns have no approved meaning") if loose else _("Some meanings are drafts")
    status: Status = "fail" if loose else "pending"
    yield Result(code, status, title, " ".join(said), context.holding("data_governance"), _see(context))


@check("dictionary.pinned", gettext_lazy("Does the version name the release of each dictionary it was built with?"), level="off")
def pinned(context: Context) -> Iterable[Result]:
    code = "dictionary.pinned"
    read = _read(context)
    if not read:
        yield _no_columns(context, code) if not _columns(context) else Result(code, "pass", _("No dictionary is read"))
        return
    pins = _pins(context)
    names = sorted({path.partition("/")[0] for path in read})
    missing = [name for name in names if name not in pins]
    if missing:
        detail = _("Name the release of %(names)s that it was built with when you push: --dictionary %(example)s.") % {
            "names": ", ".join(missing),
            "example": f"{missing[0]}@1",
        }
        title = _("It is not known which releases of its dictionaries it was built with")
        yield Result(code, "unknown", title, detail, context.who_pushed(), context.at_version(_("See the version")))
        return
    yield _against_releases(context, code, read, {name: pins[name] for name in names})


def _against_releases(context: Context, code: str, read: Read, pins: Mapping[str, int]) -> Result:
    """Whether the releases are there, and say of what is read the same as the meanings in force. One query."""
    wanted = Q()
    for name, number in pins.items():
        wanted |= Q(dictionary__slug=name, number=number)
    found = {row.dictionary.slug: row for row in Release.objects.filter(wanted).select_related("dictionary")}
    labels = ", ".join(f"{name}@{number}" for name, number in sorted(pins.items()))
    action = context.at_version(_("See the version"))
    if unknown := sorted(f"{name}@{number}" for name, number in pins.items() if name not in found):
        detail = _("There is no such release: %(names)s.") % {"names": ", ".join(unknown)}
        return Result(code, "fail", _("It names a release that does not exist"), detail, context.who_pushed(), action)
    then = {f"{slug}/{entry['element']}": entry["reads_as"] for slug, release in found.items() for entry in release.entries}
    moved = sorted(path for path, digests in read.items() if digests != {then.get(path)})
    evidence = [{"type": "release", "id": row.public_id} for row in found.values()]
    if moved:
        detail = _("In %(releases)s these mean something else, or nothing yet: %(elements)s.") % {
            "releases": labels,
            "elements": _listed(moved),
        }
        title = _("It was built with other meanings than those in force")
        return Result(code, "fail", title, detail, context.who_pushed(), action, evidence)
    return Result(code, "pass", _("Built with %(releases)s") % {"releases": labels}, evidence=evidence)


@check(
    "dictionary.no_open_breaking",
    gettext_lazy("Is no change of meaning under way that would break what it reads?"),
    level="off",
)
def no_open_breaking(context: Context) -> Iterable[Result]:
    """Two statements at most: the open changes of what is read, and the requests about them where there are any."""
    code = "dictionary.no_open_breaking"
    if not _columns(context):
        yield _no_columns(context, code)
        return
    changes = _breaking(context)
    if not changes:
        yield Result(code, "pass", _("No change that would break it is under way"))
        return
    asked = _requests([row.proposal for row in changes])
    by_proposal: dict[int, list[Change]] = defaultdict(list)
    for row in changes:
        by_proposal[row.proposal_id].append(row)
    for rows in by_proposal.values():
        proposal = rows[0].proposal
        request = asked.get(proposal.public_id)
        words = {
            "title": proposal.title,
            "elements": _listed([row.element.path for row in rows]),
            "name": proposal.created_by or _("somebody"),
        }
        if request is not None:
            detail = _("“%(title)s” of %(name)s changes %(elements)s, and waits for agreement.") % words
        else:
            detail = _("“%(title)s” of %(name)s would change %(elements)s. Nobody was asked for agreement yet.") % words
        actors = [as_person(proposal.created_by)] if proposal.created_by is not None and proposal.created_by.is_active else []
        path = f"/requests/{request.public_id}/" if request is not None else _page(proposal)
        yield Result(
            code,
            "pending",
            _("A change is under way that may break it"),
            detail,
            actors or context.holding("data_governance"),
            {"label": str(_("See the proposal")), "path": path},
            [{"type": "proposal", "id": proposal.public_id}],
            request.opened_at if request is not None else proposal.created_at,
        )


def _breaking(context: Context) -> list[Change]:
    """Changes in open proposals after which the version may not be able to read an element as before. One query."""
    sources = context.manifest.sources
    aliases: dict[int, set[str]] = defaultdict(set)
    for (_dataset, column), found in (sources.columns if sources is not None else {}).items():
        for item in found:
            aliases[item.binding.element_id].add(column)
    rows = Change.objects.filter(
        element__in=list(aliases), taken_out_at=None, proposal__approved_at=None, proposal__withdrawn_at=None
    ).select_related(
        "proposal__dictionary", "proposal__created_by", "element__dictionary", "version__element", "based_on__element"
    )
    return [
        row for row in rows.order_by("proposal", "pk")[:LOOKED_AT] if _may_break(context, row, frozenset(aliases[row.element_id]))
    ]


def _may_break(context: Context, row: Change, aliases: frozenset[str]) -> bool:
    before = row.based_on.value if row.based_on is not None else None
    after = row.version.value if row.version is not None else None
    if before is None:
        return False  # it means nothing yet, so nobody reads it
    # As long as the proposer has not said whether the meaning changes, it has to be reckoned with.
    changed = row.meaning_changed is not False and row.kind == Change.Kind.CHANGE
    reader = Reader(context.model_version.public_id, "consumer", aliases=aliases)
    told = compatibility.compare(before, after, meaning_changed=changed)
    return any(compatibility.severity_for(item, reader).severity >= Severity.POSSIBLY_BREAKING for item in told)


def _requests(proposals: Iterable[Proposal]) -> dict[str, Request]:
    ids = {row.public_id for row in proposals}
    rows = Request.objects.open().filter(subject_type="dictionary_proposal", subject_id__in=ids)
    return {row.subject_id: row for row in rows}


def _page(proposal: Proposal) -> str:
    return f"/dictionary/{proposal.dictionary.slug}/proposals/{proposal.public_id}/"


def _columns(context: Context) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each column that the version reads, with what teams say that it holds."""
    datasets = context.manifest.bodies["dictionary"]["datasets"]
    return [
        (f"{dataset}.{column}", said if isinstance(said, list) else [said] if said else [])
        for dataset, known in datasets.items()
        for column, said in known.items()
    ]


def _read(context: Context) -> Read:
    found: dict[str, set[str]] = defaultdict(set)
    for _place, said in _columns(context):
        for item in said:
            found[item["element"]].update([item["version"]] if item["version"] else [])
    return {path: frozenset(digests) for path, digests in found.items()}


def _pins(context: Context) -> dict[str, int]:
    """Slug of a dictionary → number of the release, as CI named them: `customers@3,sales@1`."""
    found = {}
    stated = context.facts.get("dictionary_release")
    for item in stated.value.split(",") if stated else ():
        name, _at, number = item.rpartition("@")
        if name and number.isdecimal():
            found[name] = int(number)
    return found


def _no_columns(context: Context, code: str) -> Result:
    detail = _("CI named no columns. Push data files with --data, so that their columns are known.")
    return Result(code, "unknown", _("No columns are known"), detail, context.who_pushed(), _see(context))


def _see(context: Context) -> dict[str, str]:
    return context.at_use_case(_("See the columns"), "dictionary/")


def _listed(names: Sequence[str]) -> str:
    names = list(dict.fromkeys(names))
    if len(names) <= SHOWN:
        return ", ".join(names)
    return ", ".join(names[:SHOWN]) + _(" and %(count)s more") % {"count": len(names) - SHOWN}
