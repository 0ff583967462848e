"""A case that follows from its model: approved on the figures of the first version, better with the second, and worse with the third.

For the third the gate says what it would cost a year and why, before anybody lets it in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from approvals.models import Gate, Policy, Request
from approvals.services import gates, policies, requests
from config.demo_cast import Cast, give_roles, place
from config.demo_small_repository import LOCK, SmallRepository, Work, build, lock_of
from config.demo_time import Past, Story
from config.demo_words import answers, push
from governance.economics import services as economics
from governance.economics.drivers import Classification, Incumbent, Quality
from governance.economics.models import Snapshot
from governance.economics.plan import Discount, Line, Plan
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from lineage.services import repositories

ENVIRONMENT = "fault-warning"
MODEL = "fault-model"
HOUSE_RATE = Discount(((0, Decimal("0.08")),), "real", "Finance handbook, section 4.2", date(2026, 1, 15))
ROLES = {
    "sofia": "data_scientist",
    "wei": "data_engineer",
    "marta": "ml_engineer",
    "bruno": "business_owner",
    "mei": "budget_holder",
    "samira": "security_reviewer",
    "victor": "model_validator",
    "dina": "data_governance",
}
# Threshold, recall and false positive rate of each version, as they were measured; the second of them is what it runs at.
CURVES = {
    "1": (("0.02", "0.86", "0.061"), ("0.05", "0.70", "0.026"), ("0.1", "0.52", "0.012")),
    "2": (("0.02", "0.88", "0.055"), ("0.05", "0.74", "0.025"), ("0.1", "0.58", "0.011")),
    "3": (("0.02", "0.81", "0.043"), ("0.05", "0.64", "0.019"), ("0.1", "0.49", "0.008")),
}


@dataclass(slots=True)
class Warnings:
    """What the story goes along with."""

    cast: Cast
    past: Past
    row: UseCase = None  # type: ignore[assignment] # there from the first day on
    made: SmallRepository = None  # type: ignore[assignment] # likewise
    requests: dict[str, Request] = field(default_factory=dict)

    def version(self, number: str) -> ModelVersion:
        """As the pipeline pushes it: what it was measured at, and the points of its curve."""
        points = {
            name: value
            for threshold, recall, rate in CURVES[number]
            for name, value in ((f"recall.at.{threshold}", recall), (f"false_positive_rate.at.{threshold}", rate))
        }
        _threshold, recall, rate = CURVES[number][1]
        work = int(number) - 1
        return push(
            self.cast["sofia"],
            self.row,
            MODEL,
            number,
            repository=self.made.url,
            commit=self.made.commits[work],
            lock=self.made.locks[work],
            params={"threshold": "0.05", "seed": 11},
            metrics={"recall": recall, "false_positive_rate": rate, **points},
            data={"heat-pump-signals": (96_000, ["customer_id"])},
        )


def stories(cast: Cast, past: Past) -> list[Story]:
    return [warnings(Warnings(cast, past))]


def warnings(kit: Warnings) -> Story:
    """From the first version to the one that would cost more than it brings."""
    yield kit.past(58, "09:30")
    _opened(kit)
    yield kit.past(55, "11:00")
    kit.version("1")
    snapshot = _written_down(kit)
    yield kit.past(54, "09:45")
    yield from _agreed(kit, snapshot)
    yield kit.past(33, "16:20")
    kit.version("2")  # four leavers in a hundred more are warned in time: nobody has to do anything
    yield kit.past(4, "14:05")
    worse = kit.version("3")
    yield kit.past(4, "14:20")
    gate = Gate.objects.get(environment__slug=ENVIRONMENT)
    gates.evaluate_gate(actor=kit.cast["sofia"], gate=gate, model_version=worse, commit=worse.commit)


def _opened(kit: Warnings) -> None:
    """The use case, its people, its gate and its code."""
    cast = kit.cast
    policy = Policy.objects.get(key="production-release")
    policies.set_gate(actor=cast["ada"], slug=ENVIRONMENT, title="Fault warnings", mode="warn", policy=policy)
    kit.row = usecases.open_use_case(actor=cast["petra"], slug="fault-warning", title="Fault warnings for heat pumps")
    give_roles(cast, "petra", kit.row.public_id, ROLES)
    usecases.define(
        actor=cast["petra"],
        use_case=kit.row,
        business_problem="A heat pump that fails in winter costs an emergency call at night; many announce it days before, and nobody looks.",
        affected="Customers with a service contract; the fitters on call.",
        ml_problem="Will this heat pump fail within a week? Yes or no, from its signals of a month.",
        intended_use="A warning opens a planned visit. The fitter decides on the spot.",
        limits="Pumps with a modem only.",
        risk_tier="low",
        kpis=[
            {
                "name": "Failures that were announced",
                "unit": "%",
                "direction": "up",
                "baseline": Decimal(30),
                "target": Decimal(70),
                "how": "Share of the emergency calls of a month that a warning stood before.",
            }
        ],
    )
    history = [
        Work(
            "sofia",
            kit.past(57, "17:10"),
            "Warn a week before a heat pump fails",
            {"README.md": "Warnings.\n", "src/warn.py": "THRESHOLD = 0.05\n", LOCK: lock_of(numpy="2.4.6", scikit_learn="1.7.2")},
        ),
        Work("sofia", kit.past(34, "15:40"), "Read the pressure too", {"src/pressure.py": "BAR = 10\n"}),
        Work("sofia", kit.past(5, "18:20"), "Half the features: it is to run on the modem", {"src/small.py": "FEATURES = 12\n"}),
    ]
    kit.made = build(Path(place()) / "fault-warning", history)
    repository, _job = repositories.register_repository(actor=cast["sofia"], use_case=kit.row, url=kit.made.url)
    repositories.synchronise(repository=repository)


def _written_down(kit: Warnings) -> Snapshot:
    """What a warning brings follows from how many failures it finds and how often it cries wolf, against the alarm that pumps have now."""
    _threshold, recall, rate = CURVES["1"][1]
    today = Incumbent("rule", "Alarm of the pump's own controller", Decimal("0.30"), false_positive_rate=Decimal("0.004"))
    driver = Classification(
        cases=Decimal(48_000),
        prevalence=Decimal("0.025"),
        model=Quality(Decimal(recall), false_positive_rate=Decimal(rate)),
        incumbent=today,
        value_true_positive=Decimal(-140),  # a planned visit
        cost_false_negative=Decimal(610),  # an emergency call at night
        cost_false_positive=Decimal(45),  # the fitter calls, and nothing is wrong
        takes={"recall": "recall", "false_positive_rate": "false_positive_rate"},
    )
    plan = Plan(
        currency="EUR",
        period="year",
        horizon=4,
        prices="real",
        discount=HOUSE_RATE,
        lines=(
            Line("build", "Building and validating", "cost", Decimal(90), "person-day", Decimal(640), 0, 0, category="people"),
            Line("modems", "Data of the modems", "cost", Decimal(12), "month", Decimal(1_900), 1, 4, category="computing"),
            Line("run", "Scoring and monitoring", "cost", Decimal(12), "month", Decimal(620), 1, 4, category="computing"),
            Line(
                "warned", "Emergency calls that become planned visits", "benefit", Decimal(1), "", Decimal(1), 1, 4,
                category="avoided_loss", risk=Decimal("0.1"), risk_reason="Not every customer opens the door.",
                evidence="Calls and visits of last winter, service department.", driver=driver,
            ),
        ),
    )  # fmt: skip
    return economics.write_snapshot(
        actor=kit.cast["petra"], use_case=kit.row, plan=plan, note="Follows from the first version of the model."
    )


def _agreed(kit: Warnings, snapshot: Snapshot) -> Story:
    """Who pays and who wants it agree: from now on each version is measured against this."""
    asked = requests.open_request(
        actor=kit.cast["petra"],
        subject_type="economics_snapshot",
        subject_id=snapshot.public_id,
        purpose="baseline",
        environment=None,
        comment="Rests on the recall of the first version, measured on last winter.",
    )
    yield from answers(
        kit.cast,
        kit.past,
        asked,
        (53, "10:40", "mei", "money", "The price of an emergency call is ours, and it is right. 同意。"),
        (52, "15:15", "bruno", "worth", "I answer for the visits."),
    )
