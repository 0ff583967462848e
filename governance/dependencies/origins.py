"""The one index or channel that a requirement can come from, and addresses in a form in which they can be compared. Pure.

Where a lock leaves open which of several indexes answers, nobody can say where a package comes from, and nothing is assumed: a package
of the same name on the other index is how dependency confusion works.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import unquote

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from governance.dependencies.lockfiles import PYPI

CONDA = "conda"
LONGEST_ADDRESS = 500
DEFAULTS = "defaults"  # of conda: several channels under one name
DEFAULT_INDEX: Mapping[str, str] = {PYPI: "https://pypi.org/simple", CONDA: DEFAULTS}
_MEMBERS = {DEFAULTS: frozenset(f"https://repo.anaconda.com/pkgs/{name}" for name in ("main", "r", "msys2"))}
_SAME = {"https://pypi.org": DEFAULT_INDEX[PYPI]}  # how package URLs name it
_FILES_OF_PYPI = "https://files.pythonhosted.org/"
_ADDRESS = re.compile(
    r"(https?)://(?:[^@/?#\\\s]*@)?([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\])(?::([0-9]{0,5}))?(/[^?#\\@\s]*)?",
    re.IGNORECASE | re.ASCII,
)
_CHANNEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_.-]+)*")
_REGISTRY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}(?::[0-9]{1,5})?(?:/[A-Za-z0-9_./-]*)?")
_TOKEN = re.compile(r"/t/[^/]+(?=/)")  # how conda writes a credential
_PORTS = {"http": 80, "https": 443}
_NOT_READ = ("--requirement", "--constraint")


@lru_cache(maxsize=4096)
def normal_address(ecosystem: str, written: str) -> str:
    """The address of an index, or the name of a channel, so that two are the same exactly when their normal forms are; empty where
    it is neither.

    Scheme and host in small letters, without credentials, default port and slashes at the end. The path counts as it is written. A
    host in other letters than ASCII has no normal form: some look like others.
    """
    text = written.strip()
    if not text or len(text) > LONGEST_ADDRESS or not text.isascii() or not text.isprintable():
        return ""
    if "://" not in text:
        return _named(ecosystem, text)
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return ""
    scheme, host, port = found[1].lower(), found[2].lower(), int(found[3] or 0)
    path = (found[4] or "").rstrip("/")
    if port > 65535 or not {".", ".."}.isdisjoint(path.split("/")):
        return ""
    if ecosystem == CONDA:
        path = _TOKEN.sub("", path, count=1) if path.startswith("/t/") else path
    place = f"{scheme}://{host}" + (f":{port}" if port and port != _PORTS[scheme] else "") + path
    return _SAME.get(place, place) if ecosystem == PYPI else place


def _named(ecosystem: str, text: str) -> str:
    """What conda and container tools write without a scheme."""
    if ecosystem == CONDA:
        if text == DEFAULTS:
            return DEFAULTS
        text = text.rstrip("/")
        if not _CHANNEL.fullmatch(text) or not {".", ".."}.isdisjoint(text.split("/")):
            return ""
        return f"https://{'repo.anaconda.com' if text.startswith('pkgs/') else 'conda.anaconda.org'}/{text}"
    if ecosystem == "oci" and _REGISTRY.fullmatch(text):
        return normal_address(ecosystem, f"https://{text}")
    return ""


def normal_name(ecosystem: str, name: str) -> str:
    """The name as its ecosystem compares it. One in other letters than ASCII stays: folding it would make it another's."""
    if not name.isascii():
        return name
    return canonicalize_name(name) if ecosystem == PYPI else name.lower() if ecosystem == CONDA else name


def is_within(index: str, place: str) -> bool:
    """Whether what comes from `place` comes from `index`; both in normal form."""
    return bool(place) and (place == index or place in _MEMBERS.get(index, ()))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the options of a lock say of where packages come from. `doubt` is why that cannot be told of Python's packages."""

    indexes: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    unverified: frozenset[str] = frozenset()  # hosts whose certificate nobody looks at
    doubt: str = ""


