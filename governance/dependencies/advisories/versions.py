"""Versions as texts that sort like the versions they stand for, so that a table can compare them. Pure.

The texts hold digits and letters from a to f only: every database sorts them alike, whatever its language.
"""

from __future__ import annotations

import re
from functools import lru_cache

from packaging.version import InvalidVersion, Version

LOWEST = ""  # below every version
_PRE = {"a": "1", "b": "2", "rc": "3"}
_SEMVER = re.compile(
    r"v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*))?(?:\.(0|[1-9]\d*))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]*)?",
    re.ASCII,
)
_MOST_DIGITS = 99
SEMVER_ECOSYSTEMS = frozenset({"npm", "cargo", "golang", "hex", "pub", "github", "swift"})


def version_key(ecosystem: str, version: str) -> str | None:
    """The text that sorts like `version` among those of its ecosystem; None where that cannot be known.

    Python: PEP 440, without the local part: `2.1+cu121` is built from 2.1, and has its flaws.
    """
    if ecosystem == "pypi":
        return _pep440(version)
    if ecosystem in SEMVER_ECOSYSTEMS:
        return semver_key(version)
    return None


def _number(value: int | str) -> str:
    digits = str(value)
    if len(digits) > _MOST_DIGITS:
        raise OverflowError
    return f"{len(digits):02}{digits}"


@lru_cache(maxsize=100_000)  # records list the same versions again and again
def _pep440(written: str) -> str | None:
    if len(written) > 200:
        return None
    try:
        version = Version(written)
        release = list(version.release)
        while release and release[-1] == 0:
            release.pop()
        if version.pre is not None:
            pre = _PRE[version.pre[0]] + _number(version.pre[1])
        else:
            pre = "0" if version.post is None and version.dev is not None else "9"
        post = "0" if version.post is None else "1" + _number(version.post)
        dev = "9" if version.dev is None else "1" + _number(version.dev)
        # What ends the release sorts below another part of it: 1.post1 comes before 1.0.1.
        return _number(version.epoch) + "".join("5" + _number(part) for part in release) + "0" + pre + post + dev
    except (InvalidVersion, OverflowError, ValueError):
        return None


def semver_key(written: str) -> str | None:
    """Semantic versioning 2.0; parts that are missing are nought."""
    found = _SEMVER.fullmatch(written.strip()) if len(written) <= 200 else None
    if found is None:
        return None
    try:
        core = "".join(_number((part or "0").lstrip("0") or "0") for part in found.groups()[:3])
        if found[4] is None:
            return core + "9"
        parts = []
        for part in found[4].split("."):
            if part.isdigit():
                parts.append("1" + _number(part.lstrip("0") or "0"))
            else:
                parts.append("2" + part.encode("ascii").hex() + "00")
        return core + "1" + "".join(parts) + "0"
    except OverflowError:
        return None


def written(ecosystem: str, key: str) -> str:
    """A version that sorts like this key, for people to read: `2` for 2.0. Nothing for what is no key of the ecosystem."""
    if key.startswith("="):
        return key[1:]
    try:
        return _pep440_of(key) if ecosystem == "pypi" else _semver_of(key) if ecosystem in SEMVER_ECOSYSTEMS else ""
    except (ValueError, IndexError):
        return ""


def _digits(key: str, at: int) -> tuple[str, int]:
    """The number that stands there, and where it ends."""
    end = at + 2 + int(key[at : at + 2])
    return str(int(key[at + 2 : end])), end


def _pep440_of(key: str) -> str:
    epoch, at = _digits(key, 0)
    parts = []
    while key[at] == "5":
        part, at = _digits(key, at + 1)
        parts.append(part)
    text = ("" if epoch == "0" else f"{epoch}!") + (".".join(parts) or "0")
    at += 1
    kind = key[at]
    at += 1
    if kind in "123":
        number, at = _digits(key, at)
        text += {"1": "a", "2": "b", "3": "rc"}[kind] + number
    for word in (".post", ".dev"):
        at += 1
        if key[at - 1] == "1":
            number, at = _digits(key, at)
            text += word + number
    return text


def _semver_of(key: str) -> str:
    parts, at = [], 0
    for _part in range(3):
        number, at = _digits(key, at)
        parts.append(number)
    text = ".".join(parts)
    if key[at] == "9":
        return text
    at += 1
    before = []
    while key[at] != "0":
        at += 1
        if key[at - 1] == "1":
            number, at = _digits(key, at)
            before.append(number)
        else:
            end = at
            while key[end : end + 2] != "00":
                end += 2
            before.append(bytes.fromhex(key[at:end]).decode("ascii"))
            at = end + 2
    return f"{text}-{'.'.join(before)}"
