"""Writing a policy: in a form, for people who do not write YAML, or as text. Both make a draft, and neither loses a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from approvals.chain import chain_picture
from approvals.models import Policy, PolicyVersion
from approvals.policy import MESSAGES, PolicyError, as_mapping, parse
from approvals.policy import Policy as PolicyValue
from approvals.policy.editing import EditError, apply_form
from approvals.readable_records import text_difference
from approvals.selectors.doubts import People, doubts_of
from approvals.selectors.governed import governed_subjects, shipped_version
from approvals.selectors.policies import policy_versions, read_policy
from approvals.services.policies import write_policy
from config.policy_draft import PolicyDraft
from config.policy_forms import NewForm, NewTextForm, NoteForm, TextForm, values_text
from config.views.policies import chosen, doubts_shown, refused
from config.views.shell import show
from foundation.errors import CountersignError
from foundation.pages import PersonRequest, after, attempt, portal_page, refusal_of, status_of
from governance.dependencies.selectors.criteria import criteria_offered
from governance.people.models import Calendar

LINE = re.compile(r"^line (\d+): ")
STARTER = """\
# Who has to agree before something may happen.
# A step names what it judges (`covers`): its approval goes stale when one of those changes, and only then.
title: New policy
open_for: 60 days
valid_for: 180 days
steps:
  - key: validation
    title: Model validation
    role: model_validator
    covers: [code, model, data]
  - key: business
    title: Business sign-off
    role: business_owner
    after: [validation]
    covers: [use_case, model, economics]
