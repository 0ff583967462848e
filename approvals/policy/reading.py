"""From plain values to a policy: every rule about names, numbers and order, each broken rule noted where it was broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from approvals.envelopes import LimitsError, parse_limits
from approvals.envelopes import as_mapping as limits_mapping
from approvals.policy.asking_each import EACH, EACH_COVERS, LONGEST_KEY
from approvals.policy.conditions import FACTS, MANY, Condition, can_hold
from approvals.policy.fields import SLUG, Fields, nearest
from approvals.policy.model import (
    DEFAULT_EXCLUSIONS,
    EXCLUSIONS,
    SIGNATURES,
    STEP_EXCLUSION,
    BreakGlass,
    CheckLevel,
    Policy,
    Reminder,
    StandardChange,
    Step,
    find_cycles,
)
from approvals.policy.problems import PolicyError, Problem
from approvals.policy.text import below, load

COMPONENTS = (
    "use_case", "code", "model", "data", "dictionary", "dependencies", "runtime", "economics", "document", "policy", "envelope",
    "dictionary_change", "data_use", "ruling", "provision", "budget",
)  # fmt: skip
ROLES = (
    "business_owner", "client_representative", "budget_holder", "project_lead", "lead_data_scientist", "data_scientist",
    "data_engineer", "ml_engineer", "operations", "data_governance", "security_reviewer", "model_validator", "end_user",
    "auditor", "administrator",
)  # fmt: skip
CHECK_LEVELS = ("blocking", "advisory", "off")
CHECK_FAMILIES = ("approval", "provenance", "dependencies", "dictionary", "economics", "usecase", "monitoring", "waiver")
CHECK_CODE = re.compile(rf"({'|'.join(CHECK_FAMILIES)})(\.[a-z0-9_]+)+")

POLICY_KEYS = (
    "key", "title", "distinct_humans", "open_for", "valid_for", "grace", "conditional", "break_glass", "steps",
    "standard_changes", "checks", "reviewed_for", "worth_tolerance",
)  # fmt: skip
STEP_KEYS = (
    "key", "title", "description", "role", "quorum", "after", "covers", "exclude", "applies_if", "signature", "sla", "calendar",
    "remind", "escalate", "bulk",
)  # fmt: skip
ESCALATE_KEYS = ("after", "to")
BREAK_GLASS_KEYS = ("roles", "hours", "review_within")
STANDARD_CHANGE_KEYS = ("key", "title", "touches", "limits", "without")

MAX_STEPS = 50
MAX_QUORUM = 50
MAX_REMINDERS = 10
MAX_CHANGES = 20
MAX_HOURS = 24


def parse(
    source: str | bytes | Mapping[str, Any],
    *,
    components: Collection[str] = COMPONENTS,
    roles: Collection[str] = ROLES,
    checks: Collection[str] | None = None,
    criteria: Callable[[], Collection[str]] | None = None,
) -> Policy:
    """Read a policy from YAML (text, or bytes in UTF-8) or from a mapping of the same shape.

    `components`, `roles` and `checks` are the names that may be used; without `checks`, any code of a known family may. `criteria`
    tells those for which packages can be reviewed, and is asked only by a policy that names some; without it, any name may be used.
    Raises PolicyError with every problem found. Anchors, aliases, tags and directives are refused, and so is more than 64 KiB.
    """
    if isinstance(source, Mapping):
        body: Any = source
        lines: Mapping[str, int] = {}
        problems: list[Problem] = []
    else:
        body, lines, problems = load(source)
    reader = _Reader(lines, problems, components, roles, checks, criteria)
    policy = reader.policy(body)
    if policy is None:
        raise PolicyError(sorted(problems, key=lambda problem: problem.line or 0))
    return policy


class _Reader(Fields):
    """Turns plain values into a policy and notes whatever is wrong on the way."""

    def __init__(
        self,
        lines: Mapping[str, int],
        problems: list[Problem],
        components: Collection[str],
        roles: Collection[str],
        checks: Collection[str] | None,
        criteria: Callable[[], Collection[str]] | None,
    ) -> None:
        super().__init__(lines, problems)
        self.components = components
        self.roles = roles
        self.known_checks = checks
        self.known_criteria = criteria

    def policy(self, body: Any) -> Policy | None:
        if not self.mapping(body, "", POLICY_KEYS, ("title", "steps")):
            return None
        steps = self.steps(body)
        fields: dict[str, Any] = {
            "key": self.key(body, ""),
            "title": self.text(body, "", "title", limit=200),
            "distinct_humans": self.truth(body, "", "distinct_humans", default=True),
            "open_for_days": self.days(body, "open_for"),
            "valid_for_days": self.days(body, "valid_for"),
            "grace_days": self.days(body, "grace") or 0,
            "conditional": self.truth(body, "", "conditional", default=True),
            "break_glass": self.break_glass(body.get("break_glass")),
            "standard_changes": self.standard_changes(body, [fields["key"] for fields in steps]),
            "checks": self.checks(body),
            "reviewed_for": self.reviewed_for(body.get("reviewed_for")),
            "worth_tolerance": self.worth_tolerance(body.get("worth_tolerance"), "worth_tolerance"),
        }
        return None if self.problems else Policy(**fields, steps=tuple(Step(**step) for step in steps))

    def steps(self, body: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The fields of each step that is a mapping."""
        items = self.items(body.get("steps"), "steps", of="step", limit=MAX_STEPS, empty=False)
        read = [self.step(item, f"steps[{at}]") for at, item in enumerate(items)]
        steps = [fields for fields in read if fields is not None]
        keys = list(dict.fromkeys(fields["key"] for fields in steps))
        for at, fields in enumerate(read):
            if fields is None:
                continue
            path = f"steps[{at}]"
            if fields["key"] and fields["key"] in [other["key"] for other in read[:at] if other]:
                self.note(f"{path}.key", "duplicate_step", value=fields["key"])
            for nth, name in enumerate(fields["after"]):
                if name not in keys:
                    self.note(f"{path}.after[{nth}]", "unknown_step", value=name, known=nearest(name, keys))
            for nth, name in enumerate(fields["exclude"]):
                self.exclusion(name, f"{path}.exclude[{nth}]", fields["key"], keys)
        for way in find_cycles({fields["key"]: fields["after"] for fields in steps}):
            at = next(at for at, fields in enumerate(read) if fields and fields["key"] == way[0])
            self.note(f"steps[{at}].after", "cycle", value=" → ".join(way))
        return steps

    def step(self, body: Any, path: str) -> dict[str, Any] | None:
        if not self.mapping(body, path, STEP_KEYS, ("key", "title", "role", "covers")):
            return None
        fields = {
            "key": self.key(body, path),
            "title": self.text(body, path, "title", limit=200),
            "description": self.text(body, path, "description", limit=4000, lines=True),
            "role": self.name(body.get("role"), below(path, "role"), "unknown_role", (*self.roles, *EACH)),
            "quorum": self.quorum(body, path),
            "after": self.names(body.get("after"), below(path, "after"), of="step"),
            "covers": self.names(body.get("covers"), below(path, "covers"), of="component", among=self.components, empty=False),
            "exclude": self.exclusions(body.get("exclude"), below(path, "exclude")),
            "applies_if": self.conditions(body.get("applies_if"), below(path, "applies_if")),
            "signature": self.one_of(body, path, "signature", "bad_signature", SIGNATURES),
            "sla": self.working_time(body, path, "sla"),
            "calendar": self.slug(body, path, "calendar"),
            "remind": self.reminders(body, path),
            "bulk": self.truth(body, path, "bulk", default=False),
            **self.escalation(body.get("escalate"), below(path, "escalate")),
        }
        if fields["bulk"] and fields["signature"] == "reauth":
            self.note(below(path, "bulk"), "bulk_signed")
        for key in ("remind", "escalate"):
            if body.get(key) and body.get("sla") is None:
                self.note(below(path, key), "needs_sla")
        if fields["role"] in EACH:
            self.asked_of_each(fields, path)
        return fields

    def asked_of_each(self, fields: Mapping[str, Any], path: str) -> None:
        """What a step cannot say that is asked of each whom a change touches."""
        if fields["covers"] and fields["covers"] != (EACH_COVERS,):
            self.note(below(path, "role"), "each_elsewhere", value=fields["role"], component=EACH_COVERS)
        if fields["role"] == "each_steward" and fields["quorum"] > 1:
            self.note(below(path, "quorum"), "each_quorum")
        if len(fields["key"]) > LONGEST_KEY:
            self.note(below(path, "key"), "each_key", limit=LONGEST_KEY)

    def exclusions(self, value: Any, path: str) -> tuple[str, ...]:
        return DEFAULT_EXCLUSIONS if value is None else self.names(value, path, of="exclusion")

    def exclusion(self, name: str, path: str, key: str, keys: Collection[str]) -> None:
        other = name.removeprefix(STEP_EXCLUSION)
        if name in EXCLUSIONS or not name:
            return
        if other == name:
            self.note(path, "unknown_exclusion", value=name, known=nearest(name, (*EXCLUSIONS, f"{STEP_EXCLUSION}<key>")))
        elif other not in keys:
            self.note(path, "unknown_step", value=other, known=nearest(other, keys))
        elif other == key:
            self.note(path, "own_step")

    def quorum(self, body: Mapping[str, Any], path: str) -> int:
        value = body.get("quorum", 1)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_QUORUM:
            self.note(below(path, "quorum"), "quorum", limit=MAX_QUORUM)
            return 1
        return value

    def reminders(self, body: Mapping[str, Any], path: str) -> tuple[Reminder, ...]:
        found: list[Reminder] = []
        for at, item in enumerate(self.items(body.get("remind"), below(path, "remind"), of="reminder", limit=MAX_REMINDERS)):
            where = f"{below(path, 'remind')}[{at}]"
            reminder = self.reminder(item, where)
            if reminder is not None and reminder in found:
                self.note(where, "duplicate", value=item)
            elif reminder is not None:
                found.append(reminder)
        return tuple(found)

    def escalation(self, body: Any, path: str) -> dict[str, Any]:
        if body is None or not self.mapping(body, path, ESCALATE_KEYS, ESCALATE_KEYS):
            return {}
        to = self.name(body.get("to"), below(path, "to"), "unknown_role", self.roles)
        after = self.working_time(body, path, "after")
        return {"escalate_to": to, "escalate_after": after} if after is not None else {}

    def conditions(self, body: Any, path: str) -> tuple[Condition, ...]:
        """Conditions by fact: the bare value, a list of values, or a mapping from the comparison to what is compared with."""
        if body is None or not self.mapping(body, path, None, ()):
            return ()
        found: list[Condition] = []
        before = len(self.problems)
        for name, said in body.items():
            where = below(path, name)
            if name not in FACTS:
                self.note(where, "unknown_fact", value=name, known=nearest(name, FACTS))
            elif isinstance(said, Mapping) and said and self.mapping(said, where, None, ()):
                found += [item for op, value in said.items() if (item := self.condition(name, op, value, below(where, op)))]
            elif FACTS[name].kind in ("text", "ordered") and isinstance(said, str | list | tuple):
                item = self.condition(name, "equals" if isinstance(said, str) else "in", said, where)
                found += [item] if item else []
            else:
                example = {"set": f"{name}: {{any: [code, model]}}", "decimal": f"{name}: {{at_least: 10000}}"}
                self.note(where, "bad_condition", fact=name, example=example.get(FACTS[name].kind, f"{name}: …"))
        if len(self.problems) == before and not can_hold(found):
            self.note(path, "contradiction")
        return tuple(found)

    def condition(self, name: str, op: str, value: Any, path: str) -> Condition | None:
        fact = FACTS[name]
        before = len(self.problems)
        if op not in fact.ops:
            self.note(path, "unknown_comparison", fact=name, value=op, known=", ".join(fact.ops))
            return None
        if value is None:
            self.note(path, "required", value=op)
            return None
        compared: str | tuple[str, ...] | Decimal | None
        if op in MANY:
            compared = self.names(value, path, of="value", empty=False)
            for nth, item in enumerate(compared):
                self.value(name, item, f"{path}[{nth}]")
        elif fact.kind == "decimal":
            compared = self.number(value, path)
        else:
            compared = self.name(value, path, "never", None)
            self.value(name, compared, path)
        return Condition(name, op, compared) if compared is not None and len(self.problems) == before else None

    def value(self, name: str, value: str, path: str) -> None:
        """Whether the fact can ever have the value."""
        values = tuple(self.components) if FACTS[name].kind == "set" else FACTS[name].values
        if not value:
            return  # noted as no name
        if values and value not in values:
            self.note(path, "never", fact=name, value=value, known=", ".join(values))
        elif not values and not SLUG.fullmatch(value):
            self.note(path, "bad_name", value=value)

    def break_glass(self, body: Any) -> BreakGlass | None:
        usual = BreakGlass()
        if body is None or body is True:
            return usual
        if body is False:
            return None
        if not isinstance(body, Mapping):
            self.note("break_glass", "wrong_type", expected="a mapping, or false if nobody may break glass")
            return None
        if not self.mapping(body, "break_glass", BREAK_GLASS_KEYS, ()):
            return None
        roles = self.names(body.get("roles"), "break_glass.roles", of="role", among=self.roles, empty=False)
        hours = body.get("hours", usual.hours)
        if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= MAX_HOURS:
            self.note("break_glass.hours", "bad_hours", value=hours, limit=MAX_HOURS)
            hours = usual.hours
        within = self.working_time(body, "break_glass", "review_within") or usual.review_within
        return BreakGlass(roles or usual.roles, hours, within)

    def standard_changes(self, body: Mapping[str, Any], keys: Collection[str]) -> tuple[StandardChange, ...]:
        found: dict[str, StandardChange] = {}
        for at, item in enumerate(
            self.items(body.get("standard_changes"), "standard_changes", of="standard change", limit=MAX_CHANGES)
        ):
            path = f"standard_changes[{at}]"
            if not self.mapping(item, path, STANDARD_CHANGE_KEYS, ("key", "title", "touches", "without")):
                continue
            change: dict[str, Any] = {
                "key": self.key(item, path),
                "title": self.text(item, path, "title", limit=200),
                "touches": self.names(
                    item.get("touches"), below(path, "touches"), of="component", among=self.components, empty=False
                ),
                "limits": self.limits(item.get("limits"), below(path, "limits")),
                "without": self.names(item.get("without"), below(path, "without"), of="step", among=keys, empty=False),
            }
            if change["key"] in found:
                self.note(below(path, "key"), "duplicate", value=change["key"])
            if not self.problems:
                found[change["key"]] = StandardChange(**change)
        return tuple(found.values())

    def limits(self, body: Any, path: str) -> dict[str, Any]:
        """Limits as envelopes have them, in their canonical form."""
        if body is None:
            return {}
        if isinstance(body, Mapping) and "moves" in body:
            self.note(below(path, "moves"), "limits_move")
            return {}
        try:
            return limits_mapping(parse_limits(body))
        except LimitsError as error:
            for problem in error.problems:
                self.note(below(path, problem.path) if problem.path else path, "limits", detail=problem.message)
            return {}

    def reviewed_for(self, value: Any) -> tuple[str, ...]:
        known = self.known_criteria() if value and self.known_criteria is not None else None
        return self.names(value, "reviewed_for", of="criterion", among=known)

    def checks(self, body: Mapping[str, Any]) -> dict[str, CheckLevel]:
        found: dict[str, CheckLevel] = {}
        given = body.get("checks")
        if given is None or not self.mapping(given, "checks", None, ()):
            return found
        for code, level in given.items():
            path = below("checks", code)
            if self.known_checks is not None and code not in self.known_checks:
                self.note(path, "unknown_check", value=code, known=nearest(code, self.known_checks))
            elif not CHECK_CODE.fullmatch(code):
                self.note(path, "unknown_check", value=code, known=", ".join(f"{family}.…" for family in CHECK_FAMILIES))
            if isinstance(level, str) and level in CHECK_LEVELS:
                found[code] = level  # type: ignore[assignment]  # one of CHECK_LEVELS, which mypy cannot see through `in`
            else:
                self.note(path, "bad_level", value=level, known=", ".join(CHECK_LEVELS))
        return found
