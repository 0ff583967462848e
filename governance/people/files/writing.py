"""From entries to the text of a `roles.yaml`, always in the same order; a text that is there keeps its comments and its order."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from governance.people.files.model import Entry


def write_roles(entries: Sequence[Entry], *, order: Sequence[str], base: str = "") -> str:
    """The file that says these entries. `order`: roles in the order in which they are listed.

    `base`: a text that says nearly the same: what it says rightly stays as it is, comments included; a base that cannot be read is
    left aside. Reading the answer gives the entries again.
    """
    yaml = YAML()
    yaml.width = 10_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    root = _base(yaml, base)
    wanted: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        wanted[entry.role].append(entry)
    roles = root["roles"]
    for role in [key for key in roles if key not in wanted]:
        del roles[role]
    for role in sorted(wanted, key=lambda key: (order.index(key) if key in order else len(order), key)):
        _fill(roles, role, sorted(wanted[role], key=lambda entry: (bool(entry.team), entry.holder.casefold())))
    text = io.StringIO()
    yaml.dump(root, text)
    return text.getvalue()


def _base(yaml: YAML, text: str) -> Any:
    try:
        root = yaml.load(text) if text.strip() else None
    except YAMLError:
        root = None
    if not isinstance(root, CommentedMap) or not isinstance(root.get("roles"), CommentedMap):
        root = CommentedMap({"roles": CommentedMap()})
    return root


def _fill(roles: Any, role: str, entries: Sequence[Entry]) -> None:
    """Make one list say its entries: what says them already stays where it stands."""
    said = roles.get(role)
    if not isinstance(said, CommentedSeq):
        said = roles[role] = CommentedSeq()
    wanted = [_item(entry) for entry in entries]
    for at in range(len(said) - 1, -1, -1):
        if _plain(said[at]) in wanted:
            wanted.remove(_plain(said[at]))
        else:
            del said[at]
    for item in wanted:
        if isinstance(item, Mapping):
            line = CommentedMap(item)
            line.fa.set_flow_style()
            said.append(line)
        else:
            said.append(item)


def _plain(item: Any) -> Any:
    """An item as it would be written: a mapping that names a person and nothing else is their name."""
    if not isinstance(item, Mapping):
        return str(item)
    said = {str(key): str(value) for key, value in item.items() if value is not None}
    return said["person"] if set(said) == {"person"} else said


def _item(entry: Entry) -> Any:
    said = {
        "person": entry.person,
        "team": entry.team,
        "since": entry.since.isoformat() if entry.since else "",
        "until": entry.until.isoformat() if entry.until else "",
        "reason": entry.reason,
    }
    kept = {key: value for key, value in said.items() if value}
    return entry.person if set(kept) == {"person"} else kept
