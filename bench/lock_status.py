"""How long the status of a lock file takes, without a database. `python -m bench.lock_status`.

100 packages against 50,000 advisories and 10,000 reviews; the target is 50 ms of processor time (median) once rows are in memory, in the
form in which tables hold them: spans by (ecosystem, name), reviews by package. Advisories are spread as in life: a few packages have
hundreds, most have one or two. Of each package its flaws are found, and for two criteria whether it is covered and on what that rests.

`work` is the least work for the packages that are not covered, with distances that are known.
"""

from __future__ import annotations

import json
import platform
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from governance.dependencies.advisories import Advisory, Index, merged, read_record, spans_of
from governance.dependencies.review_graph import NOTHING, SHIPPED, Edge, Size, coverage, live_edges, smallest_work

PACKAGES, ADVISORIES, REVIEWS = 100, 50_000, 10_000
MOST_MS = 50.0
ROUNDS = 15
NOW = datetime(2026, 11, 21, tzinfo=UTC)
WANTED = ("safe-to-deploy", "io-verified")


def advisory(number: int, source: random.Random) -> bytes:
    """One of 400 popular packages has every third advisory."""
    package = source.randrange(400) if number % 3 == 0 else source.randrange(400, 15_000)
    major = source.randint(1, 4)
    events = [{"introduced": "0"}, {"fixed": f"{major}.{source.randint(0, 20)}.1"}]
    versions = [f"{one}.{two}" for one in range(major) for two in range(10)]
    body = {
        "id": f"GHSA-{number:05}", "modified": "2026-11-20T00:00:00Z", "aliases": [f"CVE-2026-{number // 2:05}"],
        "affected": [{"package": {"ecosystem": "PyPI", "name": f"package-{package}"}, "versions": versions,
                      "ranges": [{"type": "ECOSYSTEM", "events": events}]}],
    }  # fmt: skip
    return json.dumps(body).encode()


def reviews(source: random.Random) -> dict[str, list[Edge]]:
    """Ten of each of a thousand packages: a full review of an old release, and what changed since, with gaps."""
    found: dict[str, list[Edge]] = defaultdict(list)
    for number in range(REVIEWS):
        package, step = f"package-{number // 10}", number % 10
        gap = source.random() < 0.1
        base, target = NOTHING if step == 0 else f"{step - 1 - gap}.0", f"{step}.0"
        ends = NOW + timedelta(days=source.randint(-30, 700))
        digests = {"base_digest": "" if base == NOTHING else f"sha256:{base}", "target_digest": f"sha256:{target}"}
        found[package].append(
            Edge(f"rev-{number}", base, target, frozenset(WANTED), prepared_by="dev", confirmed_by="sec", ends_at=ends, **digests)
        )
    return found


def median_ms(call: Callable[[], object]) -> float:
    """In milliseconds of processor time: waiting for a turn is not counted."""
    times = []
    for _ in range(ROUNDS):
        begun = time.thread_time()
        call()
        times.append(time.thread_time() - begun)
    return statistics.median(times) * 1000


def main() -> int:
    source = random.Random(7)
    begun = time.thread_time()
    rows = [row for number in range(ADVISORIES) if isinstance(row := read_record("a.json", advisory(number, source)), Advisory)]
    read = time.thread_time() - begun
    begun = time.thread_time()
    groups = merged(rows)
    spans = [span for row in rows for span in spans_of(row)]
    index = Index(spans, groups)
    built = time.thread_time() - begun
    edges = reviews(source)
    lock = [(f"package-{number * 3}", f"{source.randint(0, 9)}.0") for number in range(PACKAGES)]
    digests = {f"{number}.0": f"sha256:{number}.0" for number in range(10)}

    def status() -> tuple[int, list[tuple[str, str]]]:
        flaws, open_ones = 0, []
        for name, version in lock:
            flaws += len(index.match("pypi", name, version))
            for criterion in WANTED:
                live = live_edges(edges.get(name, ()), now=NOW, digests=digests, criteria=SHIPPED, wanted=(criterion,))
                if coverage(live, version) is None and (name, version) not in open_ones:
                    open_ones.append((name, version))
        return flaws, open_ones

    flaws, open_ones = status()
    if not (200 < flaws < 20_000 and 10 < len(open_ones) < 90):
        raise SystemExit(f"{flaws} flaws, {len(open_ones)} not covered; the time of a wrong answer means nothing")

    def distance(base: str, target: str) -> Size:
        return Size(abs(int(float(target)) - int(float(base))) * 1000 if base else 20_000)

    def work() -> None:
        for name, version in open_ones:
            live = live_edges(edges.get(name, ()), now=NOW, digests=digests, criteria=SHIPPED, wanted=WANTED)
            smallest_work(live, version, distance)

    took, worked = median_ms(status), median_ms(work)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{PACKAGES} packages, {len(rows):,} advisories, {REVIEWS:,} reviews, {python}, target {MOST_MS:.0f} ms")
    print(
        f"  import: read {read:5.2f} s, merged and indexed {built:5.2f} s, {len(spans):,} spans in {len(set(map(id, groups.values()))):,} flaws"
    )
    print(
        f"  status: {took:6.2f} ms, {flaws:,} flaws, {len(open_ones)} packages not covered: {'met' if took <= MOST_MS else 'missed'}"
    )
    print(f"  work:   {worked:6.2f} ms for those")
    return 0 if took <= MOST_MS else 1


if __name__ == "__main__":
    raise SystemExit(main())
