"""Which column is probably what: from its name, and where that is not enough from what stands in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping as Map

from governance.usecases.intake.draft import key_of
from governance.usecases.intake.fields import BY_NAME, CHOICES, FIELDS, KPI_FIELDS, KPI_PARTS, KPI_SETS, UNITS, plain
from governance.usecases.intake.mapping import FILLED, Mapping
from governance.usecases.intake.table import Table
from governance.usecases.intake.values import chosen, says_nothing

ENOUGH = 0.65  # how much of a name has to fit
NEAR_THE_BEGINNING = 7  # words of a question before the phrase that it is about
EXACTLY = frozenset({"title", "key", "slug", "kind"})  # these take no name that only holds theirs: `use case topic`
# Single words that say what a column is about even beside others.
TELLING = frozenset(
    {
        "problem",
        "benefits",
        "outputs",
        "output",
        "purpose",
        "description",
        "summary",
        "risks",
        "consumers",
        "assumptions",
        "limitations",
    }
)
MOST_CHOICES = 40  # different words in a column that holds choices
_NUMBERED = re.compile(r"(?:kpi|metric|指标)[ .#]*([0-9])")
_HAS_KPI = re.compile(r"kpi|metric|指标")


def guess(table: Table, *, fill: Map[str, str] | None = None) -> Mapping:
    """A mapping to begin with. `fill` is what stands where the problems are empty, in the person's language."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    offers = sorted(
        ((score, -len(column), column, name) for column in table.columns for name, score in _offers(column, table)),
        key=lambda offer: (-offer[0], -offer[1], table.columns.index(offer[2])),
    )
    for _score, _length, column, name in offers:
        if column in found or (name in taken and not BY_NAME[name].many):
            continue
        if name == "key" and name in taken:
            continue
        found[column] = name
        taken.add(name)
    for column in _apart(table, found):
        found[column] = "key"
    columns = {column: found[column] for column in table.columns if column in found}
    filled = {name: text for name, text in (fill or {}).items() if name in FILLED}
    return Mapping(columns=columns, fill=filled)


def words_of(table: Table, mapping: Mapping) -> dict[str, list[tuple[str, str, int, str | None]]]:
    """For each field of choices that a column became: its words as compared and as written, how often, and what they seem to mean."""
    said: dict[str, list[tuple[str, str, int, str | None]]] = {}
    for column, name in mapping.columns.items():
        if name not in ("kind", "risk_tier"):
            continue
        count: Counter[str] = Counter()
        written: dict[str, str] = {}
        for cell in table.column(column):
            if not says_nothing(cell):
                count[plain(cell)] += 1
                written.setdefault(plain(cell), cell)
        assigned = dict(mapping.choices.get(name, {}))
        said[name] = [
            (word, written[word], times, chosen(name, written[word], assigned)) for word, times in count.most_common(MOST_CHOICES)
        ]
    return said


def _offers(column: str, table: Table) -> Iterable[tuple[str, float]]:
    """Fields a column may be, with how well its name fits. Names of KPIs' parts only count beside a KPI."""
    name = plain(column)
    if numbered := _NUMBERED.search(name):
        number = min(max(int(numbered[1]), 1), KPI_SETS)
        rest = name.replace(numbered[0], " ").strip() or "name"
        for part in KPI_PARTS:
            score = max(_fit(rest, called) for called in (*BY_NAME[f"kpi.1.{part}"].called, part))
            if score >= ENOUGH:
                yield f"kpi.{number}.{part}", 1 + score
        return
    for field in FIELDS:
        score = max(_fit(name, called) for called in field.called)
        if score >= (1 if field.name in EXACTLY else ENOUGH) and _may_be(field.name, column, table):
            yield field.name, score
    if any(_HAS_KPI.search(plain(other)) for other in table.columns):
        bare = _HAS_KPI.sub(" ", name).strip() or name
        for field in KPI_FIELDS[: len(KPI_PARTS)]:
            score = max(_fit(word, called) for called in field.called for word in (name, bare))
            if score >= 0.99:
                yield field.name, score


def _fit(name: str, called: str) -> float:
    """1 for the same words; less for a phrase near the beginning of a longer name. Chinese is compared as it stands."""
    called = plain(called)
    if name == called:
        return 1.0
    if not called.isascii():
        return 0.9 if called in name and len(called) > 1 else 0.0
    mine, theirs = name.split(), called.split()
    if len(theirs) == 1:
        return 0.7 if called in TELLING and called in mine and len(mine) <= 3 else 0.0
    at = f" {name} ".find(f" {called} ")
    return 0.7 + 0.2 * len(theirs) / len(mine) if at >= 0 and name[:at].count(" ") < NEAR_THE_BEGINNING else 0.0


def _may_be(name: str, column: str, table: Table) -> bool:
    """What stands in the column has a word too: a choice comes in few words, a problem in many."""
    if name not in CHOICES:
        return True
    cells = [cell for cell in table.column(column)[:500] if not says_nothing(cell)]
    different = {plain(cell) for cell in cells}
    if not different or len(different) > MOST_CHOICES:
        return not cells
    return any(chosen(name, word) for word in different)


def _apart(table: Table, found: Map[str, str]) -> list[str]:
    """Columns that have to join the key because number and title alone fall together, such as those of several agencies."""
    mapping = Mapping(columns={column: found[column] for column in table.columns if column in found})
    if "title" not in mapping.columns.values():
        return []

    def doubled(columns: Map[str, str]) -> int:
        keys = Counter(key_of(row, table.columns, Mapping(columns=columns)) for row in table.rows)
        return sum(times for times in keys.values() if times > 1)

    before = doubled(mapping.columns)
    if not before:
        return []
    best, least = "", before
    for column in table.columns:
        if column in found or plain(column) not in UNITS:
            continue
        after = doubled({**mapping.columns, column: "key"})
        if after < least:
            best, least = column, after
    return [best] if best else []
