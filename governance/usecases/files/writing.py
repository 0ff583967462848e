"""From the values of a definition to the text of a `usecase.yaml`, always in the same order; a text that is there keeps its comments."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import LiteralScalarString

from governance.usecases.files.model import FIELDS, PART_FIELDS, USUAL

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)  # 007 is no number but a name that wants its quotes


def write_use_case(values: Mapping[str, Any], *, base: str = "") -> str:
    """The file that says these values; what is blank is left out. Reading the answer gives the values again.

    `base`: a text that says nearly the same: its comments and its order stay; one that cannot be read is left aside.
    """
    yaml = YAML()
    yaml.width = 10_000
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    root = _base(yaml, base)
    wanted = {name: _plain(name, values.get(name)) for name in FIELDS}
    _fill(root, {name: value for name, value in wanted.items() if value not in ("", None, [])}, FIELDS)
    text = io.StringIO()
    yaml.dump(root, text)
    return text.getvalue()


def _base(yaml: YAML, text: str) -> Any:
    try:
        root = yaml.load(text) if text.strip() else None
    except YAMLError:
        root = None
    return root if isinstance(root, CommentedMap) else CommentedMap()


def _plain(name: str, value: Any) -> Any:
    if name not in PART_FIELDS:
        return "" if value is None else str(value).strip()
    return [
        {
            field: said
            for field in PART_FIELDS[name]
            if (said := _scalar(item.get(field))) not in ("", None) and said != USUAL[name].get(field)
        }
        for item in value or ()
    ]


def _scalar(value: Any) -> Any:
    """A number as it is written by hand: no exponent, no zeros that say nothing."""
    if not isinstance(value, Decimal):
        return value if value is None else str(value).strip()
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _fill(there: Any, wanted: Mapping[str, Any], order: Sequence[str]) -> None:
    """Make a mapping say what is wanted: what says it already stays untouched, what is new goes where it belongs."""
    for name in [key for key in there if key not in wanted]:
        del there[name]
    for name, value in wanted.items():
        if isinstance(value, list):
            said = there.get(name)
            if not isinstance(said, CommentedSeq):
                _put(there, name, said := CommentedSeq(), order)
            _fill_list(said, value, PART_FIELDS[name])
        elif name not in there or _same(there[name]) != value:
            _put(there, name, _spelt(value), order)


def _fill_list(there: Any, wanted: Sequence[Mapping[str, Any]], order: Sequence[str]) -> None:
    """By name: an item that stays keeps its comments, wherever it stands now."""
    known = {_name(item): item for item in there}
    kept = [known.get(item["name"]) for item in wanted]
    if [_name(item) for item in there] != [item["name"] for item in wanted]:
        del there[:]
        there.extend(item if item is not None else CommentedMap() for item in kept)
    for at, item in enumerate(wanted):
        if not isinstance(there[at], CommentedMap):
            if set(item) == {"name"} and _same(there[at]) == item["name"]:
                continue  # written as its bare name, which says it all
            there[at] = CommentedMap()
        _fill(there[at], item, order)


def _name(item: Any) -> str:
    return _same(item.get("name")) if isinstance(item, Mapping) else _same(item)


def _put(there: Any, name: str, value: Any, order: Sequence[str]) -> None:
    if name in there:
        there[name] = value
        return
    before = [key for key in there if key in order and order.index(key) < order.index(name)]
    there.insert(list(there).index(before[-1]) + 1 if before else 0, name, value)


def _same(value: Any) -> str:
    """What a scalar of the base says, as reading would take it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value).strip()


def _spelt(value: str) -> Any:
    """A long or many-lined text reads best as a block; a number stands without quotes."""
    if "\n" in value and not any(line != line.rstrip() for line in value.split("\n")):
        return LiteralScalarString(value + "\n")
    return _number(value) if _is_number(value) else value


def _is_number(value: str) -> bool:
    return _NUMBER.fullmatch(value) is not None


def _number(value: str) -> Any:
    """As ruamel keeps a figure, so that it is written as it was: 0.70 keeps its nought."""
    number: Any = YAML(typ="rt", pure=True).load(value)
    return number
