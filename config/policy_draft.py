"""A policy while it is written in a form: rows of steps that come, go and move, and the way from there to its text and back.

Every button sends the whole form. Rows keep their number for as long as the form is open; their order is a field of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.utils.text import capfirst, slugify
from django.utils.translation import gettext, ngettext

from approvals.policy import MESSAGES, Policy, Problem, Step
from approvals.policy.model import BreakGlass, WorkingTime
from approvals.policy.reading import MAX_REMINDERS, MAX_STEPS
from approvals.policy.writing import as_mapping
from config.policy_forms import (
    UNITS,
    Choices,
    ConditionForm,
    ReminderForm,
    StepForm,
    WholeForm,
    days_text,
    span_text,
)

FOLDS = {
    "times": ("sla_amount", "sla_unit", "calendar", "escalate_amount", "escalate_unit", "escalate_to"),
    "words": ("key", "description", "signature", "bulk"),
}
MOST_CONDITIONS = 20
ORDER = "order"
SPARE = 1  # empty rows behind those that are filled
PLACE = re.compile(r"steps\[(\d+)\](?:\.([a-z_]+))?")
DAYS = ("open_for", "valid_for", "grace")
FIELD_OF = {"sla": "sla_amount", "escalate": "escalate_amount"}  # keys of a step whose field has another name
FIELD_OF_WHOLE = {
    "break_glass.roles": "glass_roles",
    "break_glass.hours": "glass_hours",
    "break_glass.review_within": "glass_amount",
}


@dataclass(slots=True)
class StepRow:
    """A step in the form. `row`: its number; the fields are named `s<row>-…`."""

    row: int
    form: StepForm
    conditions: list[ConditionForm]
    reminders: list[ReminderForm]
    key: str = ""  # once it is read

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.form, *self.conditions, *self.reminders]

    @property
    def title(self) -> str:
        return str(self.form["title"].value() or "")

    @property
    def limit_text(self) -> str:
        """What is said about time, for the fold that holds it."""
        amount, unit = self.form["sla_amount"].value(), self.form["sla_unit"].value() or "days"
        return f"{amount} {dict(UNITS).get(unit, unit)}" if amount else ""

    @property
    def conditions_text(self) -> str:
        """How many conditions there are, for the fold that holds them."""
        count = sum(bool(form["fact"].value()) for form in self.conditions)
        return ngettext("%(count)s condition", "%(count)s conditions", count) % {"count": count} if count else ""

    @property
    def open_folds(self) -> set[str]:
        """The parts that something is wrong with, so that they stand open."""
        wrong = self.form.errors if self.form.is_bound else {}
        found = {part for part, names in FOLDS.items() if any(name in wrong for name in names)}
        found |= {"conditions"} if any(form.is_bound and form.errors for form in self.conditions) else set()
        return found | ({"times"} if any(form.is_bound and form.errors for form in self.reminders) else set())


class PolicyDraft:
    """`base`: the policy that the form began with; what the form does not show is kept from there. `data`: what was sent."""

    def __init__(self, base: Policy, calendars: Choices, criteria: Choices, data: Mapping[str, Any] | None = None) -> None:
        self.base = base
        self.calendars = calendars
        self.data = data
        self.problems: list[str] = []  # what belongs to no field
        self.whole_form = partial(WholeForm, criteria=criteria)
        if data is None:
            self.order = list(range(len(base.steps)))
            self.whole = self.whole_form(initial=_whole(base))
        else:
            self.order = _numbers(data.get(ORDER, ""))
            self.whole = self.whole_form(data)
        self.rows = self._rows(bound=data is not None)

    # Rows --------------------------------------------------------------------------------------------------------------

    def _rows(self, *, bound: bool) -> list[StepRow]:
        titles = self._titles()
        return [
            self._row(row, [(str(other), title) for other, title in titles if other != row], bound=bound) for row in self.order
        ]

    def _titles(self) -> list[tuple[int, str]]:
        if self.data is None:
            return [(at, step.title) for at, step in enumerate(self.base.steps)]
        said = [(row, str(self.data.get(f"s{row}-title", "")).strip()) for row in self.order]
        return [(row, title or gettext("Step %(number)s") % {"number": at}) for at, (row, title) in enumerate(said, start=1)]

    def _row(self, row: int, others: Choices, *, bound: bool) -> StepRow:
        prefix = f"s{row}"
        more: dict[str, Any] = {"others": others, "calendars": self.calendars}
        if self.data is None:
            step = self.base.steps[row]
            reminders = [
                {"amount": item.time.amount, "unit": item.time.unit, "when": "before" if item.before else "after"}
                for item in step.remind
            ]
            return StepRow(
                row,
                StepForm(prefix=prefix, initial=_step(step, self.base), **more),
                _spare(ConditionForm, f"{prefix}-if", _conditions(step)),
                _spare(ReminderForm, f"{prefix}-remind", reminders),
            )
        sent = self.data if bound else None
        known = next((step for step in self.base.steps if step.key == self.data.get(f"{prefix}-was")), None)
        more["initial"] = {"calendar": known.calendar if known is not None else ""}
        found = StepRow(
            row,
            StepForm(sent, prefix=prefix, **more),
            [
                ConditionForm(sent, prefix=f"{prefix}-if{at}")
                for at in self._count(f"{prefix}-if", "fact", "value", most=MOST_CONDITIONS)
            ],
            [
                ReminderForm(sent, prefix=f"{prefix}-remind{at}")
                for at in self._count(f"{prefix}-remind", "amount", most=MAX_REMINDERS)
            ],
        )
        if not bound:
            for form in found.all_forms:
                form.initial = {**form.initial, **_as_sent(form, self.data)}
        return found

    def _count(self, prefix: str, *names: str, most: int) -> range:
        """The rows that were filled, up to the last of them, and one that is not."""
        data = self.data or {}
        filled = [at for at in range(most) if any(str(data.get(f"{prefix}{at}-{name}", "")).strip() for name in names)]
        return range(min(max(filled, default=-1) + 1 + SPARE, most))

    def changed(self, command: str) -> int | None:
        """Carry out a button: `add`, or `up:<row>`, `down:<row>`, `remove:<row>`, `more:<row>` (an empty line). The row to look at next.

        What was typed stays; nothing is complained about before somebody asks for it.
        """
        name, _, argument = command.partition(":")
        at: int | None = None
        if name == "add":
            if len(self.order) >= MAX_STEPS:
                return self.order[-1]
            at = max(self.order, default=-1) + 1
            self.order.append(at)
        elif argument.isascii() and argument.isdigit() and int(argument) in self.order:
            at = self._moved(name, int(argument))
        if self.data is not None:
            self.whole = _unbound(self.whole_form, self.data)
        self.rows = self._rows(bound=False)
        for row in self.rows:
            if name == "add" and row.row == at:
                row.form.initial = {
                    **row.form.initial,
                    "quorum": 1,
                    "signature": "click",
                    "exclude": ["contributors"],
                    "sla_unit": "days",
                    "escalate_unit": "days",
                }
        return at

    def _moved(self, name: str, row: int) -> int | None:
        at = self.order.index(row)
        if name == "remove":
            del self.order[at]
            return self.order[min(at, len(self.order) - 1)] if self.order else None
        to = at + {"up": -1, "down": 1}.get(name, 0)
        if 0 <= to < len(self.order):
            self.order.insert(to, self.order.pop(at))
        return row

    # To the language of policies ---------------------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Everything is looked at, so that all that is wrong is told at once."""
        self._name()
        return all([form.is_valid() for form in self.all_forms]) and self._once()

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.whole, *(form for row in self.rows for form in row.all_forms)]

    @property
    def error_count(self) -> int:
        return sum(len(form.errors) for form in self.all_forms if form.is_bound) + len(self.problems)

    def _name(self) -> None:
        """Every step gets a key: the one that was typed, else one made of its title."""
        taken = {str(row.form["key"].value() or "").strip() for row in self.rows}
        for at, row in enumerate(self.rows, start=1):
            key = str(row.form["key"].value() or "").strip()
            if not key:
                made = slugify(row.title)[:36].strip("-_")
                first = made if made[:1].isalpha() else f"step-{at}"
                key = next(name for name in (first, *(f"{first}-{n}" for n in range(2, 99))) if name not in taken)
                taken.add(key)
            row.key = key

    def _once(self) -> bool:
        """Whether no step compares a fact twice in the same way: a mapping could not say it."""
        fine = True
        for row in self.rows:
            seen: set[tuple[str, str]] = set()
            for form in (form for form in row.conditions if form.filled):
                fact, op, _value = form.bound()
                if (fact, op) in seen:
                    form.add_error("op", gettext("This is compared in the same way above already."))
                    fine = False
                seen.add((fact, op))
        return fine

    def fields(self) -> dict[str, Any]:
        """What `approvals.policy.editing.apply_form` takes; only of a valid draft."""
        said = self.whole.cleaned_data
        kept = as_mapping(self.base)
        renamed = {row.form.cleaned_data["was"]: row.key for row in self.rows if row.form.cleaned_data["was"]}
        body: dict[str, Any] = {
            **({"key": self.base.key} if self.base.key else {}),
            "title": said["title"],
            "distinct_humans": said["distinct_humans"],
            "conditional": said["conditional"],
            **{name: days_text(said[name]) for name in DAYS if said[name] is not None},
            "break_glass": self._glass(said),
            "steps": [self._step(row) for row in self.rows],
            "checks": kept["checks"],
            **{name: said[name] for name in ("reviewed_for", "worth_tolerance") if said[name]},
        }
        if changes := kept.get("standard_changes"):
            body["standard_changes"] = [
                {**change, "without": [renamed.get(name, name) for name in change["without"]]} for change in changes
            ]
        return body

    @staticmethod
    def _glass(said: Mapping[str, Any]) -> dict[str, Any] | bool:
        if not said["glass"]:
            return False
        return {"roles": said["glass_roles"], "hours": said["glass_hours"], "review_within": span_text(said, "glass_")}

    def _step(self, row: StepRow) -> dict[str, Any]:
        said = row.form.cleaned_data
        keys = {str(other.row): other.key for other in self.rows}
        conditions: dict[str, dict[str, Any]] = {}
        for fact, op, value in (form.bound() for form in row.conditions if form.filled):
            conditions.setdefault(fact, {})[op] = value
        escalates = said["escalate_amount"] is not None and said["escalate_to"]
        optional = {
            "description": said["description"],
            "applies_if": conditions,
            "sla": span_text(said, "sla_") if said["sla_amount"] is not None else "",
            "calendar": said["calendar"],
            "remind": [form.text() for form in row.reminders if form.filled],
            "escalate": {"after": span_text(said, "escalate_"), "to": said["escalate_to"]} if escalates else {},
        }
        return {
            "key": row.key,
            "title": said["title"],
            "role": said["role"],
            "quorum": said["quorum"],
            "after": [keys[name] for name in said.get("after", ())],
            "covers": said["covers"],
            "exclude": [_barred(name, keys) for name in said["exclude"]],
            "signature": said["signature"],
            "bulk": said["bulk"],
            **{name: value for name, value in optional.items() if value},
        }

    # What the reader says ----------------------------------------------------------------------------------------------

    def tell(self, problems: Iterable[Problem]) -> None:
        """Put what the reader of policies says at the fields it belongs to."""
        for item in problems:
            form, name = self._place(item.path)
            said = capfirst(gettext(MESSAGES[item.code]) % item.params)
            if form is not None and name in form.fields:
                form.add_error(name, said)
            else:
                self.problems.append(f"{item.path}: {said}" if item.path else said)

    def _place(self, path: str) -> tuple[forms.Form | None, str]:
        found = PLACE.match(path)
        if found is None:
            return self.whole, FIELD_OF_WHOLE.get(path, path.partition("[")[0])
        if int(found[1]) >= len(self.rows):
            return None, ""
        row, name = self.rows[int(found[1])], found[2] or ""
        if name == "applies_if":
            return row.conditions[0], "fact"
        if name == "remind":
            return row.reminders[0], "amount"
        return row.form, FIELD_OF.get(name, name)


