"""Signed notes and checkpoints of C2SP, with Ed25519: a text, an empty line, and signature lines.

A note is read strictly: one byte form per meaning (base64 in canonical form, sizes without leading zeros), so that a note that
was touched at all is refused instead of interpreted.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"  # the algorithm byte of C2SP
SIGNATURE_PREFIX = "— "
MAX_SIZE = 2**63 - 1  # what both databases can count

_NAME = re.compile(r"[^\s+]+")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


class NoteError(ValueError):
    """The text is not a note, or a signature by a known key does not hold. Says which."""


class UnknownKey(NoteError):
    """No signature of the note is by a key that the reader brought along: nothing contradicts, and nothing is proven."""


@dataclass(frozen=True)
class VerifierKey:
    """A name and an Ed25519 public key. `str()` gives its written form."""

    name: str
    key: bytes  # 32 bytes

    def __str__(self) -> str:
        return f"{self.name}+{key_hash(self.name, self.key).hex()}+{_base64(ED25519 + self.key)}"


@dataclass(frozen=True)
class Checkpoint:
    """What a log claims at one moment: under this origin, so many leaves, this root."""

    origin: str
    size: int
    root: bytes


def vkey(name: str, public_key: Ed25519PublicKey) -> str:
    """The written form of a verifier key: `<name>+<8 hex>+<base64>`. Raises NoteError for a name with spaces or a plus sign."""
    return str(VerifierKey(_checked_name(name), _raw(public_key)))


def parse_vkey(text: str) -> VerifierKey:
    """Read a written key. Raises NoteError when it is not in canonical form or its hash belongs to another name or key."""
    parts = text.split("+", 2)  # base64 may hold a plus sign, a name may not
    if len(parts) != 3:
        raise NoteError("a verifier key has three parts: name+hash+key")
    name, stated, encoded = parts
    data = _unbase64(encoded, "the key")
    if len(data) != 33 or data[:1] != ED25519:
        raise NoteError("the key is not an Ed25519 key of 32 bytes")
    key = VerifierKey(_checked_name(name), data[1:])
    if stated != key_hash(name, key.key).hex():
        raise NoteError("the key's hash does not belong to its name and bytes: was it copied in full?")
    return key


def key_hash(name: str, key: bytes) -> bytes:
    """The first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ key)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + key).digest()[:4]


def sign(text: str, name: str, private_key: Ed25519PrivateKey) -> str:
    """The note over `text`, which must end with a line end. Raises NoteError for a text that could not be read back."""
    _checked_text(text)
    raw = _raw(private_key.public_key())
    signature = private_key.sign(text.encode())
    return f"{text}\n{SIGNATURE_PREFIX}{_checked_name(name)} {_base64(key_hash(name, raw) + signature)}\n"


def verify(note: str, vkeys: Iterable[str | VerifierKey]) -> str:
    """The text of a note on which every signature by a known key holds, of which there must be one at least.

    Lines of keys that are not known are passed over, as C2SP wants it: that is how a key is rotated or a witness added.
    Raises UnknownKey when no known key signed, NoteError when the note is malformed or a known key's signature is wrong.
    """
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise NoteError("a note is a text, an empty line and signature lines, each with its line end")
    text += "\n"
    _checked_text(text)
    known = {(key.name, key_hash(key.name, key.key)): key for key in map(_as_key, vkeys)}
    signers = set()
    for line in lines[:-1].split("\n"):
        name, identity, signature = _signature_line(line)
        key = known.get((name, identity))
        if key is None:
            continue
        if key in signers:
            raise NoteError(f"{name} signed twice")
        signers.add(key)
        try:
            Ed25519PublicKey.from_public_bytes(key.key).verify(signature, text.encode())
        except InvalidSignature:
            raise NoteError(f"the signature of {name} does not hold") from None
    if not signers:
        raise UnknownKey("no signature is by a key given for checking")
    return text


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The three lines of a checkpoint: origin, size in decimal, root in base64."""
    if not origin or _CONTROL.search(origin) or "\n" in origin:
        raise NoteError("an origin is one line of text")
    if not 0 <= size <= MAX_SIZE or len(root) != 32:
        raise NoteError("a checkpoint has a size from 0 and a root of 32 bytes")
    return f"{origin}\n{size}\n{_base64(root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint (after `verify`). Raises NoteError for anything but its one canonical form."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError("a checkpoint has three lines: origin, size, root")
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise NoteError("the size of a checkpoint is a decimal number without leading zeros")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _unbase64(lines[2], "the root"))
    if checkpoint_text(checkpoint.origin, checkpoint.size, checkpoint.root) != text:
        raise NoteError("the checkpoint is not in canonical form")
    return checkpoint


def _as_key(key: str | VerifierKey) -> VerifierKey:
    return parse_vkey(key) if isinstance(key, str) else key


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    parts = line.removeprefix(SIGNATURE_PREFIX).split(" ")
    if not line.startswith(SIGNATURE_PREFIX) or len(parts) != 2:
        raise NoteError("a signature line is: — name base64")
    data = _unbase64(parts[1], "a signature")
    if len(data) < 5:
        raise NoteError("a signature is too short")
    return _checked_name(parts[0]), data[:4], data[4:]


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise NoteError("a key's name is not empty and holds neither spaces nor a plus sign")
    return name


def _checked_text(text: str) -> None:
    if not text.endswith("\n") or _CONTROL.search(text):
        raise NoteError("the text of a note ends with a line end and holds no control characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError("the text of a note is not Unicode: it holds half a surrogate pair") from None


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


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
