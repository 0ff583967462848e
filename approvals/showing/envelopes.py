"""Envelopes for templates: limits in sentences, the trial as a table, what went in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.envelopes import Limits, Tried
from approvals.models import Envelope
from approvals.selectors.envelopes import Since, Trial, trial_of
from approvals.wording_envelopes import free_sentences, limit_sentences, line_sentence, moves_text


def limits_shown(limits: Limits) -> dict[str, Any]:
    return {"moves": moves_text(limits), "sentences": limit_sentences(limits), "free": free_sentences(limits)}


def trial_shown(found: Trial) -> dict[str, Any]:
    """What `approvals/envelope_trial.html` wants."""
    total = len(found.versions)
    return {
        "rows": [_tried(item) for item in found.versions],
        "baseline": [line_sentence(line) for line in found.baseline.broken],
        "more": found.more,
        "regretted": found.regretted,
        "said": ngettext(
            "%(inside)s of %(total)s past version would have gone in unasked.",
            "%(inside)s of %(total)s past versions would have gone in unasked.",
            total,
        )
        % {"inside": found.inside, "total": total},
    }


def trial_context(envelope: Envelope) -> dict[str, Any]:
    """The trial of a written envelope, for the pages of the envelope and of the request about it."""
    return {"trial": trial_shown(trial_of(envelope))}


def _tried(item: Tried) -> dict[str, Any]:
    failures = {
        "rejected": _("Rejected later"),
        "revoked": _("Approval revoked later"),
        "waiver_unjustified": _("Let in by a waiver that was not justified"),
    }
    return {
        "label": item.past.label,
        "url": f"/models/{item.past.id}/",
        "inside": item.inside,
        "regretted": item.regretted,
        "failures": [failures[code] for code in item.past.failures],
        "broken": [line_sentence(line) for line in item.broken],
    }


def since_shown(rows: Sequence[Since]) -> list[dict[str, Any]]:
    return [{**_tried(row.tried), "registered_at": row.version.created_at, "let_in": row.let_in} for row in rows]


def lead_of(state: str, envelope: Envelope) -> str:
    """Where the envelope stands, in one sentence."""
    words = {"model": envelope.model_name, "environment": envelope.environment.title}
    said = {
        "draft": _("Nobody has agreed to it yet: every version of %(model)s still needs its own approval."),
        "active": _("Versions of %(model)s inside of these limits may go to %(environment)s without a ballot."),
        "ended": _("It has ended: every version of %(model)s needs its own approval again."),
        "revoked": _("The agreement was revoked: every version of %(model)s needs its own approval again."),
        "expired": _("The agreement has run out: every version of %(model)s needs its own approval again."),
    }
    return said[state] % words
