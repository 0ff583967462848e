"""Is the version worth at least what was agreed to?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check
from approvals.selectors.worth import CODE, is_tolerated, tolerated, version_worth
from governance.economics.cashflow import rounded
from governance.economics.presenting.worth import because, headline, unknown_told
from governance.economics.revaluing import Worth
from governance.economics.selectors.worth import Agreed
from governance.economics.wording.cases import money


@check(CODE, gettext_lazy("Is the version worth at least as much a year as the approved case counts on?"), level="advisory")
def not_below_approved(context: Context) -> Iterable[Result]:
    """The approved case with the version's metrics, beside the case as it was approved. Asks the database nothing of its own."""
    sources = context.manifest.sources
    agreed = sources.agreed if sources is not None else None
    if agreed is None:
        yield _not_approved(context)
        return
    for result in _measured(context, agreed):
        result.rests_on = agreed.baseline
        yield result


def _measured(context: Context, agreed: Agreed) -> Iterable[Result]:
    worth = version_worth(context.manifest, agreed.snapshot)
    evidence = [{"type": "baseline", "id": agreed.baseline}, {"type": "snapshot", "id": agreed.snapshot.public_id}]
    if not worth.is_driven:
        yield _not_driven(context, evidence)
    elif not worth.is_known:
        title = _("What the version is worth is not known")
        action = _at_worth(context, _("See which metric is missing"))
        yield Result(CODE, "unknown", title, unknown_told(worth), _who(context, pushed=True), action, evidence)
    else:
        evidence.append({"type": "worth", "id": f"{rounded(worth.change)} {worth.agreed.currency}"})
        yield _weighed(context, worth, evidence)


def _weighed(context: Context, worth: Worth, evidence: list[dict[str, str]]) -> Result:
    """Below by more than the policy tolerates is a no."""
    currency = worth.agreed.currency
    title = _sentence_case(headline(worth.change, currency))
    may_lose = tolerated(context.policy.worth_tolerance, worth.before, currency)
    reasons = because(worth)
    detail = _("Because %(reasons)s.") % {"reasons": reasons} if reasons else ""
    if is_tolerated(worth.change, may_lose):
        if rounded(worth.change) < 0:
            words = {"amount": money(may_lose), "currency": currency}
            detail = f"{detail} " + _("The policy tolerates %(amount)s %(currency)s a year less.") % words
        return Result(CODE, "pass", title, detail.strip(), evidence=evidence)
    given = context.policy.worth_tolerance
    if given is not None and given.currency and given.currency != currency:
        detail += " " + _(
            "The tolerance of the policy, %(tolerance)s, is in another currency than the case, and does not count."
        ) % {"tolerance": given}
    action = _at_worth(context, _("See what it costs, and why"))
    return Result(CODE, "fail", title, detail.strip(), _who(context), action, evidence)


def _not_approved(context: Context) -> Result:
    """Somebody has to approve a case first; where none is written down nobody could."""
    action = context.at_use_case(_("Costs and benefits"), "cost-benefit/")
    detail = _("Until then there is nothing to measure a version against.")
    if context.manifest.bodies["economics"]["case"]:
        return Result(CODE, "pending", _("The cost-benefit case was not approved"), detail, _who(context), action)
    return Result(CODE, "unknown", _("There is no cost-benefit case to measure against"), detail, _who(context), action)


def _not_driven(context: Context, evidence: list[dict[str, str]]) -> Result:
    title = _("Nothing in the approved case follows from the model")
    detail = _(
        "Let a benefit take the metrics that it rests on, and have the case approved: then each version can be measured against it."
    )
    action = context.at_use_case(_("Costs and benefits"), "cost-benefit/")
    return Result(CODE, "unknown", title, detail, context.holding("project_lead"), action, evidence)


def _at_worth(context: Context, label: str) -> dict[str, str]:
    found = context.at_version(label)
    return {**found, "path": f"{found['path']}#worth"}


def _who(context: Context, *, pushed: bool = False) -> list[dict[str, str]]:
    """Whoever can add a metric; else who leads the project, and who wanted what it brings."""
    first = context.who_pushed() if pushed else context.holding("project_lead")
    others = context.holding("business_owner") if not pushed else []
    return first + [person for person in others if person not in first]


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
