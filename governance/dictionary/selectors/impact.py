"""What changes of meaning do to those who fill and read the elements: the compatibility rule, put to known readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.actor import Actor
from governance.dictionary import compatibility
from governance.dictionary.compatibility import Bump, Change, Reader, Severity, Verdict
from governance.dictionary.compatibility.severity import STRICTEST_CONSUMER, STRICTEST_PRODUCER
from governance.dictionary.impact import Known, Readers, readers_of
from governance.dictionary.models import DataElement

SIDES = (STRICTEST_CONSUMER, STRICTEST_PRODUCER)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a change does to one reader."""

    known: Known
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Weighed:
    """One change with what it does to each reader, the worst first. `assumed`: what it may do to a side of which nobody is known."""

    change: Change
    readers: tuple[Judged, ...]
    hidden: tuple[Judged, ...] = ()
    assumed: Verdict | None = None

    @property
    def worst(self) -> Verdict:
        verdicts = [item.verdict for item in (*self.readers, *self.hidden)]
        if self.assumed is not None:
            verdicts.append(self.assumed)
        return max(verdicts, key=lambda verdict: verdict.severity, default=Verdict(Severity.NONE, "unaffected"))

    @property
    def affected(self) -> tuple[Judged, ...]:
        return tuple(item for item in self.readers if item.verdict.severity > Severity.NONE)


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one element, and whom that hurts."""

    element: DataElement
    changes: tuple[Weighed, ...]
    readers: Readers

    @property
    def severity(self) -> Severity:
        return max((item.worst.severity for item in self.changes), default=Severity.NONE)

    @property
    def bump(self) -> Bump | None:
        """The least step of the element's version; None where nothing changes."""
        return compatibility.minimum_bump([item.change for item in self.changes]) if self.changes else None

    def hurt(self, severity: Severity) -> list[Known]:
        """Those whom one of the changes hurts so and none hurts more, each once."""
        worst: dict[tuple[str, str], tuple[Severity, Known]] = {}
        for item in (judged for weighed in self.changes for judged in weighed.readers):
            key = (item.known.kind, item.known.reader.id)
            if key not in worst or item.verdict.severity > worst[key][0]:
                worst[key] = (item.verdict.severity, item.known)
        return [known for found, known in worst.values() if found == severity]

    def hidden_hurt(self) -> int:
        """How many it breaks, or may break, whom the actor may not see."""
        hurt = {
            item.known.reader.id
            for weighed in self.changes
            for item in weighed.hidden
            if item.verdict.severity >= Severity.POSSIBLY_BREAKING
        }
        return len(hurt)


def effects_of(questions: Iterable[tuple[Sequence[DataElement], Sequence[Change]]], actor: Actor) -> list[Effect]:
    """The effect of the changes of each element, in the same order. As many statements as `readers_of`.

    An element that took the place of another is asked about with it: who is bound to the old one reads it too.
    """
    asked = [(list(elements), list(changes)) for elements, changes in questions]
    readers = readers_of(list({row.pk: row for elements, _changes in asked for row in elements}.values()), actor)
    return [_effect(elements, changes, readers) for elements, changes in asked]


def _effect(elements: Sequence[DataElement], changes: Sequence[Change], readers: Mapping[int, Readers]) -> Effect:
    found = [readers[row.pk] for row in elements]
    together = Readers(
        tuple(item for each in found for item in each.known),
        tuple(item for each in found for item in each.hidden),
        tuple(item for each in found for item in each.features),
    )
    return Effect(elements[0], tuple(weigh(change, together) for change in changes), together)


def weigh(change: Change, readers: Readers) -> Weighed:
    """A side of which no reader is known is never called compatible: whatever would break one of them may break somebody."""
    judged = sorted((_judged(change, item) for item in readers.known), key=lambda item: -item.verdict.severity)
    hidden = tuple(_judged(change, item) for item in readers.hidden)
    unknown = [strictest for strictest in SIDES if not readers.on_side(strictest.side)]
    assumed = max((_assumed(change, reader) for reader in unknown), key=lambda verdict: verdict.severity, default=None)
    return Weighed(change, tuple(judged), hidden, assumed if assumed and assumed.severity > Severity.NONE else None)


def _judged(change: Change, known: Known) -> Judged:
    verdict = compatibility.severity_for(change, known.reader)
    if verdict.severity == Severity.BREAKING and not known.certain:
        verdict = Verdict(Severity.POSSIBLY_BREAKING, verdict.reason, verdict.params)
    return Judged(known, verdict)


def _assumed(change: Change, strictest: Reader) -> Verdict:
    verdict = compatibility.severity_for(change, strictest)
    if verdict.severity < Severity.POSSIBLY_BREAKING:
        return verdict
    return Verdict(Severity.POSSIBLY_BREAKING, "no_reader_known", verdict.params)


def worst_of(effects: Iterable[Effect]) -> Severity:
    return max((effect.severity for effect in effects), default=Severity.NONE)


def bump_of(effects: Iterable[Effect]) -> Any:
    """The largest least step; None where nothing changes."""
    found = [effect.bump for effect in effects if effect.bump is not None]
    return max(found, key=compatibility.BUMPS.index, default=None)
