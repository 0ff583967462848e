"""What a `usecase.yaml` may say, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as of

TEXTS = (
    "business_problem",
    "affected",
    "ml_problem",
    "intended_use",
    "limits",
    "assumptions",
    "framework",
    "containers",
    "language",
    "regulation",
    "latency",
    "throughput",
    "volume",
    "availability",
)
NUMBERS = ("baseline", "target", "tolerance", "population")
KPI_TEXTS = ("unit", "how", "measured_on", "cadence", "readers", "population_label", "outcome", "metric", "driven_by")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "kind": ("research", "prototype", "product"),
    "risk_tier": ("low", "medium", "high"),
    "kpis.direction": ("up", "down"),
    "kpis.kind": ("business", "model"),
    "consumers.kind": ("application", "team"),
}
USUAL: Mapping[str, Mapping[str, str]] = {
    "kpis": {"direction": "up", "kind": "business"},
    "consumers": {"kind": "application"},
    "data_sources": {},
}
# In the order in which they are written.
FIELDS = ("slug", "title", "kind", *TEXTS[:5], "risk_tier", *TEXTS[5:6], "data_sources", "consumers", *TEXTS[6:], "kpis")
PART_FIELDS: Mapping[str, tuple[str, ...]] = {
    "data_sources": ("name", "note"),
    "consumers": ("name", "kind", "purpose"),
    "kpis": ("name", "kind", "unit", "direction", *NUMBERS, *KPI_TEXTS),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the line if there is one, the field (`kpis[1].target`), and a code with parameters."""

    line: int | None
    field: str
    code: str
    params: Mapping[str, str] = of(default_factory=dict)


class UseCaseFileError(ValueError):
    """The file cannot be used. `problems` lists everything that is wrong with it, in the order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda item: item.line or 0))
        super().__init__("; ".join(f"{item.line or '?'} {item.field} {item.code}" for item in self.problems))


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "empty": _("There is nothing in this file."),
    "unreadable": _("This cannot be read: %(detail)s"),
    "shape": _("Write the use case as fields with values, such as “title: Customer churn”."),
    "unknown_field": _("There is no field “%(value)s”."),
    "missing": _("This is needed."),
    "text": _("Write a text here."),
    "list": _("Write a list here; each item begins with a hyphen and has a name."),
    "number": _("“%(value)s” is no number. Write it with a point, as 0.85."),
    "choice": _("“%(value)s” is none of %(choices)s."),
}
