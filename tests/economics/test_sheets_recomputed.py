"""The workbook reckons as the engine does: LibreOffice computes every formula anew, and all figures are the same."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from governance.economics.cashflow import evaluate
from governance.economics.plan import Discount, Inflation, Line, Plan
from governance.economics.sheets import export_xlsx, read_xlsx
from tests.economics.plan_values import driver, full_plan, simple_line, simple_plan
from tests.economics.recomputed import SOFFICE, differences, recomputed
from tests.economics.test_sheets import CHINESE

D = Decimal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SOFFICE, reason="needs LibreOffice: apt-get install --no-install-recommends libreoffice-calc"),
]


def flows(*amounts: int, **changes: object) -> Plan:
    """A plan with these net flows."""
    lines = [
        Line(f"p{at}", f"Period {at}", "cost" if amount < 0 else "benefit", D(1), "", abs(D(amount)), at, at)
        for at, amount in enumerate(amounts)
    ]
    return simple_plan(*lines, horizon=len(amounts) - 1, **changes)


def by_months(**changes: object) -> Plan:
    lines = (
        simple_line(to_period=30, growth=D("0.1"), every="month"),
        simple_line(
            "licence",
            every="year",
            from_period=2,
            to_period=30,
            unit_price=D(4),
            risk=D("0.25"),
            risk_reason="-",
            growth=D("0.03"),
        ),
        simple_line("label", every="once", from_period=1, to_period=9, unit_price=D(9)),
        simple_line(
            "saved", kind="benefit", every="quarter", from_period=3, to_period=29, unit_price=D("31.5"), growth=D("-0.02")
        ),
    )
    return replace(
        simple_plan(*lines, period="month", horizon=30, discount=Discount(((0, D("0.08")), (2, D("0.06"))))), **changes
    )


LOSING = replace(driver(), model=replace(driver().model, recall=D("0.01")))
PLANS = {
    "everything": full_plan(),
    "everything_by_period_end": full_plan(mid_period=False, finance_rate=None, reinvestment_rate=None),
    "months": by_months(),
    "months_mid_period": by_months(mid_period=True, finance_rate=D("0.07"), reinvestment_rate=D("0.02")),
    "months_real_rate": by_months(prices="nominal", inflation=Inflation(D("0.025"))),
    "nominal_rate_real_prices": simple_plan(
        simple_line(), simple_line("saved", kind="benefit", unit_price=D(4), to_period=5),
        discount=Discount(((0, D("0.08")),), "nominal"), inflation=Inflation(D("0.025")),
    ),
    "textbook": flows(-42_500, 21_500, 21_500, 21_500, 21_500, 21_500, discount=Discount(((0, D("0.12")),))),
    "never_paid_back": flows(-1000, 400, 400, 400, discount=Discount(((0, D("0.1")),))),
    "mid_period_turns_it": flows(-1000, 400, 400, 400, discount=Discount(((0, D("0.1")),)), mid_period=True),
    "two_rates": flows(-100, 230, -132),
    "no_rate": flows(100, -300, 250),
    "begins_later": flows(0, -1000, 400, 400, 400, 400),
    "begins_later_and_is_never_paid_back": flows(0, -1000),
    "begins_later_with_income": flows(0, 0, 50, -80, 40),
    "nothing_at_all": flows(0, 0),
    "only_costs": simple_plan(),
    "one_period": flows(-5),
    "no_rate_at_all": flows(-100, 50, 60, discount=Discount(((0, D(0)),))),
    "losing_model": simple_plan(
        simple_line("caught", kind="benefit", quantity=D(1), unit_price=D(1), driver=LOSING, risk=D("0.5"), risk_reason="-"), simple_line()
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def done() -> dict[str, bytes]:
    files = {name: export_xlsx(plan) for name, plan in PLANS.items()}
    return recomputed({**files, "chinese": export_xlsx(full_plan(), CHINESE)})


@pytest.mark.parametrize("name", PLANS)
def test_every_figure_of_the_sheet_is_the_engines(done: dict[str, bytes], name: str) -> None:
    assert differences(done[name], evaluate(PLANS[name])) == []


def test_it_reckons_the_same_in_chinese(done: dict[str, bytes]) -> None:
    assert differences(done["chinese"], evaluate(full_plan())) == []


@pytest.mark.parametrize("name", [*PLANS, "chinese"])
def test_what_another_program_saved_is_the_same_case(done: dict[str, bytes], name: str) -> None:
    read = read_xlsx(done[name])
    assert read.problems == ()
    assert read.plan == PLANS.get(name, full_plan())


def test_the_checks_say_that_all_is_in_order(done: dict[str, bytes]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(done["everything"]), data_only=True)["Result"]
    assert [cell.value for (cell,) in sheet["C1:C60"] if cell.value in ("in order", "import the file and export it anew")] == [
        "in order"
    ] * 3


def test_a_sheet_that_people_changed_reckons_on() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(full_plan())))
    book["Case"]["C8"].value = 0.05  # the discount rate
    book["Lines"]["F4"].value = 1300
    book["Rates"]["D1"].value = None
    changed = io.BytesIO()
    book.save(changed)
    plan = full_plan(discount=replace(full_plan().discount, steps=((0, D("0.05")), (3, D("0.03")), (5, D("0.025")))))
    plan = replace(plan, lines=(replace(plan.lines[0], quantity=D(1300)), *plan.lines[1:]))
    again = recomputed({"changed": changed.getvalue()})["changed"]
    assert differences(again, evaluate(plan)) == []
    assert read_xlsx(again).plan == plan
