"""The demo: one use case in the middle of its life, made through the same services that people and CI use.

Loaded once. What it made is described in `var/demo.json`, which holds the passwords and is readable by its owner only.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from approvals.models import Ballot
from approvals.selectors.standing import standing_of
from approvals.services import gates, policies, requests
from approvals.services.policies import set_gate
from config.demo_repository import DemoRepository, build, pushed
from foundation import actor as actors
from foundation import sealing, tokens
from foundation.actor import Actor
from foundation.models import Token
from foundation.secret_files import write_once
from governance.dictionary import services as dictionary
from governance.economics import services as economics
from governance.people import services as people
from governance.people.models import User
from governance.people.roles import role_label
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion
from lineage.services import repositories, versions
from reports import services as reports

PEOPLE = (
    ("ada", "Ada Berger", "en", "administrator"),
    ("petra", "Petra Novak", "en", "project_lead"),
    ("sofia", "Sofia Lindqvist", "en", "data_scientist"),
    ("wei", "王伟", "zh-hans", "data_engineer"),
    ("marta", "Marta Kowalska", "en", "ml_engineer"),
    ("bruno", "Bruno Keller", "en", "business_owner"),
    ("samira", "Samira Haddad", "en", "security_reviewer"),
    ("dina", "Dina Okafor", "en", "data_governance"),
    ("victor", "Victor Huang", "en", "model_validator"),
    ("aude", "Aude Martin", "en", "auditor"),
)
EVERYWHERE = ("ada", "aude")  # the others hold their role on the use case only
DOMAIN = "demo.countersign.example"
POLICY = Path(__file__).with_name("demo_policy.yaml")
CI_SCOPES = (
    "read",
    "provenance:write",
    "requests:write",
    "gate:evaluate",
    "deployments:write",
    "measurements:write",
    "reports:write",
)


@dataclass(slots=True)
class Stage:
    """Who and what is there already while the demo is put together."""

    actors: dict[str, Actor]
    passwords: dict[str, str]
    secrets: dict[str, str]


def load() -> dict[str, Any]:
    """Make the demo unless it is there, and return its description. All of it or none: one transaction."""
    if settings.DEMO_FILE.exists():
        return json.loads(settings.DEMO_FILE.read_text())
    repository = build(Path(settings.DEMO_REPOSITORIES) / "customer-churn")
    with transaction.atomic():
        stage = _people()
        use_case = _use_case(stage)
        _research(stage)
        _dictionary(stage)
        _case(stage, use_case)
        ci, ci_token = tokens.create(
            actor=stage.actors["marta"],
            name="Churn pipeline",
            owner=stage.actors["marta"].user,
            kind=Token.Kind.SERVICE,
            scopes=CI_SCOPES,
            scope=use_case.public_id,
            days=366,
        )
        row, _job = repositories.register_repository(actor=stage.actors["marta"], use_case=use_case, url=str(repository.path))
        repositories.synchronise(repository=row)
        policies.write_policy(actor=stage.actors["ada"], key="production-release", source=POLICY.read_text())
        policy = policies.write_policy(actor=stage.actors["ada"], key="production-release", source=POLICY.read_text()).policy
        set_gate(actor=stage.actors["ada"], slug="production", title="Production", mode="prevent", policy=policy)
        set_gate(actor=stage.actors["ada"], slug="staging", title="Staging", mode="warn", policy=policy)
        current = _history(stage, use_case, actors.service(ci), repository)
        reports.request_report(actor=stage.actors["aude"], kind="use_case", scope=use_case.slug, language="en")
    sealing.seal()
    checkpoint = sealing.latest_checkpoint()
    described = _describe(stage, use_case, repository, current, ci_token, checkpoint.vkey if checkpoint else "")
    write_once(settings.DEMO_FILE, json.dumps(described, indent=2, ensure_ascii=False).encode())
    return described


def _people() -> Stage:
    setup = actors.system("setup")
    stage = Stage({}, {}, {})
    for username, name, language, role in PEOPLE:
        password = f"{username}-{secrets.token_hex(4)}"
        user = people.create_user(
            actor=setup, username=username, name=name, email=f"{username}@{DOMAIN}", password=password, language=language
        )
        stage.actors[username] = actors.person(user, auth="setup")
        stage.passwords[username] = password
        _token, secret = tokens.create(actor=setup, name="Demo", owner=user, kind=Token.Kind.PERSONAL, days=366)
        stage.secrets[username] = secret
        if username in EVERYWHERE:
            people.grant_role(actor=setup, user=user, role=role, reason="Demo")
    for slug, title, members in (
        ("onboarding", "Customer onboarding", ["wei", "dina"]),
        ("billing", "Billing", ["wei"]),
        ("data-science", "Data science", ["sofia", "marta"]),
    ):
        people.create_team(actor=setup, slug=slug, title=title, members=[stage.actors[name].user for name in members])
    return stage


def _use_case(stage: Stage) -> UseCase:
    petra = stage.actors["petra"]
    row = usecases.open_use_case(actor=petra, slug="churn", title="Customer churn")
    for username, _name, _language, role in PEOPLE:
        if username not in (*EVERYWHERE, "petra"):
            people.grant_role(
                actor=petra, user=stage.actors[username].user, role=role, scope=row.public_id, reason="Set up with the project"
            )
    people.grant_role(actor=petra, user=stage.actors["bruno"].user, role="budget_holder", scope=row.public_id)
    usecases.define(
        actor=petra,
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
        kpis=[
            {
                "name": "Leavers found",
                "unit": "%",
                "direction": "up",
                "baseline": Decimal(42),
                "target": Decimal(70),
                "tolerance": Decimal(3),
                "how": "Share of the customers who cancelled within 60 days that were on the list; monthly, by the retention team.",
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


def _research(stage: Stage) -> None:
    """A second use case that most people of the first cannot see."""
    sofia = stage.actors["sofia"]
    row = usecases.open_use_case(actor=sofia, slug="invoice-matching", title="Invoice matching", kind="research")
    usecases.define(
        actor=sofia,
        use_case=row,
        business_problem="Accounting matches 4,000 invoices a month to orders by hand. Nobody knows yet how many a model could match.",
        ml_problem="Pair ranking of invoices and orders by text and amount. Research: no promise is made.",
        kpis=[{"name": "Matched without a person", "unit": "%", "baseline": Decimal(0), "target": Decimal(60)}],
    )


ELEMENTS = (
    ("customer_id", "Customer number", "A customer for life, also after leaving and coming back.", "string", "internal", ""),
    (
        "signup_date",
        "Signup date",
        "The day on which the first contract was signed, in the customer's time zone.",
        "date",
        "internal",
        "",
    ),
    ("country", "Country", "Where the customer lives, ISO 3166-1 alpha-2.", "string", "personal", ""),
    (
        "monthly_fee",
        "Monthly fee",
        "What is charged for one month, without one-off charges, tax included.",
        "number",
        "internal",
        "EUR",
    ),
    ("support_calls", "Support calls", "Calls to support in the 90 days before scoring.", "integer", "internal", ""),
    ("churned", "Churned", "1 when the customer cancelled within 60 days after scoring, else 0.", "integer", "internal", ""),
)
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


def _dictionary(stage: Stage) -> None:
    """Meanings are written by somebody other than the person who will judge them."""
    from governance.people.models import Team

    setup = actors.system("setup")
    wei = stage.actors["wei"]
    book = dictionary.create_dictionary(
        actor=setup,
        slug="customers",
        title="Customers",
        purpose="What the columns of the customer master data mean, whoever fills them.",
    )
    elements = {}
    for key, name, definition, kind, sensitivity, unit in ELEMENTS:
        elements[key] = dictionary.add_element(
            actor=setup,
            dictionary=book,
            key=key,
            name=name,
            definition=definition,
            logical_type=kind,
            sensitivity=sensitivity,
            unit=unit,
        )
    for key, team, dataset, column, deviation in BINDINGS:
        dictionary.bind_column(
            actor=wei,
            element=elements[key],
            team=Team.objects.get(slug=team),
            dataset=dataset,
            column=column,
            deviation=deviation,
        )


def _case(stage: Stage, use_case: UseCase) -> None:
    economics.write_snapshot(
        actor=stage.actors["petra"],
        use_case=use_case,
        horizon=3,
        discount_rate=Decimal("0.08"),
        real_or_nominal="real",
        currency="EUR",
        note="First case, before the pilot.",
        lines=[
            _line("build", "Building and validating", "cost", 120, "person-day", 640, 0, 0),
            _line("labels", "Labels checked by phone", "cost", 4000, "label", "1.80", 0, 0),
            _line("run", "Scoring and monitoring", "cost", 12, "month", 850, 1, 3),
            _line("offers", "Offers to customers who stay anyway", "cost", 31200, "offer", "1.20", 1, 3),
            _line("kept", "Customers kept", "benefit", 1680, "customer", 62, 1, 3),
        ],
    )


def _line(key: str, title: str, kind: str, quantity: Any, unit: str, price: Any, first: int, last: int) -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "kind": kind,
        "quantity": Decimal(quantity),
        "unit": unit,
        "unit_price": Decimal(price),
        "from_period": first,
        "to_period": last,
    }


def _history(stage: Stage, use_case: UseCase, ci: Actor, repository: DemoRepository) -> ModelVersion:
    """Versions as the pipeline pushed them: the third was refused, the seventh waits."""
    production = Environment.objects.get(slug="production")
    for number in ("1", "3", "5", "6", "7"):
        version = repository.versions[number]
        row = versions.register_model_version(actor=ci, use_case=use_case, data=pushed(version, repository)).model_version
        if number == "3":
            _refused(stage, row, production)
    request = requests.open_request(
        actor=ci,
        subject_type="model_version",
        subject_id=row.public_id,
        purpose="deployment",
        environment=production,
        comment="Deeper trees and a shorter memory: 9 more leavers found per 200, 30 fewer useless offers.",
    )
    gates.evaluate_gate(actor=ci, gate=production.gate, model_version=row, commit=row.commit, artifact_sha256=row.artifact_sha256)
    assert request.state == "open"  # noqa: S101 - the demo's whole point is that somebody has to act
    return row


def _refused(stage: Stage, row: ModelVersion, production: Environment) -> None:
    request = requests.open_request(
        actor=stage.actors["marta"],
        subject_type="model_version",
        subject_id=row.public_id,
        purpose="deployment",
        environment=production,
    )
    requests.cast_ballot(
        actor=stage.actors["victor"],
        request=request,
        step="validation",
        verdict=Ballot.Verdict.REJECT,
        digest=standing_of(request).digest,
        comment="Too good to be true: the feature `cancelled_on` is only filled after a customer has left. The model reads the answer.",
    )


def _describe(
    stage: Stage, use_case: UseCase, repository: DemoRepository, current: ModelVersion, ci_token: str, vkey: str
) -> dict[str, Any]:
    roles = {username: role for username, _name, _language, role in PEOPLE}
    return {
        "url": settings.BASE_URL,
        "users": [
            {
                "username": username,
                "name": str(User.objects.get(username=username)),
                "password": stage.passwords[username],
                "token": stage.secrets[username],
                "roles": [roles[username]],
                "role_names": [role_label(roles[username])],
            }
            for username in stage.actors
        ],
        "ci_token": ci_token,
        "use_case": use_case.slug,
        "repository": str(repository.path),
        "commit": current.commit,
        "model_version": current.public_id,
        "model": f"{current.name}@{current.version}",
        "artifact_sha256": current.artifact_sha256,
        "gate": "production",
        "verify_key": vkey,
    }
