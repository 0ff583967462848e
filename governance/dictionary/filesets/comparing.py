"""What differs between two manifests of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.dictionary.filesets.model import OneFile


@dataclass(frozen=True, slots=True)
class Difference:
    """Files by what became of them, each list in the order of paths, and what changed around them.

    `changed` have other bytes (and perhaps another label), `relabelled` the same bytes and another label, `moved` the same bytes and
    label under another path. `labels` are codes: added, removed, or meaning something else.
    """

    added: tuple[OneFile, ...]
    removed: tuple[OneFile, ...]
    changed: tuple[tuple[OneFile, OneFile], ...]
    relabelled: tuple[tuple[OneFile, OneFile], ...]
    moved: tuple[tuple[OneFile, OneFile], ...]
    labels: tuple[tuple[str, str, str], ...]  # code, what it meant, what it means
    labels_source: tuple[str, str] | None  # the element whose values the labels are, before and after, where that changed
    guideline: tuple[Mapping[str, Any], Mapping[str, Any]] | None

    @property
    def is_empty(self) -> bool:
        return not any(
            (self.added, self.removed, self.changed, self.relabelled, self.moved, self.labels, self.labels_source, self.guideline)
        )


def compare(
    before: Mapping[str, Any], after: Mapping[str, Any], files_before: list[OneFile], files_after: list[OneFile]
) -> Difference:
    """What became of each file, and of labels and guideline. `before` and `after` are `Fileset.about()`."""
    then = {item.path: item for item in files_before}
    now = {item.path: item for item in files_after}
    added = [now[path] for path in sorted(now.keys() - then.keys())]
    removed = [then[path] for path in sorted(then.keys() - now.keys())]
    both = [(then[path], now[path]) for path in sorted(then.keys() & now.keys())]
    moved, added, removed = _moved(added, removed)
    return Difference(
        added=tuple(added),
        removed=tuple(removed),
        changed=tuple((was, is_) for was, is_ in both if was.sha256 != is_.sha256),
        relabelled=tuple((was, is_) for was, is_ in both if was.sha256 == is_.sha256 and was.label != is_.label),
        moved=tuple(moved),
        labels=_labels(before, after),
        labels_source=_source(before, after),
        guideline=_guideline(before, after),
    )


def _moved(added: list[OneFile], removed: list[OneFile]) -> tuple[list[tuple[OneFile, OneFile]], list[OneFile], list[OneFile]]:
    """Pairs with the same bytes and label. Of several copies those pair up that come first in the order of paths."""
    gone: dict[tuple[str, str], list[OneFile]] = {}
    for item in reversed(removed):
        gone.setdefault((item.sha256, item.label), []).append(item)
    pairs, left = [], []
    for item in added:
        if found := gone.get((item.sha256, item.label)):
            pairs.append((found.pop(), item))
        else:
            left.append(item)
    still = {item.path for items in gone.values() for item in items}
    return pairs, left, [item for item in removed if item.path in still]


def _codes(about: Mapping[str, Any]) -> dict[str, str]:
    return {item["code"]: item["meaning"] for item in about.get("labels", {}).get("codes", ())}


def _labels(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    then, now = _codes(before), _codes(after)
    return tuple(
        (code, then.get(code, ""), now.get(code, ""))
        for code in sorted(then.keys() | now.keys())
        if then.get(code) != now.get(code)
    )


def _source(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, str] | None:
    then, now = (about.get("labels", {}).get("element", "") for about in (before, after))
    return None if then == now else (then, now)


def _guideline(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    then, now = before.get("guideline") or {}, after.get("guideline") or {}
    return None if then == now else (then, now)
