"""Where the readers of structured formats put down what they find, and the care that each entry needs. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.markers import InvalidMarker, Marker
from packaging.utils import InvalidName, canonicalize_name
from packaging.version import InvalidVersion, Version

from governance.dependencies.lockfiles.messages import MESSAGES
from governance.dependencies.lockfiles.model import (
    LONGEST_NAME,
    LONGEST_REQUIREMENT,
    MOST_ENTRIES,
    PYPI,
    Option,
    Problem,
    Requirement,
)
from governance.dependencies.lockfiles.purls import purl_text
from governance.dependencies.lockfiles.redaction import without_credentials
from governance.dependencies.lockfiles.requirement_text import purl_of

NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # can be neither stored nor hashed: NUL, and half a surrogate pair
LONGEST_SHOWN = 500  # characters of what a problem is about
_HEX = re.compile(r"[0-9a-f]+")
_ALGORITHM = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}


class TooMany(Exception):
    """The file lists more packages than anything real."""


class Sheet:
    """Requirements, options and problems in the order in which they were found."""

    def __init__(self) -> None:
        self.requirements: list[Requirement] = []
        self.options: list[Option] = []
        self.problems: list[Problem] = []

    def problem(self, line: int, code: str, text: object = "", **params: object) -> None:
        """Something to be told. `text` is what was written there, so that another text makes another digest."""
        if len(self.problems) > MOST_ENTRIES:
            raise TooMany
        said = {name: shown(value, 120) for name, value in params.items()}
        self.problems.append(Problem(line, code, MESSAGES[code] % said, shown(text)))

    def option(self, name: str, value: object, line: int = 0) -> None:
        self.options.append(Option(shown(name), shown(value, LONGEST_REQUIREMENT), line))

    def text(self, entry: Mapping[Any, Any], name: str, line: int) -> str:
        """The text under `name`; empty where there is none. Anything else than a text is a problem."""
        value = entry.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.problem(line, "not_a_text", value, name=name)
            return ""
        return self.clean(value, line)

    def clean(self, value: str, line: int) -> str:
        if NO_TEXT.search(value):
            self.problem(line, "no_text", value)
            return NO_TEXT.sub("\ufffd", value)
        return value

    def entries(self, entry: Mapping[Any, Any], name: str, line: int) -> Iterator[tuple[Mapping[Any, Any], int]]:
        """The maps in the list under `name`, each with its line. Anything else is a problem, and the rest stands."""
        listed = entry.get(name)
        if listed is None:
            return
        if not isinstance(listed, list):
            self.problem(line, "not_a_list", listed, name=name)
            return
        for item in listed:
            if isinstance(item, Mapping):
                yield item, getattr(item, "line", 0) or line
            else:
                self.problem(line, "not_an_entry", item, name=name)

    def texts(self, entry: Mapping[Any, Any], name: str, line: int) -> tuple[str, ...]:
        """The texts in the list under `name`, or the one text that stands there alone."""
        listed = entry.get(name)
        if listed is None:
            return ()
        if isinstance(listed, str):
            return (self.clean(listed, line),)
        if not isinstance(listed, list):
            self.problem(line, "not_a_list", listed, name=name)
            return ()
        found = []
        for item in listed:
            if isinstance(item, str):
                found.append(self.clean(item, line))
            else:
                self.problem(line, "not_a_text", item, name=name)
        return tuple(found)

    def _in_one_line(self, value: str, line: int) -> str:
        """What is shown in lists and addresses: without line ends and what cannot be seen."""
        if value.isprintable():
            return value
        self.problem(line, "no_text", value)
        return "".join(character if character.isprintable() else "\ufffd" for character in value)

    def url(self, value: str, line: int) -> str:
        """The URL without what it must not hold, which is told."""
        safe = without_credentials(value)
        if safe != value:
            self.problem(line, "credential_in_url", safe)
        return safe

    def hashes(self, written: Iterable[str], line: int) -> list[str]:
        """Those of `algorithm:hex` that are hashes, in small letters; the others are told."""
        found = set()
        for value in written:
            algorithm, _colon, digits = value.strip().lower().partition(":")
            algorithm = algorithm.replace("sha-", "sha").replace("_", "-")
            wanted = _LENGTHS.get(algorithm)
            if (
                _ALGORITHM.fullmatch(algorithm)
                and _HEX.fullmatch(digits)
                and (len(digits) == wanted if wanted else 8 <= len(digits) <= 256)
            ):
                found.add(f"{algorithm}:{digits}")
            else:
                self.problem(line, "hash_not_valid", value, value=value)
        return sorted(found)

    def requirement(
        self,
        line: int,
        name: str,
        version: str = "",
        *,
        ecosystem: str = PYPI,
        specifier: str | None = None,
        extras: Iterable[str] = (),
        marker: str = "",
        origin: str = "index",
        url: str = "",
        index: str = "",
        hashes: Iterable[str] = (),
        groups: Iterable[str] = (),
        licence: str = "",
        purl: str = "",
    ) -> None:
        """Keep one package, or tell why it cannot be kept. Hashes are as written, `algorithm:hex`."""
        if len(self.requirements) >= MOST_ENTRIES:
            raise TooMany
        said = " ".join(part for part in (name, version, marker, url) if part)
        if not name.strip():
            self.problem(line, "name_unknown", said)
            return
        name, version = self._in_one_line(name, line), self._in_one_line(version, line)
        for what, value, most in (
            ("name", name, LONGEST_NAME),
            ("version", version, LONGEST_NAME),
            ("marker", marker, 10 * LONGEST_REQUIREMENT),
            ("url", url, LONGEST_REQUIREMENT),
            ("specifier", specifier or "", LONGEST_REQUIREMENT),
        ):
            if len(value) > most:
                self.problem(line, "too_long", said, name=what, limit=most)
                return
        canonical = name
        if ecosystem == PYPI:
            try:
                canonical = canonicalize_name(name, validate=True)
            except InvalidName:
                self.problem(line, "name_not_valid", said, name=name)
                return
            if version:
                self._check_version(version, line)
        self.requirements.append(
            Requirement(
                name=canonical,
                version=version,
                specifier=specifier if specifier is not None else (f"=={version}" if version and ecosystem == PYPI else ""),
                extras=tuple(sorted({canonicalize_name(extra) for extra in extras if extra})),
                marker=self._marker(marker, line) if ecosystem == PYPI else marker,
                origin=origin,
                url=self.url(url, line),
                purl=without_credentials(purl)
                or (purl_of(name, version) if ecosystem == PYPI else purl_text(ecosystem, name, version)),
                hashes=tuple(self.hashes(hashes, line)),
                line=line,
                ecosystem=ecosystem,
                groups=tuple(sorted({self.clean(group, line) for group in groups if group})),
                index=without_credentials(index),
                licence=licence[:LONGEST_REQUIREMENT],
            )
        )

    def _check_version(self, version: str, line: int) -> None:
        try:
            Version(version)
        except InvalidVersion:
            self.problem(line, "version_not_valid", version, version=version)

    def _marker(self, written: str, line: int) -> str:
        if not written.strip():
            return ""
        try:
            return str(Marker(written))
        except (InvalidMarker, RecursionError) as error:  # the parser recurses over brackets
            detail = str(error).partition("\n")[0] or "nested too deeply"
            self.problem(line, "marker_not_valid", written, detail=detail)
            return written


def shown(value: object, most: int = LONGEST_SHOWN) -> str:
    """What was written, as it can be stored: short, without passwords and without what is no text."""
    text = value if isinstance(value, str) else _plain(value)
    text = NO_TEXT.sub("\ufffd", text)
    return without_credentials(text if len(text) <= most else text[: most - 1] + "…")


def _plain(value: object) -> str:
    """Repr of what may be large or deep: only its outermost values are written."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_leaf(item)}" for key, item in list(value.items())[:20]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_leaf(item) for item in value[:20]) + "]"
    return str(value)


def _leaf(value: object) -> str:
    if isinstance(value, Mapping):
        return "{…}"
    return "[…]" if isinstance(value, list) else str(value)[:LONGEST_SHOWN]
