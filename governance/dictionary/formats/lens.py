"""What a format says in its own words, what it has no word for, and how both become one file again. Pure.

A lens in the sense of Foster et al. 2007 (*Combinators for bidirectional tree transformations*): `says` reads fields from a map of the
format, `native` writes the fields that the format has words for, and what `says` does not cover is kept beside. So a map that nobody
changed comes back as it was, and one whose fields were changed says the new ones and still holds everything else.

Fields are plain values by name, as `elements.as_mapping` gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.dictionary.formats.plain_values import same

Plain = dict[str, Any]
# In what is kept: the keys that come back although they say something else than the fields, as they did when they were read.
# A file may have a key of this name; then ours has one more line behind it, and the longest is ours.
APART = "countersign"


def _no_mending(_key: str, _kept: Any, _native: Any) -> Any:
    return None


@dataclass(frozen=True, slots=True)
class Lens:
    """`says` never raises, and leaves out what is not stated. `native` also gets what is kept, to choose between spellings.

    `needed` are keys of the format that are written even where what is kept says the same.
    `mend(key, kept, native)` may make a value of what is kept under a key and what the fields say there, where the two differ; None
    leaves what the fields say.
    """

    says: Callable[[Mapping[str, Any]], Plain]
    native: Callable[[Mapping[str, Any], Mapping[str, Any]], Plain]
    mend: Callable[[str, Any, Any], Any] = _no_mending
    needed: frozenset[str] = frozenset()

    def kept(self, said: Mapping[str, Any], fields: Mapping[str, Any]) -> Plain:
        """What has to be kept beside the fields so that `written` gives back all of `said`."""
        mark = _free_mark(said)
        kept = differing(said, self.native(fields, said)) | ({mark: []} if mark != APART else {})
        lost = _lost(said, self.written(fields, kept))
        if lost:
            kept |= lost
            if apart := sorted(_lost(said, self.written(fields, kept))):
                kept |= {key: said[key] for key in apart}
                kept[mark] = apart
        return kept

    def written(self, fields: Mapping[str, Any], kept: Mapping[str, Any]) -> Plain:
        """The map that says the fields and whatever of the kept does not contradict them."""
        native = self.native(fields, kept)
        mark = mark_in(kept)
        rest = {key: value for key, value in kept.items() if key != mark}
        if not rest:
            return native
        wanted, plainly = flat(fields), flat(self.says(native))
        made = self._joined(native, rest, wanted, plainly)
        for key in list(native):
            if key not in rest and key in made and key not in self.needed:
                without = {name: value for name, value in made.items() if name != key}
                if same(self.says(without), self.says(made)):  # the format's own words say it already
                    made = without
        apart = kept.get(mark)
        for key in apart if isinstance(apart, list) else ():
            if isinstance(key, str) and key in rest:
                made[key] = rest[key]
        return made

    def _joined(self, native: Plain, rest: Plain, wanted: Plain, plainly: Plain) -> Plain:
        whole = _laid_over(native, rest)
        if self._agrees(whole, wanted, plainly):
            return whole
        made = native
        for key, value in rest.items():
            tried = _laid_over(made, {key: value})
            if self._agrees(tried, wanted, plainly):
                made = tried
            elif (mended := self.mend(key, value, native.get(key))) is not None:
                made = made | {key: mended}
        return made

    def _agrees(self, said: Plain, wanted: Plain, plainly: Plain) -> bool:
        """Whether each field is said as wanted, or as the format can say it."""
        found = flat(self.says(said))
        for name in found.keys() | wanted.keys() | plainly.keys():
            here = found.get(name)
            if not same(here, wanted.get(name)) and not same(here, plainly.get(name)):
                return False
        return True


def mark_in(kept: Mapping[str, Any]) -> str:
    """The key of what is kept that is none of the file."""
    return max((key for key in kept if key.rstrip("_") == APART), key=len, default=APART)


def _free_mark(said: Mapping[str, Any]) -> str:
    mark = APART
    while mark in said:
        mark += "_"
    return mark


def flat(fields: Mapping[str, Any]) -> Plain:
    """The fields with those of the domain beside them, so that each is compared for itself."""
    flattened = {name: value for name, value in fields.items() if name != "domain"}
    domain = fields.get("domain")
    if isinstance(domain, Mapping):
        flattened |= {f"domain.{name}": value for name, value in domain.items()}
    return flattened


def differing(said: Mapping[str, Any], other: Mapping[str, Any]) -> Plain:
    """What of a map is not the same in another; maps in it are compared key by key."""
    found: Plain = {}
    for key, value in said.items():
        if key not in other:
            found[key] = value
        elif isinstance(value, dict) and isinstance(other[key], dict) and value:
            if inner := differing(value, other[key]):
                found[key] = inner
        elif not same(value, other[key]):
            found[key] = value
    return found


def additions(fields: Mapping[str, Any], said: Mapping[str, Any]) -> Plain:
    """What has to be said beside `said` so that `with_additions` gives the fields; None takes back what is said and not so."""
    found: Plain = {}
    for name, value in fields.items():
        if name == "domain":
            if inner := additions(value, said.get("domain") or {}):
                found[name] = inner
        elif not same(value, said.get(name)):
            found[name] = value
    for name in said:
        if name not in fields:
            found[name] = None
    return found


def with_additions(said: Mapping[str, Any], more: Mapping[str, Any]) -> Plain:
    """The fields that are said, and those added. Of permissible values the format says which, the addition what they mean."""
    fields = dict(said)
    for name, value in more.items():
        if value is None:
            fields.pop(name, None)
        elif name == "domain" and isinstance(value, Mapping):
            inner = with_additions(fields.get("domain") or {}, value)
            if inner:
                fields["domain"] = inner
            else:
                fields.pop("domain", None)
        elif name == "values" and isinstance(value, list) and isinstance(fields.get(name), list):
            fields[name] = _explained(fields[name], value)
        else:
            fields[name] = value
    return fields


def _explained(codes: list[Any], values: list[Any]) -> list[Any]:
    by_code = {item["code"]: item for item in values if isinstance(item, dict) and isinstance(item.get("code"), str)}
    return [by_code.get(item.get("code"), item) if isinstance(item, dict) else item for item in codes]


def _laid_over(below: Plain, above: Mapping[str, Any]) -> Plain:
    made = dict(below)
    for key, value in above.items():
        under = made.get(key)
        made[key] = _laid_over(under, value) if isinstance(value, dict) and isinstance(under, dict) and value else value
    return made


def _lost(said: Mapping[str, Any], made: Mapping[str, Any]) -> Plain:
    return {key: value for key, value in said.items() if key not in made or not same(value, made[key])}
