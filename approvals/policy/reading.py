"""From plain values to a policy: every rule about names, numbers and order, each broken rule noted where it was broken."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from typing import Any

from approvals.policy.model import EXCLUSIONS, CheckLevel, Policy, Step, find_cycles
from approvals.policy.problems import PolicyError, Problem
from approvals.policy.text import NotText, below, decode, load

COMPONENTS = ("use_case", "code", "model", "data", "dictionary", "dependencies", "runtime", "economics")
ROLES = (
    "business_owner", "client_representative", "budget_holder", "project_lead", "lead_data_scientist", "data_scientist",
    "data_engineer", "ml_engineer", "operations", "data_governance", "security_reviewer", "model_validator", "end_user",
    "auditor", "administrator",
)  # fmt: skip
CHECK_LEVELS = ("blocking", "advisory", "off")
CHECK_FAMILIES = ("approval", "provenance", "dependencies", "dictionary", "economics", "usecase", "monitoring", "waiver")
CHECK_CODE = re.compile(rf"({'|'.join(CHECK_FAMILIES)})(\.[a-z0-9_]+)+")

POLICY_KEYS = ("key", "title", "distinct_humans", "open_for", "valid_for", "steps", "checks")
STEP_KEYS = ("key", "title", "description", "role", "quorum", "after", "covers", "exclude")

MAX_STEPS = 50
MAX_QUORUM = 50
MAX_DAYS = 3660
MAX_LIST = 200
KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
DURATION = re.compile(r"([0-9]{1,6}) *(days?|weeks?)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def parse(
    source: str | bytes | Mapping[str, Any],
    *,
    components: Collection[str] = COMPONENTS,
    roles: Collection[str] = ROLES,
    checks: Collection[str] | None = None,
) -> Policy:
    """Read a policy from YAML (text, or bytes in UTF-8) or from a mapping of the same shape.

    `components`, `roles` and `checks` are the names that may be used; without `checks`, any code of a known family may.
    Raises PolicyError with every problem found. Anchors, aliases, tags and directives are refused, and so is more than 64 KiB.
    """
    if isinstance(source, Mapping):
        body: Any = source
        lines: dict[str, int] = {}
        problems: list[Problem] = []
    else:
        body, lines, problems = load(decode(source))
    reader = _Reader(lines, problems, components, roles, checks)
    policy = reader.policy(body)
    if policy is None:
        raise PolicyError(sorted(problems, key=lambda problem: problem.line or 0))
    return policy


class _Reader:
    """Turns plain values into a policy and notes whatever is wrong on the way."""

    def __init__(
        self,
        lines: Mapping[str, int],
        problems: list[Problem],
        components: Collection[str],
        roles: Collection[str],
        checks: Collection[str] | None,
    ) -> None:
        self.lines = lines
        self.problems = problems
        self.components = components
        self.roles = roles
        self.known_checks = checks

    def note(self, path: str, code: str, **params: Any) -> None:
        where = path
        while where and where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        shown = {name: _showable(str(value)) for name, value in params.items()}
        self.problems.append(Problem(_showable(path), self.lines.get(where), code, shown))

    def policy(self, body: Any) -> Policy | None:
        if not self.mapping(body, "", POLICY_KEYS, ("title", "steps")):
            return None
        fields: dict[str, Any] = {
            "key": self.key(body, ""),
            "title": self.text(body, "", "title", limit=200),
            "distinct_humans": self.truth(body, "", "distinct_humans", default=True),
            "open_for_days": self.days(body, "open_for"),
            "valid_for_days": self.days(body, "valid_for"),
            "steps": self.steps(body),
            "checks": self.checks(body),
        }
        return None if self.problems else Policy(**fields)

    def steps(self, body: Mapping[str, Any]) -> tuple[Step, ...]:
        items = self.items(body, "", "steps", of="step", limit=MAX_STEPS)
        read = [self.step(item, f"steps[{at}]") for at, item in enumerate(items)]
        steps = [fields for fields in read if fields is not None]
        keys = list(dict.fromkeys(fields["key"] for fields in steps))
        for at, fields in enumerate(read):
            if fields and fields["key"] and fields["key"] in [other["key"] for other in read[:at] if other]:
                self.note(f"steps[{at}].key", "duplicate_step", value=fields["key"])
            for nth, name in enumerate(fields["after"] if fields else ()):
                if name not in keys:
                    self.note(f"steps[{at}].after[{nth}]", "unknown_step", value=name, known=_nearest(name, keys))
        for way in find_cycles({fields["key"]: fields["after"] for fields in steps}):
            at = next(at for at, fields in enumerate(read) if fields and fields["key"] == way[0])
            self.note(f"steps[{at}].after", "cycle", value=" → ".join(way))
        return () if self.problems else tuple(Step(**fields) for fields in steps)

    def step(self, body: Any, path: str) -> dict[str, Any] | None:
        if not self.mapping(body, path, STEP_KEYS, ("key", "title", "role", "covers")):
            return None
        return {
            "key": self.key(body, path),
            "title": self.text(body, path, "title", limit=200),
            "description": self.text(body, path, "description", limit=4000, lines=True),
            "role": self.name(body.get("role"), below(path, "role"), "unknown_role", self.roles),
            "quorum": self.quorum(body, path),
            "after": self.names(body, path, "after", of="step"),
            "covers": self.names(body, path, "covers", of="component", among=self.components),
            "exclude": self.names(body, path, "exclude", of="exclusion", among=EXCLUSIONS, default=EXCLUSIONS),
        }

    def checks(self, body: Mapping[str, Any]) -> dict[str, CheckLevel]:
        found: dict[str, CheckLevel] = {}
        given = body.get("checks")
        if given is None or not self.mapping(given, "checks", None, ()):
            return found
        for code, level in given.items():
            path = below("checks", code)
            if self.known_checks is not None and code not in self.known_checks:
                self.note(path, "unknown_check", value=code, known=_nearest(code, self.known_checks))
            elif not CHECK_CODE.fullmatch(code):
                self.note(path, "unknown_check", value=code, known=", ".join(f"{family}.…" for family in CHECK_FAMILIES))
            if isinstance(level, str) and level in CHECK_LEVELS:
                found[code] = level  # type: ignore[assignment]  # one of CHECK_LEVELS, which mypy cannot see through `in`
            else:
                self.note(path, "bad_level", value=level, known=", ".join(CHECK_LEVELS))
        return found

    def mapping(self, body: Any, path: str, known: Collection[str] | None, required: Collection[str]) -> bool:
        """Whether it is a mapping; notes unknown and missing keys."""
        if not isinstance(body, Mapping):
            self.note(path, "wrong_type", expected="a mapping")
            return False
        if len(body) > MAX_LIST:
            self.note(path, "too_many", limit=MAX_LIST)
            return False
        if not all(isinstance(key, str) for key in body):
            self.note(path, "wrong_type", expected="a mapping whose keys are words")
            return False
        if known is not None:
            for key in (key for key in body if key not in known):
                self.note(below(path, key), "unknown_key", value=key, known=_nearest(key, known))
        for key in required:
            if body.get(key) is None:
                self.note(path, "required", value=key)
        return True

    def text(self, body: Mapping[str, Any], path: str, key: str, *, limit: int, lines: bool = False) -> str:
        value = body.get(key)
        if value is None:
            return ""
        path = below(path, key)
        if not isinstance(value, str) or isinstance(value, NotText):
            self.note(path, "wrong_type", expected="text")
            return ""
        value = value.replace("\r\n", "\n").strip()
        if len(value) > limit:
            self.note(path, "too_long", limit=limit)
        elif CONTROL.search(value) or (not lines and "\n" in value) or "\t" in value:
            self.note(path, "bad_text")
        elif not value and key == "title":
            self.note(path, "required", value=key)
        return value

    def key(self, body: Mapping[str, Any], path: str) -> str:
        value = body.get("key")
        if value is None:
            return ""
        if not isinstance(value, str) or isinstance(value, NotText) or not KEY.fullmatch(value):
            self.note(below(path, "key"), "bad_key", value=value)
            return ""
        return value

    def truth(self, body: Mapping[str, Any], path: str, key: str, *, default: bool) -> bool:
        value = body.get(key)
        if value is not None and not isinstance(value, bool):
            self.note(below(path, key), "wrong_type", expected="true or false")
        return default if value is None else bool(value)

    def quorum(self, body: Mapping[str, Any], path: str) -> int:
        value = body.get("quorum", 1)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAX_QUORUM:
            self.note(below(path, "quorum"), "quorum", limit=MAX_QUORUM)
            return 1
        return value

    def days(self, body: Mapping[str, Any], key: str) -> int | None:
        value = body.get(key)
        if value is None:
            return None
        match = DURATION.fullmatch(value) if isinstance(value, str) else None
        days = int(match[1]) * (7 if match[2].startswith("week") else 1) if match else 0
        if not 1 <= days <= MAX_DAYS:
            self.note(key, "bad_duration", value=value, limit=MAX_DAYS)
            return None
        return days

    def items(self, body: Mapping[str, Any], path: str, key: str, *, of: str, limit: int = MAX_LIST) -> list[Any]:
        value = body.get(key)
        if value is None:
            return []
        path = below(path, key)
        if not isinstance(value, list | tuple):
            self.note(path, "wrong_type", expected=f"a list, each item a {of}")
            return []
        if len(value) > limit:
            self.note(path, "too_many", limit=limit)
            return []
        if not value and key in ("steps", "covers"):
            self.note(path, "empty", expected=of)
        return list(value)

    def names(
        self,
        body: Mapping[str, Any],
        path: str,
        key: str,
        *,
        of: str,
        among: Collection[str] | None = None,
        default: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        if body.get(key) is None:
            return default
        names: list[str] = []
        for at, value in enumerate(self.items(body, path, key, of=of)):
            where = f"{below(path, key)}[{at}]"
            name = self.name(value, where, f"unknown_{of}", among)
            if name in names:
                self.note(where, "duplicate", value=name)
            names.append(name)
        return tuple(names)

    def name(self, value: Any, path: str, code: str, among: Collection[str] | None) -> str:
        if value is None and not path.endswith("]"):
            return ""  # noted as required
        if not isinstance(value, str) or isinstance(value, NotText):
            self.note(path, "wrong_type", expected="a name")
            return ""
        if among is not None and value not in among:
            self.note(path, code, value=value, known=_nearest(value, among))
        return value


def _showable(text: str) -> str:
    """Short, and without the halves of characters that no encoder takes."""
    text = text if len(text) <= 300 else text[:299] + "…"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _nearest(value: str, known: Collection[str]) -> str:
    """The names it may have been meant to be, else all of them."""
    return ", ".join(difflib.get_close_matches(value[:60], known) or sorted(known))
