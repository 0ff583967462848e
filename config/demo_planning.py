"""The demand forecast of the planners in Shanghai: where most things that can happen to a request have happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from approvals.models import Request
from approvals.services import requests
from config.demo_cast import Cast, give_roles, pipeline, place
from config.demo_dictionary import agree, first_of
from config.demo_small_repository import LOCK, SmallRepository, Work, build, lock_of
from config.demo_time import Past, Story
from config.demo_words import Said, answers, ask, line, look, push, vote
from foundation import actor as actors
from foundation.actor import Actor
from governance.dictionary import services as dictionary
from governance.dictionary.models import DataElement
from governance.economics import services as economics
from governance.people.models import Team
from governance.usecases import services as usecases
from governance.usecases.models import UseCase
from lineage.models import ModelVersion
from lineage.services import repositories

ENVIRONMENT = "planning"
ROLES = {
    "wei": "data_engineer",
    "sofia": "data_scientist",
    "marta": "operations",
    "mei": "business_owner",
    "otto": "security_reviewer",
    "dina": "data_governance",
    "victor": "model_validator",
}
COLUMNS = ["store_id", "article_id", "day", "units_sold", "promoted"]
READ = ("store_id", "article_id", "day", "units_sold", "promoted")


@dataclass(slots=True)
class Planning:
    """What the stories of this use case share."""

    cast: Cast
    past: Past
    use_case: UseCase = None  # type: ignore[assignment] # there from the first day on
    ci: Actor = None  # type: ignore[assignment] # likewise
    repository: SmallRepository = None  # type: ignore[assignment] # likewise
    requests: dict[str, Request] = field(default_factory=dict)  # by model and number

    def version(self, model: str, number: str, error: str, *, work: int = 0, rows: int = 800_000, **params: Any) -> ModelVersion:
        """A version as the pipeline pushes it: `error` in percent, built from commit number `work`."""
        return push(
            self.ci,
            self.use_case,
            model,
            number,
            repository=self.repository.url,
            commit=self.repository.commits[work],
            lock=self.repository.locks[work],
            params={"horizon_days": 28, "seed": int(Decimal(number)), **params},
            metrics={"mape": error},
            data={"store-sales": (rows, COLUMNS)},
        )

    def ask(self, who: str, version: ModelVersion, comment: str) -> Request:
        found = ask(self.cast[who], version, ENVIRONMENT, comment)
        self.requests[version.label] = found
        return found


def opening(kit: Planning) -> Story:
    """The use case, its definition, which the planners sign, its meaning, its case, its code."""
    cast, past = kit.cast, kit.past
    yield past(140, "08:40")
    kit.use_case = usecases.open_use_case(actor=cast["petra"], slug="demand-forecast", title="Demand forecast")
    give_roles(cast, "petra", kit.use_case.public_id, ROLES)
    definition = _define(kit)
    _dictionary(cast)
    write_case(kit, saved="0.31", note="First case, from the pilot in twelve stores.")
    signature = requests.open_request(
        actor=cast["petra"],
        subject_type="use_case_definition",
        subject_id=definition.public_id,
        purpose="definition",
        environment=None,
        comment="As agreed in the workshop of the planners.",
    )
    yield past(139, "08:20")
    look(cast, "mei", signature)
    yield past(138, "09:05")
    vote(cast, "mei", signature, "business", "These are our figures, and we will order by them if the targets are met.")
    yield past(136, "10:30")
    kit.repository = build(Path(place()) / "demand-forecast", list(_history(past)))
    row, _job = repositories.register_repository(actor=cast["wei"], use_case=kit.use_case, url=kit.repository.url)
    repositories.synchronise(repository=row)
    kit.ci, _secret = pipeline(cast, "Planning pipeline", "wei", kit.use_case.public_id)


def _history(past: Past) -> Iterator[Work]:
    lock = {"numpy": "2.4.6", "pandas": "3.0.1", "lightgbm": "4.6.0"}
    yield Work(
        "wei",
        past(137, "15:10"),
        "Forecast the demand of each article and store",
        {
            "README.md": "Demand by article, store and day, four weeks ahead.\n",
            "src/forecast/train.py": "HORIZON = 28\n",
            LOCK: lock_of(**lock),
        },
    )
    yield Work(
        "sofia",
        past(137, "17:20"),
        "Know the festivals of the lunar calendar",
        {
            "src/forecast/festivals.py": "SPRING = 'first new moon after 21 January'\n",
            LOCK: lock_of(**lock, festive_days="0.4.1"),
        },
    )
    yield Work(
        "wei",
        past(137, "17:55"),
        "Read the promotions of the coming weeks",
        {"src/forecast/promotions.py": "LOOK_AHEAD = 14\n", LOCK: lock_of(**lock, festive_days="0.4.1", httpx="0.28.1")},
    )
    gates = {**lock, "festive_days": "0.5.0", "httpx": "0.28.1", "pyserial": "3.5"}
    yield Work(
        "wei",
        past(137, "18:10"),
        "Read the scales at the gates of the warehouse",
        {"src/forecast/scales.py": "PORT = '/dev/ttyUSB0'\n", LOCK: lock_of(**gates)},
    )


def _define(kit: Planning) -> Any:
    return usecases.define(
        actor=kit.cast["petra"],
        use_case=kit.use_case,
        business_problem=(
            "Stores throw away 6 % of what is fresh and run out of 4 % of what is asked for, because orders follow last week's sales."
        ),
        affected="Planners in Shanghai, who order by the forecast; stores, which receive the goods; suppliers, who plan their tours.",
        ml_problem="Regression per article, store and day, 28 days ahead, every night. Incumbent: the mean of the last four weeks.",
        intended_use="A proposal for the order. A planner releases each order.",
        limits="Not for new articles in their first 14 days. Not for planning staff one by one.",
        risk_tier="low",
        kpis=[
            {
                "name": "Error of the forecast",
                "unit": "%",
                "direction": "down",
                "baseline": Decimal("21.5"),
                "target": Decimal(14),
                "tolerance": Decimal("0.5"),
                "how": "Mean absolute percentage error by article and store, over four weeks; weekly, by the planners.",
                "cadence": "weekly",
                "readers": "The planners in Shanghai",
            },
            {
                "name": "Thrown away",
                "unit": "% of what is fresh",
                "direction": "down",
                "baseline": Decimal(6),
                "target": Decimal(4),
                "tolerance": Decimal("0.3"),
                "how": "Weight that was written off, from the tills; monthly.",
                "cadence": "monthly",
                "readers": "The planners, and the heads of the districts",
            },
        ],
    )


def _dictionary(cast: Cast) -> None:
    setup = actors.system("setup")
    book = dictionary.create_dictionary(
        actor=setup, slug="sales", title="Sales", purpose="What the tills of all stores record, and what is meant by it."
    )
    agree(cast, "wei", book, "What the tills record", "The forecast reads all of it.", first_of("sales", READ))
    for element in DataElement.objects.filter(dictionary=book).select_related("dictionary"):
        dictionary.bind_column(
            actor=cast["wei"], element=element, team=Team.objects.get(slug="planning"), dataset="store-sales", column=element.key
        )


def write_case(kit: Planning, *, saved: str, note: str) -> None:
    """What it costs and saves: `saved` euros for each order line that was right."""
    economics.write_snapshot(
        actor=kit.cast["petra"],
        use_case=kit.use_case,
        horizon=3,
        discount_rate=Decimal("0.08"),
        real_or_nominal="real",
        currency="EUR",
        note=note,
        lines=[
            line("build", "Building and validating", "cost", 160, "person-day", 610, 0, 0),
            line("run", "Scoring every night", "cost", 12, "month", 2100, 1, 3),
            line("waste", "Less thrown away", "benefit", 720_000, "order line", saved, 1, 3),
        ],
    )


# Releases that went their way ---------------------------------------------------------------------------------------

GOOD = ("Better than the last one in nine of ten districts.", "Figures recomputed, and the festival weeks looked at one by one.")
LIBRARIES = ("Nothing new beside what we know.", "httpx is new; it speaks to the leaflet service only.")
DECIDED = ("We order by it from Monday on.", "Two planners tried it for a week. Agreed.")
RELEASES: tuple[tuple[str, str, str, int, tuple[int, int, int]], ...] = (
    # model, number, error in percent, weekdays ago, on which weekday before today each of the three steps was answered
    ("forecast-model", "1", "16.9", 130, (127, 126, 121)),
    ("forecast-model", "3", "15.6", 104, (101, 102, 94)),
    ("forecast-model", "4", "15.2", 88, (86, 86, 80)),
    ("forecast-model", "5", "14.6", 74, (72, 71, 66)),
    ("forecast-model", "6", "14.1", 58, (56, 57, 54)),
    ("promotion-model", "2", "20.3", 51, (49, 48, 46)),
)


def releases(kit: Planning) -> list[Story]:
    return [_release(kit, number, *row) for number, row in enumerate(RELEASES)]


def _release(kit: Planning, nth: int, model: str, number: str, error: str, asked: int, days: tuple[int, int, int]) -> Story:
    past = kit.past
    yield past(asked, "09:10")
    version = kit.version(model, number, error, work=nth // 2)
    request = kit.ask("wei", version, "")
    quality, supply, business = days
    said: list[Said] = [
        (quality, "11:40", "victor", "quality", GOOD[nth % 2]),
        (supply, "15:25", "otto", "supply", LIBRARIES[nth // 2 == 2]),
        (business, "08:50", "mei", "business", DECIDED[nth % 2]),
    ]
    yield from answers(kit.cast, past, request, *sorted(said, key=lambda item: (-item[0], item[1])))