"""


@dataclass(slots=True)
class Editing:
    """What is edited: nothing yet (`row` None), or a version of a policy, from which the draft begins."""

    row: Policy | None = None
    base: PolicyVersion | None = None
    newest: PolicyVersion | None = None
    others: list[PolicyVersion] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.base.text if self.base is not None else STARTER

    @property
    def by_use_case(self) -> bool:
        return self.row is None or not any(
            item.type == "policy_version" and item.key == self.row.key for item in governed_subjects()
        )

    def address(self, name: str, *, written: bool) -> str:
        """The form or the text, keeping the version that is edited."""
        if self.row is None:
            return reverse("settings_policy_new") + ("?as=text" if written else "")
        number = f"?version={self.base.number}" if self.base is not None and self.base.pk else ""
        return reverse(name, args=[self.row.key]) + number


@portal_page("GET", "HEAD", "POST")
def new(request: PersonRequest) -> HttpResponse:
    """A policy that is not there yet."""
    return _text(request, Editing()) if request.GET.get("as") == "text" else _form(request, Editing())


@portal_page("GET", "HEAD", "POST")
def edit(request: PersonRequest, key: str) -> HttpResponse:
    """A new version of a policy, in a form."""
    return _form(request, _editing(request, key))


@portal_page("GET", "HEAD", "POST")
def edit_text(request: PersonRequest, key: str) -> HttpResponse:
    """A new version of a policy, as text."""
    return _text(request, _editing(request, key))


def _editing(request: PersonRequest, key: str) -> Editing:
    """The draft begins with the version that the address names, else with the newest that was not withdrawn."""
    versions = list(policy_versions(request.actor).filter(policy__key=key).order_by("-number"))
    if not versions:
        shipped = shipped_version(key)
        if shipped is None:
            raise Http404
        return Editing(shipped.policy, shipped)
    usual = next((item for item in versions if item.withdrawn_at is None), versions[0])
    return Editing(versions[0].policy, chosen(versions, request.GET.get("version", ""), usual), versions[0], versions)


# The form ------------------------------------------------------------------------------------------------------------


def _form(request: PersonRequest, editing: Editing) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    base = parse(editing.text)
    calendars = list(Calendar.objects.visible_to(request.actor).order_by("title").values_list("slug", "title")[:200])
    draft = PolicyDraft(base, calendars, _criteria(base), sent)
    note = (NewForm if editing.row is None else NoteForm)(sent)
    context: dict[str, Any] = {"look_at": None}
    command = request.POST.get("do", "check")
    status = 200
    if sent is not None and command in ("check", "save"):
        text = _written(draft, editing.text, note)
        if text is not None:
            context |= _checked(request, editing, text)
            if command == "save" and not _overtaken(request, editing) and (done := _saved(request, editing, note, text)):
                return done
            context["overtaken"] = command == "save" and _overtaken(request, editing)
        status = status_of(note, *draft.all_forms) if text is not None or not draft.problems else 400
    elif sent is not None:
        context["look_at"] = draft.changed(command)
        note = (NewForm if editing.row is None else NoteForm)(initial={name: request.POST.get(name, "") for name in note.fields})
    context |= {"draft": draft, "note": note, "values": list(values_text()), "order": ",".join(map(str, draft.order))}
    context |= {"kept": _kept(base)}
    return _page(request, editing, "settings/policy_edit.html", context, written=False, status=status)


def _criteria(base: PolicyValue) -> list[tuple[str, str]]:
    """What packages may be reviewed for, with what the policy names already: the reader says what may not be stated any more."""
    offered = {item.key: item.label for item in criteria_offered()}
    return [*offered.items(), *((name, name) for name in base.reviewed_for if name not in offered)]


def _written(draft: PolicyDraft, text: str, note: Any) -> str | None:
    """The text as the form wants it, or None; then the form says why."""
    if not all([draft.is_valid(), note.is_valid()]):
        return None
    fields = draft.fields()
    try:
        read_policy(fields)
        return apply_form(text, fields)
    except PolicyError as error:
        draft.tell(error.problems)
    except EditError:
        draft.problems.append(
            _("The text is laid out in a way that this form cannot change without losing something. Change the text itself.")
        )
    return None


def _kept(base: PolicyValue) -> list[str]:
    """What the form does not show, and keeps as it is."""
    said = [_("levels of checks")] if base.checks else []
    return said + ([_("standard changes")] if base.standard_changes else [])


def _checked(request: PersonRequest, editing: Editing, text: str) -> dict[str, Any]:
    """What the draft comes to: the chain as it would be, what is doubtful, and what is different in the text."""
    value = parse(text)
    doubts = doubts_of(value, People(request.actor), by_use_case=editing.by_use_case)
    return {
        "checked": True,
        "chain": chain_picture(as_mapping(value), key="draft-chain"),
        "doubts": doubts_shown(doubts),
        "difference": text_difference(editing.text, text) if editing.row is not None else [],
    }


def _overtaken(request: PersonRequest, editing: Editing) -> bool:
    """Whether somebody wrote a version since this page was opened, which its writer has not been told of."""
    return editing.newest is not None and request.POST.get("newest", "") != str(editing.newest.number)


def _saved(request: PersonRequest, editing: Editing, form: Any, text: str) -> HttpResponse | None:
    """Write the version, and go to it. None when the service refuses; then the form says why."""
    key = editing.row.key if editing.row is not None else form.cleaned_data["new_key"]
    if editing.row is None and Policy.objects.visible_to(request.actor).filter(key=key).exists():
        form.add_error("new_key", _("There is a policy with this short name already."))
        return None
    done = attempt(form, lambda: write_policy(actor=request.actor, key=key, source=text, note=form.cleaned_data["note"]))
    if done is None:
        return None
    version: PolicyVersion = done.value
    if editing.newest is not None and version.pk == editing.newest.pk:
        said = _("It says the same as version %(number)s: no new version.") % {"number": version.number}
    elif version.published_at is not None and version.number == 1:
        said = _("The policy stands. It binds where a gate or a type of subject names it.")
    else:
        said = _("Version %(number)s is a draft. Ask for its publication: somebody else has to confirm it.") % {
            "number": version.number
        }
    return after(request, said, "settings_policy", key, query=f"?version={version.number}")


# The text ------------------------------------------------------------------------------------------------------------


def _text(request: PersonRequest, editing: Editing) -> HttpResponse:
    form = (NewTextForm if editing.row is None else TextForm)(request.POST or None, initial={"source": editing.text})
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        source = form.cleaned_data["source"]
        if request.POST.get("do") == "check":
            try:
                read_policy(source)
                context |= _checked(request, editing, source)
            except PolicyError as error:
                for item in error.problems:
                    form.add_error("source", str(item))
                context["lines"] = _lines(
                    source, [(item.line or 0, _(MESSAGES[item.code]) % item.params) for item in error.problems]
                )
        elif _overtaken(request, editing):
            context["overtaken"] = True
        elif done := _saved(request, editing, form, source):
            return done
        else:
            context["lines"] = _refused_lines(source, refusal_of(form))
    return _page(request, editing, "settings/policy_text.html", context, written=True, status=status_of(form))


def _refused_lines(text: str, refusal: CountersignError | None) -> list[dict[str, Any]]:
    matches = [(LINE.match(item.field), str(item.message)) for item in refusal.errors] if refusal is not None else []
    return _lines(text, [(int(match[1]), said) for match, said in matches if match])


def _lines(text: str, problems: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """The lines of a text that cannot be used, with their numbers and what is wrong there."""
    lines = text.splitlines()
    found = [{"number": at, "text": lines[at - 1], "message": said} for at, said in problems if 0 < at <= len(lines)]
    return sorted(found, key=lambda line: int(line["number"]))


def _page(
    request: PersonRequest, editing: Editing, template: str, context: dict[str, Any], *, written: bool, status: int
) -> HttpResponse:
    parts = [
        {"label": _("As a form"), "url": editing.address("settings_policy_edit", written=False), "current": not written},
        {"label": _("As text"), "url": editing.address("settings_policy_text", written=True), "current": written},
    ]
    around = {
        "row": editing.row,
        "base": editing.base,
        "newest": editing.newest,
        "parts": parts,
        "refused": refused(request.actor),
        "cancel": reverse("settings_policy", args=[editing.row.key]) if editing.row is not None else reverse("settings_policies"),
    }
    return show(request, template, {**around, **context}, status=status)
