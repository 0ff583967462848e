"""Derived elements: what computes them, and whether somebody computes the same already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from foundation.actor import Actor
from governance.dictionary import naming
from governance.dictionary.elements import Element, read_element
from governance.dictionary.models import Binding, Change, DataElement, Dictionary, ElementVersion
from governance.dictionary.naming.formulas import canonical, names_in
from governance.dictionary.naming.likeness import SAME

LOOKED_AT = 2_000  # elements that are compared with a new one: more are narrowed down by what they have in common with it
SHOWN = 5
LEAST_TELLING = 3  # letters of a word that is searched for
MOST_WORDS = 8
MOST_CHANGES = 3  # of a proposal, that are compared with everything there is
TELLING = 0.45  # from here on a likeness is told to somebody who did not ask


@dataclass(frozen=True, slots=True)
class Resembling:
    """An element that may make a new one needless: how like it is (0 to 1, never sure), and why, in words."""

    element: DataElement
    version: ElementVersion
    score: float
    reasons: tuple[str, ...]

    @property
    def strong(self) -> bool:
        """The same formula from the same sources."""
        return self.score >= SAME


def why_told(reason: naming.Reason) -> str:
    """Why two look alike, in the reader's language."""
    return _(naming.MESSAGES[reason.code]) % reason.params


def resembling(
    actor: Actor, dictionary: Dictionary, said: Mapping[str, Any], key: str = "", limit: int = SHOWN
) -> list[Resembling]:
    """Elements that look like what somebody is writing down, the likest first, with why; of every dictionary.

    `said` may be unfinished: what cannot be read of it is left out of the comparison. `key` is that of the element itself, which is not
    told. Two queries at most.
    """
    return _resembling(actor, dictionary.slug, said, key, limit, _looked_at(actor))


def resembling_changes(actor: Actor, changes: Iterable[Change]) -> list[tuple[Change, list[Resembling]]]:
    """The first few changes of a proposal that bring in something which somebody may have already: a new element, or a formula.

    Those with nothing that is like them are left out. Four queries at most.
    """
    asked = [row for row in changes if row.version and (row.kind == Change.Kind.ADD or row.version.said.get("formula"))]
    if not asked:
        return []
    looked_at = _looked_at(actor)
    found = []
    for row in asked[:MOST_CHANGES]:
        slug, said = row.element.dictionary.slug, row.version.said if row.version else {}
        like = _resembling(actor, slug, said, row.element.key, SHOWN, looked_at)
        if telling := [item for item in like if item.score >= TELLING]:
            found.append((row, telling))
    return found


def _resembling(
    actor: Actor, slug: str, said: Mapping[str, Any], key: str, limit: int, looked_at: list[ElementVersion]
) -> list[Resembling]:
    new = _drafted(said, key)
    if new is None:
        return []
    path = f"{slug}/{key or 'new'}"
    new = _qualified(new, slug, path)
    versions = {row.element.path: row for row in _candidates(actor, new, looked_at)}
    others = [_qualified(row.value, row.element.dictionary.slug, name) for name, row in versions.items()]
    return [
        Resembling(versions[item.key].element, versions[item.key], item.score, tuple(why_told(why) for why in item.reasons))
        for item in naming.somebody_already_computes(new, others, limit)
    ]


def _drafted(said: Mapping[str, Any], key: str) -> Element | None:
    """The draft as a value; of one that cannot be read yet, the parts that compare."""
    key = key or "new"
    found, _problems = read_element({**said, "key": key, "aliases": []})
    if found is None:
        parts = {name: said[name] for name in ("name", "definition", "formula", "unit") if said.get(name)}
        found, _problems = read_element({**parts, "key": key, "logical_type": "number"})
    if found is None or not (found.name or found.definition or found.formula):
        return None
    return found


def _qualified(element: Element, slug: str, path: str) -> Element:
    """The element with keys that tell dictionaries apart."""
    formula = element.formula
    if formula is not None:
        formula = replace(formula, sources=tuple(full_path(source, slug) for source in formula.sources))
    return replace(element, key=path, formula=formula)


def full_path(source: str, slug: str) -> str:
    """A source of a formula as `dictionary/key`."""
    return source if "/" in source else f"{slug}/{source}"


def _looked_at(actor: Actor) -> list[ElementVersion]:
    """What every element says, newest first, as far as there is not too much; one more than that tells that there is. One query."""
    return list(_comparable(actor).order_by("-pk")[: LOOKED_AT + 1])


def _comparable(actor: Actor) -> QuerySet[ElementVersion]:
    rows = _said_now().filter(element__in=DataElement.objects.visible_to(actor).filter(retired_at=None))
    return rows.select_related("element__dictionary")


