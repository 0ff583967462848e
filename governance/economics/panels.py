"""Parts of the cost-benefit page that others add: results against the plan, scenarios, what a model is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from foundation.pages import PersonRequest
from governance.economics.cashflow import Evaluation
from governance.economics.models import Snapshot

Content = Callable[[PersonRequest, Snapshot, Evaluation], dict[str, Any] | None]
_panels: list[tuple[int, str, Content]] = []


def register(order: int, *, template: str, content: Content) -> None:
    """Add a part; the smallest `order` stands first. Below 100 it stands before the lines, from 100 on behind them. The template is
    given `panel`, what `content` returned; None leaves it out."""
    if all(known != template for _order, known, _content in _panels):
        _panels.append((order, template, content))


def panels_of(request: PersonRequest, snapshot: Snapshot, found: Evaluation) -> dict[str, list[dict[str, Any]]]:
    """The parts before and behind the lines: `{"template", "panel"}` each."""
    said: dict[str, list[dict[str, Any]]] = {"before": [], "behind": []}
    for order, template, content in sorted(_panels, key=lambda panel: panel[:2]):
        if (panel := content(request, snapshot, found)) is not None:
            said["before" if order < 100 else "behind"].append({"template": template, "panel": panel})
    return said
