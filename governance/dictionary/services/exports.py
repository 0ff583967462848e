"""A dictionary as a book that can be written in any format: what is in force, in a release, or drafted.

Nothing is written here; it stands beside `imports`, because what it gives is what an import takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation.errors import CountersignError, FieldError, Invalid
from governance.dictionary.elements import Alias as AliasValue
from governance.dictionary.formats import registry
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.models import Alias, Binding, Dictionary, DictionaryImport, ElementVersion, Release
from governance.dictionary.services.imports import read_again

READ = 2000


def written(
    dictionary: Dictionary, form: str, *, release: Release | None = None, dataset: str = "", drafts: bool = False
) -> tuple[bytes, registry.Entry]:
    """The file of a dictionary in a format. Raises Invalid for a format that is not written, or a data set that is not there."""
    entry = registry.known(form)
    if entry is None or not entry.writes:
        known = ", ".join(item.key for item in registry.FORMATS if item.writes)
        why = _("“%(format)s” is no format that is written here. Known: %(known)s.") % {"format": form[:40], "known": known}
        raise Invalid(why, code="export.format", errors=[FieldError("format", "unknown", why)])
    book = book_of(dictionary, release=release, dataset=dataset, drafts=drafts)
    return entry.write(as_before(dictionary, book, form)), entry


def book_of(dictionary: Dictionary, *, release: Release | None = None, dataset: str = "", drafts: bool = False) -> Book:
    """The elements of a dictionary with what they mean, and the columns that hold them, in the order in which they came.

    `release` takes what was released and the bindings of that time; `drafts` the newest words of elements that nobody approved yet,
    too. With `dataset` only its columns and their elements. Where several teams fill a column, the first that bound it counts.
    """
    versions = _versions(dictionary, release, drafts)
    aliases = _aliases(dictionary)
    columns: dict[tuple[str, str], Column] = {}
    tables: dict[str, Table] = {}
    rows = Binding.objects.live(release.created_at if release else None).filling()
    rows = rows.filter(element__dictionary=dictionary).select_related("dataset", "element").order_by("pk")
    for row in (rows.filter(dataset__name=dataset) if dataset else rows).iterator(READ):
        if row.element_id in versions and (row.dataset.name, row.column) not in columns:
            name = row.dataset.name
            tables.setdefault(name, Table(name=name, title=row.dataset.title, description=row.dataset.description))
            columns[name, row.column] = Column(
                table=name, name=row.column, element=row.element.key, physical_type=row.physical_type, role=row.role
            )
    if dataset and not columns:
        why = _("No column of this data set holds an element of this dictionary.")
        raise Invalid(why, errors=[FieldError("dataset", "unknown", why)])
    held = {column.element for column in columns.values()}
    elements = [
        replace(version.value, aliases=aliases.get(pk, ()))
        for pk, version in versions.items()
        if not dataset or version.element.key in held
    ]
    return Book(
        title=dictionary.title,
        description=dictionary.purpose,
        version=release.semver if release else "",
        elements=tuple(elements),
        tables=tuple(tables[name] for name in dict.fromkeys(column.table for column in columns.values())),
        columns=tuple(sorted(columns.values(), key=_by_table(tables))),
    )


def _by_table(tables: Mapping[str, Table]) -> Any:
    """Columns of one table stand together, in the order in which they came."""
    rank = {name: at for at, name in enumerate(tables)}
    return lambda column: rank[column.table]


def _versions(dictionary: Dictionary, release: Release | None, drafts: bool) -> dict[int, ElementVersion]:
    """By element, in the order in which elements came. Two queries."""
    rows = ElementVersion.objects.filter(element__dictionary=dictionary).select_related("element__dictionary")
    rows = rows.order_by("element__pk", "number")
    if release is not None:
        wanted = {(entry["element"], entry["number"]) for entry in release.entries}
        found = rows.filter(element__key__in=[key for key, _number in wanted]) if len(wanted) < READ // 4 else rows
        return {row.element_id: row for row in found.iterator(READ) if (row.element.key, row.number) in wanted}
    rows = rows.filter(element__retired_at=None)
    found_now = {row.element_id: row for row in rows.in_force().iterator(READ)}
    if not drafts:
        return found_now
    newest = {row.element_id: row for row in rows.newest().iterator(READ)}
    return {pk: found_now.get(pk, row) for pk, row in newest.items()}


def _aliases(dictionary: Dictionary) -> dict[int, tuple[AliasValue, ...]]:
    found: dict[int, list[AliasValue]] = {}
    for row in Alias.objects.live().filter(Q(dictionary=dictionary)).select_related("team").iterator(READ):
        value = AliasValue(term=row.term, team=row.team.slug if row.team else "", locale=row.locale, source=row.source)
        found.setdefault(row.element_id, []).append(value)
    return {pk: tuple(sorted(set(values))) for pk, values in found.items()}


def as_before(dictionary: Dictionary, book: Book, form: str) -> Book:
    """The book with what the file that was imported last in this format says beside: its own words for tables and columns.

    So a file that was imported comes back with everything that a dictionary has no place for.
    """
    rows = DictionaryImport.objects.filter(dictionary=dictionary, format=form).exclude(finished_at=None)
    last = rows.order_by("-finished_at").first()
    if last is None:
        return book
    try:
        before = read_again(last).book
    except (CountersignError, OSError):
        return book  # the file is gone, or is read otherwise by now: what the dictionary says stands
    tables = {table.name: table for table in before.tables}
    columns = {(column.table, column.name): column for column in before.columns}
    return replace(
        book,
        extra=before.extra,
        tables=tuple(_table(table, tables.get(table.name)) for table in book.tables),
        columns=tuple(_column(column, columns.get((column.table, column.name))) for column in book.columns),
    )


def _table(table: Table, before: Table | None) -> Table:
    return table if before is None else replace(table, physical_name=before.physical_name, extra=before.extra)


def _column(column: Column, before: Column | None) -> Column:
    return column if before is None else replace(column, extra=before.extra)
