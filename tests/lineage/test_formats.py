from __future__ import annotations

import json
import time
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.canonical import canonical_json
from lineage.formats import (
    MAX_BYTES,
    DvcFile,
    FormatError,
    GtoTag,
    Metric,
    read_dvc_lock,
    read_gto_tag,
    read_metrics,
    read_params,
)

LOCK = b"""\
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - path: data/data.xml
      hash: md5
      md5: 22a1a2931c8370d3aeedd7183606fd7f
      size: 14445097
    params:
      params.yaml:
        prepare.seed: 20170428
        prepare.split: 0.20
    outs:
    - path: data/prepared
      hash: md5
      md5: 153aad06d376b6595932470e459ef42a.dir
      size: 8437363
      nfiles: 2
  train@fold1:
    cmd:
    - python train.py
    - python check.py
    deps:
    - path: s3://bucket/x
      etag: '0123'
"""


def test_a_dvc_lock_gives_stages_files_and_parameters():
    prepare, train = read_dvc_lock(LOCK)

    assert (prepare.name, prepare.command) == ("prepare", ("python prepare.py",))
    assert prepare.deps == (DvcFile("data/data.xml", "md5", "22a1a2931c8370d3aeedd7183606fd7f", 14445097, None),)
    assert prepare.outs[0].is_directory
    assert not prepare.deps[0].is_directory
    assert prepare.outs[0].files == 2
    assert prepare.params == {"params.yaml": {"prepare.seed": Decimal(20170428), "prepare.split": Decimal("0.2")}}
    assert (train.name, train.command, train.outs) == ("train@fold1", ("python train.py", "python check.py"), ())
    assert train.deps == (DvcFile("s3://bucket/x", "etag", "0123", None, None),)


def test_a_digest_of_digits_only_stays_the_text_it_is():
    lock = b"schema: '2.0'\nstages:\n  a:\n    cmd: x\n    outs:\n    - path: y\n      md5: 01234567890123456789012345678901\n"

    assert read_dvc_lock(lock)[0].outs[0].digest == "01234567890123456789012345678901"


@pytest.mark.parametrize(
    ("lock", "line", "message"),
    [
        (b"stages: {}\n", None, "schema"),
        (b"schema: '1.0'\nstages: {}\n", 1, "schema"),
        (b"- a\n", 1, "not a map"),
        (b"", None, "not a map"),
        (b"schema: '2.0'\nstages:\n- a\n", 3, "stages is not a map"),
        (b"schema: '2.0'\nstages:\n  a:\n    deps: 3\n", 4, "deps of stage a is not a list"),
        (b"schema: '2.0'\nstages:\n  a:\n    deps:\n    - md5: x\n", 5, "has no path"),
        (b"schema: '2.0'\nstages:\n  a:\n    deps:\n    - path: y\n      md5: short\n", 6, "md5 of y"),
        (b"schema: '2.0'\nstages:\n  a:\n    deps:\n    - path: y\n      size: -1\n", 6, "whole number"),
        (b"schema: '2.0'\nstages:\n  a:\n    cmd: 3\n", 4, "cmd of stage a"),
        (b"schema: '2.0'\nstages:\n  a: [\n", 4, "not YAML"),
        (b"schema: '2.0'\nstages:\n  a: {}\n  a: {}\n", 4, "comes twice"),
    ],
)
def test_a_dvc_lock_that_is_wrong_says_where(lock, line, message):
    with pytest.raises(FormatError, match=message) as caught:
        read_dvc_lock(lock, "ml/dvc.lock")
    assert caught.value.line == line
    assert str(caught.value).startswith("ml/dvc.lock")


def test_parameters_become_one_flat_map_of_typed_values():
    params = read_params(
        "seed: 42\nrate: 5.0e-2\nhex: 0x10\nbig: 12_000\nname: 模型\nyes: true\nnone: null\nday: 2026-06-30\ntext: '7'\n"
        "train:\n  max_depth: 6\n  layers: [64, {units: 32}]\n  empty: {}\n  nothing: []\n".encode()
    )

    assert params == {
        "big": Decimal(12000),
        "day": "2026-06-30",
        "hex": Decimal(16),
        "name": "模型",
        "none": None,
        "rate": Decimal("0.05"),
        "seed": Decimal(42),
        "text": "7",
        "train.empty": "{}",
        "train.layers.0": Decimal(64),
        "train.layers.1.units": Decimal(32),
        "train.max_depth": Decimal(6),
        "train.nothing": "[]",
        "yes": True,
    }
    assert list(params) == sorted(params)
    assert canonical_json(params)


def test_decimals_keep_every_digit_that_was_written():
    assert read_params(b"a: 0.12345678901234567890123\n")["a"] == Decimal("0.12345678901234567890123")


def test_an_empty_file_of_parameters_has_none():
    assert read_params(b"") == read_params(b"# nothing yet\n") == {}


