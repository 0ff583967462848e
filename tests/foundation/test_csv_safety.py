from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.csv_safety import STARTERS, safe, written


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("http://x","y")'])
def test_what_a_spreadsheet_would_run_becomes_a_text(cell):
    assert safe(cell) == "'" + cell


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1), min_size=1))
def test_no_cell_of_a_file_begins_like_a_formula_and_none_is_lost(rows):
    text = "".join(written(rows)).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline="")))

    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ] or ([row for row in rows if row == [""]])
    assert not any(cell.lstrip(" ").startswith(STARTERS) for row in read for cell in row)
