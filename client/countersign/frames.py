"""Legends of frames: `annotate` gives a frame of pandas or polars its legend, `explain` tells what its columns mean.

Nothing is imported but what the frame is made of. pandas writes the attributes of a frame into Parquet files itself, and with them the
legend; `write_parquet` does it for every kind of frame, with pyarrow or else DuckDB.
"""

from __future__ import annotations

import html
import importlib
import os
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

from countersign.legends import document, sources, table
from countersign.legends.document import Legend, LegendError
from countersign.legends.matching import Match, Meaning, best_sheet, lines, match
from countersign.legends.parquet import LEGEND, Field
from countersign.legends.unreadable import Unreadable
from countersign.output import plain

ATTRIBUTE = sources.KEY  # in `frame.attrs`
FIELD_KEY, FIELD_LEGEND_KEY = "countersign.element", "countersign.legend_key"  # in the metadata of a field
WIDTH = 100  # of the table that a notebook or a shell shows

# The legends of frames that have no attributes, by the frame's identity, for as long as the frame lives.
_beside: dict[int, tuple[Any, dict[str, Any]]] = {}


class Explanation(list[Meaning]):
    """What the columns mean, in their order; shows itself as a table in shells and notebooks."""

    def __init__(self, found: Match, legend: Legend | None, notes: Iterable[str] = ()) -> None:
        super().__init__(found.meanings)
        self.legend = legend
        self.unexplained = found.unexplained
        self.absent = found.absent  # in the legend and not in the file or frame
        self.notes = list(notes)

    def __repr__(self) -> str:
        rows = [(meaning.name, _told(meaning)) for meaning in self]
        return "\n".join([*table.rendered(rows, WIDTH), *(["", *map(plain, self._besides())] if self._besides() else [])])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left;vertical-align:top'>{_escaped(meaning.name)}</th>"
            f"<td style='text-align:left'>{'<br>'.join(map(_escaped, _told(meaning)))}</td></tr>"
            for meaning in self
        )
        besides = "".join(f"<p>{_escaped(line)}</p>" for line in self._besides())
        return f"<table><thead><tr><th>Column</th><th>Meaning</th></tr></thead><tbody>{rows}</tbody></table>{besides}"

    def _besides(self) -> list[str]:
        found = list(self.notes)
        if self.legend is None:
            found.append("No legend was found.")
        if self.absent:
            found.append(f"In the legend and not here: {', '.join(self.absent)}")
        return found


def annotate(frame: Any, legend: Any) -> Any:
    """Give a frame its legend and return the frame; one that it had is replaced.

    `legend` is a `Legend`, its document, its JSON, or the name of a file that holds or carries it. Frames of pandas keep it in
    `attrs`, which goes along with what is made of them. Others keep it beside themselves: what is made of them has none.
    Raises LegendError for what is no legend, TypeError for what is no frame.
    """
    said = dict(_legend(legend).document)
    _names(frame)
    attributes = getattr(frame, "attrs", None)
    if isinstance(attributes, dict):
        attributes[ATTRIBUTE] = said
    else:
        place = id(frame)
        _beside[place] = (weakref.ref(frame, lambda _gone: _beside.pop(place, None)), said)
    return frame


def legend_of(frame: Any) -> Legend | None:
    """The legend that a frame was given, or that an Arrow table was read with, or None. Raises LegendError for one that was altered."""
    attributes = getattr(frame, "attrs", None)
    said = attributes.get(ATTRIBUTE) if isinstance(attributes, dict) else None
    if said is None and id(frame) in _beside:
        reference, kept = _beside[id(frame)]
        said = kept if reference() is frame else None
    if said is not None:
        return document.read(said)
    metadata = getattr(getattr(frame, "schema", None), "metadata", None)
    return document.parse(metadata[LEGEND]) if isinstance(metadata, dict) and LEGEND in metadata else None


def explain(what: Any, legend: Any = None) -> Explanation:
    """What the columns of a file (CSV, XLSX, Parquet) or of a frame mean, from `legend`, else from the one that it carries.

    Asks no server. Raises Unreadable for a file that cannot be read; a legend that was altered is not used, and `notes` say so.
    """
    given = None if legend is None else _legend(legend)
    if isinstance(what, (str, os.PathLike)):
        return _explain_file(os.fspath(what), given)
    notes = []
    if given is None:
        try:
            given = legend_of(what)
        except LegendError as error:
            notes.append(f"The legend of the frame is not used: {error}")
    return Explanation(match([Field(name) for name in _names(what)], given), given, notes)


