"""The teams that fill or read elements, as their bindings say: what this room itself tells of readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from foundation.actor import Actor
from governance.dictionary.compatibility import Reader
from governance.dictionary.impact import Known
from governance.dictionary.models import Binding, DataElement


def teams_of(elements: Sequence[DataElement], actor: Actor) -> Iterator[Known]:
    """One for each live binding. One statement.

    Who declares a physical type reads into one, and who translates codes lists them; of the others nobody knows.
    """
    rows = Binding.objects.live().filter(element__in=elements).select_related("team", "dataset")
    for row in rows.order_by("team__title", "dataset__name", "column", "pk"):
        side: Literal["producer", "consumer"] = "producer" if row.side == Binding.Side.FILLS else "consumer"
        reader = Reader(
            row.public_id,
            side,
            typed=True if row.physical_type else None,
            enumerates=True if row.declared.get("recode") else None,
            aliases=frozenset({row.column}),
        )
        yield Known(row.element_id, "team", reader, row.team.title, place=f"{row.dataset.name}.{row.column}")
