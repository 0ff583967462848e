"""Files of records, read: a zip, a single record or a folder. Whatever is in them, memory and time stay within bounds."""

from __future__ import annotations

import hashlib
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation.errors import Invalid
from governance.dependencies.advisories import MESSAGES, Refused, entries_of_zip, read_entries
from governance.dependencies.advisories.archives import LARGEST_RECORD, MOST_RECORDS
from governance.dependencies.advisories.feeds import Feed

Step = Callable[[int, int], None]  # done, of how many
EVERY = 2.0  # seconds between two words on how far it is
MOST_TOLD = 100  # records that cannot be read and are kept by name
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_ENDINGS = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says. `adds`: it is a single record, beside which all others stay."""

    feed: Feed
    sha256: str
    adds: bool


def nothing_to_say(done: int, total: int) -> None:
    """For whoever does not want to know how far it is."""


class Seldom:
    """Passes on how far it is, not too often."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self.last = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self.last >= EVERY:
            self.last = now
            self.step(done, total)


def read(file: Any, name: str, sha256: str, step: Step = nothing_to_say) -> Read:
    """What a zip or a single record says. Raises Invalid where nothing in it is a record."""
    head = file.read(4)
    file.seek(0)
    if head in _ARCHIVE:
        return Read(_feed(entries_of_zip(file), _members(file), step), sha256, adds=False)
    if head[:2] == b"\x1f\x8b" or head[:3] == b"BZh" or head == b"\xfd7zX":
        raise Invalid(_("This is an archive of another kind. Send a zip, or a single record."), code="advisories.archive")
    return Read(_feed([(name, file.read(LARGEST_RECORD + 1))], 1, step), sha256, adds=True)


def read_path(path: Path, step: Step = nothing_to_say) -> Read:
    """The same of a file on disk, or of a folder with everything below it."""
    if not path.is_dir():
        with path.open("rb") as file:
            sha256 = digest_of(iter(lambda: file.read(1024 * 1024), b""))
            file.seek(0)
            return read(file, path.name, sha256, step)
    listed = sorted(item for item in path.rglob("*") if item.suffix.lower() in _ENDINGS and item.is_file())
    if len(listed) > MOST_RECORDS:
        raise Invalid(_("There are more than %(limit)s records.") % {"limit": MOST_RECORDS}, code="advisories.too_many")
    hashed = hashlib.sha256()
    return Read(_feed(_entries(path, listed, hashed), len(listed), step), "sha256:" + hashed.hexdigest(), adds=False)


def digest_of(chunks: Iterable[bytes]) -> str:
    hashed = hashlib.sha256()
    for chunk in chunks:
        hashed.update(chunk)
    return "sha256:" + hashed.hexdigest()


def told(refused: Iterable[Refused]) -> list[dict[str, Any]]:
    """The first records that could not be read, as they are kept."""
    kept = []
    for item in list(refused)[:MOST_TOLD]:
        params = {name: plain(value) for name, value in item.params.items()}
        kept.append({"name": plain(item.name), "code": item.code, "params": params})
    return kept


def plain(text: str) -> str:
    """What every database can keep: names in archives may be anything."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:300]


def in_words(item: dict[str, Any]) -> str:
    """Why a record could not be read, in the reader's language."""
    return gettext(MESSAGES[item["code"]]) % item["params"]


def _feed(entries: Iterable[tuple[str, bytes] | Refused], total: int, step: Step) -> Feed:
    seldom = Seldom(step)
    feed = Feed()
    for number, found in enumerate(read_entries(entries), 1):
        feed.add(found)
        seldom(total // 4 + number * 3 // 4, total)
    if not feed.records:
        raise Invalid(_nothing(feed), code="advisories.nothing")
    return feed


def _nothing(feed: Feed) -> Any:
    if not feed.refused:
        return _("There is no record in it. A feed is a zip of JSON or YAML files in OSV's format, not packed twice.")
    first = told(feed.refused[:1])[0]
    return _("No record in it can be read. The first: %(why)s") % {"why": in_words(first)}


def _members(file: IO[bytes]) -> int:
    try:
        with zipfile.ZipFile(file) as archive:
            return len(archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return 0  # the reader says what is wrong
    finally:
        file.seek(0)


def _entries(root: Path, listed: list[Path], hashed: Any) -> Iterator[tuple[str, bytes] | Refused]:
    for item in listed:
        name = item.relative_to(root).as_posix()
        try:
            with item.open("rb") as file:
                data = file.read(LARGEST_RECORD + 1)
        except OSError as error:
            yield Refused(name, "syntax", {"name": name, "detail": str(error.strerror)})
            continue
        hashed.update(plain(name).encode() + b"\n" + hashlib.sha256(data).digest())
        yield name, data
