"""What one cell of a dictionary says: types, and several values in one place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.formats.sheets.choices import (
    read_list,
    read_names,
    read_range,
    read_tokens,
    read_values,
    write_list,
    write_names,
    write_tokens,
    write_values,
)
from governance.dictionary.formats.sheets.types import told_by
from tests.dictionary.worlds import LINES, SOME


@pytest.mark.parametrize(
    ("text", "logical"),
    [
        ("BIGINT UNSIGNED", "integer"), ("timestamp with time zone", "timestamp"), ("double precision", "number"), ("NUMBER(10,0)", "integer"),
        ("number(10)", "number"), ("array<string>", "array"), ("int[]", "array"), ("character varying(20)", "string"), ("Num", "number"),
        ("Char", "string"), ("datetime64[ns]", "timestamp"), ("整数", "integer"), ("Zeitstempel", "timestamp"), ("varchar(max)", "string"),
        ("struct<a:int>", "object"), ("yes/no", "boolean"),
    ],
)  # fmt: skip
def test_types_mean(text: str, logical: str) -> None:
    assert (told_by(text).logical, told_by(text).known) == (logical, True)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1, Yes | 2, No", [("1", "Yes"), ("2", "No")]),
        ("1,Yes, it is | 2, No", [("1", "Yes, it is"), ("2", "No")]),
        ("M=male; F=female", [("M", "male"), ("F", "female")]),
        ("M=male, F=female", [("M", "male"), ("F", "female")]),
        ("1: Yes\n2: No", [("1", "Yes"), ("2", "No")]),
        ("1 - Yes; 2 - No", [("1", "Yes"), ("2", "No")]),
        ("a, b, c", [("a", ""), ("b", ""), ("c", "")]),
        ("北京、上海", [("北京", ""), ("上海", "")]),
        ("1：是；2：否", [("1", "是"), ("2", "否")]),
        ('["a","b"]', [("a", ""), ("b", "")]),
        ('{"1":"Yes"}', [("1", "Yes")]),
        ('[{"value":1,"label":"x"}]', [("1", "x")]),
        ('"0"=[No]|"1"=[Yes](http://x.org/1)', [("0", "No"), ("1", "Yes")]),
        ("12:30, 13:30", [("12:30", ""), ("13:30", "")]),
        ("-1 | 50 | 101", [("-1", ""), ("50", ""), ("101", "")]),
        ("yes", [("yes", "")]),
    ],
)
def test_values_in_one_cell(text: str, values: list[tuple[str, str]]) -> None:
    found = read_values(text)
    assert found is not None
    assert [(value["code"], value.get("meaning", "")) for value in found] == values


@pytest.mark.parametrize(
    "text",
    ["", "any whole number that makes sense, no other", "see the code list there", '[{"a":1}]', "[[1]]"],
)
def test_prose_is_no_list_of_values(text: str) -> None:
    assert read_values(text) is None


PAIRS = st.dictionaries(LINES, SOME, max_size=4)


@given(PAIRS)
def test_values_read_back(pairs: dict[str, str]) -> None:
    values = [{"code": code, "meaning": meaning} if meaning else {"code": code} for code, meaning in pairs.items()]
    if values:
        assert read_values(write_values(values)) == values
        assert read_tokens(write_tokens(pairs)) == pairs


@given(st.lists(SOME, min_size=1, max_size=4, unique=True))
def test_lists_read_back(items: list[str]) -> None:
    assert read_list(write_list(items)) == items
    assert read_list(write_list(items, commas=True), commas=True) == items
    names = [{"term": item} for item in items if item]
    if names:
        assert read_names(write_names(names)) == names


def test_the_usual_way_of_writing_is_preferred() -> None:
    assert write_values([{"code": "1", "meaning": "Yes"}, {"code": "2", "meaning": "No"}]) == "1=Yes; 2=No"
    assert write_values([{"code": "a"}, {"code": "b"}]) == "a, b"
    assert write_tokens({"-99": "refused", "-98": ""}) == "-99=refused; -98"
    assert (read_range("0..5"), read_range("a-b")) == (("0", "5"), None)
