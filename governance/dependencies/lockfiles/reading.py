"""From the bytes of a file to what it says."""

from __future__ import annotations

import hashlib

from governance.dependencies.lockfiles import requirements_txt
from governance.dependencies.lockfiles.formats import REQUIREMENTS, UNKNOWN, format_of
from governance.dependencies.lockfiles.model import LARGEST_FILE, Parsed, Problem


def parse(path: str, content: str | bytes) -> Parsed:
    """What the lock file `content`, found at `path`, asks for. Never raises: what is wrong is in `problems`.

    UTF-8, with or without a byte order mark, up to 4 MiB. The format is taken from the file name.
    """
    format = format_of(path)
    try:
        raw = content.encode("utf-8") if isinstance(content, str) else content
    except UnicodeEncodeError as error:
        return _unusable(format, b"", "not_utf8", f"character {error.start} is half of a surrogate pair")
    if len(raw) > LARGEST_FILE:
        return _unusable(format, raw, "too_large", f"the file has {len(raw)} bytes; at most {LARGEST_FILE} are read")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _unusable(format, raw, "not_utf8", f"byte {error.start} is not UTF-8")
    if "\0" in text:
        return _unusable(format, raw, "null_character", f"character {text.index(chr(0))} is a null character")
    if format != REQUIREMENTS:
        code = "format_unknown" if format == UNKNOWN else "format_not_read_yet"
        return _unusable(format, raw, code, f"the format {format} is not read; the file counts by its bytes")
    requirements, options, problems = requirements_txt.parse(text)
    return Parsed(format, _digest(raw), tuple(requirements), tuple(options), tuple(problems))


def _unusable(format: str, raw: bytes, code: str, message: str) -> Parsed:
    return Parsed(format, _digest(raw), problems=(Problem(0, code, message),))


def _digest(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()
