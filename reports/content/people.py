"""Who holds which role, and whether anybody judged their own work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from approvals.selectors.standing import Standing
from approvals.wording import components_text
from governance.people.models import RoleGrant
from governance.people.roles import role_label
from reports.bundle import Record
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import day
from reports.document import Block, Cell, Column, Heading, Section, Table, Text, Value

KEY = "people"


def title() -> str:
    return _("People, roles and separation of duties")


def part(view: View) -> Part:
    grants = grants_at(view)
    conflicts = [conflict for standing in view.standings for conflict in own_work_judged(standing)]
    blocks: list[Block] = [
        Heading("roles", _("Roles")),
        _roles(view, grants),
        Heading("separation", _("Separation of duties")),
        Text(
            [
                _(
                    "Anyone who made part of what is judged may not approve it. Authors and committers of the code, writers of "
                    "the definition, of column meanings and of the cost-benefit case, and whoever asked count as makers."
                )
            ]
        ),
        _verdict(view, conflicts),
        _matrix(view),
    ]
    points = [OpenPoint("bad", said, title()) for said in conflicts]
    return Part(Section(KEY, title(), blocks), [_record(grants)], points)


def grants_at(view: View) -> list[RoleGrant]:
    """Every grant on the use case up to the instant, ended ones included; and those for the whole organisation in force."""
    own = RoleGrant.objects.filter(scope=view.use_case.public_id, starts_at__lte=view.at)
    everywhere = RoleGrant.objects.live(view.at).filter(scope="")
    rows = (own | everywhere).select_related("user", "granted_by")
    return sorted(rows, key=lambda row: (row.scope == "", str(row.user), row.role, row.pk))


def _record(grants: Sequence[RoleGrant]) -> Record:
    body = [
        {
            "id": row.public_id,
            "user": row.user.public_id,
            "name": str(row.user),
            "role": row.role,
            "scope": row.scope,
            "starts_at": row.starts_at,
            "ended_at": row.ended_at,
            "granted_by": row.granted_by.public_id if row.granted_by else "",
        }
        for row in grants
    ]
    return Record("roles", {"grants": body})


def _roles(view: View, grants: Sequence[RoleGrant]) -> Table:
    columns = [
        Column(_("Person"), 2),
        Column(_("Role"), 1.8),
        Column(_("Where"), 1.5),
        Column(_("Since"), 1),
        Column(_("Until"), 1.1),
        Column(_("Given by"), 1.7),
    ]
    rows: list[list[Value]] = []
    for row in grants:
        ended = row.ended_at is not None and row.ended_at <= view.at
        until: Value = Cell(day(row.ended_at), state="muted") if ended else Cell(_("in force"), state="ok")
        where = _("this use case") if row.scope else _("organisation")
        by = str(row.granted_by) if row.granted_by else _("the setup")
        rows.append([str(row.user), role_label(row.role), where, day(row.starts_at), until, by])
    return Table(columns, rows, _("Who holds or held which role, and who gave it"), _("Nobody holds a role here."))


def own_work_judged(standing: Standing) -> Iterator[str]:
    """Approvals that count although their human made a component that the step covers. The engine forbids it; look again."""
    contributors = standing.request.contributors
    for step in standing.verdict.steps:
        policy_step = standing.policy.step(step.key)
        covered = set(policy_step.covers) if policy_step else set()
        for ballot in step.approved_by:
            made = sorted(name for name in covered if ballot.human in contributors.get(name, []))
            if made:
                words = {"who": standing.person(ballot.human), "step": step.title, "what": components_text(made)}
                yield _("%(who)s approved the step %(step)s and made part of it: %(what)s.") % words


def _verdict(view: View, conflicts: Sequence[str]) -> Text:
    if conflicts:
        return Text(conflicts, style="warning")
    if not any(step.approved_by for standing in view.standings for step in standing.verdict.steps):
        return Text([_("No approval has counted yet, so nobody has approved their own work.")])
    return Text(
        [_("Nobody approved their own work: no approval that counts is by somebody who made a component that its step covers.")]
    )


def _matrix(view: View) -> Table:
    """Person by person: what they made and what they approved, over all requests of this report."""
    made: dict[str, set[str]] = defaultdict(set)
    judged: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for standing in view.standings:
        names |= {key: str(user) for key, user in standing.people.items()}
        for component, people in standing.request.contributors.items():
            for person in people:
                made[person].add(component)
        for step in standing.verdict.steps:
            for ballot in (*step.approved_by, *step.blocked_by):
                judged[ballot.human].add(step.title)
    rows: list[list[Value]] = [
        [names.get(person, person), components_text(sorted(made[person])) or "–", ", ".join(sorted(judged[person])) or "–"]
        for person in sorted({*made, *judged}, key=lambda item: names.get(item, item))
    ]
    columns = [Column(_("Person"), 1.5), Column(_("Made part of"), 2.5), Column(_("Judged"), 2.5)]
    return Table(
        columns,
        rows,
        _("What each person made and judged, over all requests"),
        _("No request has been made, so there is nothing to keep apart."),
    )
