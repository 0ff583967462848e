from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.usecases.intake import fields, values
from governance.usecases.intake.guessing import guess, words_of
from governance.usecases.intake.mapping import Mapping, read_mapping
from governance.usecases.intake.reading import read
from governance.usecases.intake.rows import defines, drafts
from governance.usecases.intake.table import Line, Reading, Table
from tests.usecases.messy import COLUMNS, inventory

FILL = {"business_problem": "Not stated.", "ml_problem": "Not stated."}


def table(names: str, *lines: str) -> Table:
    rows = tuple(Line(at, tuple(line.split("|"))) for at, line in enumerate(lines, start=2))
    return Table("csv", Reading(), tuple(names.split("|")), rows)


def one(names: str, line: str, **fill: str):
    found = table(names, line)
    return drafts(found, guess(found, fill=fill or FILL))[0][0]


def codes(draft) -> list[tuple[str, str]]:
    return [(problem.level, problem.code) for problem in draft.problems]


# Cells ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("['a', 'b']", ["a", "b"]),
        ('["a", "b"]', ["a", "b"]),
        ("[]", []),
        ("['k) None of the above']", ["None of the above"]),
        ("['General solicitations of \\ncomments', 'Other']", ["General solicitations of comments", "Other"]),
        ("[\"it's\", 'one']", ["it's", "one"]),
        ("['a' 'b']", ["a", "b"]),
        ("('a',)", ["a"]),
        ("[1, 2]", ["1", "2"]),
        ("['N/A']", []),
        ("['a', 'a']", ["a"]),
        ("[see the annex]", None),
        ("[1][2]", None),
        ("a, b", None),
        ("", None),
        ("[[1, 2], [3]]", None),
        ("[__import__('os').system('true')]", None),
    ],
)
def test_lists_that_were_made_text_are_lists_again(text, items):
    assert values.listed(text) == items


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("70", "70", ""),
        ("70 %", "70", "%"),
        ("0.7", "0.7", ""),
        ("0,7", "0.7", ""),
        ("1,250.5", "1250.5", ""),
        ("1.250,5 €", "1250.5", "€"),
        ("1,250", "1250", ""),
        ("1 250 000", "1250000", ""),
        ("$3", "3", "$"),
        ("-4.5 days", "-4.5", "days"),
        ("12 小时", "12", "小时"),
    ],
)
def test_figures_come_in_many_forms(text, value, unit):
    assert values.number(text) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["", "many", "10-20", "1e9", "NaN", "99999999999999999", "0.12345678", "--3", "3 of 4"])
def test_what_is_no_figure_is_none(text):
    assert values.number(text) is None


@pytest.mark.parametrize(
    "text", ["N/A", " n/a", "NA", "None", "-", "TBD", "not applicable", "Blank/Not Provided", "无", "不适用"]
)
def test_there_are_many_ways_to_say_nothing(text):
    assert values.says_nothing(text.strip())


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("risk_tier", "HIGH", "high"),
        ("risk_tier", "High-impact", "high"),
        ("risk_tier", "b) Moderate", "medium"),
        ("risk_tier", "中风险", "medium"),
        ("risk_tier", "Not High-impact", None),
        ("kind", "Proof of concept", "prototype"),
        ("kind", "产品", "product"),
        ("direction", "-", "down"),
        ("direction", "Higher is better", "up"),
    ],
)
def test_choices_come_in_many_words(field, text, value):
    assert values.chosen(field, text) == value


def test_what_a_person_assigned_comes_first():
    assert values.chosen("risk_tier", "Not High-impact", {"not high impact": "low"}) == "low"
    assert values.chosen("risk_tier", "Not High-impact", {"not high impact": ""}) == ""


@given(st.text(max_size=300), st.integers(1, 100))
def test_a_shortened_text_is_never_longer(text, most):
    assert len(values.shortened(text, most)) <= max(most, 0)


