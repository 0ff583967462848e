"""The values that a manifest of files is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

MOST_FILES = 200_000
MOST_LABELS = 2_000
LONGEST_PATH = 500
LONGEST_CODE = 120
LONGEST_MEANING = 1_000
LONGEST_VERSION = 60
LARGEST_TEXT = 100_000  # characters of a guideline
PAGE = 200  # files that are kept and shown together


@dataclass(frozen=True, slots=True)
class OneFile:
    """One file: where it lies below the data set's folder, its digest and size, and its label, if it has one."""

    path: str
    sha256: str
    size: int
    label: str = ""

    def body(self) -> dict[str, Any]:
        said = {"path": self.path, "sha256": self.sha256, "size": self.size}
        return {**said, "label": self.label} if self.label else said

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> OneFile:
        return cls(body["path"], body["sha256"], body["size"], body.get("label", ""))


@dataclass(frozen=True, slots=True)
class Label:
    """A code that files carry, and what it means."""

    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Guideline:
    """By what people labelled: a text, or an address with the digest of what lay there."""

    version: str
    text: str = ""
    url: str = ""
    sha256: str = ""

    def body(self) -> dict[str, str]:
        said = {"version": self.version, "text": self.text, "url": self.url, "sha256": self.sha256}
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True)
class Fileset:
    """A whole manifest, its files in the order of their paths. Its labels are a closed list, or those of an element."""

    files: tuple[OneFile, ...]
    labels: tuple[Label, ...] = ()
    element: str = ""
    guideline: Guideline | None = None

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many files carry each label, the most frequent first; files without one are not counted."""
        found = Counter(item.label for item in self.files if item.label)
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    @property
    def size(self) -> int:
        return sum(item.size for item in self.files)

    def about(self) -> dict[str, Any]:
        """All but the files: labels and guideline, as they are kept and compared."""
        said: dict[str, Any] = {}
        if self.element:
            said["labels"] = {"element": self.element}
        elif self.labels:
            said["labels"] = {"codes": [{"code": item.code, "meaning": item.meaning} for item in self.labels]}
        if self.guideline is not None:
            said["guideline"] = self.guideline.body()
        return said

    def body(self) -> dict[str, Any]:
        """What the digest is taken over."""
        return {"format": "countersign/dataset-files/1", "files": [item.body() for item in self.files], **self.about()}

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """The files a page at a time."""
        for start in range(0, len(self.files), PAGE):
            yield [item.body() for item in self.files[start : start + PAGE]]
