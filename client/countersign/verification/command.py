"""`countersign verify`: read the file, find the keys, say what it comes to. Needs the extra `verify` (Python 3.11+)."""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdf
from pypdf.errors import PyPdfError

from countersign import exits
from countersign.notes import Checkpoint, Key, NoteError, parse_key
from countersign.output import say, write_json
from countersign.verification.bundle import check_bundle, check_since
from countersign.verification.outcome import Altered, Outcome
from countersign.verification.pdf_signature import WHERE, check_signature

ATTACHMENT = "evidence.jsonl"
LARGEST_EVIDENCE = 4_000_000_000  # bytes, unpacked


def verify(arguments: argparse.Namespace) -> int:
    """Check one file and print the result; returns 0 intact, 1 altered, 2 incomplete."""
    keys = read_keys(arguments.key)
    data = _read(arguments.file)
    outcome = check(data, keys, _since_text(arguments.since))
    if not arguments.json:
        _tell(arguments.file, keys, outcome)
    write_json(
        {
            "file": arguments.file,
            "result": outcome.name,
            "exit_code": outcome.code,
            "altered": outcome.altered or None,
            "missing": outcome.missing,
            "signers_not_known": outcome.signers,
            "keys": [str(key.identity) for key in keys],
            **outcome.facts,
        }
    )
    return outcome.code


def check(data: bytes, keys: Sequence[Key], since: str = "") -> Outcome:
    """What a report or a bundle comes to, whatever its bytes are. Raises CommandError when `since` is not a checkpoint."""
    outcome = Outcome()
    if not keys:
        outcome.lacks("a verification key: none was given")
    try:
        earlier = _earlier(since, keys, outcome)
        if data.startswith(b"%PDF-"):
            _check_pdf(data, keys, earlier, outcome)
        else:
            outcome.facts["format"] = "bundle"
            check_bundle(data, keys, earlier, outcome)
    except Altered as contradiction:
        outcome.altered = str(contradiction)
    return outcome


def _check_pdf(data: bytes, keys: Sequence[Key], since: Checkpoint | None, outcome: Outcome) -> None:
    """First the bytes, then the attachment: a file that nobody vouches for is not given to a PDF reader."""
    outcome.facts["format"] = "pdf"
    issuer = check_signature(data, keys, outcome)
    if issuer is None:
        return
    outcome.facts["signed_by"] = str(issuer.identity)
    evidence = _attachment(data, outcome)
    if evidence is None:
        return
    sealed_by = check_bundle(evidence, keys, since, outcome)
    if sealed_by is not None and sealed_by != issuer:
        raise Altered(WHERE, "the PDF and the evidence in it are signed under different keys")


def _attachment(data: bytes, outcome: Outcome) -> bytes | None:
    """The evidence in a PDF that a known key vouches for: the reader's limits, meant for hostile files, are lifted."""
    lifted = pypdf.Configuration(
        maximum_declared_stream_length=len(data),
        zlib_maximum_output_length=LARGEST_EVIDENCE,
        stream_decoding_work_maximum_length=2 * LARGEST_EVIDENCE,
    )
    try:
        with pypdf.apply_configuration(lifted):
            found = list(pypdf.PdfReader(io.BytesIO(data)).attachments.get(ATTACHMENT, []))
    except PyPdfError as error:
        outcome.lacks(f"a PDF that can be read: {error}")
        return None
    if len(found) != 1:
        outcome.lacks(f"one attachment {ATTACHMENT}: there are {len(found)}")
        return None
    return bytes(found[0])


def read_keys(given: Sequence[str]) -> list[Key]:
    """Keys from the command line, else the environment, else the pinned file. Raises CommandError for what is not a key."""
    pinned = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "countersign" / "keys"
    environment = os.environ.get("COUNTERSIGN_VERIFY_KEY", "").split()
    if given:
        source, texts = "--key", list(given)
    elif environment:
        source, texts = "COUNTERSIGN_VERIFY_KEY", environment
    elif pinned.is_file():
        source = str(pinned)
        try:
            lines = pinned.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise exits.usage(f"{pinned}: cannot be read: {error}") from None
        texts = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    else:
        return []
    keys = []
    for text in texts:
        try:
            keys.append(parse_key(text))
        except ValueError as error:
            raise exits.usage(f"{source}: {text[:100]!r} is not a verification key: {error}") from None
    return list(dict.fromkeys(keys))


def _read(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise exits.usage(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _since_text(given: str) -> str:
    """The checkpoint itself, or the content of the file that holds it."""
    if not given or "\n" in given:
        return given
    try:
        return Path(given).read_text("utf-8", errors="strict")
    except (OSError, ValueError) as error:
        raise exits.usage(f"--since {given}: neither a checkpoint nor a file that can be read: {error}") from None


def _earlier(since: str, keys: Sequence[Key], outcome: Outcome) -> Checkpoint | None:
    if not since:
        return None
    try:
        return check_since(since, keys, outcome)
    except (NoteError, UnicodeError) as error:
        raise exits.usage(f"--since: not a checkpoint: {error}") from None


def _tell(name: str, keys: Sequence[Key], outcome: Outcome) -> None:
    facts: dict[str, Any] = outcome.facts
    say(f"{name}: {outcome.name.upper()}")
    if outcome.altered:
        say(f"  {outcome.altered}")
        return
    for what in outcome.missing:
        say(f"  missing: {what}")
    for signer in outcome.signers:
        say(f"  signed under {signer}, according to the file; get that key from its publisher, not from here")
    if not outcome.missing:
        say(f"  under {', '.join(str(key.identity) for key in keys)}")
    doubt = "" if outcome.name == "intact" else " (not proven)"
    if "report" in facts:
        say(f"  report {facts['report']}, {facts['kind']}, as of {facts['as_of']}, made {facts['created_at']}{doubt}")
        say(f"  {facts.get('events', 0)} events of the log {facts['origin']}, which had {facts.get('log_size', '?')}{doubt}")
