"""A release of a shared dictionary: what its elements mean, in every language they are written in, what changed, and who fills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from foundation.models import AuditEvent
from governance.dictionary.models import Alias, Binding, ElementVersion, Proposal, Release
from governance.dictionary.releases import difference
from governance.dictionary.wording import deviation_told, said_changes
from reports.bundle import Record
from reports.content import events, evidence
from reports.content.summary import demo_warning
from reports.content.view import Frame
from reports.content.wording import instant, mono, number
from reports.document import Block, Cell, Column, Document, KeyValues, Section, Table, Text, Value
from reports.models import Report


@dataclass(frozen=True)
class Gathered:
    """A release with the versions that it names, in its order, and those of the release before it."""

    release: Release
    before: Release | None
    versions: Sequence[ElementVersion]
    earlier: dict[str, ElementVersion]
    bindings: Sequence[Binding]
    aliases: dict[int, list[Alias]]


def release_of(scope: str) -> Release:
    """The release that a report's scope names: `customers@3`, or a public id."""
    slug, at, name = scope.rpartition("@")
    rows = Release.objects.select_related("dictionary__team", "created_by")
    return rows.get(dictionary__slug=slug, number=int(name)) if at else rows.get(public_id=name)  # type: ignore[no-any-return] # untyped rows


def gather(report: Report, frame: Frame) -> Gathered:
    release = release_of(report.scope)
    before = Release.objects.filter(dictionary=release.dictionary, number__lt=release.number).order_by("-number").first()
    versions = _versions(release)
    bindings = (
        Binding.objects.live(frame.at)
        .filter(element__in=[row.element_id for row in versions])
        .select_related("team", "dataset", "element__dictionary")
        .order_by("element__key", "team__title", "dataset__name", "column")
    )
    called: dict[int, list[Alias]] = {}
    for alias in Alias.objects.live(frame.at).filter(dictionary=release.dictionary).select_related("team").order_by("term", "pk"):
        called.setdefault(alias.element_id, []).append(alias)
    earlier = {row.element.key: row for row in _versions(before)} if before else {}
    return Gathered(release, before, versions, earlier, list(bindings), called)


def _versions(release: Release) -> list[ElementVersion]:
    """The rows behind the entries, in their order."""
    wanted = {(entry["element"], entry["number"]): place for place, entry in enumerate(release.entries)}
    rows = ElementVersion.objects.filter(
        element__dictionary=release.dictionary, element__key__in=[key for key, _number in wanted]
    ).select_related("element__dictionary", "element__steward")
    found = [row for row in rows if (row.element.key, row.number) in wanted]
    return sorted(found, key=lambda row: wanted[row.element.key, row.number])


def draft(report: Report, frame: Frame, found: Gathered) -> Document:
    """The document, less the index of its evidence."""
    release = found.release
    covers = _("Release %(number)s of the dictionary “%(title)s” with all its elements, and the columns that hold them.") % {
        "number": release.number,
        "title": release.dictionary.title,
    }
    return Document(
        title=str(report.get_kind_display()),
        subtitle=f"{release.dictionary.title} · {release.label}",
        report_id=report.public_id,
        language=report.language,
        facts=_facts(frame, found),
        sections=[
            _summary(found),
            evidence.scope_section(report, frame, covers),
            _changes(found),
            _elements(found),
            _codes(found),
            _filled(found),
            events.section(frame, events_of(frame, found)),
        ],
    )


def events_of(frame: Frame, found: Gathered) -> QuerySet[AuditEvent]:
    """Sealed events of the dictionary, its elements and versions, and of the proposals by which they were agreed to."""
    release = found.release
    wanted = {release.public_id, release.dictionary.public_id}
    wanted |= {row.public_id for row in found.versions} | {row.element.public_id for row in found.versions}
    agreed = Proposal.objects.filter(Q(changes__version__in=found.versions)).exclude(approved_at=None).distinct()
    wanted |= set(agreed.values_list("public_id", flat=True))
    return events.sealed(frame).filter(subject_id__in=sorted(wanted))


def records(found: Gathered) -> list[Record]:
    """What can be checked: the signed list, and what each entry of it says."""
    release = found.release
    told = {
        "dictionary": release.dictionary.slug,
        "number": release.number,
        "semver": release.semver,
        "root": release.root,
        "entries": release.entries,
        "note": release.note,
    }
    said = [
        Record(
            f"element {row.element.path}",
            {"path": row.element.path, "number": row.number, "digest": row.digest, "content": row.body()},
        )
        for row in found.versions
    ]
    return [Record("release", told), *said]


def _facts(frame: Frame, found: Gathered) -> list[tuple[str, Value]]:
    release = found.release
    signed: Value = Cell(_("Signed"), state="ok") if release.note else Cell(_("Not signed yet"), state="warn")
    return [
        *([(_("Attention"), demo_warning())] if frame.demo else []),
        (_("Release"), f"{release.label} ({release.semver})"),
        (_("Elements"), number(len(release.entries))),
        (_("Made"), _("%(time)s UTC by %(who)s") % {"time": instant(release.created_at), "who": release.created_by or "–"}),
        (_("Signature"), signed),
        (_("Root"), mono(release.root)),
        (_("As of"), _("%(time)s UTC") % {"time": instant(frame.at)}),
    ]


