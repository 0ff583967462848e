"""What a DVC pipeline made is judged with the model: a `dvc.lock` that changes never goes by unseen."""

from __future__ import annotations

LOCK = """
schema: '2.0'
stages:
  prepare:
    cmd: python prepare.py
    deps:
    - {{path: data/raw.csv, hash: md5, md5: {raw}, size: 1}}
    - {{path: prepare.py, hash: md5, md5: 44444444444444444444444444444444, size: 1}}
    outs:
    - {{path: data/clean.csv, hash: md5, md5: 22222222222222222222222222222222, size: 1}}
  train:
    cmd: python train.py
    deps:
    - {{path: data/clean.csv, hash: md5, md5: {taken}, size: 1}}
    outs:
    - {{path: model.pkl, hash: md5, md5: {model}, size: 1}}
"""
FILES = {"raw": "1" * 32, "taken": "2" * 32, "model": "3" * 32}


def digests(push, version, **changes):
    row = push(version, dvc_lock={"path": "dvc.lock", "content": LOCK.format(**{**FILES, **changes})})
    return dict(row.components.values_list("name", "content_id"))


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def test_a_model_that_was_trained_again_changes_the_component_model_although_no_artifact_is_stated(push):
    before = digests(push, "1", model="3" * 32)

    assert changed(before, digests(push, "2", model="5" * 32)) == {"model"}


def test_a_stage_that_took_other_files_than_the_one_before_it_made_is_seen(push):
    before = digests(push, "1")

    assert changed(before, digests(push, "2", taken="6" * 32)) == {"model"}


def test_other_data_at_the_beginning_changes_the_component_data(push):
    before = digests(push, "1")

    assert changed(before, digests(push, "2", raw="7" * 32)) == {"data"}


def test_the_same_lock_changes_nothing(push):
    assert digests(push, "1") == digests(push, "2")
