"""Which model versions rest on a package: what the room of dependencies asks, since it may not look up here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Count as CountOf

from foundation.actor import Actor
from governance.dependencies.models import Requirement
from governance.dependencies.usage import Count, User
from lineage.models import LockFile, ModelVersion

NAME = "dependency_set__requirements__name"


class PackageUsage:
    """Answers over the model versions that the actor may see."""

    def counts(self, actor: Actor, names: Sequence[str]) -> Mapping[str, Count]:
        """Package → in how many versions and use cases it is used. One query."""
        rows = (
            LockFile.objects.filter(
                model_version__in=ModelVersion.objects.visible_to(actor), dependency_set__requirements__name__in=names
            )
            .order_by()
            .values(NAME)
            .annotate(versions=CountOf("model_version", distinct=True), cases=CountOf("model_version__use_case", distinct=True))
        )
        return {row[NAME]: Count(row["versions"], row["cases"]) for row in rows}

    def users(self, actor: Actor, name: str, limit: int) -> Sequence[User]:
        """The versions that use a package, newest first, with the version of it that each locks. Two queries."""
        pinned: dict[int, str] = dict(Requirement.objects.filter(name=name).values_list("set_id", "version"))
        rows = (
            LockFile.objects.filter(model_version__in=ModelVersion.objects.visible_to(actor), dependency_set__in=pinned)
            .select_related("model_version__use_case", "dependency_set")
            .defer("dependency_set__raw")
            .order_by("-model_version_id")[:limit]
        )
        return [
            User(
                row.model_version.label,
                f"/models/{row.model_version.public_id}/",
                row.model_version.use_case.title,
                pinned[row.dependency_set_id],
                row.dependency_set.public_id,
                row.dependency_set.path,
            )
            for row in rows
        ]
