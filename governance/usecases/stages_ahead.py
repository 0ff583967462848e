"""Which stages use cases have not come to, for the self-test of responsibilities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from governance.usecases.models import UseCase
from governance.usecases.selectors import lifecycle_in_force


def stages_ahead(scopes: Sequence[str]) -> Mapping[str, Collection[str]]:
    """By use case the keys of the stages behind the one it stands in; one that never moved stands in the first. Two queries."""
    keys = [stage.key for stage in lifecycle_in_force().lifecycle.stages]
    standing = UseCase.objects.filter(public_id__in=scopes).values_list("public_id", "stage")
    return {scope: keys[(keys.index(stage) if stage in keys else 0) + 1 :] for scope, stage in standing}
