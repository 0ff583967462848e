"""Changing the YAML of a policy for people who do not write YAML: only what differs changes, comments and layout stay.

Everything here is text in, text out. What the text says afterwards is compared with what was asked for; where a layout is so unusual
that an edit would say something else, EditError is raised and nothing is changed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from approvals.policy.layout import EditError, Layout, Part, Path
from approvals.policy.problems import PolicyError
from approvals.policy.reading import (
    BREAK_GLASS_KEYS,
    ESCALATE_KEYS,
    POLICY_KEYS,
    STANDARD_CHANGE_KEYS,
    STEP_KEYS,
    parse,
)
from approvals.policy.text import load
from approvals.policy.writing import as_mapping

__all__ = ["EditError", "add_step", "apply_form", "form_of", "move_step", "remove_step", "set_value"]

KEYED = {"steps": STEP_KEYS, "standard_changes": STANDARD_CHANGE_KEYS}  # lists whose items have a key
ORDERS = {"escalate": ESCALATE_KEYS, "break_glass": BREAK_GLASS_KEYS}
IN_ORDER = ("remind",)  # lists whose order means something


def form_of(text: str) -> dict[str, Any]:
    """What the text says, as the fields that `apply_form` takes. Raises PolicyError."""
    return as_mapping(parse(text))


def apply_form(text: str, fields: Mapping[str, Any]) -> str:
    """The text, changed so that it says what `fields` say: all keys of a policy in the form of `form_of`.

    What `fields` do not name has its default afterwards. Steps and standard changes are recognised by their key, else by their
    place. What says the same already, however it is written, stays as it is. Raises PolicyError if the text or the fields are not a
    policy, EditError if the layout forbids it.
    """
    wanted = parse(fields)
    now = parse(text)
    if now == wanted:
        return text
    edited = _kept(text, lambda body: _mapping(body, (), as_mapping(now), as_mapping(wanted)))
    try:
        said = parse(edited)
    except PolicyError as error:
        raise EditError from error
    if said != wanted:
        raise EditError
    return edited


def set_value(text: str, path: Sequence[Part], value: Any) -> str:
    """The text with another plain value at `path`, for instance `("steps", 0, "sla")`; None takes the key away.

    Raises PolicyError if the text cannot be read, EditError if there is nothing at the path to set it in.
    """
    where = tuple(path)
    body, _, _ = load(text)
    parent = _walk(body, where[:-1])
    if not where or not isinstance(parent, dict) or (value is None and where[-1] not in parent):
        if where and isinstance(parent, dict):
            return text
        raise EditError
    if where[-1] in parent and parent[where[-1]] == value and type(parent[where[-1]]) is type(value):
        return text
    expected = copy.deepcopy(body)
    holder = _walk(expected, where[:-1])
    holder[where[-1]] = value
    if value is None:
        del holder[where[-1]]
    edited = _kept(text, lambda current: _remove(current, where) if value is None else _set(current, where, value))
    return _checked(edited, expected)


def add_step(text: str, step: Mapping[str, Any], at: int | None = None) -> str:
    """The text with another step, at the end or at position `at`. Raises PolicyError, EditError."""
    body, steps = _steps(text)
    position = len(steps) if at is None else max(0, min(at, len(steps)))
    steps.insert(position, dict(step))
    return _checked(_kept(text, lambda current: Layout(current).add_item(("steps",), dict(step), position)), body)


def remove_step(text: str, key: str) -> str:
    """The text without a step, and without the comments on its lines and directly above it. Who waited for it has to be told
    otherwise: the result may name a step that is not there. Raises PolicyError; EditError, also for the only step."""
    body, steps = _steps(text)
    at = _index(steps, key)
    del steps[at]
    if not steps:
        raise EditError
    return _checked(_kept(text, lambda current: Layout(current).remove_item(("steps",), at, comments=True)), body)


def move_step(text: str, key: str, to: int) -> str:
    """The text with a step, and the comments directly above it, at another position. Raises PolicyError, EditError."""
    body, steps = _steps(text)
    at, to = _index(steps, key), max(0, min(to, len(steps) - 1))
    if at == to:
        return text
    steps.insert(to, steps.pop(at))
    return _checked(_kept(text, lambda current: Layout(current).move_item(("steps",), at, to)), body)


def _kept(text: str, edit: Callable[[str], str]) -> str:
    """Edits, and keeps the beginning and the end of the file as they were: a byte order mark, a missing last line break."""
    mark, body = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
    if body.endswith("\n"):
        return mark + edit(body)
    newline = "\r\n" if "\r\n" in body else "\n"
    return mark + edit(body + newline).removesuffix(newline)


def _checked(edited: str, expected: Any) -> str:
    try:
        said, _, problems = load(edited)
    except PolicyError as error:
        raise EditError from error
    if problems or said != expected:
        raise EditError
    return edited


def _walk(body: Any, path: Path) -> Any:
    for part in path:
        try:
            body = body[part]
        except (KeyError, IndexError, TypeError):
            raise EditError from None
    return body


def _steps(text: str) -> tuple[Any, list[Any]]:
    body, _, _ = load(text)
    steps = body.get("steps") if isinstance(body, dict) else None
    if not isinstance(steps, list) or not steps:
        raise EditError
    return body, steps


def _index(steps: list[Any], key: str) -> int:
    for at, step in enumerate(steps):
        if isinstance(step, dict) and step.get("key") == key:
            return at
    raise EditError


def _order(path: Path) -> Sequence[str]:
    """The keys that may stand in the mapping at `path`, in their usual order."""
    if not path:
        return POLICY_KEYS
    if isinstance(path[-1], int):
        return KEYED.get(str(path[0]), ())
    return ORDERS.get(path[-1], ())


def _remove(text: str, path: Path) -> str:
    return Layout(text).remove(path)


def _set(text: str, path: Path, value: Any) -> str:
    layout = Layout(text)
    old = layout.at(path)
    if old is None:
        return layout.insert(path, value, _order(path[:-1]))
    names = _names_in(old)
    if path[-1] not in IN_ORDER and names is not None and _is_names(value) and set(names) & set(value):
        return _names(text, path, names, value)
    return layout.replace(path, value)


def _mapping(text: str, path: Path, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> str:
    for key, value in wanted.items():
        if now.get(key) == value:
            continue
        where = (*path, key)
        there = Layout(text).at(where)
        kind = str(there.tag).rpartition(":")[2] if there is not None else ""
        if kind == "map" and isinstance(now.get(key), Mapping) and isinstance(value, Mapping):
            text = _mapping(text, where, now[key], value)
        elif kind == "seq" and not path and key in KEYED and now.get(key):
            text = _keyed(text, where, now[key], value)
        else:
            text = _set(text, where, value)
    for key in [key for key in now if key not in wanted]:
        text = _remove(text, (*path, key))
    return text


def _keyed(text: str, path: Path, now: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> str:
    """A list whose items are recognised by their key: changed in place, then added, removed and put in order."""
    old, new = [item["key"] for item in now], [item["key"] for item in wanted]
    renamed = {
        before: after
        for before, after in zip(old, new, strict=False)
        if before not in new and after not in old and len(old) == len(new)
    }
    keys = [renamed.get(key, key) for key in old]
    for item in wanted:
        if item["key"] in keys:
            at = keys.index(item["key"])
            text = _mapping(text, (*path, at), now[at], item)
        else:
            text = Layout(text).add_item(path, item, len(keys))
            keys.append(item["key"])
    for at in reversed([at for at, key in enumerate(keys) if key not in new]):
        text = Layout(text).remove_item(path, at, comments=True)
        del keys[at]
    for to, key in enumerate(new):
        at = keys.index(key)
        if at != to:
            text = Layout(text).move_item(path, at, to)
            keys.insert(to, keys.pop(at))
    return text


def _names(text: str, path: Path, now: Sequence[str], wanted: Sequence[str]) -> str:
    """A list of names, some of which stay: they keep their lines."""
    for at in reversed([at for at, name in enumerate(now) if name not in wanted]):
        text = Layout(text).remove_item(path, at, comments=False)
    there = sum(name in wanted for name in now)
    for name in (name for name in wanted if name not in now):
        text = Layout(text).add_item(path, name, there)
        there += 1
    return text


def _names_in(node: Any) -> list[str] | None:
    """The names of a list that is written as such."""
    items = node.value if isinstance(node.value, list) else None
    if items is None or not str(node.tag).endswith(":seq") or not all(isinstance(item.value, str) for item in items):
        return None
    return [item.value for item in items]


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
