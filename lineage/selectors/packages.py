"""Which model versions rest on a package: what the room of dependencies asks, since it may not look up here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count as CountOf
from django.db.models import Max, Q

from foundation.actor import Actor
from governance.dependencies.models import DependencySet, Requirement
from governance.dependencies.selectors.status import MOST_ON_A_PAGE, status_of
from governance.dependencies.status import Status
from governance.dependencies.usage import Count, Package, Reached, User
from governance.usecases.models import UseCase
from lineage import readers
from lineage.models import LockFile, ModelVersion

NAME, ECOSYSTEM = "dependency_set__requirements__name", "dependency_set__requirements__ecosystem"


class PackageUsage:
    """Answers over the model versions that the actor may see."""

    def counts(self, actor: Actor, packages: Sequence[Package]) -> Mapping[Package, Count]:
        """Package → in how many versions and use cases it is used. One query."""
        names = [name for _ecosystem, name in packages]
        rows = (
            LockFile.objects.filter(
                model_version__in=ModelVersion.objects.visible_to(actor), dependency_set__requirements__name__in=names
            )
            .order_by()
            .values(ECOSYSTEM, NAME)
            .annotate(versions=CountOf("model_version", distinct=True), cases=CountOf("model_version__use_case", distinct=True))
        )
        return {(row[ECOSYSTEM], row[NAME]): Count(row["versions"], row["cases"]) for row in rows}

    def users(self, actor: Actor, package: Package, limit: int) -> Sequence[User]:
        """The versions that use a package, newest first, with each version of it that they lock. Two queries."""
        ecosystem, name = package
        pinned: dict[int, list[str]] = defaultdict(list)
        asked = Requirement.objects.filter(ecosystem=ecosystem, name=name).order_by("version")
        for lock, version in asked.values_list("set_id", "version").distinct():
            pinned[lock].append(version)
        rows = (
            LockFile.objects.filter(model_version__in=ModelVersion.objects.visible_to(actor), dependency_set__in=list(pinned))
            .select_related("model_version__use_case", "dependency_set")
            .defer("dependency_set__raw")
            .order_by("-model_version_id")[:limit]
        )
        return [
            User(
                row.model_version.label,
                f"/models/{row.model_version.public_id}/",
                row.model_version.use_case.title,
                version,
                row.dependency_set.public_id,
                row.dependency_set.path,
            )
            for row in rows
            for version in pinned[row.dependency_set_id]
        ]

    def affected(self, actor: Actor, pins: Sequence[tuple[str, str, str]], limit: int) -> Sequence[Reached]:
        """The versions whose lock files hold one of the pins: those that run first, then the newest of their use cases. Six statements
        for up to 500 packages in 500 lock files."""
        held = _sets_that_hold(pins)
        locks: dict[int, list[Any]] = defaultdict(list)
        seen = ModelVersion.objects.visible_to(actor)
        for some in _pieces(sorted(held)):
            rows = LockFile.objects.filter(model_version__in=seen, dependency_set__in=some).order_by()
            for version, *lock in rows.values_list(
                "model_version_id", "dependency_set_id", "dependency_set__public_id", "dependency_set__path"
            ):
                locks[version].append(lock)
        if not locks:
            return []
        where = readers.running()
        cases = seen.filter(pk__in=list(locks)).values("use_case") if len(locks) <= AT_ONCE else seen.values("use_case")
        newest = ModelVersion.objects.filter(use_case__in=cases).order_by().values("use_case").annotate(newest=Max("pk"))
        last = set(newest.values_list("newest", flat=True))
        shown = sorted(locks, key=lambda version: (version not in where, version not in last, -version))[:limit]
        found = {row.pk: row for row in ModelVersion.objects.filter(pk__in=shown).select_related("use_case")}
        return [_reached(found[key], locks[key], held, key in last, where.get(key, ())) for key in shown]

    def cases(self, actor: Actor, set_id: str, limit: int) -> Sequence[UseCase]:
        """The use cases with a visible version that came with a lock file, the one with the newest first. One query."""
        seen = ModelVersion.objects.visible_to(actor).filter(locks__dependency_set__public_id=set_id)
        rows = UseCase.objects.filter(model_versions__in=seen).annotate(newest=Max("model_versions__pk"))
        return list(rows.order_by("-newest")[:limit])


AT_ONCE = 500


def _pieces(keys: Sequence[Any]) -> list[Sequence[Any]]:
    return [keys[at : at + AT_ONCE] for at in range(0, len(keys), AT_ONCE)]


def _sets_that_hold(pins: Sequence[tuple[str, str, str]]) -> dict[int, list[tuple[str, str, str]]]:
    """Lock file → which of the pins it holds."""
    wanted = set(pins)
    names: dict[str, set[str]] = defaultdict(set)
    for ecosystem, name, _version in wanted:
        names[ecosystem].add(name)
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for ecosystem, listed in names.items():
        for some in _pieces(sorted(listed)):
            rows = Requirement.objects.filter(Q(ecosystem=ecosystem, name__in=some)).order_by("set_id", "line", "pk")
            for key, *pin in rows.values_list("set_id", "ecosystem", "name", "version"):
                if tuple(pin) in wanted and tuple(pin) not in found[key]:
                    found[key].append((pin[0], pin[1], pin[2]))
    return {key: listed for key, listed in found.items() if listed}


def _reached(
    row: ModelVersion,
    locks: Sequence[Any],
    held: Mapping[int, list[tuple[str, str, str]]],
    newest: bool,
    environments: Sequence[str],
) -> Reached:
    ordered = sorted(locks, key=lambda lock: str(lock[2]))
    return Reached(
        row.public_id,
        row.label,
        f"/models/{row.public_id}/",
        row.use_case.public_id,
        row.use_case.title,
        tuple(dict.fromkeys(pin for key, _id, _path in ordered for pin in held[key])),
        tuple(public_id for _key, public_id, _path in ordered),
        tuple(path for _key, _id, path in ordered),
        newest,
        tuple(environments),
    )


def dependencies_of(row: ModelVersion, locks: Sequence[DependencySet]) -> Status | None:
    """The answer about the packages of a version, as of now; None where there are so many that a page would have to wait. Twelve
    statements."""
    if not locks or Requirement.objects.filter(set__in=locks).count() > MOST_ON_A_PAGE:
        return None
    return status_of(locks, use_case=row.use_case)