@given(st.text(max_size=80))
def test_reading_a_cell_never_raises(text):
    values.cleaned(text), values.listed(text), values.parts(text), values.number(text), values.says_nothing(text)


@settings(max_examples=20)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc", "Z")), min_size=3, max_size=12), max_size=5, unique=True))
def test_what_python_wrote_of_a_list_is_read_again(items):
    found = values.listed(str(items))
    wanted = [item for item in items if not values.says_nothing(item)]

    assert found is None or len(found) <= len(items)
    if all(item.isalnum() for item in items):
        assert found == wanted


def test_a_long_bracket_is_read_in_no_time():
    values.listed("[" + "'a'," * 6000 + "!]")
    values.listed("[" * 20_000 + "]")
    values.listed("['" + "\\" * 19_000 + "]")


# Which column is what ------------------------------------------------------------------------------------------------


def test_the_real_inventory_is_understood():
    found = read(inventory(300))
    mapping = guess(found, fill=FILL)

    assert {
        name: mapping.of(name) for name in ("title", "business_problem", "ml_problem", "risk_tier", "data_sources", "limits")
    } == {
        "title": ["use_case_name"],
        "business_problem": ["problem_solved", "benefits"],
        "ml_problem": ["system_outputs"],
        "risk_tier": ["is_high_impact"],
        "data_sources": ["data_description"],
        "limits": ["hi_potential_impacts"],
    }
    assert "id" in mapping.of("key")


def test_a_chinese_list_is_understood():
    found = table("编号|用例名称|业务问题|风险等级|项目负责人", "1|客户流失|客户离开|高|王敏")
    mapping = guess(found)

    assert dict(mapping.columns) == {
        "编号": "key",
        "用例名称": "title",
        "业务问题": "business_problem",
        "风险等级": "risk_tier",
        "项目负责人": "project_lead",
    }


def test_kpis_are_understood_one_or_several():
    single = guess(table("Title|KPI|Baseline|Target|Unit", "A|Recall|0.4|0.7|"))
    several = guess(table("Title|KPI 1|KPI 1 target|KPI 2 name|KPI 2 target|KPI 2 baseline", "A|Recall|0.7|Cost|5|9"))

    assert single.columns == {
        "Title": "title",
        "KPI": "kpi.1.name",
        "Baseline": "kpi.1.baseline",
        "Target": "kpi.1.target",
        "Unit": "kpi.1.unit",
    }
    assert several.of("kpi.1.target") == ["KPI 1 target"]
    assert several.of("kpi.2.name") == ["KPI 2 name"]
    assert several.of("kpi.2.baseline") == ["KPI 2 baseline"]


def test_a_target_without_a_kpi_is_left_alone():
    assert guess(table("Title|Target group", "A|Everybody")).columns == {"Title": "title"}


def test_numbers_of_several_units_are_told_apart_by_the_unit():
    found = table("Agency|ID|Title", "DOE|1|A", "DOE|2|B", "VA|1|C", "VA|2|D")

    assert guess(found).of("key") == ["Agency", "ID"]


def test_the_words_of_choices_are_counted_with_what_they_seem_to_mean():
    found = table("Title|Risk", "A|High", "B|high ", "C|Sometimes", "D|N/A")

    assert words_of(found, guess(found))["risk_tier"] == [("high", "High", 2, "high"), ("sometimes", "Sometimes", 1, None)]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([], "shape"),
        ({"columns": [], "more": 1}, "shape"),
        ({"columns": {"Title": "title", "Nope": "limits"}}, "no_such_column"),
        ({"columns": {"Title": "title", "More": "nope"}}, "no_such_field"),
        ({"columns": {"Title": "title", "More": "title"}}, "twice"),
        ({"columns": {"More": "limits"}}, "required"),
        ({"columns": {"Title": "title"}, "choices": {"title": {}}}, "no_such_field"),
        ({"columns": {"Title": "title"}, "choices": {"risk_tier": {"x": "huge"}}}, "no_such_choice"),
        ({"columns": {"Title": "title"}, "fill": {"limits": "x"}}, "fill"),
        ({"columns": {"Title": "title"}, "fill": {"ml_problem": "x" * 501}}, "fill"),
    ],
)
def test_a_useless_mapping_is_refused(said, code):
    assert code in [mistake.code for mistake in read_mapping(said, ["Title", "More"])[1]]


