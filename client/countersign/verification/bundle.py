"""The evidence bundle: lines in a fixed order, each in canonical form, proven by one checkpoint and sealed by one signature."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any

from countersign import canonical, merkle
from countersign.notes import Checkpoint, Key, NoteError, WrongSignature, parse_checkpoint, parse_note
from countersign.verification.outcome import Altered, Outcome

VERSION = 1
ORDER = ("header", "record", "event", "opening", "checkpoint", "consistency", "end", "signature")
RANK = {name: rank for rank, name in enumerate(ORDER)}
ONCE = {"header", "checkpoint", "end", "signature"}
FIELDS: dict[str, dict[str, type]] = {
    "header": {"v": int, "origin": str, "report": str, "kind": str, "created_at": str, "as_of": str, "inputs_digest": str},
    "record": {"name": str, "digest": str, "body": dict},
    "event": {"index": int, "body": str, "proof": list},
    "opening": {"event": int, "field": str, "salt": str, "value": str},
    "checkpoint": {"note": str},
    "consistency": {"size": int, "root": str, "proof": list},
    "end": {"lines": int, "sha256": str},
    "signature": {"note": str},
}
MAY_GROW = {"header", "record"}  # lines that only state; those that prove have exactly their fields
_HASH = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


def check_bundle(data: bytes, keys: Sequence[Key], since: Checkpoint | None, outcome: Outcome) -> Key | None:
    """Check a bundle, filling `outcome`; returns the key that sealed it, if it is among `keys`.

    Raises Altered at the first contradiction. `since` is a checkpoint whose signature was checked before.
    """
    return _Reading(data, keys, outcome).run(since)


class _Reading:
    def __init__(self, data: bytes, keys: Sequence[Key], outcome: Outcome) -> None:
        self.data = data
        self.keys = keys
        self.outcome = outcome
        self.lines = data.split(b"\n")
        self.seen: set[str] = set()
        self.rank = -1
        self.offset = 0  # of the line that is being read
        self.number = 0
        self.origin = ""
        self.indexes: list[int] = []
        self.leaves: list[bytes] = []
        self.proofs: dict[int, list[str]] = {}  # by index; an event without proof is not in here
        self.line_of: dict[int, int] = {}
        self.checkpoint: Checkpoint | None = None
        self.prefixes: dict[int, bytes] = {}  # size -> root proven to be a prefix
        self.ended = ""
        self.sealed_by: Key | None = None

    def run(self, since: Checkpoint | None) -> Key | None:
        if self.lines.pop():
            raise Altered(f"line {len(self.lines) + 1}", "the file does not end with a line end")
        for self.number, line in enumerate(self.lines, 1):  # noqa: B020 # the number of the line that is being read is state of the reading
            self._line(line)
            self.offset += len(line) + 1
        for name in ORDER:
            if name in ONCE and name not in self.seen:
                self.outcome.lacks(f"the line of type {name}: the file is cut off")
        if self.checkpoint is not None:
            self._prove_events(self.checkpoint)
            if since is not None:
                self._compare(since, self.checkpoint)
        self.outcome.facts["events"] = len(self.indexes)
        return self.sealed_by

    def _altered(self, why: str) -> Altered:
        return Altered(f"line {self.number}", why)

    def _line(self, line: bytes) -> None:
        if self.rank == RANK["event"] and (event := _plain_event(line)) is not None:
            self._event(event)
            return
        try:
            value = canonical.parse(line)
        except canonical.NotCanonical as error:
            raise self._altered(f"not a canonical JSON object ({error})") from None
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in RANK:
            raise self._altered("not a line of an evidence bundle")
        rank = RANK[kind]
        if (self.rank < 0 and rank) or rank < self.rank or (rank == self.rank and kind in ONCE):
            raise self._altered(f"a line of type {kind} cannot stand here")
        if rank > RANK["end"] and "end" not in self.seen:
            raise self._altered("a signature without the line of type end before it")
        self.rank = rank
        self.seen.add(kind)
        self._fields(kind, value)
        getattr(self, f"_{kind}")(value)

    def _fields(self, kind: str, value: dict[str, Any]) -> None:
        wanted = FIELDS[kind]
        for name, of in wanted.items():
            if type(value.get(name)) is not of:
                raise self._altered(f"a {kind} needs {name} as {of.__name__}")
        if kind not in MAY_GROW and len(value) != len(wanted) + 1:
            raise self._altered(f"a {kind} has other fields than the format knows")

    def _header(self, value: dict[str, Any]) -> None:
        if value["v"] != VERSION:
            self.outcome.lacks(f"a newer countersign: this bundle has version {value['v']}, known is {VERSION}")
        self.origin = value["origin"]
        for name in ("report", "kind", "created_at", "as_of", "origin", "inputs_digest"):
            self.outcome.facts[name] = value[name]

    def _record(self, value: dict[str, Any]) -> None:
        if canonical.digest(value["body"]) != value["digest"]:
            raise self._altered(f"the record {value['name']} does not have the digest stated")

    def _event(self, value: dict[str, Any]) -> None:
        index = value["index"]
        if index < 0 or (self.indexes and index <= self.indexes[-1]):
            raise self._altered("the indexes of events do not rise")
        self.indexes.append(index)
        self.leaves.append(merkle.leaf_hash(value["body"].encode()))
        self.line_of[index] = self.number
        if value["proof"]:
            self.proofs[index] = value["proof"]

    def _opening(self, value: dict[str, Any]) -> None:
        index, field = value["event"], value["field"]
        if index not in self.line_of:
            self.outcome.lacks(f"event {index}, whose {field} is opened")
            return
        if not _HEX.fullmatch(value["salt"]):
            raise self._altered("the salt is not hex in lower case")
        body = json.loads(self.lines[self.line_of[index] - 1])["body"]
        try:
            personal = json.loads(body)["personal"]
            stated = personal[field]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._altered(f"event {index} holds no commitment to {field}") from None
        if hashlib.sha256(bytes.fromhex(value["salt"]) + value["value"].encode()).hexdigest() != stated:
            raise self._altered(f"this is not the {field} that event {index} was made with")

    def _checkpoint(self, value: dict[str, Any]) -> None:
        try:
            note = parse_note(value["note"])
            self.checkpoint = parse_checkpoint(note.text)
            signer = note.signer(self.keys)
        except NoteError as error:
            raise self._altered(f"checkpoint: {error}") from None
        if self.checkpoint.origin != self.origin:
            raise self._altered("the checkpoint is of another log than the header says")
        if signer is None:
            for identity, _signature in note.signatures:
                self.outcome.signer(identity)
            self.outcome.lacks("a key that signed the checkpoint")
        self.outcome.facts["log_size"] = self.checkpoint.size

    def _consistency(self, value: dict[str, Any]) -> None:
        if self.checkpoint is None:  # the order of lines says otherwise; kept as a refusal
            raise self._altered("a consistency proof without checkpoint")
        proof, old_root = self._hashes(value["proof"]), self._hashes([value["root"]])[0]
        if not merkle.consistency_holds(value["size"], self.checkpoint.size, old_root, self.checkpoint.root, proof):
            raise self._altered(f"the log of size {value['size']} is not a prefix of the checkpoint's")
        self.prefixes[value["size"]] = old_root

    def _end(self, value: dict[str, Any]) -> None:
        if value["lines"] != self.number - 1:
            raise self._altered(f"{self.number - 1} lines stand before the end, {value['lines']} are stated")
        if hashlib.sha256(memoryview(self.data)[: self.offset]).hexdigest() != value["sha256"]:
            raise self._altered("the lines before the end do not have the digest stated")
        self.ended = value["sha256"]

    def _signature(self, value: dict[str, Any]) -> None:
        try:
            note = parse_note(value["note"])
            if note.text != f"countersign/bundle/v1\n{self.ended}\n" or len(note.signatures) != 1:
                raise self._altered("the signature is not one signature over the end of this bundle")
            self.sealed_by = note.signer(self.keys)
        except NoteError as error:
            raise self._altered(str(error)) from None
        if self.sealed_by is None:
            self.outcome.signer(note.signatures[0][0])
            self.outcome.lacks("the key that signed the bundle")

    def _hashes(self, texts: list[Any]) -> list[bytes]:
        for text in texts:
            if not isinstance(text, str) or not _HASH.fullmatch(text):
                raise self._altered("a hash is not 64 hex digits in lower case")
        return [bytes.fromhex(text) for text in texts]

    def _complete(self, size: int) -> bool:
        """Whether the bundle carries every event of the log. Indexes rise from 0, so the last one tells."""
        return len(self.indexes) == size and (not size or self.indexes[-1] == size - 1)

    def _prove_events(self, checkpoint: Checkpoint) -> None:
        """Each event by its own proof; those without one by the root over all, which only the complete log has."""
        complete = self._complete(checkpoint.size)
        if complete and merkle.root(self.leaves) != checkpoint.root:
            raise Altered("events", "the root over all events is not the checkpoint's")
        for index, leaf in zip(self.indexes, self.leaves, strict=True):
            proof = self.proofs.get(index)
            if proof is None and (complete or checkpoint.size > 1):
                if not complete:
                    self.outcome.lacks("proofs for some of the events")
                continue
            self.number = self.line_of[index]
            if not merkle.inclusion_holds(leaf, index, checkpoint.size, self._hashes(proof or []), checkpoint.root):
                raise self._altered(f"event {index} is not in the log of the checkpoint")

    def _compare(self, since: Checkpoint, now: Checkpoint) -> None:
        """Whether the log only grew from `since`: same root at the same size, by proof or from the events themselves."""
        where = "--since"
        if since.origin != now.origin:
            self.outcome.lacks(f"a checkpoint of this log: the one given is of {since.origin}")
        elif since.size > now.size:
            self.outcome.lacks(f"evidence as new as the checkpoint given: size {now.size}, asked about {since.size}")
        elif since.size == now.size:
            if since.root != now.root:
                raise Altered(where, "two checkpoints of the same size have different roots: the log was rewritten")
        elif self._complete(now.size) or since.size == 0:
            if merkle.root(self.leaves[: since.size]) != since.root:
                raise Altered(where, "the log does not begin with the checkpoint given: it was rewritten")
        elif since.size not in self.prefixes:
            self.outcome.lacks(f"a consistency proof for the checkpoint of size {since.size}")
        elif self.prefixes[since.size] != since.root:
            raise Altered(where, "the log had another root at that size: it was rewritten")


def _plain_event(line: bytes) -> dict[str, Any] | None:
    """The event in a line that is exactly as an event is written, or None when it has to be looked at more closely.

    Writing four known fields again is twice as fast as writing any value again, and most lines of a large bundle are events.
    """
    try:
        text = line.decode("utf-8")
        value = json.loads(text)
        body, index, proof = value["body"], value["index"], value["proof"]
        hashes = '["' + '","'.join(proof) + '"]' if proof else "[]"
        if text == f'{{"body":{encode_basestring(body)},"index":{index},"proof":{hashes},"type":"event"}}':
            return value if type(index) is int and type(proof) is list else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return None


def check_since(note: str, keys: Sequence[Key], outcome: Outcome) -> Checkpoint | None:
    """Read a checkpoint kept from earlier; None, with the reason in `outcome`, when no known key signed it.

    Raises NoteError when it is not a checkpoint, Altered when a known key's signature does not hold.
    """
    parsed = parse_note(note)
    checkpoint = parse_checkpoint(parsed.text)
    try:
        signer = parsed.signer(keys)
    except WrongSignature as error:
        raise Altered("--since", str(error)) from None
    if signer is None:
        outcome.signer(parsed.signatures[0][0])
        outcome.lacks("a key that signed the checkpoint given with --since")
        return None
    return checkpoint
