"""What was built: each version with where it came from, what we know of that and how."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.wording import component_label
from lineage.models import ModelVersion, ProvenanceFact
from lineage.wording import fact_told
from reports.bundle import Record
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import fact_status, instant, mono, number
from reports.document import Block, Cell, Column, Heading, KeyValues, Section, Table, Text, Value

KEY = "versions"
Status = ProvenanceFact.Status


def title() -> str:
    return _("Model versions and provenance")


def part(view: View) -> Part:
    blocks: list[Block] = [
        Text(
            [
                _(
                    "A fact is asserted when somebody told us, verified when we read it from the bytes ourselves, and "
                    "contradicted when the bytes say otherwise."
                )
            ]
        ),
        _list(view),
    ]
    hidden = len(view.versions) - len(view.detailed)
    if hidden:
        said = ngettext(
            "%(count)s older version is in the list above and in the evidence, and is not printed at length.",
            "%(count)s older versions are in the list above and in the evidence, and are not printed at length.",
            hidden,
        )
        blocks.append(Text([said % {"count": hidden}], style="note"))
    for row in view.detailed:
        blocks += _details(view, row)
    return Part(Section(KEY, title(), blocks), [_record(view, row) for row in view.versions], _open_points(view))


def facts_at(view: View, row: ModelVersion) -> dict[str, ProvenanceFact]:
    """The newest fact of each key at the instant. Facts are ordered by age."""
    return {fact.key: fact for fact in row.facts.all() if fact.at <= view.at}


def _record(view: View, row: ModelVersion) -> Record:
    manifest = view.manifests.get(row.public_id)
    body = {
        "id": row.public_id,
        "name": row.name,
        "version": row.version,
        "kind": row.kind,
        "registered_at": row.created_at,
        "registered_by": row.created_by.public_id if row.created_by else "",
        "identity": row.identity,
        "commit": row.commit,
        "repository": row.repository_url,
        "artifact_sha256": row.artifact_sha256,
        "params": row.params,
        "metrics": [metric.content() for metric in row.metrics.all()],
        "datasets": [item.content() for item in row.datasets.all()],
        "facts": [fact.content() for fact in facts_at(view, row).values()],
        "manifest": dict(manifest.digests) if manifest else {},
        "manifest_digest": manifest.digest if manifest else "",
    }
    return Record(f"model_version {row.label}", body)


def _list(view: View) -> Table:
    columns = [
        Column(_("Version"), 1.6),
        Column(_("Kind"), 1.1),
        Column(_("Registered (UTC)"), 1.4),
        Column(_("Commit"), 2.3, mono=True),
        Column(_("Provenance"), 1.9),
    ]
    rows: list[list[Value]] = [
        [row.label, str(row.get_kind_display()), instant(row.created_at), row.commit, _score(view, row)] for row in view.versions
    ]
    return Table(columns, rows, _("Versions, newest first"), _("No version has been registered yet."))


def _score(view: View, row: ModelVersion) -> Cell:
    facts = facts_at(view, row).values()
    wrong = sum(fact.status == Status.CONTRADICTED for fact in facts)
    if wrong:
        return Cell(ngettext("%(n)s fact contradicted", "%(n)s facts contradicted", wrong) % {"n": wrong}, state="bad")
    known = sum(fact.status == Status.VERIFIED for fact in facts)
    said = _("%(known)s of %(total)s facts verified") % {"known": known, "total": len(facts)}
    return Cell(said, state="ok" if known else "warn")


def _details(view: View, row: ModelVersion) -> list[Block]:
    slug = row.public_id.replace("_", "-")
    artifact = " · ".join(part for part in (row.artifact_uri, _bytes(row.artifact_size), row.serialization) if part)
    facts: list[tuple[str, Value]] = [
        (_("Id"), mono(row.public_id)),
        (
            _("Registered"),
            _("%(time)s UTC by %(who)s") % {"time": instant(row.created_at), "who": row.created_by or _("the installation")},
        ),
        (_("Repository"), row.repository_url or _("not stated")),
        (_("Commit"), mono(row.commit)),
        (_("Artifact"), artifact or _("not stated")),
        (_("Digest of the artifact"), mono(row.artifact_sha256)),
        (_("Digest of the manifest"), mono(view.manifests[row.public_id].digest)),
    ]
    return [
        Heading(f"version-{slug}", row.label),
        KeyValues(facts),
        _components(view, row),
        _facts(view, row),
        _metrics(row),
        _datasets(row),
        _params(row),
    ]


def _bytes(size: int | None) -> str:
    return _("%(count)s bytes") % {"count": number(size)} if size is not None else ""


def _components(view: View, row: ModelVersion) -> Table:
    rows: list[list[Value]] = [[component_label(name), value] for name, value in view.manifests[row.public_id].digests.items()]
    caption = _("Manifest of %(version)s: what a person judges, component by component") % {"version": row.label}
    return Table([Column(_("Component"), 1), Column(_("Digest"), 4, mono=True)], rows, caption, _("There is none."))


def _facts(view: View, row: ModelVersion) -> Table:
    columns = [
        Column(_("Fact"), 1.4),
        Column(_("Value"), 2.8, mono=True),
        Column(_("How it is known"), 1.1),
        Column(_("Basis"), 1.9),
    ]
    told = [fact_told(fact) for fact in facts_at(view, row).values()]
    rows: list[list[Value]] = [[fact["label"], fact["value"] or "–", fact_status(fact["status"]), fact["how"]] for fact in told]
    return Table(
        columns, rows, _("Provenance of %(version)s") % {"version": row.label}, _("Nothing is known of where it came from.")
    )


def _metrics(row: ModelVersion) -> Table:
    rows: list[list[Value]] = [[metric.name, metric.dataset or "–", _exact(metric.value)] for metric in row.metrics.all()]
    columns = [Column(_("Metric"), 2), Column(_("Data set"), 2), Column(_("Value"), 1, align="right")]
    return Table(columns, rows, _("Metrics of %(version)s") % {"version": row.label}, _("No metric was sent."))


def _exact(value: Decimal) -> str:
    return number(value)


def _datasets(row: ModelVersion) -> Table:
    columns = [
        Column(_("Role"), 0.7),
        Column(_("Data set"), 1.7),
        Column(_("Rows"), 0.7, align="right"),
        Column(_("Columns"), 0.8, align="right"),
        Column(_("Digest"), 3, mono=True),
    ]
    rows: list[list[Value]] = [
        [item.role, item.name, number(item.rows), number(len(item.columns)), mono(item.digest)] for item in row.datasets.all()
    ]
    return Table(columns, rows, _("Data sets of %(version)s") % {"version": row.label}, _("No data set was named."))


def _params(row: ModelVersion) -> Table:
    rows: list[list[Value]] = [[name, "–" if value is None else str(value)] for name, value in row.params.items()]
    return Table(
        [Column(_("Parameter"), 1), Column(_("Value"), 1)],
        rows,
        _("Parameters of %(version)s") % {"version": row.label},
        _("No parameter was sent."),
    )


def _open_points(view: View) -> list[OpenPoint]:
    points = []
    if not view.versions:
        points.append(OpenPoint("warn", _("No model version has been registered yet."), title()))
    for row in view.versions:
        facts = facts_at(view, row)
        wrong = sorted(fact.key for fact in facts.values() if fact.status == Status.CONTRADICTED)
        if wrong:
            said = _("%(version)s: the repository contradicts what was sent about %(facts)s.") % {
                "version": row.label,
                "facts": ", ".join(wrong),
            }
            points.append(OpenPoint("bad", said, title()))
        commit = facts.get("commit")
        if commit is None or commit.status != Status.VERIFIED:
            points.append(
                OpenPoint("warn", _("%(version)s: nobody but its sender has seen the commit.") % {"version": row.label}, title())
            )
        if row.dirty:
            points.append(
                OpenPoint(
                    "bad",
                    _("%(version)s was built from a working tree with changes that are in no commit.") % {"version": row.label},
                    title(),
                )
            )
    return points
