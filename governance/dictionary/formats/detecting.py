"""Which format a file probably is in, by what it begins with and by its name. Pure.

Only the first bytes are looked at, so nothing is parsed: the keys at the top of JSON and YAML are picked out of what there is, also
where it breaks off in the middle. A guess for a person to confirm; whether it is right shows when the file is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LOOKED_AT = 64 * 1024  # bytes
_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|[{}\[\]:,]', re.DOTALL)
_YAML_KEY = re.compile(r"""(?m)^(?:- )?(["']?)([^\s"'#:-][^:"'#\n]*)\1:(?:[ \t]+["']?([^"'#\n]*)|$)""")
_FIRST_LINE = re.compile(r"[^\r\n]*")
_DATA_SET = re.compile(r"(?m)^[ \t]+[\"']?type[\"']?:[ \t]*\S")
_MARKS = ((b"PK\x03\x04", "xlsx"), (b"PK\x05\x06", "xlsx"))
_ENDINGS = (
    (".odcs.yaml", "odcs"), (".odcs.yml", "odcs"), ("datapackage.json", "frictionless"), ("datapackage.yaml", "frictionless"),
    (".schema.json", "jsonschema"), (".csv", "csv"), (".tsv", "csv"), (".tab", "csv"), (".txt", "csv"), (".xlsx", "xlsx"),
    (".xlsm", "xlsx"),
)  # fmt: skip
_OF_DBT = ("models", "sources", "seeds", "snapshots", "metrics", "exposures", "macros")
_OF_FEAST = ("featureViews", "streamFeatureViews", "onDemandFeatureViews")
_OF_SCHEMA = ("properties", "$defs", "definitions", "$id", "$ref")
_DESCRIBED = ({"column_name", "column_type", "null"}, {"table_name", "column_name", "data_type", "ordinal_position"})


def detect(filename: str, head: bytes) -> str | None:
    """The key of the likeliest format, or None where nothing speaks for any."""
    for mark, key in _MARKS:
        if head.startswith(mark):
            return key
    text = head[:LOOKED_AT].decode("utf-8-sig", "replace")
    by_name = _by_name(filename)
    if (start := text.lstrip()[:1]) and start in "{[":
        return _of_json(text) or by_name
    if by_name == "csv" or (first := _FIRST_LINE.match(text.lstrip())) is None:
        return _of_rows(text) or by_name
    return _of_yaml(text) or by_name or (_of_rows(text) if _is_row(first[0]) else None)


def _by_name(filename: str) -> str | None:
    name = filename.lower()
    return next((key for ending, key in _ENDINGS if name.endswith(ending)), None)


def _of_json(text: str) -> str | None:
    top = dict(_json_keys(text))
    if "apiVersion" in top or top.get("kind") == "DataContract":
        return "odcs"
    if "dbt_schema_version" in text[:2000] or ("nodes" in top and "sources" in top):
        return "dbt"
    if any(name in top for name in (*_OF_FEAST, "spec")):
        return "feast"
    if "resources" in top or (("path" in top or "profile" in top) and "schema" in top):
        return "frictionless"
    of_pandas = "pandas_version" in text and ("schema" in top or "fields" in top)
    if of_pandas or "tables" in top or {"schema", "data"} <= top.keys():
        return "frame"
    if any(described <= {name.lower() for name in top} for described in _DESCRIBED):
        return "frame"
    if "json-schema.org" in top.get("$schema", "") or any(name in top for name in _OF_SCHEMA):
        return "jsonschema"
    if "fields" in top:
        return "frictionless"
    if top.get("type") == "object":
        return "jsonschema"
    return "frame" if top and all(top.values()) else None  # the types of a frame by column


def _of_yaml(text: str) -> str | None:
    top = {found[2].strip(): (found[3] or "").strip() for found in _YAML_KEY.finditer(text)}
    if "apiVersion" in top or top.get("kind") == "DataContract":
        return "odcs"
    if "columns" in top and ("schema_type" in top or re.search(r"(?m)^\s+[\"']?dtype[\"']?:", text)):
        return "pandera"
    if "resources" in top or "fields" in top:
        return "frictionless"
    if "spec" in top or any(name in top for name in _OF_FEAST):
        return "feast"
    if any(name in top and not top[name] for name in _OF_DBT) or set(top) == {"version", "countersign"}:
        return "dbt"
    return "kedro" if top and (_DATA_SET.search(text) or any(name.startswith("_countersign") for name in top)) else None


def _of_rows(text: str) -> str | None:
    first = _FIRST_LINE.match(text.lstrip())
    names = {name.strip(" \"'").lower() for name in re.split(r"[,;\t|]", first[0])} if first else set()
    if any(described <= names for described in _DESCRIBED):
        return "frame"
    return "csv" if names - {""} else None


def _is_row(line: str) -> bool:
    return any(mark in line for mark in ",;\t|")


def _json_keys(text: str) -> Iterator[tuple[str, str]]:
    """Keys of the map at the top, or of the maps in the list there, each with its value where that is a text."""
    depth, wanted, waiting, key = 0, 1, "", ""
    for found in _TOKEN.finditer(text):
        mark = found[0]
        if mark in "{[":
            if depth == 0 and mark == "[":
                wanted = 2
            depth += 1
            if key:
                yield key, ""
            waiting = key = ""
        elif mark in "}]":
            if key:
                yield key, ""
            waiting = key = ""
            depth -= 1
        elif depth != wanted:
            continue
        elif mark == ":":
            waiting, key = "", waiting
        elif mark == ",":
            if key:
                yield key, ""
            waiting = key = ""
        elif key:
            yield key, found[1]
            key = ""
        else:
            waiting = found[1]
