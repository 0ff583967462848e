"""Who has to know what: notices made of news. Each says the same thing to the same person once, however often it is delivered.

Whose move it is, is computed when the news arrives and not when it was made: nobody is sent to a request that has moved on. Nobody
is told of a request that they may not see.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from approvals.evaluation import StepResult
from approvals.models import Ballot, Condition, Decision, Request, Waiver
from approvals.selectors.standing import Standing, standing_of
from approvals.selectors.standings import titles_of
from approvals.services.clocks.keeping import OUT_OF_REACH, without_waiver
from approvals.services.waivers import reviewers_of
from approvals.wording import components_text, reason_text
from foundation import actor as actors
from foundation import clock
from foundation.canonical import digest, timestamp
from foundation.models import OutboxEvent
from governance.people import notices
from governance.people.models import User
from governance.people.roles import ADMINISTRATOR, PROJECT_LEAD, role_label
from governance.people.selectors import holders
from governance.people.services import tell

SOON = timedelta(hours=24)  # how long before a condition is due its keeper is reminded
MANY = 200


def _in_words(data: dict[str, str]) -> Mapping[str, Any]:
    """Times and codes of a notice in the reader's language."""
    words: dict[str, Any] = dict(data)
    for name in ("due", "until", "at"):
        if data.get(name):
            words[name] = formats.date_format(timezone.localtime(datetime.fromisoformat(data[name])), "SHORT_DATETIME_FORMAT")
    if data.get("role"):
        words["role"] = role_label(data["role"])
    if data.get("components"):
        words["components"] = components_text(data["components"].split(","))
    return words


def _kind(code: str, label: Any, text: Any) -> notices.Kind:
    return notices.kind(f"approvals.{code}", label, text, words=_in_words)


TURN = _kind("your_turn", _("Your turn"), _("“%(step)s” of %(title)s waits for you."))
AGAIN = _kind(
    "asked_again", _("Asked again"), _("%(title)s has changed since you approved “%(step)s”: %(components)s. Please look again.")
)
INSTEAD = _kind(
    "your_turn_for", _("Your turn, for somebody else"), _("“%(step)s” of %(title)s waits for %(absent)s, for whom you stand in.")
)
CHANGES = _kind("changes_requested", _("Changes asked for"), _("%(name)s asks for changes before %(title)s can go on: %(step)s."))
DISMISSED = _kind("objection_dismissed", _("Objection set aside"), _("Your objection to %(title)s was set aside. See why."))
APPROVED = _kind("approved", _("Approved"), _("%(title)s was approved."))
REJECTED = _kind("rejected", _("Rejected"), _("%(title)s was rejected."))
EXPIRED = _kind(
    "expired", _("Lapsed"), _("Nobody decided on %(title)s in time. You can ask again; what was agreed to carries over.")
)
REVOKED = _kind("revoked", _("Approval revoked"), _("The approval of %(title)s was revoked."))
REMINDED = _kind("reminded", _("Reminder"), _("“%(step)s” of %(title)s still waits for you. It is due at %(due)s."))
OVERDUE = _kind("overdue", _("Overdue"), _("“%(step)s” of %(title)s was due at %(due)s."))
WIDENED = _kind(
    "escalated_to_you", _("Escalated to you"), _("“%(step)s” of %(title)s was escalated. As %(role)s you can act on it now.")
)
ESCALATED = _kind(
    "escalated", _("Escalated"), _("“%(step)s” of %(title)s was escalated: it has waited too long, or nobody could act.")
)
STUCK = _kind("nobody_can_act", _("Nobody can act"), _("Nobody can act on “%(step)s” of %(title)s. %(reason)s"))
GLASS = _kind(
    "waiver_opened",
    _("Glass broken"),
    _("%(name)s let %(title)s pass without you until %(until)s. It has to be reviewed by %(due)s."),
)
REVIEW = _kind("waiver_review", _("Waiver to review"), _("The waiver of %(name)s for %(title)s is over. Review it by %(due)s."))
REVIEW_LATE = _kind(
    "waiver_review_overdue", _("Review overdue"), _("The review of the waiver of %(name)s for %(title)s was due at %(due)s.")
)
REVIEWED = _kind("waiver_reviewed", _("Waiver reviewed"), _("%(name)s reviewed your waiver for %(title)s."))
CONDITION = _kind("condition_due", _("Condition due"), _("Before %(due)s something has to be done for %(title)s: %(what)s"))
MISSED = _kind(
    "condition_missed", _("Condition missed"), _("A condition of %(title)s was missed: %(what)s. Its approval has ended.")
)


