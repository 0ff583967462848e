"""From the bytes of a file to entries: every line that cannot be used is named, and one wrong line spoils the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from foundation import yaml_reading
from governance.people.files.model import Entry, Problem, RolesError

MAX_BYTES = 1_000_000
MAX_ENTRIES = 2_000
LONGEST = {"person": 254, "team": 60, "reason": 200}
COLUMNS = {
    "person": ("person", "user", "username", "user name", "email", "e-mail", "name", "人员", "用户名", "邮箱"),
    "team": ("team", "团队", "小组"),
    "role": ("role", "角色"),
    "since": ("since", "from", "start", "starts", "开始", "自"),
    "until": ("until", "to", "end", "ends", "结束", "至"),
    "reason": ("reason", "why", "note", "原因", "理由"),
}
NAMED = {spelt: name for name, spellings in COLUMNS.items() for spelt in spellings}
Labels = Mapping[str, Collection[str]]  # role → what people call it, in any language


class _Reading:
    """Collects entries and problems; knows roles by their key and by what people call them."""

    def __init__(self, roles: Labels) -> None:
        self.roles = {spelt.strip().casefold(): key for key, names in roles.items() for spelt in (key, *names)}
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.seen: set[tuple[str, str, str]] = set()

    def note(self, line: int | None, field: str, code: str, **params: Any) -> None:
        self.problems.append(Problem(line, field, code, {name: str(value)[:80] for name, value in params.items()}))

    def take(self, line: int | None, said: Mapping[str, str]) -> None:
        role = self.roles.get(said.get("role", "").strip().casefold(), "")
        if not role:
            self.note(line, "role", "role", value=said.get("role", ""))
        person, team = said.get("person", ""), said.get("team", "")
        if bool(person) == bool(team):
            self.note(line, "person", "holder")
        for name, limit in LONGEST.items():
            if len(said.get(name, "")) > limit:
                self.note(line, name, "long", limit=limit)
        since, until = self.day(line, "since", said), self.day(line, "until", said)
        if since and until and until < since:
            self.note(line, "until", "order")
        key = (role, person.casefold(), team.casefold())
        if role and key in self.seen:
            self.note(line, "person", "twice", value=person or team)
        self.seen.add(key)
        self.entries.append(Entry(line, role, person, team, since, until, " ".join(said.get("reason", "").split())))

    def day(self, line: int | None, field: str, said: Mapping[str, str]) -> date | None:
        text = said.get(field, "")
        if not text:
            return None
        try:
            found = date.fromisoformat(text)
        except ValueError:
            self.note(line, field, "date", value=text)
            return None
        if found == date.max:  # 9999-12-31, by which some registers say “for good”: there is no midnight after it
            self.note(line, field, "for_good", value=text)
            return None
        return found

    def done(self) -> tuple[Entry, ...]:
        if not self.entries and not self.problems:
            self.note(None, "", "empty")
        if self.problems:
            raise RolesError(self.problems)
        return tuple(self.entries)


def read_roles(source: str | bytes, *, roles: Labels) -> tuple[Entry, ...]:
    """The entries of a `roles.yaml`. Raises RolesError with every problem, by line.

    ```yaml
    roles:
      project_lead: [lea]
      security_reviewer:
        - sam
        - {person: val@example.com, until: 2027-01-31, reason: holiday cover}
        - {team: platform}
    ```
    """
    reading = _Reading(roles)
    try:
        document = yaml_reading.read(source, max_bytes=MAX_BYTES)
    except yaml_reading.Unreadable as error:
        raise RolesError(
            [
                Problem(item.line, item.path, "unreadable", {"detail": yaml_reading.MESSAGES[item.code] % item.params})
                for item in error.problems
            ]
        ) from error
    body = document.values
    if isinstance(body, dict) and isinstance(body.get("roles"), dict):
        for name in set(body) - {"roles", "use_case"}:
            reading.note(document.line_of(name), name, "unknown_field", value=name)
    else:
        raise RolesError([Problem(None, "roles", "shape" if body else "empty")])
    for role, held in body["roles"].items():
        place = f"roles.{role}"
        if not isinstance(held, list):
            reading.note(document.line_of(place), place, "shape")
            continue
        for at, item in enumerate(held):
            if len(reading.entries) >= MAX_ENTRIES:
                raise RolesError([Problem(None, "roles", "too_many", {"limit": str(MAX_ENTRIES)})])
            _yaml_item(reading, document.line_of(f"{place}[{at}]"), str(role), item)
    return reading.done()


def _yaml_item(reading: _Reading, line: int | None, role: str, item: Any) -> None:
    if isinstance(item, dict):
        for name in set(item) - set(COLUMNS):
            reading.note(line, str(name), "unknown_field", value=name)
        said = {name: "" if value is None else str(value).strip() for name, value in item.items() if name in COLUMNS}
    elif isinstance(item, list) or item is None:
        reading.note(line, "person", "shape")
        return
    else:
        said = {"person": str(item).strip()}
    reading.take(line, {**said, "role": role})


def read_csv(source: str | bytes, *, roles: Labels) -> tuple[Entry, ...]:
    """The entries of a CSV whose first line names its columns, in English or Chinese; commas, semicolons or tabs between them.

    Raises RolesError with every problem, by line.
    """
    reading = _Reading(roles)
    text = _decoded(source)
    if not text.strip():
        raise RolesError([Problem(None, "", "empty")])
    first = text.splitlines()[0]
    separator = max(",;\t", key=first.count)
    try:
        _csv_lines(reading, csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise RolesError([Problem(None, "", "unreadable", {"detail": str(error)})]) from error
    return reading.done()


def _csv_lines(reading: _Reading, rows: Any) -> None:
    names = [NAMED.get(cell.strip().casefold(), "") for cell in next(rows)]
    if "role" not in names or not {"person", "team"} & set(names):
        raise RolesError([Problem(1, "", "columns")])
    for cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        if len(reading.entries) >= MAX_ENTRIES:
            raise RolesError([Problem(None, "", "too_many", {"limit": str(MAX_ENTRIES)})])
        if len(cells) > len(names):
            reading.note(rows.line_num, "", "cells")
        reading.take(rows.line_num, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name})


def _decoded(source: str | bytes) -> str:
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) > MAX_BYTES:
        raise RolesError([Problem(None, "", "too_large", {"limit": str(MAX_BYTES)})])
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeError as error:
        raise RolesError([Problem(None, "", "encoding")]) from error
    if "\x00" in text:
        raise RolesError([Problem(None, "", "encoding")])
    return text
