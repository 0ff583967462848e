"""The parts of a package's page. Each concept adds its own; the page shows them in order and knows none of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foundation.pages import PersonRequest
from governance.dependencies.components import label_of
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.lockfiles.purls import read_purl
from governance.dependencies.models import Package
from governance.dependencies.origins import normal_name

_LABEL = re.compile(r"([a-z][a-z0-9.+-]*):(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shown:
    """The package of a page: `package` is None where lock files ask for it and nobody looked into any file of it yet."""

    ecosystem: str
    name: str
    package: Package | None = None

    @property
    def label(self) -> str:
        return label_of(self.ecosystem, self.name)


Content = Callable[[PersonRequest, Shown], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Panel:
    """A section: its template gets what `content` returns as `panel`, beside `shown`. With None it is left out."""

    key: str
    order: int
    template: str
    content: Content


_panels: dict[str, Panel] = {}


def register(key: str, order: int, template: str, content: Content) -> None:
    """Add a section. Small orders come first: what is decided (10 to 30), what is known (40 to 60), where it is used (70 to 90)."""
    _panels[key] = Panel(key, order, template, content)


def panels() -> Sequence[Panel]:
    return sorted(_panels.values(), key=lambda panel: (panel.order, panel.key))


def key_of(label: str) -> tuple[str, str]:
    """Ecosystem and name of a label (`joblib`, `conda:numpy`) or of a package URL, whose version is not looked at."""
    if purl := read_purl(label):
        ecosystem, name = purl.type, purl.full_name
    else:
        found = _LABEL.fullmatch(label)
        ecosystem, name = (found[1], found[2]) if found else (PYPI, label)
    return ecosystem, normal_name(ecosystem, name)
