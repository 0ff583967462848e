"""Which stages use cases have not come to, for the self-test of responsibilities."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from governance.usecases.models import UseCase
from governance.usecases.selectors import lifecycle_in_force
from governance.usecases.selectors.stages import InForce


def stages_ahead(scopes: Sequence[str]) -> Mapping[str, Collection[str]]:
    """By use case the keys of the stages behind the one it stands in; one that never moved stands in the first. Two queries."""
    rules = lifecycle_in_force()
    standing = UseCase.objects.filter(public_id__in=scopes).values_list("public_id", "stage")
    return {scope: stages_behind(rules, stage) for scope, stage in standing}


def stages_behind(rules: InForce, stage: str) -> Sequence[str]:
    """The keys of the stages that come after one."""
    keys = [item.key for item in rules.lifecycle.stages]
    return keys[(keys.index(stage) if stage in keys else 0) + 1 :]
