"""Stages in their order, and what is asked between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from foundation.canonical import digest

Way = Literal["here", "forward", "back", "skip"]
QUIET_DAYS = 30


@dataclass(frozen=True, slots=True)
class Need:
    """A condition, by key; of use cases of these kinds, or of all."""

    condition: str
    kinds: tuple[str, ...] = ()

    def asked_of(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds

    def as_value(self) -> Any:
        return {"condition": self.condition, "kinds": list(self.kinds)} if self.kinds else self.condition


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: what it is called and for, what has to be true on the way in and on the way out.

    `quiet_days` is after how many days without a sign of life somebody is asked why; 0 is never.
    """

    key: str
    titles: Mapping[str, str]
    purposes: Mapping[str, str] = field(default_factory=dict)
    enter: tuple[Need, ...] = ()
    leave: tuple[Need, ...] = ()
    quiet_days: int = QUIET_DAYS

    def title(self, language: str) -> str:
        return in_language(self.titles, language) or self.key

    def purpose(self, language: str) -> str:
        return in_language(self.purposes, language)

    def as_mapping(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": dict(self.titles),
            "purpose": dict(self.purposes),
            "enter": [need.as_value() for need in self.enter],
            "leave": [need.as_value() for need in self.leave],
            "quiet_days": self.quiet_days,
        }


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Stages in the order in which a use case goes through them."""

    titles: Mapping[str, str]
    stages: tuple[Stage, ...]

    @property
    def first(self) -> Stage:
        return self.stages[0]

    @property
    def digest(self) -> str:
        return digest(self.as_mapping())

    def title(self, language: str) -> str:
        return in_language(self.titles, language)

    def stage(self, key: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.key == key), None)

    def following(self, key: str) -> Stage | None:
        """The stage after this one, or None after the last."""
        place = self._place(key)
        return self.stages[place + 1] if place + 1 < len(self.stages) else None

    def before(self, key: str) -> tuple[Stage, ...]:
        """The stages that one can go back to from this one, the nearest first."""
        return self.stages[: self._place(key)][::-1]

    def way(self, start: str, end: str) -> Way:
        """Which way a move leads. Both have to be stages of this lifecycle: KeyError. Forward is the very next one; more is a skip."""
        steps = self._place(end) - self._place(start)
        if steps == 0:
            return "here"
        return "back" if steps < 0 else "forward" if steps == 1 else "skip"

    def needs(self, key: str, kind: str) -> tuple[str, ...]:
        """What has to be true to go on from here: what this stage asks on the way out, then what the next asks on the way in."""
        here, following = self.stage(key), self.following(key)
        if here is None or following is None:
            return ()
        asked = [need.condition for need in (*here.leave, *following.enter) if need.asked_of(kind)]
        return tuple(dict.fromkeys(asked))

    def conditions(self) -> frozenset[str]:
        return frozenset(need.condition for stage in self.stages for need in (*stage.enter, *stage.leave))

    def as_mapping(self) -> dict[str, Any]:
        return {"title": dict(self.titles), "stages": [stage.as_mapping() for stage in self.stages]}

    def _place(self, key: str) -> int:
        for place, stage in enumerate(self.stages):
            if stage.key == key:
                return place
        raise KeyError(key)


def in_language(said: Mapping[str, str], language: str) -> str:
    """The text in this language, or in its plain form (`zh` for `zh-hans`), or in English."""
    return said.get(language) or said.get(language.partition("-")[0]) or said.get("en", "")
