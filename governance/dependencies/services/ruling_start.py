"""The start of use: everything that is in use is exempt for a while, with staggered ends, so that the debt has dates.

Security recommends all of it in one go, and another person decides on all of it in one act: four eyes, as for a single one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, bulk, clock, outbox, search
from foundation.actor import Actor
from foundation.errors import Conflict, Missing
from foundation.ids import new_public_id
from foundation.permissions import require
from governance.dependencies.demands import demand_of
from governance.dependencies.models import ArtifactScan, DependencySet, Requirement, Ruling, RulingQuerySet
from governance.dependencies.ruling_permissions import may_decide_ruling, may_exempt_everything
from governance.dependencies.rulings import EXEMPT, PackageKey, exactly
from governance.dependencies.selectors.status import tiers_of
from governance.dependencies.services import ruling_news as news
from governance.dependencies.services.ruling_checks import words
from governance.dependencies.services.rulings import states_of
from governance.dependencies.staggering import Debt, staggered
from governance.usecases.models import UseCase
from governance.usecases.newest import newest_full_builds

EXEMPTED = audit.kind("dependencies.ruling.all_exempted", _("Exemption asked for everything in use"))
BATCH_DECIDED = audit.kind("dependencies.ruling.batch_decided", _("Exemptions of one go decided"))
PER_EVENT = 1000  # rulings that one event vouches for
CASES_AT_ONCE = 500
FIRST_PARTY = (Requirement.Origin.LOCAL, Requirement.Origin.EDITABLE)


@dataclass(frozen=True, slots=True)
class Batch:
    """What was recommended in one go. `id` is blank where nothing was left to exempt; `unpinned` requirements name no version."""

    id: str
    rulings: list[Ruling] = field(default_factory=list)
    unpinned: int = 0


def exempt_everything(*, actor: Actor, reason: str) -> Batch:
    """Ask for and recommend an exemption for every version that a lock file pins, each with an end of its own; nobody has decided yet.

    They end 90 to 365 days from now, spread evenly over the packages: what the highest tier rests on, and has most input and output
    points or was never looked into, ends first. What has an exemption for the organisation already, decided or not, is passed over:
    calling it again adds only what is new. Raises NotAllowed; Invalid without a reason.
    """
    require(may_exempt_everything(actor))
    reason = words("reason", reason)
    with transaction.atomic():
        now = clock.now()
        debts, unpinned = _debts(now)
        if not debts:
            return Batch("", unpinned=unpinned)
        batch = new_public_id("rub")
        rows = [
            Ruling(
                effect=EXEMPT,
                ecosystem=debt.key[0],
                name=debt.key[1],
                specifier=exactly(debt.key[0], debt.version),
                criteria=sorted(debt.criteria),
                reason=reason,
                expires_at=ends_at,
                batch=batch,
                created_by=actor.user,
                created_at=now,
                recommendation=Ruling.Word.YES,
                recommended_by=actor.user,
                recommended_at=now,
                recommended_because=reason,
            )
            for debt, ends_at in staggered(debts, now)
        ]
        bulk.insert(rows)
        search.index_many(rows, now)
        _record(actor, EXEMPTED, rows, {"batch": batch, "rulings": len(rows)}, reason)
        outbox.publish(actor, "dependencies.ruling.recommended", rows[0], {"batch": batch, "rulings": len(rows)})
        news.batch_recommended(actor, rows[0], len(rows))
    return Batch(batch, rows, unpinned)


def decide_batch(*, actor: Actor, batch: str, allow: bool, because: str = "") -> list[Ruling]:
    """Decide on everything of one go that is still open, in one act, as `decide_ruling` does on one.

    Raises NotAllowed for who asked for or recommended any of it, and who is not the owner; Missing where there is no such batch;
    Invalid without a reason for a refusal; Conflict when nothing of it is open.
    """
    with transaction.atomic():
        every = Ruling.objects.visible_to(actor).filter(batch=batch) if batch and "\x00" not in batch else Ruling.objects.none()
        rows = list(every.select_for_update(of=("self",)).order_by("pk"))
        if not rows:
            raise Missing(_("There is no such batch, or you may not see it."))
        now = clock.now()
        open_rows = [row for row in rows if row.state(now) == "recommended"]
        if not open_rows:
            raise Conflict(_("All of this was decided, taken back or has run out already."), code="ruling.over")
        for alike in _alike(open_rows):
            require(may_decide_ruling(actor, alike))
        if not allow:
            because = words("because", because)
        said = {"decision": Ruling.Word.YES if allow else Ruling.Word.NO, "decided_at": now, "decided_because": because.strip()}
        for row in open_rows:
            row.decided_by = actor.user
            for name, value in said.items():
                setattr(row, name, value)
        _open(batch, now).update(decided_by=actor.user, **said)
        data = {"batch": batch, "decision": str(said["decision"]), "rulings": len(open_rows)}
        _record(actor, BATCH_DECIDED, open_rows, data, because.strip())
        outbox.publish(actor, "dependencies.ruling.decided", open_rows[0], data)
    return open_rows


def _open(batch: str, at: datetime) -> RulingQuerySet:
    """What of one go waits for a decision: `Ruling.state` says recommended of these."""
    return Ruling.objects.filter(batch=batch, decision=None, revoked_at=None, recommended_at__isnull=False, expires_at__gt=at)


def _alike(rows: list[Ruling]) -> list[Ruling]:
    """One for each way in which the question who may decide can come out; whoever joined one of them is asked about by itself."""
    joined = set(Ruling.objects.filter(batch=rows[0].batch, requesters__isnull=False).values_list("pk", flat=True))
    found = {(row.created_by_id, row.recommended_by_id, row.scope, row.pk if row.pk in joined else 0): row for row in rows}
    return list(found.values())


def _record(actor: Actor, kind: audit.EventKind, rows: list[Ruling], data: Mapping[str, Any], reason: str) -> None:
    """One event for each PER_EVENT rulings: its subject is the first of them, and it vouches for the others."""
    of = -(-len(rows) // PER_EVENT)
    for part in range(of):
        some = rows[part * PER_EVENT : (part + 1) * PER_EVENT]
        parts = {"part": part + 1, "of": of} if of > 1 else {}
        states = {"ruling": states_of(some[1:])}
        audit.record(actor, kind, some[0], {**data, **parts}, personal={"reason": reason} if reason else None, states=states)


# What is in use ------------------------------------------------------------------------------------------------------


def _debts(now: datetime) -> tuple[list[Debt], int]:
    """Every pinned version that no exemption for the organisation speaks of, and how many requirements name none."""
    tiers = _tiers(now)
    by_package: dict[PackageKey, set[str]] = defaultdict(set)
    groups: dict[tuple[PackageKey, str], set[tuple[str, ...]]] = defaultdict(set)
    unpinned = set()
    columns = ("set__public_id", "ecosystem", "name", "version", "groups")
    rows = Requirement.objects.exclude(origin__in=FIRST_PARTY).order_by().values_list(*columns)
    for lock, ecosystem, name, version, under in rows.iterator(chunk_size=5000):
        key = (ecosystem, name)
        if lock in tiers:
            by_package[key].add(tiers[lock])
        if version:
            groups[key, version].add(tuple(under))
        else:
            unpinned.add((lock, key))
    known = _exempt_already(now)
    points = _points()
    found = []
    for (key, version), under in sorted(groups.items()):
        if (*key, exactly(key[0], version)) in known:
            continue
        demands = [demand_of(tier) for tier in sorted(by_package[key]) or [""]]
        criteria = frozenset(name for demand in demands for each in under for name in demand.criteria_for(each))
        if criteria:
            found.append(
                Debt(key, version, max(_rank(tier) for tier in by_package[key] or {""}), points.get((*key, version)), criteria)
            )
    return found, len(unpinned)


def _rank(tier: str) -> int:
    """A tier that nobody knows counts as the highest."""
    return {"low": 0, "medium": 1}.get(tier, 2)


def _tiers(at: datetime) -> dict[str, str]:
    """By lock file (public id) the highest tier of the use cases whose newest version rests on it."""
    found: dict[str, str] = {}
    known = set(DependencySet.objects.values_list("public_id", flat=True))
    cases = list(UseCase.objects.order_by("pk"))
    for first in range(0, len(cases), CASES_AT_ONCE):
        some = cases[first : first + CASES_AT_ONCE]
        tier_of = tiers_of({case.pk for case in some}, at)
        for pk, build in newest_full_builds(some).items():
            tier = tier_of[pk]
            for lock in build.locks:
                if lock in known and (lock not in found or _rank(tier) > _rank(found[lock])):
                    found[lock] = tier
    return found


def _exempt_already(now: datetime) -> set[tuple[str, str, str]]:
    """What an exemption for the organisation is in force for, or asked for."""
    rows = Ruling.objects.filter(effect=EXEMPT, scope="", revoked_at=None, expires_at__gt=now).exclude(decision="no")
    return set(rows.values_list("ecosystem", "name", "specifier"))


def _points() -> dict[tuple[str, str, str], int]:
    """How many input and output points each version has, by its newest scans; what was never scanned is left out."""
    found: dict[tuple[str, str, str], int] = {}
    columns = (
        "artifact__release__package__ecosystem",
        "artifact__release__package__name",
        "artifact__release__version",
        "points",
    )
    rows = ArtifactScan.objects.exclude(artifact__release=None).order_by("pk").values_list(*columns)
    for ecosystem, name, version, points in rows.iterator(chunk_size=5000):
        found[ecosystem, name, version] = max(found.get((ecosystem, name, version), 0), points)
    return found


__all__ = ["BATCH_DECIDED", "EXEMPTED", "Batch", "decide_batch", "exempt_everything"]
