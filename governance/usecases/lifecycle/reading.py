"""From the text of a lifecycle to the value: every broken rule noted at its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from foundation import yaml_reading
from governance.usecases.lifecycle.model import QUIET_DAYS, Lifecycle, Need, Stage
from governance.usecases.lifecycle.problems import LifecycleError, Problem

MAX_BYTES = 64 * 1024
MAX_STAGES = 20
MAX_NEEDS = 40
MAX_DAYS = 3650
LONGEST_TITLE = 60
LONGEST_PURPOSE = 400
KINDS = ("research", "prototype", "product")
KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
CONDITION = re.compile(r"[a-z][a-z0-9_]{0,30}(\.[a-z0-9_-]{1,60}){1,3}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def parse(source: str | bytes | Mapping[str, Any], *, known: Collection[str] | None = None) -> Lifecycle:
    """Read a lifecycle from YAML, or from a mapping of the same shape; `known` are the conditions that it may name (any without it).

    Raises LifecycleError with every problem found.
    """
    reader = _Reader(known)
    body: Any = source if isinstance(source, Mapping) else reader.load(source)
    lifecycle = reader.lifecycle(body)
    if lifecycle is None or reader.problems:
        raise LifecycleError(reader.problems)
    return lifecycle


class _Reader:
    def __init__(self, known: Collection[str] | None) -> None:
        self.known = known
        self.document: yaml_reading.Document | None = None
        self.problems: list[Problem] = []

    def note(self, path: str, code: str, **params: Any) -> None:
        line = self.document.line_of(path) if self.document else None
        self.problems.append(Problem(path, line, code, {name: str(value)[:80] for name, value in params.items()}))

    def load(self, source: str | bytes) -> Any:
        try:
            document = yaml_reading.read(source, max_bytes=MAX_BYTES)
        except yaml_reading.Unreadable as error:
            raise LifecycleError(
                Problem(item.path, item.line, item.code, {name: str(value) for name, value in item.params.items()})
                for item in error.problems
            ) from error
        self.document = document
        return document.values

    def lifecycle(self, body: Any) -> Lifecycle | None:
        if not self.mapping(body, "", ("title", "stages"), ("title", "stages")):
            return None
        items = self.items(body.get("stages"), "stages", MAX_STAGES)
        if body.get("stages") is not None and isinstance(body.get("stages"), list) and len(items) < 2:
            self.note("stages", "few_stages")
        stages = [stage for at, item in enumerate(items) if (stage := self.stage(item, f"stages[{at}]")) is not None]
        for at, stage in enumerate(stages):
            if stage.key in [other.key for other in stages[:at]]:
                self.note(f"stages[{at}].key", "duplicate_stage", value=stage.key)
        return Lifecycle(self.said(body.get("title"), "title", LONGEST_TITLE), tuple(stages))

    def stage(self, body: Any, path: str) -> Stage | None:
        if not self.mapping(body, path, ("key", "title", "purpose", "enter", "leave", "quiet_days"), ("key", "title")):
            return None
        key = body.get("key")
        if not (isinstance(key, str) and KEY.fullmatch(key)):
            self.note(f"{path}.key", "bad_key", value=key)
            key = ""
        days = body.get("quiet_days", QUIET_DAYS)
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= MAX_DAYS:
            self.note(f"{path}.quiet_days", "bad_days", value=days, limit=MAX_DAYS)
            days = QUIET_DAYS
        return Stage(
            key=key,
            titles=self.said(body.get("title"), f"{path}.title", LONGEST_TITLE),
            purposes=self.said(body.get("purpose"), f"{path}.purpose", LONGEST_PURPOSE) if body.get("purpose") else {},
            enter=self.needs(body.get("enter"), f"{path}.enter"),
            leave=self.needs(body.get("leave"), f"{path}.leave"),
            quiet_days=days,
        )

    def needs(self, value: Any, path: str) -> tuple[Need, ...]:
        found: list[Need] = []
        for at, item in enumerate(self.items(value, path, MAX_NEEDS) if value is not None else ()):
            where = f"{path}[{at}]"
            kinds: tuple[str, ...] = ()
            name = item
            if isinstance(item, Mapping):
                if not self.mapping(item, where, ("condition", "kinds"), ("condition",)):
                    continue
                name = item.get("condition")
                kinds = self.kinds(item.get("kinds"), f"{where}.kinds")
            if not (isinstance(name, str) and CONDITION.fullmatch(name)):
                self.note(where, "bad_condition", value=name)
            elif self.known is not None and name not in self.known:
                self.note(where, "unknown_condition", value=name)
            elif name in [need.condition for need in found]:
                self.note(where, "duplicate", value=name)
            else:
                found.append(Need(name, kinds))
        return tuple(found)

    def kinds(self, value: Any, path: str) -> tuple[str, ...]:
        found = []
        for at, item in enumerate(self.items(value, path, len(KINDS)) if value is not None else ()):
            if item in KINDS:
                found.append(str(item))
            else:
                self.note(f"{path}[{at}]", "unknown_kind", value=item, known=", ".join(KINDS))
        return tuple(dict.fromkeys(found))

    def said(self, value: Any, path: str, limit: int) -> dict[str, str]:
        """A text by language; a bare text is English."""
        texts = {"en": value} if isinstance(value, str) else value
        if not isinstance(texts, Mapping):
            if value is not None:
                self.note(path, "wrong_type", expected="a text, or texts by language such as {en: …, zh-hans: …}")
            return {}
        found = {}
        for language, text in texts.items():
            where = f"{path}.{language}"
            if not (isinstance(language, str) and LANGUAGE.fullmatch(language.lower())):
                self.note(where, "unknown_key", value=language, known="en, zh-hans, …")
            elif not isinstance(text, str) or not text.strip():
                self.note(where, "wrong_type", expected="a text")
            elif len(text) > limit:
                self.note(where, "too_long", limit=limit)
            elif UNPRINTABLE.search(text):
                self.note(where, "bad_text")
            else:
                found[language.lower()] = " ".join(text.split())
        if "en" not in texts:
            self.note(path, "no_english")
        return found

    def mapping(self, value: Any, path: str, known: Sequence[str], wanted: Sequence[str]) -> bool:
        if not isinstance(value, Mapping):
            self.note(path, "wrong_type", expected="a mapping with " + ", ".join(wanted))
            return False
        for name in value:
            if name not in known:
                self.note(f"{path}.{name}" if path else str(name), "unknown_key", value=name, known=", ".join(known))
        for name in wanted:
            if value.get(name) is None:
                self.note(path, "required", value=name)
        return True

    def items(self, value: Any, path: str, limit: int) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.note(path, "wrong_type", expected="a list")
            return []
        if len(value) > limit:
            self.note(path, "too_many", limit=limit)
        return list(value[:limit])