@given(st.dictionaries(st.sampled_from(["Title", "A", "B"]), st.sampled_from(["", *fields.BY_NAME]), max_size=3))
def test_a_mapping_that_is_taken_comes_back_as_it_was(columns):
    mapping, mistakes = read_mapping({"columns": columns}, ["Title", "A", "B"])

    if not mistakes:
        assert read_mapping(mapping.as_mapping(), ["Title", "A", "B"]) == (mapping, [])


# Rows ----------------------------------------------------------------------------------------------------------------


def test_a_row_becomes_a_draft():
    draft = one(
        "ID|Title|Problem|Outputs|Data sources|Used by|Risk level|KPI|Baseline|Target",
        "17|Churn|Customers leave.|A score|['CRM', 'Calls']|Billing; Shop|HIGH|Leavers found|42 %|70 %",
    )

    assert (draft.key, draft.title, draft.problems) == ("17", "Churn", ())
    assert draft.said == {
        "business_problem": "Customers leave.",
        "ml_problem": "A score",
        "data_sources": [{"name": "CRM", "note": ""}, {"name": "Calls", "note": ""}],
        "consumers": [
            {"name": "Billing", "kind": "application", "purpose": ""},
            {"name": "Shop", "kind": "application", "purpose": ""},
        ],
        "risk_tier": "high",
        "kpis": [{"name": "Leavers found", "direction": "up", "target": Decimal(70), "baseline": Decimal(42), "unit": "%"}],
    }


def test_a_figure_that_shall_fall_is_seen_to_fall():
    draft = one("Title|Problem|KPI|Baseline|Target", "A|b|Cost|9|5")

    assert draft.said["kpis"][0]["direction"] == "down"


def test_several_columns_become_one_text_each_under_its_name():
    draft = one("Title|Problem|Benefits", "A|Customers leave.|Fewer leave.")

    assert draft.said["business_problem"] == "Problem: Customers leave.\n\nBenefits: Fewer leave."


@pytest.mark.parametrize(
    ("names", "line", "problem"),
    [
        ("Title|Problem", "|b", ("error", "no_title")),
        ("Title|Problem", "A|" + "b" * 20_001, ("error", "too_long")),
        ("Title|Problem", "A" * 121 + "|b", ("warning", "title_cut")),
        ("Title|Problem", "A|b\x00c", ("warning", "control_characters")),
        ("Title|Slug", "A|no slug!", ("error", "slug")),
        ("Title|Problem", "A|", ("warning", "no_definition")),
        ("Title|KPI|Target", "A|Recall|", ("warning", "kpi_without_target")),
        ("Title|KPI|Target", "A|Recall|good", ("error", "not_a_number")),
        ("Title|KPI|Target", "A||7", ("warning", "kpi_without_name")),
        ("Title|KPI 1|KPI 1 target|KPI 2|KPI 2 target", "A|X|1|x|2", ("error", "kpi_twice")),
    ],
)
def test_what_is_wrong_with_a_row_is_said(names, line, problem):
    assert problem in codes(one(names, line))


def test_a_required_text_that_is_missing_is_filled_or_an_error():
    filled = one("Title|Problem", "A|b", ml_problem="Not stated.")
    bare = drafts(found := table("Title|Problem", "A|b"), guess(found))[0][0]

    assert filled.filled == {"ml_problem": "Not stated."}
    assert filled.is_good
    assert codes(bare) == [("error", "required")]


