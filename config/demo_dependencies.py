"""The libraries of the demo: who is trusted, what was looked into and reviewed, which flaws are known, and what waits for somebody."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config import demo_packages
from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation import jobs
from foundation.canonical import timestamp
from governance.dependencies import services as dependencies
from governance.dependencies.models import Artifact, Release, Review
from governance.dependencies.selectors.review_sheets import sheet_of_review
from governance.dependencies.shipped.sources import SOURCES
from governance.usecases.models import UseCase

SAID: Mapping[str, str] = {
    "env:FESTIVE_DATA": "Only says in which folder the tables lie.",
    "open": "Reads and writes its own tables in that folder.",
    "pickle.load": "Only what the library itself wrote there before; nobody else can write to the folder on our machines.",
    "urllib.request.urlretrieve": "Fetches the table of a year, once, over https.",
    "tables.festive.example": "The observatory that publishes the tables. Named in our firewall.",
    "env:FESTIVE_REGION": "We set it in the image, so nothing else is asked.",
    "subprocess.run": "Never reached: FESTIVE_REGION is always set here.",
    "urllib.request.urlopen": "Never called by us. It would tell the observatory a date, and nothing else.",
}
NO_PERSONAL_DATA = "no-personal-data"
NOT_REACHED = frozenset({"subprocess.run", "urllib.request.urlopen"})
KNOWN: tuple[tuple[str, str, str, str, str, int], ...] = (  # id, package, fixed in (empty: in none), severity, summary, days ago
    ("DEMO-2026-0003", "httpx", "0.29.0", "MEDIUM", "A redirect may carry the header with the password to another host.", 20),
    ("DEMO-2026-0002", "pyserial", "", "LOW", "A device that answers without end fills the memory.", 90),
    ("DEMO-2025-0007", "lightgbm", "4.6.0", "HIGH", "A model file made on purpose can write past the end of a buffer.", 400),
    ("DEMO-2025-0004", "scikit-learn", "1.5.0", "MEDIUM", "Words that were left out of a vocabulary are kept in the model.", 500),
)
NEWEST = ("DEMO-2026-0011", "numpy", "2.4.7", "HIGH", "Reading an array file made on purpose can run code of its author.", 1)


def stories(cast: Cast, past: Past) -> list[Story]:
    return [_trusted(cast, past), _contrib(cast, past), _flaws(cast, past)]


def _trusted(cast: Cast, past: Past) -> Story:
    """What is trusted, which licences may be used, what runs elsewhere; and a date for everything that nobody reviewed yet."""
    yield past(62, "10:20")
    proposed = next(item for item in SOURCES if item.key == "scikit-learn")
    source = dependencies.add_source(
        actor=cast["otto"],
        kind=proposed.kind,
        title=str(proposed.title),
        index=proposed.index,
        publisher=proposed.publisher,
        packages=proposed.packages,
        criteria=proposed.criteria,
        presets={capability: str(why) for capability, why in proposed.presets.items()},
        owner=cast.users["otto"],
        reason=str(proposed.reason),
        ends_at=past.ahead(300),
    )
    dependencies.take_over_licences(actor=cast["otto"])
    dependencies.define_criterion(
        actor=cast["ada"],
        key=NO_PERSONAL_DATA,
        title="Sends no personal data",
        description="Followed each point that sends something: what leaves holds nothing about people, nor what could lead to them.",
        implies=["io-verified"],
    )
    yield past(61, "09:05")
    dependencies.confirm_source(actor=cast["ada"], source=source)
    dependencies.add_external(
        actor=cast["wei"],
        use_case=UseCase.objects.get(slug="demand-forecast"),
        kind="cloud_api",
        name="Weather of the coming days",
        operator="Weather office",
        terms="https://weather.example/terms",
        data_sent="The place of each store, and the day. Nothing about people or sales.",
        regions=["Shanghai"],
        exit_plan="The forecast falls back to the mean of the same week of three years, which costs 0.8 points of error.",
    )
    yield past(59, "14:45")
    batch = dependencies.exempt_everything(
        actor=cast["otto"], reason="In use before anybody reviewed it. Each has a date by which it is reviewed or replaced."
    )
    yield past(58, "11:15")
    dependencies.decide_batch(actor=cast["ada"], batch=batch.id, allow=True, because="Agreed: nothing gets worse by it.")


def _contrib(cast: Cast, past: Past) -> Story:
    """A library from a small project: looked into, judged by who uses it, confirmed by security; then its next release."""
    yield past(46, "10:40")
    wei, name = cast["wei"], demo_packages.NAME
    planning = UseCase.objects.get(slug="demand-forecast")
    dependencies.ask_review(
        actor=wei, name=name, version=demo_packages.FIRST, use_case=planning, why="The exemption runs out, and we need it."
    )
    first = _looked_into(cast, "wei", demo_packages.FIRST)
    review = _judged(cast, "wei", first, None, past.ahead(400))
    yield past(44, "13:20")
    dependencies.confirm_review(actor=cast["otto"], review=review, digest=review.content_digest)
    yield past(9, "15:05")
    second = _looked_into(cast, "wei", demo_packages.SECOND)
    dependencies.ask_review(
        actor=wei, name=name, version=demo_packages.SECOND, use_case=planning, why="Knows the festivals of each region."
    )
    dependencies.ask_review(
        actor=cast["sofia"],
        name=name,
        version=demo_packages.SECOND,
        use_case=planning,
        why="The error in the spring week halves.",
    )
    yield past(5, "16:30")
    _judged(cast, "wei", second, first, past.ahead(400))
    dependencies.ask_review(
        actor=cast["wei"], name="httpx", version="0.28.1", use_case=planning, why="Reads the leaflets of the coming weeks."
    )


def _flaws(cast: Cast, past: Past) -> Story:
    """Known flaws are imported; one is borne until there is a fix, one package is not to be used, and since yesterday there is a new flaw."""
    yield past(40, "07:30")
    _imported(cast, past, KNOWN)
    yield past(38, "10:05")
    planning = UseCase.objects.get(slug="demand-forecast")
    ruling = dependencies.ask_ruling(
        actor=cast["wei"],
        effect="accept",
        name="pyserial",
        advisory="DEMO-2026-0002",
        use_case=planning,
        reason="The scales at the gates are ours, and stand behind a locked door.",
        justification="requires_environment",
        expires_at=past.ahead(120),
        until_fix=True,
    )
    yield past(36, "09:50")
    dependencies.recommend_ruling(
        actor=cast["otto"], ruling=ruling, recommend=True, because="Whoever can reach the scales can do worse than fill a memory."
    )
    dependencies.block(
        actor=cast["otto"],
        name="festive-day",
        reason="Begins like festive-days and is not theirs: it sends the environment to an address at its first import.",
    )
    yield past(35, "08:40")
    dependencies.decide_ruling(actor=cast["mei"], ruling=ruling, allow=True)
    yield past(1, "07:30")
    _imported(cast, past, (NEWEST, *KNOWN))
    yield past(1, "11:10")
    dependencies.ask_ruling(
        actor=cast["wei"],
        effect="accept",
        name="numpy",
        advisory=NEWEST[0],
        use_case=planning,
        reason="We read arrays that our own pipeline wrote, and none from outside. 2.4.7 comes with the next image.",
        justification="code_not_reachable",
        expires_at=past.ahead(30),
        until_fix=True,
    )


def _looked_into(cast: Cast, who: str, version: str) -> Release:
    """The wheel as somebody brings it, and what the worker found in it."""
    kept = dependencies.keep_artifact(
        actor=cast[who], filename=demo_packages.filename(version), data=demo_packages.wheel(version)
    )
    if kept.job is not None:
        jobs.run(kept.job.pk)
    release = Artifact.objects.select_related("release__package").get(pk=kept.pk).release
    if release is None:
        raise ValueError(f"the wheel of {version} could not be looked into")
    return release  # type: ignore[no-any-return] # untyped rows


def _judged(cast: Cast, who: str, release: Release, base: Release | None, until: datetime) -> Review:
    """Every point that is open, each with a word why, handed in."""
    review = dependencies.start_review(
        actor=cast[who], release=release, base=base, criteria=["safe-to-deploy", "io-verified", NO_PERSONAL_DATA]
    )
    points: dict[str, dict[str, str]] = {}
    for item in sheet_of_review(review).open:
        verdict = "unreachable" if item.point.symbol in NOT_REACHED else "expected"
        points[item.point.key] = {"verdict": verdict, "why": SAID[item.point.symbol]}
    dependencies.save_points(actor=cast[who], review=review, points=points)
    words = "Read the new and the changed code." if base is not None else "Read all of it; it is short."
    return dependencies.prepare_review(actor=cast[who], review=review, expires_at=until, thoroughness="read", notes=words)


def _imported(cast: Cast, past: Past, known: tuple[tuple[str, str, str, str, str, int], ...]) -> None:
    """A file of records in the format of OSV, as an office that collects them hands it out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for row in known:
            archive.writestr(f"{row[0]}.json", json.dumps(_record(past, *row)))
    run = dependencies.import_advisory_file(actor=cast["otto"], name="flaws.zip", file=out.getvalue())
    if run.job is not None:
        jobs.run(run.job.pk)


def _record(past: Past, identifier: str, package: str, fixed: str, severity: str, summary: str, days: int) -> dict[str, Any]:
    moment = timestamp(past(min(days, 170), "06:00"))
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "schema_version": "1.6.0",
        "id": identifier,
        "summary": f"{summary} (Made up for the demo.)",
        "published": moment,
        "modified": moment,
        "database_specific": {"severity": severity},
        "affected": [{"package": {"ecosystem": "PyPI", "name": package}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }
