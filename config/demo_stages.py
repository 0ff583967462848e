"""Six use cases, and how far each is: moves with their reasons, hand-overs, what came back, and what stands still.

Four are told elsewhere, and here only how they went from stage to stage. Two are here from beginning to end, in few steps: one that runs
and is watched, and one that was begun and left lying.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from approvals.models import Policy
from approvals.services import policies, requests
from config import demo_economics_case
from config.demo_cast import Cast, give_roles, place
from config.demo_dictionary import agree
from config.demo_small_repository import LOCK, Work, build, lock_of
from config.demo_time import Past, Story
from config.demo_words import answers, ask, look, push, vote
from governance.dictionary import services as dictionary
from governance.dictionary.models import DataElement
from governance.people import services as people
from governance.people.models import Team
from governance.usecases import services as usecases
from governance.usecases.models import Platform, UseCase
from lineage.services import repositories

PLATFORM = "cluster"
OFFER: dict[str, Any] = {
    "languages": [{"name": "Python", "versions": ">=3.11"}],
    "packages": ["numpy >=2", "pandas >=2", "scikit-learn >=1.5", "lightgbm >=4"],
    "other_packages": "allowed",
    "hardware": {"cpus": 32, "memory_gb": 256},
    "isolation": ["container"],
}
NEED = {
    "languages": [{"name": "Python", "versions": "==3.12.*"}],
    "hardware": {"cpus": 4, "memory_gb": 16},
    "isolation": "container",
}


@dataclass(slots=True)
class Way:
    """The moves of one use case."""

    cast: Cast
    past: Past
    slug: str

    @property
    def case(self) -> UseCase:
        return UseCase.objects.get(slug=self.slug)

    def move(self, who: str, to: str, reason: str, evidence: str = "") -> None:
        usecases.move_stage(actor=self.cast[who], use_case=self.case, to=to, reason=reason, evidence=evidence)

    def hand_over(self, who: str, run: str, tests: str, places: dict[str, str], note: str = "", ago: int = 0) -> Any:
        """By the one whose pipeline it is."""
        return usecases.hand_over(
            actor=self.cast[who],
            use_case=self.case,
            pipeline=f"https://ci.demo.countersign.example/{self.slug}",
            pipeline_owner=self.cast.users[who],
            run=f"https://ci.demo.countersign.example/{self.slug}/runs/{run}",
            run_at=self.past(ago).date(),
            run_result="passed",
            tests=tests,
            configuration=[{"environment": name, "where": where} for name, where in places.items()],
            note=note,
        )

    def needs_the_platform(self, who: str) -> None:
        usecases.state_need(actor=self.cast[who], use_case=self.case, platform=Platform.objects.get(slug=PLATFORM), need=NEED)

    def document(self, who: str, slug: str, title: str) -> None:
        url = f"https://wiki.demo.countersign.example/{self.slug}/{slug}"
        usecases.add_document(actor=self.cast[who], use_case=self.case, slug=slug, title=title, url=url)

    def show(self, who: str, title: str, shown: str, *attended: str) -> None:
        there = [self.cast.users[name] for name in attended]
        usecases.record_increment(actor=self.cast[who], use_case=self.case, title=title, shown=shown, attended=there)


def stories(cast: Cast, past: Past) -> list[Story]:
    return [tell(cast, past) for tell in (platform, churn, planning, credit, metering, spare_parts)]


def platform(cast: Cast, past: Past) -> Story:
    yield past(177, "10:00")
    usecases.add_platform(actor=cast["ada"], slug=PLATFORM, title="Cluster in Frankfurt", offer=OFFER, note="As of the contract.")


def churn(cast: Cast, past: Past) -> Story:
    """It is asked for in production, and its columns have not all a shared meaning: the board says so first."""
    way = Way(cast, past, "churn")
    yield past(170, "11:30")
    way.move("petra", "data-engineering", "The retention team has agreed to both figures, and we know what one leaver costs.")


def planning(cast: Cast, past: Past) -> Story:
    """It ran and was watched; then Singles' Day came, and it went back to those who can mend it."""
    way = Way(cast, past, "demand-forecast")
    yield past(139, "10:15")
    way.move(
        "petra", "data-engineering", "The planners know what an hour of stock costs, and have said how they will measure it."
    )
    yield past(129, "11:20")
    way.move(
        "petra", "building", "Five columns, each with one meaning for all stores.", "Dictionary “Sales”, version of the workshop"
    )
    yield past(127, "14:30")
    way.needs_the_platform("wei")
    way.document("wei", "run-book", "Run book of the forecast")
    yield past(125, "15:00")
    way.show(
        "sofia",
        "Four weeks of forecasts for twelve stores",
        "What would have been ordered, beside what was sold.",
        "mei",
        "marta",
    )
    yield past(121, "15:40")
    first = way.hand_over(
        "sofia",
        "31",
        "118 tests of features and festivals, in the same pipeline.",
        {"planning": "git: config/planning.yaml"},
        ago=122,
    )
    yield past(120, "09:25")
    reason = "Nobody is woken when the night's run fails, and the planners order from an old file without knowing it."
    usecases.answer_hand_over(actor=cast["marta"], hand_over=first, accept=False, reason=reason)
    yield past(119, "16:10")
    second = way.hand_over(
        "sofia",
        "34",
        "126 tests; those that are new let the run fail on purpose.",
        {"planning": "git: config/planning.yaml", "staging": "git: config/staging.yaml"},
        note="A run that fails pages me until the end of the first month, and operations from then on.",
        ago=119,
    )
    yield past(118, "10:05")
    usecases.answer_hand_over(actor=cast["marta"], hand_over=second, accept=True, reason="Tried it: the telephone rang.")
    yield past(118, "11:00")
    way.move("petra", "production", "The planners order by it from Monday on.", "Decision of the planners over forecast-model 1")
    yield past(96, "10:40")
    way.move("marta", "monitoring", "Four weeks without a night that failed; the planners read the error every Monday.")
    yield past(8, "16:30")
    way.move(
        "mei",
        "building",
        "The week of Singles' Day: the error is 14.9 % and stays above what we agreed on. 双十一期间误差过大，请重新训练。",
        "Monitoring of 11 to 17 November; version 9 is outside of the envelope",
    )


