"""What the reader can rely on and how to check it: scope and method at the front, evidence and instructions at the end."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from foundation.canonical import digest
from foundation.notes import parse_vkey
from reports.bundle import Record
from reports.content.view import Frame
from reports.content.wording import instant, mono, number
from reports.document import Block, Column, Heading, KeyValues, Section, Table, Text, Value
from reports.models import Report


def scope_section(report: Report, frame: Frame, includes: str) -> Section:
    """What this report covers, as of when, by which method, and what it does not say."""
    asked = _("%(time)s UTC by %(who)s") % {"time": instant(report.requested_at), "who": report.requested_by}
    facts: list[tuple[str, Value]] = [
        (_("Covers"), includes),
        (_("As of"), _("%(time)s UTC") % {"time": instant(frame.at)}),
        (_("Asked for"), asked),
        (_("Made"), _("%(time)s UTC") % {"time": instant(frame.made_at)}),
        (_("Log"), _("%(origin)s, %(count)s events") % {"origin": origin_of(frame), "count": number(frame.checkpoint.size)}),
        (_("Root of the log"), mono(bytes(frame.checkpoint.root).hex())),
    ]
    method = [
        _(
            "Everything here is read from the records of Countersign as they stood at the time above; nothing was "
            "typed in for this report. States of requests and steps are computed from the policy, the ballots and "
            "the roles of that time, by the same function that answers the gates."
        ),
        _("All times are in UTC. Digests are SHA-256 over the canonical form of what they stand for, and are printed whole."),
    ]
    if frame.at < frame.made_at and report.as_of is not None:
        method.append(
            _(
                "This report looks back. Rows that are written once are shown as of the time above; names of people "
                "and things, and the list of a version's metrics, are shown as they are now."
            )
        )
    absent = _(
        "Not on record, and so not in this report: deployments that took place, figures measured in production, "
        "waivers. Their absence here does not mean that there were none outside Countersign."
    )
    return Section("scope", _("Scope, method and time"), [KeyValues(facts), Text(method), Text([absent], style="note")])


def origin_of(frame: Frame) -> str:
    return frame.checkpoint.note.partition("\n")[0]


def key_of(frame: Frame) -> str:
    """The fingerprint of the key that signed the checkpoint: name and hash, enough to compare and not enough to check with."""
    return "+".join(str(parse_vkey(frame.checkpoint.vkey)).split("+", 2)[:2])


def evidence_section(report: Report, frame: Frame, records: Sequence[Record], *, inputs_digest: str, events: int) -> Section:
    """The index of what travels with the report, and how to check it without us."""
    return Section(
        "evidence", _("Evidence and how to verify it"), [*_instructions(report, frame), *_index(records, inputs_digest, events)]
    )


def _instructions(report: Report, frame: Frame) -> list[Block]:
    command = f"python -m countersign verify {report.public_id}.pdf --key '<{_('the verification key')}>'"
    facts: list[tuple[str, Value]] = [
        (_("Signed under"), mono(key_of(frame))),
        (_("Log"), origin_of(frame)),
        (_("Size of the log"), number(frame.checkpoint.size)),
        (_("Root of the log"), mono(bytes(frame.checkpoint.root).hex())),
    ]
    steps = [
        _(
            "1. Get the verification key from somewhere else than this file: from the project's published key, "
            "from an earlier report that you trust, or by telephone. A key that comes with the report proves "
            "nothing: whoever forges one forges the other."
        ),
        _("2. Compare its name and hash with the line “Signed under”."),
        _(
            "3. Run the command below where Python 3.11 is, with no connection to any server. It answers intact "
            "(exit code 0), altered (1) or incomplete (2)."
        ),
        _(
            "4. If you kept a checkpoint, from a gate's answer or an earlier report, add --since with it: the log "
            "must begin with it, or it was rewritten."
        ),
    ]
    limits = _(
        "What a signature cannot show: that the records told the truth when they were written, and that the "
        "clock of the server was right. Who held both the database and the key could write a new past that no "
        "checkpoint outside the house contradicts."
    )
    return [
        Heading("verify", _("How to verify this report")),
        KeyValues(facts),
        Text(steps),
        KeyValues([(_("Command"), mono(command))]),
        Text([limits], style="note"),
    ]


def _index(records: Sequence[Record], inputs_digest: str, events: int) -> list[Block]:
    rows = [[str(place), record.name, digest(record.body)] for place, record in enumerate(records, 1)]
    columns = [Column(_("No."), 0.5, align="right"), Column(_("Record"), 2.6), Column(_("Digest"), 4, mono=True)]
    told = _(
        "The file evidence.jsonl inside this PDF holds these records, %(count)s events with their proofs, the "
        "signed checkpoint and one signature over all of it."
    )
    return [
        Heading("index", _("Index of the evidence")),
        Text([told % {"count": number(events)}]),
        KeyValues([(_("Digest of the inputs"), mono(inputs_digest))]),
        Table(columns, rows, _("Records, with the digest of each"), _("The report rests on the events alone.")),
    ]
