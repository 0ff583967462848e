"""How well elements are found for the columns of public projects, labelled by hand. `-s` prints the figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from governance.dictionary.elements import Alias
from governance.dictionary.naming import Candidate, Index, Known, Proposal, definition_words

FILES = Path(__file__).parent / "files" / "naming"
Labelled = list[tuple[Candidate, frozenset[str], tuple[Proposal, ...]]]


def index() -> Index:
    return Index(
        Known(
            key=said["key"],
            names=(said["name"],),
            aliases=tuple(Alias(term=alias["term"], team=alias.get("team", "")) for alias in said.get("aliases", ())),
            logical_type=said["type"],
            unit=said.get("unit", ""),
            definition_words=definition_words(said["definition"]),
        )
        for said in json.loads((FILES / "elements.json").read_text())
    )


@pytest.fixture(scope="module")
def answers() -> dict[str, Labelled]:
    """Each half of the columns with the right elements and what is proposed."""
    asked = json.loads((FILES / "columns.json").read_text())
    known = index()
    found: dict[str, Labelled] = {}
    for half in ("developed_on", "held_out"):
        found[half] = []
        for table, team, name, physical, right in (row for rows in asked[half].values() for row in rows):
            column = Candidate(table=table, name=name, physical_type=physical, team=team)
            found[half].append((column, frozenset(right), known.propose(column, limit=5)))
    return found


def recall(answered: Labelled) -> tuple[int, int]:
    wanted = [(right, proposed) for _column, right, proposed in answered if right]
    return sum(any(item.key in right for item in proposed) for right, proposed in wanted), len(wanted)


def test_the_right_element_is_among_the_first_five(answers: dict[str, Labelled]) -> None:
    found = {half: recall(answered) for half, answered in answers.items()}
    for half, (hit, of) in found.items():
        print(f"{half}: recall@5 {hit}/{of} = {hit / of:.3f}")  # noqa: T201
    assert found["held_out"][0] / found["held_out"][1] >= 0.9
    assert sum(hit for hit, _of in found.values()) / sum(of for _hit, of in found.values()) >= 0.9


def test_what_is_exact_or_an_alias_is_right(answers: dict[str, Labelled]) -> None:
    rows = [row for answered in answers.values() for row in answered]
    first = [(item[0].key, right) for _column, right, item in rows if item and item[0].how != "similar"]
    right = sum(key in of for key, of in first)
    print(f"precision@1 of exact and alias: {right}/{len(first)} = {right / len(first):.3f}")  # noqa: T201
    assert len(first) >= 25
    assert right / len(first) >= 0.98


def test_nothing_is_called_exact_that_is_not(answers: dict[str, Labelled]) -> None:
    rows = [row for answered in answers.values() for row in answered]
    wrong = [(column.table, column.name, item.key) for column, right, found in rows for item in found
             if item.how == "exact" and item.key not in right]  # fmt: skip
    assert wrong == []
    assert sum(not right for _column, right, _found in rows) >= 25  # columns of no element are asked as well


def test_what_is_right_scores_higher_than_what_is_none(answers: dict[str, Labelled]) -> None:
    rows = [row for answered in answers.values() for row in answered if row[2]]
    hits = [found[0].score for _column, right, found in rows if found[0].key in right]
    none = [found[0].score for _column, right, found in rows if not right]
    print(f"mean score of the first: {sum(hits) / len(hits):.2f} where right, {sum(none) / len(none):.2f} where there is none")  # noqa: T201
    assert sum(hits) / len(hits) > sum(none) / len(none) + 0.15
