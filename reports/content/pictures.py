"""A picture of the portal as it stands in a report: the figure, and its twin as a table."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from governance.economics.pictures import Told
from reports.document import Block, Column, Picture, Table, Text

FIRST = 1.6  # the first column holds names


def picture_blocks(told: Told) -> list[Block]:
    """Figure and table; the sentence alone where there is nothing to draw."""
    if told.wide is None:
        return [Text([told.summary])]
    columns = [
        Column(column.label, 1.0 if column.number else FIRST, align="right" if column.number else "left")
        for column in told.columns
    ]
    rows: Sequence[Sequence[str]] = told.rows
    return [
        Picture(told.title, told.wide, told.summary, told.narrow),
        Table(columns, rows, _("%(picture)s: the figures") % {"picture": told.title}, told.summary),
    ]