def test_rows_that_cannot_be_told_apart_are_errors_and_repeated_ones_are_left_out():
    found = table("ID|Title|Problem", "1|A|b", "1|A|c", "2|C|d", "2|C|d", "3|E|f")
    rows, _notes = drafts(found, guess(found, fill=FILL))

    assert [codes(row) for row in rows] == [
        [("error", "not_apart")],
        [("error", "not_apart")],
        [],
        [("warning", "repeated")],
        [],
    ]


def test_a_row_without_number_is_known_by_its_title():
    found = table("ID|Title", "|A", "N/A| a ", "7|B")

    assert [row.key for row in drafts(found, guess(found))[0]] == ["a", "a", "7"]


def test_a_word_that_many_rows_have_is_said_once():
    found = table("Title|Risk", *[f"T{at}|Perhaps" for at in range(30)], "X|High", "Y|Hihg")
    rows, notes = drafts(found, guess(found))

    assert [dict(note.params) for note in notes] == [{"column": "Risk", "value": "Perhaps", "count": "30"}]
    assert [row.title for row in rows if ("warning", "unknown_choice") in codes(row)] == ["Y"]


def test_the_digest_of_a_row_changes_with_what_it_says_and_with_nothing_else():
    first = one("ID|Title|Problem", "1|A|b")

    assert one("ID|Title|Problem", "1|A | b ").digest == first.digest
    assert one("ID|Title|Problem", "1|A|c").digest != first.digest


def test_most_rows_of_the_real_shape_are_good():
    found = read(inventory(400))
    rows, _notes = drafts(found, guess(found, fill=FILL))

    assert len(rows) == 400
    assert sum(row.is_good for row in rows) > 380
    assert sum(defines(row) for row in rows) > 380


CELL = st.text(max_size=40) | st.sampled_from(["['a', 'b']", "N/A", "High", "70 %", "=1+1", "\x00", "[]", "中"])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(CELL, min_size=4, max_size=4), min_size=1, max_size=6),
    st.permutations(["Title", "Problem", "Risk", "KPI"]),
)
def test_any_cells_under_any_names_make_drafts_that_can_be_kept(lines, names):
    rows = tuple(Line(at, tuple(cells)) for at, cells in enumerate(lines, start=2))
    found = Table("csv", Reading(), tuple(names), rows)
    made, _notes = drafts(found, guess(found, fill=FILL))

    assert len(made) == len(lines)
    for draft in made:
        assert len(draft.title) <= 120
        assert draft.title or not draft.is_good
        assert "\x00" not in draft.title + draft.key + str(draft.said)
        assert len(draft.key) <= 400


def test_a_use_case_as_its_repository_keeps_it_is_a_row_too():
    text = """
slug: churn
title: Customer churn
business_problem: Customers leave, and we learn of it too late.
ml_problem: Will this customer cancel within 60 days?
data_sources:
  - {name: customers, note: one row a customer}
consumers:
  - {name: Campaign tool, purpose: who gets an offer}
  - {name: Call centre, kind: team}
kpis:
  - {name: Leavers found, unit: '%', baseline: 42, target: 70.5}
"""
    found = read(text.encode(), "usecase.yaml")
    draft = drafts(found, guess(found))[0][0]

    assert (draft.slug, draft.title, draft.problems) == ("churn", "Customer churn", ())
    assert draft.said["data_sources"] == [{"name": "customers", "note": "one row a customer"}]
    assert draft.said["consumers"] == [
        {"name": "Campaign tool", "kind": "application", "purpose": "who gets an offer"},
        {"name": "Call centre", "kind": "team", "purpose": ""},
    ]
    assert draft.said["kpis"][0]["target"] == Decimal("70.5")


def test_every_column_of_the_generator_has_a_place():
    assert len(COLUMNS) == 36
    assert Mapping(columns=dict.fromkeys(COLUMNS, "")).of("title") == []
