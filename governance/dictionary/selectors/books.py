"""A dictionary as a book that every format can be written of."""

from __future__ import annotations

from dataclasses import replace

from governance.dictionary.elements import Alias, Element
from governance.dictionary.formats.model import Book, Column, Table
from governance.dictionary.models import Binding, Dictionary, ElementVersion
from governance.dictionary.selectors.browse import Row
from governance.dictionary.selectors.elements import whole

MOST_ELEMENTS = 5_000
MOST_COLUMNS = 100_000


def book_of(dictionary: Dictionary) -> Book:
    """What its elements mean now, with the columns that teams fill with them; drafts where nothing is approved yet.

    A column that several teams bound stands there once, as the first of them did. Seven statements.
    """
    rows, _more = whole(dictionary, most=MOST_ELEMENTS)
    elements = {row.element.pk: _element(row, row.version) for row in rows if row.version is not None}
    live = Binding.objects.live().filling().filter(element__dictionary=dictionary, element__retired_at=None)
    columns: dict[tuple[str, str], Column] = {}
    for name, column, physical, role, pk in (
        live.order_by("dataset__name", "column", "starts_at", "pk")
        .values_list("dataset__name", "column", "physical_type", "role", "element")[:MOST_COLUMNS]
    ):  # fmt: skip
        if pk in elements:
            said = Column(table=name, name=column, element=elements[pk].key, physical_type=physical, role=role)
            columns.setdefault((name, column), said)
    tables = dict.fromkeys(column.table for column in columns.values())
    return Book(
        title=dictionary.title,
        description=dictionary.purpose,
        elements=tuple(elements.values()),
        tables=tuple(Table(name=name) for name in tables),
        columns=tuple(columns.values()),
    )


def _element(row: Row, version: ElementVersion) -> Element:
    version.element = row.element
    called = sorted(
        {
            Alias(term=item.term, team=item.team.slug if item.team else "", locale=item.locale, source=item.source)
            for item in row.element.live_aliases  # type: ignore[attr-defined] # prefetched
        }
    )
    return replace(version.value, aliases=tuple(called))
