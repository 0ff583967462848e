"""What was asked of gates, and what they answered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.models import Answer
from reports.bundle import Record
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import answer, instant
from reports.document import Block, Cell, Column, Heading, Section, State, Streamed, Table, Text, Value

KEY = "gates"
MOST_CHECKPOINTS = 200
_SIZE = re.compile(r"\A[^\n]+\n(\d+)\n")


def title() -> str:
    return _("Gate answers and overrides")


def part(view: View) -> Part:
    newest = _newest(view)
    blocks: list[Block] = [
        Heading("overrides", _("Overrides")),
        Text([_("No gate was overridden: no answer was set aside by a person.")]),
        Heading("answers", _("Answers")),
        _answers(view),
    ]
    if newest is not None:
        blocks += [Heading("checks", _("Checks of the newest answer")), _checks(newest)]
    records = [_record(row) for row in _rows(view).iterator(500)]
    return Part(Section(KEY, title(), blocks), records, list(_open_points(view, newest)))


def _rows(view: View) -> QuerySet[Answer]:
    rows = Answer.objects.filter(evaluation__model_version__in=[row.pk for row in view.versions], answered_at__lte=view.at)
    return rows.select_related("evaluation__gate__environment", "evaluation__model_version").order_by("-answered_at", "-pk")


def _newest(view: View) -> Answer | None:
    return _rows(view).first()


def _record(row: Answer) -> Record:
    body = {"evaluation": row.evaluation.public_id, "number": row.number, "answered_at": row.answered_at, "answer": row.body}
    return Record(f"answer {row.evaluation.public_id} {row.number}", body)


def _answers(view: View) -> Table:
    columns = [
        Column(_("When (UTC)"), 1.4),
        Column(_("Asked by"), 1.4),
        Column(_("Version"), 1.4),
        Column(_("Gate"), 1.0),
        Column(_("Answer"), 1.0),
        Column(_("In short"), 2.0),
        Column(_("Mode"), 0.9),
    ]

    def rows() -> Iterator[list[Value]]:
        for row in _rows(view).iterator(500):
            asked = row.evaluation
            enforced = _("enforced") if row.body.get("enforced") else _("not enforced")
            gate = asked.gate.environment.slug
            yield [
                instant(row.answered_at),
                asked.asked_by_label,
                asked.model_version.label,
                gate,
                answer(row.decision),
                str(row.body.get("summary", "")),
                enforced,
            ]

    return Table(
        columns, Streamed(rows), _("Every answer that changed, newest first"), _("No gate has been asked about this yet.")
    )


def _checks(row: Answer) -> Table:
    columns = [Column(_("Check"), 2.2), Column(_("Result"), 1), Column(_("Blocks?"), 0.8), Column(_("Detail"), 3)]
    rows: list[list[Value]] = []
    for check in row.body.get("checks", []):
        name = f"{check['title']}\n{check['code']}"
        rows.append([name, _status(check["status"]), _("yes") if check["blocking"] else _("no"), check["detail"] or "–"])
    caption = _("%(version)s at the gate %(gate)s, %(time)s UTC") % {
        "version": row.evaluation.model_version.label,
        "gate": row.evaluation.gate.environment.slug,
        "time": instant(row.answered_at),
    }
    return Table(columns, rows, caption, _("The answer names no check."))


def _status(status: str) -> Cell:
    words: dict[str, Any] = {
        "pass": (_("Passes"), "ok"),
        "fail": (_("Fails"), "bad"),
        "pending": (_("Waits"), "warn"),
        "unknown": (_("Unknown"), "warn"),
    }
    word, tone = words.get(status, (status, "muted"))
    return Cell(word, state=tone)


def _open_points(view: View, newest: Answer | None) -> Iterator[OpenPoint]:
    """Blocking checks that fail or cannot be answered. What merely waits, the requests tell; what only advises, its register."""
    if newest is None:
        if view.versions:
            yield OpenPoint("warn", _("No gate has been asked whether any of these versions may ship."), title())
        return
    for check in newest.body.get("checks", []):
        if check["blocking"] and check["status"] in ("fail", "unknown"):
            words = {"version": newest.evaluation.model_version.label, "check": check["title"], "detail": check["detail"]}
            state: State = "bad" if check["status"] == "fail" else "warn"
            yield OpenPoint(state, _("%(version)s: %(check)s. %(detail)s") % words, title())


def checkpoints_given_out(view: View) -> list[int]:
    """Sizes of the checkpoints that left the building in gate answers: whoever kept one can check that nothing was rewritten."""
    sizes = set()
    for note in _rows(view).values_list("body__checkpoint", flat=True)[: 10 * MOST_CHECKPOINTS]:
        found = _SIZE.match(note or "")
        if found:
            sizes.add(int(found[1]))
    return sorted(sizes)[-MOST_CHECKPOINTS:]
