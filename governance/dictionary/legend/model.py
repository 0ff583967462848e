"""What a legend says: for each column of one copy the element it holds, in which version, and what that means.

All values are frozen and compare by content. An empty text, an empty tuple and None mean "not stated".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """Of which data set the copy is, as far as that is known. `digest` is `sha256:` and 64 hex digits."""

    name: str = ""
    version: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendColumn:
    """What one column means.

    `element` is `dictionary/key`, `legend` its legend key, `digest` the content digest of `version`. `null_meanings` are pairs of
    token and meaning, `values` of code and meaning, both sorted; where there are too many values to travel, there are none and
    `value_count` says how many. `deviation` tells in words what is done otherwise in this data set.
    """

    name: str
    element: str
    legend: str
    version: str
    digest: str
    title: str = ""  # what people call the element; `name` is the column's
    definition: str = ""
    unit: str = ""
    null_meanings: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    value_count: int | None = None
    timezone: str = ""
    deviation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legend:
    """The legend of one copy. `server` is the base URL of where it was made, `copy` the public id of the registered copy.

    `columns` are in the order of their names. Raises ValueError where two have the same name.
    """

    dictionary: str
    made_at: datetime  # aware
    server: str = ""
    release: int | None = None
    dataset: Dataset = field(default_factory=Dataset)
    copy: str = ""
    columns: tuple[LegendColumn, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(sorted(self.columns, key=lambda column: column.name)))
        if len({column.name for column in self.columns}) != len(self.columns):
            raise ValueError("two columns of a legend have the same name")

    def of(self, name: str) -> LegendColumn | None:
        """What the column of this name means."""
        return next((column for column in self.columns if column.name == name), None)