def asked_of(options: Iterable[Any]) -> Asked:
    """The same from the options of a lock, as parsed (`name` and `value`) or as stored (a mapping of them)."""
    pairs = [(item["name"], item["value"]) if isinstance(item, Mapping) else (item.name, item.value) for item in options]
    names = {name for name, _value in pairs}
    main = [value for name, value in pairs if name == "--index-url"][-1:]  # the last one counts
    more = [value for name, value in pairs if name in ("--extra-index-url", "pip-repositories")]
    channels = [value for name, value in pairs if name in ("channel", "channel:implicit")]
    doubt = ""
    if names & {"--find-links", "--no-index"}:
        doubt = "found_elsewhere"
    elif names.intersection(_NOT_READ):
        doubt = "not_all_read"  # another file may name another index
    elif "created-by" in names:
        doubt = "index_not_named"  # PEP 751: it lists the addresses of files, wherever they lie
    return Asked(
        indexes=tuple([*(main or ([DEFAULT_INDEX[PYPI]] if more else [])), *more]),
        named={name.partition(":")[2]: value for name, value in pairs if name.startswith("index:")},
        channels=tuple(value for value in channels if value != "nodefaults") or (("",) if channels else ()),
        unverified=frozenset(value.strip().lower().partition(":")[0] for name, value in pairs if name == "--trusted-host"),
        doubt=doubt,
    )


class AskedFor(Protocol):
    """What is wanted of a requirement."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def ecosystem(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def index(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Origin:
    """The index or channel in normal form, or nothing and the code that says why it cannot be told.

    not_an_index, another_file, several_indexes, several_channels, index_unreadable, index_unknown, index_not_named, found_elsewhere,
    not_all_read, not_verified.
    """

    index: str = ""
    why: str = ""


def origin_of(requirement: AskedFor, asked: Asked) -> Origin:
    """Where the requirement can only come from.

    Version control, an address and a local file are no index, whatever they are called. One without an index of its own comes from
    those that the options name, else from the default of its ecosystem; from several of them it comes from none for certain.
    """
    if requirement.origin != "index":
        return Origin(why="not_an_index")
    places, why = _places(requirement, asked)
    if why:
        return Origin(why=why)
    found = {normal_address(requirement.ecosystem, place) for place in places}
    if "" in found:
        return Origin(why="index_unreadable")
    if len(found) > 1:
        return Origin(why="several_channels" if requirement.ecosystem == CONDA else "several_indexes")
    place = found.pop()
    if requirement.url and not _file_is_of(requirement, place):
        return Origin(why="another_file")
    if requirement.ecosystem == PYPI and asked.unverified and _host(place) in asked.unverified:
        return Origin(why="not_verified")
    return Origin(place)


def _places(requirement: AskedFor, asked: Asked) -> tuple[tuple[str, ...], str]:
    """Addresses as they are written, or why there are none."""
    default = DEFAULT_INDEX.get(requirement.ecosystem, "")
    if requirement.index:
        return (asked.named.get(requirement.index, requirement.index),), ""
    if requirement.ecosystem == CONDA:
        return asked.channels or (default,), ""
    if requirement.ecosystem != PYPI:
        return (), "index_unknown"
    if requirement.url.startswith(_FILES_OF_PYPI):
        return (default,), ""
    if asked.doubt:
        return (), asked.doubt
    return asked.indexes or tuple(asked.named.values()) or (default,), ""


def _file_is_of(requirement: AskedFor, place: str) -> bool:
    """Whether the address of the file is that of a file of this package, on this index: a lock can say anything beside a name."""
    url = requirement.url.partition("#")[0].partition("?")[0]
    folder, _slash, file = url.rpartition("/")
    file = unquote(file)
    if requirement.ecosystem == CONDA:
        ending = next((ending for ending in (".conda", ".tar.bz2") if file.endswith(ending)), None)
        parts = file.removesuffix(ending).rsplit("-", 2) if ending else []
        channel = normal_address(CONDA, folder.rpartition("/")[0])
        named = len(parts) == 3 and (parts[0].lower(), parts[1]) == (requirement.name.lower(), requirement.version)
        return named and bool(channel) and is_within(place, channel)
    if requirement.ecosystem != PYPI or not url.startswith(_FILES_OF_PYPI) or place != DEFAULT_INDEX[PYPI]:
        return False
    try:
        name, version = parse_wheel_filename(file)[:2] if file.endswith(".whl") else parse_sdist_filename(file)
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False
    return name == normal_name(PYPI, requirement.name) and str(version) == _plain_version(requirement.version)


def _plain_version(written: str) -> str:
    try:
        return str(Version(written))
    except InvalidVersion:
        return ""


def _host(place: str) -> str:
    found = _ADDRESS.fullmatch(place)
    return found[2] if found else ""
