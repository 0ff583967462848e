"""Reading the simple index of packages (PEP 503 and 691): which files a project has, and where they lie. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

JSON, HTML = "application/vnd.pypi.simple.v1+json", "text/html"
ACCEPT = f"{JSON}, application/vnd.pypi.simple.v1+html;q=0.2, {HTML};q=0.1"
MOST_FILES = 200_000
_SHA256 = re.compile(r"(?:^|&)sha256=([0-9a-fA-F]{64})(?:&|$)")


class NotAnIndex(Exception):
    """What was fetched is no page of an index."""


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A file that an index lists. `url` is absolute, without the hash that an index puts behind it."""

    filename: str
    url: str
    sha256: str


def files_of(page: bytes, base: str) -> Iterator[IndexFile]:
    """The files of a project's page that was fetched from `base`: those with a SHA-256. Raises NotAnIndex."""
    if page.lstrip()[:1] == b"{":
        yield from _of_json(page, base)
    else:
        yield from _of_html(page, base)


def file_with(page: bytes, base: str, sha256: str) -> IndexFile | None:
    """The one with this hash (64 hex digits), if the page lists it. Raises NotAnIndex."""
    return next((file for file in files_of(page, base) if file.sha256 == sha256), None)


def _of_json(page: bytes, base: str) -> Iterator[IndexFile]:
    try:
        said = json.loads(page)
    except (ValueError, RecursionError) as error:
        raise NotAnIndex("no JSON") from error
    files = said.get("files") if isinstance(said, dict) else None
    if not isinstance(files, list):
        raise NotAnIndex("no list of files")
    for file in files[:MOST_FILES]:
        if not isinstance(file, dict):
            continue
        hashes, name, url = file.get("hashes"), file.get("filename"), file.get("url")
        digest = hashes.get("sha256") if isinstance(hashes, dict) else None
        if isinstance(digest, str) and isinstance(name, str) and isinstance(url, str):
            yield from _file(name, url, digest, base)


def _of_html(page: bytes, base: str) -> Iterator[IndexFile]:
    links = _Links()
    links.feed(page.decode("utf-8", "replace"))
    for url in links.found[:MOST_FILES]:
        try:
            parts = urlsplit(url)
        except ValueError:
            continue
        found = _SHA256.search(parts.fragment)
        if found:
            yield from _file(unquote(parts.path.rpartition("/")[2]), url, found[1], base)


def _file(name: str, url: str, digest: str, base: str) -> Iterator[IndexFile]:
    try:
        parts = urlsplit(urljoin(base, url))
    except ValueError:
        return
    yield IndexFile(name.rpartition("/")[2], urlunsplit(parts._replace(fragment="")), digest.lower())


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values: dict[str, Any] = dict(attrs)
        if tag == "a" and values.get("href"):
            self.found.append(values["href"])