def _numbers(text: Any) -> list[int]:
    found = [int(part) for part in str(text).split(",") if part.isascii() and part.isdigit() and len(part) < 7]
    return list(dict.fromkeys(found))[:MAX_STEPS]


def _barred(name: str, keys: Mapping[str, str]) -> str:
    return f"step:{keys[name.removeprefix('step:')]}" if name.startswith("step:") else name


def _as_sent(form: forms.Form, data: Any) -> dict[str, Any]:
    """What was typed, as the beginning of a form that has not been judged."""
    return {name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) for name, field in form.fields.items()}


def _unbound(kind: Callable[[], forms.Form], data: Any) -> Any:
    form = kind()
    form.initial = _as_sent(form, data)
    return form


def _spare(kind: type[Any], prefix: str, filled: list[dict[str, Any]]) -> list[Any]:
    return [kind(prefix=f"{prefix}{at}", initial=initial) for at, initial in enumerate([*filled, *({} for _ in range(SPARE))])]


def _span(name: str, time: WorkingTime | None) -> dict[str, Any]:
    return {f"{name}amount": time.amount if time else None, f"{name}unit": time.unit if time else "days"}


def _whole(policy: Policy) -> dict[str, Any]:
    glass = policy.break_glass or BreakGlass()
    return {
        "title": policy.title,
        "distinct_humans": policy.distinct_humans,
        "conditional": policy.conditional,
        "open_for": policy.open_for_days,
        "valid_for": policy.valid_for_days,
        "grace": policy.grace_days or None,
        "reviewed_for": list(policy.reviewed_for),
        "worth_tolerance": str(policy.worth_tolerance or ""),
        "glass": policy.break_glass is not None,
        "glass_roles": list(glass.roles),
        "glass_hours": glass.hours,
        **_span("glass_", glass.review_within),
    }


def _step(step: Step, policy: Policy) -> dict[str, Any]:
    barred = {f"step:{key}": f"step:{policy.positions[key]}" for key in step.excluded_steps}
    return {
        "was": step.key,
        "key": step.key,
        "title": step.title,
        "description": step.description,
        "role": step.role,
        "quorum": step.quorum,
        "covers": list(step.covers),
        "after": [str(policy.positions[key]) for key in step.after],
        "exclude": [barred.get(name, name) for name in step.exclude],
        "signature": step.signature,
        "bulk": step.bulk,
        "calendar": step.calendar,
        "escalate_to": step.escalate_to,
        **_span("sla_", step.sla),
        **_span("escalate_", step.escalate_after),
    }


def _conditions(step: Step) -> list[dict[str, Any]]:
    return [
        {
            "fact": item.fact,
            "op": item.op,
            "value": ", ".join(item.names()) if item.names() else str(item.value),
        }
        for item in step.applies_if
    ]
