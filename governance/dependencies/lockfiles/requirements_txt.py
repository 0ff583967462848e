"""pip's requirements format, read the way pip reads it (pip/_internal/req/req_file.py) but without following anything.

Where pip would fail, fetch or look at the machine, this reader says so in a problem. Reading differently from pip would be
worse than not reading: what was reviewed would not be what is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from governance.dependencies.lockfiles import requirement_text
from governance.dependencies.lockfiles.model import LONGEST_LINE, LONGEST_REQUIREMENT, MOST_LINES, Option, Problem, Requirement
from governance.dependencies.lockfiles.redaction import without_credentials

# pip honours a coding line in the first two lines (PEP 263) when the file has no byte order mark.
_CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]+\}")
# The words of a shell line. Python's shlex does the same, character by character: seconds for a file full of quotes.
_WORD = re.compile(r"""(?:[^ \t\r\n"'\\]+|\\.|"(?:[^"\\]+|\\.)*+"|'[^']*+')++""")
_QUOTED = re.compile(r"""\\(?P<escaped>.)|"(?P<double>(?:[^"\\]+|\\.)*+)"|'(?P<single>[^']*+)'""")
_ESCAPE = re.compile(r"""\\(["\\])""")
_HASH_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}

_SHORT = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
    "-C": "--config-settings",
}
_LONG = {"--pypi-url": "--index-url", "--config-setting": "--config-settings"}
_WITH_VALUE = frozenset(
    {
        "--requirement",
        "--constraint",
        "--editable",
        "--index-url",
        "--extra-index-url",
        "--find-links",
        "--trusted-host",
        "--no-binary",
        "--only-binary",
        "--use-feature",
        "--hash",
        "--global-option",
        "--config-settings",
    }
)
_FLAGS = frozenset({"--no-index", "--pre", "--prefer-binary", "--require-hashes"})
_OF_A_REQUIREMENT = frozenset({"--hash", "--global-option", "--config-settings"})
_NOT_FOLLOWED = {"--requirement": "include_not_followed", "--constraint": "constraint_not_followed"}


class _Unreadable(Exception):
    """A line, or a part of it, that cannot be used. Becomes a problem."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def parse(text: str) -> tuple[list[Requirement], list[Option], list[Problem]]:
    """The requirements, options and problems of a requirements file. Takes any text and never raises."""
    requirements: list[Requirement] = []
    options: list[Option] = []
    problems = list(_coding_problems(text))
    for count, (number, line) in enumerate(_logical_lines(text)):
        if count >= MOST_LINES:
            return [], [], [Problem(0, "too_many_lines", f"the file has more than {MOST_LINES} lines that say something")]
        try:
            _read_line(number, line, requirements, options, problems)
        except _Unreadable as error:
            problems.append(Problem(number, error.code, error.message, without_credentials(line)))
    return requirements, options, problems


def _coding_problems(text: str) -> Iterator[Problem]:
    for number, line in enumerate(text[:1000].split("\n", 2)[:2], start=1):
        found = _CODING.match(line)
        if found and found[1].lower().replace("_", "-") not in ("utf-8", "utf8", "ascii", "us-ascii"):
            yield Problem(number, "other_encoding", f"pip would read this file as {found[1]}", line.strip())


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with continuations joined and comments taken off, each with the number it begins on; empty ones are left out.

    `splitlines` also breaks at characters such as U+2028, because pip does: nothing may hide behind them in a comment.
    """
    begun, parts = 0, list[str]()
    for number, line in enumerate(text.splitlines(), start=1):
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            begun = begun if parts else number
            parts.append(line.strip("\\"))
            continue
        joined = "".join([*parts, " " + line if comment else line])  # the blank makes sure that it still begins a comment
        if content := _without_comment(joined).strip():
            yield (begun if parts else number), content
        parts = []
    if content := _without_comment("".join(parts)).strip():
        yield begun, content


def _without_comment(line: str) -> str:
    """The line up to a `#` that begins it or follows white space. A plain search, since pip's pattern is quadratic in blanks."""
    at = line.find("#")
    while at > 0 and not line[at - 1].isspace():
        at = line.find("#", at + 1)
    return line if at < 0 else line[:at]


def _read_line(number: int, line: str, requirements: list[Requirement], options: list[Option], problems: list[Problem]) -> None:
    if len(line) > LONGEST_LINE:
        raise _Unreadable("line_too_long", f"the line has {len(line)} characters; at most {LONGEST_LINE} are read")
    written, rest = _split(line)
    given = _read_options(rest)
    if written:
        requirements.append(_requirement(number, line, written, given, problems, editable=False))
        return
    editable = [value for name, value in given if name == "--editable"]
    if editable:
        # pip takes one `-e` a line: it builds the first and forgets the others, which nobody means.
        if len(editable) > 1:
            raise _Unreadable("several_editables", "one line has several editable requirements")
        others = [(name, value) for name, value in given if name != "--editable"]
        requirements.append(_requirement(number, line, editable[0], others, problems, editable=True))
        return
    misplaced = next((name for name, _value in given if name in _OF_A_REQUIREMENT), None)
    if misplaced:
        raise _Unreadable("option_misplaced", f"{misplaced} belongs to a requirement")
    shown = without_credentials(line)
    for name, value in given:
        safe = without_credentials(value)
        options.append(Option(name, safe, number))
        if name in _NOT_FOLLOWED:
            problems.append(Problem(number, _NOT_FOLLOWED[name], f"the file {safe} is not read with this one", shown))
        if safe != value:
            problems.append(Problem(number, "credential_in_url", f"{name} holds a user name or password", shown))


def _split(line: str) -> tuple[str, str]:
    """What stands before the first option, and the options: cut at blanks, as pip does."""
    words = line.split(" ")
    at = next((index for index, word in enumerate(words) if word.startswith("-")), len(words))
    return " ".join(words[:at]).strip(), " ".join(words[at:])


def split_words(text: str) -> list[str]:
    """The words of `text` as a POSIX shell cuts and unquotes them. Raises `_Unreadable` for a quote that is not closed."""
    if _WORD.sub("", text).strip(" \t\r\n"):
        raise _Unreadable("options_not_read", "a quote is not closed, or nothing follows a backslash")
    return [_QUOTED.sub(_unquoted, word) for word in _WORD.findall(text)]


def _unquoted(found: re.Match[str]) -> str:
    if (double := found["double"]) is not None:
        return _ESCAPE.sub(r"\1", double)
    return found["escaped"] or found["single"] or ""


def _read_options(text: str) -> list[tuple[str, str]]:
    words = split_words(text)
    words.reverse()
    found: list[tuple[str, str]] = []
    while words:
        word = words.pop()
        name, equals, value = word.partition("=")
        if not name.startswith("--"):
            name, value, equals = _SHORT.get(word[:2], word[:2]), word[2:].removeprefix("="), word[2:]
        name = _LONG.get(name, name)
        if name in _WITH_VALUE:
            if not equals and not words:
                raise _Unreadable("option_without_value", f"{name} needs a value")
            found.append((name, value if equals else words.pop()))
        elif name in _FLAGS and not equals:
            found.append((name, ""))
        else:
            raise _Unreadable("option_unknown", f"pip does not know {without_credentials(word)} here")
    return found


def _requirement(
    number: int, line: str, written: str, given: list[tuple[str, str]], problems: list[Problem], *, editable: bool
) -> Requirement:
    if len(written) > LONGEST_REQUIREMENT:
        raise _Unreadable("line_too_long", f"the requirement has more than {LONGEST_REQUIREMENT} characters")
    if _VARIABLE.search(written):
        raise _Unreadable("variable_not_expanded", "the requirement depends on an environment variable")
    shown = without_credentials(line)
    hashes: list[str] = []
    for name, value in given:
        if name != "--hash":
            problems.append(Problem(number, "option_changes_build", f"{name} on a requirement is not judged", shown))
            continue
        algorithm, _colon, hexadecimal = value.partition(":")
        if len(hexadecimal) != _HASH_LENGTHS.get(algorithm) or not re.fullmatch(r"[0-9a-fA-F]+", hexadecimal):
            problems.append(Problem(number, "hash_not_valid", f"{value[:200]} is not a hash that pip accepts", shown))
            continue
        hashes.append(f"{algorithm}:{hexadecimal.lower()}")
    try:
        row = requirement_text.read(written, hashes=hashes, line=number, editable=editable)
    except requirement_text.NotARequirement as error:
        raise _Unreadable(error.code, str(error)) from error
    if without_credentials(written) != written:
        problems.append(Problem(number, "credential_in_url", f"the URL of {row.name} holds a user name or password", shown))
    return row
