"""Signed notes and verifier keys of C2SP, with Ed25519: read strictly, one byte form per meaning.

Needs the library `cryptography`; only `verify` comes here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"  # the algorithm byte of C2SP
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_NAME = re.compile(r"[^\s+]+")


class NoteError(ValueError):
    """The text is not a note, a key or a checkpoint in its one form."""


class WrongSignature(NoteError):
    """A signature by a key that is known does not hold."""


@dataclass(frozen=True)
class Identity:
    """How a signature line names its key: `str()` is the fingerprint that people compare."""

    name: str
    hash: bytes  # 4 bytes

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}"


@dataclass(frozen=True)
class Key:
    """A name and an Ed25519 public key of 32 bytes."""

    name: str
    raw: bytes

    @property
    def identity(self) -> Identity:
        return Identity(self.name, hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4])

    def holds(self, signature: bytes, message: bytes) -> bool:
        """Whether `signature` over `message` is by this key."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class Note:
    """A text and who claims to have signed it, not checked yet."""

    text: str
    signatures: tuple[tuple[Identity, bytes], ...]

    def signer(self, keys: Iterable[Key]) -> Key | None:
        """The first known key that signed, None when none did. Raises WrongSignature when a known key's does not hold."""
        known = {key.identity: key for key in keys}
        found = None
        for identity, signature in self.signatures:
            key = known.get(identity)
            if key is None:
                continue
            if not key.holds(signature, self.text.encode()):
                raise WrongSignature(f"the signature of {identity} does not hold")
            found = found or key
        return found

    def rendered(self) -> str:
        """The note as it must have been written."""
        lines = (f"— {identity.name} {_base64(identity.hash + signature)}\n" for identity, signature in self.signatures)
        return f"{self.text}\n{''.join(lines)}"


@dataclass(frozen=True)
class Checkpoint:
    """What a log claimed at one moment: under this origin, so many leaves, this root."""

    origin: str
    size: int
    root: bytes


def parse_key(text: str) -> Key:
    """Read `<name>+<8 hex>+<base64>`. Raises NoteError when any part is not what the others say."""
    parts = text.split("+", 2)  # base64 may hold a plus sign, a name may not
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]):
        raise NoteError("a verifier key has three parts: name+hash+key")
    data = _unbase64(parts[2], "the key")
    if len(data) != 33 or data[:1] != ED25519:
        raise NoteError("the key is not an Ed25519 key of 32 bytes")
    key = Key(parts[0], data[1:])
    if key.identity.hash.hex() != parts[1]:
        raise NoteError("the key's hash does not belong to its name and bytes; was it copied in full?")
    return key


def parse_note(note: str) -> Note:
    """Split a note into text and signatures. Raises NoteError for anything but its one form."""
    text, separator, lines = note.rpartition("\n\n")
    text += "\n"
    if not separator or not lines.endswith("\n") or _CONTROL.search(text):
        raise NoteError("a note is a text, an empty line and signature lines, each with its line end")
    parsed = Note(text, tuple(_signature_line(line) for line in lines[:-1].split("\n")))
    if len({identity for identity, _signature in parsed.signatures}) != len(parsed.signatures):
        raise NoteError("a key signed twice")
    if parsed.rendered() != note:
        raise NoteError("the note is not in canonical form")
    return parsed


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the three lines of a checkpoint. Raises NoteError for anything but their one form."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError("a checkpoint has three lines: origin, size, root")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1], re.ASCII):
        raise NoteError("the size of a checkpoint is a decimal number without leading zeros")
    root = _unbase64(lines[2], "the root")
    if len(root) != 32:
        raise NoteError("the root of a checkpoint has 32 bytes")
    return Checkpoint(lines[0], int(lines[1]), root)


def _signature_line(line: str) -> tuple[Identity, bytes]:
    dash, _space, rest = line.partition(" ")
    name, _space, encoded = rest.partition(" ")
    if dash != "—" or not _NAME.fullmatch(name):
        raise NoteError("a signature line is: — name base64")
    data = _unbase64(encoded, "a signature")
    if len(data) < 5:
        raise NoteError("a signature is too short")
    return Identity(name, data[:4]), data[4:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unbase64(text: str, what: str) -> bytes:
    """Decode, refusing every spelling but the one that encoding gives back."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"{what} is not base64") from None
    if _base64(data) != text:
        raise NoteError(f"{what} is not in canonical base64")
    return data
