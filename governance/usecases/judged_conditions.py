"""The conditions of stages that risk and stack answer."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.usecases import conditions, risk_wording, stack_wording
from governance.usecases.conditions import Answer, Cases
from governance.usecases.models import RiskOverride
from governance.usecases.record_conditions import on_file
from governance.usecases.selectors.risk import Risk, risks_of
from governance.usecases.selectors.stack import Stack, stacks_of

BUILD = ("project_lead", "ml_engineer")


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("stack.fits", gettext_lazy("What it needs to run is on its platform"), many=_stacks)
    conditions.register(
        "risk.assessed", gettext_lazy("The questions about risk are answered for what is agreed now"), many=_risks
    )


def _stacks(cases: Cases) -> Mapping[int, Answer]:
    found = stacks_of(cases)
    return {case.pk: _stack(found[case.pk], f"/use-cases/{case.slug}/stack/") for case in cases}


def _stack(stack: Stack, url: str) -> Answer:
    said = stack_wording.headline(stack)
    if stack.standing == "fits":
        return Answer("met", said, url)
    if stack.standing == "missing":
        return Answer("unknown", said, url, BUILD)
    lacking = (
        ", ".join(stack_wording.thing_label(item.aspect, item.item) for item in stack.comparison.lacking[:5])
        if stack.comparison
        else ""
    )
    roles = ("operations",) if stack.asked else BUILD
    told = _("%(said)s It is about: %(names)s.") % {"said": said, "names": lacking}
    return Answer("unmet" if stack.standing == "deviates" else "unknown", told, url, roles)


def _risks(cases: Cases) -> Mapping[int, Answer]:
    others = {  # as far as an answer here depends on it: who proposed it is not said
        pk: RiskOverride(tier=filed.other_tier, confirmed_at=filed.confirmed_at)
        for pk, filed in on_file(cases).items()
        if filed.other_tier
    }
    found = risks_of(cases, movers=False, overrides=others)
    return {case.pk: _risk(found[case.pk], f"/use-cases/{case.slug}/risk/") for case in cases}


def _risk(risk: Risk, url: str) -> Answer:
    leads = ("project_lead",)
    if risk.prohibited:
        return Answer("unmet", _("An answer says that this use is prohibited."), url, leads)
    if risk.is_outdated and risk.tier:
        return Answer("unmet", " ".join(risk_wording.outdated(risk)), url, leads)
    if risk.standing in ("missing", "incomplete"):
        return Answer("unmet" if risk.standing == "missing" else "unknown", risk_wording.headline(risk), url, leads)
    return Answer("met", risk_wording.tier_label(risk.tier), url)
