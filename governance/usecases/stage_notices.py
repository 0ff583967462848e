"""What people are told about stages and hand-overs."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from governance.people import notices
from governance.usecases.lifecycle import Lifecycle
from governance.usecases.models import HandOver, StageMove
from governance.usecases.selectors.stages import Standing
from governance.usecases.stage_wording import language_now

_STAGE = "stage_"  # before the name of a language: what the stage is called in it


def _words(data: dict[str, str]) -> dict[str, Any]:
    """The stage by its name in the reader's language."""
    language = language_now()
    title = data.get(f"{_STAGE}{language}") or data.get(f"{_STAGE}en", "")
    return {**data, "stage": title}


RETURNED = notices.kind(
    "usecases.stage.returned",
    _("Sent back"),
    _("%(who)s sent %(title)s back to %(stage)s: %(reason)s"),
    mail_subject=_("%(title)s goes back to %(stage)s"),
    words=_words,
)
HANDED_OVER = notices.kind(
    "usecases.hand_over.handed_over",
    _("Hand-over"),
    _("%(who)s hands %(title)s over to operations. It waits for your answer."),
)
ANSWERED = notices.kind(
    "usecases.hand_over.answered",
    _("Hand-over"),
    _("%(who)s answered the hand-over of %(title)s."),
)


def returned_words(actor: Actor, standing: Standing, row: StageMove) -> dict[str, str]:
    return {
        "who": actor.label,
        "title": row.use_case.title,
        "reason": row.reason,
        **stage_names(standing.rules.lifecycle, row.to_stage),
    }


def stage_names(lifecycle: Lifecycle, key: str) -> dict[str, str]:
    stage = lifecycle.stage(key)
    return {f"{_STAGE}{language}": title for language, title in stage.titles.items()} if stage else {f"{_STAGE}en": key}


def hand_over_words(actor: Actor, row: HandOver) -> dict[str, str]:
    return {"who": actor.label, "title": row.use_case.title}
