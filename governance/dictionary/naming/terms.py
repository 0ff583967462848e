"""Names as words: how a column's name and an element's are cut, so that both come out alike however they were written. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from governance.dictionary.naming.vocabulary import ABBREVIATIONS, NOT_PLURAL, SINGULARS

LONGEST = 400  # characters of one name that are looked at; the longest identifier of any engine has 255
CJK = "\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"

_IS_CJK = re.compile(f"[{CJK}]")
_CJK_RUNS = re.compile(f"[{CJK}]+|[^{CJK}]+")
# `_ - .` and white space with all their relatives, and what cannot be seen at all.
_NOTHING = re.compile(
    "[\\s_.\\-\u0000-\u001f\u007f-\u009f\u00ad\u00b7\u034f\u061c\u180e\u200b-\u200f\u2010-\u2015\u2028-\u202e\u2060-\u206f"
    "\u2212\u30fb\ufe00-\ufe0f\ufeff]+"
)
_LATIN_MARKS = re.compile("([a-z][\u0300-\u036f]+)")
# Over the kinds of characters, one letter each: U upper, l lower, s the letter s, d digit, c CJK. IDs is one word, and so is
# HTTP in
# HTTPServer.
_PIECES = re.compile("UU+s(?![ls])|U+(?![ls])|U?[ls]+|d+|c+")


class _Kinds(dict[int, str]):
    """What kind of character a code point is. Those beyond Latin are asked each time, so that no text makes this grow."""

    def __missing__(self, point: int) -> str:
        return _kind(chr(point))


def _kind(char: str) -> str:
    if char == "s":
        return "s"
    if char.isdecimal():
        return "d"
    if _IS_CJK.match(char):
        return "c"
    category = unicodedata.category(char)
    if category in ("Lu", "Lt"):
        return "U"
    return "l" if category[0] in "LM" else " "


_KINDS = _Kinds({point: _kind(chr(point)) for point in range(0x250)})


def normal(term: str) -> str:
    """A term in one form, to be looked up: `customerID`, `Customer-Id` and `ＣＵＳＴＯＭＥＲ_ＩＤ` are `customerid`.

    Compatibility characters are composed (NFKC), case is folded, `_ - . space` and what cannot be seen are taken out, and
    accents on Latin letters come off; marks of other scripts are letters and stay (が is not か). It is a fixed point. A term
    of separators alone becomes an empty text.
    """
    return _normal(term[:LONGEST])


@lru_cache(maxsize=65_536)
def _normal(text: str) -> str:
    if text.isascii():
        return _NOTHING.sub("", text.lower())
    before = None
    while text != before:  # folding brings forth what has another form
        before = text
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        apart = unicodedata.normalize("NFD", _NOTHING.sub("", text))
        text = unicodedata.normalize("NFKC", _LATIN_MARKS.sub(lambda found: found.group()[0], apart))
    return text


def words(term: str) -> tuple[str, ...]:
    """The words of a name in their order: `custAddrs2_dt` → `customer address 2 date`.

    Separators, humps, digits and changes of script part words; common abbreviations are written out and plurals become
    singulars. A run of Chinese, Japanese or Korean is one word.
    """
    return _words(term[:LONGEST])


@lru_cache(maxsize=65_536)
def _words(term: str) -> tuple[str, ...]:
    found: list[str] = []
    for piece in pieces(term):
        found.extend(meant(piece))
    return tuple(found)


def pieces(term: str) -> list[str]:
    """The pieces of a name as they stand there, normal but not written out."""
    text = unicodedata.normalize("NFKC", term[:LONGEST])
    kinds = text.translate(_KINDS)
    cut = (normal(text[found.start() : found.end()]) for found in _PIECES.finditer(kinds))
    return [piece for piece in cut if piece]


@lru_cache(maxsize=65_536)
def meant(piece: str) -> tuple[str, ...]:
    """The words that one piece stands for."""
    if piece in ABBREVIATIONS:
        return ABBREVIATIONS[piece]
    one = singular(piece)
    return ABBREVIATIONS.get(one, (one,))


def singular(word: str) -> str:
    """A plural without its ending, modestly: what may be none stays."""
    if word in SINGULARS:
        return SINGULARS[word]
    if len(word) < 4 or word[-1] != "s" or word in NOT_PLURAL or word.endswith(("ss", "us", "is")) or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    return word[:-1]


def grams(text: str) -> frozenset[str]:
    """Three neighbours each of the normal form, with a space before and behind; of Chinese, Japanese and Korean two."""
    found: set[str] = set()
    for run in _CJK_RUNS.findall(normal(text)):
        if _IS_CJK.match(run):
            found.update(run[at : at + 2] for at in range(max(len(run) - 1, 1)))
        else:
            padded = f" {run} "
            found.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return frozenset(found)


def tokens(term: str) -> tuple[str, ...]:
    """What a name is found by: its words, and for a run of Chinese, Japanese or Korean its pairs of characters."""
    found: list[str] = []
    for word in words(term):
        if len(word) > 2 and _IS_CJK.match(word):
            found.extend(word[at : at + 2] for at in range(len(word) - 1))
        else:
            found.append(word)
    return tuple(found)