def credit(cast: Cast, past: Past) -> Story:
    """It runs. Nobody has said yet how often its figure is read, and by whom."""
    way = Way(cast, past, "credit-limits")
    yield past(125, "11:00")
    give_roles(cast, "petra", way.case.public_id, {"otto": "operations"})
    people.grant_role(
        actor=cast["petra"],
        user=cast.users["marta"],
        role="data_scientist",
        scope=way.case.public_id,
        reason="Writes the score, too",
    )
    way.move("petra", "data-engineering", "The ombudsman and the branches want the same, and it stands in the limits.")
    yield past(124, "11:30")
    _bind(cast, "credit-applications", "billing", "customer_id", "country", "income")
    yield past(111, "09:50")
    way.move("petra", "building", "The three columns mean the same in both branches.")
    yield past(105, "10:00")
    way.needs_the_platform("marta")
    way.document("marta", "reasons", "How reasons are worded, for clerks")
    way.show("marta", "Twenty files, with and without the score", "Two clerks read them side by side.", "bruno")
    yield past(101, "11:00")
    handed = way.hand_over(
        "marta",
        "12",
        "96 tests; twelve files with a known answer are scored in every run.",
        {"credit-decisions": "vault: credit/production"},
        ago=101,
    )
    yield past(100, "09:15")
    usecases.answer_hand_over(actor=cast["otto"], hand_over=handed, accept=True)
    yield past(99, "14:00")
    way.move("petra", "production", "With a clerk beside it, as Bruno has signed.", "Decision over limit-model 1")


# From beginning to end ----------------------------------------------------------------------------------------------

METERING_ROLES = {
    "sofia": "data_scientist",
    "marta": "operations",
    "bruno": "business_owner",
    "samira": "security_reviewer",
    "victor": "model_validator",
    "dina": "data_governance",
}


def metering(cast: Cast, past: Past) -> Story:
    """A small model that does its work: nobody talks about it, and its owner reads its figure every month."""
    way = Way(cast, past, "meter-reading")
    yield past(114, "09:40")
    policy = Policy.objects.get(key="production-release")
    policies.set_gate(actor=cast["ada"], slug="metering", title="Metering", mode="prevent", policy=policy)
    row = usecases.open_use_case(actor=cast["petra"], slug="meter-reading", title="Meter reading")
    give_roles(cast, "petra", row.public_id, METERING_ROLES)
    definition = usecases.define(
        actor=cast["petra"],
        use_case=row,
        business_problem="One in nine readings that customers send as a photo is typed in wrongly, and each costs a letter and a corrected bill.",
        affected="Customers who send photos; the billing team, who correct them.",
        ml_problem="Digits of a meter from a photo, with the certainty of each; below 0.98 a person reads.",
        intended_use="Fills in the reading. The customer sees it and may correct it.",
        limits="Meters with digits only.",
        risk_tier="low",
        consumers=[{"name": "Billing", "kind": "application", "purpose": "Takes the reading over"}],
        kpis=[
            {
                "name": "Readings corrected afterwards",
                "unit": "per 1,000",
                "direction": "down",
                "baseline": Decimal(111),
                "target": Decimal(20),
                "tolerance": Decimal(5),
                "how": "Bills corrected because of the reading, per thousand photos.",
                "cadence": "monthly",
                "readers": "Bruno and the billing team",
            }
        ],
    )
    demo_economics_case.meters(cast, row)
    signature = requests.open_request(
        actor=cast["petra"],
        subject_type="use_case_definition",
        subject_id=definition.public_id,
        purpose="definition",
        environment=None,
        comment="One page, one figure.",
    )
    yield past(113, "10:20")
    look(cast, "bruno", signature)
    vote(cast, "bruno", signature, "business", "Short and clear. Agreed.")
    way.move("petra", "data-engineering", "One figure, and the billing team counts it anyway.")
    yield from _built(way, row)
    yield from _watched(way)


