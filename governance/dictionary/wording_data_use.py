"""Uses of data in words for people."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.dictionary.models import DataUse, ElementVersion


def basis_label(code: str) -> str:
    """A legal basis, by the name people know."""
    return str(dict(DataUse.Basis.choices).get(code, code))


def sensitivity_label(code: str) -> str:
    return str(dict(ElementVersion.Sensitivity.choices).get(code, code))


def place_told(row: DataUse) -> str:
    """Which data is meant, in half a sentence."""
    if row.version is None:
        return _("every version of %(data)s") % {"data": row.dataset}
    return _("version %(number)s of %(data)s") % {"number": row.version.number, "data": row.dataset}
