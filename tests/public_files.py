"""Files of public projects, which are no part of this one: tests read them from the folder that COUNTERSIGN_PUBLIC_FILES names.

There is one folder for each format, with the files that `SOURCE.md` lists beside the files of our own. Without the variable the tests
over them are skipped, and say so; what is ours always runs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "COUNTERSIGN_PUBLIC_FILES"
_HOW = "tests/dictionary/files/README.md says where they come from"


def each(folder: str, *endings: str) -> list[Any]:
    """Parameters of a test: every file of a format, or one skipped test that tells why there is none."""
    root = _root()
    found = sorted(path for path in (root / folder).glob("*") if path.suffix in endings) if root else []
    if not found:
        why = f"{VARIABLE} is not set; {_HOW}" if root is None else f"no such file in {root / folder}; {_HOW}"
        return [pytest.param(Path(), id="public", marks=pytest.mark.skip(reason=why))]
    return [pytest.param(path, id=path.name) for path in found]


def one(name: str) -> Path:
    """The file of this name, such as `odcs/full.yaml`. Skips the test where it is not there."""
    root = _root()
    if root is None:
        pytest.skip(f"{VARIABLE} is not set; {_HOW}")
    if not (root / name).is_file():
        pytest.skip(f"{root / name} is not there; {_HOW}")
    return root / name


def _root() -> Path | None:
    said = os.environ.get(VARIABLE, "")
    return Path(said) if said else None
