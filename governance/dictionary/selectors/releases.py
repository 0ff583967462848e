"""Releases as whole books: which versions they froze, and what lies between two of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from foundation.actor import Actor
from governance.dictionary import compatibility
from governance.dictionary.compatibility import Comparison, Source
from governance.dictionary.elements import Element
from governance.dictionary.models import Change, DataElement, ElementVersion, Release
from governance.dictionary.selectors.impact import Effect, effects_of


@dataclass(frozen=True, slots=True)
class Between:
    """What changes from one release to another, as a comparison of books and as what it does to readers."""

    before: Release
    after: Release
    comparison: Comparison
    effects: Sequence[Effect]

    @property
    def enough(self) -> bool:
        """Whether the version of the later one is far enough from that of the earlier. Going back is no question of that."""
        if self.before.number >= self.after.number or self.comparison.bump is None:
            return True
        return compatibility.bump_suffices(self.before.semver, self.after.semver, self.comparison.all)


def releases_of(dictionary_id: int, actor: Actor) -> QuerySet[Release]:
    """Newest last seen first, without their entries."""
    rows = Release.objects.visible_to(actor).filter(dictionary=dictionary_id).select_related("dictionary", "created_by")
    return rows.defer("entries")


def versions_in(releases: Sequence[Release]) -> dict[tuple[str, int], ElementVersion]:
    """The versions that releases of one dictionary froze, by key and number. One query."""
    wanted = {(entry["element"], entry["number"]) for release in releases for entry in release.entries}
    rows = ElementVersion.objects.filter(
        element__dictionary_id__in={release.dictionary_id for release in releases},
        approved_at__isnull=False,
        number__in={number for _key, number in wanted},
    )
    found = {(row.element.key, row.number): row for row in rows.select_related("element__dictionary")}
    return {key: found[key] for key in wanted if key in found}


def between(before: Release, after: Release, actor: Actor) -> Between:
    """What changes from one to the other. Three statements beside those for readers."""
    versions = versions_in([before, after])
    comparison = compare(before, after, versions)
    elements = {row.key: row for row in DataElement.objects.filter(dictionary=after.dictionary_id).select_related("dictionary")}
    old_keys = {new: old for old, new in comparison.renamed.items()}
    questions = [
        ([elements[key], *([elements[old_keys[key]]] if key in old_keys else [])], changes)
        for key, changes in comparison.changes.items()
    ]
    return Between(before, after, comparison, effects_of(questions, actor))


def compare(before: Release, after: Release, versions: Mapping[tuple[str, int], ElementVersion]) -> Comparison:
    """What changes between the books. Where a proposer said that words changed a meaning, it is changed here too. One query."""
    return compatibility.compare_books(_book(before, versions), _book(after, versions), meaning_changed=_answered(before, after))


def metadata_difference(found: Between, address: str) -> dict[str, object]:
    """The difference in the notation that other tools read. `address`: where the releases of this dictionary are, ending in `/`."""
    sides = [Source(id=row.public_id, version=row.semver, url=f"{address}{row.number}") for row in (found.before, found.after)]
    return compatibility.as_metadata_difference(
        found.comparison, source1=sides[0], source2=sides[1], schema=found.after.dictionary.slug, generator="countersign"
    )


def _book(release: Release, versions: Mapping[tuple[str, int], ElementVersion]) -> dict[str, Element]:
    return {entry["element"]: versions[entry["element"], entry["number"]].value for entry in release.entries}


def _answered(before: Release, after: Release) -> set[str]:
    """The keys of elements of which an approved change between the two said that the meaning changes, in either direction."""
    old, new = ({entry["element"]: entry["number"] for entry in release.entries} for release in (before, after))
    moved = {key: sorted((old[key], new[key])) for key in old.keys() & new.keys() if old[key] != new[key]}
    if not moved:
        return set()
    said = Change.objects.filter(
        Q(proposal__approved_at__isnull=False, taken_out_at=None, meaning_changed=True),
        element__dictionary=after.dictionary_id,
        version__isnull=False,
    ).values_list("element__key", "version__number")
    return {key for key, number in said if key in moved and moved[key][0] < number <= moved[key][1]}
