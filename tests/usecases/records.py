"""For each condition of the shipped lifecycle the record that meets it, made through the services that people use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from foundation import clock
from governance.dictionary import services as dictionary
from governance.economics import services as economics
from governance.people import services as people
from governance.people.models import RoleGrant, Team
from governance.usecases import services
from lineage.models import ModelVersion, ProvenanceFact
from lineage.services.versions import register_model_version
from tests.conftest import LOCK, World, ask_for, cast_vote
from tests.dictionary.approved import define

SAID = {"business_problem": "Customers leave.", "ml_problem": "Who will leave?", "risk_tier": "low"}
KPI = {
    "name": "Leavers found",
    "unit": "%",
    "baseline": Decimal(42),
    "target": Decimal(70),
    "how": "By telephone.",
    "cadence": "monthly",
    "readers": "The retention team",
}
PUSHED = {
    "commit": "c" * 40,
    "dirty": False,
    "metrics": {"recall": {"value": 1, "dataset": "test"}},
    "artifact": {"uri": "s3://models/1", "sha256": "d" * 64, "size": 10, "serialization": "skops"},
    "runtime": {"kind": "lock"},
    "dependency_sets": [{"path": "requirements.txt", "content": LOCK}],
    "datasets": [{"role": "train", "name": "customers", "digest": "sha256:" + "e" * 64, "rows": 5, "columns": ["customer_id"]}],
}


@dataclass(slots=True)
class Kit:
    """What records are made with: the people of the world, and the use case they are about, led by the lead."""

    world: World
    use_case: Any
    gate: Any

    def role(self, part: str, role: str) -> None:
        user = getattr(self.world, part).user
        if not RoleGrant.objects.live().filter(user=user, role=role, scope=self.use_case.public_id).exists():
            people.grant_role(actor=self.world.admin, user=user, role=role, scope=self.use_case.public_id)

    def define(self, **values: Any) -> Any:
        return services.define(actor=self.world.lead, use_case=self.use_case, **{**SAID, "kpis": [KPI], **values})

    def push(self, version: str = "1", **values: Any) -> ModelVersion:
        known = ModelVersion.objects.filter(use_case=self.use_case, name="fresh-model", version=version).first()
        if known is not None:
            return known
        self.role("scientist", "data_scientist")
        data = {"name": "fresh-model", "version": version, **PUSHED, **values}
        return register_model_version(actor=self.world.scientist, use_case=self.use_case, data=data).model_version

    def sign(self) -> None:
        from approvals.services import requests

        self.role("business", "business_owner")
        request = requests.open_request(
            actor=self.world.lead,
            subject_type="use_case_definition",
            subject_id=self.define().public_id,
            purpose="definition",
            environment=None,
        )
        cast_vote(self.world.business, request, "business")

    def approve(self, version: str = "1") -> Any:
        """An approval for production that holds; whoever answers a step has had no part in the version."""
        for part, role in (
            ("validator", "model_validator"),
            ("governance", "data_governance"),
            ("security", "security_reviewer"),
            ("business", "business_owner"),
        ):
            self.role(part, role)
        request = ask_for(self.world, self.gate, self.push(version), self.world.lead)
        for part, step in (
            ("validator", "validation"),
            ("governance", "data"),
            ("security", "security"),
            ("business", "business"),
        ):
            cast_vote(getattr(self.world, part), request, step)
        request.refresh_from_db()
        assert request.state == "approved"
        return request

    def snapshot(self) -> None:
        economics.write_snapshot(
            actor=self.world.lead,
            use_case=self.use_case,
            currency="EUR",
            horizon=1,
            discount_rate=Decimal("0.1"),
            real_or_nominal="nominal",
            lines=[{"key": "b", "title": "B", "kind": "cost", "quantity": 1, "unit_price": 1, "from_period": 0}],
        )

    def bind(self) -> None:
        self.push()
        people.create_team(actor=self.world.admin, slug="sales", title="Sales")
        words = dictionary.create_dictionary(actor=self.world.governance, slug="customers", title="Customers")
        element = define(
            actor=self.world.governance,
            dictionary=words,
            key="customer_id",
            name="Customer",
            definition="A customer.",
            logical_type="string",
        )
        dictionary.bind_column(
            actor=self.world.data_engineer,
            element=element,
            team=Team.objects.get(slug="sales"),
            dataset="customers",
            column="customer_id",
        )

    def verify(self) -> None:
        """As the mirror would: nothing but Git can say it, and there is none here."""
        version = self.push()
        ProvenanceFact.objects.create(
            model_version=version, key="tree", value="f" * 40, status="verified", how="test", origin="git", at=clock.now()
        )

    def hand_over(self, **values: Any) -> Any:
        self.push()
        self.role("scientist", "data_scientist")
        said = {
            "pipeline": "https://ci.example.com/churn",
            "pipeline_owner": self.world.scientist.user,
            "run": "https://ci.example.com/churn/17",
            "run_at": clock.now().date(),
            "run_result": "passed",
            "tests": "212 tests, in the same pipeline.",
            "configuration": [{"environment": "production", "where": "https://git.example.com/churn/production.yaml"}],
        }
        return services.hand_over(actor=self.world.scientist, use_case=self.use_case, **{**said, **values})

    def accept(self) -> None:
        self.role("engineer", "operations")
        services.answer_hand_over(actor=self.world.engineer, hand_over=self.hand_over(), accept=True)

    def document(self) -> None:
        services.add_document(
            actor=self.world.lead, use_case=self.use_case, slug="run-book", title="Run book", url="https://wiki.example.com/run"
        )

    def show(self) -> None:
        self.role("business", "business_owner")
        services.record_increment(
            actor=self.world.lead,
            use_case=self.use_case,
            title="First list",
            shown="A list of ten customers.",
            attended=[self.world.business.user],
        )

    def fit(self) -> None:
        platform = services.add_platform(
            actor=self.world.admin,
            slug="cluster",
            title="Cluster",
            offer={"languages": [{"name": "Python", "versions": ">=3.11"}]},
        )
        need = {"languages": [{"name": "Python", "versions": "==3.12.*"}]}
        services.state_need(actor=self.world.lead, use_case=self.use_case, platform=platform, need=need)

    def approve_economics(self) -> None:
        self.snapshot()
        self.approve()


Make = Callable[[Kit], Any]
RECORDS: dict[str, Make] = {
    "definition.written": lambda kit: kit.define(kpis=[]),
    "definition.kpis": lambda kit: kit.define(),
    "definition.measured": lambda kit: kit.define(),
    "definition.signed": Kit.sign,
    "risk.tier": lambda kit: kit.define(),
    "roles.project_lead": lambda kit: kit.role("engineer", "project_lead"),
    "roles.business_owner": lambda kit: kit.role("business", "business_owner"),
    "roles.data_scientist": lambda kit: kit.role("scientist", "data_scientist"),
    "roles.operations": lambda kit: kit.role("engineer", "operations"),
    "version.registered": Kit.push,
    "version.reproducible": Kit.verify,
    "dictionary.bound": Kit.bind,
    "dependencies.locked": Kit.push,
    "economics.snapshot": Kit.snapshot,
    "economics.approved": Kit.approve_economics,
    "increments.shown": Kit.show,
    "hand_over.accepted": Kit.accept,
    "documents.present": Kit.document,
    "stack.fits": Kit.fit,
    "approvals.allowed": Kit.approve,
}
