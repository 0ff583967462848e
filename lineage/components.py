"""What the component `code` of a model version consists of: the tree, less the files that other components own.

A ballot goes stale when a component that its step covers changes. If `code` held the lock file, a bump of one dependency
would change `code` too, and everyone who judged the code would be asked again about code that is the same to the byte.
So each byte is judged in one component: locks in `dependencies`, parameters and metrics in `model`, pointers to data in `data`.
A file leaves `code` only when it came with the version and its bytes are those of the commit: what nobody took in stays
here, so that no file is judged by nobody.
Pure: entries come in, a body comes out; `foundation.canonical.digest` of the body is the component's digest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise
from typing import Any, Protocol

_FORMAT = "countersign/code/1"


class Entry(Protocol):
    """A path of a tree with its mode and the id of its blob, or of its commit for a submodule (mode 160000)."""

    @property
    def mode(self) -> str: ...
    @property
    def blob(self) -> str: ...
    @property
    def path(self) -> str: ...


def code_digest_body(entries: Iterable[Entry], owned_elsewhere: Collection[str]) -> dict[str, Any]:
    """The canonical body of `code`: `[path, mode, blob]` of every file that no other component owns, sorted by path.

    It holds no commit id and no name, so a rebase, a merge without conflicts or a new tag leaves the digest as it was.
    Modes count (a script made executable is a change), submodules count by their commit. `owned_elsewhere` are the exact
    paths that came with the version: locks, parameters, metrics, pointers to data. Raises ValueError if a path comes twice.
    """
    files = sorted([entry.path, entry.mode, entry.blob] for entry in entries if entry.path not in owned_elsewhere)
    for before, after in pairwise(files):
        if before[0] == after[0]:
            raise ValueError(f"the path {after[0]!r} comes twice")
    return {"format": _FORMAT, "files": files}
