"""Policies of every kind, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from approvals.policy import (
    COMPONENTS,
    FACTS,
    ROLES,
    BreakGlass,
    Condition,
    Policy,
    Reminder,
    StandardChange,
    Step,
    WorkingTime,
)
from approvals.policy.conditions import MANY, can_hold

words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cn"], exclude_characters="\ufeff"),
    min_size=1,
    max_size=30,
)
titles = words.map(str.strip).filter(bool)
keys = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
slugs = st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True)
numbers = st.decimals(-(10**14), 10**14, places=3, allow_nan=False, allow_infinity=False)
working_times = st.builds(WorkingTime, st.integers(1, 1000), st.sampled_from(("days", "hours", "minutes")))
reminders = st.lists(st.builds(Reminder, working_times, st.booleans()), max_size=3, unique=True).map(tuple)


@st.composite
def condition_values(draw, fact=None):
    name = fact or draw(st.sampled_from(sorted(FACTS)))
    kind = FACTS[name]
    op = draw(st.sampled_from(kind.ops))
    if kind.kind == "decimal":
        return Condition(name, op, draw(numbers))
    values = st.sampled_from(COMPONENTS if kind.kind == "set" else kind.values) if kind.values or kind.kind == "set" else slugs
    return Condition(name, op, tuple(draw(st.sets(values, min_size=1, max_size=3))) if op in MANY else draw(values))


facts = st.fixed_dictionaries(
    {},
    optional={
        name: st.none()
        | {
            "ordered": st.sampled_from(fact.values or ("x",)),
            "text": st.sampled_from(fact.values) if fact.values else slugs,
            "set": st.frozensets(st.sampled_from(COMPONENTS)),
            "decimal": numbers,
        }[fact.kind]
        for name, fact in FACTS.items()
    },
)
applicable = st.lists(condition_values(), max_size=3, unique_by=lambda item: (item.fact, item.op)).map(tuple).filter(can_hold)
limits = st.fixed_dictionaries(
    {},
    optional={
        "metrics": st.dictionaries(
            titles, st.fixed_dictionaries({"may_fall": st.sampled_from(("0.01", "2"))}), min_size=1, max_size=2
        ),
        "same_columns": st.just(True),
    },
)


@st.composite
def policies(draw, plain=False):
    """Policies; `plain`: those that say nothing that came after the first form of the language."""
    names = draw(st.lists(keys, min_size=1, max_size=4, unique=True))
    steps = []
    for at, key in enumerate(names):
        more = {}
        if not plain:
            sla = draw(st.none() | working_times)
            escalates = sla is not None and draw(st.booleans())
            signature = draw(st.sampled_from(("click", "reauth")))
            more = {
                "applies_if": draw(applicable),
                "signature": signature,
                "sla": sla,
                "calendar": draw(st.just("") | slugs),
                "remind": draw(reminders) if sla is not None else (),
                "escalate_after": draw(working_times) if escalates else None,
                "escalate_to": draw(st.sampled_from(ROLES)) if escalates else "",
                "bulk": signature == "click" and draw(st.booleans()),
            }
        others = [f"step:{name}" for name in names if name != key]
        exclusions = ("contributors",) if plain else ("contributors", "submitter", *others)
        steps.append(
            Step(
                key=key,
                title=draw(titles),
                role=draw(st.sampled_from(ROLES)),
                quorum=draw(st.integers(1, 50)),
                after=tuple(draw(st.sets(st.sampled_from(names[:at])))) if at else (),
                covers=tuple(draw(st.sets(st.sampled_from(COMPONENTS), min_size=1))),
                exclude=tuple(draw(st.sets(st.sampled_from(exclusions)))),
                description=draw(st.lists(titles, max_size=3).map("\n".join)),
                **more,
            )
        )
    days = st.none() | st.integers(1, 3660)
    levels = st.sampled_from(("blocking", "advisory", "off"))
    rest = {}
    if not plain:
        glass = st.builds(
            BreakGlass, st.sets(st.sampled_from(ROLES), min_size=1, max_size=3).map(tuple), st.integers(1, 24), working_times
        )
        changes = st.builds(
            StandardChange,
            keys,
            titles,
            st.sets(st.sampled_from(COMPONENTS), min_size=1, max_size=3).map(tuple),
            st.sets(st.sampled_from(names), min_size=1).map(tuple),
            limits,
        )
        rest = {
            "grace_days": draw(st.integers(0, 30)),
            "break_glass": draw(st.none() | st.just(BreakGlass()) | glass),
            "conditional": draw(st.booleans()),
            "standard_changes": tuple(draw(st.lists(changes, max_size=2, unique_by=lambda change: change.key))),
        }
    return Policy(
        draw(titles),
        tuple(draw(st.permutations(steps))),
        draw(st.booleans()),
        draw(days),
        draw(days),
        draw(st.dictionaries(st.sampled_from(("approval.step.a", "waiver.none", "monitoring.drift")), levels)),
        draw(st.sampled_from(("", "rel"))),
        **rest,
    )
