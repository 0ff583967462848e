"""Handing over to operations, and their answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.people import services as people
from governance.people.models import User
from governance.people.roles import BUILDERS
from governance.people.selectors import grants_of, holders
from governance.usecases import authorship
from governance.usecases.models import LONGEST_REASON, HandOver, UseCase
from governance.usecases.stage_notices import ANSWERED, HANDED_OVER, hand_over_words
from governance.usecases.stage_permissions import OPERATIONS, may_answer_hand_over, may_hand_over

HANDED = audit.kind("usecases.hand_over.handed_over", gettext_lazy("Handed over to operations"))
ACCEPTED = audit.kind("usecases.hand_over.accepted", gettext_lazy("Hand-over accepted"))
REFUSED = audit.kind("usecases.hand_over.refused", gettext_lazy("Hand-over refused"))
MOST_ENVIRONMENTS = 20
LONGEST_PLACE = 500


def hand_over(
    *,
    actor: Actor,
    use_case: UseCase,
    pipeline: str,
    pipeline_owner: User,
    run: str,
    run_at: date,
    run_result: str,
    tests: str,
    configuration: Sequence[Mapping[str, str]],
    note: str = "",
) -> HandOver:
    """Put a pipeline before operations: whose it is, one run of the whole path, its tests, and its configuration by environment.

    The pipeline belongs to somebody who wrote the newest version: whoever knows the model keeps it running until it is accepted.
    Raises NotAllowed; Invalid; Conflict while an earlier hand-over waits for its answer.
    """
    require(may_hand_over(actor, use_case))
    newest = use_case.hand_overs.order_by("-number").first()
    written = authorship.newest_authors(use_case)
    row = HandOver(
        use_case=use_case,
        number=(newest.number if newest else 0) + 1,
        pipeline=pipeline.strip(),
        pipeline_owner=pipeline_owner,
        version=written.label if written else "",
        run=run.strip(),
        run_at=run_at,
        run_result=run_result,
        tests=tests.strip(),
        configuration=[],
        note=note.strip(),
        created_by=actor.user,
        created_at=clock.now(),
    )
    _check(row, written, configuration)
    row.digest = digest(row.content())
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, HANDED, row, {"number": row.number, "digest": row.digest})
            people.tell(
                _operations(use_case, row),
                HANDED_OVER,
                key=f"usecases.hand_over:{row.public_id}",
                url=_page(row),
                data=hand_over_words(actor, row),
                subject_id=row.public_id,
                scope=use_case.public_id,
            )
            outbox.publish(actor, "usecases.hand_over.handed_over", use_case, {"id": row.public_id})
    except IntegrityError as error:
        said = _("A hand-over waits for its answer already. Operations has to answer it first.")
        raise Conflict(said, code="hand_over.open") from error
    return row


def _check(row: HandOver, written: authorship.Authors | None, configuration: Sequence[Mapping[str, str]]) -> None:
    """Everything that is wrong with it, at once."""
    problems: list[FieldError] = []
    try:
        row.configuration = _configuration(configuration)
    except Invalid as error:
        problems += error.errors
    try:
        validate(row, exclude=("digest", "configuration"))
    except Invalid as error:
        problems += error.errors
    if row.run_at is not None and row.run_at > clock.now().date():
        problems.append(FieldError("run_at", "future", _("This day has not come yet.")))
    if row.run_result == HandOver.Result.FAILED:
        said = _("Hand it over once a run of the whole path has gone through.")
        problems.append(FieldError("run_result", "failed", said))
    if written is None:
        said = _("No version was registered yet. CI registers one with countersign push.")
        problems.append(FieldError("version", "required", said))
    elif not _owns(row, written):
        said = _("The pipeline has to belong to somebody who wrote %(version)s: %(people)s.") % {
            "version": written.label,
            "people": ", ".join(str(user) for user in written.people) or _("nobody with an account here"),
        }
        problems.append(FieldError("pipeline_owner", "not_author", said))
    if problems:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=problems)


def _owns(row: HandOver, written: authorship.Authors) -> bool:
    """Whether the owner wrote the version, and builds here: somebody who left the use case cannot keep its pipeline running."""
    wrote = row.pipeline_owner in written.people
    return wrote and grants_of(row.pipeline_owner, roles=BUILDERS, scope=row.use_case.public_id).exists()


def _configuration(given: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """`[{"environment", "where"}]`, each environment once."""
    found: list[dict[str, str]] = []
    problems = []
    if len(given) > MOST_ENVIRONMENTS:
        said = _("At most %(most)s environments can be named.") % {"most": MOST_ENVIRONMENTS}
        raise Invalid(said, errors=[FieldError("configuration", "too_many", said)])
    for place, item in enumerate(given):
        environment, where = str(item.get("environment", "")).strip(), str(item.get("where", "")).strip()
        if not environment or not where:
            said = _("Name the environment and where its configuration lies.")
            problems.append(FieldError(f"configuration[{place}]", "required", said))
        elif len(environment) > 60 or len(where) > LONGEST_PLACE:
            problems.append(FieldError(f"configuration[{place}]", "too_long", _("This is too long.")))
        elif environment in [known["environment"] for known in found]:
            problems.append(FieldError(f"configuration[{place}]", "duplicate", _("This environment is named twice.")))
        else:
            found.append({"environment": environment, "where": where})
    if not found and not problems:
        said = _("Say for at least one environment where its configuration lies.")
        problems.append(FieldError("configuration", "required", said))
    if problems:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), errors=problems)
    return found


def answer_hand_over(*, actor: Actor, hand_over: HandOver, accept: bool, reason: str = "") -> HandOver:
    """Accept a hand-over, or refuse it with the reason. Either stays; after a refusal it can be tried again.

    Raises NotAllowed; Invalid for a refusal without a reason; Conflict when it was answered already.
    """
    require(may_answer_hand_over(actor, hand_over))
    reason = reason.strip()
    if not accept and not reason:
        said = _("Say what is missing, so that the next try can bring it.")
        raise Invalid(said, errors=[FieldError("reason", "required", said)])
    if len(reason) > LONGEST_REASON:
        said = _("At most %(most)s characters.") % {"most": LONGEST_REASON}
        raise Invalid(said, errors=[FieldError("reason", "max_length", said)])
    with transaction.atomic():
        row = (
            HandOver.objects.select_for_update(of=("self",))
            .select_related("use_case", "created_by", "pipeline_owner")
            .get(pk=hand_over.pk)
        )
        if row.answered_at is not None:
            raise Conflict(_("This hand-over was answered already."), code="hand_over.answered")
        row.answer = HandOver.Answer.ACCEPTED if accept else HandOver.Answer.REFUSED
        row.answer_reason, row.answered_by, row.answered_at = reason, actor.user, clock.now()
        row.save(update_fields=["answer", "answer_reason", "answered_by", "answered_at"])
        audit.record(actor, ACCEPTED if accept else REFUSED, row, {"number": row.number}, personal={"reason": reason})
        people.tell(
            list(dict.fromkeys([row.created_by, row.pipeline_owner])),
            ANSWERED,
            key=f"usecases.hand_over.answer:{row.public_id}",
            url=_page(row),
            data=hand_over_words(actor, row),
            subject_id=row.public_id,
            scope=row.use_case.public_id,
        )
        outbox.publish(actor, "usecases.hand_over.answered", row.use_case, {"id": row.public_id, "answer": row.answer})
    return row


def _operations(use_case: UseCase, row: HandOver) -> list[User]:
    """Who could answer: operations here, without those who hand over."""
    found = [grant.user for grant in holders(scope=use_case.public_id).get(OPERATIONS, {}).values()]
    return [user for user in found if user not in (row.created_by, row.pipeline_owner)]


def _page(row: HandOver) -> str:
    return f"/use-cases/{row.use_case.slug}/hand-over/"
