"""Data Package and Table Schema (Frictionless Standards), versions 1 and 2, as JSON. Pure."""

from governance.dictionary.formats.frictionless.reading import read
from governance.dictionary.formats.frictionless.writing import write
from governance.dictionary.formats.model import Format

FORMAT = Format(
    name="frictionless",
    label="Data Package (Frictionless)",
    extension="datapackage.json",
    media_type="application/vnd.datapackage+json",
    read=read,
    write=write,
)

__all__ = ["FORMAT"]
