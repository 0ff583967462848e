"""What can be approved: one adapter per type of subject, so that requests know none of the rooms below."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from foundation.actor import Actor
from foundation.errors import Invalid
from foundation.permissions import Decision as Permission
from governance.usecases.models import UseCase
from lineage.models import Environment

if TYPE_CHECKING:
    from approvals.models import Ballot, Decision, Request


@dataclass(frozen=True, slots=True)
class Judged:
    """What is on the screen of somebody who judges: component digests, what they stand for, and the digest over all."""

    digests: Mapping[str, str]
    bodies: Mapping[str, Any]
    digest: str
    sources: Any = field(default=None, compare=False)  # rows that were read for it, if the adapter's `facts_over` can use them


@dataclass(frozen=True, slots=True)
class Before:
    """What came before a subject although nobody approved it: something to compare with when there is nothing better."""

    title: str
    url: str
    digests: Mapping[str, str]
    bodies: Mapping[str, Any] = field(default_factory=dict)  # those that nobody has kept
    id: str = ""  # its public id, where others may know it by that


class Adapter(Protocol):
    """How one type of subject is found, judged and named, and what its approval does. `Subject` has the usual answers."""

    @property
    def type(self) -> str: ...

    @property
    def purposes(self) -> tuple[str, ...]: ...

    def find(self, actor: Actor, public_id: str) -> Any:
        """The subject, if the actor may see it; raises Missing otherwise."""

    @property
    def wants_environment(self) -> bool:
        """Whether it goes somewhere: then the policy is that of the environment's gate, else the one of its type."""

    @property
    def moved_by(self) -> tuple[str, ...] | None:
        """The kinds of events after which what is judged may be different; none for what never changes. None: nobody can say."""

    def use_case(self, subject: Any) -> UseCase | None:
        """The use case whose roles and readers it has; None for what belongs to everybody."""

    def may_request(self, actor: Actor, subject: Any) -> Permission:
        """Who may ask for its approval."""

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

    def facts(self, subject: Any, environment: Environment | None) -> dict[str, Any]:
        """What conditions of steps may ask for, by the names in `approvals.policy.FACTS`. A value that nobody recorded is None."""

    def facts_over(self, subject: Any, environment: Environment | None, judged: Judged) -> dict[str, Any]:
        """The same from what was read when the subject was judged just now."""

    def facts_of(self, subjects: Collection[Any]) -> dict[str, dict[str, Any]]:
        """The same for many, by public id, where the environment does not matter. A constant number of queries where facts are
        read from tables."""

    def within(self, subject: Any, since: Any, limits: Mapping[str, Any]) -> bool:
        """Whether a subject keeps to limits, measured from `since`, the subject that was approved before. Unknown is never within."""

    def apply(self, *, actor: Actor, subject: Any, decision: Decision) -> None:
        """What an approval does to the subject, inside the deciding transaction: the service of its own room is called with the
        decision, and that is the only door to "approved" there."""

    def reject(self, *, actor: Actor, subject: Any, request: Request, against: Ballot, agreed: Sequence[Ballot]) -> None:
        """What a rejection does to the subject, inside its transaction. `agreed`: what counted for it until then."""

    def undo(self, *, actor: Actor, subject: Any, decision: Decision, reason: str) -> None:
        """What the revocation of an approval does to the subject, inside its transaction."""

    def title(self, subject: Any) -> str: ...

    def url(self, subject: Any) -> str: ...


class Subject:
    """The usual answers of an adapter; a type overrides those that differ for it."""

    wants_environment = False
    moved_by: ClassVar[tuple[str, ...] | None] = None

    def use_case(self, subject: Any) -> UseCase | None:
        return subject.use_case  # type: ignore[no-any-return] # whatever the row says

    def may_request(self, actor: Actor, subject: Any) -> Permission:
        from approvals.permissions import may_request

        return may_request(actor, self.use_case(subject))

    def before(self, subject: Any) -> Before | None:
        return None

    def keep(self, judged: Judged) -> None:
        from lineage.services.components import keep_body

        for name, body in judged.bodies.items():
            keep_body(name, body)

    def contributors(self, subject: Any, since: Any | None) -> dict[str, set[str]]:
        return {}

    def bound(self, subject: Any) -> dict[str, str]:
        return {}

    def facts(self, subject: Any, environment: Environment | None) -> dict[str, Any]:
        return {}

    def facts_over(self, subject: Any, environment: Environment | None, judged: Judged) -> dict[str, Any]:
        return self.facts(subject, environment)

    def facts_of(self, subjects: Collection[Any]) -> dict[str, dict[str, Any]]:
        return {subject.public_id: self.facts(subject, None) for subject in subjects}

    def within(self, subject: Any, since: Any, limits: Mapping[str, Any]) -> bool:
        """A type that has no limits of its own keeps to those that say nothing."""
        return not limits

    def apply(self, *, actor: Actor, subject: Any, decision: Decision) -> None:
        """Nothing follows from the approval but that it stands."""

    def reject(self, *, actor: Actor, subject: Any, request: Request, against: Ballot, agreed: Sequence[Ballot]) -> None:
        """Nothing follows from a rejection: it can be put up again."""

    def undo(self, *, actor: Actor, subject: Any, decision: Decision, reason: str) -> None:
        """What reads the decision sees that it was revoked; nothing else follows."""


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


def adapters() -> list[Adapter]:
    """Every type that can be approved, by name."""
    return [_adapters[name] for name in sorted(_adapters)]
