"""Roles from a file: all of it or nothing, and the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from foundation import clock
from foundation.actor import Actor
from foundation.errors import CountersignError, FieldError, Invalid
from foundation.permissions import require
from governance.people.files import MESSAGES, Entry, RolesError, read_csv, read_roles
from governance.people.models import RoleGrant, Team, TeamGrant, User
from governance.people.permissions import may_grant
from governance.people.roles import ROLES, role_label
from governance.people.services.roles import grant_role
from governance.people.services.teams import grant_team_role

FORMATS = ("yaml", "csv")


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of one line of the file. `outcome`: new, same or refused; `said` is why it was refused."""

    line: int | None
    holder: str
    role: str
    outcome: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Row by row. `written` says whether anything was kept: nothing is when a line was refused, or on a dry run."""

    lines: tuple[Line, ...]
    written: bool
    dry_run: bool
    only_here: tuple[str, ...] = ()  # grants that the file does not name; an import ends none

    def count(self, outcome: str) -> int:
        return sum(item.outcome == outcome for item in self.lines)

    @property
    def new(self) -> int:
        return self.count("new")

    @property
    def same(self) -> int:
        return self.count("same")

    @property
    def refused(self) -> int:
        return self.count("refused")


class _Undo(Exception):
    """Takes back what a dry run, or a file with a wrong line, has written."""


def import_roles(*, actor: Actor, scope: str, source: bytes, format: str = "yaml", dry_run: bool = False) -> Report:
    """Give the roles that a file names. Each line is tried as a person would be; nothing is kept unless all of them go through.

    It ends no role: what the file does not name is told, and stays. Raises NotAllowed for who may give no roles here; Invalid for a
    file that cannot be read, with each line that is wrong.
    """
    require(may_grant(actor, role="", scope=scope, user=None))
    entries = _read(source, format)
    people = _people(entries)
    teams = {team.slug: team for team in Team.objects.filter(slug__in={entry.team for entry in entries if entry.team})}
    lines: list[Line] = []
    try:
        with transaction.atomic():
            lines += [_try(actor, scope, entry, people, teams) for entry in entries]
            if dry_run or any(item.outcome == "refused" for item in lines):
                raise _Undo
    except _Undo:
        written = False
    else:
        written = True
    return Report(tuple(lines), written, dry_run, tuple(_only_here(scope, entries)))


def _read(source: bytes, format: str) -> Sequence[Entry]:
    read = read_csv if format == "csv" else read_roles
    try:
        return read(source, roles=labels())
    except RolesError as error:

        def where(line: int | None, field: str) -> str:
            return f"line {line}" if line else field

        found = [
            FieldError(where(item.line, item.field), item.code, _(MESSAGES[item.code]) % item.params) for item in error.problems
        ]
        raise Invalid(_("The file cannot be read."), code="roles.unreadable", errors=found[:200]) from error


def labels() -> Mapping[str, set[str]]:
    """What each role is called in the languages there are."""
    found: dict[str, set[str]] = {role: set() for role in ROLES}
    for language in ("en", "zh-hans"):
        with override(language):
            for role in ROLES:
                found[role].add(role_label(role))
    return found


def _people(entries: Sequence[Entry]) -> dict[str, User]:
    """Accounts by user name and by address, in small letters."""
    typed = {entry.person.casefold() for entry in entries if entry.person}
    found: dict[str, User] = {}
    for user in User.objects.active():
        for name in (user.email.casefold(), user.username.casefold()):
            if name in typed:
                found[name] = user
    return found


def _try(actor: Actor, scope: str, entry: Entry, people: Mapping[str, User], teams: Mapping[str, Team]) -> Line:
    def line(outcome: str, said: Any = "") -> Line:
        return Line(entry.line, entry.holder, entry.role, outcome, str(said))

    holder: Any = teams.get(entry.team) if entry.team else people.get(entry.person.casefold())
    if holder is None:
        return line(
            "refused",
            _("There is no team of this name.") if entry.team else _("Nobody who can sign in has this user name or address."),
        )
    starts_at, ends_at = _midnight(entry.since), _midnight(entry.until, timedelta(days=1))
    if _held(holder, entry, scope, ends_at):
        return line("same")
    if starts_at is not None and starts_at <= clock.now():
        starts_at = None  # a role cannot be given for the past
    times: dict[str, Any] = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "reason": entry.reason,
        "role": entry.role,
        "scope": scope,
    }
    try:
        with transaction.atomic():
            if isinstance(holder, Team):
                grant_team_role(actor=actor, team=holder, **times)
            else:
                grant_role(actor=actor, user=holder, **times)
    except CountersignError as error:
        return line("refused", error.errors[0].message if error.errors else error.detail)
    return line("new")


def _midnight(day: date | None, later: timedelta = timedelta()) -> datetime | None:
    return datetime.combine(day, time(), UTC) + later if day else None


def _held(holder: User | Team, entry: Entry, scope: str, ends_at: datetime | None) -> bool:
    """Whether the very same grant is there: nobody ended it, and it is planned to end on the same day."""
    if isinstance(holder, Team):
        return TeamGrant.objects.unfinished().filter(team=holder, role=entry.role, scope=scope, ends_at=ends_at).exists()
    own = RoleGrant.objects.unfinished().filter(user=holder, role=entry.role, scope=scope, through=None)
    return own.filter(ends_at=ends_at).exists()


def _only_here(scope: str, entries: Sequence[Entry]) -> list[str]:
    """Grants that stand and the file does not name."""
    named = {(entry.role, entry.holder.casefold()) for entry in entries}
    standing = entries_of(scope)
    people = User.objects.filter(username__in=[entry.person for entry in standing if entry.person])
    addresses = dict(people.values_list("username", "email"))
    found = []
    for entry in standing:
        spelt = {entry.holder.casefold(), addresses.get(entry.person, "").casefold()}
        if not any((entry.role, name) in named for name in spelt):
            found.append(f"{entry.holder}: {role_label(entry.role)}")
    return found


def entries_of(scope: str) -> list[Entry]:
    """The grants on a use case, as a file says them. Two queries. Members of teams are said by their team."""
    own = RoleGrant.objects.unfinished().filter(scope=scope, through=None).select_related("user")
    teams = TeamGrant.objects.unfinished().filter(scope=scope).select_related("team")
    return [
        *(
            Entry(
                None,
                row.role,
                person=row.user.username,
                since=_later(row.starts_at),
                until=_last_day(row.ends_at),
                reason=row.reason,
            )
            for row in own.order_by("role", "user__username")
        ),
        *(
            Entry(
                None, row.role, team=row.team.slug, since=_later(row.starts_at), until=_last_day(row.ends_at), reason=row.reason
            )
            for row in teams.order_by("role", "team__slug")
        ),
    ]


def _later(at: datetime) -> date | None:
    return at.date() if at > clock.now() else None


def _last_day(at: datetime | None) -> date | None:
    """The last whole day: a grant that ends at midnight held until the day before."""
    return (at - timedelta(microseconds=1)).date() if at else None
