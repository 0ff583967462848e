"""From the bytes of one YAML document to plain values and the line of each.

What YAML allows and a policy does not need (anchors, aliases, tags, directives, depth) is refused before anything is expanded.
"""

from __future__ import annotations

import re
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

from approvals.policy.problems import PolicyError, Problem

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8


def decode(source: str | bytes) -> str:
    try:
        data = source.encode("utf-8") if isinstance(source, str) else source
        if len(data) > MAX_BYTES:
            raise PolicyError([Problem("", None, "too_large", {"limit": str(MAX_BYTES)})])
        return data.decode("utf-8-sig")
    except UnicodeError as error:
        before = source[: error.start] if isinstance(error, UnicodeDecodeError | UnicodeEncodeError) else source[:0]
        line = 1 + (before.count("\n") if isinstance(before, str) else before.count(b"\n"))
        raise PolicyError([Problem("", line, "encoding", {"detail": str(error)[:120]})]) from error


def load(text: str) -> tuple[Any, dict[str, int], list[Problem]]:
    """The plain values of one YAML document, the line of each path, and the keys that were given twice."""
    try:
        refused = _refused(text)
        if refused:
            raise PolicyError(refused)
        root = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        detail = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error).partition("\n")[0]
        raise PolicyError([Problem("", mark.line + 1 if mark else None, "yaml", {"detail": detail})]) from error
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    return (None if root is None else _plain(root, "", lines, problems)), lines, problems


def _refused(text: str) -> list[Problem]:
    """What YAML allows and a policy does not. Reads events, so that nothing is expanded or nested before it was judged."""
    problems: list[Problem] = []
    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            documents += 1
            if event.version or event.tags:
                problems.append(Problem("", line, "directive"))
            if documents > 1:
                return [*problems, Problem("", line, "many_documents")]
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            problems.append(Problem("", line, "alias"))
        elif getattr(event, "tag", None) is not None:
            problems.append(Problem("", line, "tag", {"value": str(event.tag)}))
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return [*problems, Problem("", line, "too_deep", {"limit": str(MAX_DEPTH)})]
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            depth -= 1
    return problems


def _plain(node: Node, path: str, lines: dict[str, int], problems: list[Problem]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, SequenceNode):
        return [_plain(item, f"{path}[{at}]", lines, problems) for at, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        body: dict[str, Any] = {}
        for key_node, item in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                problems.append(Problem(path, line, "wrong_type", {"expected": "a mapping whose keys are words"}))
                continue
            where = below(path, key_node.value)
            if key_node.value in body:
                problems.append(Problem(where, line, "duplicate_key", {"value": key_node.value}))
                continue
            lines[where] = line
            body[key_node.value] = _plain(item, where, lines, problems)
        return body
    return _scalar(node)


def _scalar(node: Node) -> Any:
    """Whole numbers, truth values and null as themselves; all else stays text, or None of its kind is accepted anywhere."""
    kind = str(node.tag).rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value.lower() == "true"
    if kind == "int" and re.fullmatch(r"[-+]?[0-9]{1,9}", node.value):
        return int(node.value)
    return node.value if kind == "str" else NotText(node.value)


class NotText(str):
    """A float, date or odd number: shown as it was written, and never taken for text."""


def below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
