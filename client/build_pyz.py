"""Build `countersign.pyz`: push, request, increment, gate check and explain in one file, for any Python from 3.9 and its standard library."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import zipapp
from pathlib import Path

HERE = Path(__file__).resolve().parent
LEFT_OUT = ("verification", "notes.py", "merkle.py", "capabilities", "scanning.py", "__pycache__")  # libraries, or a newer Python


def build(target: Path) -> Path:
    """Write the archive to `target` and return it. The same sources give the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(HERE / "countersign", root / "countersign", ignore=shutil.ignore_patterns(*LEFT_OUT))
        (root / "__main__.py").write_text("from countersign.__main__ import run\n\nrun()\n", encoding="utf-8")
        for path in root.rglob("*"):
            _stamp(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        zipapp.create_archive(root, target, interpreter="/usr/bin/env python3", compressed=True)
    return target


def _stamp(path: Path) -> None:
    path.chmod(0o755 if path.is_dir() else 0o644)
    os.utime(path, (315532800 + 86400, 315532800 + 86400))  # 1980-01-02: what an archive can hold


def main() -> int:
    parser = argparse.ArgumentParser(description="Build countersign.pyz")
    parser.add_argument("target", nargs="?", type=Path, default=HERE / "countersign.pyz")
    print(build(parser.parse_args().target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
