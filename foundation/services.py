"""What every service does in the same way."""

from __future__ import annotations

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from foundation.errors import FieldError, Invalid


def validate(row: models.Model, *, exclude: tuple[str, ...] = ()) -> None:
    """`full_clean`, with what is wrong told field by field as Invalid. Constraints are left to the database.

    What may be NULL may be left out, and an empty list or map is a value: Django's forms see both as missing.
    """
    empty = [
        field.name
        for field in row._meta.fields
        if (field.null and getattr(row, field.attname) is None)
        or (isinstance(field, models.JSONField) and not getattr(row, field.attname))
    ]
    try:
        row.full_clean(exclude=[*exclude, *empty], validate_constraints=False, validate_unique=False)
    except ValidationError as error:
        found = [
            FieldError(
                "" if field == NON_FIELD_ERRORS else field, str(problem.code or "invalid"), "; ".join(map(str, problem.messages))
            )
            for field, problems in error.error_dict.items()
            for problem in problems
        ]
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=found) from error
