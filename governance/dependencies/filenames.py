"""What the name of a file says about it: of which kind it is, and of which package and version. Pure.

A name is only what somebody called the file. What is inside decides; where both differ, `differs` tells.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    canonicalize_version,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion

from governance.dependencies.capabilities.model_files import OTHERS, PICKLES, ZIPPED
from governance.dependencies.capabilities.paths import suffix_of
from governance.dependencies.lockfiles import PYPI

Kind = Literal["wheel", "sdist", "conda", "model", "unknown"]
CONDA, MODEL = "conda", "model"
LONGEST = 200
_SDIST = (".tar.gz", ".tgz", ".zip", ".tar.xz", ".tar")
_CONDA_NAME = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)\Z")
_SDIST_NAME = re.compile(r"(?P<name>.+)-(?P<version>\d[^-]*)\Z")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says. `name` as its ecosystem compares names; `platform` and `interpreter` tell builds of one release apart."""

    ecosystem: str
    name: str = ""
    version: str = ""
    platform: str = ""
    interpreter: str = ""


def plain(text: str) -> str:
    """A name without folders, control characters and signs that cannot be seen; empty if nothing is left."""
    last = unicodedata.normalize("NFC", text).replace("\\", "/").rstrip("/").rpartition("/")[2]
    last = "".join(char for char in last if char.isprintable()).strip().strip(".")
    if len(last) <= LONGEST:
        return last
    ending = next((end for end in (*_SDIST, ".tar.bz2") if last.lower().endswith(end)), suffix_of(last)[:20])
    return last[: LONGEST - len(ending)] + last[len(last) - len(ending) :]


def kind_of(filename: str) -> Kind:
    """By its ending, which says how it is to be read."""
    name = filename.lower()
    if name.endswith(".whl"):
        return "wheel"
    if name.endswith(".conda"):
        return "conda"
    if name.endswith(".tar.bz2"):
        return "conda" if _CONDA_NAME.fullmatch(filename[: -len(".tar.bz2")]) else "sdist"
    if name.endswith(_SDIST):
        return "sdist"
    suffix = suffix_of(name)
    if suffix in PICKLES or suffix in ZIPPED or suffix in OTHERS:
        return "model"
    return "unknown"


def named(filename: str) -> Named:
    """As far as it can be told; what cannot is empty."""
    kind = kind_of(filename)
    if kind == "wheel":
        return _wheel(filename)
    if kind == "conda":
        stem = filename[: -len(".conda" if filename.lower().endswith(".conda") else ".tar.bz2")]
        found = _CONDA_NAME.fullmatch(stem)
        return Named(CONDA, found["name"].lower(), found["version"], found["build"]) if found else Named(CONDA)
    if kind == "model":
        return Named(MODEL, filename.lower())
    return _sdist(filename)


def differs(filename: str, name: str, version: str) -> bool:
    """Whether a file's name speaks of another package or version than what is inside."""
    said = named(filename)
    if said.ecosystem == MODEL or not said.name:
        return False
    if canonicalize_name(said.name) != canonicalize_name(name):
        return True
    return bool(said.version) and canonicalize_version(said.version) != canonicalize_version(version)


def _wheel(filename: str) -> Named:
    try:
        name, version, _build, tags = parse_wheel_filename(filename[:-4] + ".whl")
    except (InvalidWheelFilename, InvalidVersion):
        return Named(PYPI)
    platforms, interpreters = {tag.platform for tag in tags}, {tag.interpreter for tag in tags}
    return Named(PYPI, str(name), str(version), ".".join(sorted(platforms)), ".".join(sorted(interpreters)))


def _sdist(filename: str) -> Named:
    try:
        name, version = parse_sdist_filename(filename)
        return Named(PYPI, str(name), str(version), "source")
    except (InvalidSdistFilename, InvalidVersion):
        pass
    stem = next((filename[: -len(end)] for end in (*_SDIST, ".tar.bz2") if filename.lower().endswith(end)), "")
    found = _SDIST_NAME.fullmatch(stem)
    return Named(PYPI, str(canonicalize_name(found["name"])), found["version"], "source") if found else Named(PYPI)
