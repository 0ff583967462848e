"""What the installation tells about itself at start: `manage.py check`, `manage.py check --deploy`, `doctor`."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, Tags, Warning, register
from django.db import connection

from foundation.append_only import missing_triggers


@register(Tags.database)
def append_only_triggers(**kwargs: Any) -> list[Error | Warning]:
    """Every trigger that a migration promised is there. Silent before the first migration."""
    if "default" not in (kwargs.get("databases") or []) or "django_migrations" not in connection.introspection.table_names():
        return []
    missing = missing_triggers(connection)
    if not missing:
        return []
    return [
        Error(
            f"The database lacks {len(missing)} append-only triggers: {', '.join(missing[:5])}.",
            hint="Run manage.py migrate. If that does not help, somebody removed them: see docs/operations.md.",
            id="foundation.E001",
        )
    ]
