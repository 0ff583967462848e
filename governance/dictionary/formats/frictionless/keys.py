"""What a schema says of its fields together: primary key, unique keys, foreign keys and missing values. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from governance.dictionary.elements import Element
from governance.dictionary.formats.frictionless.words import Around, meanings
from governance.dictionary.formats.lens import Plain
from governance.dictionary.formats.model import Book, Column

Place = tuple[str, str]  # a table and a column of it
TOGETHER = ("primaryKey", "uniqueKeys", "foreignKeys", "missingValues")


def names(said: Any) -> list[str]:
    """The fields of a key, which version 1 wrote as a text if there is one."""
    if isinstance(said, str):
        return [said]
    return [name for name in said if isinstance(name, str)] if isinstance(said, list) else []


def single(said: Any) -> str | None:
    found = names(said)
    return found[0] if len(found) == 1 and said in (found[0], found) else None


def referred(entry: Any, table: str) -> tuple[str, Place] | None:
    """The field of a foreign key of one field, and where it points to; None for one of several fields."""
    reference = entry.get("reference") if isinstance(entry, Mapping) else None
    if not isinstance(reference, Mapping):
        return None
    own, other = single(entry.get("fields")), single(reference.get("fields"))
    resource = reference.get("resource")
    if own is None or other is None or not isinstance(resource, str | None):
        return None
    return own, (resource if resource not in (None, "", "self") else table, other)


class Schema:
    """What a schema says of each of its fields. `key_of` gives the key of the element in a column of a table, or None."""

    def __init__(self, said: Mapping[str, Any], table: str, key_of: Callable[[str, str], str | None], *, latest: bool) -> None:
        self.table = table
        self.key_of = key_of
        self.latest = latest
        self.primary = set(names(said.get("primaryKey")))
        self.missing = meanings(said.get("missingValues"))
        unique, foreign = said.get("uniqueKeys"), said.get("foreignKeys")
        self.unique = {single(item) for item in (unique if isinstance(unique, list) else ())}
        self.targets: dict[str, Place] = {}
        for entry in foreign if isinstance(foreign, list) else ():
            if at := referred(entry, table):
                self.targets.setdefault(*at)

    def around(self, name: str) -> Around:
        def target() -> str | None:
            at = self.targets.get(name)
            key = self.key_of(*at) if at else None
            return None if key == self.key_of(self.table, name) else key

        return Around(
            latest=self.latest, primary=name in self.primary, unique=name in self.unique, target=target, missing=self.missing
        )


class Keys:
    """Primary and foreign keys as the elements of a book state them."""

    def __init__(self, book: Book) -> None:
        self.elements: Mapping[str, Element] = {element.key: element for element in book.elements}
        self.keys: dict[Place, str] = {(column.table, column.name): column.element for column in book.columns}
        self.first: dict[str, Place] = {}
        for place, key in self.keys.items():
            self.first.setdefault(key, place)

    def element(self, column: Column) -> Element:
        return self.elements.get(column.element, Element(key=column.element))

    def key_of(self, table: str, column: str) -> str | None:
        return self.keys.get((table, column))

    def states(self, column: Column) -> bool:
        return self.first.get(column.element) == (column.table, column.name)

    def written(self, table: str, columns: list[Column], kept: Mapping[str, Any]) -> Plain:
        """`primaryKey` and `foreignKeys` of a table: as they are kept where they still say what the elements say, or anew."""
        return self._primary(columns, kept) | self._foreign(table, columns, kept)

    def kept(self, table: str, columns: list[Column], said: Mapping[str, Any]) -> Plain:
        """What has to be kept of a schema so that `written` gives back its keys; None for a key that it does not have."""
        rest = {word: value for word, value in said.items() if word not in ("primaryKey", "foreignKeys")}
        anew = self.written(table, columns, rest)
        for word in ("primaryKey", "foreignKeys"):
            if word in said or word in anew:
                rest |= {} if word in said and anew.get(word) == said[word] else {word: said.get(word)}
        return rest

    def _primary(self, columns: list[Column], kept: Mapping[str, Any]) -> Plain:
        had = set(names(kept["primaryKey"])) if "primaryKey" in kept else {column.name for column in columns}
        wanted = [
            column.name for column in columns if self.element(column).is_key and (self.states(column) or column.name in had)
        ]
        if "primaryKey" in kept and had & {column.name for column in columns} == set(wanted):
            return {} if kept["primaryKey"] is None else {"primaryKey": kept["primaryKey"]}
        return {"primaryKey": wanted} if wanted else {}

    def _foreign(self, table: str, columns: list[Column], kept: Mapping[str, Any]) -> Plain:
        had = kept.get("foreignKeys", [])
        if not isinstance(had, list):
            return {} if had is None else {"foreignKeys": had}
        states = {column.name: column for column in columns if self.states(column)}
        entries = [entry for entry in had if (at := referred(entry, table)) is None or self._holds(states.get(at[0]), at[1])]
        covered = {at[0] for entry in entries if (at := referred(entry, table))}
        entries += [
            {"fields": [name], "reference": ({} if at[0] == table else {"resource": at[0]}) | {"fields": [at[1]]}}
            for name, at in self._targets(states.values())
            if name not in covered
        ]
        return {"foreignKeys": entries} if entries or ("foreignKeys" in kept and not had) else {}

    def _targets(self, columns: Iterable[Column]) -> Iterable[tuple[str, Place]]:
        for column in columns:
            reference = self.element(column).references
            at = self.first.get(reference.element) if reference is not None else None
            if at and reference and reference.required and reference.cardinality == "many_to_one":
                yield column.name, at

    def _holds(self, column: Column | None, at: Place) -> bool:
        """Whether a foreign key that was read is still what the element says, or nothing that it could say."""
        key = self.keys.get(at)
        if column is None or key is None or key == column.element:
            return True
        reference = self.element(column).references
        return reference is not None and reference.element == key
