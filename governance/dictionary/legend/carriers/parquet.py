"""The legend in a Parquet file, as what any writer takes: metadata of the file and of its fields, in texts. Pure.

The file's metadata (`key_value_metadata` of the footer, apache/parquet-format) holds the whole legend; a field's says which element it
holds, for tools that show one column alone.
"""

from __future__ import annotations

from governance.dictionary.legend.model import Legend
from governance.dictionary.legend.writing import to_bytes

FILE_KEY = "countersign.legend"
FIELD_KEY = "countersign.element"
FIELD_LEGEND_KEY = "countersign.legend_key"


def file_metadata(legend: Legend) -> dict[str, str]:
    """What goes into the metadata of the file."""
    return {FILE_KEY: to_bytes(legend).decode()}


def field_metadata(legend: Legend, column: str) -> dict[str, str]:
    """What goes into the metadata of one field; nothing where the legend does not name it."""
    found = legend.of(column)
    if found is None:
        return {}
    return {FIELD_KEY: f"{found.element}@{found.version}", FIELD_LEGEND_KEY: found.legend}
