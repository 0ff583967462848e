"""All use cases that somebody sees, beside each other: the page of that name, on paper."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.selectors.portfolio import Found, portfolio
from approvals.showing.portfolio import (
    lead_of,
    main_currency,
    ordered,
    picture_of,
    remarks_of,
    row_told,
    stage_label,
    stages_of,
    stages_summary,
    stats_of,
    told,
)
from approvals.showing.portfolio_bodies import portfolio_body, row_body
from foundation import actor as actors
from foundation.models import AuditEvent
from governance.economics.services.figures import keep_missing_figures
from reports.bundle import Record
from reports.content import case_blocks, events, evidence, summary
from reports.content.pictures import picture_blocks
from reports.content.view import Frame
from reports.content.wording import instant, number
from reports.document import Bar, Bars, Block, Cell, Column, Document, KeyValues, Section, State, Table, Text, Value
from reports.models import Report

KEY = "portfolio"
TIERS: dict[str, State] = {"ok": "ok", "warn": "warn", "bad": "bad"}


def gather(report: Report) -> Found:
    """What who asked for the report sees, all of it reckoned: also what was left to be after an upgrade."""
    keep_missing_figures(None)
    return portfolio(actors.person(report.requested_by))


def draft(report: Report, frame: Frame, found: Found) -> Document:
    """The document, less the index of its evidence."""
    facts: list[tuple[str, Value]] = [(_("Attention"), summary.demo_warning())] if frame.demo else []
    facts += [
        (_("In short"), lead_of(found)),
        (_("Use cases"), number(len(found.positions))),
        (_("As seen by"), str(report.requested_by)),
        (_("As of"), _("%(time)s UTC") % {"time": instant(frame.at)}),
    ]
    return Document(
        title=str(report.get_kind_display()),
        subtitle=report.title,
        report_id=report.public_id,
        language=report.language,
        facts=facts,
        sections=[
            Section(summary.KEY, summary.title(), _short(found)),
            evidence.scope_section(report, frame, _("All use cases that %(person)s sees.") % {"person": report.requested_by}),
            Section(KEY, _("Use cases beside each other"), _blocks(found)),
            events.section(frame, events_of(frame, report)),
        ],
    )


def _short(found: Found) -> list[Block]:
    return [Text([lead_of(found)]), KeyValues([(item["label"], f"{item['value']}. {item['note']}") for item in stats_of(found)])]


def _blocks(found: Found) -> list[Block]:
    currency, stages = main_currency(found), stages_of(found)
    bars = [
        Bar(stage_label(found, row.stage), row.npv or Decimal(0), told(row.npv, currency) or _("not known"))
        for row in stages
        if row.count
    ]
    blocks: list[Block] = list(picture_blocks(picture_of(found)))
    if any(row.npv is not None for row in stages):
        blocks.append(Bars(_("Net value by stage"), bars, stages_summary(found, stages), _("There is no use case.")))
    columns = [
        Column(_("Use case"), 2),
        Column(_("Stage"), 1.1),
        Column(_("Risk"), 0.9),
        Column(_("Net present value"), 1.3, align="right"),
        Column(_("First year"), 1.2, align="right"),
        Column(_("Cost so far"), 1.2, align="right"),
        Column(_("Benefit realised"), 1.2, align="right"),
        Column(_("Cost of waiting"), 1.2, align="right"),
    ]
    rows: list[list[Value]] = []
    for row in ordered(found).rows:
        said = row_told(found, row)
        unknown = _("not known")
        nothing = _("nothing recorded")
        waits = (said["waiting_cost"] or unknown) if row.waiting else _("nothing waits")
        rows.append(
            [
                f"{said['title']} ({said['basis']})",
                said["stage"],
                Cell(said["tier"]["label"], state=TIERS.get(said["tier"]["tone"], "muted")),
                Cell(said["npv"], state="bad") if said["loses"] else said["npv"] or unknown,
                said["effort"] or unknown,
                said["spent"] or nothing,
                said["realised"] or nothing,
                waits,
            ]
        )
    blocks.append(Table(columns, rows, _("Use cases, most value first"), _("There is no use case.")))
    blocks.append(Text([*remarks_of(found), case_blocks.rounding_rule()], style="note"))
    return blocks


def events_of(frame: Frame, report: Report) -> QuerySet[AuditEvent]:
    """Those of the report itself: the use cases have reports of their own."""
    return events.sealed(frame).filter(subject_id=report.public_id)


def records(found: Found) -> list[Record]:
    return [
        Record("portfolio", portfolio_body(found)),
        *(Record(f"use case {row.key}", row_body(row)) for row in ordered(found, "title").rows),
    ]
