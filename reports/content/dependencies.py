"""Which packages the newest version was built with, how well they are nailed down, and who vouches for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from governance.dependencies.components import label_of
from governance.dependencies.findings import unread
from governance.dependencies.first_party import is_first_party
from governance.dependencies.models import DependencySet
from governance.dependencies.wording_problems import all_told
from lineage.models import ModelVersion
from reports.bundle import Record
from reports.content import packages
from reports.content.view import OpenPoint, Part, View
from reports.content.wording import mono, number
from reports.document import Block, Cell, Column, Heading, Section, Streamed, Table, Text, Value

KEY = "dependencies"


def title() -> str:
    return _("Dependencies")


def part(view: View) -> Part:
    newest = view.newest
    if newest is None:
        return Part(Section(KEY, title(), [Text([_("There is no version yet, so nothing was built.")])]))
    locks = [lock.dependency_set for lock in newest.locks.all()]
    found = packages.judged(locks, use_case=view.use_case, at=view.at, also=_demanded(view, newest))
    blocks: list[Block] = [
        Text([method()]),
        _locks(view),
        Heading("packages", _("Packages of %(version)s") % {"version": newest.label}),
        *told(locks, found, newest.label),
    ]
    records = [*(lock_record(row) for row in _all_locks(view)), *packages.records(found)]
    return Part(Section(KEY, title(), blocks), records, list(open_points(locks, found, newest.label)), packages.subjects(found))


def method() -> str:
    return _(
        "Packages are judged by the reviews, verified sources, rulings, licence rules and advisories that were on record at the "
        "time above, by the same function that answers the gates. What nobody vouched for then is not reviewed, whatever came later."
    )


def told(locks: Sequence[DependencySet], found: packages.Judged, label: str) -> list[Block]:
    """The answer about the packages of some lock files, how each is pinned, and what could not be read."""
    return [
        *packages.blocks(found),
        Heading("pinned", _("How they are pinned")),
        _packages(label, locks),
        Heading("lock-problems", _("What could not be read")),
        _problems(locks),
    ]


def _demanded(view: View, version: ModelVersion) -> set[str]:
    """Criteria that the policies demand by which the version was asked for."""
    mine = [standing for standing in view.standings if standing.request.subject_id == version.public_id]
    return {name for standing in mine for name in standing.policy.reviewed_for}


def _all_locks(view: View) -> list[DependencySet]:
    rows = {lock.dependency_set.pk: lock.dependency_set for version in view.versions for lock in version.locks.all()}
    return [rows[key] for key in sorted(rows)]


def lock_record(row: DependencySet) -> Record:
    """What a lock file says, as its digest is taken over it."""
    return Record(
        f"lock {row.public_id}",
        {"id": row.public_id, "path": row.path, "digest": row.digest, "raw_digest": row.raw_digest, "content": row.body()},
    )


def _locks(view: View) -> Table:
    columns = [
        Column(_("Version"), 1.4),
        Column(_("Lock file"), 1.6),
        Column(_("Packages"), 0.9, align="right"),
        Column(_("Digest"), 3.4, mono=True),
    ]
    rows: list[list[Value]] = [
        [version.label, lock.dependency_set.path, number(lock.dependency_set.requirements.count()), lock.dependency_set.digest]
        for version in view.detailed
        for lock in version.locks.all()
    ]
    return Table(columns, rows, _("Lock files by version"), _("No lock file was sent: nobody can say which packages were used."))


def _packages(label: str, locks: Sequence[DependencySet]) -> Table:
    columns = [
        Column(_("Package"), 2),
        Column(_("Version"), 1.2),
        Column(_("From"), 1.4),
        Column(_("Hashes"), 0.8, align="right"),
        Column(_("Pinned?"), 1.4),
    ]

    def rows() -> Iterator[list[Value]]:
        for lock in locks:
            for item in lock.requirements.order_by("line", "pk").iterator(2000):
                pinned = bool(item.version) and bool(item.hashes)
                state = Cell(_("Version and hash"), state="ok") if pinned else Cell(_("Not to the byte"), state="warn")
                if is_first_party(item, lock.path):
                    state = Cell(_("Code of the same repository"), state="ok")
                yield [
                    label_of(item.ecosystem, item.name),
                    item.version or item.specifier or "–",
                    str(item.get_origin_display()),
                    number(len(item.hashes)),
                    state,
                ]

    return Table(
        columns, Streamed(rows), _("Every package that the locks of %(version)s ask for") % {"version": label}, _("None.")
    )


def _problems(locks: Sequence[DependencySet]) -> Table:
    rows: list[list[Value]] = [
        [lock.path, str(one.line), f"{one.said} {one.detail}".strip(), mono(one.text)]
        for lock in locks
        for one in all_told(lock.problems, lock.path)
    ]
    columns = [Column(_("File"), 1.5), Column(_("Line"), 0.6), Column(_("Problem"), 2.5), Column(_("Text"), 2.5, mono=True)]
    return Table(
        columns, rows, _("Lines of the lock files that say nothing certain"), _("Every line of the lock files was understood.")
    )


def open_points(locks: Sequence[DependencySet], found: packages.Judged, label: str) -> Iterator[OpenPoint]:
    """What is wrong with the lock files, then with what they ask for."""
    if not locks:
        yield OpenPoint("bad", _("%(version)s came without a lock file.") % {"version": label}, title())
    loose = sum(
        1
        for lock in locks
        for item in lock.requirements.iterator(2000)
        if not (item.version and item.hashes) and not is_first_party(item, lock.path)
    )
    if loose:
        yield OpenPoint(
            "warn",
            _("%(version)s: %(count)s packages are not pinned to a version and a hash.") % {"version": label, "count": loose},
            title(),
        )
    if any(unread(lock.problems, lock.path) for lock in locks):
        yield OpenPoint("bad", _("%(version)s: its lock files hold lines that could not be read.") % {"version": label}, title())
    yield from packages.open_points(found, label, title())
