"""Several who act at the same moment, on a database that lets them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from foundation.errors import CountersignError


def together(acts: Sequence[Callable[[], Any]]) -> list[str]:
    """What became of each, let go at once: done, or the code of the refusal."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        ready.wait(60)
        try:
            act()
        except CountersignError as error:
            return error.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))
