"""The evidence bundle, `docs/evidence-bundle.md`: what a report proves, in lines that anybody can check without us."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.canonical import canonical_json, digest

VERSION = 1
SIGNED_TEXT = "countersign/bundle/v1\n{sha256}\n"


@dataclass(frozen=True, slots=True)
class Record:
    """A fact that the report prints."""

    name: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """An audit event as it was sealed: its place in the log, its exact bytes, and the path to the checkpoint's root."""

    index: int
    body: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Opening:
    """What a commitment in an event's `personal` stands for."""

    event: int
    field: str
    salt: bytes
    value: str


@dataclass(frozen=True, slots=True)
class Consistency:
    """The log of this size and root is a prefix of the checkpoint's."""

    size: int
    root: bytes
    proof: Sequence[bytes]


def build(
    *,
    header: Mapping[str, Any],
    records: Iterable[Record] = (),
    events: Iterable[Event] = (),
    openings: Iterable[Opening] = (),
    checkpoint_note: str,
    consistency: Iterable[Consistency] = (),
    sign: Callable[[str], str],
) -> bytes:
    """The bundle's bytes.

    `header` holds origin, report, kind, created_at, as_of and inputs_digest. `sign` makes a signed note of the text it is given:
    `lambda text: notes.sign(text, name, key)`. Raises ValueError for events whose indexes do not rise, for an event that is not
    UTF-8, and for the opening of an event that is not in the bundle; TypeError for a value without canonical form.
    """
    lines = [_line("header", {**header, "v": VERSION})]
    lines.extend(_line("record", {"name": item.name, "digest": digest(item.body), "body": item.body}) for item in records)
    present = _add_events(lines, events)
    for opening in openings:
        if opening.event not in present:
            raise ValueError(f"an opening belongs to event {opening.event}, which is not in the bundle")
        opened = {"event": opening.event, "field": opening.field, "salt": opening.salt.hex(), "value": opening.value}
        lines.append(_line("opening", opened))
    lines.append(_line("checkpoint", {"note": checkpoint_note}))
    for prefix in consistency:
        lines.append(_line("consistency", {"size": prefix.size, "root": prefix.root.hex(), "proof": _hex(prefix.proof)}))
    content = b"".join(lines)
    sha256 = hashlib.sha256(content).hexdigest()
    end = _line("end", {"lines": len(lines), "sha256": sha256})
    return content + end + _line("signature", {"note": sign(SIGNED_TEXT.format(sha256=sha256))})


def _add_events(lines: list[bytes], events: Iterable[Event]) -> set[int]:
    present: set[int] = set()
    last = -1
    for event in events:
        if event.index <= last:
            raise ValueError(f"event {event.index} comes after event {last}: the indexes of a bundle rise")
        last = event.index
        present.add(last)
        lines.append(_line("event", {"index": last, "body": event.body.decode("utf-8"), "proof": _hex(event.proof)}))
    return present


def _line(kind: str, content: Mapping[str, Any]) -> bytes:
    return canonical_json({**content, "type": kind}) + b"\n"


def _hex(hashes: Sequence[bytes]) -> list[str]:
    return [item.hex() for item in hashes]
