"""The base for registers whose rows are written once and hashed: joining takes a dozen lines.

A register has rows with a public id, a `content()` whose digest is what people judge, an author, and a service that writes down
what a decision means for the row. docs/architecture.md, "Putting another thing up for approval", goes through an example.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from approvals.models.requests import Decision
from approvals.subjects import Before, Judged, Subject
from foundation import objects
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Missing
from foundation.permissions import ALLOWED, Denied
from foundation.permissions import Decision as Permission
from governance.people.models import User
from lineage.models import Environment

SIGNED = "request.signed"  # why nobody can ask for a signature again


class RecordSubject(Subject):
    """One row of a register, judged as a single component.

    A type names `type`, `purposes`, `model` and `component`, and overrides what differs for it: as a rule `series` (what follows
    one another), `may_request` and `apply`.
    """

    type: ClassVar[str]
    purposes: ClassVar[tuple[str, ...]]
    model: ClassVar[Any]  # a PublicIdModel whose rows know `visible_to`
    component: ClassVar[str]
    related: ClassVar[tuple[str, ...]] = ("use_case", "created_by")
    prefetched: ClassVar[tuple[str, ...]] = ()
    moved_by: ClassVar[tuple[str, ...] | None] = ()  # a row that was written once stays as it is

    # What a register says of its rows -------------------------------------------------------------------------------

    def content(self, row: Any) -> Any:
        """What a person judges: canonical values, no number, no date, no author."""
        return row.content()

    def series(self, row: Any) -> tuple[str, ...]:
        """What follows one another, as parts of a name: versions of one thing share it. Alone, a row follows nothing."""
        return (str(row.public_id),)

    def versions(self, row: Any) -> Any:
        """The rows of its series, numbered; None where rows stand alone."""
        return None

    def authors(self, row: Any, since: Any | None) -> Iterable[User | None]:
        """Who wrote what is judged: of each version after `since`, which was approved. Whoever wrote one of them had a hand in
        this one, and does not get out of that by letting somebody else write the last."""
        versions = self.versions(row)
        if versions is None:
            return [row.created_by]
        after = versions.filter(number__gt=since.number) if since is not None else versions
        return [item.created_by for item in after.filter(number__lte=row.number).select_related("created_by")]

    # How requests see it --------------------------------------------------------------------------------------------

    def rows(self) -> Any:
        """The table, with what titles and contents reach for."""
        return self.model._default_manager.select_related(*self.related).prefetch_related(*self.prefetched)

    def find(self, actor: Actor, public_id: str) -> Any:
        rows: Any = self.rows()
        row = rows.visible_to(actor).filter(public_id=public_id).first()
        if row is None:
            raise Missing(_("There is no such thing, or you may not see it."))
        return row

    def line(self, subject: Any, environment: Environment | None) -> str:
        return ":".join((self.type, *self.series(subject)))

    def judged(self, subject: Any) -> Judged:
        body = self.content(subject)
        digests = {self.component: digest(body)}
        return Judged(digests, {self.component: body}, digest(digests))

    def gather(self, ids: Collection[str]) -> dict[str, tuple[Any, Mapping[str, str]]]:
        rows = self.rows().filter(public_id__in=ids)
        return {row.public_id: (row, {self.component: digest(self.content(row))}) for row in rows}

    def titles(self, ids: Collection[str]) -> dict[str, str]:
        return {row.public_id: self.title(row) for row in self.rows().filter(public_id__in=ids)}

    def contributors(self, subject: Any, since: Any | None) -> dict[str, set[str]]:
        return {self.component: {user.public_id for user in self.authors(subject, since) if user is not None}}

    def before(self, subject: Any) -> Before | None:
        """The version in front of it, although nobody approved that."""
        versions = self.versions(subject)
        found = versions.filter(number__lt=subject.number).order_by("-number").first() if versions is not None else None
        if found is None:
            return None
        return self.as_before(found)

    def as_before(self, row: Any) -> Before:
        found = self.judged(row)
        return Before(self.title(row), self.url(row), found.digests, found.bodies)

    def title(self, subject: Any) -> str:
        return str(subject)

    def url(self, subject: Any) -> str:
        return objects.url_of(subject)


def signable(row: Any, newest: Any) -> Permission:
    """Whether a version of a numbered record can still be put up: it is the newest, and nothing was decided about it yet."""
    if newest is not None and newest.number > row.number:
        return Denied(
            _("Version %(number)s took its place. Ask for that one.") % {"number": newest.number}, code="request.superseded"
        )
    if row.approval and not Decision.objects.filter(public_id=row.approval, revoked_at__isnull=False).exists():
        return Denied(_("It is signed already, and cannot be changed any more."), code=SIGNED)
    return ALLOWED
