"""Messages as files: a worker finds each in full or not at all, and survives one that is damaged."""

from __future__ import annotations

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from config import celery


@pytest.fixture
def channel(tmp_path):
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "control"),
               "processed_folder": str(tmp_path / "processed"), "store_processed": True}  # fmt: skip
    (tmp_path / "processed").mkdir()
    assert celery.app
    with Connection("filesystem://", transport_options=options) as connection:
        yield connection.channel()


def test_a_message_is_found_once(channel):
    channel._put("bells", {"body": "响"})
    channel._put("others", {"body": "no"})

    assert channel._get("bells") == {"body": "响"}
    with pytest.raises(Empty):
        channel._get("bells")


def test_a_message_that_is_being_written_is_none_yet(channel, tmp_path, monkeypatch):
    seen = []
    write = Path.write_text

    def slowly(self, text, **how):
        write(self, "", **how)
        try:
            seen.append(channel._get("bells"))
        except Empty:
            seen.append(None)
        return write(self, text, **how)

    monkeypatch.setattr(Path, "write_text", slowly)
    channel._put("bells", {"body": 1})

    assert seen == [None]
    assert channel._get("bells") == {"body": 1}


@pytest.mark.parametrize("damaged", [b"", b"{", b"\xff"])
def test_a_damaged_message_is_left_behind_and_the_next_one_found(channel, tmp_path, damaged):
    (tmp_path / "1_x.bells.msg").write_bytes(damaged)
    channel._put("bells", {"body": 1})

    assert channel._get("bells") == {"body": 1}
