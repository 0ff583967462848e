"""A shared dictionary, proposals to change it, and what tests of their approval do over and over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.services import ballots, requests
from foundation import actor as actors
from governance.dictionary import services as dictionary
from governance.dictionary.models import DataElement, Dictionary, Proposal
from governance.people import services as people
from governance.people.models import Team
from tests.dictionary.approved import define

SAID = {"name": "Revenue", "definition": "What a customer paid in a month.", "logical_type": "number", "unit": "EUR"}


@dataclass(slots=True)
class Book:
    """A dictionary with one element, `revenue`, in euros. The data engineer proposes; `keeper` keeps it for the whole organisation."""

    world: Any
    keeper: Any
    words: Dictionary
    revenue: DataElement
    teams: dict[str, Team] = field(default_factory=dict)

    def team(self, slug: str, *members: Any) -> Team:
        if slug not in self.teams:
            users = [member.user for member in members]
            self.teams[slug] = people.create_team(actor=self.world.admin, slug=slug, title=slug.title(), members=users)
        return self.teams[slug]

    def reads(self, team: Team, element: DataElement | None = None, column: str = "revenue", **said: Any) -> Any:
        """The team says that a column of its data is read as the element."""
        return self.bound(team, element, column, side="reads", **said)

    def bound(self, team: Team, element: DataElement | None = None, column: str = "revenue", **said: Any) -> Any:
        dataset = said.pop("dataset", f"{team.slug}.facts")
        return dictionary.bind_column(
            actor=self.keeper, element=element or self.revenue, team=team, dataset=dataset, column=column, **said
        )

    def proposes(self, *, meaning_changed: bool | None = False, key: str = "revenue", actor: Any = None, **said: Any) -> Proposal:
        """A proposal that says something else of one element."""
        actor = actor or self.world.data_engineer
        row = dictionary.open_proposal(actor=actor, dictionary=self.words, title="Change it", rationale="It is needed.")
        self.says(row, meaning_changed=meaning_changed, key=key, actor=actor, **said)
        return row

    def says(
        self, proposal: Proposal, *, meaning_changed: bool | None = False, key: str = "revenue", actor: Any = None, **said: Any
    ):
        return dictionary.put_change(
            actor=actor or self.world.data_engineer,
            proposal=proposal,
            dictionary=self.words,
            key=key,
            said={**SAID, **said},
            meaning_changed=meaning_changed,
        )

    def asks(self, proposal: Proposal, actor: Any = None) -> Request:
        return requests.open_request(
            actor=actor or self.world.data_engineer,
            subject_type="dictionary_proposal",
            subject_id=proposal.public_id,
            purpose="change",
            environment=None,
        )

    def votes(self, actor: Any, request: Request, step: str, verdict: str = "approve", comment: str = "") -> Any:
        digest = standing_of(Request.objects.get(pk=request.pk)).digest
        return ballots.cast_ballot(actor=actor, request=request, step=step, verdict=verdict, digest=digest, comment=comment)

    def agreed(self, proposal: Proposal) -> Request:
        """Asked for, and agreed to by whoever is asked."""
        request = self.asks(proposal)
        known = {actor.id: actor for actor in (*self.world.people().values(), self.keeper)}
        while (standing := standing_of(Request.objects.get(pk=request.pk))).is_open:
            step = next(step for step in standing.verdict.steps if step.waiting_on)
            self.votes(known[step.waiting_on[0]], request, step.key)
        return Request.objects.get(pk=request.pk)


def make_book(world: Any) -> Book:
    setup = actors.system("test")
    user = people.create_user(actor=setup, username="keeper", name="Kim Keeper", email="keeper@example.com")
    people.grant_role(actor=setup, user=user, role="data_governance")
    keeper = actors.person(user)
    words = dictionary.create_dictionary(actor=keeper, slug="money", title="Money")
    return Book(world, keeper, words, define(actor=keeper, dictionary=words, key="revenue", **SAID))


def states(request: Request) -> dict[str, str]:
    request.refresh_from_db()
    return {step.key: step.state for step in standing_of(request).verdict.steps}
