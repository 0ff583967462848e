"""What a service may raise. Each carries words for people, a code for programs, and knows its HTTP status."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong with one field, at a path such as `steps[1].role`."""

    field: str
    code: str
    message: Any  # text, or a translation that is made when it is shown

    def as_mapping(self) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "message": str(self.message)}


class CountersignError(Exception):
    """The base of what services raise: `detail` is shown to people, `code` is for programs."""

    status = 500
    default_code = "error"

    def __init__(
        self, detail: Any, *, code: str = "", errors: Sequence[FieldError] = (), extra: dict[str, Any] | None = None
    ) -> None:
        super().__init__(str(detail))
        self.detail = detail
        self.code = code or self.default_code
        self.errors = tuple(errors)
        self.extra = extra or {}

    def __str__(self) -> str:
        """The detail with each field's problem: what a command line and a log show."""
        return "; ".join([str(self.detail), *(f"{item.field}: {item.message}" for item in self.errors)])


class Invalid(CountersignError):
    """What was sent cannot be understood or breaks a rule of its own."""

    status = 400
    default_code = "invalid"


class NotAllowed(CountersignError):
    """The actor may see the thing, but not do this to it; `detail` says why."""

    status = 403
    default_code = "not_allowed"


class Missing(CountersignError):
    """There is no such thing, or the actor may not know of it."""

    status = 404
    default_code = "not_found"


class Conflict(CountersignError):
    """The thing is not, or no longer, in the state the command was meant for."""

    status = 409
    default_code = "conflict"


class TooLarge(CountersignError):
    """What was sent passes a documented limit."""

    status = 413
    default_code = "too_large"


class TooOften(CountersignError):
    """The same person did this too many times in a short while."""

    status = 429
    default_code = "too_often"


# What engines raise --------------------------------------------------------------------------------------------------------

_worded: dict[type[Exception], Callable[[Any], CountersignError]] = {}


def word(kind: type[Exception], how: Callable[[Any], CountersignError]) -> None:
    """Say how an error of an engine, which knows of no answers, is told where nothing nearer caught it."""
    _worded[kind] = how


def worded(error: Exception) -> CountersignError | None:
    """The error as people are told it; None for one that nobody foresaw."""
    if isinstance(error, CountersignError):
        return error
    return next((how(error) for kind, how in _worded.items() if isinstance(error, kind)), None)
