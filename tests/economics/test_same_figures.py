"""One figure, one number: what page, API, portfolio and paper say of hard values is the exact figure rounded once, halves away from zero.

What is wanted is reckoned here with fractions and rounded here with whole numbers: nothing of it goes through the code that is tested.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cached_property

import pytest

from governance.economics import services
from governance.economics.plan import Discount, Line, Plan
from reports import files
from tests.approvals.pages import text_of
from tests.economics.realised import agreed, budget_holder, later, said, written
from tests.economics.realised import line as month_line
from tests.reports.conftest import make  # noqa: F401  # a fixture: reports are made here too
from tests.reports.test_economics import printed

pytestmark = pytest.mark.django_db
CASE = "/api/v1/use-cases/churn/economics"


# The figures as they have to be --------------------------------------------------------------------------------------------


def away(value: Fraction, places: int) -> Decimal:
    """Rounded once, halves away from zero: docs/economics.md, "Reading a case"."""
    scaled = abs(value) * 10**places
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(-whole if value < 0 else whole).scaleb(-places)


def said_as(value: Fraction, places: int) -> str:
    """As people read it: grouped, without zeros that say nothing."""
    text = f"{away(value, places):,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text


def to_the_cent(value: Fraction) -> str:
    return f"{away(value, 2):,.2f}".removesuffix(".00")


def share(value: Fraction | None, places: int) -> str:
    return "–" if value is None else f"{said_as(value * 100, places)}%"


def time(value: Fraction | None) -> str:
    """In years to one digit, without the space."""
    return "never" if value is None else f"{said_as(value, 1)}{'year' if away(value, 1) == 1 else 'years'}"


def root(value: Fraction, degree: int) -> Fraction:
    with localcontext() as context:
        context.prec = 60
        return Fraction((Decimal(value.numerator) / value.denominator) ** (Decimal(1) / degree))


@dataclass(frozen=True)
class Hard:
    """A case by years: what comes in less what goes out, the first at once, at a rate a year. The sign changes once."""

    rate: str
    flows: tuple[str, ...]

    @cached_property
    def net(self) -> list[Fraction]:
        return [Fraction(flow) for flow in self.flows]

    @cached_property
    def horizon(self) -> int:
        return len(self.flows) - 1

    @cached_property
    def worth(self) -> list[Fraction]:
        return [flow / (1 + Fraction(self.rate)) ** at for at, flow in enumerate(self.net)]

    @property
    def npv(self) -> Fraction:
        return sum(self.worth, Fraction(0))

    @property
    def costs(self) -> Fraction:
        return -sum((worth for worth in self.worth if worth < 0), Fraction(0))

    @property
    def bcr(self) -> Fraction:
        return (self.npv + self.costs) / self.costs

    @property
    def roi(self) -> Fraction:
        return self.npv / self.costs

    @property
    def irr(self) -> Fraction:
        """By halving an interval until 180 bits are known."""
        low, high = Fraction(-99, 100), Fraction(100)
        for _step in range(190):
            middle = Fraction(round((low + high) / 2 * 2**190), 2**190)
            rises = sum(flow / (1 + middle) ** at for at, flow in enumerate(self.net)) >= 0
            low, high = (middle, high) if rises else (low, middle)
        return Fraction(round(low * 10**40), 10**40)

    @property
    def mirr(self) -> Fraction:
        back = (self.npv + self.costs) * (1 + Fraction(self.rate)) ** self.horizon
        return root(back / self.costs, self.horizon) - 1

    @property
    def annual(self) -> Fraction:
        return self.npv / sum((1 / (1 + Fraction(self.rate)) ** at for at in range(1, self.horizon + 1)), Fraction(0))

    @property
    def payback(self) -> Fraction | None:
        return reached(self.net)

    @property
    def discounted_payback(self) -> Fraction | None:
        return reached(self.worth)

    def plan(self) -> Plan:
        lines = [
            Line(f"in{at}", f"Line {at}", "benefit" if flow > 0 else "cost", Decimal(4), "", abs(Decimal(text)) / 4, at, at)
            for at, (text, flow) in enumerate(zip(self.flows, self.net, strict=True))
        ]
        return Plan("EUR", "year", self.horizon, "real", Discount(((0, Decimal(self.rate)),)), tuple(lines))


def reached(flows: list[Fraction]) -> Fraction | None:
    """When the sum of the flows reaches zero, evenly within a period."""
    before = flows[0]
    for at, flow in enumerate(flows[1:]):
        if before < 0 <= before + flow:
            return at - before / flow
        before += flow
    return None


HARD = {
    "half a unit": Hard("0", ("-1000", "1002.5")),
    "an eighth": Hard("0", ("-8001", "9001.125")),
    "not by way of the cent": Hard("0", ("-1000", "1012.4951")),
    "large": Hard("0", ("-1000000000000", "2000000000000.005")),
    "a loss of half a unit": Hard("0.25", ("-1000.5", "1250")),
    "a payback at a tie": Hard("0.25", ("-1000", "950", "1000")),
    "rates of many digits": Hard("0.1", ("-1000", "333.33", "444.44", "555.55")),
}


def test_the_values_are_hard():
    """Ties where rounding to even, or twice, says something else."""
    assert away(HARD["half a unit"].npv, 0) == 3 != round(HARD["half a unit"].npv)
    assert to_the_cent(HARD["an eighth"].npv) == "1,000.13" != f"{Decimal('1000.125'):,.2f}"
    assert (to_the_cent(HARD["not by way of the cent"].npv), said_as(HARD["not by way of the cent"].npv, 0)) == ("12.50", "12")
    assert to_the_cent(HARD["large"].npv) == "1,000,000,000,000.01"
    assert away(HARD["a loss of half a unit"].npv, 0) == -1
    assert time(HARD["a payback at a tie"].payback) == "1.1years"
    assert time(HARD["a loss of half a unit"].discounted_payback) == "never"


# Where they are read -------------------------------------------------------------------------------------------------------


def squeezed(text: str) -> str:
    return re.sub(r"\s|&nbsp;", "", text)


def told(text: str, label: str, value: str) -> bool:
    """Whether the value stands right behind its label, and no longer number does."""
    return re.search(re.escape(squeezed(label) + value) + r"(?![0-9.,%])", text) is not None


def deciding(hard: Hard) -> list[tuple[str, str]]:
    """The figures on top of the case, on its page and on paper."""
    return [
        ("Net present value", f"{said_as(hard.npv, 0)}EUR"),
        ("Benefit-cost ratio", said_as(hard.bcr, 2)),
        ("Payback", time(hard.payback)),
        ("Internal rate of return", share(hard.irr, 1)),
        ("Equivalent a year", f"{said_as(hard.annual, 0)}EUR"),
    ]


def opened(hard: Hard) -> list[tuple[str, str]]:
    """Every figure to more digits, on its page, on that of the case and on paper."""
    return [
        ("Net present value", f"{to_the_cent(hard.npv)}EUR"),
        ("Benefit-cost ratio", said_as(hard.bcr, 4)),
        ("Return on investment", share(hard.roi, 1)),
        ("Internal rate of return", share(hard.irr, 4)),
        ("Modified internal rate of return", share(hard.mirr, 4)),
        ("Equivalent a year", f"{to_the_cent(hard.annual)}EUR"),
        ("Payback", time(hard.payback)),
        ("Payback, discounted", time(hard.discounted_payback)),
    ]


def answered(hard: Hard) -> dict[str, Decimal | None]:
    """What the API says: amounts to the cent, ratios and times to four digits, rates to ten."""

    def fine(value: Fraction | None) -> Decimal | None:
        return None if value is None else away(value, 4)

    return {
        "npv": away(hard.npv, 2),
        "bcr": fine(hard.bcr),
        "roi": fine(hard.roi),
        "mirr": away(hard.mirr, 10),
        "equivalent_annual": away(hard.annual, 2),
        "payback": fine(hard.payback),
        "discounted_payback": fine(hard.discounted_payback),
    }


def numbers(body: dict[str, str | None], names: object) -> dict[str, Decimal | None]:
    return {name: None if body[name] is None else Decimal(str(body[name])) for name in names}  # type: ignore[attr-defined]  # of a dict


@pytest.mark.parametrize("hard", HARD.values(), ids=HARD)
def test_a_case_says_the_same_on_every_page_in_every_answer_and_on_paper(world, make, hard):
    snapshot = services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=hard.plan())
    lead, program = world.client("lead"), world.api("lead")

    case = squeezed(text_of(lead.get("/use-cases/churn/cost-benefit/")))
    for label, value in deciding(hard) + opened(hard):
        assert told(case, label, value), ("page of the case", label, value)
    for name, (_label, value) in zip(
        ("npv", "bcr", "roi", "irr", "mirr", "equivalent_annual", "payback", "discounted_payback"), opened(hard), strict=True
    ):
        assert value in squeezed(text_of(lead.get(f"/use-cases/churn/cost-benefit/figures/{name}/"))), ("page of", name)

    scenarios = squeezed(text_of(lead.get("/use-cases/churn/cost-benefit/scenarios/")))
    row = (said_as(hard.npv, 0), "–", said_as(hard.bcr, 2), time(hard.payback), share(hard.irr, 1), share(hard.mirr, 1))
    assert told(scenarios, "As planned", "".join((*row, said_as(hard.annual, 0)))), ("page of scenarios", row)
    assert told(squeezed(text_of(lead.get("/portfolio/"))), "Net present value", f"{said_as(hard.npv, 0)}EUR"), "portfolio"

    wanted = answered(hard)
    written_down = program.get(CASE).json()["evaluation"]
    varied = program.get(f"{CASE}/{snapshot.public_id}/evaluate", {"scenario": "base"}).json()["scenarios"][0]["evaluation"]
    for body in (written_down, varied):
        assert numbers(body, wanted) == wanted
        assert [Decimal(rate) for rate in body["irr"]] == [away(hard.irr, 10)]
    placed = program.get("/api/v1/portfolio").json()
    for body in (placed["results"][0], placed["sums"][0]):
        assert numbers(body, ("npv", "equivalent_annual")) == {name: wanted[name] for name in ("npv", "equivalent_annual")}

    report = make(world.lead, kind="economics")
    assert report.finished_at, report.job.error
    html = re.sub(r"<[^>]+>", "", files.path_of(report, files.FORMATS["html"]).read_text())
    for place, paper in (("PDF", squeezed(printed(report))), ("HTML", squeezed(html))):
        for label, value in deciding(hard) + opened(hard):
            assert told(paper, label, value), (place, label, value)


def test_results_and_case_agree_on_a_half_that_quotients_miss(world):
    """By months, at the factor 1 ÷ 1.01, the net present value comes to 8.4999…; by years, divided by 1.01, to 8.5."""
    hard = Hard("0.01", ("-1", "9.595"))
    assert hard.npv == Fraction("8.5")
    baseline = agreed(
        world, services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=hard.plan()), budget_holder(world)
    )

    page = squeezed(text_of(world.client("lead").get("/use-cases/churn/cost-benefit/actuals/")))
    body = world.api("lead").get(f"{CASE}/{baseline.case.public_id}/results").json()

    assert told(squeezed(text_of(world.client("lead").get("/use-cases/churn/cost-benefit/"))), "Net present value", "9EUR")
    assert told(page, "Net present value expected", "9EUR")
    assert "Agreed:9." in page
    assert Decimal(body["planned_npv"]) == Decimal("8.5")


def test_a_pace_that_has_no_last_digit_leaves_a_half_a_half(world):
    """8.5 came in three months where 3 were planned, and three are to come: 17 in all, and 0.5 are spent."""
    lines = (month_line("build", "cost", "0.5", 0, 0), month_line("kept", "benefit", "1", 0, 5))
    baseline = agreed(world, written(world, horizon=5, lines=lines), budget_holder(world))
    said(world, baseline, "kept", "2.5", "3", "3")

    with later():
        page = squeezed(text_of(world.client("lead").get("/use-cases/churn/cost-benefit/actuals/")))

    assert told(page, "Net present value expected", "17EUR")


def test_results_say_the_same_on_their_page_in_the_answer_in_the_portfolio_and_on_paper(world, make):
    lines = (month_line("build", "cost", "1000", 0, 0), month_line("kept", "benefit", "1000.125", 0, 3))
    baseline = agreed(world, written(world, horizon=3, lines=lines, tolerance=Decimal(1)), budget_holder(world))
    said(world, baseline, "build", "1000.5")
    said(world, baseline, "kept", "500.25", "500.25")
    # Half of what was planned came, but for 0.125, and it goes on at that pace: 2 · 1,000.5 in all, of which 1,000.5 were spent.
    planned, expected, overrun, shortfall = (Fraction(text) for text in ("3000.5", "1000.5", "0.5", "999.75"))
    difference = expected - planned

    with later():
        page = squeezed(text_of(world.client("lead").get("/use-cases/churn/cost-benefit/actuals/")))
        body = world.api("lead").get(f"{CASE}/{baseline.case.public_id}/results").json()
        portfolio = squeezed(text_of(world.client("lead").get("/portfolio/")))
        placed = world.api("lead").get("/api/v1/portfolio").json()["results"][0]
        report = make(world.lead, kind="economics")
        assert report.finished_at, report.job.error
        html = re.sub(r"<[^>]+>", "", files.path_of(report, files.FORMATS["html"]).read_text())
        papers = {"page": page, "PDF": squeezed(printed(report)), "HTML": squeezed(html)}

    for place, text in papers.items():
        for label, value in (
            ("Net present value expected", f"{said_as(expected, 0)}EUR"),
            ("Difference", "−" + share(-difference / planned, 1)),
            ("Cost overrun to date", f"+{said_as(overrun, 0)}EUR"),
            ("Benefit shortfall to date", f"+{said_as(shortfall, 0)}EUR"),
        ):
            assert told(text, label, value), (place, label, value)
    assert numbers(body, ("planned_npv", "expected_npv", "difference", "cost_overrun", "benefit_shortfall", "share")) == {
        "planned_npv": away(planned, 2),
        "expected_npv": away(expected, 2),
        "difference": away(difference, 2),
        "cost_overrun": away(overrun, 2),
        "benefit_shortfall": away(shortfall, 2),
        "share": away(difference / planned, 6),
    }
    for label, value in (
        ("Net present value", planned),
        ("Cost so far", Fraction("1000.5")),
        ("Benefit realised", Fraction("1000.5")),
    ):
        assert told(portfolio, label, f"{said_as(value, 0)}EUR"), ("portfolio", label)
    assert numbers(placed, ("npv", "spent", "realised")) == {
        "npv": Decimal("3000.5"), "spent": Decimal("1000.5"), "realised": Decimal("1000.5")
    }  # fmt: skip
