"""Where a line is told which model is behind it. The pages register themselves; until they do there is nothing to lead to."""

from __future__ import annotations

from collections.abc import Callable

from governance.economics.plan import Line
from governance.economics.shipped import LineTemplate
from governance.usecases.models import UseCase

Page = Callable[[UseCase, LineTemplate | None, Line | None], str]
_pages: list[Page] = []


def register(page: Page) -> None:
    """`page` gives the address for a new line of a template with a driver, or for one of the draft."""
    if page not in _pages:
        _pages.append(page)


def driver_page_of(use_case: UseCase, template: LineTemplate | None, line: Line | None = None) -> str:
    """The address, or nothing for what has no model behind it and cannot have one."""
    wanted = template is not None or (line is not None and line.kind == "benefit")
    return _pages[0](use_case, template, line) if wanted and _pages else ""
