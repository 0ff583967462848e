"""What can be approved: one adapter per type of subject, so that requests know none of the rooms below."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from foundation.actor import Actor
from foundation.errors import Invalid
from governance.usecases.models import UseCase
from lineage.models import Environment


@dataclass(frozen=True, slots=True)
class Judged:
    """What is on the screen of somebody who judges: component digests, what they stand for, and the digest over all."""

    digests: Mapping[str, str]
    bodies: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Before:
    """What came before a subject although nobody approved it: something to compare with when there is nothing better."""

    title: str
    url: str
    digests: Mapping[str, str]


class Adapter(Protocol):
    """How one type of subject is found, judged and named."""

    @property
    def type(self) -> str: ...

    @property
    def purposes(self) -> tuple[str, ...]: ...

    def find(self, actor: Actor, public_id: str) -> Any:
        """The subject, if the actor may see it; raises Missing otherwise."""

    def use_case(self, subject: Any) -> UseCase: ...

    def line(self, subject: Any, environment: Environment | None) -> str:
        """What follows one another: requests of one line inherit from and supersede each other."""

    def judged(self, subject: Any) -> Judged:
        """The manifest as it is now."""

    def gather(self, ids: Collection[str]) -> dict[str, tuple[Any, Mapping[str, str]]]:
        """Subjects by public id with their component digests as they are now, for lists: a constant number of queries.

        Asks nobody's permission: whoever may see the request may see what it is about.
        """

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        """What subjects are called, by public id, for lists. One query."""

    def before(self, subject: Any) -> Before | None:
        """The subject's forerunner, with the digests of those components that follow from it alone."""

    def keep(self, judged: Judged) -> None:
        """Keep the bodies behind the digests, so that differences can be shown later."""

    def contributors(self, subject: Any, since: Any | None) -> dict[str, set[str]]:
        """Component → public ids of the people who made it, counted from the subject `since` that was approved before."""

    def bound(self, subject: Any) -> dict[str, str]:
        """What a decision binds in full beside the manifest: commit and artifact digest."""

    def title(self, subject: Any) -> str: ...

    def url(self, subject: Any) -> str: ...


_adapters: dict[str, Adapter] = {}


def register(adapter: Adapter) -> None:
    _adapters[adapter.type] = adapter


def adapter_for(type_name: str) -> Adapter:
    """The adapter of a subject type. Raises Invalid for a type that cannot be approved."""
    try:
        return _adapters[type_name]
    except KeyError:
        raise Invalid(
            f"{type_name} cannot be put up for approval. Types: {', '.join(sorted(_adapters))}.", code="request.subject_type"
        ) from None
