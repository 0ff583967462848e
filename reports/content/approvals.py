"""Who was asked, who said what about which bytes, what counted, and what was decided."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from approvals.evaluation import StepResult
from approvals.models import Ballot, Decision, Request
from approvals.selectors.standing import Standing
from approvals.wording import component_label, components_text, hint_text, ignored_text, people_text, reason_text
from governance.people.roles import role_label
from reports.bundle import Record
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import instant, mono, request_state, step_state, verdict
from reports.document import Block, Cell, Column, Heading, KeyValues, Section, Table, Text, Value

KEY = "approvals"


def title() -> str:
    return _("Approvals")


def part(view: View) -> Part:
    blocks: list[Block] = [
        Text(
            [
                _(
                    "A ballot is bound to the digests that were on its author's screen. It counts while the components "
                    "that its step covers have these digests, its author holds the role and made no part of them. What "
                    "does not count is printed too, with the reason."
                ),
            ]
        ),
        _list(view),
    ]
    for standing in view.standings:
        blocks += _request(view, standing)
    records = [_record(view, standing) for standing in view.standings]
    records += _policies(view)
    return Part(Section(KEY, title(), blocks), records, _open_points(view))


def decision_of(standing: Standing) -> Decision | None:
    found = getattr(standing.request, "decision", None)
    return found if found is not None and standing.request.state in (Request.State.APPROVED, Request.State.REVOKED) else None


def _list(view: View) -> Table:
    columns = [
        Column(_("Request"), 2.6),
        Column(_("Asked (UTC)"), 1.5),
        Column(_("By"), 1.5),
        Column(_("State"), 1.1),
        Column(_("Closed (UTC)"), 1.5),
    ]
    rows: list[list[Value]] = []
    for standing in view.standings:
        row = standing.request
        rows.append(
            [
                view.title_of(standing),
                instant(row.opened_at),
                str(row.submitter),
                request_state(row.state),
                instant(row.closed_at),
            ]
        )
    return Table(columns, rows, _("Requests, newest first"), _("Nobody has asked for an approval yet."))


def _request(view: View, standing: Standing) -> list[Block]:
    row, policy = standing.request, standing.request.policy_version
    waits = sorted({str(standing.person(human)) for step in standing.verdict.steps for human in step.waiting_on})
    facts: list[tuple[str, Value]] = [
        (_("State"), request_state(row.state)),
        (_("Id"), mono(row.public_id)),
        (_("Asked"), _("%(time)s UTC by %(who)s") % {"time": instant(row.opened_at), "who": row.submitter}),
        (_("Closed"), _("%(time)s UTC") % {"time": instant(row.closed_at)} if row.closed_at else _("still open")),
        (_("Round"), str(row.round)),
        (_("Policy"), _("%(key)s, version %(number)s") % {"key": policy.policy.key, "number": policy.number}),
        (_("Digest of the policy"), mono(policy.digest)),
        (_("What is judged"), mono(standing.digest)),
        (_("Follows"), mono(row.predecessor.public_id) if row.predecessor else _("no earlier request")),
    ]
    if standing.is_open:
        facts.insert(1, (_("Waits for"), ", ".join(waits) if waits else _("nobody who could act")))
    blocks: list[Block] = [Heading(f"request-{row.public_id.replace('_', '-')}", view.title_of(standing)), KeyValues(facts)]
    if row.comment:
        blocks.append(Text([_("The submitter wrote: %(comment)s") % {"comment": row.comment}]))
    blocks += [_steps(view, standing), _ballots(view, standing), _digests(view, standing)]
    if standing.is_open and standing.verdict.unblock:
        blocks.append(
            Text(
                [_("What would bring it forward:"), *(f"– {hint_text(hint, standing)}" for hint in standing.verdict.unblock)],
                style="note",
            )
        )
    return [*blocks, *_decision(standing)]


def _steps(view: View, standing: Standing) -> Table:
    columns = [
        Column(_("Step"), 1.7),
        Column(_("Role"), 1.4),
        Column(_("Judges"), 1.7),
        Column(_("State"), 1.05),
        Column(_("Approvals"), 0.95),
        Column(_("By, or waiting for"), 2.2),
    ]
    rows: list[list[Value]] = []
    for step in standing.verdict.steps:
        found = standing.policy.step(step.key)
        have = _("%(have)s of %(need)s") % {"have": step.have, "need": step.quorum}
        covers = components_text(found.covers) if found else "–"
        rows.append([step.title, role_label(step.role), covers, _state(standing, step), have, _told(standing, step)])
    caption = _("Steps of the request %(request)s") % {"request": view.title_of(standing)}
    return Table(columns, rows, caption, _("The policy asks for nothing."))


def _state(standing: Standing, step: StepResult) -> Cell:
    """The state of a step; in a closed request nothing waits any more."""
    if step.blocked_by:
        return step_state("blocked")
    if not standing.is_open and step.state in ("pending", "waiting", "error"):
        return Cell(_("Not reached"), state="muted")
    return step_state(step.state)


def _told(standing: Standing, step: StepResult) -> str:
    by = people_text(standing.names({ballot.human for ballot in step.approved_by}))
    blocked = people_text(standing.names({ballot.human for ballot in step.blocked_by}))
    told = [_("Approved by %(people)s.") % {"people": by}] if by else []
    if blocked:
        told.append(_("Blocked by %(people)s.") % {"people": blocked})
    if standing.is_open:
        waiting = people_text(standing.names(step.waiting_on))
        if waiting:
            told.append(_("Waiting for %(people)s.") % {"people": waiting})
        told.append(reason_text(step, standing))
    return " ".join(text for text in told if text) or "–"


def _standing_of_ballot(standing: Standing, ballot: Ballot) -> Cell:
    """Whether a ballot counts, and if not, why."""
    ignored = next((item for item in standing.verdict.ignored if item.ballot.id == ballot.public_id), None)
    if ignored is not None:
        return Cell(ignored_text(ignored), state="muted")
    if any(item.id == ballot.public_id for item in standing.verdict.blocks):
        return Cell(_("Blocks"), state="bad")
    if any(item.id == ballot.public_id for step in standing.verdict.steps for item in step.approved_by):
        inherited = ballot.request_id != standing.request.pk
        return Cell(_("Counts, carried over from an earlier version") if inherited else _("Counts"), state="ok")
    return Cell(_("Has done its work"), state="muted")


def _ballots(view: View, standing: Standing) -> Table:
    columns = [
        Column(_("When (UTC)"), 1.25),
        Column(_("Who, in which role"), 1.7),
        Column(_("Step"), 1.2),
        Column(_("Verdict"), 1.2),
        Column(_("Comment"), 2.7),
        Column(_("Counts?"), 1.5),
    ]
    titles = {step.key: step.title for step in standing.policy.steps}
    rows: list[list[Value]] = []
    for ballot in standing.ballots.values():
        role = role_label(ballot.grant.role) if ballot.grant else _("no role on record")
        who = f"{ballot.human}\n{role}"
        step = titles.get(ballot.step, ballot.step)
        rows.append(
            [instant(ballot.at), who, step, verdict(ballot.verdict), ballot.comment or "–", _standing_of_ballot(standing, ballot)]
        )
    return Table(
        columns,
        rows,
        _("Every ballot on %(request)s, oldest first") % {"request": view.title_of(standing)},
        _("Nobody has voted yet."),
    )


def _digests(view: View, standing: Standing) -> Table:
    columns = [Column(_("Ballot"), 2.1, mono=True), Column(_("Judged"), 1.2), Column(_("Digest on the screen"), 3.6, mono=True)]
    rows: list[list[Value]] = []
    for ballot in standing.ballots.values():
        name = f"{ballot.human}\n{ballot.public_id}"
        rows.append([Cell(name), _("everything"), ballot.manifest_digest])
        rows += [["", component_label(component), value] for component, value in ballot.components.items()]
    return Table(
        columns,
        rows,
        _("What each ballot on %(request)s was about") % {"request": view.title_of(standing)},
        _("Nobody has voted yet."),
    )


def _decision(standing: Standing) -> list[Block]:
    row = decision_of(standing)
    if row is None:
        return [Text([_("No decision: nothing was approved by this request.")])]
    facts: list[tuple[str, Value]] = [
        (_("Decision"), mono(row.public_id)),
        (_("Decided"), _("%(time)s UTC") % {"time": instant(row.decided_at)}),
        (_("Holds until"), _("%(time)s UTC") % {"time": instant(row.valid_until)} if row.valid_until else _("without end")),
        (_("Commit"), mono(row.commit)),
        (_("Digest of the artifact"), mono(row.artifact_sha256)),
        (_("Digest of the manifest"), mono(row.manifest_digest)),
        (_("Ballots it rests on"), ", ".join(f"{item['name']} ({item['step']})" for item in row.ballots) or "–"),
    ]
    return [KeyValues(facts)]


def _record(view: View, standing: Standing) -> Record:
    row, decision = standing.request, decision_of(standing)
    body: dict[str, Any] = {
        "id": row.public_id,
        "title": view.title_of(standing),
        "state": row.state,
        "round": row.round,
        "subject": {"type": row.subject_type, "id": row.subject_id},
        "environment": row.environment.slug if row.environment else "",
        "submitter": row.submitter.public_id,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "policy": row.policy_version.digest,
        "manifest": dict(standing.digests),
        "digest": standing.digest,
        "contributors": row.contributors,
        "verdict": standing.verdict.as_mapping(),
        "ballots": [_ballot(ballot) for ballot in standing.ballots.values()],
        "decision": decision.audit_state() if decision else None,
    }
    return Record(f"request {row.public_id}", body)


def _ballot(row: Ballot) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "request": row.request.public_id,
        "round": row.round,
        "step": row.step,
        "human": row.human.public_id,
        "role": row.grant.role if row.grant else "",
        "verdict": row.verdict,
        "comment": row.comment,
        "components": row.components,
        "manifest_digest": row.manifest_digest,
        "step_digest": row.step_digest,
        "at": row.at,
        "auth": row.auth,
    }


def _policies(view: View) -> list[Record]:
    """The rules that were applied, as their author wrote them: a verdict can be computed again from these and the ballots."""
    versions = {standing.request.policy_version.pk: standing.request.policy_version for standing in view.standings}
    rows = sorted(versions.values(), key=lambda row: (row.policy.key, row.number))
    return [
        Record(
            f"policy {row.policy.key} {row.number}",
            {"key": row.policy.key, "number": row.number, "digest": row.digest, "text": row.text},
        )
        for row in rows
    ]


def _open_points(view: View) -> list[OpenPoint]:
    points = []
    for standing in view.standings:
        name, verdict_ = view.title_of(standing), standing.verdict
        if standing.is_open:
            points.append(OpenPoint("warn", _waiting(standing, name), title()))
            points += [
                OpenPoint(
                    "bad",
                    _("%(request)s, %(step)s: %(why)s")
                    % {"request": name, "step": step.title, "why": reason_text(step, standing)},
                    title(),
                )
                for step in verdict_.steps
                if step.state == "error"
            ]
        elif standing.request.state == Request.State.REVOKED:
            points.append(OpenPoint("bad", _("The approval of %(request)s was revoked.") % {"request": name}, title()))
        decision = decision_of(standing)
        if decision is not None and decision.valid_until and decision.valid_until <= view.at:
            points.append(OpenPoint("warn", _("The approval of %(request)s has run out.") % {"request": name}, title()))
    return points


def _waiting(standing: Standing, name: str) -> str:
    people = sorted({str(standing.person(human)) for step in standing.verdict.steps for human in step.waiting_on})
    blocked = [str(standing.person(ballot.human)) for ballot in standing.verdict.blocks]
    if blocked:
        return _("%(request)s is blocked by %(people)s.") % {"request": name, "people": ", ".join(sorted(set(blocked)))}
    if not people:
        return _("%(request)s is open, and nobody can act on it.") % {"request": name}
    return _("%(request)s waits for %(people)s.") % {"request": name, "people": ", ".join(people)}
