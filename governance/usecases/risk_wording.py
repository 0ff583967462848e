"""The risk of a use case in words for people, in the language of who reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.usecases.models import Definition, RiskAssessment
from governance.usecases.questionnaires import in_words
from governance.usecases.risk import NONE, TIERS, UNSURE, Reason
from governance.usecases.selectors.risk import Risk
from governance.usecases.wording import field_label

TONES = {"low": ("ok", "shield-check"), "medium": ("warn", "triangle-alert"), "high": ("bad", "octagon-alert")}


def tier_look(tier: str) -> dict[str, Any]:
    """A tier as `usecases/risk_tier.html` shows it; without one it is not known."""
    tone, icon = TONES.get(tier, ("unknown", "circle-question-mark"))
    return {"tone": tone, "icon": icon, "label": tier_label(tier)}


def tier_label(tier: str) -> str:
    return str(dict(Definition.RiskTier.choices)[tier]) if tier in TIERS else _("Not known")


def none_label() -> str:
    return _("None of these")


def unsure_label() -> str:
    return _("We do not know yet")


def said(words: Mapping[str, str] | None) -> str:
    """A text of a questionnaire, in the language of who reads."""
    return in_words(words or {}, translation.get_language() or "en")


def question_of(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next((item for part in content["parts"] for item in part["questions"] if item["key"] == key), {})


def answer_words(question: Mapping[str, Any], key: str) -> str:
    if key == UNSURE:
        return unsure_label()
    if key == NONE and question.get("many"):
        return none_label()
    found: Mapping[str, Any] = next((option for option in question.get("options", ()) if option["key"] == key), {})
    return said(found.get("say")) or key


def told_reason(content: Mapping[str, Any], reason: Reason, tier: str) -> dict[str, str]:
    """Why the tier is not lower: what was asked and answered, and what that does. `tier` is the one that was decided."""
    if reason.rule:
        rule: Mapping[str, Any] = next((item for item in content["rules"] if item["key"] == reason.rule), {})
        asked, answer = _("Together"), said(rule.get("say"))
    else:
        question = question_of(content, reason.question)
        asked, answer = said(question.get("ask")), answer_words(question, reason.option)
    if reason.floor == tier or not reason.points:
        does = _("at least %(tier)s") % {"tier": tier_label(reason.floor)}
    else:
        does = ngettext("%(n)s point", "%(n)s points", reason.points) % {"n": reason.points}
    return {"asked": asked, "answer": answer, "does": does}


def told_answers(assessment: RiskAssessment) -> list[dict[str, Any]]:
    """Every question of a version with what was answered: parts with their questions."""
    content = assessment.questionnaire.content
    return [
        {
            "title": said(part["title"]),
            "rows": [
                {
                    "ask": said(question["ask"]),
                    "answers": [answer_words(question, key) for key in assessment.answers.get(question["key"], ())],
                }
                for question in part["questions"]
            ],
        }
        for part in content["parts"]
    ]


def open_questions(content: Mapping[str, Any], keys: Iterable[str]) -> list[str]:
    return [said(question_of(content, key).get("ask")) for key in keys]


def headline(risk: Risk) -> str:
    """Where it stands, in one sentence."""
    if risk.standing == "missing":
        return _("Nobody has answered the questions about risk yet.")
    if risk.standing == "incomplete":
        lowest, highest = (tier_label(tier) for tier in (risk.result.lowest, risk.result.highest)) if risk.result else ("", "")
        return _("Not settled: between %(lowest)s and %(highest)s, until the open questions are answered.") % {
            "lowest": lowest,
            "highest": highest,
        }
    if risk.override is not None and risk.override.confirmed_at is not None:
        return _(
            "Two people set this tier: %(one)s proposed it and %(other)s confirmed it. The answers come to %(computed)s."
        ) % {
            "one": risk.override.proposed_by,
            "other": risk.override.confirmed_by,
            "computed": tier_label(risk.computed),
        }
    if risk.override is not None:
        return _("%(name)s proposes %(tier)s instead. Until a second person confirms that, the answers count.") % {
            "name": risk.override.proposed_by,
            "tier": tier_label(risk.override.tier),
        }
    return _("This is what the answers come to.")


def outdated(risk: Risk) -> list[str]:
    """Why the answers may no longer fit, one sentence each."""
    found = []
    if risk.questions_superseded:
        found.append(_("New questions came into force since they were answered."))
    if risk.changed_fields:
        names = ", ".join(field_label(name) for name in risk.changed_fields)
        found.append(_("The definition says something else by now about: %(names)s.") % {"names": names})
    return found
