"""`manifest.json` of dbt as the properties that it was made of. Pure.

Schemas are at https://schemas.getdbt.com/dbt/manifest/v12.json and so on; the keys that are read are the same in v4 to v12, and whatever
else a version holds is passed over. Tests stand apart from their columns there and name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from governance.dictionary.formats.dbt.jinja import escaped
from governance.dictionary.formats.dbt.rules import table_of
from governance.dictionary.formats.gathering import Gathering
from governance.dictionary.formats.lens import Plain

OLDEST, NEWEST = 4, 12
SECTION_OF = {"model": "models", "seed": "seeds", "snapshot": "snapshots"}
_VERSION = re.compile(r"/manifest/v(\d{1,4})\b")
_MODEL = re.compile(r"((?:ref|source)\([^()]*\))")
_TAKEN = (
    "description",
    "data_type",
    "constraints",
    "quote",
    "tags",
    "granularity",
)  # of a column, as it stands in properties too


def is_manifest(said: Any) -> bool:
    return isinstance(said, dict) and isinstance(said.get("metadata"), dict) and isinstance(said.get("nodes"), dict)


def as_properties(said: Plain, gathered: Gathering) -> tuple[Plain, str]:
    """The same as `schema.yml` would say it, and what it was."""
    stated = str(said["metadata"].get("dbt_schema_version", ""))
    found = _VERSION.search(stated)
    version = int(found[1]) if found else 0
    if not OLDEST <= version <= NEWEST:
        nearest = f"v{OLDEST if 0 < version < OLDEST else NEWEST}"
        gathered.say(
            "metadata.dbt_schema_version", "warning", "version_unknown",
            value=f"v{version}" if version else stated or "?", format="dbt manifest", read_as=nearest,
        )  # fmt: skip
    nodes, sources = _nodes(said.get("nodes")), _nodes(said.get("sources"))
    tables = {unique: _table(node) for unique, node in (nodes | sources).items() if _is_table(node)}
    _tell_apart(tables, nodes)
    for node in nodes.values():
        if node.get("resource_type") == "test":
            _attach(node, tables, nodes | sources)
    made: Plain = {"version": 2}
    by_source: dict[str, Plain] = {}
    for unique, table in tables.items():
        table["columns"] = list(table["columns"].values())
        if not table["columns"]:
            del table["columns"]
        if unique in nodes:
            made.setdefault(SECTION_OF[nodes[unique]["resource_type"]], []).append(table)
        else:
            by_source.setdefault(str(sources[unique].get("source_name", "")), _source(sources[unique]))["tables"].append(table)
    if by_source:
        made["sources"] = list(by_source.values())
    return escaped(made), f"dbt manifest v{version}" if version else "dbt manifest"  # texts are rendered already there


def _nodes(said: Any) -> dict[str, Plain]:
    return {key: node for key, node in said.items() if isinstance(node, dict)} if isinstance(said, dict) else {}


def _is_table(node: Plain) -> bool:
    kind = node.get("resource_type")
    return (kind == "source" or (isinstance(kind, str) and kind in SECTION_OF)) and isinstance(node.get("name"), str)


def _table(node: Plain) -> Plain:
    """A table; its columns stay a map by name until the tests found theirs."""
    made = {"name": node["name"]}  # an empty one too: whoever reads it says so
    made |= _stated(node, "description", "meta", "tags", "constraints", "loaded_at_field", "latest_version")
    columns = node.get("columns")
    made["columns"] = {
        str(name): {"name": str(column.get("name", name))} | _stated(column, "meta", *_TAKEN)
        for name, column in (columns.items() if isinstance(columns, dict) else ())
        if isinstance(column, dict)
    }
    if node.get("resource_type") == "source":
        if node.get("identifier") not in (None, node["name"]):
            made["identifier"] = node["identifier"]
        return made
    config = node.get("config")
    kept = (
        _stated(config, "contract", *(["materialized"] if node["resource_type"] == "model" else []))
        if isinstance(config, dict)
        else {}
    )
    if isinstance(kept.get("contract"), dict) and kept["contract"].get("enforced") is not True:
        del kept["contract"]
    if node.get("alias") not in (None, node["name"]):
        kept["alias"] = node["alias"]
    return made | ({"config": kept} if kept else {})


def _stated(said: Mapping[str, Any], *names: str) -> Plain:
    return {name: said[name] for name in names if said.get(name) not in (None, "", [], {})}


def _tell_apart(tables: dict[str, Plain], nodes: Mapping[str, Plain]) -> None:
    """Versions of a model, and models of several packages, may share a name."""
    seen: set[str] = set()
    for unique, table in tables.items():
        if unique not in nodes:
            continue
        node = nodes[unique]
        if node.get("version") is not None:
            table["name"] = f"{table['name']}.v{node['version']}"
        if table["name"] in seen:
            table["name"] = f"{node.get('package_name', '')}.{table['name']}"
        seen.add(table["name"])


def _source(node: Plain) -> Plain:
    made: Plain = {"name": str(node.get("source_name", "")) or "source", "tables": []}
    description = {"description": node["source_description"]} if node.get("source_description") else {}
    return made | description | _stated(node, "database", "schema", "loader")


def _attach(node: Plain, tables: Mapping[str, Plain], all_nodes: Mapping[str, Plain]) -> None:
    """Puts a test where it was written: at the column that it names, or at the table."""
    about = node.get("test_metadata")
    if not isinstance(about, dict) or not isinstance(about.get("name"), str):
        return
    arguments = about["kwargs"] if isinstance(about.get("kwargs"), dict) else {}
    unique = next((unique for unique in _attached(node, arguments, all_nodes) if unique in tables), None)
    if unique is None:
        return
    item = _test(about, arguments, node)
    named = node.get("column_name") or arguments.get("column_name")
    if not isinstance(named, str):
        tables[unique].setdefault("data_tests", []).append(item)
        return
    columns: dict[str, Plain] = tables[unique]["columns"]
    wanted = named.strip('"`[]')
    key = next((name for name in columns if name.lower() == wanted.lower()), wanted)
    columns.setdefault(key, {"name": wanted}).setdefault("data_tests", []).append(item)


def _attached(node: Plain, arguments: Plain, nodes: Mapping[str, Plain]) -> Iterator[str]:
    """The node that is tested: stated since v9, before named by the argument `model`, or the only one that the test reads."""
    if isinstance(node.get("attached_node"), str):
        yield node["attached_node"]
    depends = node.get("depends_on")
    read = depends.get("nodes") if isinstance(depends, dict) else None
    read = [unique for unique in read if isinstance(unique, str)] if isinstance(read, list) else []
    model = arguments.get("model")
    if isinstance(model, str) and len(model) < 1000 and (found := _MODEL.search(model)):
        wanted = table_of(found[1])
        for unique in read:
            name = nodes.get(unique, {}).get("name")
            if wanted in (name, f"{nodes.get(unique, {}).get('source_name')}.{name}"):
                yield unique
    if len(read) == 1:
        yield read[0]


def _test(about: Plain, arguments: Plain, node: Plain) -> Any:
    name = f"{about['namespace']}.{about['name']}" if isinstance(about.get("namespace"), str) else about["name"]
    stated = {key: value for key, value in arguments.items() if key not in ("model", "column_name")}
    config = node.get("config")
    config = _stated(config, "where") | _not_usual(config) if isinstance(config, dict) else {}
    stated |= {"config": config} if config else {}
    return {name: stated} if stated else name


def _not_usual(config: Plain) -> Plain:
    severity = str(config.get("severity") or "error").lower()
    off = {"enabled": False} if config.get("enabled") is False else {}
    return off | ({"severity": severity} if severity != "error" else {})
