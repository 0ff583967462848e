"""Legend keys, and legends as values: made of elements, written, read back, and refused when anything in them was changed."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foundation.canonical import digest
from governance.dictionary.legend import (
    MESSAGES,
    Legend,
    as_document,
    column_of,
    legend_digest,
    legend_key,
    parse_legend_key,
    read_legend,
    read_legend_mapping,
    to_bytes,
    to_text,
)
from governance.dictionary.legend.keys import ALPHABET
from tests.dictionary.legend_worlds import coded, legend, legends
from tests.dictionary.worlds import KEYS, WORDS, says

TABLE = [
    line.split("\t") for line in (Path(__file__).parent / "files" / "legend" / "keys.tsv").read_text("utf-8").splitlines()[1:]
]
TYPED = ALPHABET + "ILOU" + ALPHABET[10:].lower() + "ilou" + "-_ .,:;/'\"!?*$=~%+()[]é客"


# Keys ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dictionary", "element", "key"), TABLE)
def test_a_key_is_permanent(dictionary: str, element: str, key: str) -> None:
    assert legend_key(dictionary, element) == key
    assert parse_legend_key(key) == key


@settings(max_examples=10)  # each of them tries a thousand mistakes
@given(WORDS, KEYS)
@example("customers", "customer.signup_date")
def test_every_wrong_character_is_told(dictionary: str, element: str) -> None:
    """All of them: each place of the key, each character that a keyboard has. What is read is the key itself or nothing."""
    key = legend_key(dictionary, element)
    for place in range(len(key)):
        for char in TYPED:
            assert parse_legend_key(key[:place] + char + key[place + 1 :]) in (None, key)
        assert parse_legend_key(key[:place] + key[place + 1 :]) in (None, key)  # one is missing


@settings(max_examples=30)
@given(WORDS, KEYS)
def test_every_swap_is_told_of_neighbours_and_of_any_two(dictionary: str, element: str) -> None:
    key = legend_key(dictionary, element)
    places = [place for place, char in enumerate(key) if char != "-"][2:]  # behind the prefix
    for one, other in combinations(places, 2):
        swapped = list(key)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert parse_legend_key("".join(swapped)) == (key if key[one] == key[other] else None)


@settings(max_examples=30)
@given(st.lists(st.sampled_from(ALPHABET), min_size=11, max_size=11).map("".join))
def test_one_text_in_32_is_a_key(said: str) -> None:
    found = [char for char in ALPHABET if parse_legend_key(f"CS{said[:10]}{char}")]
    assert len(found) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "cs-942r6-5me52-6",
        "CS942R65ME526",
        "CS 942R6 5ME52 6",
        "CS–942R6–5ME52–6",
        "ＣＳ－942R6－5ME52－６",
        " CS-942R6-5ME52-6\n",
    ],
)
def test_a_key_is_read_as_it_was_meant(typed: str) -> None:
    assert parse_legend_key(typed) == "CS-942R6-5ME52-6"


def test_what_looks_alike_is_the_same() -> None:
    key = next(key for key in (legend_key("d", f"k{number}") for number in range(100)) if "1" in key[3:] and "0" in key[3:])
    assert parse_legend_key(key[:3] + key[3:].replace("1", "l").replace("0", "o")) == key


@pytest.mark.parametrize(
    "text", ["", "CS", "CS-942R6-5ME52", "SC-942R6-5ME52-6", "CS-942R6-5ME52-66", "CS-942R6-5MU52-6", "x" * 10**6]
)
def test_what_is_no_key_is_none(text: str) -> None:
    assert parse_legend_key(text) is None


@pytest.mark.parametrize(("dictionary", "element"), [("", "a"), ("a", ""), ("a", "\ud800")])
def test_nothing_has_no_key(dictionary: str, element: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 # whatever says so
        legend_key(dictionary, element)


# Making -------------------------------------------------------------------------------------------------------------------


def test_a_column_says_what_its_element_says() -> None:
    made = column_of(coded(2), dictionary="crm", column="AGE", version="1.2.0", deviation="in months")
    assert (made.name, made.element, made.title, made.deviation) == ("AGE", "crm/customer.age", "Age", "in months")
    assert made.values == (("0", "code 0"), ("1", "code 1"))
    assert made.value_count is None


@pytest.mark.parametrize(("count", "listed", "counted"), [(50, 50, None), (51, 0, 51)])
def test_many_values_are_counted(count: int, listed: int, counted: int | None) -> None:
    made = column_of(coded(count), dictionary="crm", column="a", version="1")
    assert (len(made.values), made.value_count) == (listed, counted)


@pytest.mark.parametrize(("text", "ends"), [("word " * 200, "word…"), ("字" * 501, "字…")])
def test_a_long_definition_is_cut(text: str, ends: str) -> None:
    made = column_of(says(definition=text), dictionary="crm", column="a", version="1")
    assert len(made.definition) <= 500
    assert made.definition.endswith(ends)


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        replace(legend("a", "b"), columns=legend("a").columns * 2)


# Reading ------------------------------------------------------------------------------------------------------------------


@given(legends())
def test_what_is_written_reads_back(made: Legend) -> None:
    for text in (to_bytes(made), b"\xef\xbb\xbf" + to_bytes(made), to_text(made), json.dumps(as_document(made), indent=2)):
        assert read_legend(text) == (made, [])
    assert to_text(made).isascii()
    assert "_x" not in to_text(made)  # which spreadsheets take for the number of a character
    assert read_legend_mapping(as_document(made))[0] == made


@given(legends(least=1), st.data())
def test_whatever_is_changed_is_told(made: Legend, data: st.DataObject) -> None:
    """Any byte of the document: what is read is the same legend, or none."""
    text = bytearray(to_bytes(made))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    found, problems = read_legend(bytes(text))
    assert found in (None, made)
    assert (found is None) == bool(problems)
    cut, problems = read_legend(bytes(text[:place]))
    assert cut is None
    assert problems


def test_the_digest_is_over_everything() -> None:
    made = legend("a", "b")
    others = [replace(made, copy="cp_1"), replace(made, release=43), replace(made, columns=made.columns[:1])]
    assert len({legend_digest(item) for item in [made, *others]}) == 4


def test_fields_that_are_not_known_are_passed_over_and_guarded() -> None:
    said = {**as_document(legend("a")), "later": {"x": [1, None]}}
    del said["digest"]
    assert read_legend_mapping({**said, "digest": digest(said)})[0] == legend("a")
    assert read_legend_mapping({**said, "digest": as_document(legend("a"))["digest"]})[0] is None


def signed(**changes: Any) -> dict[str, Any]:
    """A document whose digest is right, and what it says is not."""
    said = {**as_document(legend("a")), **changes}
    del said["digest"]
    return {**said, "digest": digest(said)}


def column(**changes: Any) -> dict[str, Any]:
    return signed(columns={"a": {**as_document(legend("a"))["columns"]["a"], **changes}})


@pytest.mark.parametrize(
    ("said", "path", "code"),
    [
        ([], "", "wrong_type"),
        ({}, "format", "legend_format"),
        (signed(format="countersign/legend/2"), "format", "legend_format"),
        (signed(dictionary="a b"), "dictionary", "legend_bad_dictionary"),
        (signed(dictionary=7), "dictionary", "wrong_type"),
        (signed(server="javascript:alert(1)"), "server", "legend_bad_server"),
        (signed(release=-1), "release", "wrong_type"),
        (signed(release=True), "release", "wrong_type"),
        (signed(release=2**53), "release", "wrong_type"),
        (signed(made_at="yesterday"), "made_at", "legend_bad_time"),
        (signed(made_at="2026-02-31T00:00:00.000000Z"), "made_at", "legend_bad_time"),
        (signed(dataset=[]), "dataset", "wrong_type"),
        (signed(dataset={"digest": "md5:1"}), "dataset.digest", "legend_bad_digest"),
        (signed(copy="x" * 61), "copy", "too_long"),
        (signed(columns=[]), "columns", "wrong_type"),
        (signed(columns={"": {}}), "columns.", "required"),
        (signed(columns={"x" * 501: {}}), "columns." + "x" * 60, "too_long"),
        (signed(columns={str(number): {} for number in range(20_001)}), "columns", "too_many"),
        (column(element="age"), "columns.a.element", "legend_bad_element"),
        (column(element="crm/customer.age"), "columns.a.legend", "legend_bad_key"),
        (column(legend="CS-00000-00000-0"), "columns.a.legend", "legend_bad_key"),
        (column(version=""), "columns.a.version", "legend_bad_version"),
        (column(digest="sha256:" + "A" * 64), "columns.a.digest", "legend_bad_digest"),
        (column(definition="x" * 501), "columns.a.definition", "too_long"),
        (column(unit=["km"]), "columns.a.unit", "wrong_type"),
        (column(unit="a\x00"), "columns.a.unit", "bad_text"),
        (column(values={str(number): "" for number in range(51)}), "columns.a.values", "too_many"),
        (column(values={"a": 1}), "columns.a.values.a", "wrong_type"),
        (column(null_meanings="x"), "columns.a.null_meanings", "wrong_type"),
        (column(value_count="many"), "columns.a.value_count", "wrong_type"),
    ],
)
def test_what_keeps_no_rule_is_told_with_its_place(said: Any, path: str, code: str) -> None:
    found, problems = read_legend_mapping(said)
    assert found is None
    assert (path, code) in [(item.path, item.code) for item in problems]
    assert all(item.message for item in problems)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"\xff\xfe", b"\x00", b"[" * 100_000, b'{"a":' * 100_000, b'{"format":1,"format":2}', b"NaN", b"1e999999", b"1" * 5000,
        b'{"format":"countersign/legend/1","digest":"\\ud800"}', b"a: &a [*a]",
        b'{"format":"countersign/legend/1","release":1.5}', b'{"format":"countersign/legend/1","x":"\\ud800","digest":""}',
    ],
)  # fmt: skip
def test_what_is_hostile_is_refused(text: bytes) -> None:
    found, problems = read_legend(text)
    assert found is None
    assert problems
    assert all(item.code in MESSAGES and item.message for item in problems)


def test_what_is_too_large_is_not_looked_at() -> None:
    assert [item.code for item in read_legend(b" " * (8 * 1024 * 1024 + 1))[1]] == ["legend_too_large"]


def test_a_mapping_that_is_no_json_is_refused() -> None:
    assert [item.code for item in read_legend_mapping({"format": "countersign/legend/1", 1: 2, "x": 0.5})[1]] == [
        "legend_altered"
    ]
