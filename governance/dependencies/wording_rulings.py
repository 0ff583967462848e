"""Rulings in words for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation.drawing import bars, svg
from foundation.templatetags.countersign import figure
from governance.dependencies.models import Ruling
from governance.dependencies.selectors.rulings import Remaining

# The words of CycloneDX for why a flaw does no harm, each with what it claims.
JUSTIFICATION_WORDS: dict[str, tuple[Any, Any]] = {
    "code_not_present": (
        gettext_lazy("Code not present"),
        gettext_lazy("The code with the flaw is not in what we install: it was removed, or left out when it was built."),
    ),
    "code_not_reachable": (
        gettext_lazy("Code not reachable"),
        gettext_lazy("The code is there, and nothing of ours ever calls it."),
    ),
    "requires_configuration": (
        gettext_lazy("Requires a configuration"),
        gettext_lazy("The flaw shows only with a setting that we do not use."),
    ),
    "requires_dependency": (
        gettext_lazy("Requires a dependency"),
        gettext_lazy("The flaw shows only together with another package, which we do not install."),
    ),
    "requires_environment": (
        gettext_lazy("Requires an environment"),
        gettext_lazy("The flaw shows only on another system, processor or version of Python than ours."),
    ),
    "protected_by_compiler": (
        gettext_lazy("Protected by the compiler"),
        gettext_lazy("It was built with an option that stops the attack."),
    ),
    "protected_at_runtime": (
        gettext_lazy("Protected at run time"),
        gettext_lazy("Something stops the attack while it runs, such as a sandbox."),
    ),
    "protected_at_perimeter": (
        gettext_lazy("Protected at the perimeter"),
        gettext_lazy("The attack cannot come in from outside: a firewall or gateway keeps it away."),
    ),
    "protected_by_mitigating_control": (
        gettext_lazy("Protected by another control"),
        gettext_lazy("Another measure makes the attack harmless or unlikely. Say which in the reason."),
    ),
}

STATE_WORDS: dict[str, Any] = {
    "current": gettext_lazy("Open, in force or just run out"),
    "asked": gettext_lazy("Waits for security"),
    "recommended": gettext_lazy("Waits for a decision"),
    "in_force": gettext_lazy("In force"),
    "ending": gettext_lazy("Runs out within two weeks"),
    "expired": gettext_lazy("Run out"),
    "refused": gettext_lazy("Refused"),
    "revoked": gettext_lazy("Revoked"),
    "all": gettext_lazy("All"),
}


def justification_words(row: Ruling) -> tuple[str, str]:
    """The word and what it claims; where none was given, that the flaw is borne as it is."""
    if row.effect != Ruling.Effect.ACCEPT:
        return "", ""
    label, claim = JUSTIFICATION_WORDS.get(row.justification, (row.justification, ""))
    if not label:
        return _("None: the risk is borne"), _("The flaw may do harm, and whoever decides answers for that.")
    return str(label), str(claim)


def holds_words(row: Ruling, state: str) -> str:
    """How long it holds, in a few words."""
    if row.expires_at is None:
        return _("without an end")
    if state == "expired":
        return _("ran out on %(day)s") % {"day": date_format(row.expires_at, "DATE_FORMAT")}
    return _("until %(day)s") % {"day": date_format(row.expires_at, "DATETIME_FORMAT")}


def against_recommendation(row: Ruling) -> bool:
    """Whether the owner decided otherwise than security recommended."""
    return row.effect != Ruling.Effect.BLOCK and bool(row.decision and row.recommendation and row.decision != row.recommendation)


def burn_down_figure(points: Sequence[Remaining]) -> dict[str, Any] | None:
    """How many exemptions are and will be in force: bars by month, the sentence they prove, and the same as a table."""
    if not points:
        return None
    past = [point for point in points if not point.ahead]
    now = past[-1] if past else points[0]
    chart = bars.chart(
        [bars.Bar(_moment(point), point.count, figure(point.count), "neutral" if point.ahead else "info") for point in points],
        label_width=132.0,
    )
    title, summary = _("Exemptions in force, by month"), _burn_down_summary(now, points)
    return {
        "title": title,
        "summary": summary,
        "svg": svg.bars(chart, key="burn-down", title=title, description=summary),
        "table": {
            "columns": [
                {"label": _("When")},
                {"label": _("Exemptions in force"), "number": True},
                {"label": _("Kind of figure")},
            ],
            "rows": [
                [_moment(point), figure(point.count), _("if nothing is renewed") if point.ahead else _("counted")]
                for point in points
            ],
        },
    }


def _burn_down_summary(now: Remaining, points: Sequence[Remaining]) -> str:
    words = {"count": figure(now.count)}
    said = ngettext("%(count)s exemption is in force.", "%(count)s exemptions are in force.", now.count) % words
    ahead = [point for point in points if point.ahead]
    if not now.count or not ahead:
        return said
    last = {"left": figure(ahead[-1].count), "day": date_format(ahead[-1].at, "DATE_FORMAT")}
    then = _("If none is renewed, %(left)s will be left on %(day)s.") % last
    return f"{said} {then}"


def _moment(point: Remaining) -> str:
    """The beginning of a month by its name; now by its day."""
    whole = (point.at.day, point.at.hour, point.at.minute, point.at.second) == (1, 0, 0, 0)
    return date_format(point.at, "YEAR_MONTH_FORMAT" if whole else "DATE_FORMAT")
