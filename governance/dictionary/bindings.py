"""What the component `dictionary` of a manifest consists of: the meaning of each column that a model version reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FORMAT = "countersign/dictionary/1"


@dataclass(frozen=True, slots=True, order=True)
class Meaning:
    """What one team says a column holds.

    `element` is `dictionary/key`, `version` the digest by which readers know the element's version in force (empty while none was
    approved), `deviation` what the team declared to do otherwise.
    """

    element: str
    version: str
    deviation: str = ""


def component_body(columns: Mapping[str, Iterable[str]], meanings: Mapping[tuple[str, str], Sequence[Meaning]]) -> dict[str, Any]:
    """The canonical body of `dictionary`: for each data set and column its meaning, or null where nobody bound it.

    It holds no version numbers and no team, and of a version only the digest by which readers know it: a new version that says the
    same, or the same in other words, changes nothing. What nobody approved yet has no version. Where teams that fill the
    same column say different things, all of it stands there, sorted: that is a disagreement, and a change in it counts.
    """
    return {
        "format": _FORMAT,
        "datasets": {
            dataset: {column: _meaning(meanings.get((dataset, column), ())) for column in sorted(set(names))}
            for dataset, names in sorted(columns.items())
        },
    }


def disagreements(meanings: Mapping[tuple[str, str], Sequence[Meaning]]) -> list[tuple[str, str]]:
    """The columns (data set, column) that different teams bound to different meanings, sorted."""
    return sorted(place for place, said in meanings.items() if len(set(said)) > 1)


def _meaning(said: Sequence[Meaning]) -> Any:
    different = [
        {"element": item.element, "version": item.version or None, "deviation": item.deviation} for item in sorted(set(said))
    ]
    if not different:
        return None
    return different[0] if len(different) == 1 else different
