"""What people mostly ask for, as the first lines of a request: they fill in how much and at what price."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

KINDS = ("gpu", "storage", "licence")


def lines_for(kind: str) -> list[dict[str, Any]]:
    """The cost lines that a kind of request usually has, without quantities and prices; none for kinds that have no usual ones.

    Quantities are those of a month, so that a line falls in each month from the first to the last.
    """
    templates: dict[str, list[tuple[str, str]]] = {
        "gpu": [
            (_("GPU hours, training"), _("GPU hour")),
            (_("GPU hours of runs that fail or are repeated"), _("GPU hour")),
            (_("Storage of checkpoints"), _("GB month")),
        ],
        "storage": [(_("Storage"), _("TB month")), (_("Transfer out"), "TB")],
        "licence": [(_("Licence seats"), _("seat month")), (_("Support"), _("month"))],
    }
    return [{"title": title, "unit": unit, "suggested": title} for title, unit in templates.get(kind, [])]
