"""Package URLs: `pkg:type/namespace/name@version?qualifiers#subpath`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote

from governance.dependencies.lockfiles.model import LONGEST_REQUIREMENT

_TYPE = re.compile(r"[a-z][a-z0-9.+-]{0,39}")


@dataclass(frozen=True, slots=True)
class Purl:
    """The parts of a package URL, decoded. The namespace may have several parts, joined by `/`."""

    type: str
    namespace: str
    name: str
    version: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    subpath: str = ""

    @property
    def full_name(self) -> str:
        """The name within its ecosystem: `@angular/core`, `org.apache/commons`."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


def read_purl(text: str) -> Purl | None:
    """The parts of `text`, or None where it is no package URL."""
    if len(text) > LONGEST_REQUIREMENT:
        return None
    scheme, colon, rest = text.strip().partition(":")
    if scheme.lower() != "pkg" or not colon:
        return None
    rest, _hash, subpath = rest.partition("#")
    rest, _question, query = rest.partition("?")
    path = rest.strip("/")
    kind, slash, path = path.partition("/")
    kind = kind.lower()
    if not slash or not _TYPE.fullmatch(kind):
        return None
    at = path.rfind("@")
    if at > path.rfind("/") and at > 0:
        path, version = path[:at], unquote(path[at + 1 :])
    else:
        version = ""
    parts = [unquote(part) for part in path.split("/") if part]
    if not parts or not parts[-1].strip():
        return None
    qualifiers = {key.lower(): value for key, value in parse_qsl(query.replace("+", "%2B"))} if query else {}
    found = Purl(kind, "/".join(parts[:-1]), parts[-1], version, qualifiers, unquote(subpath.strip("/")))
    return None if any("\0" in part for part in (*parts, version, *qualifiers.values())) else found


def purl_text(type: str, name: str, version: str = "", qualifiers: Mapping[str, str] | None = None) -> str:
    """A package URL of its parts; empty qualifiers are left out, and the others stand in the order of their names."""
    path = "/".join(quote(part, safe=".-_~") for part in name.split("/") if part)
    given = "&".join(f"{key}={quote(value, safe='.-_~:/')}" for key, value in sorted((qualifiers or {}).items()) if value)
    return f"pkg:{type}/{path}" + (f"@{quote(version, safe='.-_~:')}" if version else "") + (f"?{given}" if given else "")
