"""Elements as lists and pages show them."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from governance.dictionary.models import Alias, Binding, DataElement, Dictionary, ElementVersion
from governance.dictionary.naming import normal


def elements_found(dictionary: Dictionary, text: str = "") -> QuerySet[DataElement]:
    """Elements of a dictionary that are about each word, by key, name, alias, meaning, unit or a team that fills them; with what they
    mean, what was written last, and live bindings."""
    rows = DataElement.objects.filter(dictionary=dictionary)
    for word in text.split():
        rows = rows.filter(_about(word))
    live = Binding.objects.live().select_related("team", "dataset").order_by("team__title", "dataset__name", "column")
    return rows.with_versions().prefetch_related(Prefetch("bindings", live, to_attr="live_bindings"))


def _about(word: str) -> Q:
    of_it = {"element": OuterRef("pk")}
    said = Q(definition__icontains=word) | Q(name__icontains=word) | Q(unit__iexact=word) | Q(said__texts__icontains=word)
    called = Q(term__icontains=word) | Q(norm__startswith=normal(word) or word)
    filled = Q(team__title__icontains=word) | Q(team__slug__icontains=word) | Q(column__icontains=word)
    return (
        Q(key__icontains=word)
        | Q(name__icontains=word)
        | Q(legend__iexact=word)
        | Exists(ElementVersion.objects.filter(said, **of_it))
        | Exists(Alias.objects.live().filter(called, **of_it))
        | Exists(Binding.objects.live().filter(filled, **of_it))
    )


def bindings_of(element: DataElement) -> list[Binding]:
    """Live bindings first, then those that ended, each by team. One query."""
    rows = element.bindings.select_related("team", "created_by", "dataset", "element__dictionary").order_by(
        "team__title", "dataset__name", "column", "pk"
    )
    return sorted(rows, key=lambda row: row.ended_at is not None)
