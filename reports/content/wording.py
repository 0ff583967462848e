"""How values are written in a report: the same in every section, whatever the language."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from approvals.models import Ballot, Request
from foundation.templatetags.countersign import figure
from reports.document import Cell, State


def instant(value: datetime | None) -> str:
    """A time to the second, always in UTC: readers of one report sit in several zones."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if value else "–"


def day(value: datetime | None) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d}" if value else "–"


def number(value: Decimal | int | None, places: int | None = None) -> str:
    """A number as the language writes it; with `places`, rounded by the one rule."""
    return "–" if value is None else figure(value, places)


def money(value: Decimal, currency: str) -> str:
    return _("%(amount)s %(currency)s") % {"amount": number(value, 0), "currency": currency}


def mono(value: Any) -> Cell:
    """A digest, commit or id: in fixed pitch, and always whole, because a shortened one proves nothing."""
    return Cell(str(value), mono=True) if value else Cell("–")


def yes(value: bool) -> Cell:
    return Cell(_("Yes"), state="ok") if value else Cell(_("No"), state="warn")


def request_state(state: str) -> Cell:
    """The state of a request, as a word with its meaning."""
    tones: dict[str, State] = {
        Request.State.OPEN: "warn",
        Request.State.APPROVED: "ok",
        Request.State.REJECTED: "bad",
        Request.State.EXPIRED: "warn",
        Request.State.REVOKED: "bad",
    }
    return Cell(str(Request.State(state).label), state=tones.get(state, "muted"))


def step_state(state: str) -> Cell:
    words: dict[str, tuple[str, State]] = {
        "met": (pgettext("step", "Met"), "ok"),
        "pending": (pgettext("step", "Waits"), "warn"),
        "waiting": (pgettext("step", "Not its turn"), "muted"),
        "blocked": (pgettext("step", "Blocked"), "bad"),
        "error": (pgettext("step", "Cannot be met"), "bad"),
    }
    word, tone = words.get(state, (state, "muted"))
    return Cell(word, state=tone)


def verdict(value: str) -> Cell:
    words: dict[str, tuple[str, State]] = {
        Ballot.Verdict.APPROVE: (pgettext("ballot", "Approved"), "ok"),
        Ballot.Verdict.ABSTAIN: (pgettext("ballot", "Abstained"), "muted"),
        Ballot.Verdict.REQUEST_CHANGES: (pgettext("ballot", "Asked for changes"), "warn"),
        Ballot.Verdict.REJECT: (pgettext("ballot", "Rejected"), "bad"),
        Ballot.Verdict.RETRACT: (pgettext("ballot", "Took back"), "muted"),
    }
    word, tone = words.get(value, (value, "muted"))
    return Cell(word, state=tone)


def answer(decision: str) -> Cell:
    words: dict[str, tuple[str, State]] = {
        "allow": (pgettext("gate", "Allowed"), "ok"),
        "deny": (pgettext("gate", "Denied"), "bad"),
        "pending": (pgettext("gate", "Pending"), "warn"),
    }
    word, tone = words.get(decision, (decision, "muted"))
    return Cell(word, state=tone)


def fact_status(status: str) -> Cell:
    words: dict[str, tuple[str, State]] = {
        "verified": (pgettext("fact", "Verified"), "ok"),
        "asserted": (pgettext("fact", "Asserted"), "muted"),
        "contradicted": (pgettext("fact", "Contradicted"), "bad"),
    }
    word, tone = words.get(status, (status, "muted"))
    return Cell(word, state=tone)