# Whose move it is ----------------------------------------------------------------------------------------------------


def on_request_moved(event: OutboxEvent) -> None:
    """A request was opened, answered, put forward again or looked at anew: tell those whose move it is now."""
    row = _request(event.subject_id)
    if row is None or row.state != Request.State.OPEN:
        return
    standing = standing_of(row)
    your_turn(standing)
    nobody_can_act(standing)


def your_turn(standing: Standing, only: Collection[str] | None = None) -> None:
    """Tell people what waits for them, once for each step and what it judges; in another's place too. `only`: these people."""
    again = {
        (hint.step, human): hint.components
        for hint in standing.verdict.unblock
        if hint.code == "review_again"
        for human in hint.people
    }
    for step in without_waiver(standing).steps:
        waiting = [human for human in step.waiting_on if only is None or human in only]
        fresh = [human for human in waiting if (step.key, human) not in again]
        _tell_step(standing, step, TURN, _users(standing, fresh), "turn")
        for human in set(waiting) - set(fresh):
            more = {"components": ",".join(again[step.key, human])}
            _tell_step(standing, step, AGAIN, _users(standing, [human]), "again", more)
        for delegate, principal in step.delegates:
            if only is None or delegate in only:
                more = {"absent": str(standing.person(principal) or principal)}
                _tell_step(standing, step, INSTEAD, _users(standing, [delegate]), f"for:{principal}", more)


def _tell_step(
    standing: Standing,
    step: StepResult,
    kind: notices.Kind,
    people: list[User],
    what: str,
    more: Mapping[str, str] | None = None,
) -> None:
    """News of a step is news once for each round and each state of what the step judges."""
    if not people:
        return
    policy_step = standing.policy.step(step.key)
    judged = digest({name: standing.digests.get(name, "") for name in policy_step.covers}) if policy_step else standing.digest
    row = standing.request
    key = f"{what}:{row.public_id}:{row.round}:{step.key}:{judged[7:23]}"
    _tell(row, people, kind, key, {"step": step.title, **(more or {})})


def nobody_can_act(standing: Standing) -> None:
    """Say so where a step is out of everybody's reach: to who asked, and to those who can give the role. Once a day."""
    row = standing.request
    for step in without_waiver(standing).steps:
        if step.state != "blocked" or step.reason is None or step.reason.code not in OUT_OF_REACH:
            continue
        people = [row.submitter, *_holding(standing.grants, PROJECT_LEAD, ADMINISTRATOR)]
        more = {"step": step.title, "reason": reason_text(step, standing)}
        key = f"stuck:{row.public_id}:{row.round}:{step.key}:{clock.now():%Y-%m-%d}"
        _tell(row, people, STUCK, key, more)


# What was said and decided -------------------------------------------------------------------------------------------


def on_ballot(event: OutboxEvent) -> None:
    """Somebody asked for changes: that is the submitter's move. Then whose move it is otherwise."""
    row = _request(event.subject_id)
    if row is not None and event.payload.get("verdict") == Ballot.Verdict.REQUEST_CHANGES:
        ballot = Ballot.objects.filter(public_id=event.payload.get("ballot", "")).select_related("human").first()
        more = {"name": str(ballot.human) if ballot else "", "step": _step_title(row, event.payload["step"])}
        _tell(row, [row.submitter], CHANGES, f"changes:{row.public_id}:{event.pk}", more)
    on_request_moved(event)


def on_dismissal(event: OutboxEvent) -> None:
    row = _request(event.subject_id)
    ballot = Ballot.objects.filter(public_id=event.payload.get("ballot", "")).select_related("human").first()
    if row is not None and ballot is not None:
        _tell(row, [ballot.human], DISMISSED, f"dismissed:{ballot.public_id}", {})
    on_request_moved(event)


def on_closed(event: OutboxEvent) -> None:
    """Tell who asked, and the project lead, how it ended. What was taken back or replaced is nobody's news."""
    row = _request(event.subject_id)
    kinds = {"approved": APPROVED, "rejected": REJECTED, "expired": EXPIRED}
    state = event.topic.rpartition(".")[2]
    if row is not None and state in kinds:
        people = [row.submitter, *_holding(holders(scope=row.scope), PROJECT_LEAD)]
        _tell(row, people, kinds[state], f"{state}:{row.public_id}", {})


