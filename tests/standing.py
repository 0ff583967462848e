"""A world that stands for all tests of a file: set once, in a transaction that is never committed, where setting it takes long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.db import connection, transaction
from django.test.utils import override_settings

from tests.conftest import World, make_world


@contextmanager
def standing(blocker: Any, folder: Path) -> Iterator[World]:
    """A world to begin with, and files in the folder. What a test does to it afterwards is rolled back to where the block was."""
    files = {name: folder / name.lower() for name in ("KEYS", "MIRRORS", "FILES", "DEMO_REPOSITORIES", "DEMO_FILE")}
    own = override_settings(**files, ALLOW_LOCAL_REPOSITORIES=True)
    kept = patch.object(connection, "close")  # a test that is over closes it, and with it would go what is not committed
    with own, blocker.unblock(), kept, transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)
