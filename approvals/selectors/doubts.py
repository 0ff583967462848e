"""What a policy will not do as it was meant, with the people who hold roles now: everywhere, or on some use cases alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from approvals.policy import Policy
from approvals.policy.findings import Finding
from approvals.policy.lint import lint
from foundation.actor import Actor
from governance.people.models import RoleGrant
from governance.usecases.models import UseCase

MOST = 500  # use cases that are looked through


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding. `use_cases`: their titles, where it is one there and not everywhere."""

    finding: Finding
    use_cases: tuple[str, ...] = ()


class People:
    """Who holds which role now, everywhere and on each use case that somebody sees. Two queries, for as many policies as there are."""

    def __init__(self, actor: Actor) -> None:
        self.by_scope: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for role, scope, person in RoleGrant.objects.live().values_list("role", "scope", "user__public_id"):
            self.by_scope[scope][role].add(person)
        rows = UseCase.objects.visible_to(actor).order_by("title").values_list("public_id", "title")
        self.use_cases: list[tuple[str, str]] = list(rows[:MOST])

    def here(self, scope: str) -> Mapping[str, frozenset[str]]:
        """The holders of each role in a use case, or (blank) in the whole organisation."""
        found: dict[str, frozenset[str]] = {}
        for place in {"", scope}:
            for role, people in self.by_scope.get(place, {}).items():
                found[role] = found.get(role, frozenset()) | people
        return found

    def anywhere(self) -> Mapping[str, frozenset[str]]:
        """The holders of each role, on whatever use case: what not even all of them can do, nobody can."""
        found: dict[str, set[str]] = defaultdict(set)
        for by_role in self.by_scope.values():
            for role, people in by_role.items():
                found[role] |= people
        return {role: frozenset(people) for role, people in found.items()}


def doubts_of(policy: Policy, people: People, *, by_use_case: bool = True) -> tuple[Doubt, ...]:
    """Everything doubtful. With `by_use_case`, what is so for every use case comes first, then what is so for some.

    Without, roles have to be held in the whole organisation: so it is for what belongs to no use case, such as policies.
    """
    if not by_use_case:
        return tuple(Doubt(finding) for finding in lint(policy, people.here("")))
    found = lint(policy, people.anywhere())
    known = {(finding.code, finding.step) for finding in found}
    some: dict[tuple[str, str, tuple[tuple[str, str], ...]], tuple[Finding, list[str]]] = {}
    for scope, title in people.use_cases:
        for finding in lint(policy, people.here(scope)):
            if (finding.code, finding.step) not in known:
                key = (finding.code, finding.step, tuple(sorted(finding.params.items())))
                some.setdefault(key, (finding, []))[1].append(title)
    return (*(Doubt(finding) for finding in found), *(Doubt(finding, tuple(titles)) for finding, titles in some.values()))
