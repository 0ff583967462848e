"""Telling project leads who has seen nothing of late, so that somebody invites them. Told once for the same people in a month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.canonical import digest
from governance.people import notices
from governance.people.models import RoleGrant, User
from governance.people.roles import PROJECT_LEAD
from governance.people.services import tell
from governance.usecases.audience import WATCHERS, WITHIN_DAYS
from governance.usecases.models import UseCase
from governance.usecases.selectors.increments import unseen_by

AT_ONCE = 500  # use cases that are looked at together
NAMED = 5  # people who are named in one notice

LEFT_OUT = notices.kind(
    "usecases.seen_nothing",
    _("Somebody has seen nothing"),
    _("%(names)s: nothing seen of %(use_case)s in the last %(days)s days. Show them something."),
)


def tell_of_unseen() -> int:
    """Look at every use case that somebody should watch, and tell those who lead it. How many use cases there was something to say of."""
    scopes = RoleGrant.objects.live().filter(role__in=WATCHERS).exclude(scope="").values("scope")
    cases = UseCase.objects.filter(public_id__in=scopes).order_by("pk")
    said, after = 0, 0
    while batch := list(cases.filter(pk__gt=after)[:AT_ONCE]):
        said += _tell(batch)
        after = batch[-1].pk
    return said


def _tell(cases: Sequence[UseCase]) -> int:
    found = unseen_by(cases)
    by_scope: dict[str, list[User]] = defaultdict(list)
    wanted = [case.public_id for case in cases if case.pk in found]
    leads = RoleGrant.objects.live().filter(scope__in=wanted, role=PROJECT_LEAD, user__is_active=True)
    for grant in leads.select_related("user").order_by("pk"):
        by_scope[grant.scope].append(grant.user)
    month = clock.now().strftime("%Y-%m")
    for case in cases:
        unseen = found.get(case.pk)
        if not unseen:
            continue
        who = digest(sorted(item.user.public_id for item in unseen))[7:23]
        names = ", ".join(str(item.user) for item in unseen[:NAMED]) + (f" +{len(unseen) - NAMED}" if len(unseen) > NAMED else "")
        tell(
            by_scope[case.public_id],
            LEFT_OUT,
            key=f"{LEFT_OUT.code}:{case.public_id}:{month}:{who}",
            url=f"/use-cases/{case.slug}/increments/",
            data={"names": names, "use_case": case.title, "days": str(WITHIN_DAYS)},
            subject_id=case.public_id,
            scope=case.public_id,
        )
    return len(found)
