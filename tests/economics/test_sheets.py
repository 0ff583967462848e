"""Cases as spreadsheets: what is exported comes back, whatever it holds and whichever language it is in."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings

from governance.economics.cashflow import roots
from governance.economics.plan import Exchange, Line, Plan
from governance.economics.plan.problems import NotWritten
from governance.economics.sheets import export_csv, export_xlsx, read_csv, read_xlsx
from governance.economics.sheets.fields import CHOICES
from tests.economics.plan_values import full_plan, plans, simple_line, simple_plan

D = Decimal
CHINESE = {
    "Case": "案例",
    "Lines": "明细",
    "Cash flow": "现金流",
    "Result": "结果",
    "Rates": "费率",
    "Scenarios": "情景",
    "Read me": "说明",
}
CHINESE |= {
    "cost": "成本",
    "benefit": "收益",
    "real": "实际",
    "nominal": "名义",
    "period": "每期",
    "month": "月",
    "quarter": "季度",
}
CHINESE |= {"year": "年", "once": "一次", "yes": "是", "no": "否", "Currency": "币种", "Quantity": "数量"}


def many_lines(count: int, horizon: int, period: str = "month") -> Plan:
    lines = [
        simple_line(f"line{at}", title=f"第 {at} 行", kind=("cost", "benefit")[at % 2], to_period=horizon, growth=D("0.01"))
        for at in range(count)
    ]
    return simple_plan(*lines, period=period, horizon=horizon)


@given(plans())
@settings(max_examples=40, deadline=None)
def test_a_workbook_gives_the_same_case_back(plan: Plan) -> None:
    read = read_xlsx(export_xlsx(plan, CHINESE))
    assert (read.problems, read.remarks) == ((), ())
    assert read.plan == plan


@given(plans())
@settings(max_examples=60, deadline=None)
def test_separated_values_give_the_same_case_back(plan: Plan) -> None:
    read = read_csv(export_csv(plan))
    assert read.problems == ()
    assert read.plan == plan


@pytest.mark.parametrize("words", [None, CHINESE, lambda text: CHINESE.get(text, text)])
def test_one_of_everything_comes_back_in_both_languages(words: Any) -> None:
    plan = full_plan()
    assert read_xlsx(export_xlsx(plan, words)).plan == plan
    assert read_csv(export_csv(plan)).plan == plan


def test_the_longest_case_comes_back() -> None:
    plan = many_lines(200, 600)
    read = read_xlsx(export_xlsx(plan))
    assert read.problems == ()
    assert read.plan == plan


def test_two_hundred_lines_over_sixty_periods_are_written_in_time() -> None:
    plan = many_lines(200, 60)
    begun = time.process_time()
    export_xlsx(plan)
    assert (
        time.process_time() - begun < 6
    )  # seconds of the processor; three on a machine that does nothing else: see bench/economics_sheet.py


def test_the_same_case_is_the_same_file() -> None:
    assert export_xlsx(full_plan()) == export_xlsx(full_plan())


def test_the_sheets_have_the_names_of_their_language_and_formulas_live() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(full_plan(), CHINESE, made=date(2026, 1, 2))))
    assert book.sheetnames == ["案例", "明细", "现金流", "结果", "费率", "情景", "说明"]
    assert book["明细"]["D4"].value == "成本"
    flow = book["现金流"]
    assert all(cell.data_type == "f" for row in flow["D5:Q8"] for cell in row)
    assert "案例" not in str(flow["D5"].value), "names keep formulas short"
    assert any("IRR(" in str(cell.value) for (cell,) in book["结果"]["C4:C40"])
    assert any("2026-01-02" in str(cell.value) for (cell,) in book["说明"]["B1:B5"])
    assert book["明细"]["D4"].font.color.rgb == "000000FF"
    assert book["现金流"]["D5"].font.color.rgb == "00000000"


def test_no_text_is_a_formula() -> None:
    plan = simple_plan(simple_line(title='=HYPERLINK("http://x","y")', unit="@x", evidence="+1\n-1", category="-x"))
    sheet = openpyxl.load_workbook(io.BytesIO(export_xlsx(plan)))["Lines"]
    assert {cell.data_type for cell in sheet[4] if cell.value is not None} == {"s", "n"}
    assert sheet["C4"].quotePrefix
    cells = next(row for row in csv.reader(io.StringIO(export_csv(plan).decode("utf-8-sig"))) if row[1] == "gpu")
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")]


def test_numbers_of_more_digits_than_a_spreadsheet_keeps_come_back_after_it_cut_them() -> None:
    plan = simple_plan(simple_line(quantity=D("123456789012.123456"), unit_price=D("0.07")))
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(plan)))
    assert book["Lines"]["F4"].value == 123456789012.123456
    again = io.BytesIO()
    book.save(again)  # as binary floats, of 16 digits
    assert read_xlsx(again.getvalue()).plan == plan
    book["Lines"]["F4"].value = 7
    changed = io.BytesIO()
    book.save(changed)
    read = read_xlsx(changed.getvalue())
    assert read.plan is not None
    assert read.plan.lines[0].quantity == 7


def test_what_people_change_in_the_workbook_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(full_plan(), CHINESE)))
    lines = book["明细"]
    lines["C5"].value = "新标题"
    lines["D5"].value = "cost"
    lines.append([None, "new", "Added", "收益", "other", 3, None, None, None, 4.25, None, None, None, None, 1, 2, "年"])
    changed = io.BytesIO()
    book.save(changed)
    plan = read_xlsx(changed.getvalue()).plan
    assert plan is not None
    assert plan.lines[1].title == "新标题"
    assert plan.lines[-1] == Line("new", "Added", "benefit", D(3), "", D("4.25"), 1, 2, every="year")


def test_a_plain_list_of_lines_goes_into_a_case() -> None:
    data = b"key,title,kind,quantity,unit_price,from_period,to_period\ngpu,GPU,cost,10,2.5,0,3\n"
    read = read_csv(data, simple_plan(discount=simple_plan().discount))
    assert read.plan is not None
    assert read.plan.lines == (Line("gpu", "GPU", "cost", D(10), "", D("2.5"), 0, 3),)
    alone = read_csv(data)
    assert [problem.code for problem in alone.problems] == ["no_table"]
    assert alone.mapping["lines"][0]["quantity"] == D(10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_other_programs_save_separated_values_in_other_ways(encoding: str, separator: str) -> None:
    plan = simple_plan(simple_line(title="标注数据的费用和其他的许多费用", evidence="来自供应商的报价单，含税"))
    rows = csv.reader(io.StringIO(export_csv(plan).decode("utf-8-sig")))
    target = io.StringIO()
    csv.writer(target, delimiter=separator).writerows(rows)
    assert read_csv(target.getvalue().encode(encoding)).plan == plan


def test_decimals_may_have_a_comma_where_the_file_says_so() -> None:
    rows = csv.reader(io.StringIO(export_csv(simple_plan()).decode("utf-8-sig")))
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";")
    writer.writerows([cell.replace("2.5", "2,5").replace("0.035", "0,035").replace("0.1", "0,1") for cell in row] for row in rows)
    assert {problem.code for problem in read_csv(target.getvalue().encode()).problems} == {"comma"}
    told = "[file];value\ndecimal;,\n" + target.getvalue()
    assert read_csv(told.encode()).plan == simple_plan()
    mixed = read_csv(told.replace("2,5", "2.5").encode())
    assert [(problem.code, problem.cell) for problem in mixed.problems] == [("point", "J14")]


def test_days_before_spreadsheets_count_them_come_back() -> None:
    plan = simple_plan(exchange=(Exchange("USD", D(1), "", date(1850, 2, 3)), Exchange("CNY", D(2), "", date(9999, 12, 31))))
    assert read_xlsx(export_xlsx(plan)).plan == plan


def test_a_plan_with_something_wrong_is_not_exported() -> None:
    with pytest.raises(NotWritten):
        export_xlsx(replace(simple_plan(), currency="?"))


def test_every_choice_has_a_word() -> None:
    assert set(CHOICES) == {"cost", "benefit", "real", "nominal", "period", "month", "quarter", "year", "once", "yes", "no"}


def result_of(plan: Plan) -> list[str]:
    """The words of the sheet Result, but formulas."""
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(plan)))
    return [str(cell.value) for row in book["Result"]["B1:D60"] for cell in row if cell.value and cell.data_type != "f"]


def of_flows(*flows: str) -> Plan:
    lines = [
        simple_line(
            f"p{at}",
            kind="cost" if flow.startswith("-") else "benefit",
            quantity=D(1),
            unit_price=abs(D(flow)),
            from_period=at,
            to_period=at,
        )
        for at, flow in enumerate(flows)
    ]
    return simple_plan(*lines, horizon=len(flows) - 1)


def test_rates_that_were_only_looked_through_are_not_said_to_touch_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    touching, crossing = of_flows("-100", "240", "-144"), of_flows("-100", "230", "-132")
    assert "The value only touches zero here." in result_of(touching)
    assert not any("Along a grid" in text for text in result_of(crossing))

    monkeypatch.setattr(roots, "WORK", 0)
    said = result_of(crossing)

    assert "The value only touches zero here." not in said
    assert any("Along a grid" in text for text in said)


def test_a_rate_beside_one_that_lies_too_high_is_not_shown_as_the_only_one() -> None:
    said = result_of(of_flows("-1", "202.1", "-221.1"))

    assert "There is another rate, above 10,000 % a period." in said
    assert any(text.startswith("Several rates") for text in said)
    assert not any("another rate" in text for text in result_of(of_flows("-1", "500")))
