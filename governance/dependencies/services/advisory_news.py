"""Who hears of flaws that are new: security, and who leads a use case that has them. One notice for a person and an import.

Told when the news arrive; nothing depends on it, since what has a flaw is found whenever somebody asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation import actor as actors
from foundation.models import OutboxEvent
from governance.dependencies import usage
from governance.dependencies.models import AdvisorySnapshot
from governance.dependencies.selectors.advisories import Pin, Reaching, affected_model_versions, reaching
from governance.people import notices
from governance.people.models import User
from governance.people.roles import PROJECT_LEAD
from governance.people.selectors import holders
from governance.people.services import tell

TOLD_ROLES = (PROJECT_LEAD, "security_reviewer")
HEAD = 300  # characters of a title


def _in_words(data: dict[str, str]) -> dict[str, str]:
    where = data.get("environments", "")
    return {
        **data,
        "place": _("%(case)s, which runs in %(where)s") % {"case": data["case"], "where": where} if where else data["case"],
    }


FOUND = notices.kind(
    "dependencies.flaws_found",
    gettext_lazy("Known flaws in what you use"),
    gettext_lazy("Known flaws that were not known before: %(count)s. First of all %(flaw)s in %(package)s, used by %(place)s."),
    words=_in_words,
)


def on_imported(event: OutboxEvent) -> None:
    """Find which flaws reach something that was not reached before, and tell whom it concerns."""
    snapshot = AdvisorySnapshot.objects.filter(public_id=event.subject_id).first()
    packages = [(ecosystem, name) for ecosystem, name in event.payload["packages"]]
    if snapshot is None or not packages:
        return
    before = AdvisorySnapshot.objects.filter(public_id=event.payload["before"]).first() if event.payload["before"] else None
    new = new_flaws(packages, snapshot, before)
    if new:
        _tell(new, snapshot)


def new_flaws(packages: Sequence[tuple[str, str]], snapshot: AdvisorySnapshot, before: AdvisorySnapshot | None) -> list[Reaching]:
    """Flaws of locked packages by which a pin is reached now and was not before, under whatever name; the worst first."""
    known: dict[Pin, set[str]] = defaultdict(set)
    if before is not None:
        for found in reaching(packages, snapshot=before).values():
            for pin in found.pins:
                known[pin] |= found.group.ids
    new = []
    for found in reaching(packages, snapshot=snapshot).values():
        pins = {pin: finding for pin, finding in found.pins.items() if not known[pin] & found.group.ids}
        if pins:
            new.append(Reaching(found.group, pins))
    return sorted(new, key=lambda item: item.rank)


def _tell(new: Sequence[Reaching], snapshot: AdvisorySnapshot) -> None:
    pins: dict[Pin, list[Reaching]] = defaultdict(list)
    for found in new:
        for pin in found.pins:
            pins[pin].append(found)
    versions = [row for row in affected_model_versions(actors.system("advisories"), pins) if row.environments or row.newest]
    by_case: dict[str, list[usage.Reached]] = defaultdict(list)
    for row in versions:
        by_case[row.use_case].append(row)
    first: dict[int, tuple[User, usage.Reached, set[str]]] = {}
    for case, rows in by_case.items():  # those that run first, as `affected_model_versions` has it
        flaws = {found.group.key for row in rows for pin in row.pins for found in pins[pin]}
        held = holders(scope=case)
        for grant in (grant for role in TOLD_ROLES for grant in held.get(role, {}).values()):
            _user, _row, keys = first.setdefault(grant.user.pk, (grant.user, rows[0], set()))
            keys |= flaws
    for user, row, keys in first.values():
        worst, pin = next((found, pin) for found in new for pin in row.pins if pin in found.pins)
        data = {
            "count": str(len(keys)),
            "flaw": worst.group.key,
            "package": f"{pin[1]} {pin[2]}".strip(),
            "case": row.use_case_title[:HEAD],
            "environments": ", ".join(row.environments)[:HEAD],
        }
        tell(user, FOUND, key=f"flaws:{snapshot.public_id}", url="/dependencies/advisories/?affects=on", data=data)
