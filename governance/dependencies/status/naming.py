"""Where a requirement is taken from, and whether that says which bytes are meant. Pure."""

from __future__ import annotations

import re
from typing import Literal

from governance.dependencies.first_party import is_first_party
from governance.dependencies.status.facts import Asked

Place = Literal["index", "commit", "branch", "address", "archive", "ours", "outside", "service"]

_COMMIT = re.compile(r"[@#](?:[0-9a-f]{40}|[0-9a-f]{64})(?:$|[#&?])", re.IGNORECASE)
_VCS = re.compile(r"(?:git|hg|svn|bzr)\+|ssh:", re.IGNORECASE)
_ARCHIVE = re.compile(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz|conda|egg)(?:$|[#?\[\s])", re.IGNORECASE)


def where_from(asked: Asked) -> Place:
    """`ours` is a folder of the same repository: own code, which nobody reviews as a package. An archive that lies somewhere in it was
    built by somebody, and has a digest like any other file. A `service` answers over a network and is not installed at all."""
    if asked.ecosystem == "service":
        return "service"
    if asked.origin == "index":
        return "index"
    if asked.origin == "vcs" or _VCS.match(asked.url):
        return "commit" if _COMMIT.search(asked.url) else "branch"
    if asked.origin == "url":
        return "address"
    if is_first_party(asked, asked.path):  # type: ignore[arg-type] # it looks at the origin and the address alone
        return "ours"
    return "archive" if _ARCHIVE.search(asked.url) else "outside"
