"""Reading a manifest of files, from plain values or from the text of a file. Everything that is wrong is told, not the first alone."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from governance.dictionary.elements import Problem
from governance.dictionary.filesets.model import (
    LARGEST_TEXT,
    LONGEST_CODE,
    LONGEST_MEANING,
    LONGEST_PATH,
    LONGEST_VERSION,
    MOST_FILES,
    MOST_LABELS,
    Fileset,
    Guideline,
    Label,
    OneFile,
)

MOST_PROBLEMS = 50
LARGEST_SIZE = 2**63 - 1
COLUMNS = ("path", "sha256", "size", "label")
_SHA256 = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")
_DRIVE = re.compile(r"[A-Za-z]:")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass
class _Told:
    """What is wrong so far, not more than somebody reads."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, code: str, **params: Any) -> None:
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(path, code, {name: str(value)[:120] for name, value in params.items()}))
        elif len(self.found) == MOST_PROBLEMS:
            self.found.append(Problem("", "and_more", {"limit": str(MOST_PROBLEMS)}))

    @property
    def full(self) -> bool:
        return len(self.found) > MOST_PROBLEMS


def read_fileset(said: Any, *, codes_of_element: Collection[str] | None = None) -> tuple[Fileset | None, list[Problem]]:
    """The manifest that plain values describe, or None and what is wrong.

    `said`: `files`, a list of `{"path", "sha256", "size", "label"?}`; `labels`, `{"codes": [{"code", "meaning"}]}` or `{"element":
    "dictionary/key"}`; `guideline`, `{"version", "text"}` or `{"version", "url", "sha256"}`. `codes_of_element` are the permissible
    values of that element.
    """
    told = _Told()
    if not isinstance(said, Mapping):
        return None, [Problem("", "file_form")]
    for name in said:
        if name not in ("files", "labels", "guideline"):
            told.add(str(name)[:60], "field_unknown", value=name)
    labels, element = _labels(said.get("labels"), told)
    guideline = _guideline(said.get("guideline"), told)
    known = set(codes_of_element or ()) if element else {item.code for item in labels}
    files = _files(said.get("files"), known, bool(element or labels), told)
    if told.found:
        return None, told.found
    return Fileset(tuple(sorted(files, key=lambda item: item.path)), tuple(labels), element, guideline), []


def read_json(data: bytes) -> tuple[Any, list[Problem]]:
    """The plain values in a JSON file: a whole manifest, or only the list of its files."""
    text, problems = _text(data)
    if problems:
        return None, problems
    try:
        value = json.loads(text)
        text.encode("utf-8")
    except (ValueError, RecursionError) as error:
        return None, [Problem("", "json_form", {"why": str(error)[:200]})]
    return ({"files": value} if isinstance(value, list) else value), []


def read_csv(data: bytes) -> tuple[Any, list[Problem]]:
    """The plain values in a CSV file with the columns path, sha256, size and perhaps label."""
    text, problems = _text(data)
    if problems:
        return None, problems
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="", restval="")
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        if not {"path", "sha256", "size"} <= set(names) <= set(COLUMNS) or len(set(names)) != len(names):
            return None, [Problem("", "csv_header")]
        reader.fieldnames = names
        files = []
        for row in reader:
            size = (row["size"] or "").strip()
            number = int(size) if size.isascii() and size.isdigit() and len(size) < 20 else size
            files.append({**{name: value for name, value in row.items() if name != "label" or value}, "size": number})
            if len(files) > MOST_FILES:
                break
    except csv.Error as error:
        return None, [Problem("", "csv_form", {"why": str(error)[:200]})]
    return {"files": files}, []


def _text(data: bytes) -> tuple[str, list[Problem]]:
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return "", [Problem("", "not_utf8")]


# Files ---------------------------------------------------------------------------------------------------------------


def _files(said: Any, known: Collection[str], declared: bool, told: _Told) -> list[OneFile]:
    if not isinstance(said, list) or not said:
        told.add("files", "files_missing")
        return []
    if len(said) > MOST_FILES:
        told.add("files", "files_too_many", limit=MOST_FILES)
        return []
    found: list[OneFile] = []
    seen: set[str] = set()
    undeclared = False
    for at, item in enumerate(said):
        place = f"files[{at}]"
        file = _file(item, place, told)
        if file is None:
            if told.full:
                break
            continue
        one = unicodedata.normalize("NFC", file.path)
        if one in seen:
            told.add(f"{place}.path", "path_twice", value=file.path)
        seen.add(one)
        if file.label and not declared:
            undeclared = True
        elif file.label and file.label not in known:
            told.add(f"{place}.label", "label_unknown", value=file.label)
        found.append(file)
    if undeclared:
        told.add("labels", "labels_missing")
    return found