def on_revoked(event: OutboxEvent) -> None:
    """Tell who asked, the project lead, and everybody whose approval is worth nothing any more."""
    row = _request(event.subject_id)
    if row is None:
        return
    decision = Decision.objects.filter(request=row).first()
    said = {item["human"] for item in decision.ballots} if decision is not None else set()
    people = [row.submitter, *_holding(holders(scope=row.scope), PROJECT_LEAD), *User.objects.filter(public_id__in=said)]
    _tell(row, people, REVOKED, f"revoked:{row.public_id}", {})


def on_condition_missed(event: OutboxEvent) -> None:
    condition = Condition.objects.filter(public_id=event.subject_id).select_related("ballot__human").first()
    row = _request(event.payload.get("request", ""))
    if condition is not None and row is not None:
        people = [row.submitter, condition.ballot.human]
        _tell(row, people, MISSED, f"missed:{condition.public_id}", {"what": condition.text})


def conditions_due_soon() -> int:
    """Remind of conditions that are due within a day; how many those are."""
    now = clock.now()
    soon = Condition.objects.filter(met_at=None, missed_at=None, due_at__gt=now, due_at__lte=now + SOON)
    found = 0
    for condition in soon.select_related("ballot__human", "ballot__request")[:MANY]:
        row = _request(condition.ballot.request.public_id)
        if row is not None and row.state in (Request.State.OPEN, Request.State.APPROVED):
            more = {"what": condition.text, "due": timestamp(condition.due_at)}
            _tell(row, [row.submitter, condition.ballot.human], CONDITION, f"condition:{condition.public_id}", more)
            found += 1
    return found


# Time ----------------------------------------------------------------------------------------------------------------


def on_reminded(event: OutboxEvent) -> None:
    _on_time(event, REMINDED)


def on_overdue(event: OutboxEvent) -> None:
    _on_time(event, OVERDUE)


def _on_time(event: OutboxEvent, kind: notices.Kind) -> None:
    """Tell those whose move a step is, those who stand in for them, and of what is overdue who asked."""
    row = _request(event.subject_id)
    if row is None or row.state != Request.State.OPEN or row.round != event.payload["round"]:
        return
    standing = standing_of(row)
    step = next((item for item in without_waiver(standing).steps if item.key == event.payload["step"]), None)
    if step is None or step.state not in ("pending", "blocked", "error"):
        return
    found = row.clocks.filter(round=row.round, step=step.key).first()
    if found is None or found.due_at is None:
        return
    people = _users(standing, [*step.waiting_on, *(delegate for delegate, _principal in step.delegates)])
    people += [row.submitter] if kind is OVERDUE else []
    _tell(row, people, kind, f"{kind.code}:{event.payload['deadline']}:{timestamp(found.due_at)}", _due(step, found.due_at))


def _due(step: StepResult, due: datetime) -> dict[str, str]:
    return {"step": step.title, "due": timestamp(due)}


def on_escalated(event: OutboxEvent) -> None:
    """Tell those who can act on the step from now on, and the project lead; then whose move it is otherwise."""
    row = _request(event.subject_id)
    if row is None or row.state != Request.State.OPEN or row.round != event.payload["round"]:
        return
    standing = standing_of(row)
    step = next((item for item in standing.verdict.steps if item.key == event.payload["step"]), None)
    policy_step = standing.policy.step(event.payload["step"])
    if step is None or policy_step is None:
        return
    key = f"escalated:{row.public_id}:{row.round}:{step.key}"
    asked = set(step.waiting_on) | {delegate for delegate, _principal in step.delegates}
    new = [user for user in _holding(standing.grants, policy_step.escalate_to) if user.public_id in asked]
    _tell(row, new, WIDENED, f"{key}:you", {"step": step.title, "role": policy_step.escalate_to})
    told = {user.pk for user in new}
    others = [user for user in _holding(standing.grants, PROJECT_LEAD) if user.pk not in told]
    _tell(row, others, ESCALATED, key, {"step": step.title})
    your_turn(standing)
    nobody_can_act(standing)


# Waivers -------------------------------------------------------------------------------------------------------------


