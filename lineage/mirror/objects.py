"""Reading a mirror: commits, refs, trees, files and differences, in bulk and without a process per object."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from git import Repo

from .commands import git, says_yes, stream
from .errors import MirrorError

_SHA = re.compile(r"[0-9a-f]{40}\Z")
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_FIELDS = ("%H", "%P", "%T", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%s")
_REF_FIELDS = (
    "refname",
    "objecttype",
    "objectname",
    "*objecttype",
    "*objectname",
    "taggername",
    "taggeremail:trim",
    "taggerdate:unix",
)
_FORMAT = "--format=" + "%x00".join(_FIELDS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_REPAIR = "Run git fsck in the mirror; if it complains, remove the mirror and sync again."
_MAX_NAME, _MAX_SUBJECT = 254, 1000


@dataclass(frozen=True, slots=True)
class CommitRow:
    """A commit as Git has it. Times are UTC; a time that Git cannot read is 1970, as Git shows it. Overlong texts are cut."""

    sha: str
    parents: tuple[str, ...]
    tree: str
    author_name: str
    author_email: str
    authored_at: datetime
    committer_name: str
    committer_email: str
    committed_at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A branch or tag and the commit that it leads to. For an annotated tag also who made it, when, and the tag object."""

    name: str
    kind: str  # "branch" or "tag"
    commit: str
    tag_object: str | None = None
    tagger_name: str = ""
    tagger_email: str = ""
    tagged_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One path of a tree. `mode` as Git writes it (100644, 100755, 120000, 160000); 160000 is a submodule, `blob` its commit."""

    mode: str
    type: str
    blob: str
    path: str


@dataclass(frozen=True, slots=True)
class Blob:
    """A file at a commit. `content` is None when it is larger than the limit that was asked for."""

    sha: str
    size: int
    content: bytes | None


@dataclass(frozen=True, slots=True)
class PathChange:
    """One path that differs: `status` A, M, D or T; added and removed lines, None for binary files."""

    status: str
    path: str
    added: int | None
    removed: int | None


def check_sha(sha: str) -> str:
    """`sha` if it is a full commit id, else MirrorError: a prefix that is unique today may not be tomorrow."""
    if not isinstance(sha, str) or not _SHA.match(sha):
        said = "A commit is named by its full id of 40 lower-case hex digits."
        raise MirrorError("commit.malformed", said, "git rev-parse HEAD prints it.")
    return sha


def commits(path: Path, since: Collection[str] = ()) -> Iterator[CommitRow]:
    """The commits that branches and tags reach and no commit in `since` does, newest first.

    Commits in `since` that the mirror no longer has are passed over, so the last known heads can be given as they are.
    """
    known = "".join(f"^{check_sha(sha)}\n" for sha in since).encode()
    arguments = ("log", "-z", "--no-show-signature", _FORMAT, "--ignore-missing", "--branches", "--tags", "--stdin")
    with stream(path, *arguments, text_in=known) as pipe:
        fields = _nul_separated(pipe)
        for sha in fields:
            try:
                rest = [next(fields) for _ in range(len(_FIELDS) - 1)]
                yield _row([sha, *rest])
            except (StopIteration, ValueError) as error:
                raise MirrorError("mirror.failed", "Git's list of commits cannot be read.", _REPAIR) from error


def commit(path: Path, sha: str) -> CommitRow:
    """The commit `sha`, reachable or not. MirrorError `commit.missing` if the mirror does not have it."""
    return _row(
        list(_nul_separated_bytes(_ask(path, [sha], "log", "-z", "-1", "--no-show-signature", _FORMAT, _peel(sha), "--")))
    )


def has_commit(path: Path, sha: str) -> bool:
    """Whether the mirror has the commit, reachable or not."""
    return git(path, "cat-file", "--batch-check=%(objecttype)", text_in=f"{check_sha(sha)}\n".encode()) == b"commit\n"


def default_branch(path: Path) -> str:
    """The name of the branch that the repository calls its default, existing or not; blank if its HEAD names none."""
    if not (path / "HEAD").is_file():
        raise MirrorError("mirror.missing", "There is no mirror at that path.", "Clone it first.")
    with Repo(path, search_parent_directories=False, expand_vars=False) as repository:  # closed at once: it leaks otherwise
        return "" if repository.head.is_detached else repository.head.reference.name


def is_ancestor(path: Path, ancestor: str, descendant: str) -> bool:
    """Whether `descendant` has `ancestor` in its history or is it. MirrorError `commit.missing` if either is unknown."""
    with _naming([ancestor, descendant], path):
        return says_yes(path, "merge-base", "--is-ancestor", _peel(ancestor), _peel(descendant))


def refs(path: Path) -> list[Ref]:
    """Branches and tags that lead to a commit, by full name. Tags of trees and files are left out."""
    layout = "%00".join(f"%({name})" for name in _REF_FIELDS)
    answer = _text(git(path, "for-each-ref", f"--format={layout}", "refs/heads/", "refs/tags/"))
    rows = [line.split("\0") for line in answer.split("\n") if line]
    nested = _peeled(path, [row[2] for row in rows if row[3] == "tag"])
    found = []
    for name, kind, sha, peeled_kind, peeled, who, email, when in rows:
        target = {"commit": sha, "tag": peeled if peeled_kind == "commit" else nested.get(sha)}.get(kind)
        if target is None:
            continue
        _, folder, short = name.split("/", 2)
        tagged = (sha, who[:_MAX_NAME], email[:_MAX_NAME], _time(when) if when else None) if kind == "tag" else ()
        found.append(Ref(short, "branch" if folder == "heads" else "tag", target, *tagged))
    return found


def tree_entries(path: Path, sha: str) -> list[TreeEntry]:
    """Every path of the commit's tree, submodules as one entry each, in Git's order."""
    entries = []
    for record in _nul_separated_bytes(_ask(path, [sha], "ls-tree", "-r", "-z", "--full-tree", _peel(sha), "--")):
        head, _, name = record.partition(b"\t")
        mode, kind, blob = head.decode("ascii").split(" ")
        entries.append(TreeEntry(mode, kind, blob, _path_text(name)))
    return entries


def read_blobs(path: Path, wanted: Iterable[tuple[str, str]], *, max_bytes: int = 1024 * 1024) -> dict[tuple[str, str], Blob]:
    """The files at (commit, path), those that exist. Two processes, however many are asked for.

    A file over `max_bytes` is answered with its size and no content. Paths are exact: no patterns, no links followed.
    """
    pairs = list(dict.fromkeys((check_sha(sha), _check_path(file)) for sha, file in wanted))
    asked = "".join(f"{sha}:{file}\n" for sha, file in pairs).encode("utf-8", "surrogateescape")
    layout = "--batch-check=%(objecttype) %(objectname) %(objectsize)"
    answers = _text(git(path, "cat-file", layout, text_in=asked)).split("\n")
    found: dict[tuple[str, str], tuple[str, int]] = {}
    for pair, answer in zip(pairs, answers, strict=False):
        kind, _, rest = answer.partition(" ")
        if kind == "blob" and re.fullmatch(r"[0-9a-f]{40} [0-9]+", rest):
            found[pair] = (rest[:40], int(rest[41:]))
    contents = _contents(path, {sha: size for sha, size in found.values() if size <= max_bytes})
    return {pair: Blob(sha, size, contents.get(sha)) for pair, (sha, size) in found.items()}


def diff_paths(path: Path, old: str | None, new: str) -> list[PathChange]:
    """What changed between the trees of two commits; from nothing when `old` is None. A rename is a removal and an addition."""
    ends = [sha for sha in (old, new) if sha is not None]
    arguments = ["diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-abbrev"]
    records = _nul_separated_bytes(_ask(path, ends, *arguments, _peel(old) if old else _EMPTY_TREE, _peel(new), "--"))
    status: dict[bytes, str] = {}
    counts: dict[bytes, tuple[int | None, int | None]] = {}
    for record in records:
        if record.startswith(b":"):
            status[next(records)] = record.rsplit(b" ", 1)[-1].decode("ascii")[:1]
        else:
            added, removed, name = record.split(b"\t", 2)
            counts[name] = (_count(added), _count(removed))
    return [PathChange(kind, _path_text(name), *counts.get(name, (None, None))) for name, kind in status.items()]


def last_change(path: Path, sha: str, file: str) -> CommitRow | None:
    """The newest commit up to `sha` in which the file came to be what it is there; None where no commit speaks of it."""
    answer = _ask(path, [sha], "log", "-z", "-1", "--no-show-signature", _FORMAT, _peel(sha), "--", _check_path(file))
    fields = list(_nul_separated_bytes(answer))
    return _row(fields) if fields else None


def authors_between(path: Path, old: str | None, new: str) -> frozenset[str]:
    """E-mail addresses, in lower case, of everyone who wrote, co-wrote or committed what is in `new` and not in `old`."""
    ends = [sha for sha in (old, new) if sha is not None]
    layout = "--format=%ae%x00%ce%x00%(trailers:key=Co-authored-by,valueonly,separator=%x00)"
    arguments = ["log", "-z", "--no-show-signature", layout, _peel(new), *([f"^{old}"] if old else []), "--"]
    people = set()
    for record in _nul_separated_bytes(_ask(path, ends, *arguments)):
        text = _text(record).strip()
        people.add(text.rsplit("<", 1)[-1].rstrip("> ").lower())
    return frozenset(people - {""})


def _ask(path: Path, shas: Sequence[str], *arguments: str) -> bytes:
    with _naming(shas, path):
        return git(path, *arguments)


@contextmanager
def _naming(shas: Sequence[str], path: Path) -> Iterator[None]:
    """Check the form of commit ids first; look for them only when the question failed, to say which one is not there."""
    for sha in shas:
        check_sha(sha)
    try:
        yield
    except MirrorError as error:
        for sha in shas if error.code == "mirror.failed" else ():
            if not has_commit(path, sha):
                raise MirrorError(
                    "commit.missing", f"The mirror has no commit {sha}.", "Push it, then sync the repository."
                ) from error
        raise


def _peel(sha: str) -> str:
    """The id in a form that Git reads as this commit or not at all, never as a tree, tag or branch of that name."""
    return f"{check_sha(sha)}^{{commit}}"


def _peeled(path: Path, tags: list[str]) -> dict[str, str]:
    """The commits behind tags of tags; those that lead to something else are left out."""
    if not tags:
        return {}
    asked = "".join(f"{tag}^{{commit}}\n" for tag in tags).encode()
    answers = _text(git(path, "cat-file", "--batch-check=%(objectname)", text_in=asked)).split("\n")
    return {tag: answer for tag, answer in zip(tags, answers, strict=False) if _SHA.match(answer)}


def _contents(path: Path, sizes: dict[str, int]) -> dict[str, bytes]:
    if not sizes:
        return {}
    found = {}
    with stream(path, "cat-file", "--batch", text_in="".join(f"{sha}\n" for sha in sizes).encode()) as pipe:
        for sha, size in sizes.items():
            header = pipe.readline().split()
            if header[:1] != [sha.encode()] or int(header[2]) != size:
                raise MirrorError("mirror.failed", f"The object {sha} cannot be read.", _REPAIR)
            found[sha] = pipe.read(size)
            pipe.read(1)
    return found


def _nul_separated(pipe: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while chunk := pipe.read(1 << 18):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole


def _nul_separated_bytes(data: bytes) -> Iterator[bytes]:
    return iter(data.removesuffix(b"\0").split(b"\0") if data else [])


def _row(fields: Sequence[bytes]) -> CommitRow:
    sha, parents, tree, name, email, at, committer, committer_email, committed, subject = (_text(field) for field in fields)
    if not _SHA.match(sha) or not _SHA.match(tree):
        raise ValueError("not a record of a commit")
    return CommitRow(
        sha,
        tuple(parents.split()),
        tree,
        name[:_MAX_NAME],
        email[:_MAX_NAME],
        _time(at),
        committer[:_MAX_NAME],
        committer_email[:_MAX_NAME],
        _time(committed),
        subject[:_MAX_SUBJECT],
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _path_text(raw: bytes) -> str:
    """A path as text, one to one: what is not UTF-8, or starts like a quoted path, is quoted as Git quotes it."""
    try:
        text = raw.decode("utf-8")
        if not text.startswith('"'):
            return text
    except UnicodeDecodeError:
        pass  # quoted below
    return '"' + "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03o}" for byte in raw) + '"'


def _check_path(file: str) -> str:
    parts = file.split("/")
    if not file or "\0" in file or "\n" in file or any(part in ("", ".", "..") for part in parts):
        said = "This is not the path of a file in a repository."
        raise MirrorError("path.malformed", said, "Write it as git ls-files prints it.")
    return file


def _time(seconds: str) -> datetime:
    try:
        return _EPOCH + timedelta(seconds=int(seconds))
    except (ValueError, OverflowError):
        return _EPOCH


def _count(text: bytes) -> int | None:
    return None if text == b"-" else int(text)
