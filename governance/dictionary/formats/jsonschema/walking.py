"""The columns that a schema describes: properties, and properties in them, wherever a reference leads. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from governance.dictionary.formats.lens import Plain

MOST_REFERRED = 10_000  # columns that references lead to: definitions that refer to each other twice would have no end
MOST_STEPS = 200_000
DEEPEST = 40
_OBJECT: Plain = {"type": "object"}
_INNER = (("items", "[]"), ("additionalProperties", "{}"))
UNIONS = ("anyOf", "oneOf", "allOf")


@dataclass(frozen=True, slots=True)
class Found:
    """A column of a schema. `said` is what stands there; `here`: whether that is in its parent, and not where a reference leads."""

    name: str
    leaf: str
    parent: str
    place: str
    said: Any
    required: bool
    here: bool


class Walk:
    """Goes through the properties of an object in the order of the file, each before those in it."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.left = MOST_REFERRED
        self.steps = MOST_STEPS

    @property
    def cut(self) -> bool:
        """Whether there was more than anybody reads."""
        return self.left < 0 or self.steps < 0

    def columns(self, around: Mapping[str, Any], place: str) -> Iterator[Found]:
        """The columns of one table."""
        if any(True for _inner in inline(around)):
            yield from self._here(around, "", place)
        else:
            yield from self._elsewhere(around, "", place, ())

    def _here(self, around: Mapping[str, Any], parent: str, place: str) -> Iterator[Found]:
        for steps, where, holder in inline(around):
            for leaf, said in holder["properties"].items():
                name = f"{parent}{steps}.{leaf}" if parent else f"{steps}.{leaf}" if steps else leaf
                here = f"{place}{where}.{leaf}".removeprefix(".")
                yield Found(name, leaf, parent, here, said, leaf in required(holder), here=True)
                if isinstance(said, Mapping):
                    if any(True for _inner in inline(said)):
                        yield from self._here(said, name, here)
                    else:
                        yield from self._elsewhere(said, name, here, ())

    def _elsewhere(self, said: Mapping[str, Any], parent: str, place: str, way: tuple[int, ...]) -> Iterator[Found]:
        for steps, holder, gone in self._referred(said, "", way):
            for leaf, item in holder["properties"].items():
                self.left -= 1
                if self.cut:
                    return
                name = f"{parent}{steps}.{leaf}" if parent else f"{steps}.{leaf}" if steps else leaf
                yield Found(name, leaf, parent, place, item, leaf in required(holder), here=False)
                if isinstance(item, Mapping):
                    yield from self._elsewhere(item, name, place, gone)

    def _referred(
        self, said: Mapping[str, Any], steps: str, way: tuple[int, ...]
    ) -> Iterator[tuple[str, Mapping[str, Any], tuple[int, ...]]]:
        self.steps -= 1
        if len(way) >= DEEPEST or self.cut:
            return
        meant, _nullable = means(said, self.root)
        if _has_properties(meant) and id(meant["properties"]) not in way:
            yield steps, meant, (*way, id(meant["properties"]))
        for word, step in _INNER:
            inner = meant.get(word)
            if isinstance(inner, Mapping) and id(inner) not in way:
                yield from self._referred(inner, steps + step, (*way, id(inner)))


def inline(said: Mapping[str, Any], steps: str = "", place: str = "") -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """The objects with properties that stand in a schema itself: the steps to each in a name, its place, and the object."""
    if _has_properties(said):
        yield steps, f"{place}.properties", said
    for word, step in _INNER:
        if isinstance(said.get(word), Mapping):
            yield from inline(said[word], steps + step, f"{place}.{word}")


def without_inline(said: Mapping[str, Any], root: Mapping[str, Any]) -> Plain:
    """What a schema says apart from the properties in it, and from what `place_for` puts around those by itself."""
    rest = {word: value for word, value in said.items() if word != "properties" or not _has_properties(said)}
    for word, _step in _INNER:
        if isinstance(said.get(word), Mapping) and any(True for _inner in inline(said[word])):
            rest[word] = without_inline(said[word], root)
            if rest[word] == _OBJECT:
                del rest[word]
    if _has_properties(said) and said.get("required") and said["required"] == plainly_required(said, root):
        del rest["required"]
    return rest


def place_for(said: Plain, steps: list[str]) -> Plain:
    """The object that these steps lead to. What is on the way and not there yet is made."""
    words = {step: word for word, step in _INNER}
    for step in steps:
        there = said.get(words[step])
        said[words[step]] = inner = dict(there if isinstance(there, Mapping) else _OBJECT)
        said = inner
    return said


def required(said: Mapping[str, Any]) -> list[Any]:
    listed = said.get("required")
    return listed if isinstance(listed, list) else []


def means(said: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """A schema with what its local references lead to, and whether null may stand there.

    A choice between one schema and null is that schema; of any other choice nothing is taken.
    """
    nullable = False
    for _step in range(DEEPEST):
        target = _pointed(root, said.get("$ref"))
        word, only, null = _single_choice(said) if target is None else ("$ref", target, False)
        if only is None:
            break
        nullable = nullable or null
        said = {**only, **{name: value for name, value in said.items() if name != word}}
    return said, nullable


def _single_choice(said: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None, bool]:
    for word in UNIONS:
        listed = said.get(word)
        if not isinstance(listed, list) or not 1 <= len(listed) <= 2:
            continue
        others = [item for item in listed if not _is_null(item)]
        if len(others) == 1 and isinstance(others[0], Mapping) and (word != "allOf" or len(listed) == 1):
            return word, others[0], len(listed) == 2
    return "", None, False


def _is_null(said: Any) -> bool:
    return isinstance(said, Mapping) and (said.get("type") in ("null", ["null"]) or said.get("enum") == [None])


def _pointed(root: Any, reference: Any) -> Mapping[str, Any] | None:
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    found = root
    for step in unquote(reference[1:]).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, Mapping) else None
    plain_name = reference != "#" and not reference.startswith("#/")
    return found if isinstance(found, Mapping) and not plain_name else None


def _has_properties(said: Mapping[str, Any]) -> bool:
    """Whether there is a property in it that can be one; what holds none is kept as it is."""
    inner = said.get("properties")
    return isinstance(inner, Mapping) and any(isinstance(item, Mapping | bool) for item in inner.values())


def plainly_required(said: Mapping[str, Any], root: Mapping[str, Any]) -> list[str]:
    """What `required` would be, written anew: the properties that never lack a value, in their order."""
    return [leaf for leaf, item in said["properties"].items() if leaf in required(said) and not takes_null(item, root)]


def takes_null(said: Any, root: Mapping[str, Any]) -> bool:
    """Whether null may stand there by the type or the permissible values; where neither is stated, nothing is known."""
    if not isinstance(said, Mapping):
        return False
    meant, nullable = means(said, root)
    kinds, codes = meant.get("type"), meant.get("enum")
    by_code = isinstance(codes, list) and None in codes
    if kinds is None:
        return nullable or by_code
    return nullable or (("null" in kinds) if isinstance(kinds, list) else kinds == "null")
