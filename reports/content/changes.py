"""The commits that led to what is reported on."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lineage.models import Commit
from reports.content.view import Part, View
from reports.content.wording import instant
from reports.document import Column, Section, Streamed, Table, Text, Value

KEY = "changes"
MOST = 2000


def title() -> str:
    return _("Changes")


def part(view: View) -> Part:
    """Commits carry their own proof: each id is the hash of its content and history, so they are no records of the bundle."""
    found = _rows(view)
    total = found.count()
    repositories = sorted({row.repository.url for row in view.versions if row.repository is not None})
    blocks: list[Table | Text] = []
    if repositories:
        blocks.append(Text([_("As mirrored from %(repositories)s.") % {"repositories": ", ".join(repositories)}]))
    blocks.append(_table(view, found))
    if total > MOST:
        said = ngettext(
            "%(count)s older commit is not printed. The id of the newest commit vouches for all before it.",
            "%(count)s older commits are not printed. The id of the newest commit vouches for all before it.",
            total - MOST,
        )
        blocks.append(Text([said % {"count": total - MOST}], style="note"))
    return Part(Section(KEY, title(), blocks))


def _rows(view: View) -> QuerySet[Commit]:
    rows = Commit.objects.filter(repository__uses__use_case=view.use_case, committed_at__lte=view.at)
    return rows.distinct().order_by("-committed_at", "-pk")


def _table(view: View, found: QuerySet[Commit]) -> Table:
    labels: dict[str, list[str]] = {}
    for version in reversed(view.versions):
        labels.setdefault(version.commit, []).append(version.label)
    columns = [
        Column(_("When (UTC)"), 1.35),
        Column(_("Author"), 1.5),
        Column(_("What"), 2.6),
        Column(_("Version"), 1.2),
        Column(_("Commit"), 2.3, mono=True),
    ]

    def rows() -> Iterator[list[Value]]:
        for row in found[:MOST].iterator(500):
            yield [instant(row.committed_at), row.author_name, row.subject, ", ".join(labels.get(row.sha, [])) or "–", row.sha]

    return Table(columns, Streamed(rows), _("Commits, newest first"), _("No commit of this use case has been mirrored yet."))
