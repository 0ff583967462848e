"""What a file has to keep when it is read and written again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from governance.dictionary.formats.model import Format, Reading, Unreadable
from governance.dictionary.formats.notes import note_message


def losses(said: Any, written: Any, place: str = "") -> Iterator[str]:
    """The places where something that was said is not there, or is something else. What is more is none."""
    if isinstance(said, dict) and isinstance(written, dict):
        for key, value in said.items():
            if key in written:
                yield from losses(value, written[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}"
    elif isinstance(said, list) and isinstance(written, list) and len(said) == len(written):
        for number, (one, other) in enumerate(zip(said, written, strict=True)):
            yield from losses(one, other, f"{place}[{number}]")
    elif type(said) is not type(written) or said != written:
        yield place


def read_again(form: Format, data: bytes, name: str) -> tuple[Reading, bytes]:
    """The file, read, written and read again to the same book."""
    assert form.read is not None
    assert form.write is not None
    first = form.read(data, name)
    written = form.write(first.book)
    second = form.read(written, name)
    assert second.book == first.book
    assert form.write(second.book) == written
    return first, written


def survives(form: Format, data: bytes, name: str = "file") -> Reading | None:
    """A reading whose notes can all be told, or None for a file that is refused. Nothing else may come of any bytes."""
    assert form.read is not None
    try:
        reading = form.read(data, name)
    except Unreadable as error:
        refused = error.note
    else:
        return _usable(form, reading)
    assert refused.level == "error"
    assert note_message(refused.code) % refused.params
    return None


def _usable(form: Format, reading: Reading) -> Reading:
    for item in reading.notes:
        assert note_message(item.code) % item.params
    keys = [element.key for element in reading.book.elements]
    assert len(set(keys)) == len(keys)
    assert {column.element for column in reading.book.columns} <= set(keys)
    if form.write is not None:
        form.write(reading.book)
    return reading


def codes(reading: Reading, level: str = "") -> list[str]:
    return [item.code for item in reading.notes if level in ("", item.level)]
