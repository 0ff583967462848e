"""Writing down what an element should mean, and proposing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from foundation import objects
from foundation.errors import Conflict, Invalid
from foundation.pages import PersonRequest, after, attempt, portal_page, refusal_of, status_of
from governance.dictionary import services
from governance.dictionary.forms import ElementForm, MeaningForm, ProposalForm
from governance.dictionary.models import DataElement, Dictionary, ElementVersion, Proposal
from governance.dictionary.permissions import may_draft, may_edit_proposal
from governance.dictionary.selectors import features
from governance.dictionary.views.browse import crumbs, dictionary_of
from governance.dictionary.views.elements import element_of
from governance.dictionary.wording import changes_told

MOST_PROPOSALS = 50
PROPOSE = "propose"


@portal_page("GET", "HEAD", "POST")
def element_new(request: PersonRequest, slug: str) -> HttpResponse:
    """Write down an element with its first meaning."""
    row = dictionary_of(request, slug)
    sent = request.method == "POST"
    form = ElementForm(request.POST if sent else None, language=row.language)
    asked = _proposal_form(request, known=False)
    if sent and (version := _written(request, row, form, asked, None)):
        return _gone_on(request, version, asked)
    context = {
        "dictionary": row,
        "crumbs": crumbs(row, {"label": _("New element")}),
        "form": form,
        "asked": asked,
        "may_draft": may_draft(request.actor),
    }
    return render(request, "dictionary/element_new.html", context, status=status_of(form, asked))


@portal_page("GET", "HEAD", "POST")
def meaning_new(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """Write what an element should mean from now on."""
    row = element_of(request, slug, key)
    current, newest = row.current_version(), row.newest_version()
    asked = _proposal_form(request, known=current is not None)
    sent = request.method == "POST"
    start = _start(request, row, current or newest)
    form = MeaningForm(request.POST if sent else None, start=start.said if start else {}, language=row.dictionary.language)
    if sent and (version := _written(request, row.dictionary, form, asked, row)):
        return _gone_on(request, version, asked)
    context = {
        "element": row,
        "crumbs": crumbs(
            row.dictionary, {"label": row.name, "url": reverse("element", args=[slug, key])}, {"label": _("New meaning")}
        ),
        "form": form,
        "asked": asked,
        "start": start,
        "current": current,
        "newest": newest,
        "moved_on": _moved_on(form, row, newest, request.POST.get("based_on", "")),
        "resembling": _resembling(request, row, form.said() if sent and form.is_valid() else start.said if start else {}),
        "may_draft": may_draft(request.actor),
    }
    return render(request, "dictionary/meaning_new.html", context, status=status_of(form, asked))


def _resembling(request: PersonRequest, row: DataElement, said: Mapping[str, Any]) -> list[features.Resembling]:
    """Who computes this already; nobody is asked about what is not computed."""
    return features.resembling(request.actor, row.dictionary, said, row.key) if said.get("formula") else []


def _proposal_form(request: PersonRequest, *, known: bool) -> ProposalForm:
    """The person's own open proposals, and the one that they came from."""
    rows = Proposal.objects.visible_to(request.actor).open().select_related("dictionary")
    own = list(rows.filter(created_by=request.actor.user).order_by("-pk")[:MOST_PROPOSALS])
    wanted = request.POST.get("proposal", "") or request.GET.get("proposal", "")
    if wanted not in ("", *(row.public_id for row in own)) and "\x00" not in wanted:
        own += [row for row in rows.filter(public_id=wanted) if may_edit_proposal(request.actor, row)]
    chosen = wanted if any(row.public_id == wanted for row in own) else ""
    return ProposalForm(
        request.POST, proposals=own, known=known, proposing=request.POST.get("command") == PROPOSE, chosen=chosen
    )  # fmt: skip


def _start(request: PersonRequest, row: DataElement, usual: ElementVersion | None) -> ElementVersion | None:
    """What the form begins with: the version that it was opened with, the draft in the proposal that one comes from, or what is in force."""
    if number := _number(request.POST.get("start", "")):
        return row.versions.filter(number=number).first() or usual
    wanted = request.GET.get("proposal", "")
    if not wanted or "\x00" in wanted:
        return usual
    drafts = row.versions.filter(changes__proposal__public_id=wanted, changes__taken_out_at=None)
    return drafts.order_by("-number").first() or usual


def _written(
    request: PersonRequest, dictionary: Dictionary, form: MeaningForm, asked: ProposalForm, row: DataElement | None
) -> ElementVersion | None:
    """The draft, put into a proposal where that was asked for; all of it or nothing. None where a form has to say something."""
    if asked.proposing and not (form.is_valid() & asked.is_valid()):
        return None

    def write() -> ElementVersion:
        key = row.key if row is not None else form.cleaned_data["key"]
        if row is None and DataElement.objects.filter(dictionary=dictionary, key=key).exists():
            raise Conflict(_("There is an element %(key)s in this dictionary already.") % {"key": key}, code="element.exists")
        based_on = _number(request.POST.get("based_on", ""))
        said = form.said()
        try:
            with transaction.atomic():
                version = services.draft_version(
                    actor=request.actor, dictionary=dictionary, key=key, said=said, based_on=based_on
                )
                if asked.proposing:
                    _propose(request, dictionary, version, said, asked)
                return version
        except Invalid as error:
            placed = [replace(item, field=form.place_of(item.field)) for item in error.errors]
            raise Invalid(error.detail, code=error.code, errors=placed) from error

    done = attempt(form, write)
    return done.value if done else None


def _propose(request: PersonRequest, dictionary: Dictionary, version: ElementVersion, said: Any, asked: ProposalForm) -> None:
    proposal = asked.chosen or services.open_proposal(
        actor=request.actor, dictionary=dictionary, title=asked.cleaned_data["title"], rationale=asked.cleaned_data["rationale"]
    )
    services.put_change(
        actor=request.actor,
        proposal=proposal,
        dictionary=dictionary,
        key=version.element.key,
        said=said,
        meaning_changed=asked.answer,
    )
    asked.made = proposal


def _gone_on(request: PersonRequest, version: ElementVersion, asked: ProposalForm) -> HttpResponse:
    if asked.made is not None:
        said = _("%(name)s is in the proposal “%(title)s”. It means nothing for anybody until that is approved.")
        return after(request, said % {"name": version.element, "title": asked.made}, objects.url_of(asked.made))
    said = _("The draft of %(name)s is saved. It means nothing for anybody until a proposal with it is approved.")
    element = version.element
    return after(request, said % {"name": element}, "element", element.dictionary.slug, element.key)


def _moved_on(form: MeaningForm, row: DataElement, newest: ElementVersion | None, based_on: str) -> list[Any] | None:
    """After a conflict: what somebody else changed since this person opened the form."""
    refusal = refusal_of(form)
    if refusal is None or refusal.code != "element.conflict" or newest is None:
        return None
    number = _number(based_on)
    return changes_told(row.versions.filter(number=number).first() if number else None, newest)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
