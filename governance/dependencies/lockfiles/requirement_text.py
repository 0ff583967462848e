"""One requirement as it is written: by name, by URL, by path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote, unquote, urlsplit

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Written
from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from governance.dependencies.lockfiles.model import LONGEST_NAME, Requirement
from governance.dependencies.lockfiles.redaction import without_credentials

_SCHEME = re.compile(r"^(?:(?:git|hg|svn|bzr)(?:\+[a-z]+)?|https?|ftp|file|ssh):", re.IGNORECASE)
_VCS = re.compile(r"^(?:git|hg|svn|bzr)(?:\+[a-z]+)?:", re.IGNORECASE)
_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(?:&|$)")
_FRAGMENT_HASH = re.compile(r"(?:^|&)(sha256=[0-9a-fA-F]{64}|sha384=[0-9a-fA-F]{96}|sha512=[0-9a-fA-F]{128})(?=&|$)")
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz")


class NotARequirement(ValueError):
    """The text names no package. `code` says in which way."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read(text: str, *, hashes: Iterable[str] = (), line: int = 0, editable: bool = False) -> Requirement:
    """The requirement that `text` is, with the hashes that stood beside it.

    Raises NotARequirement with code `requirement_not_valid` or, for a URL or path that does not tell its package, `name_unknown`.
    """
    row = _read(text, hashes, line, editable)
    if max(len(row.name), len(row.version)) > LONGEST_NAME:
        raise NotARequirement("requirement_not_valid", f"names and versions have at most {LONGEST_NAME} characters")
    return row


def _read(text: str, hashes: Iterable[str], line: int, editable: bool) -> Requirement:
    if _SCHEME.match(text):
        return _by_location(text, hashes, line, "editable" if editable else _origin(text))
    if not editable:
        try:
            return _by_name(Written(text), text, hashes, line)
        except (InvalidRequirement, RecursionError) as error:  # the parser recurses over brackets in markers
            problem = str(error).split("\n", 1)[0] or "nested too deeply"
            if not _looks_like_a_path(text):
                raise NotARequirement("requirement_not_valid", problem) from error
    return _by_location(text, hashes, line, "editable" if editable else "local")


def purl_of(written_name: str, version: str) -> str:
    """The package URL on PyPI: `pkg:pypi/zope.interface@7.2`. Dots stay, unlike in the normalised name."""
    name = written_name.lower().replace("_", "-")
    return f"pkg:pypi/{name}@{quote(version, safe='.-_~')}" if version else f"pkg:pypi/{name}"


def exact_version(specifier: SpecifierSet) -> str:
    """The one version that a specifier allows, as written, or nothing. `==5.2.*` allows many."""
    parts = list(specifier)
    if len(parts) == 1 and parts[0].operator in ("==", "===") and not parts[0].version.endswith(".*"):
        return parts[0].version
    return ""


def _by_name(written: Written, text: str, hashes: Iterable[str], line: int) -> Requirement:
    version = exact_version(written.specifier)
    url = without_credentials(written.url or "")
    found = _merged(hashes, _fragment(written.url or ""))
    return Requirement(
        name=canonicalize_name(written.name),
        version=version,
        specifier=",".join(sorted(str(part) for part in written.specifier)),
        extras=tuple(sorted(canonicalize_name(extra) for extra in written.extras)),
        marker=str(written.marker) if written.marker else "",
        origin=_origin(written.url) if written.url else "index",
        url=url,
        purl=purl_of(written.name, version),
        hashes=found,
        line=line,
    )


def _by_location(text: str, hashes: Iterable[str], line: int, origin: str) -> Requirement:
    """A bare URL or path: its package is told by `#egg=` or by the name of the archive, or not at all."""
    location, _space, rest = text.partition(" ;")
    marker = rest.strip()
    fragment = _fragment(location)
    egg = _EGG.search(fragment)
    name, version = (egg[1], "") if egg else _from_file_name(location)
    if not name:
        raise NotARequirement("name_unknown", "neither #egg= nor the name of the file tells which package this is")
    return Requirement(
        name=canonicalize_name(name),
        version=version,
        marker=marker,
        origin=origin,
        url=without_credentials(location.strip()),
        purl=purl_of(name, version),
        hashes=_merged(hashes, fragment),
        line=line,
    )


def _from_file_name(location: str) -> tuple[str, str]:
    name = unquote(location.partition("#")[0].partition("?")[0].replace("\\", "/").rsplit("/", 1)[-1])
    name = name.partition("[")[0]
    try:
        if name.endswith(".whl"):
            found = parse_wheel_filename(name)
            return found[0], str(found[1])
        package, version = parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return "", ""
    return package, str(version)


def _origin(url: str) -> str:
    if _VCS.match(url) or url.lower().startswith("ssh:"):
        return "vcs"
    return "local" if url.lower().startswith("file:") else "url"


def _looks_like_a_path(text: str) -> bool:
    start = text.split(" ", 1)[0]
    return start.startswith((".", "/", "~")) or "/" in start or "\\" in start or start.lower().endswith(_ARCHIVES)


def _fragment(url: str) -> str:
    """The part of a URL after `#`; nothing when the URL cannot be taken apart."""
    try:
        return urlsplit(url).fragment
    except ValueError:
        return ""


def _merged(hashes: Iterable[str], fragment: str) -> tuple[str, ...]:
    beside = {found.replace("=", ":", 1).lower() for found in _FRAGMENT_HASH.findall(fragment)}
    return tuple(sorted(beside.union(hashes)))
