"""A lock file as CycloneDX, with what was judged of the known flaws in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from foundation import clock
from foundation.canonical import digest, timestamp
from governance.dependencies import rulings
from governance.dependencies.advisories import Finding
from governance.dependencies.lockfiles import Judged, cyclonedx_with_vex
from governance.dependencies.models import DependencySet, Requirement, Ruling
from governance.dependencies.selectors.advisories import Found, findings_for
from governance.dependencies.selectors.rulings import live_rulings
from governance.usecases.models import UseCase

Key = tuple[str, str]


def cyclonedx_of(row: DependencySet, *, use_case: UseCase | None = None, at: datetime | None = None) -> dict[str, Any]:
    """The packages of a lock file, the flaws that are known of them, and what is in force at `at` (now) about each: a CycloneDX document.

    Rulings of the organisation, and of `use_case` where one is given. A flaw that nobody judged is `in_triage`. What the advisories do
    not cover is said in the document: no flaw in it is then no answer. Six queries.
    """
    at = at or clock.now()
    asked = list(row.requirements.all())
    found = findings_for((item.ecosystem, item.name, item.version) for item in asked)
    flawed = {(ecosystem, name) for (ecosystem, name, _version), findings in found.findings.items() if findings}
    scope = use_case.public_id if use_case is not None else ""
    rules = rulings.by_package(live_rulings(flawed, scope=scope, at=at)) if flawed else {}
    judged = _judged(asked, found, rules, scope, at)
    body = cyclonedx_with_vex(
        asked,
        judged,
        serial=str(uuid5(NAMESPACE_URL, digest([row.public_id, row.digest, scope, [asdict(one) for one in judged]]))),
        timestamp=timestamp(at),
        subject=row.path,
        version=row.digest,
    )
    body["metadata"]["properties"] = [
        {"name": f"countersign:{name}", "value": value} for name, value in _said_of(row, asked, found, use_case) if value
    ]
    return body


def _judged(asked: Sequence[Requirement], found: Found, rules: dict[Key, list[Ruling]], scope: str, at: datetime) -> list[Judged]:
    """One entry for each flaw and each answer to it, with the places of the packages that it is about."""
    answers: dict[tuple[Any, ...], Judged] = {}
    places: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for place, item in enumerate(asked):
        for finding in found.findings.get((item.ecosystem, item.name, item.version), ()):
            key = (item.ecosystem, item.name)
            ruling = rulings.accepts(
                rules.get(key, ()), key, item.version, finding.group.ids, at=at, scope=scope, fixed=bool(finding.fixed)
            )
            told = (finding.group.key, finding.answer, finding.fixed, ruling.public_id if ruling is not None else "")
            places[told].append(place)
            answers.setdefault(told, _answer(finding, ruling))
    return [replace(answers[told], packages=places[told]) for told in sorted(answers)]


def _answer(finding: Finding, ruling: Ruling | None) -> Judged:
    """What is said of a flaw. Accepted with a reason of CycloneDX it does no harm; accepted without one it is borne, and is there."""
    state, detail, responses = "in_triage", "Nobody judged it yet.", ["update"] if finding.fixed else []
    if finding.answer != "affected":
        detail = "Nobody can tell whether this version has it, and nobody judged it yet."
    if ruling is not None:
        state = "not_affected" if ruling.justification else "exploitable"
        detail, responses = ruling.reason, [] if ruling.justification else ["will_not_fix"]
    return Judged(
        finding.group.key,
        (),
        state,
        ruling.justification if ruling is not None else "",
        responses,
        detail,
        finding.group.severity,
        sorted(finding.group.ids),
        f"Fixed in {', '.join(finding.fixed)}." if finding.fixed else "",
        timestamp(ruling.decided_at) if ruling is not None and ruling.decided_at is not None else "",
    )


def _said_of(row: DependencySet, asked: Iterable[Requirement], found: Found, use_case: UseCase | None) -> list[tuple[str, str]]:
    """Which file this is, by which advisories it was judged, and which ecosystems those say nothing about."""
    snapshot = found.snapshot
    unknown = sorted({item.ecosystem for item in asked if not found.covers(item.ecosystem)})
    return [
        ("set", row.public_id),
        ("path", row.path),
        ("format", row.format),
        ("digest", row.digest),
        ("use_case", use_case.slug if use_case is not None else ""),
        ("advisories", snapshot.digest if snapshot is not None else "none: nothing was ever imported"),
        ("advisories_imported_at", timestamp(snapshot.imported_at) if snapshot is not None else ""),
        ("advisories_newest", snapshot.newest if snapshot is not None else ""),
        ("advisories_missing_for", " ".join(unknown)),
        ("problems", str(len(row.problems)) if row.problems else ""),
    ]
