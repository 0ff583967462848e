"""Plans for tests: one with everything in it, and any that may be written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

from governance.economics.drivers import Classification, Incumbent, Quality
from governance.economics.plan import (
    ALWAYS,
    Bias,
    Correlation,
    Discount,
    Exchange,
    Inflation,
    Line,
    Mitigation,
    Plan,
    Range,
    Scenario,
)
from governance.economics.plan.limits import EVERY, HIDDEN

D = Decimal


def driver() -> Classification:
    """The published case of the confusion matrix: it is worth 500,800 more than doing nothing."""
    return Classification(
        D(100_000),
        D("0.02"),
        Quality(recall=D("0.7"), precision=D("0.35")),
        Incumbent("nothing", ""),
        value_true_positive=D(180),
        cost_false_positive=D(12),
        cost_false_negative=D(200),
        value_true_negative=D(0),
    )


def simple_line(key: str = "gpu", **changes: object) -> Line:
    return replace(Line(key, key.title(), "cost", D(1200), "h", D("2.5"), 0, 3), **changes)


def simple_plan(*lines: Line, **changes: object) -> Plan:
    return replace(Plan("EUR", "year", 5, "real", Discount(((0, D("0.035")),)), lines or (simple_line(),)), **changes)


def full_plan(**changes: object) -> Plan:
    """One of everything."""
    plan = Plan(
        currency="EUR",
        period="year",
        horizon=6,
        prices="nominal",
        discount=Discount(
            ((0, D("0.035")), (3, D("0.03")), (5, D("0.025"))), "real", "HM Treasury, Green Book", date(2022, 11, 18)
        ),
        lines=(
            simple_line(
                every="month",
                currency="USD",
                prices="nominal",
                risk=D("0.1"),
                risk_reason="Failed runs",
                growth=D("-0.05"),
                bias="software",
                category="compute",
                quantity_range=Range(D(1000), D(1500)),
                evidence="An offer\nof last week",
                owner="us_7",
            ),
            Line(
                "label", "标注 =1+1", "cost", D("20000.5"), "标签", D("0.070001"), 0, 6, every="once", bias="software", risk=D(0)
            ),
            Line(
                "caught",
                "Caught",
                "benefit",
                D(1),
                "",
                D(1),
                1,
                6,
                every="quarter",
                driver=driver(),
                risk=D("0.2"),
                risk_reason="-",
            ),
            Line(
                "saved",
                "+Saved",
                "benefit",
                D(40),
                "@h",
                D("61.25"),
                1,
                6,
                growth=D("0.02"),
                unit_price_range=Range(D(50), D(70)),
            ),
        ),
        inflation=Inflation(D("0.02"), "Statistics", date(2025, 1, 1)),
        mid_period=True,
        finance_rate=D("0.06"),
        reinvestment_rate=D("0.03"),
        exchange=(
            Exchange("USD", D("0.921234567891"), "ECB", date(2025, 3, 3)),
            Exchange("CNY", D("0.127"), "", date(1899, 1, 1)),
        ),
        biases=(
            Bias(
                "software",
                "Software",
                D("2"),
                D("0.1"),
                (Mitigation("Pilot", D("0.5"), "Report"),),
                "Mott MacDonald",
                date(2002, 7, 1),
            ),
            Bias("none.yet", "Other", D("0.51"), D("0.04")),
        ),
        scenarios=(
            Scenario("low", "Low", {"rate": D("0.05"), "line.gpu.quantity": D(1500), "line.caught.driver.recall": D("0.6")}),
            Scenario("empty", "=Empty"),
        ),
        correlations=(Correlation("line.gpu.quantity", "line.saved.unit_price", D("-0.5")),),
        tolerance=D("0.05"),
    )
    return replace(plan, **changes)


# Any plan that may be written --------------------------------------------------------------------------------------------

_KEYS = st.from_regex(r"[a-z][a-z0-9_.-]{0,20}", fullmatch=True)
_SIGNS = st.characters(exclude_categories=("Cs", "Cc", "Cn")).filter(lambda sign: not HIDDEN.match(sign))
_AWKWARD = st.sampled_from(
    (
        "=1+1",
        "'=1+1",
        "''+x",
        "@SUM(A1)",
        "-5",
        "1,5",
        "0012",
        "_x0041_",
        "_x005F_",
        "[lines]",
        "#",
        "TRUE",
        "#REF!",
        "中文，标注",
        'a"b',
        "a;b\t".strip(),
    )
)


def texts(most: int = 60, least: int = 0) -> st.SearchStrategy[str]:
    return st.one_of(st.text(_SIGNS, max_size=most), _AWKWARD).map(str.strip).filter(lambda text: least <= len(text) <= most)


def decimals(low: str, high: str, places: int = 6) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(low), D(high), allow_nan=False, allow_infinity=False, places=places)


_AMOUNTS = st.one_of(decimals("0", "999999999999.999999"), st.integers(0, 10**6).map(D), st.just(D("0.1")))
_RATES = decimals("-0.5", "10")
_SHARES = decimals("0", "1")
_DAYS = st.one_of(st.just(ALWAYS), st.dates())
_DATED = st.dates().filter(lambda day: day != ALWAYS)


@st.composite
def _lines(draw: st.DrawFn, key: str, horizon: int, plan: dict[str, object]) -> Line:
    first = draw(st.integers(0, horizon))
    kind = draw(st.sampled_from(("cost", "benefit")))
    risk = draw(_SHARES)
    quantity, price = draw(_AMOUNTS), draw(_AMOUNTS)
    driven = kind == "benefit" and draw(st.booleans())
    around = st.none() if driven else st.booleans()
    low = Range(quantity / 2 if quantity < 10**6 and quantity == quantity.to_integral() else D(0), quantity)
    return Line(
        key=key,
        title=draw(texts(least=1)),
        kind=kind,
        quantity=D(1) if driven else quantity,
        unit=draw(texts(40)),
        unit_price=D(1) if driven else price,
        from_period=first,
        to_period=draw(st.integers(first, horizon)),
        every=draw(st.sampled_from(EVERY)),
        category=draw(texts(30, 1)),
        currency=draw(st.sampled_from(("", "EUR", *plan["currencies"]))),
        prices=draw(st.sampled_from(("", "real"))),
        risk=risk,
        risk_reason=draw(texts(least=1)) if risk else draw(texts()),
        growth=draw(decimals("-0.9", "2")),
        bias=draw(st.sampled_from(("", *plan["biases"]))) if kind == "cost" else "",
        quantity_range=low if draw(around) else None,
        unit_price_range=Range(D(0), price) if draw(around) else None,
        evidence="\n".join(draw(st.lists(texts(40), max_size=3))).strip(),
        owner=draw(st.sampled_from(("", "us_1"))),
        driver=driver() if driven else None,
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    period = draw(st.sampled_from(("year", "month")))
    horizon = draw(st.integers(0, 12))
    currencies = draw(st.lists(st.sampled_from(("USD", "CNY", "JPY")), unique=True))
    biases = draw(st.lists(_KEYS, unique=True, max_size=2))
    keys = draw(st.lists(_KEYS, min_size=1, max_size=4, unique=True))
    known: dict[str, object] = {"currencies": currencies, "biases": biases}
    later = sorted(draw(st.sets(st.integers(1, 40), max_size=3)))
    steps = ((0, draw(_RATES)), *((year, draw(_RATES)) for year in later))
    scenarios = draw(st.lists(_KEYS.filter(lambda key: key not in ("base", "do_nothing")), unique=True, max_size=2))
    overrides = st.fixed_dictionaries(
        {}, optional={f"line.{keys[0]}.growth": decimals("-0.5", "1"), f"line.{keys[-1]}.risk": _SHARES}
    )
    return Plan(
        currency="EUR",
        period=period,
        horizon=horizon,
        prices="real",
        discount=Discount(steps, "real", draw(texts()), draw(_DAYS)),
        lines=tuple(draw(_lines(key, horizon, known)) for key in keys),
        inflation=draw(st.none() | st.builds(Inflation, _RATES, texts(), _DAYS)),
        mid_period=draw(st.booleans()),
        finance_rate=draw(st.none() | _RATES),
        reinvestment_rate=draw(st.none() | _RATES),
        exchange=tuple(Exchange(item, draw(decimals("0.000001", "999999")), draw(texts()), draw(_DATED)) for item in currencies),
        biases=tuple(
            Bias(
                key,
                draw(texts(least=1)),
                draw(decimals("1", "3")),
                draw(_SHARES),
                tuple(Mitigation(draw(texts(least=1)), D("0.3"), draw(texts(least=1))) for _ in range(draw(st.integers(0, 2)))),
                draw(texts()),
                draw(_DAYS),
            )
            for key in biases
        ),
        scenarios=tuple(Scenario(key, draw(texts(least=1)), draw(overrides)) for key in scenarios),
        tolerance=draw(_SHARES),
    )
