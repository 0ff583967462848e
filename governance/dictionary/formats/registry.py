"""All formats in which a dictionary can be read and written, under one signature. Pure.

Each format is a module with one `Format`, which says how it is read and written; here stands what a person chooses by: a label, the
endings of its files, and whether somebody has to say what the headings mean. Feast has two, as what it keeps as Python cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from governance.dictionary.formats import dbt, detecting, feast, frame, frictionless, jsonschema, kedro, odcs, pandera, sheets
from governance.dictionary.formats.model import Book, Format, Reading


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What somebody decided before a file is read. `mapping`: heading → field of `sheets.TARGETS`; None leaves it to the guess."""

    mapping: Mapping[str, str] | None = None


NO_OPTIONS = Options()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A format as people choose it. `others`: endings of files that are read, beside that of a written one.

    `needs_mapping`: its files have headings of any kind, and a person confirms what they mean. `comes_back`: what is written can be
    read again, and gives the same book.
    """

    form: Format
    label: str
    others: tuple[str, ...] = ()
    needs_mapping: bool = False
    comes_back: bool = True

    @property
    def key(self) -> str:
        return self.form.name

    @property
    def extensions(self) -> tuple[str, ...]:
        """The first is that of a written file."""
        return (self.form.extension, *self.others)

    @property
    def media_type(self) -> str:
        return self.form.media_type

    @property
    def reads(self) -> bool:
        return self.form.read is not None

    @property
    def writes(self) -> bool:
        return self.form.write is not None

    def read(self, data: bytes, *, filename: str = "", options: Options = NO_OPTIONS) -> Reading:
        """The book of a file, and what was noticed. Raises Unreadable for a file that is none of this format.

        Raises ValueError for a format that is only written.
        """
        if self.form.read is None:
            raise ValueError(f"{self.key} is only written")
        if self.needs_mapping and options.mapping is not None:
            return sheets.read_mapped(data, filename, options.mapping)
        return self.form.read(data, filename)

    def write(self, book: Book, options: Options = NO_OPTIONS) -> bytes:
        """The file of a book. Raises ValueError for a format that is only read. No option changes what is written, so far."""
        if self.form.write is None:
            raise ValueError(f"{self.key} is only read")
        return self.form.write(book)

    def filename(self, stem: str) -> str:
        """The name of a written file: `customers` → `customers.odcs.yaml`."""
        return f"{stem}.{self.form.extension}"


FORMATS: tuple[Entry, ...] = (
    Entry(form=odcs.FORMAT, label=_("Open Data Contract Standard (YAML)"), others=("yaml", "yml", "json")),
    Entry(form=frictionless.FORMAT, label=_("Data Package (Frictionless)"), others=("json", "yaml", "yml")),
    Entry(form=dbt.FORMAT, label=_("dbt: properties of models, or a manifest"), others=("yaml", "json")),
    Entry(form=sheets.CSV, label=_("CSV"), others=("tsv", "txt"), needs_mapping=True),
    Entry(form=sheets.XLSX, label=_("Excel workbook"), others=("xlsm",), needs_mapping=True),
    Entry(form=jsonschema.FORMAT, label=_("JSON Schema"), others=("json",)),
    Entry(form=kedro.FORMAT, label=_("Kedro data catalog"), others=("yaml",)),
    Entry(form=feast.FORMAT, label=_("Feast: registry or feature views"), others=("yaml", "yml")),
    Entry(form=feast.MODULE, label=_("Feast: definitions as a Python module"), comes_back=False),
    Entry(form=frame.FORMAT, label=_("Columns of a pandas or DuckDB table"), others=("jsonl", "csv")),
    Entry(
        form=pandera.FORMAT,
        label=_("pandera: a schema in YAML is read, a module of models is written"),
        others=("yaml", "yml"),
        comes_back=False,
    ),
)
_BY_KEY: Mapping[str, Entry] = {entry.key: entry for entry in FORMATS}


def known(key: str) -> Entry | None:
    """The format of this key, or None."""
    return _BY_KEY.get(key)


def detect(filename: str, head: bytes) -> Entry | None:
    """The format that a file probably is in, by its name and its first bytes, or None. See `detecting`."""
    key = detecting.detect(filename, head)
    return None if key is None else _BY_KEY[key]
