"""YAML files that repeat themselves by anchors, read as if every value were written out. Pure.

`yaml_values` refuses anchors, as a file of a few lines can stand for gigabytes. Catalogs of Kedro and files of dbt that people wrote
use them with merge keys (`<<: *csv`, https://yaml.org/type/merge.html), so here they are expanded, within limits: an alias may stand for
what was anchored before it and closed, and all aliases together for at most `MOST_EVENTS` values and brackets. Depth is limited as in any
file. What is written out again holds no anchors.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from governance.dictionary.formats import yaml_values
from governance.dictionary.formats.model import Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.plain_values import decoded

MOST_EVENTS = 100_000
MERGE = "<<"


def load(data: bytes, name: str) -> tuple[Any, bool]:
    """As `yaml_values.load`, and whether something was expanded. Raises Unreadable with the line of what cannot be used."""
    text = decoded(data, name)
    if "&" not in text and "*" not in text:
        return yaml_values.load(data, name), False
    try:
        events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return yaml_values.load(data, name), False  # tells what is wrong, and where
    if not any(getattr(event, "anchor", None) is not None for event in events):
        return yaml_values.load(data, name), False
    said = yaml_values.built(_expanded(events))
    return _merged(said, "line 1"), True


def _expanded(events: list[Any]) -> Iterator[Any]:
    """The events with the events of its anchor in place of each alias. Anchors are taken off."""
    spans: dict[str, tuple[int, int]] = {}
    budget = MOST_EVENTS
    made: list[Any] = []
    waiting: list[tuple[str | None, int]] = []  # of each open map or list its anchor, and where it begins in what was made
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in spans:
                raise _refused(event, f"*{event.anchor} stands for nothing that was finished before")
            first, last = spans[event.anchor]
            budget -= last - first
            if budget < 0:
                raise _refused(event, f"aliases stand for more than {MOST_EVENTS} values")
            made += made[first:last]
            continue
        anchor = getattr(event, "anchor", None)
        begin = len(made)
        if anchor is not None:
            spans.pop(anchor, None)
            event.anchor = None
        made.append(event)
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            waiting.append((anchor, begin))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            anchor, begin = waiting.pop()
            if anchor is not None:
                spans[anchor] = (begin, len(made))
        elif anchor is not None:
            spans[anchor] = (begin, len(made))
    yield from made


def _merged(said: Any, place: str) -> Any:
    """With the values of merge keys under the keys that a map states itself; of several, the first counts."""
    if isinstance(said, list):
        return [_merged(item, place) for item in said]
    if not isinstance(said, dict):
        return said
    own = {key: _merged(value, place) for key, value in said.items() if key != MERGE}
    if MERGE not in said:
        return own
    sources = said[MERGE] if isinstance(said[MERGE], list) else [said[MERGE]]
    merged: dict[str, Any] = {}
    for source in sources:
        if not isinstance(source, dict):
            raise Unreadable(note(place, "error", "yaml", detail="<< has to be a map, or a list of maps"))
        merged = _merged(source, place) | merged
    return merged | own


def _refused(event: Any, detail: str) -> Unreadable:
    return Unreadable(note(f"line {event.start_mark.line + 1}", "error", "yaml", detail=detail))
