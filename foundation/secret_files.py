"""Files that only their owner may read, written whole or not at all. Needs no settings: it makes what settings need."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_once(path: Path, data: bytes) -> bool:
    """Write `data` to a new file with mode 0600; False and nothing written when the file is there already.

    Written beside and linked into place, so that a process killed half way leaves no empty secret behind.
    """
    draft = _draft(path, data)
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in place of whatever the file held, in one step, with mode 0600."""
    os.replace(_draft(path, data), path)


def _draft(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return draft
