"""Who has to know that a version is worth less than was approved: whoever wanted what it brings, and whoever pays for it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from approvals.selectors.worth import is_tolerated, strictest_tolerance
from foundation.canonical import decimal_text
from foundation.models import OutboxEvent
from governance.economics.models import Revaluation
from governance.economics.wording.cases import CENTS, money
from governance.people import notices
from governance.people.selectors import holders
from governance.people.services import tell

ROLES = ("business_owner", "budget_holder")


def _in_words(data: dict[str, str]) -> Mapping[str, Any]:
    return {**data, "amount": money(Decimal(data["amount"]), CENTS) if "amount" in data else "…"}


BELOW = notices.kind(
    "economics.worth_below",
    _("Worth less than approved"),
    _("%(version)s of %(use_case)s would bring %(amount)s %(currency)s a year less than the approved case counts on."),
    words=_in_words,
)


def on_worth_changed(event: OutboxEvent) -> None:
    """Tell them once for each finding, where it is below by more than the strictest gate tolerates and the case still holds."""
    row = (
        Revaluation.objects.filter(public_id=event.subject_id, baseline__ended_at=None)
        .select_related("baseline__case__use_case", "baseline__snapshot__case")
        .first()
    )
    if row is None or row.after >= row.before:
        return
    currency, less = row.baseline.snapshot.currency, -Decimal(event.payload["a_year"])
    if is_tolerated(-less, strictest_tolerance(row.before, currency)):
        return
    use_case = row.baseline.case.use_case
    live = holders(scope=use_case.public_id)
    people = {public_id: grant.user for role in ROLES for public_id, grant in live.get(role, {}).items()}
    said = {"version": row.label, "use_case": use_case.title, "amount": decimal_text(less), "currency": currency}
    tell(
        people.values(),
        BELOW,
        key=f"worth:{row.public_id}",
        url=f"/models/{row.model_version}/#worth",
        data=said,
        subject_id=row.model_version,
        scope=use_case.public_id,
    )
