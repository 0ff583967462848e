"""From the text of a `usecase.yaml` to the values of a definition; everything that is wrong is told at once, with its line."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from foundation import yaml_reading
from governance.usecases.files.model import (
    CHOICES,
    FIELDS,
    NUMBERS,
    PART_FIELDS,
    TEXTS,
    USUAL,
    Problem,
    UseCaseFileError,
)

MAX_BYTES = 256 * 1024
NEEDED = ("business_problem", "ml_problem")
DIGITS = 20  # more are no figure that anybody measures


def read_use_case(source: str | bytes) -> dict[str, Any]:
    """What the file says: slug, title and kind where it names them, and every field of a definition, the unsaid ones blank.

    Raises UseCaseFileError with every problem. Lengths and ties between KPIs are the service's to check, as for anybody's text.
    """
    try:
        document = yaml_reading.read(source, max_bytes=MAX_BYTES)
    except yaml_reading.Unreadable as error:
        raise UseCaseFileError(
            [
                Problem(item.line, item.path, "unreadable", {"detail": yaml_reading.MESSAGES[item.code] % item.params})
                for item in error.problems
            ]
        ) from error
    body = document.values
    if body is None:
        raise UseCaseFileError([Problem(None, "", "empty")])
    if not isinstance(body, dict):
        raise UseCaseFileError([Problem(document.line_of(""), "", "shape")])
    return _Reading(document).of(body)


class _Reading:
    def __init__(self, document: yaml_reading.Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def of(self, body: dict[str, Any]) -> dict[str, Any]:
        self.known(body, FIELDS, "")
        values: dict[str, Any] = {name: self.text(body, name, name) for name in ("slug", "title", *TEXTS)}
        values["kind"] = self.choice(body, "kind", "kind", "kind", "")
        values["risk_tier"] = self.choice(body, "risk_tier", "risk_tier", "risk_tier", "")
        for part in PART_FIELDS:
            values[part] = self.part(body, part)
        for name in NEEDED:
            if name not in body:
                self.note(name, "missing")
        if self.problems:
            raise UseCaseFileError(self.problems)
        return values

    def note(self, path: str, code: str, **params: Any) -> None:
        self.problems.append(
            Problem(self.document.line_of(path), path, code, {name: str(value)[:80] for name, value in params.items()})
        )

    def known(self, body: dict[str, Any], fields: tuple[str, ...], path: str) -> None:
        for name in body:
            if name not in fields:
                self.note(yaml_reading.below(path, name), "unknown_field", value=name)

    def text(self, body: dict[str, Any], name: str, path: str) -> str:
        value = body.get(name)
        if value is None:
            return ""
        if isinstance(value, dict | list):
            self.note(path, "text")
            return ""
        return str(value).strip() if not isinstance(value, bool) else str(value).lower()

    def choice(self, body: dict[str, Any], name: str, path: str, key: str, usual: str) -> str:
        said = self.text(body, name, path) or usual
        if said and said not in CHOICES[key]:
            self.note(path, "choice", value=said, choices=", ".join(CHOICES[key]))
        return said

    def part(self, body: dict[str, Any], part: str) -> list[dict[str, Any]]:
        items = body.get(part)
        if items is None:
            return []
        if not isinstance(items, list):
            self.note(part, "list")
            return []
        return [self.item(item, part, f"{part}[{at}]") for at, item in enumerate(items)]

    def item(self, said: Any, part: str, path: str) -> dict[str, Any]:
        """A named thing; one that says no more than its name may be written as that name."""
        if isinstance(said, str) and part != "kpis":
            said = {"name": said}
        if not isinstance(said, dict):
            self.note(path, "list")
            return {}
        self.known(said, PART_FIELDS[part], path)
        found: dict[str, Any] = {}
        for name in PART_FIELDS[part]:
            where = f"{path}.{name}"
            if f"{part}.{name}" in CHOICES:
                found[name] = self.choice(said, name, where, f"{part}.{name}", USUAL[part][name])
            elif part == "kpis" and name in NUMBERS:
                found[name] = self.number(said, name, where)
            else:
                found[name] = self.text(said, name, where)
        if not found["name"]:
            self.note(f"{path}.name", "missing")
        if part == "kpis" and found["target"] is None and said.get("target") is None:
            self.note(f"{path}.target", "missing")
        return found

    def number(self, body: dict[str, Any], name: str, path: str) -> Decimal | None:
        value = body.get(name)
        if value is None:
            return None
        text = str(value).strip()
        try:
            found = Decimal(text) if len(text) <= 2 * DIGITS and not isinstance(value, bool | dict | list) else None
        except InvalidOperation:
            found = None
        if found is None or not found.is_finite() or "_" in text or abs(found.adjusted()) > DIGITS:
            self.note(path, "number", value=text)
            return None
        return found
