"""What a public id stands for: one registry that comments, audit, search and notices resolve through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.actor import Actor
from foundation.models import PublicIdModel


@dataclass(frozen=True, slots=True)
class ObjectType:
    """How rows of one model are named, linked and hidden."""

    prefix: str
    name: str  # stable and English: it goes into the audit log
    label: Any  # translated
    model: type[PublicIdModel]
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    related: tuple[str, ...] = ()  # what title and url reach for, so that lists can fetch it along
    search: Callable[[Any], Sequence[str]] | None = None  # the title and the texts it can be found by; None: nobody looks for it


_by_prefix: dict[str, ObjectType] = {}
_by_model: dict[type[PublicIdModel], ObjectType] = {}


def register(
    model: type[PublicIdModel],
    *,
    name: str,
    label: Any,
    title: Callable[[Any], str] = str,
    url: Callable[[Any], str] | None = None,
    related: tuple[str, ...] = (),
    search: Callable[[Any], Sequence[str]] | None = None,
) -> None:
    """Make a model known. Called from `ready()`; a prefix that is taken is a programming error."""
    prefix = model.public_id_prefix
    if prefix in _by_prefix and _by_prefix[prefix].model is not model:
        raise ValueError(f"the prefix {prefix} is taken by {_by_prefix[prefix].model.__name__}")
    kind = ObjectType(prefix, name, label, model, title, url or (lambda row: ""), related, search)
    _by_prefix[prefix] = _by_model[model] = kind


def type_of(row: PublicIdModel) -> ObjectType:
    return _by_model[row.__class__]  # not type(row): the user of a request comes in a lazy wrapper


def by_prefix(public_id: str) -> ObjectType | None:
    return _by_prefix.get(public_id.partition("_")[0])


def all_types() -> list[ObjectType]:
    return list(_by_prefix.values())


def resolve(public_id: str, *, actor: Actor) -> PublicIdModel | None:
    """The row behind a public id, when there is one that the actor may see."""
    kind = by_prefix(public_id)
    if kind is None or "\x00" in public_id:  # what PostgreSQL does not look for
        return None
    rows: Any = kind.model._default_manager
    return rows.visible_to(actor).filter(public_id=public_id).first()


def url_of(row: PublicIdModel) -> str:
    return type_of(row).url(row)
