"""YAML to plain values and back, so that what is written reads back as it was. Pure.

The core schema of YAML 1.2 says what a word without quotes is (`yes` and `no` are texts, section 10.3.2), with two exceptions for
people who write codes: dates stay texts, and so do digits after a leading zero (`007`). Keys of maps are texts as written.
What YAML allows and a file of definitions does not need (anchors, aliases, tags, several documents, keys given twice) is refused
before anything is expanded. In writing, a text that YAML 1.1 or 1.2 would take for something else gets quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from governance.dictionary.formats.model import Unreadable
from governance.dictionary.formats.notes import note
from governance.dictionary.formats.plain_values import MAX_DEPTH, MAX_DIGITS, NO_TEXT, decoded, real, whole

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_WHOLE = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASES = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_REAL = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_BLOCK = re.compile(r"[^\s\x7f-\x9f\ufeff](?:[^\n\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\n(?=[^\s]|\n|\Z))*")


def load(data: bytes, name: str) -> Any:
    """The plain values of one YAML document; an empty one is None. `name` is the file's, for what is wrong with all of it.

    Raises Unreadable with the line of the first thing that cannot be used.
    """
    text = decoded(data, name)
    try:
        return built(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else name
        raise Unreadable(note(place, "error", "yaml", detail=error.problem or error.context or "")) from error
    except yaml.YAMLError as error:  # characters that YAML does not allow at all
        raise Unreadable(note(name, "error", "yaml", detail=str(error).partition("\n")[0])) from error


def dump(value: Any) -> bytes:
    """Plain values as one YAML document in block style, in UTF-8, keys in the order of the map. `load(dump(value))` gives them back."""
    text = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=False, allow_unicode=True, sort_keys=False, width=2**30, encoding=None
    )
    return str(text).removesuffix("...\n").encode("utf-8")


def built(events: Iterator[Any]) -> Any:
    """The plain values of the events of one document. Raises Unreadable as `load`; anchors, aliases and tags are refused."""
    return _Builder().built(events)


class _Builder:
    """Builds values from events one by one: nothing is nested or expanded before it was judged."""

    def __init__(self) -> None:
        self.open: list[dict[str, Any] | list[Any]] = []
        self.keys: list[str | None] = []  # of each open map, the key that waits for its value
        self.root: Any = None

    def built(self, events: Iterator[Any]) -> Any:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1 or event.version or event.tags:
                    raise _refused(event, "a second document or a directive is not accepted")
            elif isinstance(event, yaml.NodeEvent):
                self._node(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.open.pop()
                self.keys.pop()
        return self.root

    def _node(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise _refused(event, "anchors and aliases are not accepted; write the value out")
        if event.tag is not None:
            raise _refused(event, "tags are not accepted")
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
            return
        if len(self.open) >= MAX_DEPTH:
            raise Unreadable(note(_line(event), "error", "too_deep"))
        inner: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._put(inner, event)
        self.open.append(inner)
        self.keys.append(None)

    def _scalar(self, event: Any) -> None:
        if NO_TEXT.search(event.value):
            raise _refused(event, "this holds an escape that stands for no character of a text")
        if self.open and isinstance(self.open[-1], dict) and self.keys[-1] is None:
            if event.value in self.open[-1]:
                raise Unreadable(note(_line(event), "error", "duplicate_key", value=event.value))
            self.keys[-1] = event.value
            return
        self._put(_plain(event) if event.implicit[0] else event.value, event)

    def _put(self, value: Any, event: Any) -> None:
        if not self.open:
            self.root = value
            return
        around = self.open[-1]
        if isinstance(around, list):
            around.append(value)
            return
        key = self.keys[-1]
        if key is None:
            raise _refused(event, "a key has to be a word")
        around[key] = value
        self.keys[-1] = None


def _plain(event: Any) -> Any:
    """What a word without quotes stands for."""
    text: str = event.value
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    number: int | float | None
    if _WHOLE.fullmatch(text):
        number = whole(text)
    elif _BASES.fullmatch(text):
        number = int(text, 0) if len(text) <= MAX_DIGITS else None
    elif _REAL.fullmatch(text):
        number = real(text)
    elif _NO_NUMBER.fullmatch(text):
        number = None
    else:
        return text
    if number is None:
        raise _refused(event, f"no number that can be kept: {text[:40]}")
    return number


def _line(event: Any) -> str:
    return f"line {event.start_mark.line + 1}"


def _refused(event: Any, detail: str) -> Unreadable:
    return Unreadable(note(_line(event), "error", "yaml", detail=detail))


class _Dumper(yaml.CSafeDumper):
    """Writes every value out where it stands, and never makes an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if "\n" in text and _BLOCK.fullmatch(text):
        style = "|"
    elif text in _NULL | _TRUE | _FALSE or _BASES.fullmatch(text) or _REAL.fullmatch(text):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    digits, e, exponent = repr(value).partition("e")
    point = "" if "." in digits else ".0"  # without a point YAML 1.1 takes it for a text
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{digits}{point}{e}{exponent}")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)
