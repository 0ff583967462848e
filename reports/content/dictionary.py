"""What the columns mean that the newest version reads, and which of them nobody explained."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.dictionary.bindings import disagreements
from governance.dictionary.models import ElementVersion
from governance.dictionary.selectors import BoundColumn, Place, bound_columns
from governance.dictionary.wording import deviation_told
from reports.bundle import Record
from reports.content.moment import columns_of
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import mono
from reports.document import Block, Cell, Column, Heading, Section, Table, Text, Value

KEY = "dictionary"


def title() -> str:
    return _("Column meanings")


def part(view: View) -> Part:
    newest = view.newest
    if newest is None:
        return Part(Section(KEY, title(), [Text([_("There is no version yet, so no column is read.")])]))
    columns = columns_of([item.content() for item in newest.datasets.all()])
    said = bound_columns(columns, at=view.at)
    places = [(dataset, column) for dataset, names in columns.items() for column in names]
    unbound = [place for place in places if not said[place]]
    deviating = [item for place in places for item in said[place] if item.binding.deviates]
    blocks: list[Block] = [
        Text([_("A meaning is owned once, in a shared dictionary; teams bind their columns to it and declare how they differ.")]),
        _table(newest.label, places, said),
        Heading("unbound", _("Columns without a meaning")),
        _unbound(newest.label, unbound),
        Heading("deviations", _("Declared deviations")),
        _deviations(newest.label, deviating),
        Heading("elements", _("Elements in use")),
        _elements(said),
    ]
    return Part(Section(KEY, title(), blocks), _records(said), _open_points(newest.label, places, unbound, said))


def _table(label: str, places: list[Place], said: dict[Place, tuple[BoundColumn, ...]]) -> Table:
    columns = [
        Column(_("Data set"), 1.7),
        Column(_("Column"), 1.4),
        Column(_("Element"), 1.7),
        Column(_("Team"), 1.3),
        Column(_("Agreement"), 1.4),
    ]
    rows: list[list[Value]] = []
    for dataset, column in places:
        found = said[dataset, column]
        if not found:
            rows.append([dataset, column, "–", "–", Cell(_("No meaning"), state="warn")])
        for item in found:
            agreement = _agreement(item)
            rows.append([dataset, column, item.binding.element.path, str(item.binding.team), agreement])
    return Table(columns, rows, _("Columns that %(version)s reads") % {"version": label}, _("The version names no columns."))


def _agreement(item: BoundColumn) -> Cell:
    if item.version is None:
        return Cell(_("Not approved yet"), state="warn")
    if item.binding.deviates:
        return Cell(_("Deviates, declared"), state="warn")
    return Cell(_("As defined"), state="ok")


def _unbound(label: str, places: list[Place]) -> Text:
    if not places:
        return Text(
            [_("Every column that %(version)s reads is bound to an element of a shared dictionary.") % {"version": label}]
        )
    listed = ", ".join(f"{dataset}.{column}" for dataset, column in places)
    said = ngettext(
        "%(count)s column has no agreed meaning: %(list)s.", "%(count)s columns have no agreed meaning: %(list)s.", len(places)
    )
    return Text([said % {"count": len(places), "list": listed}], style="warning")


def _deviations(label: str, items: list[BoundColumn]) -> Table:
    columns = [Column(_("Column"), 2), Column(_("Element"), 1.5), Column(_("How the team fills it otherwise"), 3.5)]
    rows = [[str(item.binding), item.binding.element.path, deviation_told(item.binding.said)] for item in items]
    return Table(
        columns,
        rows,
        _("Deviations in the columns of %(version)s") % {"version": label},
        _("No team declared that it fills a column otherwise."),
    )


def _elements(said: dict[Place, tuple[BoundColumn, ...]]) -> Table:
    columns = [
        Column(_("Element"), 1.6),
        Column(_("Definition"), 3),
        Column(_("Type"), 0.9),
        Column(_("Sensitivity"), 1),
        Column(_("Digest"), 2, mono=True),
    ]
    rows: list[list[Value]] = []
    for item, version in _unique(said):
        kind = str(version.get_logical_type_display())
        rows.append(
            [
                item.binding.element.path,
                version.definition,
                f"{kind}, {version.unit}" if version.unit else kind,
                str(version.get_sensitivity_display()),
                mono(version.digest),
            ]
        )
    return Table(columns, rows, _("What the elements mean"), _("No element is in use."))


def _unique(said: dict[Place, tuple[BoundColumn, ...]]) -> list[tuple[BoundColumn, ElementVersion]]:
    """The elements that mean something, by path."""
    found = {item.binding.element.path: (item, item.version) for items in said.values() for item in items if item.version}
    return [found[path] for path in sorted(found)]


def _records(said: dict[Place, tuple[BoundColumn, ...]]) -> list[Record]:
    bindings = [
        {
            "id": item.binding.public_id,
            "dataset": dataset,
            "column": column,
            "team": item.binding.team.slug,
            "element": item.binding.element.path,
            "version": item.version.digest if item.version else None,
            "deviation": item.binding.said,
        }
        for (dataset, column), items in said.items()
        for item in items
    ]
    elements = [
        Record(
            f"element {item.binding.element.path}",
            {
                "path": item.binding.element.path,
                "number": version.number,
                "semver": version.semver,
                "digest": version.digest,
                "reads_as": version.reads_as,
                "approval": version.approval,
                "content": version.body(),
            },
        )
        for item, version in _unique(said)
    ]
    return [Record("bindings", {"bindings": bindings}), *elements]


def _open_points(
    label: str, places: list[Place], unbound: list[Place], said: dict[Place, tuple[BoundColumn, ...]]
) -> list[OpenPoint]:
    points = []
    if unbound:
        text = ngettext(
            "%(version)s reads %(count)s column that has no agreed meaning.",
            "%(version)s reads %(count)s columns that have no agreed meaning.",
            len(unbound),
        )
        points.append(OpenPoint("warn", text % {"version": label, "count": len(unbound)}, title()))
    deviating = sum(1 for place in places for item in said[place] if item.binding.deviates)
    if deviating:
        text = ngettext(
            "%(version)s reads %(count)s column that its team fills otherwise than defined; declared.",
            "%(version)s reads %(count)s columns that their teams fill otherwise than defined; declared.",
            deviating,
        )
        points.append(OpenPoint("warn", text % {"version": label, "count": deviating}, title()))
    for dataset, column in disagreements({place: tuple(item.meaning for item in items) for place, items in said.items()}):
        points.append(
            OpenPoint("bad", _("Teams disagree on what %(column)s holds.") % {"column": f"{dataset}.{column}"}, title())
        )
    return points
