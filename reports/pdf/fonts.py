"""The typefaces of a report, what they can print, and what becomes of the rest.

A character that no face holds is printed as □ and counted: the caller learns of it, and the report says so on its last page.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

FOLDER = Path(__file__).resolve().parents[2] / "static" / "fonts"
FILES = {
    "CountersignSans-Regular": FOLDER / "CountersignSans-Regular.ttf",
    "CountersignSans-SemiBold": FOLDER / "CountersignSans-SemiBold.ttf",
    "CountersignMono-Regular": FOLDER / "CountersignMono-Regular.ttf",
}
BOX = "□"
REMEMBERED_WORDS = 30_000

# Read when a canvas is made or a stream written. Binary streams are a fifth smaller and are not encoded in Python.
rl_config.useA85 = 0
# Nothing in a report is ever fetched. No code path here opens an address; this closes those of ReportLab as well.
rl_config.trustedSchemes = []

# Marks without a shape, which only tell programs how to join or break: soft hyphen, zero width, variation selectors.
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff") | {chr(code) for code in range(0xFE00, 0xFE10)}
_LINE_ENDS = str.maketrans({"\r": "\n", "\u0085": "\n", "\u2028": "\n", "\u2029": "\n", "\t": " ", "\v": "\n", "\f": "\n"})


class FontError(Exception):
    """A font file cannot be used. The text says which and why."""


class Widths(dict[str, int]):
    """Width of each character and word in thousandths of the font size; a character's is that of the first font that has it.

    Words recur in tables far more often than not, so they are remembered, up to a bound.
    """

    def __init__(self, fonts: Sequence[TTFont]) -> None:
        super().__init__()
        self._fonts = fonts

    def __missing__(self, text: str) -> int:
        if len(text) != 1:
            found = sum(map(self.__getitem__, text))
            if len(self) > REMEMBERED_WORDS:
                self.clear()
        else:
            code = ord(text)
            face = next((font.face for font in self._fonts if code in font.face.charToGlyph), self._fonts[0].face)
            found = round(face.getCharWidth(code))
        self[text] = found
        return found


class Face:
    """One voice of the report: a font, and those that help out where it has no glyph."""

    def __init__(self, fonts: Sequence[TTFont]) -> None:
        self.fonts = fonts
        self.widths = Widths(fonts)
        self._own = frozenset(map(chr, fonts[0].face.charToGlyph))

    def runs(self, text: str) -> list[tuple[TTFont, str]]:
        """The text cut where the font changes. Most text is one run."""
        if text.isascii() or self._own.issuperset(text):
            return [(self.fonts[0], text)]
        runs: list[tuple[TTFont, str]] = []
        for character in text:
            code = ord(character)
            font = next((font for font in self.fonts if code in font.face.charToGlyph), self.fonts[0])
            if runs and runs[-1][0] is font:
                runs[-1] = (font, runs[-1][1] + character)
            else:
                runs.append((font, character))
        return runs


@dataclass
class Typefaces:
    """The three faces of a report, and the count of what they could not print."""

    regular: Face
    bold: Face
    mono: Face
    missing: Counter[str] = field(default_factory=Counter)
    boxes: int = 0  # how often a □ was put in place of something, in all

    def __post_init__(self) -> None:
        codes = {code for face in (self.regular, self.bold) for font in face.fonts for code in font.face.charToGlyph}
        self._printable = frozenset(map(chr, codes)) | {"\n"}

    def clean(self, text: str) -> str:
        """The text as it can be printed: composed, without control characters, unknown characters as □ and counted."""
        if text.isascii() and text.isprintable():
            return text
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_LINE_ENDS)
        if self._printable.issuperset(text):
            return text
        return "".join(map(self._printed, text))

    def _printed(self, character: str) -> str:
        if character in self._printable:
            return character
        if character in _INVISIBLE or unicodedata.category(character) == "Cc":
            return ""
        self.missing[character] += 1
        self.boxes += 1
        return BOX


def typefaces(fallback: Path | None = None) -> Typefaces:
    """The faces of one report. `fallback` is a TrueType font for characters that the shipped ones lack (rare Han, other scripts).

    Raises FontError when a file is missing or is not TrueType: ReportLab cannot embed PostScript outlines (.otf, most Noto CJK).
    """
    regular, bold, mono = (_font(name, path) for name, path in FILES.items())
    spare = [_font("ReportFallback-" + _sha256(fallback)[:12], fallback)] if fallback else []
    return Typefaces(Face([regular, *spare]), Face([bold, *spare]), Face([mono, regular, *spare]))


def digests(fallback: Path | None = None) -> dict[str, str]:
    """SHA-256 of each font file that takes part, by file name: the same report needs the same ones."""
    paths: Iterable[Path] = [*FILES.values(), *([fallback] if fallback else [])]
    return {path.name: "sha256:" + _sha256(path) for path in paths}


@lru_cache(maxsize=8)
def _font(name: str, path: Path) -> TTFont:
    try:
        font = TTFont(name, str(path), asciiReadable=True)
    except (TTFError, OSError) as error:
        raise FontError(f"{path} cannot be used as a font of reports: {error}. It must be a readable TrueType file.") from error
    pdfmetrics.registerFont(font)
    return font


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise FontError(f"the font {path} cannot be read: {error.strerror}") from error
