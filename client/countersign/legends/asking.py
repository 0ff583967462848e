"""What is asked of the server: the legend of a data set, and whether what a copy means has changed since it was made.

The token goes to the server that the person names, never to one that a file names.
"""

from __future__ import annotations

import argparse
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

from countersign import exits
from countersign.exits import CommandError
from countersign.legends import document
from countersign.legends.document import Legend, LegendError
from countersign.server import Access, Server, access

LONGEST_WAIT = 10.0  # seconds for a question whose answer can be done without
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Change:
    """What has become of a column's element: None where the server does not say."""

    current: bool | None = None
    version: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Whether a copy still says what holds. `why_not` tells why that could not be asked."""

    columns: dict[str, Change] = field(default_factory=dict)
    why_not: str = ""

    @property
    def stale(self) -> bool | None:
        """None where it is not known of every column, and none is known to have changed."""
        if any(change.current is False for change in self.columns.values()):
            return True
        known = self.columns and all(change.current for change in self.columns.values())
        return False if known else None


def legend_of(arguments: argparse.Namespace, dataset: str) -> tuple[Legend, str]:
    """The legend of a data set from the server, and the server's address. Raises CommandError."""
    where = _access(arguments)
    answer = Server(where).get(f"dictionaries/{arguments.dictionary}/legend", {"dataset": dataset})
    try:
        return document.read(answer.body), where.url
    except LegendError as error:
        raise CommandError(exits.NO_DECISION, f"the answer of the server is no legend: {error}") from None


def standing(arguments: argparse.Namespace, legend: Legend) -> Standing:
    """Ask once whether the legend is current. What keeps it from being asked is told, and is no failure: the legend explains."""
    try:
        where = _access(arguments, once=True)
    except CommandError as error:
        named = f" The legend names {legend.server}." if legend.server else ""
        return Standing(why_not=error.message + named)
    if legend.server and not arguments.url and not same_server(legend.server, where.url):
        return Standing(
            why_not=f"the legend is of {legend.server}, COUNTERSIGN_URL is {where.url}; say --server to ask one of them"
        )
    try:
        answer = Server(where).post("legends/check", question(legend)).body
    except CommandError as error:
        return Standing(why_not=error.message)
    said = answer.get("columns") if isinstance(answer, dict) else None
    if not isinstance(said, dict):
        return Standing(why_not="the answer of the server is not about a legend")
    return Standing({name: _change(said.get(name)) for name in legend.columns})


def question(legend: Legend) -> dict[str, Any]:
    """The body of `POST /legends/check`: which element each column holds, and the digest of its version. No meaning is sent."""
    columns = {name: {"element": column.element, "digest": column.digest} for name, column in legend.columns.items()}
    return {"dictionary": legend.dictionary, "release": legend.release, "copy": legend.copy, "columns": columns}


def same_server(one: str, other: str) -> bool:
    """Whether two addresses are one: letters of the host, a default port and a slash at the end make no difference."""
    return _plain(one) == _plain(other)


def _plain(url: str) -> tuple[object, ...]:
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return (url,)
    return parts.scheme, (parts.hostname or "").lower(), port, parts.path.rstrip("/")


def _access(arguments: argparse.Namespace, once: bool = False) -> Access:
    timeout = min(arguments.timeout, LONGEST_WAIT) if once else arguments.timeout
    return access(arguments.url, arguments.token_file, arguments.insecure_http, timeout, 1 if once else arguments.tries)


def _change(said: Any) -> Change:
    if not isinstance(said, dict) or not isinstance(said.get("current"), bool):
        return Change()
    changed = said.get("changed")
    names = tuple(str(name) for name in changed) if isinstance(changed, list) else ()
    return Change(said["current"], str(said.get("current_version") or ""), names)
