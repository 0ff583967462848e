"""The Open Data Contract Standard (Bitol, Linux Foundation), versions 3.0 to 3.2, as YAML. Pure."""

from governance.dictionary.formats.model import Format
from governance.dictionary.formats.odcs.reading import read
from governance.dictionary.formats.odcs.writing import write

FORMAT = Format(
    name="odcs",
    label="Open Data Contract Standard",
    extension="odcs.yaml",
    media_type="application/odcs+yaml;version=3.1.0",
    read=read,
    write=write,
)

__all__ = ["FORMAT"]
