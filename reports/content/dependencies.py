"""Which packages the newest version was built with, and how well they are nailed down."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from governance.dependencies.components import label
from governance.dependencies.findings import unread
from governance.dependencies.first_party import is_first_party
from governance.dependencies.models import DependencySet
from governance.dependencies.wording_problems import all_told
from lineage.models import ModelVersion
from reports.bundle import Record
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
    blocks: list[Block] = [
        Text(
            [
                _(
                    "No security review of a package is on record: what is told here is which packages are used and how "
                    "they are pinned, not that anybody judged them."
                )
            ],
            style="note",
        ),
        _locks(view),
        Heading("packages", _("Packages of %(version)s") % {"version": newest.label}),
        _packages(newest, locks),
        Heading("lock-problems", _("What could not be read")),
        _problems(locks),
    ]
    return Part(Section(KEY, title(), blocks), [_record(row) for row in _all_locks(view)], list(_open_points(newest, locks)))


def _all_locks(view: View) -> list[DependencySet]:
    rows = {lock.dependency_set.pk: lock.dependency_set for version in view.versions for lock in version.locks.all()}
    return [rows[key] for key in sorted(rows)]


def _record(row: DependencySet) -> Record:
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


def _packages(version: ModelVersion, locks: list[DependencySet]) -> Table:
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
                    label(item.ecosystem, item.name),
                    item.version or item.specifier or "–",
                    str(item.get_origin_display()),
                    number(len(item.hashes)),
                    state,
                ]

    return Table(
        columns, Streamed(rows), _("Every package that the locks of %(version)s ask for") % {"version": version.label}, _("None.")
    )


def _problems(locks: list[DependencySet]) -> Table:
    rows: list[list[Value]] = [
        [lock.path, str(one.line), f"{one.said} {one.detail}".strip(), mono(one.text)]
        for lock in locks
        for one in all_told(lock.problems, lock.path)
    ]
    columns = [Column(_("File"), 1.5), Column(_("Line"), 0.6), Column(_("Problem"), 2.5), Column(_("Text"), 2.5, mono=True)]
    return Table(
        columns, rows, _("Lines of the lock files that say nothing certain"), _("Every line of the lock files was understood.")
    )


def _open_points(version: ModelVersion, locks: list[DependencySet]) -> Iterator[OpenPoint]:
    if not locks:
        yield OpenPoint("bad", _("%(version)s came without a lock file.") % {"version": version.label}, title())
    loose = sum(
        1
        for lock in locks
        for item in lock.requirements.iterator(2000)
        if not (item.version and item.hashes) and not is_first_party(item, lock.path)
    )
    if loose:
        yield OpenPoint(
            "warn",
            _("%(version)s: %(count)s packages are not pinned to a version and a hash.")
            % {"version": version.label, "count": loose},
            title(),
        )
    if any(unread(lock.problems, lock.path) for lock in locks):
        yield OpenPoint(
            "bad", _("%(version)s: its lock files hold lines that could not be read.") % {"version": version.label}, title()
        )
