"""What a column and a table say in dbt, as lenses, and where our own additions stand. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from governance.dictionary.formats.dbt.jinja import escaped, is_template, unescaped
from governance.dictionary.formats.dbt.rules import (
    SPELLINGS,
    Target,
    merged_tests,
    of_constraints,
    of_tests,
    other_constraints,
    written_tests,
)
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.sql_types import logical_of

OURS = "countersign"


def column_lens(
    column: str, *, section: str, keys: list[str], target: Target, place_of: Callable[[str], tuple[str, str] | None]
) -> Lens:
    """`keys`: the columns of the table's primary key; `target` and `place_of` as of `rules`."""

    def says(said: Mapping[str, Any]) -> Plain:
        fields = _of_texts(said)
        stated = of_constraints(unescaped(said.get("constraints")), column, target)
        for spelling in SPELLINGS:
            stated = _joined(stated, of_tests(unescaped(said.get(spelling)), target))
        if column in keys:
            stated |= {"is_key": True, "null_policy": "never"} | ({"unique": True} if len(keys) == 1 else {})
        fields = _joined(fields, stated)
        return fields | ({"role": "source"} if section == "sources" else {})

    def native(fields: Mapping[str, Any], kept: Mapping[str, Any]) -> Plain:
        said: Plain = {"description": fields["definition"]} if "definition" in fields else {}
        if "physical_type" in fields:
            said["data_type"] = fields["physical_type"]
        if tests := written_tests(fields, place_of):
            said["tests" if "tests" in kept and "data_tests" not in kept else "data_tests"] = tests
        if "tags" in fields:
            said["tags"] = list(fields["tags"])
        return escaped(said)  # type: ignore[no-any-return] # a map stays a map

    def mend(key: str, kept: Any, written: Any) -> Any:
        if key in SPELLINGS:
            return merged_tests(kept, written)
        return other_constraints(kept, column) if key == "constraints" else None

    return Lens(says=says, native=native, mend=mend)


def table_lens(section: str) -> Lens:
    """The physical name is a source's `identifier`; of a model it is the `alias`, which is read and never made."""

    def says(said: Mapping[str, Any]) -> Plain:
        config = said.get("config")
        config = config if isinstance(config, Mapping) else {}
        name = said.get("identifier") if section == "sources" else said.get("alias", config.get("alias"))
        fields = {"description": said.get("description"), "physical_name": name}
        return {key: unescaped(str(value)) for key, value in fields.items() if isinstance(value, str | int | float)}

    def native(fields: Mapping[str, Any], kept: Mapping[str, Any]) -> Plain:
        said = {"description": fields["description"]} if "description" in fields else {}
        if section == "sources" and "physical_name" in fields:
            said["identifier"] = fields["physical_name"]
        return escaped(said)  # type: ignore[no-any-return] # a map stays a map

    return Lens(says=says, native=native)


def apart(said: Mapping[str, Any]) -> tuple[Plain, Any]:
    """What is said without our additions, and these. Room for them is `meta`, or since dbt 1.10 `config.meta`."""
    rest, added = _without_ours(said)
    config = rest.get("config")
    if isinstance(config, Mapping):
        inner, more = _without_ours(config)
        added = more if added is None else added
        rest["config"] = inner
        if not inner:
            del rest["config"]
    return rest, unescaped(added)


def together(said: Plain, added: Plain) -> Plain:
    """As it was before `apart`."""
    added = escaped(added)
    config = said.get("config")
    if isinstance(config, dict) and "meta" in config and "meta" not in said:
        return said | {"config": config | {"meta": config["meta"] | {OURS: added}}}
    return said | {"meta": said.get("meta", {}) | {OURS: added}}


def misplaced(said: Mapping[str, Any]) -> list[str]:
    """Places where a map has to stand, and does not; nothing can be added there."""
    config = said.get("config")
    found = [name for name in ("meta", "config") if said.get(name) is not None and not isinstance(said[name], Mapping)]
    wrong = isinstance(config, Mapping) and config.get("meta") is not None and not isinstance(config["meta"], Mapping)
    return found + (["config.meta"] if wrong else [])


def without(said: Mapping[str, Any], where: str) -> Plain:
    """What is said without one of the misplaced values."""
    name, _point, inner = where.partition(".")
    kept = {key: value for key, value in said.items() if key != name}
    return kept | {name: {key: value for key, value in said[name].items() if key != inner}} if inner else kept


def template_in(said: Mapping[str, Any]) -> str:
    """The description, where dbt fills something in."""
    text = said.get("description")
    return text if isinstance(text, str) and is_template(text) else ""


def _without_ours(said: Mapping[str, Any]) -> tuple[Plain, Any]:
    rest = dict(said)
    meta = rest.pop("meta", None)
    if not isinstance(meta, Mapping):
        return rest, None
    if others := {key: value for key, value in meta.items() if key != OURS}:
        rest["meta"] = others
    return rest, meta.get(OURS)


def _of_texts(said: Mapping[str, Any]) -> Plain:
    fields: Plain = {}
    if isinstance(said.get("description"), str | int | float) and str(said["description"]).strip():
        fields["definition"] = unescaped(str(said["description"]))
    if isinstance(said.get("data_type"), str) and said["data_type"].strip():
        physical = unescaped(said["data_type"])
        fields |= {"physical_type": physical} | (logical_of(physical) or {})
    config = said.get("config")
    tags = [*_listed(said.get("tags")), *_listed(config.get("tags") if isinstance(config, Mapping) else None)]
    return fields | ({"tags": unescaped(list(dict.fromkeys(tags)))} if tags else {})


def _listed(said: Any) -> list[str]:
    listed = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return [item for item in listed if isinstance(item, str) and item.strip()]


def _joined(fields: Plain, more: Plain) -> Plain:
    domain = {**(fields.get("domain") or {}), **(more.get("domain") or {})}
    return fields | more | ({"domain": domain} if domain else {})
