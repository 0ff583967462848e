"""The secrets of an installation that nobody configured: made once, kept in `var/`, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from foundation.secret_files import write_once

BASE_DIR = Path(__file__).resolve().parent.parent


def var_directory() -> Path:
    return Path(os.environ.get("COUNTERSIGN_VAR") or BASE_DIR / "var").resolve()


def secret_key_file() -> Path:
    return var_directory() / "secrets" / "django_key"


def ensure() -> None:
    """Make the directories and the Django key unless they exist or are configured. Never overwrites."""
    var = var_directory()
    for folder in (var, var / "secrets"):
        folder.mkdir(parents=True, exist_ok=True)
    os.chmod(var / "secrets", 0o700)
    if not os.environ.get("COUNTERSIGN_SECRET_KEY"):
        write_once(secret_key_file(), secrets.token_urlsafe(64).encode())
