"""Texts by language, as the files that ship write them: {en: …, zh-hans: …}. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from foundation import yaml_reading

FOLDER = Path(__file__).parent
Words = Mapping[str, str]


def in_words(words: Words, language: str) -> str:
    """A text in the reader's language, as Django writes it (`zh-hans`), else in a kindred one, else in English."""
    wanted = language.lower()
    return words.get(wanted) or words.get(wanted.partition("-")[0]) or words.get("en", "")


@cache
def shipped_file(name: str) -> Mapping[str, Any]:
    """The values of a file that ships."""
    values: Mapping[str, Any] = yaml_reading.read((FOLDER / name).read_bytes(), max_bytes=256 * 1024).values
    return values
