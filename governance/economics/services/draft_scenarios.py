"""Scenarios of a case as people work on it: other values for named inputs, kept with the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.errors import FieldError, Invalid, Missing
from governance.economics.cashflow import Refused
from governance.economics.models import CaseDraft
from governance.economics.plan import Plan, Scenario
from governance.economics.plan.limits import KEY, LONGEST, MOST_OVERRIDES, MOST_SCENARIOS, OWN_SCENARIOS
from governance.economics.scenarios import overridden
from governance.economics.services.drafts import change_draft
from governance.economics.wording.refusals import invalid_of

PART = "scenarios"


def put_scenario(
    *, actor: Actor, draft: CaseDraft, revision: int, key: str, title: str, overrides: Mapping[str, Decimal]
) -> CaseDraft:
    """Add a scenario to the draft, or put it in the place of the one of that key.

    Raises NotAllowed; Invalid with what is wrong with its key, its title or an input, at the name of that; Conflict when somebody changed
    the draft meanwhile.
    """
    _check(key, title, overrides)
    wanted = Scenario(key, title.strip(), dict(overrides))

    def change(plan: Plan) -> Plan:
        there = [row.key for row in plan.scenarios]
        if key not in there and len(there) >= MOST_SCENARIOS:
            raise _invalid("key", "scenario.too_many", _("A case has at most %(most)s scenarios.") % {"most": MOST_SCENARIOS})
        try:
            overridden(plan, overrides)
        except Refused as refusal:
            raise invalid_of(refusal) from refusal
        if key in there:
            return replace(plan, scenarios=tuple(wanted if row.key == key else row for row in plan.scenarios))
        return replace(plan, scenarios=(*plan.scenarios, wanted))

    return change_draft(actor=actor, draft=draft, revision=revision, part=PART, change=change)


def remove_scenario(*, actor: Actor, draft: CaseDraft, revision: int, key: str) -> CaseDraft:
    """Take a scenario out of the draft; versions that were written down keep it. Raises NotAllowed; Missing; Conflict."""

    def change(plan: Plan) -> Plan:
        if key not in [row.key for row in plan.scenarios]:
            raise Missing(_("There is no such scenario in the draft."))
        return replace(plan, scenarios=tuple(row for row in plan.scenarios if row.key != key))

    return change_draft(actor=actor, draft=draft, revision=revision, part=PART, change=change)


def _check(key: str, title: str, overrides: Mapping[str, Decimal]) -> None:
    if not KEY.fullmatch(key):
        said = _("Begin with a small letter; then small letters, digits, dots, hyphens and underscores, 60 characters at most.")
        raise _invalid("key", "scenario.key", said)
    if key in OWN_SCENARIOS:
        raise _invalid("key", "scenario.key_taken", _("Every case has a scenario of this key already. Choose another."))
    most = LONGEST["title"]
    if not 0 < len(title.strip()) <= most:
        raise _invalid("title", "scenario.title", _("Write a title of at most %(most)s characters.") % {"most": most})
    if not 0 < len(overrides) <= MOST_OVERRIDES:
        wrong = _("Give between 1 and %(most)s inputs another value.") % {"most": MOST_OVERRIDES}
        raise _invalid("overrides", "scenario.overrides", wrong)


def _invalid(field: str, code: str, said: object) -> Invalid:
    return Invalid(said, code=code, errors=[FieldError(field, code, said)])
