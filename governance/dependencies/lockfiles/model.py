"""What a lock file says, whatever its format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

LARGEST_FILE = 4 * 1024 * 1024  # bytes
MOST_LINES = 10_000  # lines that say something: the largest real lock files have some two thousand
LONGEST_LINE = 200_000  # characters, continuations joined: one release may list a thousand hashes
LONGEST_NAME = 200  # characters of a name or a version
LONGEST_REQUIREMENT = 2_000  # characters, without its hashes
LARGEST_SBOM = 16 * 1024 * 1024  # bytes of a structured file: a list of what an image holds has some megabytes
MOST_ENTRIES = 50_000  # of a structured file
MOST_VALUES = 1_500_000  # texts, numbers and brackets of a structured file; each takes memory
DEEPEST = 60  # levels of nesting in a structured file

PYPI = "pypi"

# Problems that leave nothing to keep; all others are about one line, and the rest of the file stands.
FATAL = frozenset({"too_large", "not_utf8", "null_character", "too_many_lines"})


class RequirementLike(Protocol):
    """What the pure functions want of a requirement: a parsed one has it, and so has a stored one."""

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def specifier(self) -> str: ...
    @property
    def extras(self) -> Sequence[str]: ...
    @property
    def marker(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def hashes(self) -> Sequence[str]: ...
    @property
    def line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Requirement:
    """One package that the file asks for.

    `name` is normalised by PEP 503; `version` is as written, and empty unless the line pins exactly one. `hashes` are
    `algorithm:hex`, sorted. `origin` is index, url, vcs, local or editable; `url` says where from unless it is an index.

    Packages that are not on PyPI have another `ecosystem`, which is the type of their package URL (conda, oci, npm, deb …; generic
    where nobody says, service for what answers over a network), and their names as written. `groups` are those for which the file
    lists the package (dev, docs, build; none: always). `index` is the index or channel that the file names for it, `licence` what the
    file says of its licence.
    """

    name: str
    version: str = ""
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: str = ""
    origin: str = "index"
    url: str = ""
    purl: str = ""
    hashes: tuple[str, ...] = ()
    line: int = 0
    ecosystem: str = PYPI
    groups: tuple[str, ...] = ()
    index: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """A line that changes what the others mean: which index is asked, which other file is read."""

    name: str
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or needs a look. `text` is the offending line, without passwords."""

    line: int  # 0: the file as a whole
    code: str
    message: str  # English, for logs and machines; pages translate the code
    text: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The content of one lock file."""

    format: str
    raw_digest: str  # over the bytes as they were sent
    requirements: tuple[Requirement, ...] = ()
    options: tuple[Option, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def fatal(self) -> Problem | None:
        """The problem that makes the whole file unusable, if there is one."""
        return next((problem for problem in self.problems if problem.code in FATAL), None)

    def body(self) -> dict[str, Any]:
        """The canonical content: its digest changes when what would be installed may change, and not with comments."""
        return lock_body(
            format=self.format,
            raw_digest=self.raw_digest,
            requirements=self.requirements,
            options=[(option.name, option.value) for option in self.options],
            problems=[(problem.code, problem.text) for problem in self.problems],
        )


def lock_body(
    *,
    format: str,
    raw_digest: str,
    requirements: Iterable[RequirementLike],
    options: Iterable[Sequence[str]],
    problems: Iterable[Sequence[str]],
) -> dict[str, Any]:
    """The canonical body of a lock file: no line numbers, no comments, no order of requirements.

    Options keep their order, because the last index named wins. A file whose format is not read counts by its bytes.
    """
    body: dict[str, Any] = {
        "format": format,
        "requirements": sorted(
            [
                *[item.name, item.version, item.specifier, item.marker, item.origin, item.url],
                *[list(item.extras), list(item.hashes), *_beside(item)],
            ]
            for item in requirements
        ),
        "options": [list(option) for option in options],
        "problems": sorted(list(problem) for problem in problems),
    }
    if any(problem[0] in WHOLE_FILE for problem in body["problems"]):
        body["raw"] = raw_digest
    return body


# What these leave unread is told by the bytes alone: the text of the problem does not hold all that stands there.
WHOLE_FILE = FATAL | {
    "format_not_read_yet", "format_unknown", "syntax", "not_the_format", "too_deep", "too_many_values", "alias", "duplicate_key",
    "no_text", "not_a_list", "not_an_entry", "not_a_text", "too_long",
}  # fmt: skip


def _beside(item: RequirementLike) -> list[list[Any]]:
    """What only some formats say. Left out where nothing is said, so that the digest of a requirements file stays what it was."""
    ecosystem = getattr(item, "ecosystem", PYPI)
    said = {
        "ecosystem": "" if ecosystem == PYPI else ecosystem,
        "purl": "" if ecosystem == PYPI else getattr(item, "purl", ""),  # holds build, platform and distribution
        "groups": list(getattr(item, "groups", ())),
        "index": getattr(item, "index", ""),
        "licence": getattr(item, "licence", ""),
    }
    return [[name, value] for name, value in said.items() if value]
