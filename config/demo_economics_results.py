"""What came of a case: agreed in spring, eight months of bills and of what finance counts, and a benefit that stays behind.

Every month the cloud bill and the sheet of finance are read; one amount was mistyped and is corrected. The benefit comes later than it
was agreed, so that the case has to be approved again: its page says so, and nobody has written the new version yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from approvals.services import requests
from config.demo_cast import Cast, give_roles
from config.demo_time import BERLIN, Past, Story
from config.demo_words import look, vote
from governance.economics import services as economics
from governance.economics.models import Actual, Baseline
from governance.economics.plan import Discount, Line, Plan
from governance.economics.results import month_after
from governance.economics.services.actual_imports import take_in, try_actuals
from governance.economics.services.actuals import correct_actual, record_actual
from governance.usecases import services as usecases
from governance.usecases.models import UseCase

ROLES = {"sofia": "data_scientist", "marta": "ml_engineer", "bruno": "business_owner", "mei": "budget_holder"}
MONTHS = 8
# Month by month: what the GPUs and the storage came to, licences, hours of review, and second deliveries that were saved.
GPU = ("1086.214402", "1190.557310", "1161.019877", "1240.300114", "1177.641930", "1204.118055", "1251.902267", "1233.480091")
STORAGE = ("61.104", "64.881", "70.020", "74.559", "79.313", "83.400", "88.127", "92.650")
LICENCES = ("640.00", "640.00", "6400.00", "640.00", "672.00", "672.00", "672.00", "672.00")  # the third is mistyped
REVIEW = ("810.00", "945.00", "1080.00", "1215.00", "990.00", "945.00", "900.00", "855.00")
SAVED = (None, None, None, "6115.20", "6988.80", "7644.00", "8190.00", "8299.20")
RULES = [
    {"by": "tag", "name": "project", "value": "delivery-slots", "line": "gpu"},
    {"by": "service", "name": "", "value": "Object Storage", "line": "storage"},
]
COLUMNS = "ProviderName,InvoiceId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ServiceName,ResourceId,BilledCost,EffectiveCost,Tags"


@dataclass(slots=True)
class Slots:
    """What the story goes along with."""

    cast: Cast
    past: Past
    row: UseCase = None  # type: ignore[assignment] # there from the first day on

    def at(self, day: date, clock: str) -> datetime:
        """That time on a day or, at a weekend, on the Monday after it; never later than this morning."""
        day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
        return min(datetime.combine(day, time.fromisoformat(clock), BERLIN), self.past(0, "00:10"))


def stories(cast: Cast, past: Past) -> list[Story]:
    return [slots(Slots(cast, past))]


def slots(kit: Slots) -> Story:
    """Agreed, and then measured month by month."""
    yield kit.past(176, "09:40")
    _opened(kit)
    yield from _agreed(kit)
    baseline = Baseline.objects.get(case__use_case=kit.row)
    for number in range(MONTHS):
        month = month_after(baseline.starts_on, number)
        yield from _month(kit, number, month)


def _opened(kit: Slots) -> None:
    cast = kit.cast
    kit.row = usecases.open_use_case(actor=cast["petra"], slug="delivery-slots", title="Delivery slots")
    give_roles(cast, "petra", kit.row.public_id, ROLES)
    usecases.define(
        actor=cast["petra"],
        use_case=kit.row,
        business_problem="One parcel in nine is brought twice, because nobody was at home. Each second way costs 2.10 euros.",
        affected="Customers who wait for a parcel; drivers; the partners who are paid by the stop.",
        ml_problem="Probability that somebody is at home, per address and hour of the day.",
        intended_use="The three best hours are offered when the parcel is announced; customers choose.",
        limits="Private addresses only. Nothing is kept of who was at home when.",
        risk_tier="low",
        kpis=[
            {
                "name": "Second deliveries",
                "unit": "%",
                "direction": "down",
                "baseline": Decimal("11.2"),
                "target": Decimal("6.5"),
                "how": "Parcels brought more than once, of all parcels of a month.",
            }
        ],
    )


def _agreed(kit: Slots) -> Iterator[datetime]:
    """Written down by months, put up, and agreed to by who pays and who wants it."""
    cast, past = kit.cast, kit.past
    yield past(175, "14:10")
    lines = (
        _line("build", "Building and validating", "cost", 74, "person-day", 620, 0, 0, "people"),
        _line("gpu", "GPU hours, failed runs included", "cost", 410, "GPU hour", "2.80", 0, 23, "computing"),
        _line("storage", "Storage", "cost", 3, "TB", 22, 0, 23, "computing"),
        _line("licences", "Licence of the address data", "cost", 1, "licence", 640, 0, 23, "data"),
        _line("review", "Complaints looked at by a person", "cost", 20, "hour", 45, 0, 23, "people"),
        _line("saved", "Second deliveries saved", "benefit", 5200, "delivery", "2.10", 3, 23, "saving"),
    )
    plan = Plan(
        currency="EUR",
        period="month",
        horizon=23,
        prices="nominal",
        discount=Discount(((0, Decimal("0.09")),), "nominal", "Finance handbook, section 4.2", date(2026, 1, 15)),
        lines=lines,
    )
    snapshot = economics.write_snapshot(
        actor=cast["petra"], use_case=kit.row, plan=plan, note="By months, so that it can be measured by months."
    )
    request = requests.open_request(
        actor=cast["petra"],
        subject_type="economics_snapshot",
        subject_id=snapshot.public_id,
        purpose="baseline",
        environment=None,
        comment="Reckoned with the partners: 2.10 is what they charge for a second stop, since January.",
    )
    yield past(174, "10:05")
    look(cast, "mei", request)
    vote(cast, "mei", request, "money", "The quantities are those of the pilot in Leipzig. The money is in my budget.")
    yield past(174, "15:30")
    look(cast, "bruno", request)
    vote(cast, "bruno", request, "worth", "Worth it, and I answer for the 5,200 a month from the fourth month on.")


def _month(kit: Slots, number: int, month: date) -> Iterator[datetime]:
    """A week into the next month: the bill, the sheet of finance, and once the invoice for building it."""
    cast, following = kit.cast, month_after(month, 1)
    yield kit.at(following + timedelta(days=4), "09:15")
    said = f"{month:%Y-%m}"
    if number == 1:
        record_actual(
            actor=cast["petra"], use_case=kit.row, line="build", month=said, amount="44020.00", reference="PO 4500117",
            note="71 of 74 days, as booked.",
        )  # fmt: skip
    bill = try_actuals(
        actor=cast["marta"], use_case=kit.row, data=_bill(number, month), name=f"cloud-{said}.csv", kind="bill", rules=RULES
    )
    take_in(actor=cast["marta"], checked=bill)
    yield kit.at(following + timedelta(days=6), "16:40")
    sheet = try_actuals(actor=cast["petra"], use_case=kit.row, data=_sheet(number, said), name=f"finance-{said}.csv", kind="rows")
    take_in(actor=cast["petra"], checked=sheet)
    if number == 2:
        yield kit.at(following + timedelta(days=8), "11:20")
        wrong = Actual.objects.get(case__use_case=kit.row, line="licences", month=month)
        correct_actual(actor=cast["petra"], actual=wrong, amount="640.00", because="A zero too many: the invoice says 640.")


def _bill(number: int, month: date) -> bytes:
    """The export of the provider: two jobs, the storage, and something that is not ours."""
    day = f"{month:%Y-%m-%d}T00:00:00Z"
    invoice = f"DE-{month:%y%m}-0417"
    tags = '"{""project"": ""delivery-slots""}"'
    trained, scored = Decimal(GPU[number]) * 3 / 4, Decimal(GPU[number]) / 4
    rows = [
        COLUMNS,
        f"Nordwolke,{invoice},EUR,{day},{day},Compute,gpu-train,{trained},{trained},{tags}",
        f"Nordwolke,{invoice},EUR,{day},{day},Compute,gpu-score,{scored},{scored},{tags}",
        f"Nordwolke,{invoice},EUR,{day},{day},Object Storage,bucket-slots,{STORAGE[number]},{STORAGE[number]},",
        f"Nordwolke,{invoice},EUR,{day},{day},Support,plan,29.00,29.00,",
    ]
    return ("\n".join(rows) + "\n").encode()


def _sheet(number: int, month: str) -> bytes:
    """What finance sends: licences, hours of review and, once there are any, the deliveries that were saved."""
    rows = [
        "line,month,amount,currency,reference",
        f"licences,{month},{LICENCES[number]},EUR,ER-{month}-1",
        f"review,{month},{REVIEW[number]},EUR,ER-{month}-2",
    ]
    saved = SAVED[number]
    if saved is not None:
        rows.append(f"saved,{month},{saved},EUR,ER-{month}-3")
    return ("\n".join(rows) + "\n").encode()


def _line(
    key: str, title: str, kind: str, quantity: int, unit: str, price: int | str, first: int, last: int, category: str
) -> Line:
    return Line(key, title, kind, Decimal(quantity), unit, Decimal(price), first, last, category=category)
