"""The words of Table Schema for a field, and the fields of an element that they state. Pure.

Source: Table Schema 2.0 and 1.0 (datapackage.org, specs.frictionlessdata.io). Version 2 brought `categories`, missing values with
labels and of a single field, and exclusive bounds; into a package of version 1 none of these is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.native import IN_TIME, as_text, bounds_said, bounds_written, lens_of, stated, texts, typed

NAME, LABEL, OURS = "frictionless", "Data Package", "countersign"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
TYPES: Mapping[str, Plain] = {
    **{same: {"logical_type": same} for same in ("string", "number", "integer", "boolean", "object", "array", "date", "time")},
    "datetime": {"logical_type": "timestamp"},
    "year": {"logical_type": "integer", "granularity": "year"},
    "yearmonth": {"logical_type": "string", "granularity": "month"},
    "list": {"logical_type": "array"},
    "duration": {"logical_type": "string"},
    "geopoint": {"logical_type": "string"},
    "geojson": {"logical_type": "object"},
    "any": {"logical_type": "string"},
}
FIELD_WORDS = ("title", "description", "type", "format", "example", "constraints", "categories", "missingValues")
TABLE_WORDS = ("title", "description", "path", "data")
BOOK_WORDS = ("$schema", "title", "description", "version")
_BOUNDED = ("integer", "number", *IN_TIME)
_LENGTHS = (("minLength", "min_length"), ("maxLength", "max_length"))
_TITLES = (("title", "title"), ("description", "description"))


@dataclass(frozen=True, slots=True)
class Around:
    """What the schema of its table says of a field."""

    latest: bool = True  # whether it is of version 2
    primary: bool = False
    unique: bool = False
    target: Callable[[], str | None] = lambda: None  # the key of the element that a foreign key refers to
    missing: Mapping[str, str] = field(default_factory=dict)  # what it means that a value is missing, by token


def field_lens(around: Around, *, states: bool = True) -> Lens:
    return lens_of(
        lambda said: _says(said, around), lambda fields: _native(fields, around), FIELD_WORDS, of_column=True, states=states
    )


def table_lens(*, in_package: bool) -> Lens:
    """Of a resource, whose path is its physical name; a schema that stands alone has none."""
    names = (*_TITLES, ("path", "physical_name")) if in_package else _TITLES

    def native(fields: Mapping[str, Any]) -> Plain:
        said = {word: fields[name] for word, name in names if name in fields}
        return said | ({"data": []} if in_package and "path" not in said else {})  # a resource has to have one of both

    return lens_of(lambda said: stated(said, *names), native, TABLE_WORDS)


def book_lens() -> Lens:
    names = (*_TITLES, ("version", "version"))
    return lens_of(
        lambda said: stated(said, *names),
        lambda fields: {"$schema": PROFILE} | {word: fields[name] for word, name in names if name in fields},
        BOOK_WORDS,
    )


def latest(said: Mapping[str, Any]) -> bool:
    """Whether a package or a schema is of version 2."""
    profile = said.get("$schema")
    return isinstance(profile, str) and "/profiles/1." not in profile


def meanings(listed: Any) -> dict[str, str]:
    """Tokens and what they mean, of `missingValues`; one without a label means no more than that nothing is there."""
    found: dict[str, str] = {}
    for item in listed if isinstance(listed, list) else ():
        token = item.get("value") if isinstance(item, Mapping) else item
        label = item.get("label") if isinstance(item, Mapping) else ""
        if isinstance(token, str):
            found[token] = label if isinstance(label, str) else ""
    return found


def _says(said: Mapping[str, Any], around: Around) -> Plain:
    fields = stated(said, ("title", "name"), ("description", "definition"), ("format", "format"))
    if fields.get("format") == "default":
        del fields["format"]
    named = said.get("type")
    fields |= TYPES.get(named, TYPES["string"]) if isinstance(named, str) else TYPES["string"]
    if (example := as_text(said.get("example"))) is not None:
        fields["examples"] = [example]
    given = said.get("constraints")
    constraints: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    if isinstance(constraints.get("required"), bool):
        fields["null_policy"] = "never" if constraints["required"] else "allowed"
    if around.unique or constraints.get("unique") is True:
        fields["unique"] = True
    if around.primary:
        fields["is_key"] = True
    if target := around.target():
        fields["references"] = {"element": target, "required": True}
    missing = meanings(said["missingValues"]) if isinstance(said.get("missingValues"), list) else around.missing
    if missing:
        fields["null_meanings"] = dict(missing)
    domain = bounds_said(constraints)
    for word, name in _LENGTHS:
        if isinstance(constraints.get(word), int) and not isinstance(constraints[word], bool):
            domain[name] = constraints[word]
    if isinstance(constraints.get("pattern"), str):
        domain["pattern"] = constraints["pattern"]
    if values := _values(said.get("categories")) or [{"code": code} for code in texts(constraints.get("enum"))]:
        domain["values"] = values
    return fields | ({"domain": domain} if domain else {})


def _values(categories: Any) -> list[Plain]:
    found: list[Plain] = []
    for item in categories if isinstance(categories, list) else ():
        code = as_text(item.get("value") if isinstance(item, Mapping) else item)
        if code is not None:
            found.append({"code": code} | (stated(item, ("label", "meaning")) if isinstance(item, Mapping) else {}))
    return found


def _native(fields: Mapping[str, Any], around: Around) -> Plain:
    logical = fields.get("logical_type", "string")
    kind = "datetime" if logical == "timestamp" else logical
    said = {word: fields[name] for word, name in (("title", "name"), ("description", "definition")) if name in fields}
    said |= {"type": kind} | ({"format": fields["format"]} if "format" in fields else {})
    if examples := fields.get("examples"):
        said["example"] = typed(examples[0], logical)
    domain = fields.get("domain", {})
    labelled = around.latest and _labelled(domain.get("values", ()), logical)
    if labelled:
        said["categories"] = [
            {"value": typed(item.get("code", ""), logical)} | ({"label": item["meaning"]} if "meaning" in item else {})
            for item in domain["values"]
        ]
    if constraints := _constraints(fields, domain, logical, around) | ({} if labelled else _enum(domain, logical)):
        said["constraints"] = constraints
    if around.latest and fields.get("null_meanings", {}) and fields["null_meanings"] != dict(around.missing):
        said["missingValues"] = _missing(fields["null_meanings"])
    return said


def _labelled(values: Any, logical: str) -> bool:
    """Whether these values can be written as categories: texts or whole numbers, at least one with a label, and no label twice."""
    labels = [item["meaning"] for item in values if item.get("meaning")]
    fits = logical == "string" or (
        logical == "integer" and all(isinstance(typed(item.get("code", ""), logical), int) for item in values)
    )
    return fits and bool(labels) and len(set(labels)) == len(labels)


def _enum(domain: Mapping[str, Any], logical: str) -> Plain:
    return {"enum": [typed(item.get("code", ""), logical) for item in domain["values"]]} if domain.get("values") else {}


def _constraints(fields: Mapping[str, Any], domain: Mapping[str, Any], logical: str, around: Around) -> Plain:
    said: Plain = {}
    if policy := fields.get("null_policy"):
        said["required"] = policy == "never"
    if fields.get("unique") and not around.unique:
        said["unique"] = True
    if logical in _BOUNDED:
        bounds = bounds_written(domain, logical)
        said |= bounds if around.latest else {word: value for word, value in bounds.items() if not word.startswith("ex")}
    if logical in ("string", "array", "object"):
        said |= {word: domain[name] for word, name in _LENGTHS if name in domain}
    if logical == "string" and "pattern" in domain:
        said["pattern"] = domain["pattern"]
    return said


def _missing(tokens: Mapping[str, str]) -> list[Any]:
    if not any(tokens.values()):
        return list(tokens)
    labels = [label for label in tokens.values() if label]
    unique = {label for label in labels if labels.count(label) == 1}
    return [{"value": token} | ({"label": label} if label in unique else {}) for token, label in tokens.items()]
