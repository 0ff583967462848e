"""The sheet `Permissible values` of our own workbook: one row a value, with what it means and from when to when it holds. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from governance.dictionary.formats.sheets import choices
from governance.dictionary.formats.sheets.cells import Line
from governance.dictionary.formats.sheets.layout import holds
from governance.dictionary.formats.sheets.problems import Notes, place

VALUES_SHEET = "Permissible values"
HEADINGS = ("Element", "Code", "Meaning", "Labels", "Valid from", "Valid until")
_PARTS = ("code", "meaning", "labels", "valid_from", "valid_until")


def rows_of(key: str, values: Sequence[Mapping[str, Any]]) -> list[list[str]] | None:
    """The rows of one element's values; None where a cell would not give one of them back exactly."""
    rows = []
    for value in values:
        labels = value.get("labels", {})
        row = [key, *(value.get(part, "") for part in ("code", "meaning")), choices.write_tokens(labels) if labels else ""]
        row += [value.get("valid_from", ""), value.get("valid_until", "")]
        if not all(holds(text) for text in row) or not row[1] or (labels and choices.read_labels(row[3]) != labels):
            return None
        rows.append(row)
    return rows


def read_values_sheet(lines: Iterator[Line], notes: Notes) -> dict[str, list[dict[str, Any]]]:
    """Values by the key of their element, in the order of the sheet."""
    found: dict[str, list[dict[str, Any]]] = {}
    codes: set[tuple[str, str]] = set()
    places: dict[str, int] = {}
    for number, texts in lines:
        cells = [text.strip() for text in texts]
        if not places:
            places = {heading: at for at, heading in enumerate(cells) if heading in HEADINGS}
            if not {"Element", "Code"} <= set(places):
                places = {}
            continue
        said = {heading: cells[at] for heading, at in places.items() if at < len(cells) and cells[at]}
        if not said:
            continue
        if "Element" not in said or "Code" not in said:
            notes.say(place(VALUES_SHEET, number), "error", "required", value="Element" if "Element" not in said else "Code")
            continue
        value: dict[str, Any] = {
            part: said[heading] for part, heading in zip(_PARTS, HEADINGS[1:], strict=True) if heading in said
        }
        if "labels" in value:
            value["labels"] = choices.read_labels(value["labels"])
        if (said["Element"], value["code"]) in codes:
            notes.say(place(VALUES_SHEET, number), "error", "twice", value=value["code"])
            continue
        codes.add((said["Element"], value["code"]))
        found.setdefault(said["Element"], []).append(value)
    return found