def _built(way: Way, row: UseCase) -> Story:
    """A version, its meaning, its approval."""
    cast, past = way.cast, way.past
    yield past(105, "14:00")
    work = Work(
        "sofia",
        past(106, "16:45"),
        "Read the digits of a meter",
        {"README.md": "Digits from a photo.\n", "src/meter.py": "SURE = 0.98\n", LOCK: lock_of(numpy="2.4.6", pillow="12.0.0")},
    )
    made = build(Path(place()) / "meter-reading", [work])
    repository, _job = repositories.register_repository(actor=cast["sofia"], use_case=row, url=made.url)
    repositories.synchronise(repository=repository)
    version = push(
        cast["sofia"],
        row,
        "meter-model",
        "1",
        repository=made.url,
        commit=made.commits[0],
        lock=made.locks[0],
        params={"sure": "0.98", "seed": 7},
        metrics={"digits_right": "0.991"},
        data={"meter-photos": (64_000, ["customer_id"])},
    )
    _bind(cast, "meter-photos", "billing", "customer_id")
    yield past(103, "10:00")
    way.move("petra", "building", "Photos and readings of two years, with one column that matters.")
    way.needs_the_platform("sofia")
    way.document("sofia", "run-book", "What to do when photos come in upside down")
    way.show(
        "sofia", "A hundred photos, read twice", "The billing team read a hundred photos, and so did the model.", "bruno", "marta"
    )
    request = ask(cast["sofia"], version, "metering", "Reads 99.1 % of the digits right, and asks a person about the rest.")
    yield from answers(
        cast,
        past,
        request,
        (102, "11:10", "samira", "security", "Two libraries, both known."),
        (101, "10:30", "victor", "validation", "Same figure on the photos of a winter it has not seen."),
        (100, "15:20", "dina", "data", "Photos show a meter and nobody's face. The number is that of the customer master."),
        (98, "09:30", "bruno", "business", "Agreed. It pays for itself within the year."),
    )


def _watched(way: Way) -> Story:
    cast, past = way.cast, way.past
    yield past(97, "10:10")
    handed = way.hand_over("sofia", "9", "41 tests and a set of 500 photos.", {"metering": "vault: metering/production"}, ago=98)
    yield past(96, "13:30")
    usecases.answer_hand_over(
        actor=cast["marta"], hand_over=handed, accept=True, reason="Small, and it says when it is not sure."
    )
    way.move("petra", "production", "Approved, accepted, and the customers have been told.")
    yield past(65, "09:10")
    way.move("marta", "monitoring", "A month of quiet nights; 18 corrections in 1,000 photos.")
    yield past(20, "14:30")
    way.show(
        "sofia",
        "Three months of readings",
        "17 corrections in 1,000 photos; the old dials in the north are the worst.",
        "bruno",
        "marta",
    )


def spare_parts(cast: Cast, past: Past) -> Story:
    """Begun with a will, then nobody came back to it; asked why, its owner said it."""
    way = Way(cast, past, "spare-parts")
    yield past(98, "10:30")
    row = usecases.open_use_case(actor=cast["petra"], slug="spare-parts", title="Spare parts for the warehouses")
    give_roles(cast, "petra", row.public_id, {"mei": "business_owner", "wei": "data_engineer", "sofia": "data_scientist"})
    usecases.define(
        actor=cast["petra"],
        use_case=row,
        business_problem="Conveyors stand still for two days when a part is not on the shelf, and the shelf is full of parts that nobody needs.",
        affected="Mechanics in the warehouses; the buyers.",
        ml_problem="Demand of each part and month, from repairs and age of the machines.",
        risk_tier="low",
        kpis=[
            {
                "name": "Days of standstill",
                "unit": "days a year",
                "direction": "down",
                "baseline": Decimal(61),
                "target": Decimal(25),
            }
        ],
    )
    yield past(93, "16:00")
    way.move("petra", "data-engineering", "Two warehouses keep books of their repairs, and lend them to us.")
    yield past(12, "09:20")
    usecases.stand_still(
        actor=cast["mei"],
        use_case=row,
        kind="parked",
        reason="The repair books are on paper until the new system comes in spring. 春季新系统上线后再继续。",
        until=past.ahead(120).date(),
    )


def _bind(cast: Cast, dataset: str, team: str, *columns: str) -> None:
    """Columns of a data set, each bound to the element of the same name; one that is new is added first."""
    words = DataElement.objects.filter(dictionary__slug="customers")
    for column in columns:
        element = words.filter(key=column).first()
        if element is None:
            meaning = {
                "name": "Income",
                "definition": "What is earned in a month after tax, as the customer states it.",
                "logical_type": "number",
                "sensitivity": "personal",
                "unit": "EUR",
            }
            agree(cast, "wei", words[0].dictionary, "What a customer earns", "The credit model reads it.", {column: meaning})
            element = words.get(key=column)
        dictionary.bind_column(
            actor=cast["wei"], element=element, team=Team.objects.get(slug=team), dataset=dataset, column=column
        )