def _summary(found: Gathered) -> Section:
    release = found.release
    deviating = sum(row.deviates for row in found.bindings)
    filled = {row.element_id for row in found.bindings if row.side == Binding.Side.FILLS}
    loose = len(found.versions) - len(filled)
    personal = sum(row.sensitivity in ("personal", "sensitive") for row in found.versions)
    blocks: list[Block] = [
        Text(
            [
                _("A meaning is owned once, in a shared dictionary; teams bind their columns to it and declare how they differ."),
                *([release.words] if release.words else []),
            ]
        ),
        KeyValues(
            [
                (_("Purpose"), release.dictionary.purpose or "–"),
                (_("Answers for it"), str(release.dictionary.team or "–")),
                (_("Columns that hold its elements"), number(len(found.bindings))),
                (_("Elements that no column holds"), number(loose)),
                (_("Columns that differ, declared"), Cell(number(deviating), state="warn" if deviating else "ok")),
                (_("Elements about people, or sensitive"), number(personal)),
            ]
        ),
    ]
    return Section("summary", _("Summary"), blocks)


def _changes(found: Gathered) -> Section:
    columns = [Column(_("Element"), 2), Column(_("Change"), 1.4), Column(_("Before"), 3), Column(_("After"), 3)]
    title = _("What is new in this release")
    if found.before is None:
        return Section("changes", title, [Text([_("This is the first release of the dictionary: everything in it is new.")])])
    moved = difference(found.before.entries, found.release.entries)
    now = {row.element.key: row for row in found.versions}
    rows: list[list[Value]] = []
    for entry in moved.added:
        rows.append([entry["element"], Cell(_("New"), state="ok"), "–", now[entry["element"]].definition_in()])
    for entry in moved.removed:
        gone = found.earlier.get(entry["element"])
        rows.append([entry["element"], Cell(_("Retired"), state="warn"), gone.definition_in() if gone else "–", "–"])
    for key, then, after in moved.changed:
        version = f"{then['semver']} → {after['semver']}"
        before = found.earlier.get(key)
        for change in said_changes(before.said if before else {}, now[key].said):
            rows.append([f"{key}\n{version}", change["path"], change["before"] or "–", change["after"] or "–"])
    caption = _("Differences from %(before)s") % {"before": found.before.label}
    return Section("changes", title, [Table(columns, rows, caption, _("Nothing changed but the order."))])


def _elements(found: Gathered) -> Section:
    columns = [
        Column(_("Element"), 1.9),
        Column(_("What it means"), 3.6),
        Column(_("Type, unit"), 1.3),
        Column(_("Also called"), 1.5),
        Column(_("Version"), 1),
        Column(_("Legend key"), 1.5, mono=True),
    ]
    rows: list[list[Value]] = []
    for row in found.versions:
        kind = str(row.get_logical_type_display())
        called = [_called(alias) for alias in found.aliases.get(row.element_id, [])]
        rows.append(
            [
                "\n".join([*_names(row), row.element.key]),
                "\n".join(_definitions(row)) or "–",
                f"{kind}, {row.unit}" if row.unit else kind,
                "\n".join(called) or "–",
                row.semver or "–",
                row.element.legend,
            ]
        )
    told = _("Names and definitions stand in every language in which they were written down, the dictionary's own first.")
    table = Table(columns, rows, _("Elements by key"), _("The release holds no element."))
    return Section("elements", _("Elements"), [Text([told]), table])


def _names(row: ElementVersion) -> list[str]:
    return [row.name or row.element.key, *(text["name"] for text in row.said.get("texts", []) if text.get("name"))]


def _definitions(row: ElementVersion) -> list[str]:
    others = [text["definition"] for text in row.said.get("texts", []) if text.get("definition")]
    return [text for text in (row.definition, *others) if text]


def _called(alias: Alias) -> str:
    who = ", ".join(str(part) for part in (alias.team, alias.locale) if part)
    return f"{alias.term} ({who})" if who else alias.term


def _codes(found: Gathered) -> Section:
    """Codes and missing values: what a reader of a file stumbles over first."""
    rows: list[list[Value]] = []
    for row in found.versions:
        for item in row.said.get("domain", {}).get("values", []):
            labels = " · ".join(str(label) for label in item.get("labels", {}).values())
            rows.append(
                [row.element.key, item["code"], _("Code"), " · ".join(filter(None, (item.get("meaning", ""), labels))) or "–"]
            )
        for token, meaning in row.said.get("null_meanings", {}).items():
            rows.append([row.element.key, token or _("empty"), _("Missing value"), meaning or "–"])
    columns = [
        Column(_("Element"), 2),
        Column(_("Written"), 1.2, mono=True),
        Column(_("Kind"), 1.2),
        Column(_("What it means"), 4),
    ]
    table = Table(
        columns, rows, _("Codes, and how missing values are written"), _("No element has codes or names a missing value.")
    )
    return Section("codes", _("Codes and missing values"), [table])


def _filled(found: Gathered) -> Section:
    columns = [
        Column(_("Element"), 1.8),
        Column(_("Team"), 1.5),
        Column(_("Column"), 2),
        Column(_("What the team does with it"), 1.2),
        Column(_("How it differs"), 3),
    ]
    rows: list[list[Value]] = [
        [
            row.element.key,
            str(row.team),
            str(row),
            str(row.get_side_display()),
            Cell(deviation_told(row.said), state="warn") if row.deviates else Cell(_("As defined"), state="ok"),
        ]
        for row in found.bindings
    ]
    said = ngettext(
        "%(count)s column holds or reads an element of this release.",
        "%(count)s columns hold or read an element of this release.",
        len(rows),
    )
    table = Table(columns, rows, _("Who fills and who reads what"), _("No column is bound to an element of this release."))
    return Section("bindings", _("Columns"), [Text([said % {"count": len(rows)}]), table])