def on_waiver_opened(event: OutboxEvent) -> None:
    """Tell everybody who was passed over, who asked for the approval, and the project lead."""
    waiver = _waiver(event.subject_id)
    row = _request(waiver.request.public_id) if waiver is not None else None
    if waiver is None or row is None:
        return
    skipped = {person for people in waiver.skipped.values() for person in people}
    people = [*User.objects.filter(public_id__in=skipped), row.submitter, *_holding(holders(scope=row.scope), PROJECT_LEAD)]
    people = [user for user in people if user.pk != waiver.by_id]
    more = {"until": timestamp(waiver.expires_at), **_about(waiver)}
    _tell(row, people, GLASS, f"waiver:{waiver.public_id}", more)


def on_waiver_ended(event: OutboxEvent) -> None:
    """Its review is due now, though not late: those who can do it are asked."""
    waiver = _waiver(event.subject_id)
    if waiver is not None and waiver.reviewed_at is None:
        _ask_for_review(waiver, REVIEW, f"review:{waiver.public_id}")


def on_waiver_reviewed(event: OutboxEvent) -> None:
    waiver = _waiver(event.subject_id)
    row = _request(waiver.request.public_id) if waiver is not None else None
    if waiver is not None and row is not None and waiver.reviewed_by is not None:
        _tell(row, [waiver.by], REVIEWED, f"reviewed:{waiver.public_id}", {"name": str(waiver.reviewed_by)})


def waivers_to_review() -> int:
    """Ask for the review of waivers that are over, and again each day once it is late; how many those are."""
    now = clock.now()
    rows = Waiver.objects.filter(reviewed_at=None, expires_at__lte=now).select_related(
        "request__submitter", "request__use_case", "by"
    )
    found = 0
    for waiver in rows.order_by("review_due_at", "pk")[:MANY]:
        if waiver.review_due_at <= now:
            _ask_for_review(waiver, REVIEW_LATE, f"review:{waiver.public_id}:{now:%Y-%m-%d}", lead=True)
        else:
            _ask_for_review(waiver, REVIEW, f"review:{waiver.public_id}")
        found += 1
    return found


def _ask_for_review(waiver: Waiver, kind: notices.Kind, key: str, *, lead: bool = False) -> None:
    row = _request(waiver.request.public_id)
    if row is None:
        return
    people = list(User.objects.filter(public_id__in=reviewers_of(waiver)))
    people += [waiver.by, *_holding(holders(scope=row.scope), PROJECT_LEAD)] if lead else []
    _tell(row, people, kind, key, _about(waiver))


def _about(waiver: Waiver) -> dict[str, str]:
    return {"name": str(waiver.by), "due": timestamp(waiver.review_due_at)}


def _waiver(public_id: str) -> Waiver | None:
    rows = Waiver.objects.select_related("request__submitter", "request__use_case", "by", "reviewed_by")
    return rows.filter(public_id=public_id).first()  # type: ignore[no-any-return] # untyped rows


# Telling -------------------------------------------------------------------------------------------------------------


def _tell(row: Request, people: Iterable[User], kind: notices.Kind, key: str, data: Mapping[str, str]) -> None:
    seen = _who_see(row, people)
    if not seen:
        return
    about = titles_of([row])[row.pk]
    title = f"{about} → {row.environment.title}" if row.environment is not None else about
    tell(
        seen,
        kind,
        key=key,
        url=f"/requests/{row.public_id}/",
        data={"title": title, **data},
        subject_id=row.public_id,
        scope=row.scope,
    )


def _who_see(row: Request, people: Iterable[User]) -> list[User]:
    """Those who may see the request, each once. Two queries at most for those who hold something here, one for each of the rest."""
    wanted = {user.pk: user for user in people if user.is_active}
    if not wanted or not row.scope:
        return list(wanted.values())
    here = {grant.user_id for held in holders(scope=row.scope).values() for grant in held.values()}
    return [
        user
        for pk, user in wanted.items()
        if pk in here or Request.objects.visible_to(actors.person(user)).filter(pk=row.pk).exists()
    ]


def _holding(grants: Mapping[str, Mapping[str, Any]], *roles: str) -> list[User]:
    return [grant.user for role in roles for grant in grants.get(role, {}).values()]


def _users(standing: Standing, ids: Iterable[str]) -> list[User]:
    return [user for human in ids if (user := standing.person(human)) is not None]


def _step_title(row: Request, key: str) -> str:
    steps = row.policy_version.body.get("steps", [])
    return str(next((step["title"] for step in steps if step["key"] == key), key))


def _request(public_id: str) -> Request | None:
    rows = Request.objects.select_related("use_case", "submitter", "policy_version__policy", "environment")
    return rows.filter(public_id=public_id).first()
