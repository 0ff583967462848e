"""`countersign explain`: what each column of a file means, from the legend that comes with it or from the dictionary."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from typing import Any

from countersign import exits
from countersign.exits import CommandError
from countersign.legends import asking, sources, table
from countersign.legends.asking import Change, Standing
from countersign.legends.document import LegendError
from countersign.legends.matching import Match, Meaning, best_sheet, lines, match
from countersign.legends.sources import Found, Source
from countersign.legends.unreadable import Unreadable
from countersign.output import say, write_json

WHERE = {
    "file": "the legend in the file",
    "sidecar": "the legend {}",
    "option": "the legend {}",
    "server": "the dictionary, asked just now at {}",
}
MOST_LISTED = 20  # names in one sentence


def explain(arguments: argparse.Namespace) -> int:
    """Tell what the columns mean. Returns 0 when each has a meaning, 12 when some have none or there is no legend.

    Raises CommandError: 3 for a file that cannot be read, 12 and 13 where only the server could have told and did not.
    """
    try:
        source = sources.look(arguments.file)
    except Unreadable as error:
        raise exits.usage(f"{arguments.file}: {error}") from None
    found, refused = _legend(arguments, source)
    best_sheet(source, found.legend if found else None)
    all_of_it = match(source.columns, found.legend if found else None)
    shown = Match(_wanted(all_of_it.meanings, arguments.column), [] if arguments.column else all_of_it.absent)
    standing = _standing(arguments, found)
    code = exits.OK if found and not shown.unexplained else exits.UNKNOWN
    if not arguments.json:
        _tell(arguments.file, source, found, refused, shown, standing)
    if arguments.json or not _is_terminal():
        write_json(_document(arguments.file, source, found, refused, shown, standing, code))
    return code


def _legend(arguments: argparse.Namespace, source: Source) -> tuple[Found | None, list[str]]:
    """The legend that was named, else the one that comes with the file, else the dictionary's."""
    if arguments.legend:
        try:
            return Found(sources.read_file(arguments.legend), "option", arguments.legend), []
        except LegendError as error:
            raise exits.usage(f"--legend {arguments.legend}: {error}") from None
    found, refused = sources.local(arguments.file, source)
    if found is None and arguments.dictionary:
        legend, url = asking.legend_of(arguments, arguments.dataset or _dataset(arguments.file))
        found = Found(legend, "server", url)
    return found, refused


def _dataset(name: str) -> str:
    """The name of the data set is the file's, without its ending, as `push` has it."""
    base = os.path.basename(name).encode("utf-8", "replace").decode()  # halves of characters name nothing
    return base.partition(".")[0] or base


def _wanted(meanings: list[Meaning], names: list[str]) -> list[Meaning]:
    if not names:
        return meanings
    there = [meaning.name for meaning in meanings]
    for name in names:
        if name not in there:
            like = difflib.get_close_matches(name, there[:2000], n=1)
            meant = f" Did you mean {like[0]}?" if like else ""
            raise CommandError(exits.UNKNOWN, f"The file has no column {name}.{meant}")
    return [meaning for meaning in meanings if meaning.name in names]


def _standing(arguments: argparse.Namespace, found: Found | None) -> Standing:
    if found is None:
        return Standing(why_not="there is no legend")
    if found.where == "server":
        return Standing({name: Change(True, column.version) for name, column in found.legend.columns.items()})
    return asking.standing(arguments, found.legend)


# For people -----------------------------------------------------------------------------------------------------------------


def _tell(file: str, source: Source, found: Found | None, refused: list[str], shown: Match, standing: Standing) -> None:
    for line in table.rendered(_rows(shown, standing), table.terminal_width()) if found else []:
        say(line)
    if found:
        say("")
    for note in [*source.notes, *refused]:
        say(f"{file}: {note}")
    if found is None:
        say(f"{file}: no legend was found, in it or beside it; --dictionary asks the server for one")
        say(f"  its columns: {_listed([meaning.name for meaning in shown.meanings])}")
        return
    explained = len(shown.meanings) - len(shown.unexplained)
    say(f"{file}: {explained} of {len(shown.meanings)} columns explained by {WHERE[found.where].format(found.place)}")
    say(f"  {_made(found)}")
    if len(source.sheets) > 1:
        say(f"  of its sheets: {source.told['sheet']}")
    if shown.unexplained:
        say(f"  no meaning: {_listed(shown.unexplained)}")
    if shown.absent:
        say(f"  in the legend and not in the file: {_listed(shown.absent)}")
    say(f"  {_stands(standing)}")


