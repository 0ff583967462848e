"""The rows of what is affected that some versions may lie in: a package may have hundreds, and one version lies in few of them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

from django.db import connection

from governance.dependencies import advisories as engine
from governance.dependencies.advisories import Span
from governance.dependencies.models import AdvisorySnapshot

Pin = tuple[str, str, str]  # ecosystem, name, version: empty where none is pinned
PackageKey = tuple[str, str]

# Packages go to the database as one value, and are looked up in the index one by one.
_WANTED = {
    "postgresql": """SELECT value->>0 AS ecosystem, value->>1 AS name, value->>2 AS oldest, value->>3 AS newest
        FROM jsonb_array_elements(%s::jsonb)""",
    "sqlite": """SELECT json_extract(value, '$[0]') AS ecosystem, json_extract(value, '$[1]') AS name,
        json_extract(value, '$[2]') AS oldest, json_extract(value, '$[3]') AS newest FROM json_each(%s)""",
}
_STATEMENT = """
    WITH wanted AS ({wanted})
    SELECT span.ecosystem, span.name, span.identifier, span.low, span.high, span.high_included, span.fixed, span.commits, span."group"
    FROM wanted CROSS JOIN dependencies_advisoryspan AS span
    WHERE span.ecosystem = wanted.ecosystem AND span.name = wanted.name
        AND span.since_id <= %s AND (span.until_id IS NULL OR span.until_id > %s)
        AND ((span.low <= wanted.newest AND span.high >= wanted.oldest) OR substr(span.low, 1, 1) IN ('=', '?'))
    ORDER BY span.id
"""


def spans_of(pins: Iterable[Pin], snapshot: AdvisorySnapshot) -> tuple[dict[PackageKey, list[Span]], dict[str, str]]:
    """By package the spans, as of an import, that a pin of it may lie in, and the flaw of each record among them. One query.

    What cannot be compared is among them, and whatever lies between two versions of one package: `advisories.findings` decides.
    """
    wanted = [[*key, *bounds] for key, bounds in _bounds(pins).items()]
    spans: dict[PackageKey, list[Span]] = defaultdict(list)
    flaws: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT.format(wanted=_WANTED[connection.vendor]), [json.dumps(wanted), snapshot.pk, snapshot.pk])
        for ecosystem, name, record, low, high, included, fixed, commits, flaw in cursor.fetchall():
            spans[ecosystem, name].append(Span(ecosystem, name, record, low, high, bool(included), fixed, bool(commits)))
            flaws[record] = flaw
    return spans, flaws


def _bounds(pins: Iterable[Pin]) -> dict[PackageKey, tuple[str, str]]:
    """By package the keys of the oldest and the newest version that is asked for; of all there are, where one has no key."""
    found: dict[PackageKey, tuple[str, str]] = {}
    for ecosystem, name, version in pins:
        place = ecosystem, engine.comparable_name(ecosystem, name)
        key = engine.version_key(ecosystem, version) if version else None
        oldest, newest = (engine.LOWEST, engine.HIGHEST) if key is None else (key, key)
        before = found.get(place, (oldest, newest))
        found[place] = min(before[0], oldest), max(before[1], newest)
    return found
