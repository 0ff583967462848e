"""The callers, what a row says, and the bodies that rows of several rooms send."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

PEOPLE = ("stranger", "lead", "scientist", "business", "security", "auditor", "admin")
TOKENS = ("ci", "unscoped", "elsewhere")
CALLERS = ("anonymous", "expired", *PEOPLE, *TOKENS)

ALL = frozenset(PEOPLE)
INSIDE = ALL - {"stranger"}  # who sees the use case
BUILDERS = frozenset({"lead", "scientist"})
MEMBERS = frozenset({"lead", "scientist", "business", "security", "admin"})  # who works on it, rather than only reading it
ADMIN = frozenset({"admin"})
LEADS = frozenset({"lead", "admin"})
ORGANISATION = frozenset({"auditor", "admin"})
NOBODY: frozenset[str] = frozenset()

Stage = SimpleNamespace
Make = Callable[[Stage, str], Any]


def nothing(stage: Stage, caller: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """One method of one address. `ok` is what those who may get; `sees` are those to whom a refusal is told."""

    name: str
    method: str
    ok: int = 200
    may: frozenset[str] = ALL
    sees: frozenset[str] = ALL
    args: Make = nothing
    data: Make | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    anonymous: int | None = None  # 401 under the API, to the login page (302) elsewhere
    query: str = ""
    hidden: int = 404  # what those get who may not even know; 400 where a body, not the address, names the thing
    refused: int = 403

    def expected(self, caller: str, *, api: bool) -> int:
        if caller == "expired" and caller in self.tokens:
            return self.tokens[caller]
        if caller in ("anonymous", "expired"):
            return self.anonymous if self.anonymous is not None else 401 if api else 302
        if caller in TOKENS:
            if not api:  # pages know sessions only
                return self.expected("anonymous", api=False)
            return self.tokens.get(caller, 403)
        if caller in self.may:
            return self.ok
        return self.refused if caller in self.sees else self.hidden

    def __str__(self) -> str:
        return f"{self.method} {self.name}{self.query}"


def tokens(ci: int, elsewhere: int, unscoped: int = 403) -> dict[str, int]:
    return {"ci": ci, "elsewhere": elsewhere, "unscoped": unscoped}


def of(**names: str) -> Make:
    """URL arguments from what stands on the stage: `of(public_id="request")`."""
    return lambda stage, caller: {name: getattr(stage, attribute) for name, attribute in names.items()}


def body(**values: Any) -> Make:
    """A body or form; a callable value is given the stage and the caller."""
    return lambda stage, caller: {name: value(stage, caller) if callable(value) else value for name, value in values.items()}


def on(attribute: str) -> Callable[[Stage, str], Any]:
    """A value of a body that stands on the stage."""
    return lambda stage, caller: getattr(stage, attribute)


CASE = of(slug="slug")
READ = tokens(ci=200, elsewhere=200)  # what everybody signed in may read
HIDDEN = tokens(ci=200, elsewhere=404)  # what is read through the use case
