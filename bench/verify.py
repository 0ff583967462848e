"""Offline verification of a bundle that carries a complete log, in events per second. Target: 60,000.

.venv/bin/python bench/verify.py [--events N]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "client")]

from countersign.notes import parse_key  # noqa: E402 # after the path is set
from countersign.verification.command import check  # noqa: E402

from tests.client import samples  # noqa: E402

TARGET = 60_000
BODY_BYTES = 500  # what an event of the real log has


def bundle(signer: samples.Signer, count: int) -> bytes:
    """A sealed bundle with `count` events of about 500 bytes each, without proofs: the log is complete."""
    bodies = [
        samples.canonical({"v": 1, "id": f"{index:036d}", "data": {"note": "x" * (BODY_BYTES - 90)}, "personal": {}})
        for index in range(count)
    ]
    checkpoint = {"type": "checkpoint", "note": signer.checkpoint([samples.leaf(body) for body in bodies])}
    return samples.seal([samples.header(), *samples.event_lines(bodies, range(count), proofs=False), checkpoint], signer)


def main() -> int:
    """Print the median of five runs; exit 1 when it misses the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    count = parser.parse_args().events
    signer = samples.Signer()
    data = bundle(signer, count)
    keys = [parse_key(signer.vkey)]
    rates = []
    for _run in range(5):
        started = time.perf_counter()
        outcome = check(data, keys)
        rates.append(count / (time.perf_counter() - started))
        if outcome.name != "intact":
            raise SystemExit(f"the sample is {outcome.name}: {outcome.altered or outcome.missing}")
    rate = sorted(rates)[2]
    print(f"{rate:,.0f} events/s ({count:,} events, {len(data) / 1e6:.0f} MB; target {TARGET:,})")
    return 0 if rate >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
