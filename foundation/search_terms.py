"""Words: how texts and queries are cut into terms, so that both come out alike whatever they were typed on.

A term matches what begins with it, so that people find things while they type. Chinese, Japanese and Korean are written without
spaces: a run of their characters becomes its pairs, and its last character alone; whoever types one character finds every run that
holds it, for each character begins a pair or ends the run.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

LONGEST_TERM = 60  # what is longer is no word; both sides are cut alike, so it is found all the same
MOST_TERMS = 4000  # of one text
MOST_ASKED = 8  # words of one query; more of them narrow nothing any more
MOST_PAIRS = 32  # of one run of a query

_MARKS = re.compile("[\u0300-\u036f]")  # accents, once letters are taken apart
_CJK = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")


def normal(text: str) -> str:
    """The text in one form: compatibility characters composed (NFKC), case folded, accents off, white space single.

    What it returns is a fixed point: folding brings forth what has another form, so it is done until nothing changes.
    """
    if text.isascii():  # nothing to compose or to take off, and most texts are
        return " ".join(text.lower().split())
    before = None
    while text != before:
        before = text
        text = _MARKS.sub("", unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold()))
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


def terms(text: str) -> list[str]:
    """What a text is found by: each of its terms once, in the order of their first appearance."""
    found: dict[str, None] = {}
    for run in _RUN.findall(normal(text)):
        found.update(dict.fromkeys(_parts(run)))
        if len(found) >= MOST_TERMS:
            break
    return list(found)[:MOST_TERMS]


def asked(query: str) -> list[str]:
    """What a query wants: all of these have to be found. A word that another one begins with is said already."""
    found: dict[str, None] = {}
    for run in _RUN.findall(normal(query))[:MOST_ASKED]:
        if _IS_CJK.match(run):
            found.update(dict.fromkeys(_pairs(run)[:MOST_PAIRS] or [run]))
        else:
            found[run[:LONGEST_TERM]] = None
    return list(found)


def matches(query: str, text: str) -> bool:
    """The rule itself: each term of the query begins a term of the text. The database answers the same by its index."""
    there = terms(text)
    return all(any(term.startswith(wanted) for term in there) for wanted in asked(query))


def column(found: Iterable[str]) -> str:
    """Terms as one text, each with a space before it, so that ` chu` finds what begins with it."""
    return "".join(f" {term}" for term in found)


def _parts(run: str) -> list[str]:
    return [*_pairs(run), run[-1]] if _IS_CJK.match(run) else [run[:LONGEST_TERM]]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


# Showing why -----------------------------------------------------------------------------------------------------------

Pieces = list[tuple[str, bool]]
AROUND = 160  # characters of a text that are shown around its first match


def marked(text: str, query: str) -> Pieces:
    """The text in pieces, each with whether the query found it. The pieces are the whole text."""
    wanted = asked(query)
    flags = [False] * len(text)
    for match in _RUN_RAW.finditer(text):
        _mark(match.group(), match.start(), wanted, flags)
    return _pieces(text, flags)


def excerpt(text: str, query: str, *, around: int = AROUND) -> Pieces:
    """What of a long text is shown: about `around` characters that begin shortly before the first match, with an ellipsis where cut."""
    text = " ".join(text.split())
    pieces = marked(text, query)
    before = 0
    for words, hit in pieces:
        if hit:
            break
        before += len(words)
    else:
        before = 0
    begin = max(0, before - around // 4)
    if begin:
        begin = next((at + 1 for at in range(begin, before) if text[at] == " "), begin)
    shown = marked(text[begin : begin + around], query)
    return [*([("… ", False)] if begin else []), *shown, *([(" …", False)] if begin + around < len(text) else [])]


_RUN_RAW = re.compile(f"[{_CJK}]+|(?:[^\\W_{_CJK}]|[\u0300-\u036f])+")  # as _RUN, where accents may still stand alone


def _mark(run: str, start: int, wanted: Sequence[str], flags: list[bool]) -> None:
    """Note which characters of one run of the text the query means."""
    if _IS_CJK.match(run):
        for size in (1, 2):
            for at in range(len(run) - size + 1):
                if normal(run[at : at + size]) in wanted:
                    flags[start + at : start + at + size] = [True] * size
        return
    plain = normal(run)
    longest = max((len(term) for term in wanted if plain.startswith(term)), default=0)
    if not longest:
        return
    upto = len(run)
    if len(plain) == len(run):  # letter by letter, so that only what was typed is marked
        upto = longest
    flags[start : start + upto] = [True] * upto


def _pieces(text: str, flags: Sequence[bool]) -> Pieces:
    found: Pieces = []
    for hit, group in groupby(range(len(text)), key=lambda at: flags[at]):
        places = list(group)
        found.append((text[places[0] : places[-1] + 1], hit))
    return found
