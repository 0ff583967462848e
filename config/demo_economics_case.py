"""How the demo's cases came about: from the lines that ship, with ranges, risks and what shows that they are so.

`churn`, `credit` and `meters` write a case down at the moment at which its story is; `stories` tells of the draft that is open now.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation.actor import Actor
from governance.economics import drafting, services
from governance.economics.models import CaseDraft, Snapshot
from governance.economics.plan import Discount, Line, Range, Scenario
from governance.economics.selectors.drafts import draft_of
from governance.economics.shipped import line_of, line_template
from governance.usecases.models import UseCase

HOUSE_RATE = Discount(((0, Decimal("0.08")),), "real", "Finance handbook, section 4.2", date(2026, 1, 15))


def churn(cast: Cast, use_case: UseCase, note: str = "First case, before the pilot.") -> Snapshot:
    """Petra builds the case from the lines that ship, and says of each how sure she is."""
    petra = cast["petra"]
    return _written(
        petra,
        use_case,
        note,
        {"horizon": 3, "discount": HOUSE_RATE},
        [
            _line("build", "Building and validating", "cost", 120, "person-day", 640, 0, category="people", low=100, high=180, price=(600, 700),
                  risk="0.1", because="Two of the four have not built one of these before.", owner=petra,
                  evidence="Estimate of 12 May, three people independently; the two closest taken."),
            _answered("labelling", {"labels": 4000, "price": "1.80", "checked_again": 0}, key="labels", title="Labels checked by phone",
                      quantity_range=Range(Decimal(3500), Decimal(5000)), evidence="Quote of the call centre, valid until the end of the year."),
            _line("run", "Scoring and monitoring", "cost", 12, "month", 850, 1, 3, category="computing", price=(780, 1100),
                  evidence="Bill of the last quarter for a job of the same size.", owner=cast["marta"]),
            _line("offers", "Offers to customers who stay anyway", "cost", 31200, "offer", "1.20", 1, 3, category="other", low=24000, high=45000,
                  evidence="Precision of the pilot: 35 of 100 that were called had wanted to leave."),
            _answered("security_review", {"packages": 6, "hours": 3, "wage": 95}, evidence="Hours of the last three reviews."),
            _answered("decommissioning", {"hours": 40, "wage": 95, "fees": 0}, risk=Decimal("0.2"),
                      risk_reason="Nobody has taken one of these down yet."),
            _line("kept", "Customers kept", "benefit", 1680, "customer", 62, 1, 3, category="revenue", low=900, high=2300, price=(48, 75),
                  risk="0.15", because="The pilot ran in spring, when few leave.", owner=cast["bruno"],
                  evidence="Minutes of the pilot's review: 140 a month in two districts."),
        ],
        (Scenario("summer", "Half as many as in the pilot", {"line.kept.quantity": Decimal(840)}),
         Scenario("dear", "Labels and calls cost twice as much",
                  {"line.labels.unit_price": Decimal("3.6"), "line.offers.unit_price": Decimal("2.4")})),
    )  # fmt: skip


def credit(cast: Cast, use_case: UseCase, note: str = "Hours of clerks only; fewer defaults are not counted yet.") -> Snapshot:
    """Hours of clerks against what it costs to build, run and explain."""
    return _written(
        cast["petra"],
        use_case,
        note,
        {"horizon": 3, "discount": HOUSE_RATE},
        [
            _line("build", "Building and validating", "cost", 210, "person-day", 680, 0, category="people", low=180, high=320, risk="0.15",
                  because="The ombudsman may ask for more reasons than three.", evidence="Estimate, compared with the scorecard of 2023."),
            _line("run", "Scoring, monitoring, explaining", "cost", 12, "month", 3200, 1, 3, category="computing", growth="0.03"),
            _answered("governance", {"people": 4, "hours": 12, "wage": 95}, evidence="Hours booked for the scorecard of 2023."),
            _line("hours", "Hours of clerks", "benefit", 4100, "hour", 46, 1, 3, category="saving", low=2600, high=4900,
                  evidence="Two weeks with a stop watch in Leipzig and Ulm: 34 minutes of 51 for each file."),
        ],
    )  # fmt: skip


def meters(cast: Cast, use_case: UseCase, note: str = "Letters and corrected bills only.") -> Snapshot:
    """A small one, by months: years would not show when it is paid back."""
    return _written(
        cast["petra"],
        use_case,
        note,
        {"period": "month", "horizon": 36, "discount": HOUSE_RATE, "mid_period": True},
        [
            _line("build", "Building", "cost", 35, "person-day", 640, 0, category="people", low=30, high=50, evidence="Fixed price of the supplier."),
            _line("run", "Running", "cost", 1, "month", 140, 1, 36, category="computing", every="month"),
            _answered("retraining", {"runs": 1, "computing": 200, "labels": 450, "work": 800}, horizon=36, title="New meters once a year",
                      evidence="Two new models of meters came in each of the last years."),
            _line("letters", "Letters that are not sent", "benefit", 683, "letter", "3.10", 2, 36, category="saving", every="month",
                  low=500, high=720, risk="0.05", because="Some customers will go on writing.",
                  evidence="Letters of the last twelve months, by reason."),
        ],
    )  # fmt: skip


def stories(cast: Cast, past: Past) -> list[Story]:
    return [_open_draft(cast, past)]


def _open_draft(cast: Cast, past: Past) -> Story:
    """The call centre has raised its price. Petra begins a draft, Sofia puts in what she knows; nobody has written it down yet."""
    yield past(2, "10:05")
    use_case = UseCase.objects.get(slug="churn")
    draft = services.begin_draft(actor=cast["petra"], use_case=use_case)
    yield past(2, "10:20")
    draft = _changed(
        cast["petra"], draft, "labels", unit_price=Decimal("2.30"), evidence="New price list of the call centre, from next month."
    )
    yield past(1, "15:40")
    draft = _now(use_case)
    more = _answered(
        "retraining", {"runs": 2, "computing": 300, "labels": 0, "work": 1200}, evidence="Drift of the last two quarters."
    )
    draft = services.add_line(actor=cast["sofia"], draft=draft, revision=draft.revision, line=more)
    unsure = {"risk": Decimal("0.25")}  # and does not say why: the draft says that this is missing
    _changed(cast["sofia"], draft, "retraining", **unsure)


# Their words ----------------------------------------------------------------------------------------------------------------


def _written(
    actor: Actor, use_case: UseCase, note: str, frame: dict[str, Any], lines: list[Line], scenarios: tuple[Scenario, ...] = ()
) -> Snapshot:
    """As people do it: begin a draft, put in line by line, write it down."""
    draft = services.begin_draft(actor=actor, use_case=use_case, currency="EUR", frame=frame)
    for line in lines:
        draft = services.add_line(actor=actor, draft=draft, revision=draft.revision, line=line)
    if scenarios:
        draft = services.change_draft(
            actor=actor,
            draft=draft,
            revision=draft.revision,
            part="scenarios",
            change=lambda plan: replace(plan, scenarios=scenarios),
        )
    return services.write_down(actor=actor, draft=draft, revision=draft.revision, note=note)


def _line(
    key: str, title: str, kind: str, quantity: Any, unit: str, price_of_one: Any, first: int, last: int | None = None, *,
    category: str, low: Any = None, high: Any = None, price: tuple[Any, Any] | None = None, risk: str = "0", because: str = "",
    growth: str = "0", owner: Actor | None = None, evidence: str = "", every: str = "period",
) -> Line:  # fmt: skip
    return Line(
        key,
        title,
        kind,
        Decimal(quantity),
        unit,
        Decimal(price_of_one),
        first,
        first if last is None else last,
        every,
        category,
        risk=Decimal(risk),
        risk_reason=because,
        growth=Decimal(growth),
        quantity_range=None if low is None else Range(Decimal(low), Decimal(high)),
        unit_price_range=None if price is None else Range(*map(Decimal, price)),
        evidence=evidence,
        owner=owner.user.public_id if owner and owner.user else "",
    )


def _answered(name: str, answers: dict[str, Any], *, horizon: int = 3, key: str = "", **more: Any) -> Line:
    """A line that ships, with its questions answered, and what else there is to say of it."""
    template = line_template(name)
    if template is None:
        raise ValueError(f"no line {name} ships")
    figures = {question: Decimal(answer) for question, answer in answers.items()}
    return replace(line_of(template, figures, horizon=horizon, key=key or name), **more)


def _changed(actor: Actor, draft: CaseDraft, key: str, **more: Any) -> CaseDraft:
    line = replace(drafting.line_in(drafting.as_plan(draft.plan), key), **more)
    return services.change_line(actor=actor, draft=draft, revision=draft.revision, key=key, line=line)


def _now(use_case: UseCase) -> CaseDraft:
    draft = draft_of(use_case)
    if draft is None:
        raise ValueError("the draft of this story is gone")
    return draft