def _file(item: Any, place: str, told: _Told) -> OneFile | None:
    if not isinstance(item, Mapping) or not set(item) <= set(COLUMNS) or not {"path", "sha256", "size"} <= set(item):
        told.add(place, "file_form")
        return None
    before = len(told.found)
    path, size, label = item["path"], item["size"], item.get("label") or ""
    if wrong := wrong_with(path):
        told.add(f"{place}.path", wrong, value=path, limit=LONGEST_PATH)
    digest = sha256(item["sha256"])
    if not digest:
        told.add(f"{place}.sha256", "digest_form")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= LARGEST_SIZE:
        told.add(f"{place}.size", "size_form")
    if not isinstance(label, str) or len(label) > LONGEST_CODE or not _shown(label):
        told.add(f"{place}.label", "label_form", limit=LONGEST_CODE)
    return OneFile(path, digest, size, label.strip()) if len(told.found) == before else None


def wrong_with(path: Any) -> str:
    """The code of what is wrong with a path; empty for one that stays in its folder and reads alike everywhere."""
    if not isinstance(path, str) or not path.strip():
        return "path_empty"
    if len(path) > LONGEST_PATH:
        return "path_long"
    if "\\" in path or not _shown(path):
        return "path_characters"
    if path.startswith(("/", "~")) or _DRIVE.match(path) or _SCHEME.match(path):
        return "path_absolute"
    if any(part.strip() in ("", ".", "..") for part in path.split("/")):
        return "path_outside"
    return ""


def sha256(said: Any) -> str:
    """A digest in its one form, or nothing where it is none."""
    match = _SHA256.fullmatch(said.strip()) if isinstance(said, str) else None
    return f"sha256:{match[1].lower()}" if match else ""


# Controls, half characters, and what turns the direction of a line round, so that a name reads as another
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029\ufeff")


def _shown(text: str, allowed: str = "") -> bool:
    if text.isascii() and text.isprintable():
        return True
    return not any(
        (unicodedata.category(letter) in ("Cc", "Cs") and letter not in allowed) or letter in _HIDDEN for letter in text
    )


# Labels and guideline ------------------------------------------------------------------------------------------------


def _labels(said: Any, told: _Told) -> tuple[list[Label], str]:
    if said in (None, {}, []):
        return [], ""
    if not isinstance(said, Mapping) or not set(said) <= {"codes", "element"}:
        told.add("labels", "label_entry")
        return [], ""
    codes, element = said.get("codes") or [], said.get("element") or ""
    if codes and element:
        told.add("labels", "labels_both")
        return [], ""
    if element:
        if not isinstance(element, str) or element.count("/") != 1 or len(element) > 141 or not _shown(element):
            told.add("labels.element", "element_form")
            return [], ""
        return [], element
    if not isinstance(codes, list) or len(codes) > MOST_LABELS:
        told.add("labels.codes", "labels_too_many", limit=MOST_LABELS)
        return [], ""
    found: list[Label] = []
    for at, item in enumerate(codes):
        place = f"labels.codes[{at}]"
        if not isinstance(item, Mapping) or not set(item) <= {"code", "meaning"}:
            told.add(place, "label_entry")
            continue
        code, meaning = item.get("code"), item.get("meaning")
        if not _is_text(code, LONGEST_CODE) or not _is_text(meaning, LONGEST_MEANING):
            told.add(place, "label_entry")
        elif any(code.strip() == known.code for known in found):
            told.add(place, "label_twice", value=code)
        else:
            found.append(Label(code.strip(), meaning.strip()))
    return sorted(found, key=lambda item: item.code), ""


def _is_text(value: Any, most: int) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value.strip()) <= most and _shown(value)


def _guideline(said: Any, told: _Told) -> Guideline | None:
    if said in (None, {}):
        return None
    if not isinstance(said, Mapping) or not set(said) <= {"version", "text", "url", "sha256"}:
        told.add("guideline", "guideline_form")
        return None
    version, text, url, digest = (said.get(name) or "" for name in ("version", "text", "url", "sha256"))
    if not _is_text(version, LONGEST_VERSION) or not isinstance(text, str) or not isinstance(url, str) or bool(text) == bool(url):
        told.add("guideline", "guideline_form")
        return None
    if len(text) > LARGEST_TEXT:
        told.add("guideline.text", "guideline_long", limit=LARGEST_TEXT)
    if not _shown(text, "\n\r\t"):
        told.add("guideline.text", "text_form")
    if not url:
        if digest:
            told.add("guideline", "guideline_form")
        return Guideline(version.strip(), text)
    if not url.startswith(("https://", "http://")) or len(url) > 2000 or not _shown(url) or " " in url:
        told.add("guideline.url", "guideline_address")
    if not (known := sha256(digest)):
        told.add("guideline.sha256", "digest_form")
    return Guideline(version.strip(), "", url, known)
