"""Moving use cases between stages, saying why one stands still, and publishing another lifecycle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people import services as people
from governance.usecases import conditions
from governance.usecases.lifecycle import Lifecycle, LifecycleError, Problem, parse
from governance.usecases.models import LifecycleVersion, StageMove, Standstill, UseCase
from governance.usecases.selectors import stages
from governance.usecases.selectors.stages import Asked, Standing
from governance.usecases.stage_notices import RETURNED, returned_words
from governance.usecases.stage_permissions import may_move_stage, may_publish_lifecycle, may_say_why_it_stands
from governance.usecases.stage_wording import language_now, problem_text

MOVED = audit.kind("usecases.stage.moved", gettext_lazy("Moved to another stage"))
STOOD_STILL = audit.kind("usecases.standstill.said", gettext_lazy("Said why it stands still"))
WENT_ON = audit.kind("usecases.standstill.ended", gettext_lazy("Goes on after a standstill"))
LIFECYCLE_PUBLISHED = audit.kind("usecases.lifecycle.published", gettext_lazy("Lifecycle published"))


@dataclass(frozen=True, slots=True)
class Unmet(FieldError):
    """A condition that stands in the way: whose it is, and where one acts."""

    state: str = "unmet"
    label: str = ""
    roles: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    url: str = ""

    def as_mapping(self) -> dict[str, Any]:
        said: dict[str, Any] = FieldError.as_mapping(self)
        more = {"label": self.label, "state": self.state, "roles": list(self.roles), "people": list(self.people), "url": self.url}
        return {**said, **more}


def move_stage(*, actor: Actor, use_case: UseCase, to: str, reason: str, evidence: str = "", seen: str = "") -> StageMove:
    """Move a use case one stage on, or back to an earlier one. `seen` is the stage that the actor had before them.

    Raises NotAllowed; Invalid for a stage that does not exist or a missing reason; Conflict when a condition is not met (each is
    named in `errors`), when stages would be skipped, or when somebody moved it meanwhile.
    """
    require(may_move_stage(actor, use_case))
    standing = stages.stage_of(use_case)
    way = _way(standing, to)
    if seen and seen != standing.stage.key:
        raise _moved_meanwhile()
    now = clock.now()
    row = StageMove(
        use_case=use_case,
        number=standing.moves + 1,
        from_stage=standing.stage.key,
        to_stage=to,
        back=way == "back",
        reason=reason.strip(),
        evidence=evidence.strip(),
        lifecycle=standing.rules.number,
        lifecycle_digest=standing.rules.lifecycle.digest,
        created_by=actor.user,
        created_at=now,
    )
    validate(row)
    if way == "skip":
        raise _skipped(standing)
    try:
        with transaction.atomic():
            _claim(standing, to, now)
            asked = stages.asked_to_go_on(standing) if way == "forward" else []
            if lacking := stages.missing(asked):
                raise _refused(standing, lacking)
            row.conditions = [{"key": item.key, "state": item.answer.state, "said": str(item.answer.said)} for item in asked]
            row.save(force_insert=True)
            data = {"from": row.from_stage, "to": to, "back": row.back, "number": row.number}
            audit.record(actor, MOVED, row, data, personal={"reason": row.reason})
            if row.back:
                _tell_of_return(actor, standing, row)
            outbox.publish(actor, "usecases.stage.moved", use_case, data)
    except IntegrityError as error:
        raise _moved_meanwhile() from error
    use_case.stage, use_case.stage_since = to, now
    return row


def _way(standing: Standing, to: str) -> str:
    lifecycle = standing.rules.lifecycle
    if lifecycle.stage(to) is None:
        known = ", ".join(stage.key for stage in lifecycle.stages)
        said = _("There is no stage %(stage)s. There are: %(known)s.") % {"stage": to[:60], "known": known}
        raise Invalid(said, errors=[FieldError("to", "unknown", said)])
    way = lifecycle.way(standing.stage.key, to) if standing.known else "back"
    if way == "here":
        said = _("It stands at this stage already. Perhaps somebody moved it meanwhile.")
        raise Conflict(said, code="stage.here", errors=[FieldError("to", "here", said)])
    return way


def _claim(standing: Standing, to: str, now: datetime) -> None:
    """Two people who move it from here at once meet over this row: the second finds nothing to update."""
    cached = standing.stage.key if standing.moves else ""
    if not UseCase.objects.filter(pk=standing.use_case.pk, stage=cached).update(stage=to, stage_since=now):
        raise _moved_meanwhile()


def _moved_meanwhile() -> Conflict:
    return Conflict(_("Somebody moved it to another stage meanwhile. Look where it stands now."), code="stage.conflict")


def _skipped(standing: Standing) -> Conflict:
    following = standing.following
    title = following.title(language_now()) if following else ""
    said = _("Stages are not skipped. From here it goes on to %(stage)s.") % {"stage": title}
    return Conflict(said, code="stage.skipped", errors=[FieldError("to", "skipped", said)])


def _refused(standing: Standing, lacking: Sequence[Asked]) -> Conflict:
    following = standing.following
    said = _("Not yet: %(count)s of what %(stage)s asks for is missing.") % {
        "count": len(lacking),
        "stage": following.title(language_now()) if following else "",
    }
    errors = [
        Unmet(
            field=item.key,
            code=f"stage.{item.answer.state}",
            message=str(item.answer.said),
            state=item.answer.state,
            label=item.label,
            roles=item.answer.roles,
            people=tuple(str(user) for user in item.people),
            url=item.answer.url,
        )
        for item in lacking
    ]
    return Conflict(said, code="stage.unmet", errors=errors)


def _tell_of_return(actor: Actor, standing: Standing, row: StageMove) -> None:
    affected = stages.affected_by_return(row.use_case)
    people.tell(
        [user for user in affected.people if user != actor.user],
        RETURNED,
        key=f"usecases.stage.returned:{row.public_id}",
        url=f"/use-cases/{row.use_case.slug}/stage/",
        data=returned_words(actor, standing, row),
        subject_id=row.public_id,
        scope=row.use_case.public_id,
    )


# Standing still ------------------------------------------------------------------------------------------------------


def stand_still(*, actor: Actor, use_case: UseCase, kind: str, reason: str, until: date | None = None) -> Standstill:
    """Say why a use case does not move: parked, given up, or never started. `until` is when to look at it again.

    Saying something else ends what was said before. Raises NotAllowed; Invalid; Conflict when somebody said it at the same moment.
    """
    require(may_say_why_it_stands(actor, use_case))
    now = clock.now()
    row = Standstill(use_case=use_case, kind=kind, reason=reason.strip(), until=until, created_by=actor.user, created_at=now)
    validate(row)
    if until is not None and until < now.date():
        said = _("That day is over.")
        raise Invalid(said, errors=[FieldError("until", "past", said)])
    try:
        with transaction.atomic():
            for before in use_case.standstills.standing().select_for_update():
                _end(before, actor, now, row.reason)
            row.save(force_insert=True)
            audit.record(actor, STOOD_STILL, row, {"kind": row.kind}, personal={"reason": row.reason})
    except IntegrityError as error:
        raise Conflict(_("Somebody said why at the same moment. Look at it first."), code="standstill.conflict") from error
    return row


def go_on(*, actor: Actor, standstill: Standstill, reason: str) -> Standstill:
    """End a standstill, with the reason. Raises NotAllowed; Invalid without a reason; Conflict when it ended already."""
    require(may_say_why_it_stands(actor, standstill.use_case))
    reason = reason.strip()
    if not reason:
        said = _("Say why it goes on.")
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    with transaction.atomic():
        row = Standstill.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=standstill.pk)
        if row.ended_at is not None:
            raise Conflict(_("It goes on already."), code="standstill.ended")
        _end(row, actor, clock.now(), reason)
        audit.record(actor, WENT_ON, row, {"kind": row.kind}, personal={"reason": reason})
    return row


def _end(row: Standstill, actor: Actor, now: datetime, reason: str) -> None:
    row.ended_at, row.ended_by, row.end_reason = now, actor.user, reason
    row.save(update_fields=["ended_at", "ended_by", "end_reason"])


# Lifecycles ----------------------------------------------------------------------------------------------------------


def publish_lifecycle(*, actor: Actor, source: str, note: str, based_on: int | None = None) -> LifecycleVersion:
    """Publish another version of the lifecycle; it holds from now on. The same as the one in force is no new version.

    Raises NotAllowed; Invalid naming every problem with its line, also a stage that is missing while use cases stand there;
    Conflict when somebody published one meanwhile.
    """
    require(may_publish_lifecycle(actor))
    lifecycle = check_lifecycle(source)
    rules = stages.lifecycle_in_force()
    if based_on is not None and based_on != rules.number:
        raise Conflict(_("Somebody published another version meanwhile. Look at it first."), code="lifecycle.conflict")
    newest = LifecycleVersion.objects.order_by("-number").first()
    if newest is not None and newest.digest == lifecycle.digest:
        return newest
    row = LifecycleVersion(
        number=rules.number + 1,
        text=source,
        body=lifecycle.as_mapping(),
        digest=lifecycle.digest,
        note=note.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(
                actor, LIFECYCLE_PUBLISHED, row, {"number": row.number, "digest": row.digest}, personal={"note": row.note}
            )
            outbox.publish(actor, "usecases.lifecycle.published", row, {"number": row.number})
    except IntegrityError as error:
        raise Conflict(_("Somebody published another version meanwhile. Look at it first."), code="lifecycle.conflict") from error
    return row


def check_lifecycle(source: str) -> Lifecycle:
    """Read a lifecycle as it would be published. Raises Invalid naming every problem."""
    try:
        lifecycle = parse(source, known=[item.key for item in conditions.all_conditions()])
    except LifecycleError as error:
        raise _invalid(error.problems) from error
    if left_behind := _left_behind(lifecycle):
        raise _invalid(left_behind)
    return lifecycle


def _left_behind(lifecycle: Lifecycle) -> list[Problem]:
    """Stages at which use cases stand, and that the new version does not have. One query."""
    counted = UseCase.objects.exclude(stage="").order_by().values_list("stage").annotate(Count("pk"))
    return [
        Problem("stages", None, "stage_in_use", {"value": stage, "count": str(count)})
        for stage, count in counted
        if lifecycle.stage(stage) is None
    ]


def _invalid(problems: Iterable[Problem]) -> Invalid:
    errors = [FieldError(problem.place, problem.code, problem_text(problem)) for problem in problems]
    return Invalid(_("This lifecycle cannot be used; see errors."), code="lifecycle.invalid", errors=errors)
