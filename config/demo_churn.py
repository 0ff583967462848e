"""Customer churn: the use case in the middle of its life, as its people and its pipeline have brought it there.

The seventh version waits for everybody. Nothing of it was approved for production before, so each step is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from approvals.models import Ballot
from approvals.services import gates
from config import demo_economics_case, demo_economics_otherwise
from config.demo_cast import Cast, give_roles, pipeline
from config.demo_dictionary import agree, first_of
from config.demo_repository import DemoRepository, build, pushed
from config.demo_time import Past, Story
from config.demo_words import answers, ask, look, vote
from foundation import actor as actors
from foundation.actor import Actor
from governance.dictionary import services as dictionary
from governance.dictionary.models import DataElement
from governance.people import services as people
from governance.people.models import Team
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion
from lineage.services import repositories, versions

ROLES = {
    "sofia": "data_scientist",
    "wei": "data_engineer",
    "marta": "ml_engineer",
    "bruno": "business_owner",
    "samira": "security_reviewer",
    "dina": "data_governance",
    "victor": "model_validator",
}


TRIED = (
    ("samira", "security", "Seventeen packages, all from the index, none of them new to us."),
    ("victor", "validation", "Recomputed the confusion matrix from the test set; same figures."),
    ("dina", "data", "Both readings of `signup_date` are handled now."),
    ("bruno", "business", "Good enough to try it with two people of the team."),
)


@dataclass(slots=True)
class Churn:
    """What the story leaves behind for whoever describes the demo."""

    repository: DemoRepository
    use_case: UseCase
    ci_token: str
    version: ModelVersion  # the one that waits


def repository() -> DemoRepository:
    return build(Path(settings.DEMO_REPOSITORIES) / "customer-churn")


def story(cast: Cast, past: Past, made: DemoRepository, found: list[Churn]) -> Story:
    yield past(172, "10:00")
    use_case = _use_case(cast)
    _dictionary(cast)
    _case(cast, use_case)
    yield past(171, "16:20")
    row, _job = repositories.register_repository(actor=cast["marta"], use_case=use_case, url=str(made.path))
    repositories.synchronise(repository=row)
    ci, secret = pipeline(cast, "Churn pipeline", "marta", use_case.public_id)
    yield past(165, "11:05")
    _push(ci, use_case, made, "1")
    yield past(128, "09:52")
    refused = ask(cast["marta"], _push(ci, use_case, made, "3"), "production")
    yield past(127, "15:31")
    look(cast, "victor", refused)
    yield past(127, "16:14")
    vote(
        cast,
        "victor",
        refused,
        "validation",
        "Too good to be true: the feature `cancelled_on` is only filled after a customer has left. The model reads the answer.",
        Ballot.Verdict.REJECT,
    )
    yield past(118, "10:12")
    _push(ci, use_case, made, "5")
    yield past(106, "10:12")
    tried = ask(ci, _push(ci, use_case, made, "6"), "staging", "To staging, where the retention team tries the list.")
    yield from answers(cast, past, tried, *((105 - later, "11:58", *words) for later, words in enumerate(TRIED)))
    yield past(1, "09:41")
    version = _push(ci, use_case, made, "7")
    yield past(1, "09:44")
    request = ask(
        ci,
        version,
        "production",
        "Deeper trees and a shorter memory: 9 more leavers found per 200, 30 fewer useless offers.",
    )
    gate = Environment.objects.get(slug="production").gate
    gates.evaluate_gate(
        actor=ci, gate=gate, model_version=version, commit=version.commit, artifact_sha256=version.artifact_sha256
    )
    assert request.state == "open"  # noqa: S101 - the demo's whole point is that somebody has to act
    found.append(Churn(made, use_case, secret, version))


def _push(ci: Actor, use_case: UseCase, made: DemoRepository, number: str) -> ModelVersion:
    data = pushed(made.versions[number], made)
    return versions.register_model_version(actor=ci, use_case=use_case, data=data).model_version


def _use_case(cast: Cast) -> UseCase:
    row = usecases.open_use_case(actor=cast["petra"], slug="churn", title="Customer churn")
    give_roles(cast, "petra", row.public_id, {**ROLES})
    people.grant_role(actor=cast["petra"], user=cast.users["bruno"], role="budget_holder", scope=row.public_id)
    usecases.define(
        actor=cast["petra"],
        use_case=row,
        business_problem=(
            "Every month about 2 % of our subscribers leave. Winning one back costs five times what a timely offer costs, "
            "and today we learn of it when the cancellation is in."
        ),
        affected="The retention team, who make the offers; customers, who receive them; billing, who see the effect.",
        ml_problem=(
            "Binary classification per customer and month: will this customer cancel within 60 days? Scored monthly, in batch, "
            "on what is known at the time of scoring. Incumbent: a rule on days since the last login."
        ),
        intended_use="A ranked list for the retention team. A person decides on each offer.",
        limits="Not for customers in their first 30 days. Not for setting prices. Not for refusing service.",
        risk_tier="medium",
        assumptions="Contracts stay monthly.\nThe retention team can call 500 customers a month.",
        data_sources=[
            {"name": "Customers", "note": "one row for each customer, with contract and fee"},
            {"name": "Logins", "note": "daily counts, kept for 13 months"},
        ],
        consumers=[
            {"name": "Retention team", "kind": "team", "purpose": "decides whom to call"},
            {"name": "Campaign tool", "kind": "application", "purpose": "takes the list over once a month"},
        ],
        regulation="Data protection: no profile is kept longer than 13 months.",
        latency="Overnight is enough.",
        volume="180,000 customers, scored once a month.",
        availability="A day late is bearable; a list of last month is not.",
        language="Python 3.11",
        containers="A container image of the platform team.",
        kpis=[
            {
                "name": "Leavers found",
                "unit": "%",
                "direction": "up",
                "baseline": Decimal(42),
                "target": Decimal(70),
                "tolerance": Decimal(3),
                "how": "Share of the customers who cancelled within 60 days that were on the list; monthly, by the retention team.",
                "population": Decimal(1000),
                "population_label": "customers who would leave",
                "outcome": "are found in time",
                "driven_by": "Recall on the test month",
                "cadence": "monthly",
                "readers": "The retention team and the business owner",
            },
            {
                "name": "Recall on the test month",
                "kind": "model",
                "metric": "recall",
                "direction": "up",
                "baseline": Decimal("0.42"),
                "target": Decimal("0.7"),
                "tolerance": Decimal("0.03"),
                "measured_on": "The newest month whose cancellations are all known.",
                "cadence": "with each version",
                "readers": "The data scientists and the validator",
            },
            {
                "name": "Useless offers",
                "unit": "per 1,000 customers",
                "direction": "down",
                "baseline": Decimal(52),
                "target": Decimal(30),
                "tolerance": Decimal(3),
                "how": "Offers to customers who had no intention to leave; sampled by phone each quarter.",
            },
        ],
    )
    return row


def research(cast: Cast, past: Past) -> Story:
    """A second use case that most people of the first cannot see."""
    yield past(60, "13:40")
    row = usecases.open_use_case(actor=cast["sofia"], slug="invoice-matching", title="Invoice matching", kind="research")
    usecases.define(
        actor=cast["sofia"],
        use_case=row,
        business_problem="Accounting matches 4,000 invoices a month to orders by hand. Nobody knows yet how many a model could match.",
        ml_problem="Pair ranking of invoices and orders by text and amount. Research: no promise is made.",
        kpis=[{"name": "Matched without a person", "unit": "%", "baseline": Decimal(0), "target": Decimal(60)}],
    )


READ = ("customer_id", "signup_date", "country", "monthly_fee", "support_calls", "churned")
BINDINGS = (
    ("customer_id", "onboarding", "onboarding-customers", "customer_id", ""),
    ("signup_date", "onboarding", "onboarding-customers", "signup_date", ""),
    ("country", "onboarding", "onboarding-customers", "country", ""),
    ("customer_id", "billing", "billing-customers", "customer_id", ""),
    (
        "signup_date",
        "billing",
        "billing-customers",
        "signup_date",
        "Day of the first invoice, written DD/MM/YYYY; two weeks later on average.",
    ),
    ("monthly_fee", "billing", "billing-customers", "monthly_fee", ""),
    ("support_calls", "billing", "billing-customers", "support_calls", ""),
    ("churned", "billing", "billing-customers", "churned", ""),
)


def _dictionary(cast: Cast) -> None:
    """Meanings are written by somebody other than the person who will judge them."""
    setup = actors.system("setup")
    book = dictionary.create_dictionary(
        actor=setup,
        slug="customers",
        title="Customers",
        purpose="What the columns of the customer master data mean, whoever fills them.",
    )
    said = first_of("customers", READ)
    agree(cast, "wei", book, "What the customer master data holds", "Two teams fill it, and the model will read both.", said)
    elements = {row.key: row for row in DataElement.objects.filter(dictionary=book).select_related("dictionary")}
    for key, team, dataset, column, deviation in BINDINGS:
        dictionary.bind_column(
            actor=cast["wei"],
            element=elements[key],
            team=Team.objects.get(slug=team),
            dataset=dataset,
            column=column,
            deviation=deviation,
        )


def _case(cast: Cast, use_case: UseCase) -> None:
    demo_economics_case.churn(cast, use_case)
    demo_economics_otherwise.simulated(cast, use_case)