def _rows(shown: Match, standing: Standing) -> list[tuple[str, list[str]]]:
    rows = []
    for meaning in shown.meanings:
        if meaning.means is None:
            rows.append((meaning.name, ["— no meaning is known"]))
            continue
        changed = standing.columns.get(meaning.legend_name)
        rows.append((meaning.name, [*lines(meaning.means), *_changed(changed)]))
    return rows


def _changed(change: Change | None) -> list[str]:
    if change is None or change.current is not False:
        return []
    now = f"now {change.version}" if change.version else "there is another version now"
    what = f": {', '.join(change.changed)}" if change.changed else ""
    return [f"! changed since: {now}{what}"]


def _made(found: Found) -> str:
    """Which legend it is."""
    legend = found.legend
    parts = [f"dictionary {legend.dictionary}"]
    if legend.release is not None:
        parts.append(f"release {legend.release}")
    if legend.dataset.get("name"):
        parts.append(f"data set {' '.join(legend.dataset[name] for name in ('name', 'version') if legend.dataset.get(name))}")
    if legend.copy:
        parts.append(f"copy {legend.copy}")
    if legend.server and found.where != "server":
        parts.append(legend.server)
    return ", ".join([*parts, f"made {legend.made_at[:19].replace('T', ' ')} UTC"])


def _stands(standing: Standing) -> str:
    if standing.why_not:
        return f"could not ask whether this is still so: {standing.why_not}"
    stale = [name for name, change in standing.columns.items() if change.current is False]
    silent = sum(change.current is None for change in standing.columns.values())
    if stale:
        said = f"out of date: {len(stale)} of {len(standing.columns)} columns have changed since: {_listed(stale)}"
    else:
        said = f"up to date: nothing has changed for {len(standing.columns) - silent} columns"
    return f"{said}; of {silent} the server does not say" if silent else said


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_LISTED} more" if len(names) > MOST_LISTED else ""
    return ", ".join(names[:MOST_LISTED]) + more


def _is_terminal() -> bool:
    """Whether a person reads stdout: the table has told everything, and a document for programs would bury it."""
    return sys.stdout is not None and sys.stdout.isatty()


# For programs ---------------------------------------------------------------------------------------------------------------


def _document(
    file: str, source: Source, found: Found | None, refused: list[str], shown: Match, standing: Standing, code: int
) -> dict[str, Any]:
    return {
        "file": file,
        "kind": source.kind,
        **source.told,
        "legend": _of(found) if found else None,
        "refused": refused,
        "notes": source.notes,
        "columns": [_column(meaning, standing) for meaning in shown.meanings],
        "unexplained": shown.unexplained,
        "absent": shown.absent,
        "stale": standing.stale if found else None,
        "not_asked": standing.why_not or None,
        "exit_code": code,
    }


def _of(found: Found) -> dict[str, Any]:
    legend = found.legend
    return {
        "found": found.where,
        "place": found.place or None,
        "dictionary": legend.dictionary,
        "release": legend.release,
        "made_at": legend.made_at,
        "server": legend.server,
        "dataset": legend.dataset,
        "copy": legend.copy,
        "digest": legend.digest,
    }


def _column(meaning: Meaning, standing: Standing) -> dict[str, Any]:
    if meaning.means is None:
        return {"column": meaning.name, "explained": False}
    means = meaning.means
    change = standing.columns.get(meaning.legend_name, Change())
    return {
        "column": meaning.name,
        "explained": True,
        "element": means.element,
        "legend": means.legend,
        "version": means.version,
        "digest": means.digest,
        "name": means.title,
        "definition": means.definition,
        "unit": means.unit,
        "null_meanings": means.null_meanings,
        "values": means.values,
        "value_count": means.value_count,
        "timezone": means.timezone,
        "deviation": means.deviation,
        "current": change.current,
        "current_version": change.version or None,
        "changed": list(change.changed),
    }
