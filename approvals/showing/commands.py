"""What can be done with a request beside giving a verdict: for each command its form, or why this person may not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import OuterRef, Subquery, prefetch_related_objects
from django.utils.translation import gettext as _

from approvals.forms.commands import (
    AgainForm,
    CommentForm,
    EvidenceForm,
    GlassForm,
    PlainForm,
    ReasonForm,
    ReviewForm,
    wants_proof,
)
from approvals.models import Condition, Gate, PolicyVersion, Request, SubjectPolicy, Waiver
from approvals.permissions import may_migrate, may_revoke, may_withdraw
from approvals.policy import Policy
from approvals.selectors.history import History
from approvals.selectors.standing import Standing, conditions_of
from approvals.selectors.surroundings import Grants
from approvals.services.ballots import may_confirm, may_set_aside
from approvals.services.waivers import MOST_HOURS, may_break_glass, may_end, may_review
from approvals.showing.steps import speaker_name
from foundation import clock
from foundation.actor import Actor
from foundation.permissions import Decision, Denied
from governance.people.selectors import holders

Forms = Mapping[str, forms.Form]  # forms that were sent and refused, by their key
CONFIRMED = (Request.State.OPEN, Request.State.APPROVED)  # while conditions can be confirmed


@dataclass(slots=True)
class Command:
    """One command as `approvals/command.html` takes it. `about`: the public id of what it is done to, beside the request."""

    key: str
    command: str
    title: str
    text: str
    button: str
    form: Any = None
    refused: str = ""
    about: str = ""
    danger: bool = False

    @property
    def sent(self) -> bool:
        return self.form is not None and self.form.is_bound


def _offered(command: Command, allowed: Decision, form: Any) -> Command:
    if isinstance(allowed, Denied):
        command.refused = str(allowed.reason)
    else:
        command.form = form
    return command


def commands_of(standing: Standing, actor: Actor, history: History, sent: Forms) -> dict[str, Any]:
    """What the page shows: under `prominent` what the request waits for, under `more` what is done rarely."""
    row = standing.request
    if not standing.is_open:
        more = [_revoke(row, actor, sent)] if row.state == Request.State.APPROVED else []
        return {"prominent": [], "more": more}
    resubmit = _resubmit(standing, actor, sent)
    migrate = _migrate(standing, actor, sent)
    glass = _glass(standing, actor, sent)
    moved = migrate is not None and standing.eligibility.withdrawn
    theirs = actor.user == row.submitter  # a lead may put it forward as well, but nobody waits for them to
    prominent = [resubmit if theirs else None, migrate if moved else None]
    rare = [None if theirs else resubmit, _withdraw(row, actor, sent), None if moved else migrate, glass]
    return {
        "resubmit": resubmit if theirs else None,
        "prominent": [item for item in prominent if item is not None],
        "more": [*_dismissals(standing, actor, sent), *(item for item in rare if item is not None)],
    }


def _resubmit(standing: Standing, actor: Actor, sent: Forms) -> Command | None:
    wanted = standing.verdict.substate == "changes_requested" or "resubmit" in sent
    if not wanted or isinstance(may_withdraw(actor, standing.request), Denied):
        return None
    text = _("This begins a new round: what was said in this one stays on record and is asked anew.")
    form = sent.get("resubmit") or AgainForm(key="resubmit")
    return Command("resubmit", "resubmit", _("Put it forward again"), text, _("Put forward again"), form)


def _withdraw(row: Request, actor: Actor, sent: Forms) -> Command:
    text = _("Nobody has to judge it any more. What was said stays on record, and carries over if it is asked for again.")
    found = Command("withdraw", "withdraw", _("Take the request back"), text, _("Take back"), danger=True)
    return _offered(found, may_withdraw(actor, row), sent.get("withdraw") or CommentForm(key="withdraw"))


def _revoke(row: Request, actor: Actor, sent: Forms) -> Command:
    text = _("From now on no gate lets it pass because of this approval. A new request has to be agreed to anew by everybody.")
    found = Command("revoke", "revoke", _("Revoke the approval"), text, _("Revoke"), danger=True)
    return _offered(found, may_revoke(actor, row), sent.get("revoke") or ReasonForm(key="revoke"))


def _dismissals(standing: Standing, actor: Actor, sent: Forms) -> list[Command]:
    """Setting aside each objection that blocks and can be set aside; a rejection cannot be."""
    found = []
    for block in standing.verdict.blocks:
        ballot = standing.ballots[block.id]
        key = f"dismiss-{ballot.public_id}"
        title = _("Set aside the objection of %(name)s") % {"name": speaker_name(ballot)}
        text = _("It stays on record and blocks no more. Whoever objected is told, with your reason.")
        command = Command(key, "dismiss", title, text, _("Set aside"), about=ballot.public_id, danger=True)
        allowed = may_set_aside(actor, standing.request, ballot)
        found.append(_offered(command, allowed, sent.get(key) or ReasonForm(key=key)))
    return found


def _glass(standing: Standing, actor: Actor, sent: Forms) -> Command | None:
    """Only for what goes somewhere, and where the policy knows of it."""
    row = standing.request
    if row.environment is None or row.subject_type != "model_version" or standing.policy.break_glass is None:
        return None
    if standing.waiver is not None:
        return None
    text = _("Lets exactly this version go to %(environment)s for some hours although people are missing. They are all told.")
    found = Command(
        "glass", "glass", _("Break glass"), text % {"environment": row.environment.title}, _("Break glass"), danger=True
    )
    form = sent.get("glass") or glass_form(standing.policy, actor)
    found = _offered(found, may_break_glass(actor, row), form)
    if standing.verdict.blocks and not found.refused and "glass" not in sent:
        found.refused, found.form = _("Somebody objected. Glass is broken over what is missing, never over an objection."), None
    return found


def glass_form(policy: Policy, actor: Actor, data: Any = None) -> GlassForm:
    most = min(policy.break_glass.hours, MOST_HOURS) if policy.break_glass is not None else MOST_HOURS
    return GlassForm(data, key="glass", most=most, password=wants_proof(actor))


# Another version of the policy ---------------------------------------------------------------------------------------


def _migrate(standing: Standing, actor: Actor, sent: Forms) -> Command | None:
    """For administrators, where rules are in force that are not those of this request."""
    if isinstance(may_migrate(actor), Denied):
        return None
    version = version_in_force(standing.request)
    if version is None:
        return None
    words = {"number": version.number, "policy": version.policy.title}
    return Command(
        "migrate",
        "migrate",
        _("Move it to the policy in force"),
        _("In force now: %(policy)s, version %(number)s. What was said on steps that are the same counts on.") % words,
        _("Move it"),
        sent.get("migrate") or PlainForm(key="migrate"),
        about=version.public_id,
    )


def version_in_force(row: Request) -> PolicyVersion | None:
    """The version that a new request of this kind would be under, if it is another one than this request's."""
    rows: Any = Gate.objects.filter(environment=row.environment)
    if row.environment is None:
        rows = SubjectPolicy.objects.filter(subject_type=row.subject_type, purpose=row.purpose)
    in_force = PolicyVersion.objects.in_force().filter(policy=OuterRef("policy")).order_by("-published_at", "-number")
    governing = rows.annotate(in_force=Subquery(in_force.values("pk")[:1])).first()
    if governing is None:
        version: PolicyVersion | None = row.policy_version.policy.current_version()
        return version if version is not None and version.pk != row.policy_version_id else None
    if governing.in_force in (None, row.policy_version_id):
        return None
    return PolicyVersion.objects.select_related("policy").get(pk=governing.in_force)


