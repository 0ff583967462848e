"""The pages of proposals: what should change, whom it breaks, and what everybody says about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.errors import FieldError, Invalid, Missing
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from governance.dictionary import services
from governance.dictionary.forms.proposals import (
    AnswerForm,
    DraftForm,
    OfChange,
    ProposalForm,
    RetireForm,
    SettleForm,
    SplitForm,
    WithdrawProposalForm,
)
from governance.dictionary.models import Change, DataElement, Proposal
from governance.dictionary.permissions import may_draft, may_edit_proposal
from governance.dictionary.selectors import features
from governance.dictionary.selectors import proposals as selectors
from governance.dictionary.views.elements import crumbs, dictionary_of
from governance.dictionary.views.proposal_shown import ChangeShown, glance_of, parts_of
from governance.usecases import panels, talk

SHOWN = 25  # changes on one page


def proposal_of(request: PersonRequest, slug: str, public_id: str) -> Proposal:
    rows = Proposal.objects.visible_to(request.actor).select_related("dictionary", "created_by", "split_from__dictionary")
    parts = Proposal.objects.filter(split_from=OuterRef("pk"))
    found: Proposal = one(rows.annotate(has_parts=Exists(parts)), dictionary__slug=slug, public_id=public_id)
    return found


@portal_page()
def proposals(request: PersonRequest, slug: str) -> HttpResponse:
    """The proposals of a dictionary, by what became of them."""
    row = dictionary_of(request, slug)
    state = request.GET.get("state", "open")
    state = state if state in selectors.STATES else "open"
    counts = selectors.counts_of(row, request.actor)
    labels = {"open": _("Open"), "approved": _("Approved"), "withdrawn": _("Withdrawn")}
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("Proposals")}),
        "state": state,
        "tabs": [
            {"label": labels[name], "url": f"?state={name}", "current": name == state, "count": counts[name]}
            for name in selectors.STATES
        ],
        "slice": slice_of(request, selectors.proposals_of(row, request.actor, state)),
        "may_draft": may_draft(request.actor),
    }
    return render(request, "dictionary/proposals.html", context)


@portal_page("GET", "HEAD", "POST")
def proposal_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Begin a proposal."""
    row = dictionary_of(request, slug)
    sent = request.method == "POST"
    form = ProposalForm(request.POST if sent else None)
    if sent and (done := attempt(form, lambda: services.open_proposal(actor=request.actor, dictionary=row, **form.cleaned_data))):
        return after(request, _("The proposal is open. Now say what should change."), "proposal", row.slug, done.value.public_id)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, _list_crumb(row.slug), {"label": _("New proposal")}),
        "form": form,
        "may_draft": may_draft(request.actor),
    }
    return render(request, "dictionary/proposal_new.html", context, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def proposal(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """One proposal. What is sent here goes to the panel of the room that asks for approval."""
    return show_proposal(request, proposal_of(request, slug, public_id))


def show_proposal(
    request: PersonRequest, row: Proposal, refused: forms.BaseForm | None = None, command: str = ""
) -> HttpResponse:
    """The page; `refused` is the form of a command that was not carried out, with what was typed."""
    shown = panels.panels_of(request, row) if row.is_open and refused is None else []
    if isinstance(shown, HttpResponse):
        return shown
    may_edit = may_edit_proposal(request.actor, row)
    told = selectors.told_of(row, request.actor)
    begin = _place(request)
    page = told[begin : begin + SHOWN]
    threads = talk.panels_of(request, row, parts_of(page))
    drafts = selectors.drafts_for(row) if may_edit else []
    own: dict[str, forms.BaseForm] = {
        "put": DraftForm(drafts),
        "retire": RetireForm(),
        "split": SplitForm([item.row.element for item in told]),
        "withdraw": WithdrawProposalForm(),
    }
    if refused is not None and command in own:
        own[command] = refused
    context = {
        "proposal": row,
        "crumbs": crumbs(row.dictionary, _list_crumb(row.dictionary.slug), {"label": row.title}),
        "glance": glance_of(told),
        "changes": [ChangeShown.of(request, row, item, threads, editable=bool(may_edit)) for item in page],
        "change_count": len(told),
        "earlier": f"?from={max(0, begin - SHOWN)}" if begin else "",
        "later": f"?from={begin + SHOWN}" if begin + SHOWN < len(told) else "",
        "forms": own,
        "drafts": drafts,
        "refused": refused if command not in own else None,
        "command": command,
        "may_edit": may_edit,
        "unanswered": sum(item.unanswered for item in told) if row.is_open else 0,
        "resembling": features.resembling_changes(request.actor, [item.row for item in page]) if row.is_open else [],
        "stale": sum(item.stale for item in told) if row.is_open else 0,
        "parts": row.parts.select_related("dictionary") if row.has_parts else (),  # type: ignore[attr-defined] # annotated
        "sign_off": panels.sign_offs_of(request.actor, [row]).get(row.public_id),
        "panels": shown,
        "talk": threads[""],
    }
    status = max([status_of(*([refused] if refused else [])), *(panel.status for panel in shown)])
    return render(request, "dictionary/proposal.html", context, status=status)


def _place(request: PersonRequest) -> int:
    text = request.GET.get("from", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _list_crumb(slug: str) -> dict[str, str]:
    return {"label": _("Proposals"), "url": reverse("proposals", args=[slug])}


# Commands ---------------------------------------------------------------------------------------------------------------


@portal_page("POST")
def proposal_command(request: PersonRequest, slug: str, public_id: str) -> HttpResponse:
    """Change a proposal: put a draft in, retire, answer, bring up to date, take out, split or withdraw."""
    row = proposal_of(request, slug, public_id)
    command = request.POST.get("command", "")
    if command not in COMMANDS:
        raise Missing(_("There is no such thing, or you may not see it."))
    make, act, said = COMMANDS[command]
    form = make(row, request.POST)
    done = attempt(form, lambda: act(request, row, form))
    if done is None:
        return show_proposal(request, row, form, command)
    at = done.value if isinstance(done.value, Proposal) else row
    return after(request, said(), "proposal", at.dictionary.slug, at.public_id, query=_anchor(done.value))


def _anchor(value: Any) -> str:
    return f"#change-{value.element.legend}" if isinstance(value, Change) else ""


def _put(request: PersonRequest, row: Proposal, form: Any) -> Change:
    element = _element(row, f"{row.dictionary.slug}/{form.cleaned_data['draft']}", "draft")
    draft = element.newest_version()
    if draft is None or draft.is_approved:
        why = _("There is no such draft.")
        raise Invalid(why, errors=[FieldError("draft", "unknown", why)])
    return services.put_change(actor=request.actor, proposal=row, dictionary=row.dictionary, key=element.key, said=draft.said)


def _retire(request: PersonRequest, row: Proposal, form: Any) -> Change:
    other = form.cleaned_data["replaced_by"]
    replaced_by = _element(row, f"{row.dictionary.slug}/{other}", "replaced_by") if other else None
    key = form.cleaned_data["key"]
    return services.put_change(
        actor=request.actor, proposal=row, dictionary=row.dictionary, key=key, said=None, replaced_by=replaced_by
    )


def _answer(request: PersonRequest, row: Proposal, form: Any) -> Change:
    element, changed = _element(row, form.cleaned_data["element"]), form.cleaned_data["meaning"] == "yes"
    return services.answer_meaning(actor=request.actor, proposal=row, element=element, meaning_changed=changed)


def _settle(request: PersonRequest, row: Proposal, form: Any) -> Change:
    element = _element(row, form.cleaned_data["element"])
    return services.rebase_change(actor=request.actor, proposal=row, element=element, taking=form.taking())


def _take_out(request: PersonRequest, row: Proposal, form: Any) -> Proposal:
    return services.take_out_change(actor=request.actor, proposal=row, element=_element(row, form.cleaned_data["element"]))


def _split(request: PersonRequest, row: Proposal, form: Any) -> Proposal:
    elements = [_element(row, path, "elements") for path in form.cleaned_data["elements"]]
    return services.split_proposal(actor=request.actor, proposal=row, elements=elements, title=form.cleaned_data["title"])


def _withdraw(request: PersonRequest, row: Proposal, form: Any) -> Proposal:
    return services.withdraw_proposal(actor=request.actor, proposal=row, reason=form.cleaned_data["reason"])


def _element(row: Proposal, path: str, field: str = "element") -> DataElement:
    slug, _slash, key = path.rpartition("/")
    found = DataElement.objects.filter(dictionary__slug=slug, key=key).select_related("dictionary").first()
    if found is None:
        why = _("There is no such element.")
        raise Invalid(why, errors=[FieldError(field, "unknown", why)])
    return found


Make = Callable[[Proposal, Any], forms.Form]
Act = Callable[[PersonRequest, Proposal, Any], Any]
COMMANDS: Mapping[str, tuple[Make, Act, Callable[[], str]]] = {
    "put": (lambda row, sent: DraftForm(selectors.drafts_for(row), sent), _put, lambda: _("The draft is part of the proposal.")),
    "retire": (lambda row, sent: RetireForm(sent), _retire, lambda: _("The proposal retires it.")),
    "answer": (lambda row, sent: AnswerForm(sent), _answer, lambda: _("Your answer is written down.")),
    "settle": (lambda row, sent: SettleForm(sent), _settle, lambda: _("The change is up to date.")),
    "take_out": (lambda row, sent: OfChange(sent), _take_out, lambda: _("It is no longer part of the proposal.")),
    "split": (
        lambda row, sent: SplitForm([item.element for item in row.live_changes()], sent),
        _split,
        lambda: _("This is the new proposal."),
    ),
    "withdraw": (lambda row, sent: WithdrawProposalForm(sent), _withdraw, lambda: _("The proposal is withdrawn.")),
}
