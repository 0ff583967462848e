"""JSON Schema, drafts 4 to 2020-12: what is said of the properties of an object. Pure."""

from governance.dictionary.formats.jsonschema.reading import read
from governance.dictionary.formats.jsonschema.writing import write
from governance.dictionary.formats.model import Format

FORMAT = Format(
    name="jsonschema",
    label="JSON Schema",
    extension="schema.json",
    media_type="application/schema+json",
    read=read,
    write=write,
)

__all__ = ["FORMAT"]
