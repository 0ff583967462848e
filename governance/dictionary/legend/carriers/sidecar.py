"""The legend beside the file: `data.csv.legend.json`, or `data.legend.json`. Pure: names and bytes, no files."""

from __future__ import annotations

from governance.dictionary.legend.model import Legend
from governance.dictionary.legend.problems import LegendProblem
from governance.dictionary.legend.reading import read_legend
from governance.dictionary.legend.writing import to_bytes

ENDING = ".legend.json"


def name_for(file: str) -> str:
    """Where the legend of a file is written."""
    return f"{file}{ENDING}"


def names_for(file: str) -> tuple[str, ...]:
    """Where the legend of a file is looked for, in this order. A dot at the beginning of a name is no ending."""
    folder, slash, name = file.rpartition("/")
    stem, dot, _ending = name.rpartition(".")
    short = (f"{folder}{slash}{stem}{ENDING}",) if dot and stem else ()
    return (name_for(file), *short)


def put(legend: Legend) -> bytes:
    """The bytes of the file beside."""
    return to_bytes(legend) + b"\n"


def take(data: bytes) -> tuple[Legend | None, list[LegendProblem]]:
    """The legend in a file beside, and what is wrong with it."""
    return read_legend(data)