def _candidates(actor: Actor, new: Element, looked_at: list[ElementVersion]) -> list[ElementVersion]:
    """What the new one is compared with: everything, or what shares a source or a word with it where there is too much."""
    if len(looked_at) <= LOOKED_AT:
        return looked_at
    narrowed = list(_comparable(actor).filter(_in_common(new)).order_by("-pk")[: LOOKED_AT - LOOKED_AT // 4])
    known = {row.pk for row in narrowed}
    # A word tells by how rare it is: some that have nothing in common have to stand beside those that do.
    return [*narrowed, *(row for row in looked_at[: LOOKED_AT // 4] if row.pk not in known)]


def _said_now() -> QuerySet[ElementVersion]:
    """Of each element what is in force; of one that never was approved, what was written last."""
    approved = ElementVersion.objects.filter(element=OuterRef("element")).approved()
    in_force, newest = ElementVersion.objects.in_force(), ElementVersion.objects.newest().filter(~Exists(approved))
    return ElementVersion.objects.filter(Q(pk__in=in_force.values("pk")) | Q(pk__in=newest.values("pk")))


def _in_common(new: Element) -> Q:
    words = sorted(
        naming.definition_words(new.name, new.key.rsplit("/", 1)[-1].replace(".", " ")), key=lambda word: (-len(word), word)
    )
    told = [word for word in words if len(word) >= LEAST_TELLING or not word.isascii()][:MOST_WORDS]
    common = Q(pk__in=[])
    for word in told:
        common |= Q(name__icontains=word) | Q(element__key__icontains=word)
    for source in _sources(new):
        common |= Q(said__formula__icontains=source.rsplit("/", 1)[-1][:80])
    return common


def _sources(element: Element) -> list[str]:
    formula = element.formula
    if formula is None:
        return []
    return sorted(formula.sources or names_in(formula.expression, formula.language))[:MOST_WORDS]


# All features --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Feature:
    """A derived element: how it is computed, by whom, and which others are computed alike."""

    element: DataElement
    version: ElementVersion
    sources: Sequence[tuple[str, DataElement | None]]  # as written, and the element where there is one
    computed_by: Sequence[Binding] = ()
    alike: list[tuple[DataElement, str]] = field(default_factory=list)

    @property
    def formula(self) -> Mapping[str, Any]:
        said: Mapping[str, Any] = self.version.said["formula"]
        return said


def feature_elements(actor: Actor, text: str = "") -> QuerySet[DataElement]:
    """Elements that are computed from others, as they are said now, and are about each word."""
    computed = _said_now().filter(element=OuterRef("pk"), said__has_key="formula")
    rows = DataElement.objects.visible_to(actor).filter(Exists(computed), retired_at=None)
    for word in text.split():
        about = ElementVersion.objects.filter(element=OuterRef("pk"), said__formula__icontains=word)
        rows = rows.filter(Q(name__icontains=word) | Q(key__icontains=word) | Exists(about))
    return rows.select_related("dictionary")


def features(elements: Sequence[DataElement]) -> list[Feature]:
    """These elements with formula, sources, who computes them, and which others are computed alike. Four queries."""
    said = list(
        _said_now()
        .filter(said__has_key="formula", element__retired_at=None)
        .select_related("element__dictionary")
        .order_by("-pk")[:LOOKED_AT]
    )
    here = {row.element_id: row for row in said}
    missing = [row.pk for row in elements if row.pk not in here]
    if missing:
        here |= {row.element_id: row for row in _said_now().filter(element__in=missing).select_related("element__dictionary")}
    bindings: dict[int, list[Binding]] = defaultdict(list)
    for binding in _computing([row.pk for row in elements]):
        bindings[binding.element_id].append(binding)
    known = _by_path(path for row in elements if row.pk in here for path in _paths(here[row.pk]))
    likes = _alike([row for row in here.values() if "formula" in row.said], {row.pk for row in elements})
    return [
        Feature(
            element=row,
            version=here[row.pk],
            sources=[(path, known.get(path)) for path in _paths(here[row.pk])],
            computed_by=bindings[row.pk],
            alike=likes[row.pk],
        )
        for row in elements
        if row.pk in here
    ]


def _computing(elements: Collection[int]) -> QuerySet[Binding]:
    rows = Binding.objects.live().filling().filter(element__in=elements)
    return rows.select_related("team", "dataset").order_by("team__title", "dataset__name", "column")


def _paths(version: ElementVersion) -> list[str]:
    formula = version.said["formula"]
    return [full_path(source, version.element.dictionary.slug) for source in formula.get("sources", ())]


def _by_path(paths: Iterable[str]) -> dict[str, DataElement]:
    wanted = set(paths)
    keys = {path.rpartition("/")[2] for path in wanted}
    rows = DataElement.objects.filter(key__in=keys).select_related("dictionary") if keys else []
    return {row.path: row for row in rows if row.path in wanted}


def _alike(versions: Sequence[ElementVersion], wanted: Collection[int]) -> dict[int, list[tuple[DataElement, str]]]:
    """For each of the wanted elements a few with the same formula, and with another formula from the same sources."""
    by_formula: dict[str, list[ElementVersion]] = defaultdict(list)
    by_sources: dict[frozenset[str], list[ElementVersion]] = defaultdict(list)
    computed = {}
    for row in versions:
        formula = _qualified(row.value, row.element.dictionary.slug, row.element.path).formula
        if formula is None:
            continue
        one = canonical(formula.expression, formula.language, formula.sources, row.logical_type)
        sources = frozenset(formula.sources) or names_in(formula.expression, formula.language)
        computed[row.pk] = (one, sources)
        by_formula[one].append(row)
        by_sources[sources].append(row)
    found: dict[int, list[tuple[DataElement, str]]] = defaultdict(list)
    for row in versions:
        if row.pk not in computed or row.element_id not in wanted:
            continue
        one, sources = computed[row.pk]
        for other in by_formula[one][: SHOWN + 1] if one else []:
            if other.pk != row.pk:
                code = "same_formula" if computed[other.pk][1] == sources else "same_formula_only"
                found[row.element_id].append((other.element, _(naming.MESSAGES[code])))
        for other in by_sources[sources][: SHOWN + 1] if sources else []:
            if other.pk != row.pk and computed[other.pk][0] != one:
                found[row.element_id].append((other.element, _(naming.MESSAGES["same_sources"])))
    return found
