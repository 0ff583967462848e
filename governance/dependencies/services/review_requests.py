"""Asking for reviews: one row for a version, however many people need it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Package, Requester, ReviewRequest
from governance.dependencies.origins import normal_name
from governance.dependencies.review_graph import Criteria
from governance.dependencies.review_permissions import may_ask_review, may_close_request
from governance.dependencies.selectors.criteria import criteria_known, not_offered
from governance.dependencies.selectors.graph import covered_requests
from governance.dependencies.services import review_news
from governance.usecases.models import UseCase

ASKED = audit.kind("dependencies.review_request.asked", _("Review asked for"))
CLOSED = audit.kind("dependencies.review_request.closed", _("Request for a review closed"))


def ask_review(
    *,
    actor: Actor,
    name: str,
    version: str,
    ecosystem: str = PYPI,
    criteria: Iterable[str] = ("safe-to-deploy",),
    use_case: UseCase | None = None,
    why: str = "",
) -> ReviewRequest:
    """Say that this version has to be reviewed, for which use case and why. Who asks for what was asked for already joins in.

    The same person for the same use case again changes nothing. Raises NotAllowed; Invalid naming each field.
    """
    require(may_ask_review(actor))
    name = normal_name(ecosystem, name)
    known = criteria_known()
    wanted = _criteria(criteria, known)
    now = clock.now()
    scope = use_case.public_id if use_case is not None else ""
    with transaction.atomic():
        row = _open_request(
            ReviewRequest(ecosystem=ecosystem, name=name, version=version.strip(), criteria=wanted, created_at=now)
        )
        asker = Requester(request=row, user=actor.user, use_case=scope, why=why.strip(), asked_at=now)
        validate(asker)
        more = known.minimal([*row.criteria, *wanted])
        if Requester.objects.filter(request=row, user=actor.user, use_case=scope).exists() and sorted(more) == row.criteria:
            return row
        row.criteria = sorted(more)
        row.save(update_fields=["criteria"])
        if not Requester.objects.filter(request=row, user=actor.user, use_case=scope).exists():
            asker.save(force_insert=True)
        data = {"package": name, "ecosystem": ecosystem, "version": row.version, "criteria": row.criteria, "use_case": scope}
        audit.record(actor, ASKED, row, data, personal={"why": asker.why} if asker.why else None)
        outbox.publish(actor, "dependencies.review_request.asked", row, {"package": name, "version": row.version})
        review_news.asked(actor, row)
    return row


def _open_request(fresh: ReviewRequest) -> ReviewRequest:
    """The open request for the version, locked; it comes into being with the first who asks."""
    if not fresh.version:
        why = _("Say which version.")
        raise Invalid(why, code="review_request.version", errors=[FieldError("version", "required", why)])
    validate(fresh)
    rows = ReviewRequest.objects.select_for_update().filter(
        ecosystem=fresh.ecosystem, name=fresh.name, version=fresh.version, closed_at=None
    )
    if (known := rows.first()) is not None:
        return known  # type: ignore[no-any-return] # untyped rows
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError:
        return rows.get()  # type: ignore[no-any-return] # somebody asked at the same moment
    return fresh


def _criteria(names: Iterable[str], known: Criteria) -> list[str]:
    found = sorted(set(names))
    wrong, offered = not_offered(found or [""])
    if wrong:
        said = _("Name what it is to be reviewed for: %(known)s.") % {"known": ", ".join(offered)}
        raise Invalid(said, code="review_request.criteria", errors=[FieldError("criteria", "unknown", said)])
    return sorted(known.minimal(found))


def close_request(*, actor: Actor, request: ReviewRequest, reason: str) -> ReviewRequest:
    """Take a request back. Raises NotAllowed where others asked too; Invalid without a reason; Conflict when it is closed."""
    require(may_close_request(actor, request))
    if not reason.strip():
        why = _("Say why, in a few words.")
        raise Invalid(why, errors=[FieldError("reason", "required", why)])
    with transaction.atomic():
        said = reason.strip()[:500]
        rows = ReviewRequest.objects.filter(pk=request.pk, closed_at=None)
        if not rows.update(closed_at=clock.now(), closed_because=said):
            raise Conflict(_("This request is closed already."), code="review_request.over")
        request.refresh_from_db()
        audit.record(actor, CLOSED, request, {}, personal={"reason": said})
    return request


def close_covered(*, package: Package, because: str) -> list[ReviewRequest]:
    """Close the requests for versions of a package that are covered now. Part of the command that covered them, whose event tells it."""
    asked = ReviewRequest.objects.filter(ecosystem=package.ecosystem, name=package.name, closed_at=None).order_by("pk")
    closed = []
    for row in covered_requests(asked, at=clock.now()):
        if ReviewRequest.objects.filter(pk=row.pk, closed_at=None).update(closed_at=clock.now(), closed_because=because):
            row.refresh_from_db()
            closed.append(row)
    return closed
