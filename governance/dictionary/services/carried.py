"""What an upgrade carried over, said once in the log: whose rows have another shape from then on, and that nobody else changed them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, search
from foundation.canonical import digest
from foundation.models import AuditEvent
from foundation.objects import type_of
from governance.dictionary.models import Binding, DataElement, Dataset, Dictionary, ElementVersion

CARRIED = "carried over"  # `approval` of a version that was in force before proposals had to be approved
CARRIED_OVER = audit.kind("dictionary.register.carried_over", _("Dictionaries carried over into a new version of Countersign"))


def tell_carried_over(**_signal: Any) -> None:
    """Record the state that the upgrade left, once: `verify_audit` compares with it from then on. After each migration; else nothing."""
    if not ElementVersion.objects.filter(approval=CARRIED).exists():
        return
    if AuditEvent.objects.filter(kind=CARRIED_OVER.code).exists():
        return
    with transaction.atomic():
        states: dict[str, dict[str, str]] = {}
        rows: list[Any] = []
        for model in (Dictionary, DataElement, ElementVersion, Dataset, Binding):
            found: Any = model._base_manager
            for row in found.order_by("pk"):
                rows.append(row)
                states.setdefault(type_of(row).name, {})[row.public_id] = digest(row.audit_state())
        audit.record(actors.system("upgrade"), CARRIED_OVER, rows[0], {"rows": len(rows)}, states=states)
        at = clock.now()
        for row in rows:
            search.index(row, at)
