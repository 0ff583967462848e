"""What every format has to keep: books and files come back as they were."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from governance.dictionary.formats.model import Book, Format, Reading, Unreadable
from governance.dictionary.formats.plain_values import same

FILES = Path(__file__).parent / "files"


def files_of(folder: str, *endings: str) -> list[Any]:
    """Parameters of a test: the files of a format that were written for these tests, of all endings unless some are named."""
    found = sorted(path for path in (FILES / folder).iterdir() if path.suffix != ".md")
    return [pytest.param(path, id=path.name) for path in found if not endings or path.suffix in endings]


def comes_back(form: Format, book: Book) -> None:
    """A book that is written reads back as it was, and nothing of it is wrong."""
    assert form.read is not None
    assert form.write is not None
    reading = form.read(form.write(book), "book")
    assert reading.book == book, [item for item in reading.notes if item.level != "info"]
    assert [item for item in reading.notes if item.level == "error"] == []


def file_comes_back(form: Format, path: Path, load: Callable[[bytes, str], Any], without_ours: Callable[[Any], Any]) -> Reading:
    """A file that is read and written says all that it said, and besides only what we add; the book of it is the same."""
    assert form.read is not None
    assert form.write is not None
    data = path.read_bytes()
    reading = form.read(data, path.name)
    written = form.write(reading.book)
    assert form.read(written, path.name).book == reading.book
    assert list(differences(load(data, path.name), without_ours(load(written, path.name)))) == []
    return reading


def noise(*words: str) -> st.SearchStrategy[Any]:
    """Values made of the words of a format in places where they belong, and where they do not."""
    single = (
        st.none()
        | st.booleans()
        | st.integers(-3, 3)
        | st.sampled_from([0.5, "", "a", "b", "string", "object", "array", "null", *words])
    )
    keys = st.sampled_from(["a", "b", *words])
    return st.recursive(
        single, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=15
    )


def noise_is_read(form: Format, data: bytes) -> None:
    """Whatever stands in a file: it is read and comes back, or it is told why not."""
    assert form.read is not None
    assert form.write is not None
    try:
        book = form.read(data, "x").book
    except Unreadable:
        return
    assert form.read(form.write(book), "x").book == book


def differences(said: Any, written: Any, place: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every place where two plain values are not the same; the order of keys in a map is no difference."""
    if isinstance(said, dict) and isinstance(written, dict):
        for name in {**said, **written}:
            yield from differences(said.get(name, "absent"), written.get(name, "absent"), f"{place}.{name}")
    elif isinstance(said, list) and isinstance(written, list) and len(said) == len(written):
        for number, (one, other) in enumerate(zip(said, written, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif not same(said, written):
        yield place, said, written


def without_key(value: Any, name: str) -> Any:
    """Plain values without what stands under a key, wherever it is."""
    if isinstance(value, dict):
        return {key: without_key(item, name) for key, item in value.items() if key != name}
    return [without_key(item, name) for item in value] if isinstance(value, list) else value
