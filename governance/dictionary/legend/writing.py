"""From a legend to its JSON form, `countersign/legend/1`. Pure.

A legend is a JSON object with `format`, `dictionary`, `server`, `release`, `made_at`, `dataset` (`name`, `version`, `digest`), `copy`,
`columns` and `digest`. Each column has `element`, `legend`, `version` and `digest`, and of `name`, `definition`, `unit`,
`null_meanings`, `values`, `value_count`, `timezone` and `deviation` what is stated. The outer `digest` is `sha256:` and 64 hex digits
over the canonical form of everything else, so white space and the order of keys may change on the way and nothing else.
"""

from __future__ import annotations

import json
from typing import Any

from foundation.canonical import canonical_json, digest, timestamp
from governance.dictionary.legend.model import Legend, LegendColumn

FORMAT = "countersign/legend/1"


def as_document(legend: Legend) -> dict[str, Any]:
    """Plain values, with the digest. `reading.read_legend_mapping` reads them back."""
    said = _said(legend)
    return {**said, "digest": digest(said)}


def legend_digest(legend: Legend) -> str:
    """The digest that the document carries."""
    return digest(_said(legend))


def to_bytes(legend: Legend) -> bytes:
    """The canonical JSON of the document, in UTF-8."""
    return canonical_json(as_document(legend))


def to_text(legend: Legend) -> str:
    """The same document in ASCII, for carriers that do not keep every character.

    `_x` is escaped too: workbooks take `_x0041_` for a character of that number (ECMA-376, ST_Xstring).
    """
    text = json.dumps(as_document(legend), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.replace("_x", "\\u005fx")


def _said(legend: Legend) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "dictionary": legend.dictionary,
        "server": legend.server,
        "release": legend.release,
        "made_at": timestamp(legend.made_at),
        "dataset": {"name": legend.dataset.name, "version": legend.dataset.version, "digest": legend.dataset.digest},
        "copy": legend.copy,
        "columns": {column.name: _column(column) for column in legend.columns},
    }


def _column(column: LegendColumn) -> dict[str, Any]:
    said: dict[str, Any] = {
        "element": column.element,
        "legend": column.legend,
        "version": column.version,
        "digest": column.digest,
        "name": column.title,
        "definition": column.definition,
        "unit": column.unit,
        "null_meanings": dict(column.null_meanings),
        "values": dict(column.values),
        "timezone": column.timezone,
        "deviation": column.deviation,
    }
    needed = ("element", "legend", "version", "digest")
    stated = {name: value for name, value in said.items() if value or name in needed}
    return stated if column.value_count is None else {**stated, "value_count": column.value_count}
