"""Who does what on churn, with two things that do not work yet; a team that holds a role, a training, and the client's account."""

from __future__ import annotations

from datetime import timedelta

from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation import clock
from governance.people import services as people
from governance.people.models import Team
from governance.people.shipped import default_matrix
from governance.usecases.models import UseCase

# Roles that nobody holds on churn, and who does their part: it is a small team.
INSTEAD = {"lead_data_scientist": "project_lead", "budget_holder": "budget_holder", "operations": "ml_engineer"}


def stories(cast: Cast, past: Past) -> list[Story]:
    return [training(cast, past), who_does_what(cast, past), client(cast, past)]


def training(cast: Cast, past: Past) -> Story:
    """Whoever reviews security has to have learned how; the evidence was there before the rule."""
    yield past(170, "09:40")
    learned = (clock.now() - timedelta(days=200)).date()
    for username in ("samira", "otto"):
        people.record_training(
            actor=cast["ada"],
            user=cast.users[username],
            training="secure-review",
            completed_on=learned,
            evidence="https://demo.countersign.example/training/secure-review",
        )
    people.ask_for_training(
        actor=cast["ada"], role="security_reviewer", training="secure-review", title="Reviewing dependencies", valid_days=1095
    )


def who_does_what(cast: Cast, past: Past) -> Story:
    """The table that ships, fitted to a small team. Nobody answers yet for retiring it, and nobody runs it: the self-test says so."""
    yield past(20, "11:15")
    row = UseCase.objects.get(slug="churn")
    body = default_matrix().body()
    for item in body["rows"]:
        said = item["letters"]
        if item["key"] == "run":
            continue
        for role, other in INSTEAD.items():
            letter = said.pop(role, "")
            if letter and role != other and {letter, said.get(other, "")} >= {"A", "R"}:
                said[other] = "AR"
            elif letter and (role == other or said.get(other, "I") in ("C", "I")):
                said[other] = letter
        if item["key"] == "retire":
            said["business_owner"] = "C"
    people.write_matrix(actor=cast["petra"], scope=row.public_id, body=body)


def client(cast: Cast, past: Past) -> Story:
    """The retention team's agency sees what is agreed and shown; customer onboarding holds the role of those who will use it."""
    yield past(19, "14:00")
    row = UseCase.objects.get(slug="churn")
    people.grant_role(
        actor=cast["petra"],
        user=cast.users["clara"],
        role="client_representative",
        scope=row.public_id,
        reason="The agency that makes the offers",
    )
    people.grant_team_role(
        actor=cast["petra"],
        team=Team.objects.get(slug="onboarding"),
        role="end_user",
        scope=row.public_id,
        reason="They work with the list",
    )
