"""What is wrong with a ruling that somebody asks for, told at each field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.errors import Conflict, FieldError, Invalid
from governance.dependencies.lockfiles import JUSTIFICATIONS, LONGEST_NAME
from governance.dependencies.models import Ruling
from governance.dependencies.rulings import specifier_fault
from governance.dependencies.selectors.criteria import not_offered

LONGEST = timedelta(days=366)  # who needs it for longer asks again: a year is long for what nobody has looked at
_ECOSYSTEM = re.compile(r"[a-z][a-z0-9.+-]{0,39}")


def check_ask(row: Ruling, now: datetime) -> None:
    """Raise Invalid for an exemption or an acceptance that cannot be meant; Conflict where it cannot take another one's place."""
    errors = [*_about(row), *_time(row, now)]
    if row.effect not in (Ruling.Effect.EXEMPT, Ruling.Effect.ACCEPT):
        said = _(
            "Ask for an exemption from review, or that a flaw is accepted. What is dangerous is blocked by security at once."
        )
        errors.append(FieldError("effect", "invalid", said))
    if row.effect == Ruling.Effect.EXEMPT:
        errors += _exempt(row)
    if row.effect == Ruling.Effect.ACCEPT:
        errors += _accept(row)
    _refuse(errors)
    if row.supersedes is not None:
        _check_supersedes(row, row.supersedes, now)


def check_block(row: Ruling, now: datetime) -> None:
    """Raise Invalid for a block that cannot be meant."""
    errors = _about(row)
    if row.expires_at is not None:
        errors += _time(row, now)
    _refuse(errors)


def words(field: str, text: str) -> str:
    """What somebody says, which may not be nothing."""
    if not text.strip():
        said = _("Say why, in a few words.")
        raise Invalid(said, errors=[FieldError(field, "required", said)])
    if len(text) > 4000:
        said = _("Say it in at most 4000 characters.")
        raise Invalid(said, errors=[FieldError(field, "max_length", said)])
    return text.strip()


def _about(row: Ruling) -> list[FieldError]:
    errors = []
    if not row.name or len(row.name) > LONGEST_NAME or not row.name.isprintable() or any(sign.isspace() for sign in row.name):
        errors.append(FieldError("name", "invalid", _("Name one package, as lock files do.")))
    if not _ECOSYSTEM.fullmatch(row.ecosystem):
        errors.append(FieldError("ecosystem", "invalid", _("Name the type of the package URL, such as pypi or conda.")))
    elif not row.specifier.isprintable():
        errors.append(FieldError("specifier", "invalid", _("The versions hold a character that cannot be shown.")))
    elif fault := specifier_fault(row.ecosystem, row.specifier):
        said = _("These versions cannot be read (%(fault)s). Write them as in >=1.2,<2 or ==1.4.2.") % {"fault": fault}
        errors.append(FieldError("specifier", "invalid", said))
    if not row.reason:
        errors.append(FieldError("reason", "required", _("Say why, in a few words.")))
    return errors


def _time(row: Ruling, now: datetime) -> list[FieldError]:
    if row.expires_at is not None and now < row.expires_at <= now + LONGEST:
        return []
    return [FieldError("expires_at", "range", _("Choose a time that is still to come, at most one year ahead."))]


def _exempt(row: Ruling) -> list[FieldError]:
    errors = []
    wrong, offered = not_offered(row.criteria)
    if not row.criteria:
        errors.append(FieldError("criteria", "required", _("Say what it counts as reviewed for.")))
    elif wrong:
        said = _("“%(name)s” is no criterion. There are: %(known)s.") % {"name": wrong[0][:200], "known": ", ".join(offered)}
        errors.append(FieldError("criteria", "unknown", said))
    if row.advisory:
        errors.append(FieldError("advisory", "not_here", _("An exemption is about review. A flaw is accepted by itself.")))
    if row.justification:
        errors.append(FieldError("justification", "not_here", _("Only where a flaw is accepted.")))
    if row.until_fix:
        errors.append(FieldError("until_fix", "not_here", _("Only where a flaw is accepted.")))
    return errors


def _accept(row: Ruling) -> list[FieldError]:
    errors = []
    if not row.advisory or not row.advisory.isprintable() or any(sign.isspace() for sign in row.advisory):
        errors.append(FieldError("advisory", "required", _("Name the flaw by one of its ids, such as CVE-2024-12345.")))
    if row.criteria:
        errors.append(FieldError("criteria", "not_here", _("Only where something is exempt from review.")))
    if row.justification and row.justification not in JUSTIFICATIONS:
        errors.append(FieldError("justification", "unknown", _("This is none of the reasons that CycloneDX knows.")))
    return errors


def _check_supersedes(row: Ruling, old: Ruling, now: datetime) -> None:
    same: tuple[Any, Any] = (
        (row.effect, row.ecosystem, row.name, row.scope),
        (old.effect, old.ecosystem, old.name, old.scope),
    )
    if same[0] != same[1]:
        said = _("A ruling takes the place of one about the same package, for the same use case and with the same effect.")
        raise Invalid(said, errors=[FieldError("supersedes", "other", said)])
    if old.state(now) not in ("in_force", "expired"):
        raise Conflict(_("Only a ruling that is in force or has run out can be superseded."), code="ruling.not_in_force")


def _refuse(errors: Iterable[FieldError]) -> None:
    found = list(errors)
    if found:
        raise Invalid(_("This cannot be asked for; see errors."), errors=found)
