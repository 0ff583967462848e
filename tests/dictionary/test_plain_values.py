"""YAML and JSON as plain values: what is written reads back with its types, and what is hostile is refused with its place."""

from __future__ import annotations

import json
import time
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.formats import json_values, yaml_values
from governance.dictionary.formats.model import Unreadable
from governance.dictionary.formats.plain_values import MAX_BYTES, same
from tests.dictionary.worlds import AWKWARD

TEXTS = (
    AWKWARD
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
    | st.text(" \n\t|>-:#'\"a", max_size=8)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
BOTH = pytest.mark.parametrize("values", [yaml_values, json_values], ids=["yaml", "json"])


@given(VALUES)
def test_yaml_that_is_written_reads_back(value: Any) -> None:
    assert same(yaml_values.load(yaml_values.dump(value), "x.yaml"), value)


@given(VALUES)
def test_other_readers_of_yaml_read_the_same_values(value: Any) -> None:
    """PyYAML keeps to YAML 1.1, with which most tools read; only keys that are no texts differ there, and none is written."""
    assert same(yaml.load(yaml_values.dump(value), yaml.CSafeLoader), value)  # a safe loader


@given(VALUES)
def test_json_that_is_written_reads_back(value: Any) -> None:
    assert same(json_values.load(json_values.dump(value), "x.json"), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("true", True), ("False", False), ("~", None), ("", None), ("null", None),
        ("12", 12), ("-0", 0), ("+3", 3), ("007", "007"), ("0x1F", 31), ("0o17", 15), ("1_000", "1_000"), ("12:30:45", "12:30:45"),
        ("1.50", 1.5), (".5", 0.5), ("1e3", 1000.0), ("1.", 1.0), ("00.5", "00.5"), ("2020-01-01", "2020-01-01"), ("'12'", "12"),
        ('"a\\nb"', "a\nb"), ("|\n  a\n  b\n", "a\nb\n"), ("<<", "<<"), ("=", "="), ("12 months", "12 months"),
    ],
)  # fmt: skip
def test_what_a_word_in_yaml_stands_for(text: str, value: Any) -> None:
    assert same(yaml_values.load(f"a: {text}".encode(), "x.yaml"), {"a": value})


def test_keys_are_texts_in_their_order() -> None:
    assert list(yaml_values.load(b"on: 1\n2: x\nnull: y\n'3': z\n", "x.yaml")) == ["on", "2", "null", "3"]
    assert yaml_values.dump({"b": ["x", {"y": "1"}], "a": "one\ntwo"}) == b"b:\n- x\n- y: '1'\na: |-\n  one\n  two\n"


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        (b"a: &x 1\nb: *x\n", "line 1", "yaml"),
        (b"a: 1\nb: *x\n", "line 2", "yaml"),
        (b"a: !!python/object:os.system x\n", "line 1", "yaml"),
        (b"a: 1\n---\nb: 2\n", "line 2", "yaml"),
        (b"%YAML 1.1\n---\na: 1\n", "line 1", "yaml"),
        (b"a: 1\nb:\n  a: 1\n  a: 2\n", "line 4", "duplicate_key"),
        (b"a: 1\n[x]: 2\n", "line 2", "yaml"),
        (b"{x: 1}: 2\n", "line 1", "yaml"),
        (b"a: \"\\0\"\n", "line 1", "yaml"),
        (b"a: \"\\ud800\"\n", "line 1", "yaml"),
        (b"a: \"\\UFFFFFFFF\"\n", "line 1", "yaml"),
        (b"a: 1e999999\n", "line 1", "yaml"),
        (b"a: .nan\n", "line 1", "yaml"),
        (b"a: -.inf\n", "line 1", "yaml"),
        (b"a: " + b"9" * 5000, "line 1", "yaml"),
        (b"a: 0x" + b"f" * 5000, "line 1", "yaml"),
        (b"a: 1\nb: \x00\n", "x", "yaml"),
        (b"a: 1\nb: \xff\n", "line 2", "not_utf8"),
        ("a: 客户\n".encode("gb18030"), "line 1", "not_utf8"),
        ("a: b\n".encode("utf-16"), "line 1", "not_utf8"),
        (b"[" * 5000, "line 1", "too_deep"),
        (b"- " * 5000, "line 1", "too_deep"),
        (b"a: [1\nb: 2", "line 2", "yaml"),
        (b"\tx: 1", "line 1", "yaml"),
    ],
)  # fmt: skip
def test_yaml_that_is_refused(data: bytes, place: str, code: str) -> None:
    with pytest.raises(Unreadable) as error:
        yaml_values.load(data, "x")
    assert (error.value.note.place, error.value.note.code, error.value.note.level) == (place, code, "error")


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        (b'{"a": 1, "a": 2}', "x", "duplicate_key"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "x", "duplicate_key"),
        (b'{"a": NaN}', "x", "json"),
        (b'{"a": -Infinity}', "x", "json"),
        (b'{"a": 1e999999}', "x", "json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "x", "json"),
        (b'{"a": "\\ud800"}', "x", "json"),
        (b'{"a": [{"b\\u0000": 1}]}', "x", "json"),
        (b'"\\u0000"', "x", "json"),
        (b'{\n"a": 1,\n}', "line 3", "json"),
        (b'{"a": "x\ny"}', "line 1", "json"),
        (b"", "line 1", "json"),
        (b"\xff", "line 1", "not_utf8"),
        (b"[" * 100_000, "x", "too_deep"),
        (b'{"a":' * 41 + b"1" + b"}" * 41, "x", "too_deep"),
        (b"{} {}", "line 1", "json"),
    ],
)
def test_json_that_is_refused(data: bytes, place: str, code: str) -> None:
    with pytest.raises(Unreadable) as error:
        json_values.load(data, "x")
    assert (error.value.note.place, error.value.note.code) == (place, code)


@BOTH
def test_a_file_may_be_so_long_and_so_deep(values: ModuleType) -> None:
    deep: Any = "end"
    for _level in range(40):
        deep = [deep]
    assert values.load(values.dump(deep), "x") == deep
    with pytest.raises(Unreadable) as error:
        values.load(values.dump([deep]), "x")
    assert error.value.note.code == "too_deep"
    with pytest.raises(Unreadable) as error:
        values.load(b" " * (MAX_BYTES + 1), "x")
    assert error.value.note.code == "too_large"


@BOTH
def test_a_byte_order_mark_is_no_part_of_the_text(values: ModuleType) -> None:
    assert values.load(b'\xef\xbb\xbf{"a": 1}', "x") == {"a": 1}


def test_brackets_in_texts_are_no_depth() -> None:
    value = {"a": "[" * 100 + '\\"' + "{" * 100}
    assert json_values.load(json.dumps(value).encode(), "x") == value


def test_the_depth_of_a_long_text_without_an_end_is_found_at_once() -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        json_values.load(b'"\\' * 500_000, "x")
    assert time.process_time() - began < 5
