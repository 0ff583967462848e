"""What was agreed: the problem, the limits, and by which figures success is told."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.usecases.models import Definition, Kpi
from governance.usecases.wording import field_label
from reports.bundle import Record
from reports.content.moment import definition_at
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import instant, mono, number
from reports.document import Column, Heading, KeyValues, Section, Table, Text, Value

KEY = "use-case"


def title() -> str:
    return _("Use case and KPIs")


def part(view: View) -> Part:
    definition = definition_at(view.use_case, view.at)
    if definition is None:
        nothing = Text([_("Nobody has written down yet what this use case is for.")], style="warning")
        point = OpenPoint("bad", _("The use case has no definition: there is nothing to measure a model against."), title())
        return Part(Section(KEY, title(), [nothing]), [], [point])
    versions = [_record(view, row) for row in _versions(view)]
    section = Section(KEY, title(), [_facts(definition), _texts(definition), *_kpis(definition), _history(view)])
    return Part(section, versions, list(_open_points(definition)))


def _versions(view: View) -> list[Definition]:
    rows = view.use_case.definitions.filter(created_at__lte=view.at).order_by("number")
    return list(rows.select_related("created_by").prefetch_related("kpis"))


def _record(view: View, row: Definition) -> Record:
    body = {
        "use_case": {"id": view.use_case.public_id, "slug": view.use_case.slug},
        "number": row.number,
        "written_at": row.created_at,
        "written_by": row.created_by.public_id if row.created_by else "",
        "digest": row.digest,
        "content": row.content(),
    }
    return Record(f"definition {row.number}", body)


def _facts(row: Definition) -> KeyValues:
    author = str(row.created_by) if row.created_by else _("the installation")
    facts: list[tuple[str, Value]] = [
        (_("Name"), row.use_case.title),
        (_("Kind"), str(row.use_case.get_kind_display())),
        (
            _("Definition"),
            _("Version %(number)s of %(time)s UTC, by %(who)s")
            % {"number": row.number, "time": instant(row.created_at), "who": author},
        ),
        (_("Digest of the definition"), mono(row.digest)),
    ]
    return KeyValues(facts)


def _texts(row: Definition) -> KeyValues:
    said = (
        (_("Business problem"), row.business_problem),
        (_("Who is affected"), row.affected),
        (_("Machine-learning problem"), row.ml_problem),
        (_("Intended use"), row.intended_use),
        (_("Limits"), row.limits),
    )
    later = [(field_label(name), _listed(row, name)) for name in row.LATER_FIELDS if name != "risk_tier" and getattr(row, name)]
    return KeyValues([*((label, text or _("Nothing was written down.")) for label, text in said), *later])


def _listed(row: Definition, name: str) -> str:
    """A text as it is; a list of named things one under the other."""
    value = getattr(row, name)
    if isinstance(value, str):
        return value
    return "\n".join(": ".join(filter(None, (item["name"], item.get("note") or item.get("purpose")))) for item in value)


def _kpis(row: Definition) -> list[Heading | Table]:
    columns = [
        Column(_("KPI"), 2),
        Column(_("Now"), 1, align="right"),
        Column(_("Wanted"), 1, align="right"),
        Column(_("Tolerance"), 1, align="right"),
        Column(_("Better is"), 0.9),
        Column(_("How it is measured"), 3.4),
    ]
    rows: list[list[Value]] = [
        [_name(kpi), _amount(kpi.baseline), _amount(kpi.target), _amount(kpi.tolerance), _direction(kpi), kpi.how or "–"]
        for kpi in row.kpis.all()
    ]
    table = Table(columns, rows, _("How success is measured"), _("No KPI was agreed: nobody can tell success from failure."))
    return [Heading("kpis", _("KPIs")), table]


def _name(kpi: Kpi) -> str:
    return f"{kpi.name}\n{kpi.unit}" if kpi.unit else kpi.name


def _amount(value: object) -> str:
    return number(value)  # type: ignore[arg-type] # a decimal or nothing


def _direction(kpi: Kpi) -> str:
    return _("more") if kpi.direction == Kpi.Direction.UP else _("less")


def _history(view: View) -> Table:
    rows: list[list[Value]] = [
        [str(row.number), instant(row.created_at), str(row.created_by) if row.created_by else "–", mono(row.digest)]
        for row in reversed(_versions(view))
    ]
    columns = [
        Column(_("Version"), 0.7),
        Column(_("Written (UTC)"), 1.5),
        Column(_("By"), 1.5),
        Column(_("Digest"), 4, mono=True),
    ]
    return Table(columns, rows, _("Every version of the definition, newest first"), _("There is none."))


def _open_points(row: Definition) -> list[OpenPoint]:
    points = []
    kpis = list(row.kpis.all())
    if not kpis:
        points.append(OpenPoint("bad", _("No KPI was agreed."), title()))
    without = [kpi.name for kpi in kpis if kpi.baseline is None]
    if without:
        said = _("Nobody wrote down where these KPIs stand today: %(names)s.") % {"names": ", ".join(without)}
        points.append(OpenPoint("warn", said, title()))
    return points
