"""From the bytes of a file to what it says."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable, Mapping

from governance.dependencies.lockfiles import (
    conda_environment,
    conda_lock,
    cyclonedx,
    cyclonedx_xml,
    dockerfile,
    pdm_lock,
    pipfile_lock,
    poetry_lock,
    pylock,
    requirements_txt,
    spdx,
    spdx3,
    uv_lock,
)
from governance.dependencies.lockfiles.documents import Unreadable
from governance.dependencies.lockfiles.formats import HEAD, MARKS, REQUIREMENTS, detect
from governance.dependencies.lockfiles.messages import MESSAGES
from governance.dependencies.lockfiles.model import LARGEST_FILE, LARGEST_SBOM, MOST_ENTRIES, Parsed, Problem
from governance.dependencies.lockfiles.sheet import Sheet, TooMany

# By format: what reads its text onto a sheet. Requirements files have a reader of their own kind.
READERS: Mapping[str, Callable[[str, Sheet], None]] = {
    "pylock": pylock.parse,
    "uv": uv_lock.parse,
    "poetry": poetry_lock.parse,
    "pdm": pdm_lock.parse,
    "pipfile": pipfile_lock.parse,
    "conda-environment": conda_environment.parse,
    "mlflow-python-env": conda_environment.parse_python_env,
    "conda-lock": conda_lock.parse,
    "conda-explicit": conda_lock.parse_explicit,
    "cyclonedx-json": cyclonedx.parse,
    "cyclonedx-xml": cyclonedx_xml.parse,
    "spdx-json": spdx.parse_json,
    "spdx-yaml": spdx.parse_yaml,
    "spdx-tag-value": spdx.parse_tags,
    "spdx3-json": spdx3.parse,
    "dockerfile": dockerfile.parse,
}


_XML = re.compile(rb"""\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]{0,39})["']""")
# Encodings of texts: Python's codecs know others under other names, which unpack archives.
_TEXTS = (
    "utf-8", "utf8", "us-ascii", "ascii", "iso-8859-", "iso8859", "latin", "windows-125", "cp125", "gb", "big5", "euc", "shift", "sjis", "koi8",
)  # fmt: skip


class Undecodable(ValueError):
    """The bytes are no text. The message says where."""


def parse(path: str, content: str | bytes) -> Parsed:
    """What the lock file `content`, found at `path`, asks for. Never raises: what is wrong is in `problems`.

    Requirements files have up to 4 MiB, other formats up to 16 MiB. They are UTF-8, or what a byte order mark or the declaration of an
    XML file says. The format is taken from the file name, or from how the file begins.
    """
    format = detect(path, content[:HEAD])
    try:
        raw = content.encode("utf-8") if isinstance(content, str) else content
    except UnicodeEncodeError as error:
        return _unusable(format, b"", "not_utf8", f"character {error.start} is half of a surrogate pair")
    largest = LARGEST_SBOM if format in READERS else LARGEST_FILE
    if len(raw) > largest:
        return _unusable(format, raw, "too_large", f"the file has {len(raw)} bytes; at most {largest} are read")
    try:
        text = content.removeprefix("\ufeff") if isinstance(content, str) else decode(raw)
    except Undecodable as error:
        return _unusable(format, raw, "not_utf8", str(error))
    if "\0" in text:
        return _unusable(format, raw, "null_character", f"character {text.index(chr(0))} is a null character")
    if format == REQUIREMENTS:
        requirements, options, problems = requirements_txt.parse(text)
        return Parsed(format, _digest(raw), tuple(requirements), tuple(options), tuple(problems))
    if format not in READERS:
        return _unusable(format, raw, "format_unknown", f"the format {format} is not read; the file counts by its bytes")
    return _structured(format, raw, text)


def _structured(format: str, raw: bytes, text: str) -> Parsed:
    sheet = Sheet()
    try:
        READERS[format](text, sheet)
    except Unreadable as error:
        sheet.problem(error.line, error.code, **error.params)
    except TooMany:
        message = MESSAGES["too_many_lines"] % {"limit": MOST_ENTRIES}
        return _unusable(format, raw, "too_many_lines", message)
    return Parsed(format, _digest(raw), tuple(sheet.requirements), tuple(sheet.options), tuple(sheet.problems))


def decode(raw: bytes) -> str:
    """The text of a file: in the encoding of its byte order mark or of its XML declaration, and UTF-8 without. Raises Undecodable."""
    mark, encoding = next((found for found in MARKS if raw.startswith(found[0])), (b"", ""))
    encoding = encoding or _declared(raw)
    try:
        return raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        name = {"utf-8": "UTF-8"}.get(encoding, encoding)
        raise Undecodable(f"byte {error.start + len(mark)} is not {name}") from error


def _declared(raw: bytes) -> str:
    """What an XML declaration says of the bytes that it stands before. Raises Undecodable for what Python has no text encoding for."""
    found = _XML.match(raw[:200])
    name = found[1].decode("ascii").lower() if found else "utf-8"
    if name.replace("-", "").replace("_", "").startswith(("utf16", "utf32")):
        return "utf-8"  # it was read to be told so: it is not in two or four bytes a character
    if name.startswith(_TEXTS):
        try:
            return codecs.lookup(name).name
        except LookupError:
            pass
    raise Undecodable(f"the encoding {name} is not known")


def _unusable(format: str, raw: bytes, code: str, message: str) -> Parsed:
    return Parsed(format, _digest(raw), problems=(Problem(0, code, message),))


def _digest(raw: bytes) -> str:
    return "sha256:" + hashlib.sha256(raw).hexdigest()