def _explain_file(name: str, given: Legend | None) -> Explanation:
    source = sources.look(name)
    notes: list[str] = []
    if given is None:
        found, notes = sources.local(name, source)
        given = found.legend if found else None
    best_sheet(source, given)
    return Explanation(match(source.columns, given), given, [*source.notes, *notes])


def write_legend(name: Any, legend: Any) -> str:
    """Write a legend beside a file, whatever its kind (`data.csv.legend.json`), and return where."""
    place = sources.beside(os.fspath(name))[0]
    with open(place, "w", encoding="utf-8", newline="\n") as file:
        file.write(_legend(legend).text() + "\n")
    return place


def write_parquet(frame: Any, name: Any, legend: Any = None) -> None:
    """Write a frame (pandas, polars, Arrow) as Parquet, with its legend or the one given in the file's metadata.

    With pyarrow, each field says besides which element it holds. Without it, DuckDB writes frames of pandas.
    Raises LegendError where there is no legend, ImportError where there is neither library.
    """
    known = legend_of(frame) if legend is None else _legend(legend)
    if known is None:
        raise LegendError("the frame has no legend; annotate it, or give one")
    try:
        arrow = importlib.import_module("pyarrow")
        writer = importlib.import_module("pyarrow.parquet")
    except ImportError:
        _with_duckdb(frame, os.fspath(name), known)
        return
    writer.write_table(_arrow_table(arrow, frame, known), os.fspath(name))


def _arrow_table(arrow: Any, frame: Any, legend: Legend) -> Any:
    if isinstance(frame, arrow.Table):
        found = frame
    elif hasattr(frame, "to_arrow"):
        found = frame.to_arrow()
    else:
        found = arrow.Table.from_pandas(frame)
    fields = []
    for field in found.schema:
        column = legend.columns.get(field.name)
        said = {FIELD_KEY: f"{column.element}@{column.version}", FIELD_LEGEND_KEY: column.legend} if column else {}
        fields.append(field.with_metadata({**(field.metadata or {}), **said}) if said else field)
    metadata = {**(found.schema.metadata or {}), LEGEND: legend.text().encode("utf-8")}
    return arrow.Table.from_arrays(found.columns, schema=arrow.schema(fields, metadata=metadata))


def _with_duckdb(frame: Any, name: str, legend: Legend) -> None:
    try:
        duckdb = importlib.import_module("duckdb")
    except ImportError:
        raise ImportError('write_parquet needs pyarrow or duckdb: pip install "./client[parquet]"') from None
    connection = duckdb.connect()
    try:
        connection.register("annotated", frame)
        quoted = {what: "'" + text.replace("'", "''") + "'" for what, text in (("name", name), ("text", legend.text()))}
        key = LEGEND.decode()
        connection.execute(f"COPY annotated TO {quoted['name']} (FORMAT parquet, KV_METADATA {{'{key}': {quoted['text']}}})")
    finally:
        connection.close()


def _legend(given: Any) -> Legend:
    """A legend out of whatever says one. Raises LegendError."""
    if isinstance(given, Legend):
        return given
    if isinstance(given, Mapping):
        return document.read(given)
    if isinstance(given, bytes) or (isinstance(given, str) and given.lstrip("\ufeff \t\r\n").startswith("{")):
        return document.parse(given)
    if isinstance(given, (str, os.PathLike)):
        return _of_file(os.fspath(given))
    raise TypeError(f"{type(given).__name__} is no legend")


def _of_file(name: str) -> Legend:
    """The legend that a file is, or carries, or has beside it."""
    if name.lower().endswith(".json"):
        return sources.read_file(name)
    try:
        found, refused = sources.local(name, sources.look(name))
    except Unreadable as error:
        raise LegendError(f"{name}: {error}") from None
    if found is None:
        raise LegendError(f"{name}: {'; '.join(refused) or 'it has no legend'}")
    return found.legend


def _names(frame: Any) -> list[str]:
    """The names of a frame's columns, as texts. An Arrow table has them under another name. Raises TypeError for no frame."""
    names = getattr(frame, "column_names", None)
    if names is None:
        names = getattr(frame, "columns", None)
    if names is None or callable(names):
        raise TypeError(f"{type(frame).__name__} is neither a frame nor the name of a file")
    return [str(name) for name in names]


def _told(meaning: Meaning) -> list[str]:
    return lines(meaning.means) if meaning.means else ["— no meaning is known"]


def _escaped(text: str) -> str:
    return html.escape(plain(" ".join(text.split())))
