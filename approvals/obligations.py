"""What approvals expect of people, for the self-test of responsibilities and for whoever thinks about leaving."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Max
from django.utils.translation import gettext as _

from approvals.models import Gate, PolicyVersion, Request
from approvals.policy import Policy as Rules
from approvals.selectors.governed import governed_subjects, shipped_version
from approvals.selectors.inbox import movers, requests_with_people
from approvals.selectors.offboarding import answered_for_by
from approvals.selectors.standing import policy_of
from approvals.selectors.standings import standings_of
from approvals.services.decisions import decisions_resting_on
from foundation.actor import Actor, system
from governance.people import obligations
from governance.people.models import User
from governance.people.obligations import Asked, Resting
from governance.people.responsibilities import Step
from governance.usecases.models import Definition

OF_A_USE_CASE = ("use_case_definition", "document", "economics_snapshot", "data_use", "provision_request", "ruling")
HERE = {"scope": "use_case"}  # what is known of whatever a use case puts forward
LOOKED_AT = 300  # open requests that are looked at to count what waits for whom: beyond, everybody has enough


def register() -> None:
    """Tell the room of people whom to ask. Called from `ready()`."""
    obligations.steps_from(steps_of)
    obligations.workloads_from(workloads_of)
    obligations.rests_from(resting_on)


def steps_of(scopes: Sequence[str]) -> Mapping[str, Sequence[Asked]]:
    """The steps of the policies that judge what a use case makes, with who made what is judged now. A constant number of queries."""
    before = list(Gate.objects.select_related("environment", "policy").order_by("environment__title", "pk"))
    policies, makers, gates = _policies(before), _makers(scopes), _gates_asked(scopes, before)
    return {
        scope: [
            asked
            for key, (version, title) in policies.items()
            if key not in gates.known or key in gates.asked[scope] or len(gates.known) == 1
            for asked in _steps(version, title, makers.get(scope, {}))
        ]
        for scope in scopes
    }


@dataclass(frozen=True, slots=True)
class _Gates:
    """Policies that stand before environments, by key; and those of them under which each use case has put something forward.

    Where a use case is to run is not known before it asks: the other gates are none of its business, unless there is only one.
    """

    known: frozenset[str]
    asked: Mapping[str, frozenset[str]]


def _gates_asked(scopes: Sequence[str], gates: Sequence[Gate]) -> _Gates:
    asked: dict[str, set[str]] = defaultdict(set)
    requests = Request.objects.filter(use_case__public_id__in=scopes, environment__isnull=False)
    for scope, key in requests.values_list("use_case__public_id", "environment__gate__policy__key").distinct():
        asked[scope].add(key)
    known = frozenset(gate.policy.key for gate in gates)
    return _Gates(known, {scope: frozenset(asked[scope]) for scope in scopes})


def _policies(gates: Sequence[Gate]) -> dict[str, tuple[PolicyVersion, str]]:
    """The version in force of each policy before an environment, or for what a use case signs; with what it is about."""
    about: dict[str, str] = {}
    for gate in gates:
        about.setdefault(gate.policy.key, gate.environment.title)
    for item in governed_subjects():
        if item.type in OF_A_USE_CASE and item.key:
            about.setdefault(item.key, item.title)
    rows = PolicyVersion.objects.in_force().filter(policy__key__in=about).select_related("policy")
    known = {row.policy.key: row for row in rows.order_by("published_at", "number")}  # the last one published is in force
    found = {key: (known.get(key) or shipped_version(key), title) for key, title in about.items()}
    return {key: (version, title) for key, (version, title) in found.items() if version is not None}


def _steps(version: PolicyVersion, title: str, makers: Mapping[str, frozenset[str]]) -> list[Asked]:
    rules: Rules = policy_of(version)
    keys = {step.key: f"{version.policy.key}:{step.key}" for step in rules.steps}
    made = makers.get(version.policy.key, frozenset())
    found = []
    for step in rules.steps:
        if any(condition.holds(HERE) is False for condition in step.applies_if if condition.fact in HERE):
            continue  # never asked of a use case
        others = [key for key in keys if key != step.key and (rules.distinct_humans or key in step.excluded_steps)]
        value = Step(
            key=keys[step.key],
            role=step.role,
            quorum=step.quorum,
            makers=made,
            makers_may="contributors" not in step.exclude,
            sometimes=bool(step.applies_if),
            apart=frozenset(keys[key] for key in others),
        )
        found.append(Asked(value, step.title, title or version.policy.title, f"/settings/policies/{version.policy.key}/"))
    return found


def _makers(scopes: Sequence[str]) -> dict[str, dict[str, frozenset[str]]]:
    """Use case → key of the policy → who made what was put forward last under it, or wrote the definition that nobody signed yet."""
    found: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    requests = Request.objects.filter(use_case__public_id__in=scopes)
    newest = requests.values("use_case", "policy_version__policy").annotate(last=Max("pk")).values("last")
    for row in Request.objects.filter(pk__in=newest).select_related("use_case", "policy_version__policy"):
        people = frozenset(person for part in row.contributors.values() for person in part)
        found[row.scope][row.policy_version.policy.key] = people
    written = Definition.objects.filter(use_case__public_id__in=scopes, approved_at=None).exclude(created_by=None)
    authors: dict[str, set[str]] = defaultdict(set)
    for scope, author in written.values_list("use_case__public_id", "created_by__public_id"):
        authors[scope].add(author)
    for scope, wrote in authors.items():
        found[scope].setdefault("definition", frozenset(wrote))
    return found


def workloads_of(people: Collection[str], above: int = 0) -> Mapping[str, int]:
    """How many open requests wait for each of these people. A constant number of queries.

    One query where no more are open than `above`: then nobody has more to do, and none of them is evaluated.
    """
    rows = list(requests_with_people(system("self-test")).open().order_by("-pk")[:LOOKED_AT])
    if len(rows) <= above:
        return {}
    waiting: Counter[str] = Counter()
    for listed in standings_of(rows, {row.pk: "" for row in rows}):
        waiting.update({user.public_id for user in movers(listed.standing)} & set(people))
    return waiting


def resting_on(actor: Actor, user: User) -> Sequence[Resting]:
    """Decisions that stand on this person's vote, and requests that they put forward, among those the actor may see."""
    asked = Request.objects.visible_to(actor).open().filter(submitter=user)
    found = [Resting(_("open requests that they put forward"), asked.count(), "/insights/")]
    if actor.user is not None:
        resting = answered_for_by(actor).filter(pk__in=[row.pk for row in decisions_resting_on(user)])
        found.append(Resting(_("approvals in force that count on their vote"), resting.count()))
    return found
