"""`python -m governance.dependencies.capabilities < ARCHIVE`: the scan as JSON on standard output.

So a worker can have an archive scanned in a process of its own, with limits that only the operating system enforces.
"""

from __future__ import annotations

import io
import json
import sys

from . import scan, to_facts


def main() -> int:
    source = sys.stdin.buffer if sys.stdin.buffer.seekable() else io.BytesIO(sys.stdin.buffer.read())
    json.dump(to_facts(scan(source)), sys.stdout, ensure_ascii=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
