"""The questions about risk: written by one administrator, in force when a second person has confirmed them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor, system
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.yaml_reading import MESSAGES as READING
from foundation.yaml_reading import Problem, Unreadable
from governance.people.permissions import may_administer
from governance.usecases.models import RiskQuestionnaire
from governance.usecases.permissions import may_confirm_questions
from governance.usecases.questionnaires import MESSAGES, SHIPPED, parse

QUESTIONS_WRITTEN = audit.kind("usecases.risk_questions.written", _("Risk questionnaire written"))
QUESTIONS_CONFIRMED = audit.kind("usecases.risk_questions.confirmed", _("Risk questionnaire in force"))
QUESTIONS_WITHDRAWN = audit.kind("usecases.risk_questions.withdrawn", _("Risk questionnaire withdrawn"))
LONGEST_QUESTIONS_NOTE = 2000


def questionnaire_in_force() -> RiskQuestionnaire:
    """The version that answers are given to: the newest that was confirmed; the one that ships is written down when first needed."""
    found = RiskQuestionnaire.objects.confirmed().order_by("-number").first()
    return found or _shipped()


def _shipped() -> RiskQuestionnaire:
    text, setup = SHIPPED.read_text(encoding="utf-8"), system("setup")
    try:
        with transaction.atomic():
            row = _new(setup, text, parse(text), number=1, note="")
            row.confirmed_at = row.created_at
            row.save(force_insert=True)
            audit.record(setup, QUESTIONS_WRITTEN, row, {"number": 1, "digest": row.digest, "in_force": True})
            return row
    except IntegrityError:
        return RiskQuestionnaire.objects.confirmed().order_by("-number")[0]  # somebody needed it at the same moment


def write_questionnaire(*, actor: Actor, source: str, note: str = "") -> RiskQuestionnaire:
    """Write a new version of the questions, as YAML. It is a draft until a second person confirms it; an older draft is withdrawn.

    The same questions as in the newest version are no new ones: that version is returned.
    Raises NotAllowed; Invalid naming each line that cannot be used; Conflict when somebody wrote a version at the same moment.
    """
    require(may_administer(actor))
    if len(note) > LONGEST_QUESTIONS_NOTE:
        said: Any = _("A note has at most %(most)s characters.") % {"most": LONGEST_QUESTIONS_NOTE}
        raise Invalid(said, errors=[FieldError("note", "max_length", said)])
    content = _parsed(source)
    questionnaire_in_force()  # what ships is number one
    newest = RiskQuestionnaire.objects.order_by("-number")[0]
    row = _new(actor, source, content, number=newest.number + 1, note=note.strip())
    if newest.digest == row.digest and newest.withdrawn_at is None:
        return newest
    try:
        with transaction.atomic():
            for draft in RiskQuestionnaire.objects.waiting().order_by("number"):
                _withdraw(actor, draft)
            row.save(force_insert=True)
            data = {"number": row.number, "digest": row.digest, "in_force": False}
            audit.record(actor, QUESTIONS_WRITTEN, row, data, personal={"note": row.note} if row.note else None)
    except IntegrityError as error:
        said = _("Somebody wrote a version at the same moment. Look at it first.")
        raise Conflict(said, code="risk_questions.conflict") from error
    return row


def confirm_questionnaire(*, actor: Actor, questionnaire: RiskQuestionnaire) -> RiskQuestionnaire:
    """Put a draft in force. Tiers that were computed by the one before stay, and are said to be out of date.

    Raises NotAllowed, also for its author; Conflict when it was confirmed or withdrawn meanwhile.
    """
    require(may_confirm_questions(actor, questionnaire))
    with transaction.atomic():
        waiting = RiskQuestionnaire.objects.waiting().filter(pk=questionnaire.pk)
        if not waiting.update(confirmed_at=clock.now(), confirmed_by=actor.user):
            raise Conflict(_("This version was confirmed or withdrawn meanwhile."), code="risk_questions.settled")
        row = RiskQuestionnaire.objects.get(pk=questionnaire.pk)
        audit.record(actor, QUESTIONS_CONFIRMED, row, {"number": row.number, "digest": row.digest})
        outbox.publish(actor, "usecases.risk_questions.confirmed", row, {"number": row.number})
    return row


def withdraw_questionnaire(*, actor: Actor, questionnaire: RiskQuestionnaire) -> RiskQuestionnaire:
    """Take back a draft. Raises NotAllowed; Conflict when it was confirmed or withdrawn meanwhile."""
    require(may_administer(actor))
    with transaction.atomic():
        return _withdraw(actor, questionnaire)


def _withdraw(actor: Actor, questionnaire: RiskQuestionnaire) -> RiskQuestionnaire:
    waiting = RiskQuestionnaire.objects.waiting().filter(pk=questionnaire.pk)
    if not waiting.update(withdrawn_at=clock.now(), withdrawn_by=actor.user):
        raise Conflict(_("This version was confirmed or withdrawn meanwhile."), code="risk_questions.settled")
    row = RiskQuestionnaire.objects.get(pk=questionnaire.pk)
    audit.record(actor, QUESTIONS_WITHDRAWN, row, {"number": row.number})
    return row


def _new(actor: Actor, source: str, content: dict[str, Any], *, number: int, note: str) -> RiskQuestionnaire:
    return RiskQuestionnaire(
        number=number,
        source=source,
        content=content,
        digest=digest(content),
        note=note,
        created_by=actor.user,
        created_at=clock.now(),
    )


def _parsed(source: str) -> dict[str, Any]:
    try:
        return parse(source)
    except Unreadable as error:
        found = [FieldError(_place(item), item.code, _told(item)) for item in error.problems]
        raise Invalid(_("This is no questionnaire that could be used; see errors."), errors=found) from error


def _place(problem: Problem) -> str:
    place = ": ".join(part for part in (f"line {problem.line}" if problem.line else "", problem.path) if part)
    return place or "source"


def _told(problem: Problem) -> str:
    return gettext({**READING, **MESSAGES}[problem.code]) % problem.params
