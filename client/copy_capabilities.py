"""Bring the reader of archives up to date: the client carries the server's, file by file, because it is installed without it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
THERE, COPY = HERE.parent / "governance" / "dependencies" / "capabilities", HERE / "countersign" / "capabilities"


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.py"))}


def main() -> int:
    for path in COPY.glob("*.py"):
        path.unlink()
    for path in sorted(THERE.glob("*.py")):
        shutil.copyfile(path, COPY / path.name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