def test_anchors_and_merge_keys_are_followed():
    assert read_params(b"base: &b {a: 1, b: 2}\nmore:\n  <<: *b\n  b: 3\n") == {
        "base.a": 1, "base.b": 2, "more.a": 1, "more.b": 3,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: .nan", 1, "finite"),
        ("a: 1\nb: -.inf", 2, "finite"),
        ("a: 1e999999999", 1, "finite"),
        ("a: 1e-9999", 1, "finite"),
        ("a: " + "9" * 200, 1, "finite"),
        ("a: 1\na: 2", 2, "comes twice"),
        ("a.b: 1\na:\n  b: 2", 3, "a.b comes twice"),
        ("a: !!python/object/apply:os.system ['x']", 1, "not read"),
        ("a: !!binary aGk=", 1, "not read"),
        ("? [a]\n: 1", 1, "name is a text"),
        ("- 1", 1, "not a map"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("a: 1\n--- \nb: 2", None, "not YAML"),
        ("a: *nobody", 1, "not YAML"),
        ("a: &a [*a]", None, "levels deep|values"),
        ("a: &a {<<: &b {<<: *a}}", None, "levels deep|values"),
        ("[" * 3000, None, None),
    ],
)
def test_parameters_that_are_wrong_say_where(text, line, message):
    with pytest.raises(FormatError, match=message) as caught:
        read_params(text.encode())
    if line is not None:
        assert caught.value.line == line


def test_a_value_with_a_foreign_tag_is_never_built(tmp_path):
    with pytest.raises(FormatError):
        read_params(f"a: !!python/object/apply:os.mkdir ['{tmp_path}/x']".encode())
    with pytest.raises(FormatError):
        read_params(f"a: !!python/object/apply:os.mkdir\n  x: '{tmp_path}/x'".encode())
    assert not (tmp_path / "x").exists()


def test_a_bomb_of_aliases_is_refused_in_no_time():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    started = time.monotonic()

    with pytest.raises(FormatError, match="values once aliases are followed"):
        read_params("\n".join(lines).encode())

    assert time.monotonic() - started < 5


def test_files_that_are_too_large_or_not_text_are_refused():
    with pytest.raises(FormatError, match="larger than"):
        read_params(b"a" * (MAX_BYTES + 1))
    with pytest.raises(FormatError, match="not UTF-8") as caught:
        read_params(b"a: 1\nb: \xff\n")
    assert caught.value.line == 2


def test_metrics_are_numbers_with_or_without_the_data_they_were_measured_on():
    metrics = read_metrics(
        b'{"recall": {"value": 0.71, "dataset": "test"}, "auc": 0.90, "train": {"loss": {"value": 1}, "n": 3}}'
    )

    assert metrics == {
        "auc": Metric(Decimal("0.9"), None),
        "recall": Metric(Decimal("0.71"), "test"),
        "train.loss": Metric(Decimal(1), None),
        "train.n": Metric(Decimal(3), None),
    }


def test_metrics_may_be_written_as_yaml():
    assert read_metrics(b"recall: {value: 0.71, dataset: test}\n", "metrics.yaml") == {"recall": Metric(Decimal("0.71"), "test")}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": NaN}', "finite"),
        ('{"a": -Infinity}', "finite"),
        ('{"a": 1e9999}', "finite"),
        ('{"a": "0.7"}', "metric a is not a number"),
        ('{"a": true}', "metric a is not a number"),
        ('{"a": null}', "metric a is not a number"),
        ('{"a": {"b": [1]}}', "metric a.b is not a number"),
        ('{"a": {"value": 1, "dataset": 3}}', "dataset of the metric a"),
        ('{"a": 1, "a": 2}', "comes twice"),
        ('{"a.b": 1, "a": {"b": 2}}', "a.b comes twice"),
        ("[1]", "one object"),
        ("3", "one object"),
        ('{"a": 1,\n}', "line 2: not JSON"),
        ("", "not JSON"),
        ('{"a":' * 20000, "nested too deeply|not JSON"),
    ],
)
def test_metrics_that_are_wrong_say_what(text, message):
    with pytest.raises(FormatError, match=message):
        read_metrics(text.encode())


@pytest.mark.parametrize(
    ("tag", "meaning"),
    [
        ("churn-model@v1.2.0", GtoTag("churn-model", "v1.2.0", None, None, False)),
        ("churn@v1.2.0-rc.1+b5", GtoTag("churn", "v1.2.0-rc.1+b5", None, None, False)),
        ("churn@v1.2.0!", GtoTag("churn", "v1.2.0", None, None, True)),
        ("churn#prod#1", GtoTag("churn", None, "prod", 1, False)),
        ("churn#prod", GtoTag("churn", None, "prod", None, False)),
        ("churn#prod!#2", GtoTag("churn", None, "prod", 2, True)),
        ("models/a=churn@v1.0.0", GtoTag("models/a:churn", "v1.0.0", None, None, False)),
    ],
)
def test_tags_of_gto_are_understood(tag, meaning):
    assert read_gto_tag(tag) == meaning


@pytest.mark.parametrize(
    "tag", ["v1.2.0", "churn@1.2.0", "churn@v1.2", "churn@v01.2.0", "Churn@v1.2.0", "churn#", "churn@v1.2.0\n", "#prod#1", ""]
)
def test_other_tags_are_not_taken_for_one(tag):
    assert read_gto_tag(tag) is None


names = st.text("abcdefgh", min_size=1, max_size=5)
numbers = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False, min_value=-1e50, max_value=1e50)
trees = st.recursive(numbers, lambda inner: st.dictionaries(names, inner, min_size=1, max_size=4), max_leaves=12)


@given(st.dictionaries(names, trees, max_size=4))
def test_json_and_yaml_of_the_same_parameters_read_alike(tree):
    written = json.dumps(tree)
    flat = read_params(written.encode())

    assert {name: metric.value for name, metric in read_metrics(written.encode()).items()} == flat


@given(st.binary(max_size=200) | st.text(":-[]{}#&*!|>'\"%@,?\n\t ab019.e", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_format_error_and_nothing_else(data):
    for read in (read_params, read_metrics, read_dvc_lock):
        with suppress(FormatError):
            read(data)
