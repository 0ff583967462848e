"""The words of the standard for a property, and the fields of an element that they state. Pure.

Source: the JSON Schema of ODCS 3.2.0; `enum` and `synonyms` came with 3.2 (RFC 33 and 41), `relationships` with 3.1. Only words that
the standard allows for a type are written; whatever else an element says goes into `customProperties`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from governance.dictionary.elements.units import is_time_zone
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.native import IN_TIME, as_text, bounds_said, bounds_written, lens_of, stated, texts, typed
from governance.dictionary.formats.sql_types import logical_of

LOGICAL = {
    "string": "string", "date": "date", "timestamp": "timestamp", "time": "time", "number": "number", "integer": "integer",
    "object": "object", "array": "array", "boolean": "boolean", "map": "object", "vector": "array",
}  # fmt: skip
CONTAINERS = ("object", "array", "map")
FORMATS = {
    "integer": tuple(f"{sign}{size}" for sign in "iu" for size in (8, 16, 32, 64, 128)),
    "number": ("f32", "f64"),
}
SENSITIVITY = {
    "public": "public", "open": "public", "unclassified": "public",
    "internal": "internal", "internal use": "internal", "internal use only": "internal",
    "personal": "personal", "pii": "personal", "personal data": "personal", "personally identifiable information": "personal",
    "confidential": "sensitive", "restricted": "sensitive", "sensitive": "sensitive", "secret": "sensitive",
    "highly confidential": "sensitive", "strictly confidential": "sensitive", "sensitive pii": "sensitive", "spii": "sensitive",
    "phi": "sensitive", "pci": "sensitive", "special category": "sensitive",
}  # fmt: skip
PROPERTY_WORDS = (
    "businessName", "logicalType", "physicalType", "description", "required", "unique", "primaryKey", "classification",
    "logicalTypeOptions", "enum", "examples", "synonyms", "tags", "transformSourceObjects", "transformLogic", "relationships",
)  # fmt: skip
_SHORTHAND = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(\.[A-Za-z_][A-Za-z0-9_\-]*)+")
_LENGTHS = (("minLength", "min_length"), ("maxLength", "max_length"))


@dataclass(frozen=True, slots=True)
class Around:
    """What a property is read and written among."""

    key_at: Callable[[str], str | None]  # the key of the element at `table.column`
    place_of: Callable[[str], str | None]  # the reverse: where an element of this key first stands
    here: str  # `table.column`
    latest: bool  # whether the version knows what came with 3.2
    target: str = ""  # what a relationship of the whole table says this column refers to

    def other(self, place: str) -> str | None:
        """The key of another element than the one that stands here."""
        key = self.key_at(place)
        return None if key == self.key_at(self.here) else key


def property_lens(around: Around, *, states: bool = True) -> Lens:
    return lens_of(
        lambda said: _says(said, around), lambda fields: _native(fields, around), PROPERTY_WORDS, of_column=True, states=states
    )


def logical_type(said: Mapping[str, Any]) -> str:
    """The logical type that a property states, by itself or by its physical type; an empty text where neither is known."""
    named = said.get("logicalType")
    if isinstance(named, str):
        return LOGICAL.get(named, LOGICAL.get(named.strip().lower(), ""))
    physical = said.get("physicalType")
    known = logical_of(physical) if isinstance(physical, str) and physical.strip() else None
    return str(known["logical_type"]) if known else ""


def sensitivity_of(word: str) -> str:
    return SENSITIVITY.get(re.sub(r"[\s_-]+", " ", word).strip().lower(), "")


def _says(said: Mapping[str, Any], around: Around) -> Plain:
    names = (("businessName", "name"), ("description", "definition"), ("physicalType", "physical_type"))
    fields = stated(said, *names)
    fields["logical_type"] = logical_type(said) or "string"
    if isinstance(said.get("required"), bool):
        fields["null_policy"] = "never" if said["required"] else "allowed"
    for word, name in (("unique", "unique"), ("primaryKey", "is_key")):
        if said.get(word) is True:
            fields[name] = True
    if isinstance(said.get("classification"), str) and (found := sensitivity_of(said["classification"])):
        fields["sensitivity"] = found
    if examples := texts(said.get("examples")):
        fields["examples"] = examples
    if tags := [tag.strip() for tag in texts(said.get("tags")) if tag.strip()]:
        fields["tags"] = tags
    if aliases := _aliases_said(said.get("synonyms")):
        fields["aliases"] = aliases
    if stated(said, ("transformLogic", "expression")):
        fields |= {"formula": _formula_said(said, around), "role": "derived"}
    if reference := _reference_said(said.get("relationships"), around):
        fields["references"] = reference
    _options_said(said, fields)
    return fields


def _options_said(said: Mapping[str, Any], fields: Plain) -> None:
    given = said.get("logicalTypeOptions")
    options: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    domain = bounds_said(options)
    for word, name in _LENGTHS:
        if isinstance(options.get(word), int) and not isinstance(options[word], bool):
            domain[name] = options[word]
    if isinstance(options.get("pattern"), str):
        domain["pattern"] = options["pattern"]
    if not isinstance(options.get("multipleOf"), bool) and (multiple := as_text(options.get("multipleOf"))) is not None:
        domain["multiple_of"] = multiple
    if values := _values_said(said.get("enum")):
        domain["values"] = values
    if domain:
        fields["domain"] = domain
    fields |= stated(options, ("format", "format"))
    zone = options.get("defaultTimezone")
    if isinstance(zone, str) and is_time_zone(zone):
        fields["timezone"] = zone


def _values_said(listed: Any) -> list[Plain]:
    found: list[Plain] = []
    for item in listed if isinstance(listed, list) else ():
        code = as_text(item.get("value")) if isinstance(item, Mapping) else as_text(item)
        if code is None:
            continue
        meaning = (
            stated(item, ("label", "meaning")) | stated(item, ("description", "meaning")) if isinstance(item, Mapping) else {}
        )
        found.append({"code": code} | meaning)
    return found


def _aliases_said(listed: Any) -> list[Plain]:
    names = (("synonym", "term"), ("locale", "locale"), ("source", "source"))
    found = [stated(item, *names) for item in listed if isinstance(item, Mapping)] if isinstance(listed, list) else []
    return [item for item in found if "term" in item]


def _formula_said(said: Mapping[str, Any], around: Around) -> Plain:
    sources = [key for item in texts(said.get("transformSourceObjects")) if (key := around.other(item))]
    return {"expression": said["transformLogic"]} | ({"sources": sources} if sources else {})


def _reference_said(listed: Any, around: Around) -> Plain | None:
    targets = [
        item.get("to") for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, Mapping) and item.get("type", "foreignKey") == "foreignKey"
    ]  # fmt: skip
    for target in (*targets, around.target):
        if isinstance(target, str) and (key := around.other(target)):
            return {"element": key, "required": True}
    return None


def _native(fields: Mapping[str, Any], around: Around) -> Plain:
    logical = fields.get("logical_type", "string")
    said: Plain = {
        "businessName": fields.get("name"),
        "logicalType": logical,
        "physicalType": fields.get("physical_type"),
        "description": fields.get("definition"),
        "required": {"never": True, "allowed": False}.get(fields.get("null_policy", "")),
        "unique": fields.get("unique"),
        "primaryKey": fields.get("is_key"),
        "classification": fields.get("sensitivity"),
        "logicalTypeOptions": _options_written(fields, logical) or None,
    }
    if around.latest:
        said["enum"] = [
            {"value": typed(item.get("code", ""), logical)} | ({"description": item["meaning"]} if "meaning" in item else {})
            for item in fields.get("domain", {}).get("values", ())
        ] or None
    said["examples"] = [typed(item, logical) for item in fields.get("examples", ())] or None
    if around.latest and not any("team" in item for item in fields.get("aliases", ())):
        names = (("synonym", "term"), ("locale", "locale"), ("source", "source"))
        said["synonyms"] = [
            {word: item[name] for word, name in names if name in item} for item in fields.get("aliases", ())
        ] or None  # fmt: skip
    said["tags"] = fields.get("tags")
    if formula := fields.get("formula"):
        places = [around.place_of(key) for key in formula.get("sources", ())]
        said["transformSourceObjects"] = places if places and all(places) else None
        said["transformLogic"] = formula["expression"]
    reference = fields.get("references", {})
    target = around.place_of(reference["element"]) if reference.get("required") else None
    if target and reference.get("cardinality", "many_to_one") == "many_to_one" and _SHORTHAND.fullmatch(target):
        said["relationships"] = [{"type": "foreignKey", "to": target}]
    return {word: said[word] for word in PROPERTY_WORDS if said.get(word) is not None}


def _options_written(fields: Mapping[str, Any], logical: str) -> Plain:
    domain = fields.get("domain", {})
    form = {"format": fields["format"]} if fields.get("format") else {}
    if logical == "string":
        options = {word: domain[name] for word, name in _LENGTHS if name in domain}
        return options | ({"pattern": domain["pattern"]} if "pattern" in domain else {}) | form
    if logical in IN_TIME:
        options = bounds_written(domain, logical) | form
        zoned = logical != "date" and "timezone" in fields
        return options | ({"defaultTimezone": fields["timezone"]} if zoned else {})
    if logical in FORMATS:
        options = bounds_written(domain, logical)
        multiple = typed(domain.get("multiple_of", ""), "number")
        if not isinstance(multiple, str) and multiple > 0:
            options["multipleOf"] = multiple
        return options | (form if fields.get("format") in FORMATS[logical] else {})
    return {}
