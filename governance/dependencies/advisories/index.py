"""Which flaws a version has. Pure: over rows in memory, in the form in which a table holds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from governance.dependencies.advisories.grouping import Group
from governance.dependencies.advisories.osv import comparable_name
from governance.dependencies.advisories.spans import Span, holds
from governance.dependencies.advisories.versions import version_key


@dataclass(frozen=True, slots=True)
class Finding:
    """A flaw that a requirement has, or may have.

    `why` tells why it is undecided: version (none is pinned, or it cannot be compared), range (what is affected cannot be compared) or
    commit (known by commits only). `fixed` are the versions that end the spans that the version is in, as written; none: no fix of it is known.
    """

    group: Group
    answer: Literal["affected", "undecided"]
    why: str = ""
    fixed: tuple[str, ...] = ()


class Index:
    """Spans by package. A table with an index on (ecosystem, name) does the same: select by name, then `findings` over the rows."""

    def __init__(self, spans: Iterable[Span], groups: Mapping[str, Group]) -> None:
        self._spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
        for span in spans:
            self._spans[span.ecosystem, span.name].append(span)
        self._ecosystems = {ecosystem for ecosystem, _name in self._spans}
        self._groups = groups

    def covers(self, ecosystem: str) -> bool:
        """Whether there are records for an ecosystem at all. Where there are none, no finding says nothing."""
        return ecosystem in self._ecosystems

    def match(self, ecosystem: str, name: str, version: str) -> list[Finding]:
        """The flaws of one package, in the order of their keys. `version` is empty where none is pinned."""
        spans = self._spans.get((ecosystem, comparable_name(ecosystem, name)))
        return findings(spans, self._groups, ecosystem, version) if spans else []


def findings(spans: Iterable[Span], groups: Mapping[str, Group], ecosystem: str, version: str) -> list[Finding]:
    """As `Index.match`, over the spans of one package."""
    key = version_key(ecosystem, version) if version else None
    exact = f"={version}"
    answers: dict[str, tuple[str, Group]] = {}
    fixed: dict[str, dict[str, None]] = defaultdict(dict)
    for span in spans:
        why = _answer(span, key, exact, version)
        if why is None:
            continue
        group = groups[span.advisory]
        if span.fixed:
            fixed[group.key][span.fixed] = None
        if group.key not in answers or not why:
            answers[group.key] = (why, group)
    return [
        Finding(group, "undecided" if why else "affected", why, tuple(fixed[name]))
        for name, (why, group) in sorted(answers.items(), key=lambda item: item[0])
    ]


def _answer(span: Span, key: str | None, exact: str, version: str) -> str | None:
    """Nothing where the version is affected, a reason where that cannot be told, None where it is not."""
    if span.low == "?":
        return "commit" if span.commits else "range"
    if not version:
        return "version"
    if key is None:
        if span.low[:1] == "=":
            return "" if span.low == exact else None
        return "version"
    return "" if holds(span, key) else None
