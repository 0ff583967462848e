"""What a push can hold that no database keeps: refused with its place, never a failure of ours, and nothing is left behind."""

from __future__ import annotations

import pytest

from governance.dependencies.models import DependencySet
from lineage.models import ModelVersion
from tests.lineage.test_api import push


def file(path: str, content: str) -> dict[str, str]:
    return {"path": path, "content": content}


def deep(levels: int) -> dict:
    value: dict = {}
    for _level in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("params_file", file("params.yaml", 'a: "\\ud800"')),
        ("params_file", file("params.yaml", '"\\ud800": 1')),
        ("params_file", file("params.yaml", 'a: "\\0"')),
        ("params_file", file("params.yaml", 'a: "\\U00110000"')),
        ("params_file", file("params.json", '{"a": {"b": ["\\ud800"]}}')),
        ("metrics_file", file("metrics.json", '{"\\ud800": 1}')),
        ("metrics_file", file("metrics.json", '{"a\\u0000": 1}')),
        ("metrics_file", file("metrics.json", '{"a": {"value": 1, "dataset": "\\ud800"}}')),
        ("metrics_file", file("metrics.yaml", 'a: {value: 1, dataset: "\\0"}')),
        ("confusion_file", file("c.json", '{"dataset": "\\ud800", "tp": 1, "fp": 1, "fn": 1, "tn": 1}')),
        ("dvc_lock", file("dvc.lock", 'schema: "2.0"\nstages: {"\\ud800": {cmd: x}}')),
        ("dvc_lock", file("dvc.lock", 'schema: "2.0"\nstages: {a: {cmd: x, deps: [{path: "\\0", md5: ' + "a" * 32 + "}]}}")),
        ("params", {"a": "\x00"}),
        ("params", {"\x00": 1}),
        ("metrics", {"a\x00": 1}),
        ("metrics", {"a": {"value": 1, "dataset": "\x00"}}),
        ("confusion", {"dataset": "\x00", "tp": 1, "fp": 1, "fn": 1, "tn": 1}),
        ("runtime", {"kind": "lock", "config": {"a": ["\x00"]}}),
        ("runtime", {"kind": "lock", "config": deep(400)}),
    ],
)
def test_what_cannot_be_kept_is_refused_and_nothing_stays(world, field, sent):
    answer = push(world, **{field: sent})

    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in ("control", "file.malformed", "parse_error")
    assert not ModelVersion.objects.exists()
    assert not DependencySet.objects.exists()


def test_numbers_in_the_runtime_are_kept_as_they_were_sent_and_the_same_again_is_the_same(world):
    runtime = {"kind": "service", "config": {"timeout": 1.50, "retries": 3, "zones": ["a", None, True]}}
    first, again = push(world, runtime=runtime), push(world, runtime=runtime)

    assert (first.status_code, again.status_code) == (201, 200), (first.content, again.content)
    assert first.json()["runtime"]["config"] == {"timeout": "1.5", "retries": 3, "zones": ["a", None, True]}
