"""Use cases in lists and on their pages: who works on them, what was agreed, what was filed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from foundation.actor import Actor
from governance.people.models import RoleGrant, User
from governance.usecases import newest
from governance.usecases.media import kind_of
from governance.usecases.models import Definition, Document, UseCase

LEADS = ("project_lead", "business_owner")


@dataclass(frozen=True, slots=True)
class Row:
    """A use case in a list."""

    use_case: UseCase
    leads: dict[str, list[User]]  # role → people
    build: newest.Build | None
    asked: newest.Asked | None


def found(actor: Actor, *, text: str = "", kind: str = "") -> QuerySet[UseCase]:
    """Use cases the actor may see, whose title or slug contains the text."""
    return fitting(UseCase.objects.visible_to(actor), text=text, kind=kind)


def fitting(rows: QuerySet[UseCase], *, text: str = "", kind: str = "") -> QuerySet[UseCase]:
    """Those of the rows whose title or slug contains each word of the text."""
    if kind:
        rows = rows.filter(kind=kind)
    for word in text.split():
        rows = rows.filter(title__icontains=word) | rows.filter(slug__icontains=word)
    return rows


def listed(actor: Actor, use_cases: Sequence[UseCase]) -> list[Row]:
    """The use cases with who leads them, their newest version and request. A constant number of queries."""
    leads = _holders(use_cases, LEADS)
    builds = newest.newest_builds(use_cases)
    asked = newest.newest_requests(actor, use_cases)
    return [Row(row, leads[row.public_id], builds.get(row.pk), asked.get(row.pk)) for row in use_cases]


def _holders(use_cases: Iterable[UseCase], roles: Iterable[str]) -> dict[str, dict[str, list[User]]]:
    """Scope → role → people who hold it on that use case itself. One query."""
    by_scope: dict[str, dict[str, list[User]]] = defaultdict(lambda: defaultdict(list))
    grants = RoleGrant.objects.live().filter(scope__in=[row.public_id for row in use_cases], role__in=roles, user__is_active=True)
    for grant in grants.select_related("user").order_by("pk"):
        by_scope[grant.scope][grant.role].append(grant.user)
    return by_scope


def grants_on(use_case: UseCase) -> list[RoleGrant]:
    """Live grants on the use case, by role and in the order given."""
    grants = RoleGrant.objects.live().filter(scope=use_case.public_id, user__is_active=True)
    return list(grants.select_related("user", "granted_by", "through__team").order_by("role", "pk"))


def holds_here(use_case: UseCase, person: User, role: str) -> bool:
    """Whether somebody holds a role on the use case itself."""
    return RoleGrant.objects.live().filter(scope=use_case.public_id, user=person, role=role).exists()


def has_signer(use_case: UseCase) -> bool:
    """Whether somebody could agree for the business: on the use case, or in the whole organisation."""
    grants = RoleGrant.objects.live().covering(use_case.public_id)
    return grants.filter(role="business_owner", user__is_active=True).exists()


def definitions_of(use_case: UseCase) -> QuerySet[Definition]:
    """All versions with their authors and KPIs, to be paged."""
    rows: QuerySet[Definition] = use_case.definitions.select_related("created_by").prefetch_related("kpis")
    return rows


def definition_with_author(use_case: UseCase) -> Definition | None:
    """The definition in force, with its KPIs and who wrote it. Two queries."""
    return use_case.definitions.select_related("created_by").prefetch_related("kpis").order_by("-number").first()


def roles_in_short(grants: Iterable[RoleGrant]) -> list[dict[str, Any]]:
    """Role → people, for the overview: `{"role", "people"}` in the order of the grants."""
    by_role: dict[str, list[User]] = defaultdict(list)
    for grant in grants:
        by_role[grant.role].append(grant.user)
    return [{"role": role, "people": people} for role, people in by_role.items()]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One document: its versions, newest first."""

    versions: list[Document]

    @property
    def newest(self) -> Document:
        return self.versions[0]


def documents_of(use_case: UseCase, slug: str = "") -> list[Shelf]:
    """The documents of a use case (or the one called `slug`), that with the newest version first. One query.

    Each version has its `kind` along, such as `PDF`.
    """
    rows = use_case.documents.select_related("created_by", "use_case", "withdrawal__created_by").order_by("-pk")
    by_slug: dict[str, list[Document]] = defaultdict(list)
    for row in rows.filter(slug=slug) if slug else rows:
        row.kind = kind_of(row.media_type)
        by_slug[row.slug].append(row)
    return [Shelf(sorted(versions, key=lambda row: -row.number)) for versions in by_slug.values()]
