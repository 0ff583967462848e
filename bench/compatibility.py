"""How long the comparison of two dictionaries takes. `python -m bench.compatibility`.

5,000 elements on each side, read from different files, so that no two are the same object; the target is 1 s of processor time (median),
and 0.3 s is aimed at. In `equal` nothing changes; in `a day` one element in a hundred does; in `all` each changes in its unit, its range
and its words; in `renamed` each has another key and keeps the old one as an alias; in `another` no element is on both sides; in `codes` ten
elements list 10,000 values each, of which every tenth goes and another comes.

No rival is measured: the one that compares contracts, datacontract-cli, brings some hundred megabytes of engines with it.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from governance.dictionary.compatibility import Comparison, compare_books
from governance.dictionary.elements import Alias, Domain, Element, NullMeaning, PermissibleValue, Reference

ELEMENTS = 5000
MOST_S = 1.0
AIM_S = 0.3
ROUNDS = 5
Books = dict[str, Element]


def element(number: int, key: str = "") -> Element:
    """One of the size that real dictionaries have: a definition of two sentences, some values, a range, a key."""
    codes = tuple(
        PermissibleValue(code=f"{code}{number % 7}", meaning=f"What {code} stands for") for code in "ABCDEF"[: number % 6]
    )
    return Element(
        key=key or f"table_{number // 50}.column_{number}",
        name=f"Column {number}",
        definition=f"What column {number} holds, said in one sentence. And what one has to know of it, in another one.",
        logical_type=("string", "integer", "number", "date")[number % 4],
        format=("", "i32", "f64", "")[number % 4],
        unit=("", "km", "EUR", "")[number % 4],
        null_policy=("never", "allowed", "")[number % 3],
        null_meanings=(NullMeaning("-1", "not asked"),),
        domain=Domain(
            values=codes,
            pattern="[A-F][0-9]" if number % 4 == 0 else "",
            minimum="0" if number % 4 in (1, 2) else "",
            maximum="100" if number % 4 in (1, 2) else "",
        ),
        references=Reference(element=f"table_0.column_{number % 50}") if number % 10 == 3 else None,
        tags=("core",),
        aliases=(Alias(term=f"COL_{number}", team="billing"),),
        extra={"odcs": {"criticalDataElement": True}} if number % 20 == 0 else {},
    )


def book(change: Callable[[int, Element], Element] = lambda _number, one: one) -> Books:
    changed = [change(number, element(number)) for number in range(ELEMENTS)]
    return {one.key: one for one in changed}


def other(_number: int, one: Element) -> Element:
    limits = replace(one.domain, minimum="1", maximum="200", pattern="[A-G][0-9]")
    return replace(one, unit="m", definition=one.definition.replace("holds", "contains"), domain=limits, tags=("core", "new"))


def listing(first: int) -> Books:
    codes = [f"{number:05}" for number in range(first, first + 11_000) if (number - first) % 11]
    values = tuple(PermissibleValue(code=code, meaning=f"What {code} stands for") for code in codes)
    return {
        f"list.column_{number}": replace(element(number, f"list.column_{number}"), domain=Domain(values=values))
        for number in range(10)
    }


def cases() -> dict[str, tuple[Books, Books, int]]:
    """Before, after, and how many elements have to be told."""
    before = book()

    def renamed(number: int, one: Element) -> Element:
        return replace(one, key=f"new.column_{number}", replaces=one.key, aliases=(*one.aliases, Alias(term=one.key)))

    return {
        "equal": (before, book(), 0),
        "a day": (before, book(lambda number, one: other(number, one) if number % 100 == 0 else one), ELEMENTS // 100),
        "all": (before, book(other), ELEMENTS),
        "renamed": (before, book(renamed), ELEMENTS),
        "another": (before, book(lambda number, one: replace(one, key=f"new.column_{number}")), 2 * ELEMENTS),
        "codes": (listing(0), listing(1000), 10),
    }


def median_s(call: Callable[[], Comparison]) -> float:
    """In seconds of processor time: waiting for a turn is not counted."""
    times = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        call()
        times.append(time.thread_time() - start)
    return statistics.median(times)


def main() -> int:
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"compare_books(), {ELEMENTS:,} elements, {python}, target {MOST_S} s, aim {AIM_S} s")
    worst = 0.0
    for name, (before, after, expected) in cases().items():
        call = partial(compare_books, before, after)
        found = call()
        if len(found.changes) != expected:
            raise SystemExit(
                f"{name}: {len(found.changes)} elements change, not {expected}; the time of a wrong answer means nothing"
            )
        took = median_s(call)
        worst = max(worst, took)
        print(f"{name:>8}: {len(found.all):7,} changes, median {took * 1000:6.1f} ms, ratio to target {took / MOST_S:.2f}")
    print(
        f"{'worst':>8}: {worst * 1000:6.1f} ms: {'met' if worst <= MOST_S else 'missed'}, aim {'met' if worst <= AIM_S else 'missed'}"
    )
    return 0 if worst <= MOST_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
