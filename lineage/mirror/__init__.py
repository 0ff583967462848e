"""Bare mirrors of other people's repositories: the only part of Countersign that touches Git.

Nothing outside this package may import `git` or run it. It knows no Django: paths, limits and permissions come as
arguments. There is never a work tree; nothing from a repository is executed, built or checked out. What a repository
says (names, subjects, paths) is treated as arbitrary bytes.

`addresses` decides which addresses may be fetched, `commands` runs Git in a closed environment, `sync` makes and
updates mirrors, `objects` reads them.
"""

from __future__ import annotations

from .addresses import check_url
from .commands import Limits
from .errors import MirrorError
from .objects import (
    Blob,
    CommitRow,
    PathChange,
    Ref,
    TreeEntry,
    authors_between,
    check_sha,
    commit,
    commits,
    default_branch,
    diff_paths,
    has_commit,
    is_ancestor,
    last_change,
    read_blobs,
    refs,
    tree_entries,
)
from .sync import Access, clone, fetch

__all__ = [
    "Access",
    "Blob",
    "CommitRow",
    "Limits",
    "MirrorError",
    "PathChange",
    "Ref",
    "TreeEntry",
    "authors_between",
    "check_sha",
    "check_url",
    "clone",
    "commit",
    "commits",
    "default_branch",
    "diff_paths",
    "fetch",
    "has_commit",
    "is_ancestor",
    "last_change",
    "read_blobs",
    "refs",
    "tree_entries",
]
