"""The broker of small installations: messages as files, as kombu keeps them, but each there in full or not at all.

kombu writes a message under the name by which a worker finds it. On a busy machine the worker can take it before the first byte is
there, falls over it, and with it ends all that one command serves.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog
from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

log = structlog.get_logger(__name__)


class Channel(filesystem.Channel):  # type: ignore[misc] # kombu has no types
    """Writes beside, then renames; and goes past what cannot be read."""

    def _put(self, queue: Any, payload: Any, **kwargs: Any) -> None:  # type: ignore[override] # the names differ within kombu
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        draft = folder / f"{name}.part"  # no queue has a name like this
        try:
            draft.write_text(dumps(payload), encoding="utf-8")
            draft.replace(folder / name)
        except OSError as error:
            raise ChannelError(f"Cannot add file {name!r} to directory") from error

    def _get(self, queue: str, timeout: Any = None) -> Any:
        """The next message. One that is damaged is left behind: a message is a bell, and what it rings for stands in the database."""
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                log.warning("broker.unreadable", queue=queue)


class Transport(filesystem.Transport):  # type: ignore[misc] # likewise
    Channel = Channel


def use() -> None:
    """Let `filesystem://` mean this one."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
