"""The case of a use case in full: figures with their formulae, pictures, lines, scenarios, what was agreed and what came of it, and what
was provided for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from foundation.drawing.histogram import Class
from foundation.models import AuditEvent
from foundation.rounding import rounded
from governance.economics.assumptions import BASE, plan_in_scenario
from governance.economics.cashflow import Evaluation, Refused
from governance.economics.components import component_body, plan_of
from governance.economics.models import Actual, Baseline, ProvisionRequest, Simulation, Snapshot
from governance.economics.pictures import Outcomes, outcomes_picture
from governance.economics.plan.problems import NotWritten
from governance.economics.presenting import actuals as results_words
from governance.economics.presenting.cases import verdict_told
from governance.economics.presenting.provisions import money as cents
from governance.economics.presenting.scenarios import title_of
from governance.economics.presenting.simulations import simulation_told
from governance.economics.results import Results, Said, results_of
from governance.economics.selectors.baselines import lines_known
from governance.economics.selectors.cases import evaluation_of
from governance.economics.simulations_written import figure_of
from governance.economics.wording.refusals import case_refused
from governance.usecases.models import UseCase
from reports.bundle import Record
from reports.content import case_blocks, economics, events, evidence, summary
from reports.content.moment import snapshot_at
from reports.content.pictures import picture_blocks
from reports.content.view import Frame, OpenPoint
from reports.content.wording import day, instant, money, mono, number
from reports.document import Block, Cell, Column, Document, Heading, KeyValues, Section, Table, Text, Value
from reports.models import Report

MOST_SIMULATIONS = 5


@dataclass(frozen=True)
class Gathered:
    """What was on record at the instant. `figures` are those of the newest snapshot; `results` those of the baseline that held.

    `refused` says why a snapshot has no figures: the rules may have been others when it was written down.
    """

    use_case: UseCase
    snapshot: Snapshot | None
    figures: Evaluation | None
    refused: str
    baseline: Baseline | None
    results: Results | None
    simulations: Sequence[Simulation]
    provisions: Sequence[ProvisionRequest]
    points: Sequence[OpenPoint]
    at: datetime


def gather(report: Report, frame: Frame) -> Gathered:
    use_case = report.use_case
    if use_case is None:
        raise ValueError("a case belongs to a use case")
    snapshot = snapshot_at(use_case, frame.at)
    figures, refused = _figures(snapshot) if snapshot is not None else (None, "")
    baseline = _baseline(use_case, frame)
    results = _results(baseline, frame) if baseline is not None else None
    simulations = Simulation.objects.filter(
        snapshot__case__use_case=use_case, finished_at__lte=frame.at, result__isnull=False
    ).select_related("snapshot__case")
    provisions = ProvisionRequest.objects.filter(use_case=use_case, created_at__lte=frame.at).select_related(
        "budget", "use_case", "renews", "deviation"
    )
    return Gathered(
        use_case,
        snapshot,
        figures,
        refused,
        baseline,
        results,
        list(simulations.order_by("-pk")[:MOST_SIMULATIONS]),
        list(provisions.order_by("-number")),
        summary.by_weight(_points(snapshot, figures, refused, baseline, results)),
        frame.at,
    )


def _figures(snapshot: Snapshot) -> tuple[Evaluation | None, str]:
    """The figures, or why there are none."""
    try:
        return evaluation_of(snapshot), ""
    except (Refused, NotWritten) as refusal:
        return None, case_refused(refusal)


def _baseline(use_case: UseCase, frame: Frame) -> Baseline | None:
    """The baseline that held at the instant."""
    rows = Baseline.objects.filter(case__use_case=use_case, approved_at__lte=frame.at)
    rows = rows.filter(Q(ended_at=None) | Q(ended_at__gt=frame.at))
    return rows.select_related("snapshot__case__use_case", "case").order_by("-number").first()


def _results(baseline: Baseline, frame: Frame) -> Results | None:
    """What had been recorded by then; None where the plan cannot be reckoned."""
    rows: QuerySet[Any] = Actual.objects.filter(case=baseline.case_id, recorded_at__lte=frame.at)
    rows = rows.exclude(replaced_by__recorded_at__lte=frame.at).order_by().values_list("line", "month")
    said = [Said(line, month, amount) for line, month, amount in rows.annotate(sum=Sum("amount"))]
    try:
        plan = plan_of(baseline.snapshot)
        dropped = {one.line for one in said} - {line.key for line in plan.lines}
        others = [line for key, line in lines_known(baseline.case_id, dropped).items() if key in dropped] if dropped else []
        return results_of(plan, baseline.starts_on, said, others=others)
    except (Refused, NotWritten):
        return None


def _points(
    snapshot: Snapshot | None, figures: Evaluation | None, refused: str, baseline: Baseline | None, results: Results | None
) -> list[OpenPoint]:
    where = economics.title()
    if snapshot is None:
        return [OpenPoint("warn", _("No cost-benefit case was written down."), where)]
    found = []
    if figures is None:
        found.append(OpenPoint("bad", refused, where))
    elif rounded(figures.npv, 0) < 0:
        said = _("The case loses money: its net present value is %(value)s.")
        found.append(OpenPoint("bad", said % {"value": money(figures.npv, snapshot.currency)}, where))
    if baseline is None:
        found.append(OpenPoint("warn", _("No version of the case was approved."), where))
    elif baseline.snapshot_id != snapshot.pk:
        found.append(OpenPoint("warn", _("The newest version of the case is not the one that was approved."), where))
    if results is not None and results.exceeded:
        found.append(OpenPoint("bad", _("Results are behind what was agreed by more than is tolerated."), where))
    return found


# The document --------------------------------------------------------------------------------------------------------------


def draft(report: Report, frame: Frame, found: Gathered) -> Document:
    """The document, less the index of its evidence."""
    return Document(
        title=str(report.get_kind_display()),
        subtitle=report.title,
        report_id=report.public_id,
        language=report.language,
        facts=_cover(frame, found),
        sections=[
            _summary(found),
            evidence.scope_section(report, frame, _("The case of the use case “%(title)s”.") % {"title": report.title}),
            *_sections(found),
            events.section(frame, events_of(frame, found)),
        ],
    )


def _cover(frame: Frame, found: Gathered) -> list[tuple[str, Value]]:
    facts: list[tuple[str, Value]] = [(_("Attention"), summary.demo_warning())] if frame.demo else []
    if found.figures is not None:
        said = verdict_told(found.figures)
        facts.append((_("Is it worth it"), Cell(said["text"], state="bad" if said["tone"] == "bad" else None)))
        facts += case_blocks.deciding(found.figures)
    elif found.refused:
        facts.append((_("Is it worth it"), Cell(found.refused, state="bad")))
    facts.append((_("Open points"), summary.count_of(found.points)))
    facts.append((_("As of"), _("%(time)s UTC") % {"time": instant(frame.at)}))
    return facts


def _summary(found: Gathered) -> Section:
    blocks: list[Block] = []
    if found.figures is not None:
        blocks += [Text([verdict_told(found.figures)["text"]]), KeyValues(case_blocks.deciding(found.figures))]
    elif found.refused:
        blocks.append(Text([found.refused]))
    blocks += [Heading("open-points", _("Open points")), summary.points_table(found.points)]
    return Section(summary.KEY, summary.title(), blocks)


def _sections(found: Gathered) -> list[Section]:
    nothing: list[Block] = [Text([_("No cost-benefit case was written down.")])]
    figures = found.figures
    if found.snapshot is None:
        return [Section(economics.KEY, economics.title(), nothing), _provisions(found)]
    if figures is None:
        why: list[Block] = [economics.written(found.snapshot), Text([found.refused])]
        return [Section(economics.KEY, economics.title(), why), _came(found), _provisions(found)]
    written: list[Block] = [
        economics.written(found.snapshot),
        case_blocks.measures(figures),
        Text([case_blocks.rounding_rule()], style="note"),
        *case_blocks.pictures(figures),
    ]
    rests: list[Block] = [case_blocks.frame(figures), case_blocks.lines(figures)]
    varied: list[Block] = [case_blocks.scenarios(figures), *case_blocks.sensitivity(figures), *_simulations(found)]
    return [
        Section(economics.KEY, economics.title(), written),
        Section("economics-basis", _("What it rests on"), rests),
        Section("economics-varied", _("If things turn out otherwise"), varied),
        _came(found),
        _provisions(found),
    ]


def _simulations(found: Gathered) -> list[Block]:
    if not found.simulations:
        return [Text([_("No simulation was run.")])]
    newest = next((row for row in found.simulations if row.scenario in ("", BASE)), found.simulations[0])
    plan, result = plan_in_scenario(plan_of(newest.snapshot), newest.scenario), newest.result or {}
    told = simulation_told(plan, result)
    classes = [Class(Decimal(row["low"]), Decimal(row["high"]), row["count"]) for row in result["histogram"]]
    p10, p50, p90 = (figure_of(result, "percentiles", name) for name in ("10", "50", "90"))
    picture = outcomes_picture(
        Outcomes(classes, p10, p50, p90, figure_of(result, "below_zero"), result["trials"]), currency=plan.currency
    )
    rows: list[list[Value]] = [
        [
            number(row.snapshot.number),
            _scenario_of(row),
            number(row.trials),
            number(row.seed),
            instant(row.finished_at),
            mono(row.result_digest),
        ]
        for row in found.simulations
    ]
    columns = [
        Column(_("Version of the case"), 0.9, align="right"),
        Column(_("Scenario"), 1),
        Column(_("Trials"), 0.9, align="right"),
        Column(_("Seed"), 1, align="right"),
        Column(_("Run (UTC)"), 1.4),
        Column(_("Digest of the result"), 2.6),
    ]
    which = {"version": newest.snapshot.number, "scenario": _scenario_of(newest)}
    return [
        Text([_("Version %(version)s of the case, scenario “%(scenario)s”:") % which, told["verdict"]["text"]]),
        *picture_blocks(picture),
        Table(columns, rows, _("Simulations, newest first"), _("No simulation was run.")),
    ]


def _scenario_of(row: Simulation) -> str:
    titles = {item.key: item.title for item in plan_of(row.snapshot).scenarios}
    return titles.get(row.scenario) or title_of(row.scenario or BASE, "")


def _came(found: Gathered) -> Section:
    key, title = "economics-results", _("What was agreed, and what came of it")
    if found.baseline is None:
        return Section(key, title, [Text([_("No version of the case was approved, so nothing is measured against it.")])])
    agreed: list[tuple[str, Value]] = [
        (_("Baseline"), _("%(number)s, version %(version)s of the case") % {
            "number": found.baseline.number, "version": found.baseline.snapshot.number
        }),
        (_("Approved"), _("%(time)s UTC, in the request %(request)s") % {
            "time": instant(found.baseline.approved_at), "request": found.baseline.request
        }),
        (_("First day of period 0"), f"{found.baseline.starts_on:%Y-%m-%d}"),
    ]  # fmt: skip
    if found.results is None:
        return Section(key, title, [KeyValues(agreed), Text([_("The plan that was approved cannot be reckoned.")])])
    verdict = results_words.verdict_told(found.results, found.baseline)
    picture, note = results_words.tracked_picture(found.results, found.baseline)
    agreed += [
        (item["label"], f"{item['value']} {item['unit']}".strip())
        for item in results_words.figures_told(found.results, found.baseline)
    ]
    columns = [
        Column(_("Line"), 2),
        Column(_("Known until"), 1),
        Column(_("Planned to date"), 1.1, align="right"),
        Column(_("Actual to date"), 1.1, align="right"),
        Column(_("Difference"), 1, align="right"),
        Column(_("Planned in all"), 1.1, align="right"),
        Column(_("Expected in all"), 1.1, align="right"),
    ]
    rows = [
        [
            row["title"], row["until"] or _("nothing recorded"), row["planned_to_date"], row["actual_to_date"], row["worse"],
            row["planned_in_all"], row["at_completion"],
        ]
        for row in results_words.lines_told(found.results)
    ]  # fmt: skip
    left_out = results_words.left_out_told(found.results)
    caption = _("Each line, in %(currency)s") % {"currency": found.baseline.case.currency}
    blocks: list[Block] = [
        Text([f"{verdict['title']}. {verdict['text']}"]),
        KeyValues(agreed),
        *picture_blocks(picture),
        Table(columns, rows, caption, _("The case has no lines.")),
        *([Text([text for text in (note, left_out) if text], style="note")] if note or left_out else []),
    ]
    return Section(key, title, blocks)


def _provisions(found: Gathered) -> Section:
    columns = [
        Column(_("No."), 0.5, align="right"),
        Column(_("What"), 2.2),
        Column(_("Kind"), 1.2),
        Column(_("Costs"), 1.3, align="right"),
        Column(_("From, until"), 1.5),
        Column(_("Budget"), 1.6),
        Column(_("Decided"), 1.5),
    ]
    rows = [
        [
            str(row.number),
            row.title,
            str(row.get_kind_display()),
            f"{cents(row.total)} {row.currency}",
            f"{row.from_date:%Y-%m-%d} – {row.until_date:%Y-%m-%d}",
            str(row.budget),
            _decided(row, found.at),
        ]
        for row in found.provisions
    ]
    table = Table(columns, rows, _("What was asked for, newest first"), _("Nothing was asked for."))
    return Section("economics-provisions", _("Provisions"), [table])


def _decided(row: ProvisionRequest, at: datetime) -> str:
    """What was known of it at the instant, with the day."""
    words = {
        "approved": (_("approved"), row.decided_at),
        "expired": (_("approved"), row.decided_at),
        "refused": (_("refused"), row.decided_at),
        "withdrawn": (_("withdrawn"), row.ended_at),
        "ended": (_("ended"), row.ended_at),
    }
    state = row.state(at)
    return f"{words[state][0]} {day(words[state][1])}" if state in words else _("not yet")


# Evidence ------------------------------------------------------------------------------------------------------------------


def events_of(frame: Frame, found: Gathered) -> QuerySet[AuditEvent]:
    """Sealed events of the use case that are about money."""
    return events.sealed(frame).filter(scope=found.use_case.public_id, kind__startswith="economics.")


def records(found: Gathered) -> list[Record]:
    rows: list[Record] = [economics.record(found.snapshot)] if found.snapshot is not None else []
    if found.baseline is not None:
        body = {
            **{name: getattr(found.baseline, name) for name in ("number", "starts_on", "request", "approved_at")},
            "snapshot": found.baseline.snapshot.public_id,
            "digest": found.baseline.snapshot.digest,
            "content": component_body(found.baseline.snapshot),
        }
        rows.append(Record(f"baseline {found.baseline.number}", body))
    if found.baseline is not None and found.results is not None:
        rows.append(Record("results", results_words.results_body(found.results, found.baseline)))
    for run in found.simulations:
        rows.append(
            Record(
                f"simulation {run.public_id}",
                {"trials": run.trials, "seed": run.seed, "digest": run.result_digest, "result": run.result},
            )
        )
    rows += [Record(f"provision {row.number}", row.content()) for row in found.provisions]
    return rows
