"""The words of JSON Schema for a property, and the fields of an element that they state. Pure.

Source: JSON Schema Validation, drafts 4 to 2020-12. Until draft 4 `exclusiveMinimum` was a truth value beside `minimum`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.dictionary.formats.jsonschema.patterns import anywhere, whole
from governance.dictionary.formats.jsonschema.walking import means, takes_null
from governance.dictionary.formats.lens import Lens, Plain
from governance.dictionary.formats.native import IN_TIME, as_text, bounds_said, bounds_written, lens_of, stated, texts, typed

NAME, LABEL = "jsonschema", "JSON Schema"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("string", "integer", "number", "boolean", "object", "array", "null")
WORDS = (
    "title", "description", "type", "format", "enum", "examples", "pattern", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
)  # fmt: skip
TABLE_WORDS = ("$schema", "title", "description", "type")
_TIMES = {"date": "date", "date-time": "timestamp", "time": "time"}
_BY_WORD = (
    ("properties", "object"), ("additionalProperties", "object"), ("items", "array"), ("minItems", "array"), ("pattern", "string"),
    ("minLength", "string"), ("maxLength", "string"), ("minimum", "number"), ("maximum", "number"), ("multipleOf", "number"),
)  # fmt: skip
_SIZES = {"string": ("minLength", "maxLength"), "array": ("minItems", "maxItems")}


@dataclass(frozen=True, slots=True)
class Around:
    """The document that references point into, its draft, and whether the parent requires the property."""

    root: Mapping[str, Any]
    draft4: bool = False
    required: bool = False


def property_lens(around: Around, *, states: bool = True) -> Lens:
    return lens_of(lambda said: says(said, around), lambda fields: _native(fields, around), WORDS, of_column=True, states=states)


def table_lens(*, whole_file: bool) -> Lens:
    """Of an object with properties. One that is all of the file names its draft, and its title is the name of the table."""
    names = (("description", "description"),) if whole_file else (("title", "title"), ("description", "description"))

    def native(fields: Mapping[str, Any]) -> Plain:
        said = {word: fields[name] for word, name in names if name in fields}
        return ({"$schema": DRAFT} if whole_file else {}) | said | {"type": "object"}

    return lens_of(lambda said: stated(said, *names), native, TABLE_WORDS)


def is_draft4(said: Mapping[str, Any]) -> bool:
    draft = said.get("$schema")
    return isinstance(draft, str) and ("draft-04" in draft or "draft-03" in draft)


def kind_of(said: Mapping[str, Any]) -> str:
    """The one type that a schema states, or that its words are about; an empty text where there is none or several."""
    kinds = said.get("type")
    listed = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    known = [kind for kind in listed if kind in KINDS and kind != "null"]
    if set(known) == {"integer", "number"}:
        return "number"
    if len(set(known)) == 1:
        return str(known[0])
    if listed:
        return ""
    codes = said.get("enum")
    values = codes if isinstance(codes, list) else [said["const"]] if "const" in said else []
    of_values = {_kind_of_value(value) for value in values if value is not None}
    if len(of_values) == 1:
        return of_values.pop()
    return next((kind for word, kind in _BY_WORD if word in said), "")


def _kind_of_value(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    names = ((int, "integer"), (float, "number"), (str, "string"), (dict, "object"), (list, "array"))
    return next((name for kind, name in names if isinstance(value, kind)), "")


def says(said: Mapping[str, Any], around: Around) -> Plain:
    """The fields of an element that a property states, with what its references lead to."""
    meant, _nullable = means(said, around.root)
    fields = stated(meant, ("title", "name"), ("description", "definition"))
    kind, form = kind_of(meant) or "string", stated(meant, ("format", "format")).get("format", "")
    fields["logical_type"] = logical = _TIMES.get(form, kind) if kind == "string" else kind
    if form and logical not in IN_TIME:
        fields["format"] = form
    if takes_null(said, around.root):
        fields["null_policy"] = "allowed"
    elif around.required:
        fields["null_policy"] = "never"
    if examples := texts(meant.get("examples")):
        fields["examples"] = examples
    domain = _domain(meant, logical)
    return fields | ({"domain": domain} if domain else {})


def _domain(meant: Mapping[str, Any], logical: str) -> Plain:
    domain = bounds_said(meant)
    least, most = _SIZES.get(logical, ("minLength", "maxLength"))
    for word, name in ((least, "min_length"), (most, "max_length")):
        if isinstance(meant.get(word), int) and not isinstance(meant[word], bool):
            domain[name] = meant[word]
    if isinstance(meant.get("pattern"), str) and meant["pattern"]:
        domain["pattern"] = whole(meant["pattern"])
    if not isinstance(meant.get("multipleOf"), bool) and (multiple := as_text(meant.get("multipleOf"))) is not None:
        domain["multiple_of"] = multiple
    if values := _values(meant):
        domain["values"] = values
    return domain


def _values(meant: Mapping[str, Any]) -> list[Plain]:
    """Permissible values: of `enum`, of `const`, or of a choice among constants with titles, which is an `enum` that explains."""
    if isinstance(meant.get("enum"), list):
        return [{"code": code} for code in texts(meant["enum"])]
    if "const" in meant:
        return [{"code": code} for code in texts([meant["const"]])]
    listed = meant.get("oneOf", meant.get("anyOf"))
    choices = [item for item in listed if isinstance(item, Mapping) and "const" in item] if isinstance(listed, list) else []
    if not choices or len(choices) != len(listed or ()):
        return []
    found = []
    for item in choices:
        code = as_text(item["const"])
        if code is not None:
            found.append({"code": code} | stated(item, ("title", "meaning")) | stated(item, ("description", "meaning")))
    return found


def _native(fields: Mapping[str, Any], around: Around) -> Plain:
    logical = fields.get("logical_type", "string")
    form = next((form for form, name in _TIMES.items() if name == logical), fields.get("format"))
    kind = "string" if logical in IN_TIME else logical
    nullable = fields.get("null_policy") == "allowed"
    domain = fields.get("domain", {})
    least, most = _SIZES.get(logical, ("", ""))
    multiple = typed(domain.get("multiple_of", ""), "number")
    codes = [typed(item.get("code", ""), logical) for item in domain.get("values", ())]
    said: Plain = {
        "title": fields.get("name"),
        "description": fields.get("definition"),
        "type": [kind, "null"] if nullable else kind,
        "format": form,
        "enum": [*codes, *([None] if nullable else [])] if codes else None,
        "examples": [typed(item, logical) for item in fields.get("examples", ())] or None,
        "pattern": anywhere(domain["pattern"]) if "pattern" in domain and logical == "string" else None,
        "multipleOf": multiple if logical in ("integer", "number") and not isinstance(multiple, str) and multiple > 0 else None,
        least: domain.get("min_length"),
        most: domain.get("max_length"),
    }
    if logical in ("integer", "number"):
        said |= _bounds(domain, logical, around.draft4)
    return {word: said[word] for word in WORDS if said.get(word) is not None}


def _bounds(domain: Mapping[str, Any], logical: str, draft4: bool) -> Plain:
    said = bounds_written(domain, logical)
    if draft4:
        for word, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if exclusive in said:
                said |= {word: said[exclusive], exclusive: True}
    return said
