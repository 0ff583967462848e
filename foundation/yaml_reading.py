"""From the text of one YAML document to plain values and the line of each. Pure.

What YAML allows and a file written by people does not need (anchors, aliases, tags, directives, depth) is refused before anything is
expanded. Whole numbers, truth values and null come as themselves; everything else stays the text that was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DEPTH = 10
# YAML's escapes can write what can neither be stored nor hashed: NUL, and half a surrogate pair.
NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "encoding": _("not UTF-8 text: %(detail)s"),
    "too_large": _("longer than %(limit)s bytes"),
    "yaml": _("not readable as YAML: %(detail)s"),
    "too_deep": _("nested more than %(limit)s levels deep"),
    "alias": _("anchors and aliases are not accepted; write the value out"),
    "tag": _("tags are not accepted: %(value)s"),
    "directive": _("YAML directives are not accepted"),
    "many_documents": _("there is a second document here; one is read"),
    "not_a_key": _("a key has to be a word"),
    "no_text": _("this holds an escape that stands for no character of a text"),
    "duplicate_key": _("%(value)s is given twice"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the line if there is one, the path (`questions[1].key`), and a code with parameters."""

    line: int | None
    path: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class Unreadable(ValueError):
    """The text cannot be used. `problems` lists what is wrong with it, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{item.line or '?'} {item.path} {item.code}" for item in self.problems))


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: plain values, and the line on which each path begins."""

    values: Any
    lines: Mapping[str, int]

    def line_of(self, path: str) -> int | None:
        """The line of a path, or of the nearest thing around it that was written."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path)


def read(source: str | bytes, *, max_bytes: int) -> Document:
    """The values of one YAML document. Raises Unreadable, which names each line that cannot be used."""
    document, problems = gather(source, max_bytes=max_bytes)
    if problems:
        raise Unreadable(problems)
    return document


def gather(
    source: str | bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH, odd: Callable[[str], Any] = str
) -> tuple[Document, list[Problem]]:
    """As `read`, but what is wrong with single keys comes beside the values, for a reader that has more to say of them.

    `odd` makes what is neither text, whole number, truth value nor null (a float, a date) from the text that was written.
    """
    text = _decoded(source, max_bytes)
    try:
        if refused := _refused(text, max_depth):
            raise Unreadable(refused)
        root = YAML(typ="safe", pure=True).compose(text)
    except Unreadable:
        raise
    except ValueError as error:  # an escape beyond the last character, which ruamel does not check
        raise Unreadable([Problem(None, "", "yaml", {"detail": str(error)[:120]})]) from error
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        detail = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error).partition("\n")[0]
        raise Unreadable([Problem(mark.line + 1 if mark else None, "", "yaml", {"detail": detail})]) from error
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    return Document(None if root is None else _plain(root, "", lines, problems, odd), lines), problems


def _decoded(source: str | bytes, max_bytes: int) -> str:
    try:
        data = source.encode("utf-8") if isinstance(source, str) else source
        if len(data) > max_bytes:
            raise Unreadable([Problem(None, "", "too_large", {"limit": str(max_bytes)})])
        return data.decode("utf-8-sig")
    except UnicodeError as error:
        before = source[: error.start] if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else source[:0]
        line = 1 + (before.count("\n") if isinstance(before, str) else before.count(b"\n"))
        raise Unreadable([Problem(line, "", "encoding", {"detail": str(error)[:120]})]) from error


def _refused(text: str, max_depth: int) -> list[Problem]:
    """What YAML allows and is not accepted here. Reads events, so that nothing is expanded or nested before it was judged."""
    problems: list[Problem] = []
    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if event.version or event.tags:
                problems.append(Problem(line, "", "directive"))
            if documents > 1:
                return [*problems, Problem(line, "", "many_documents")]
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            problems.append(Problem(line, "", "alias"))
        elif getattr(event, "tag", None) is not None:
            problems.append(Problem(line, "", "tag", {"value": str(event.tag)[:120]}))
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            if depth > max_depth:
                return [*problems, Problem(line, "", "too_deep", {"limit": str(max_depth)})]
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
    return problems


def _plain(node: Node, path: str, lines: dict[str, int], problems: list[Problem], odd: Callable[[str], Any]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, SequenceNode):
        return [_plain(item, f"{path}[{at}]", lines, problems, odd) for at, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        body: dict[str, Any] = {}
        for key_node, item in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                problems.append(Problem(line, path, "not_a_key"))
                continue
            where = below(path, key_node.value)
            if NO_TEXT.search(key_node.value):
                problems.append(Problem(line, path, "no_text"))
                continue
            if key_node.value in body:
                problems.append(Problem(line, where, "duplicate_key", {"value": key_node.value[:120]}))
                continue
            lines[where] = line
            body[key_node.value] = _plain(item, where, lines, problems, odd)
        return body
    if isinstance(node.value, str) and NO_TEXT.search(node.value):
        problems.append(Problem(lines[path], path, "no_text"))
        return ""
    return _scalar(node, odd)


def _scalar(node: Node, odd: Callable[[str], Any]) -> Any:
    kind = str(node.tag).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,9}", node.value):
        return int(node.value)
    return node.value if kind == "str" else odd(node.value)


def below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
