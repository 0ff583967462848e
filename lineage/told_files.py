"""What the portal keeps that a file of a repository may say too: the definition of a use case, and who holds which role on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.utils.translation import gettext as _

from foundation.errors import FieldError
from governance.people import files as roles_files
from governance.people.models import RoleGrant
from governance.people.roles import ROLES, role_label
from governance.people.services import entries_of
from governance.people.services.importing import labels
from governance.usecases import files as use_case_files
from governance.usecases.comparison import changes
from governance.usecases.models import UseCase
from governance.usecases.wording import told_changes
from lineage.models import KeptFile

Changes = Sequence[Mapping[str, str]]
Problems = Sequence[FieldError]


class Record(Protocol):
    """One side of a comparison: what the portal keeps, and since when by whom."""

    by: Any
    at: datetime | None

    def text(self, base: str = "") -> str:
        """The file that says it; comments of `base` are kept."""

    def against(self, text: str) -> tuple[Changes, Problems]:
        """What the file would change, or what is wrong with the file."""


def record_of(use_case: UseCase, kind: str) -> Record:
    return _Roles(use_case) if kind == KeptFile.Kind.ROLES else _Definition(use_case)


def _where(line: int | None, name: str) -> str:
    return ": ".join(part for part in (_("line %(number)s") % {"number": line} if line else "", name) if part)


class _Definition:
    def __init__(self, use_case: UseCase) -> None:
        self.use_case = use_case
        self.current = use_case.definitions.select_related("created_by").prefetch_related("kpis").order_by("-number").first()
        self.by = self.current.created_by if self.current else None
        self.at = self.current.created_at if self.current else None

    def values(self) -> dict[str, Any]:
        head = {"slug": self.use_case.slug, "title": self.use_case.title, "kind": self.use_case.kind}
        return {**head, **(self.current.body() if self.current else {})}

    def text(self, base: str = "") -> str:
        """A file that is there need not name the use case: what it leaves out of that stays out."""
        named = [name for name in ("slug", "title", "kind") if not base or f"\n{name}:" in f"\n{base}"]
        said = {name: value for name, value in self.values().items() if name in named or name not in ("slug", "title", "kind")}
        return use_case_files.write_use_case(said, base=base)

    def against(self, text: str) -> tuple[Changes, Problems]:
        try:
            said = use_case_files.read_use_case(text)
        except use_case_files.UseCaseFileError as error:
            return (), [
                FieldError(_where(item.line, item.field), item.code, _(use_case_files.MESSAGES[item.code]) % item.params)
                for item in error.problems
            ]
        if said["slug"] and said["slug"] != self.use_case.slug:
            words = {"there": said["slug"], "here": self.use_case.slug}
            return (), [FieldError("slug", "slug", _("The file is about “%(there)s”, this use case is “%(here)s”.") % words)]
        kept = self.values()
        head = [
            {"path": label, "before": str(kept[name]), "after": said[name], "change": "changed"}
            for name, label in (("title", _("Title")), ("kind", _("Kind")))
            if said[name] and said[name] != kept[name]
        ]
        if not said["risk_tier"]:  # the questions decide it; a file that is silent about it says nothing else
            said["risk_tier"] = kept.get("risk_tier", "")
        return [*head, *told_changes(changes(self.current.body() if self.current else None, said))], ()


class _Roles:
    def __init__(self, use_case: UseCase) -> None:
        self.use_case = use_case
        newest = RoleGrant.objects.filter(scope=use_case.public_id).select_related("granted_by").order_by("-starts_at").first()
        self.by = newest.granted_by if newest else None
        self.at = newest.starts_at if newest else None

    def text(self, base: str = "") -> str:
        return roles_files.write_roles(entries_of(self.use_case.public_id), order=list(ROLES), base=base)

    def against(self, text: str) -> tuple[Changes, Problems]:
        try:
            said = roles_files.read_roles(text, roles=labels())
        except roles_files.RolesError as error:
            return (), [
                FieldError(_where(item.line, item.field), item.code, _(roles_files.MESSAGES[item.code]) % item.params)
                for item in error.problems
            ]
        kept = {(entry.role, entry.holder.casefold()): entry for entry in entries_of(self.use_case.public_id)}
        there = {(entry.role, entry.holder.casefold()): entry for entry in said}
        found: list[Mapping[str, str]] = []
        for key in [*kept, *(key for key in there if key not in kept)]:
            old, new = kept.get(key), there.get(key)
            if old is None or new is None:
                entry = new or old
                path = role_label(entry.role) if entry else ""
                found.append(
                    {
                        "path": path,
                        "before": _told(old),
                        "after": _told(new),
                        "change": "added" if old is None else "removed",
                    }
                )
            elif old.until != new.until:
                found.append({"path": role_label(new.role), "before": _told(old), "after": _told(new), "change": "changed"})
        return found, ()


def _told(entry: roles_files.Entry | None) -> str:
    if entry is None:
        return ""
    return _("%(name)s until %(day)s") % {"name": entry.holder, "day": entry.until} if entry.until else entry.holder
