"""The matrix of responsibilities (RACI) as a value: read from what was sent or shipped, compared, turned into activities. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from governance.people.responsibilities import PERSON, Activity

LETTERS = ("R", "A", "AR", "C", "I")  # does it, answers for it, both, is asked before, is told after
MOST_ROWS = 60
MOST_COLUMNS = 40
LONGEST_TITLE = 120
KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
SOMEBODY = re.compile(PERSON + r"[A-Za-z0-9]{1,37}")


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "shape": _("This has to be a list of columns and a list of rows."),
    "too_many_rows": _("There are more than %(limit)s activities."),
    "too_many_columns": _("There are more than %(limit)s columns."),
    "party": _("There is no role or person “%(value)s”."),
    "twice": _("“%(value)s” is there twice."),
    "key": _("“%(value)s” is no key: small letters, digits and hyphens."),
    "stage": _("There is no stage “%(value)s”."),
    "title": _("Say in at most %(limit)s characters what is done."),
    "letter": _("“%(value)s” is none of R, A, AR, C, I."),
    "nobody": _("Nothing is said of anybody: leave it out, or say who does it."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a path such as `rows[2].letters.operations`; the words are in MESSAGES."""

    path: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)


class MatrixError(ValueError):
    """The matrix cannot be used. `problems` lists everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{item.path} {item.code}" for item in self.problems))


@dataclass(frozen=True, slots=True)
class Row:
    """One activity. `letters`: what each party does in it. `title`: its own words; blank for one that ships, which has words by key."""

    key: str
    stage: str
    letters: Mapping[str, str]
    title: str = ""

    def with_letter(self, *letters: str) -> tuple[str, ...]:
        return tuple(party for party, letter in self.letters.items() if letter in letters)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Activities × roles and people. Columns keep their place although nothing is said of them yet."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def body(self) -> dict[str, Any]:
        """What is stored and hashed: rows in their order, letters in the order of the columns."""
        rows = []
        for row in self.rows:
            letters = {party: row.letters[party] for party in self.columns if party in row.letters}
            rows.append({"key": row.key, "stage": row.stage, "letters": letters, **({"title": row.title} if row.title else {})})
        return {"columns": list(self.columns), "rows": rows}

    def activities(self) -> tuple[Activity, ...]:
        """What the self-test looks at."""
        return tuple(
            Activity(
                row.key,
                row.stage,
                row.with_letter("R", "AR"),
                row.with_letter("A", "AR"),
                row.with_letter("C"),
                row.with_letter("I"),
            )
            for row in self.rows
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What another version says of one party in one activity; `party` blank: the activity itself was added, removed or reworded."""

    key: str
    title: str
    party: str
    before: str
    after: str


def read(body: Any, *, roles: Collection[str], stages: Collection[str] | None = None, shipped: Collection[str] = ()) -> Matrix:
    """The matrix of what was sent. `shipped`: keys of activities that have words of their own. Raises MatrixError with every problem.

    `stages`: the keys that there are; None lets any pass. Whether a person exists is asked by whoever knows people.
    """
    problems: list[Problem] = []

    def note(path: str, code: str, **params: Any) -> None:
        problems.append(Problem(path, code, {name: str(value)[:80] for name, value in params.items()}))

    if not isinstance(body, Mapping) or not all(isinstance(body.get(name, []), list) for name in ("columns", "rows")):
        raise MatrixError([Problem("", "shape")])
    items = body.get("rows", [])
    if len(items) > MOST_ROWS:
        raise MatrixError([Problem("rows", "too_many_rows", {"limit": str(MOST_ROWS)})])
    columns: list[str] = []
    for at, party in enumerate(body.get("columns", [])[: MOST_COLUMNS + 1]):
        if not _is_party(party, roles):
            note(f"columns[{at}]", "party", value=party)
        elif party in columns:
            note(f"columns[{at}]", "twice", value=party)
        else:
            columns.append(party)
    rows: list[Row] = []
    for at, item in enumerate(items):
        row = _row(item, f"rows[{at}]", roles, stages, shipped, note)
        if row is not None and row.key in {other.key for other in rows}:
            note(f"rows[{at}].key", "twice", value=row.key)
        elif row is not None:
            rows.append(row)
            columns += [party for party in row.letters if party not in columns]
    if len(columns) > MOST_COLUMNS:
        note("columns", "too_many_columns", limit=MOST_COLUMNS)
    if problems:
        raise MatrixError(problems)
    return Matrix(tuple(columns), tuple(rows))


def _is_party(value: Any, roles: Collection[str]) -> bool:
    return isinstance(value, str) and (value in roles or bool(SOMEBODY.fullmatch(value)))


def _row(
    item: Any, path: str, roles: Collection[str], stages: Collection[str] | None, shipped: Collection[str], note: Any
) -> Row | None:
    if not isinstance(item, Mapping) or not isinstance(item.get("letters", {}), Mapping):
        note(path, "shape")
        return None
    key, stage, title = item.get("key"), item.get("stage"), item.get("title", "")
    if not (isinstance(key, str) and KEY.fullmatch(key)):
        note(f"{path}.key", "key", value=key)
        return None
    if not isinstance(stage, str) or not KEY.fullmatch(stage) or (stages is not None and stage not in stages):
        note(f"{path}.stage", "stage", value=stage)
    if not isinstance(title, str) or len(title.strip()) > LONGEST_TITLE or (not title.strip() and key not in shipped):
        note(f"{path}.title", "title", limit=LONGEST_TITLE)
        title = ""
    letters: dict[str, str] = {}
    for party, letter in item.get("letters", {}).items():
        if not _is_party(party, roles):
            note(f"{path}.letters", "party", value=party)
        elif letter not in LETTERS:
            note(f"{path}.letters.{party}", "letter", value=letter)
        else:
            letters[party] = letter
    return Row(key, str(stage), letters, " ".join(title.split()))


def changes(before: Matrix | None, after: Matrix) -> tuple[Change, ...]:
    """What `after` says that `before` did not, activity by activity, in the order of `after`; then what is gone."""
    old = {row.key: row for row in before.rows} if before else {}
    found: list[Change] = []
    for row in after.rows:
        was = old.pop(row.key, None)
        if was is None:
            found.append(Change(row.key, row.title, "", "", row.stage))
        elif (was.title, was.stage) != (row.title, row.stage):
            found.append(Change(row.key, row.title, "", was.title or was.stage, row.title or row.stage))
        said = was.letters if was else {}
        for party in dict.fromkeys((*said, *row.letters)):
            if said.get(party, "") != row.letters.get(party, ""):
                found.append(Change(row.key, row.title, party, said.get(party, ""), row.letters.get(party, "")))
    return (*found, *(Change(row.key, row.title, "", row.stage, "") for row in old.values()))
