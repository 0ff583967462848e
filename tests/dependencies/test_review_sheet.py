"""The sheet of a review: what is open, what carries over, and that nothing is judged in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dependencies import review_sheet as sheets
from governance.dependencies.capabilities import Point, Scan

CAPABILITIES = ("unanalysed", "native/code", "net/client", "fs/read", "env/read")


@st.composite
def points(draw):
    forms = tuple(sorted(draw(st.lists(st.sampled_from("abc"), max_size=3))))
    return Point(
        capability=draw(st.sampled_from(CAPABILITIES)),
        symbol=draw(st.sampled_from(("x", "y | z"))),
        path=draw(st.sampled_from(("a.py", "b.py", "tests/a.py"))),
        function=draw(st.sampled_from(("", "f"))),
        count=max(1, len(forms)),
        forms=forms,
    )


@st.composite
def scans(draw):
    found = {point.key: point for point in draw(st.lists(points(), max_size=8))}
    return Scan("wheel", "thing", "1", "0" * 64, "sha256:0", "", points=tuple(found.values()))


@st.composite
def judged(draw, scan):
    """What a review said of some points of a scan."""
    some = draw(st.lists(st.sampled_from(scan.points), unique=True)) if scan.points else []
    verdicts = st.sampled_from(sheets.VERDICTS)
    return {point.key: sheets.entry(point, draw(verdicts), "why", by="us_1") for point in some}


@st.composite
def bumps(draw):
    before, after = draw(scans()), draw(scans())
    said = draw(judged(before))
    return before, after, sheets.Earlier("rev_1", {point.key: point for point in before.points}, said)


@given(bumps())
def test_a_judgement_carries_over_only_to_code_that_was_there_in_these_words(bump):
    before, after, earlier = bump
    was = {point.key: point for point in before.points}
    for key, said in sheets.carried(after, [earlier]).items():
        point = next(point for point in after.points if point.key == key)
        assert not Counter(point.forms) - Counter(was[key].forms)
        assert point.count <= was[key].count
        assert (said["carried"], said["verdict"], tuple(said["forms"])) == ("rev_1", earlier.judged[key]["verdict"], point.forms)
        assert said["verdict"] != "refused"


@given(bumps())
def test_every_point_stands_on_the_sheet_once_and_is_open_unless_somebody_judged_it_or_it_is_as_before(bump):
    before, after, earlier = bump
    carried = sheets.carried(after, [earlier])
    sheet = sheets.sheet_of(after, before, carried, earlier=[earlier])
    assert sorted(item.point.key for item in sheet.items) == sorted(point.key for point in after.points)
    for item in sheet.items:
        if item.kind in ("new", "changed", "moved"):
            assert item.is_open
        assert (item.judged is not None) == (item.kind == "carried")
        assert (item.offered is None) or item.kind in ("changed", "moved")


@given(bumps())
def test_in_full_every_point_that_nobody_judged_is_open(bump):
    _before, after, _earlier = bump
    sheet = sheets.sheet_of(after, None, {})
    assert len(sheet.open) == len(after.points)
    assert (sheet.minutes > 0) == bool(after.points)


@given(bumps())
def test_more_judgements_never_open_a_point(bump):
    before, after, earlier = bump
    fewer = sheets.sheet_of(after, before, {}, earlier=[earlier])
    more = sheets.sheet_of(after, before, sheets.carried(after, [earlier]), earlier=[earlier])
    assert {item.point.key for item in more.open} <= {item.point.key for item in fewer.open}
    assert more.minutes <= fewer.minutes


@given(scans(), st.data())
def test_a_judgement_of_other_forms_of_the_same_key_does_not_count(scan, data):
    said = data.draw(judged(scan))
    other = replace(
        scan, points=tuple(replace(point, forms=(*point.forms, "zz"), count=point.count + 1) for point in scan.points)
    )
    assert all(item.judged is None for item in sheets.sheet_of(other, None, said).items)


def test_what_cannot_be_read_and_compiled_code_stand_first():
    scan = Scan(
        "wheel", "t", "1", "", "", "", points=tuple(Point(capability, "x", "a.py", forms=("a",)) for capability in reversed(CAPABILITIES))
    )  # fmt: skip
    sheet = sheets.sheet_of(scan, None, {})
    assert [item.point.capability for item in sheet.items][:2] == ["unanalysed", "native/code"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("tests/: no", [("tests/", "no")]),
        ("  ./tests : why: so\n\n数据/: 不安装", [("tests", "why: so"), ("数据/", "不安装")]),
    ],
)
def test_what_is_left_out_is_a_path_and_a_reason_a_line(text, found):
    assert sheets.left_out_paths(text) == found


def test_a_folder_is_left_out_with_what_is_in_it_and_not_with_what_begins_alike():
    assert [sheets.is_left_out(path, ["tests/"]) for path in ("tests/a.py", "tests", "tests_more/a.py", "x/tests/a.py")] == [
        True,
        False,
        False,
        False,
    ]
    assert sheets.is_left_out("a.py", ["a.py"])


def test_who_judged_is_told_without_those_whose_words_were_carried_over():
    point = Point("net/client", "x", "a.py")
    said = {
        "1": sheets.entry(point, "expected", "w", by="us_1"),
        "2": sheets.entry(point, "expected", "w", by="us_2", carried="rev_1"),
    }
    assert sheets.contributors(said) == {"us_1"}
    job = sheets.job_of({f"net/client | x{n} | a | f | call": value for n, value in enumerate(said.values())})
    assert (job.decisions, job.carried, job.refused) == (1, 1, 0)
