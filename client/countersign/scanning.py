"""`countersign scan`: what a package can do, read from its file on this machine. Nothing is sent, unpacked, imported or run."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from countersign import exits
from countersign.capabilities import (
    CAPABILITIES,
    ORDER,
    Comparison,
    Point,
    Scan,
    compare,
    comparison_facts,
    scan,
    scan_model,
    to_facts,
    unanalysed_told,
)
from countersign.capabilities.model_files import is_model
from countersign.capabilities.paths import suffix_of
from countersign.output import say, write_json

MOST_TOLD = 20  # points of one capability that people are told of; the JSON has all
LARGEST_MODEL = 2 * 1024**3  # bytes: a model is held in memory as a whole
ARCHIVES = (".whl", ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz")


def scan_file(parsed: argparse.Namespace) -> int:
    """Exits 0 when all of it was read, 12 when something was not: then what it can do is unknown in part."""
    found = _scanned(parsed.archive)
    base = _scanned(parsed.against) if parsed.against else None
    code = exits.OK if found.complete and (base is None or base.complete) else exits.UNKNOWN
    document: dict[str, Any] = {"archive": parsed.archive, **_facts(found)}
    if base is not None:
        compared = compare(base, found)
        document |= {"against": {"archive": parsed.against, **_summary(base)}, "changes": comparison_facts(compared)}
        if not parsed.json:
            _tell_changes(parsed, found, compared)
    elif not parsed.json:
        _tell(parsed.archive, found)
    if not parsed.json and code != exits.OK:
        say("Something was left out: see what could not be read. What is not listed is unknown.")
    write_json({**document, "exit_code": code})
    return code


def _scanned(name: str) -> Scan:
    path = Path(name)
    try:
        with path.open("rb") as file:
            head = file.read(512)
            file.seek(0)
            if is_model(name, head) and suffix_of(name) not in ARCHIVES:
                if path.stat().st_size > LARGEST_MODEL:
                    raise exits.usage(f"{name} has more than {LARGEST_MODEL // 1024**2} MiB: too much for a model")
                return scan_model(file.read(), path.name)
            found = scan(file, conda=_is_conda(path.name))
            if any(point.symbol == "not_an_archive" for point in found.unanalysed):
                raise exits.usage(f"{name} is neither a wheel, an sdist, a conda package (.tar.bz2) nor a model")
            return found
    except OSError as error:
        raise exits.usage(f"{name} cannot be read: {error.strerror or error}") from error


def _is_conda(name: str) -> bool:
    return name.lower().endswith(".tar.bz2") and name.count("-") >= 2


def _summary(found: Scan) -> dict[str, Any]:
    return {
        name: getattr(found, name)
        for name in ("kind", "name", "version", "sha256", "source_digest", "native_digest", "complete", "scanner")
    }


def _facts(found: Scan) -> dict[str, Any]:
    """All but the list of files, which is as long as the package."""
    facts = to_facts(found)
    facts["files"] = len(found.files)
    return facts


# For people ---------------------------------------------------------------------------------------------------------------


def _tell(name: str, found: Scan) -> None:
    say(f"{name}: {_called(found)}, {len(found.points)} points")
    counts = Counter(point.capability for point in found.points)
    for capability in (code for code in ORDER if counts[code]):
        say(f"It {CAPABILITIES[capability]} ({capability}, {counts[capability]})")
        _tell_points([point for point in found.points if point.capability == capability], " ")
    if not found.points:
        say("No point was found. That is no proof that there is none.")
    say("Points that were found: no data flow, and no proof that there are no others.")


def _tell_changes(parsed: argparse.Namespace, found: Scan, compared: Comparison) -> None:
    say(f"{parsed.archive}: {_called(found)}, compared with {parsed.against}")
    for capability in compared.new_capabilities:
        say(f"It {CAPABILITIES.get(capability, capability)}, which it did not ({capability})")
    for capability in compared.gone_capabilities:
        say(f"It no longer {capability}")
    for title, points in (
        ("new", compared.new),
        ("written otherwise", tuple(pair.after for pair in compared.changed)),
        ("gone", compared.gone),
    ):
        if points:
            say(f"{len(points)} {title}:")
            _tell_points(list(points), " ", with_capability=True)
    if compared.moved:
        say(f"{len(compared.moved)} moved, and written as before")
    say(f"{len(compared.work)} to judge, {compared.same} as they were")


def _tell_points(points: list[Point], indent: str, with_capability: bool = False) -> None:
    for point in points[:MOST_TOLD]:
        what = unanalysed_told(point.symbol) if point.capability == "unanalysed" else point.symbol
        place = f"{point.path}:{point.lines[0]}" if point.lines else point.path
        before = f"{point.capability} " if with_capability else ""
        say(f"{indent} {before}{what}  {place}" + (f"  in {point.function}" if point.function else ""))
    if len(points) > MOST_TOLD:
        say(f"{indent} and {len(points) - MOST_TOLD} more")


def _called(found: Scan) -> str:
    return f"{found.name} {found.version}".strip() or found.kind
