"""The fields of a proposal as components that have threads of their own: `<legend key of the element>.<field>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from governance.dictionary.models import DataElement, Proposal
from governance.dictionary.wording import ORDER, field_label
from governance.usecases import components

LONGEST = 40
OF_A_DOMAIN = (
    "values", "pattern", "minimum", "maximum", "exclusive_minimum", "exclusive_maximum", "min_length", "max_length", "precision",
    "scale", "multiple_of", "extra",
)  # fmt: skip
FIELDS = (*(name for name in ORDER if name != "domain"), *OF_A_DOMAIN)


def register() -> None:
    """Called once, when the app is ready."""
    components.register(Proposal.public_id_prefix, Fields)


def component_of(element: DataElement, field: str) -> str:
    return f"{element.legend}.{field}"[:LONGEST]


class Fields(Mapping[str, str]):
    """Component → `Customer · Unit`, for every field of every element that the proposal names or named. One query, when one is asked for."""

    def __init__(self, proposal: Any) -> None:
        self._proposal = proposal

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(self._proposal.changes.values_list("element__legend", "element__name"))

    def __getitem__(self, component: str) -> str:
        legend, _dot, field = component.partition(".")
        if field not in FIELDS or legend not in self._names:
            raise KeyError(component)
        return f"{self._names[legend]} · {field_label(field)}"

    def __iter__(self) -> Iterator[str]:
        return (f"{legend}.{field}" for legend in self._names for field in FIELDS)

    def __len__(self) -> int:
        return len(self._names) * len(FIELDS)