# Waivers -------------------------------------------------------------------------------------------------------------


def waivers_shown(standing: Standing, actor: Actor, history: History, sent: Forms) -> list[dict[str, Any]]:
    """Waivers that are in force, or owe a review, with what this person can do about them."""
    rows = [row for row in history.waivers if row.reviewed_at is None or in_force(row)]
    if not rows:
        return []
    grants = standing.grants if standing.is_open else holders(scope=standing.request.scope)  # once closed, it tells of then
    return [_waiver(row, actor, sent, standing.digest, grants) for row in rows]


def in_force(row: Waiver) -> bool:
    return row.ended_at is None and row.expires_at > clock.now()


def _waiver(row: Waiver, actor: Actor, sent: Forms, digest: str, grants: Grants) -> dict[str, Any]:
    live = in_force(row)
    commands = []
    if row.reviewed_at is None:
        key = f"review-{row.public_id}"
        text = _("Was it right to go ahead without everybody? Your answer is kept with the waiver.")
        found = Command(key, "review", _("Review it"), text, _("Record the review"), about=row.public_id)
        commands.append(_offered(found, may_review(actor, row, grants), sent.get(key) or ReviewForm(key=key)))
    if live:
        key = f"end-{row.public_id}"
        text = _("From now on it has to be approved like everything else. The review is still owed.")
        found = Command(key, "end", _("End it now"), text, _("End the waiver"), about=row.public_id, danger=True)
        commands.append(_offered(found, may_end(actor, row, grants), sent.get(key) or PlainForm(key=key)))
    return {
        "row": row,
        "live": live,
        "moved": live and row.manifest_digest != digest,  # then it lets nothing pass any more
        "late": row.reviewed_at is None and row.review_due_at <= clock.now(),
        "commands": [item for item in commands if item.form is not None],
        "refused": next((item.refused for item in commands if item.refused and item.command == "review"), ""),
    }


# Conditions ----------------------------------------------------------------------------------------------------------


def conditions_here(standing: Standing) -> list[Condition]:
    """What the approvals that count depend on, or depended on, by when it is due."""
    counting = [ballot.id for step in standing.verdict.steps for ballot in step.approved_by]
    found = [item for name in counting for item in conditions_of(standing.ballots[name])]
    return sorted(found, key=lambda item: (item.due_at, item.pk))


def conditions_shown(standing: Standing, actor: Actor, found: Sequence[Condition], sent: Forms) -> list[dict[str, Any]]:
    """Each with whose it is, whether it is met, and the form for those who may confirm it."""
    shown = []
    asked = [item for item in found if _waits(item)] if standing.request.state in CONFIRMED else []
    # Who may confirm is said by the policy that the ballot was given under: read at once for all that carried over.
    elsewhere = [item.ballot.request for item in asked if item.ballot.request_id != standing.request.pk]
    prefetch_related_objects(elsewhere, "policy_version", "use_case")
    for item in found:
        command = None
        if item in asked:
            item.ballot.request = standing.request if item.ballot.request_id == standing.request.pk else item.ballot.request
            key = f"confirm-{item.public_id}"
            text = _("Once it is confirmed, the approval does not end because of it.")
            command = Command(key, "confirm", _("Confirm that it is done"), text, _("Confirm"), about=item.public_id)
            command = _offered(command, may_confirm(actor, item), sent.get(key) or EvidenceForm(key=key))
        shown.append(
            {
                "row": item,
                "by": speaker_name(item.ballot),
                "state": "done" if item.met_at else "pending" if _waits(item) else "failed",
                "command": command,
            }
        )
    return shown


def _waits(item: Condition) -> bool:
    return item.met_at is None and item.missed_at is None and item.due_at > clock.now()
