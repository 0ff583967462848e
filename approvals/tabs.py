"""What approvals shows on the page of a use case, in lists of them, and on the pages of what is signed there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from approvals.models import Decision, Request
from approvals.selectors.inbox import movers, requests_with_people
from approvals.selectors.standing import Standing
from approvals.selectors.standings import standings_of, titles_of
from approvals.subjects.ruling import asked_about
from foundation.actor import Actor
from foundation.pages import PersonRequest, slice_of
from governance.dependencies import ruling_asks
from governance.dependencies.models import Ruling
from governance.dictionary.models import DataUse, Proposal
from governance.economics.models import ProvisionRequest, Snapshot
from governance.usecases import newest, panels, tabs
from governance.usecases.models import Definition, UseCase
from governance.usecases.newest import Asked
from governance.usecases.panels import Paper, SignOff


def register() -> None:
    """Called once, when the app is ready."""
    tabs.register("approvals", _("Approvals"), template="approvals/tab.html", content=tab_content)
    newest.requests_from(newest_requests)
    panels.sign_offs_from(sign_offs)
    ruling_asks.told_by(asked_about)


def tab_content(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """The requests of a use case, newest first."""
    page = slice_of(request, requests_with_people(request.actor).filter(use_case=use_case))
    asked = as_asked(page.rows)
    return {"slice": page, "rows": [(row, asked[row.pk]) for row in page.rows]}


def newest_requests(actor: Actor, use_cases: Sequence[UseCase]) -> Mapping[int, Asked]:
    """The newest request of each use case, with whose move it is. A constant number of queries."""
    last = Request.objects.filter(use_case__in=use_cases).order_by().values("use_case").annotate(last=Max("pk")).values("last")
    rows = list(requests_with_people(actor).filter(pk__in=last))
    asked = as_asked(rows)
    return {row.use_case_id: asked[row.pk] for row in rows}


def as_asked(rows: Sequence[Request]) -> dict[int, Asked]:
    """Requests as other rooms show them, by primary key. A constant number of queries."""
    listed = standings_of([row for row in rows if row.state == Request.State.OPEN], timed=False)
    titles = {item.standing.request.pk: item.title for item in listed}
    titles |= titles_of([row for row in rows if row.pk not in titles])
    return asked_of(rows, [item.standing for item in listed], titles)


def asked_of(rows: Sequence[Request], standings: Iterable[Standing], titles: Mapping[int, str]) -> dict[int, Asked]:
    """The same from what was read already: standings of the open ones, and titles by primary key."""
    by_request = {standing.request.pk: standing for standing in standings}
    found = {}
    for row in rows:
        standing = by_request.get(row.pk)
        found[row.pk] = Asked(
            title=titles[row.pk],
            state=standing.verdict.substate or row.state if standing else row.state,
            url=f"/requests/{row.public_id}/",
            since=row.closed_at or row.opened_at,
            movers=movers(standing) if standing else (),
            environment=row.environment.title if row.environment else "",
            is_open=standing is not None,
        )
    return found


def type_of(paper: Paper) -> tuple[str, str]:
    """The type of subject that a record is which people sign or approve, and the purpose it is put up for."""
    if isinstance(paper, Proposal):
        return "dictionary_proposal", "change"
    if isinstance(paper, DataUse):
        return "data_use", "use"
    if isinstance(paper, Ruling):
        return "ruling", "exception"
    if isinstance(paper, ProvisionRequest):
        return "provision_request", "provision"
    if isinstance(paper, Snapshot):
        return "economics_snapshot", "baseline"
    return ("use_case_definition", "definition") if isinstance(paper, Definition) else ("document", "signoff")


def sign_offs(actor: Actor, papers: Sequence[Paper]) -> Mapping[str, SignOff]:
    """Where the signature of each stands, by public id: its newest request, and who signed. A constant number of queries."""
    ids = [paper.public_id for paper in papers]
    kinds = {type_of(paper)[0] for paper in papers}
    last = Request.objects.filter(subject_type__in=kinds, subject_id__in=ids).order_by().values("subject_id")
    newest_of_each = list(last.annotate(last=Max("pk")).values_list("last", flat=True))
    if not newest_of_each:  # what this actor may see is a long question; most papers were never put up
        return {}
    rows = list(requests_with_people(actor).filter(pk__in=newest_of_each))
    asked = as_asked(rows)
    decided = {row.request_id: row for row in Decision.objects.filter(request__in=rows)}
    found = {}
    for row in rows:
        known, decision = asked[row.pk], decided.get(row.pk)
        found[row.subject_id] = SignOff(
            state=known.state,
            url=known.url,
            since=known.since,
            is_open=known.is_open,
            movers=known.movers,
            signers=_signers(decision) if decision else (),
            valid_until=decision.valid_until if decision else None,
        )
    return found


def _signers(decision: Decision) -> list[str]:
    """Whose approvals a decision rests on, as they were called then, each once."""
    return list(dict.fromkeys(str(item.get("name", "")) for item in decision.ballots if item.get("name")))
