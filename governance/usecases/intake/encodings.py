"""Which characters some bytes stand for: what the file says of itself, else what fits best."""

from __future__ import annotations

import codecs
import re

from governance.usecases.intake.table import Note, Unreadable

# What a person may choose from, by the names that people know. The first that fits wins, in this order, where nothing says more.
OFFERED = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "shift_jis": "Shift JIS",
    "euc-kr": "EUC-KR",
    "mac-roman": "Mac Roman",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE_PAIR = re.compile(rb"[\xb0-\xf7][\xa1-\xfe]")  # GB 2312: what nearly all Chinese text is made of
_HIGH = re.compile(rb"[\x80-\xff]")
_SAMPLE = 200_000  # bytes


def decoded(data: bytes, encoding: str = "") -> tuple[str, str, list[Note]]:
    """The text, the encoding it was read by, and what was noticed. Raises Unreadable for an encoding that does not fit at all."""
    for mark, name in _BOMS:
        if data.startswith(mark) and encoding in ("", name):
            return _strictly(data, "utf-8-sig" if name == "utf-8" else name), name, []
    if encoding:
        if encoding not in OFFERED:
            raise Unreadable("unknown_encoding", encoding=encoding)
        return _leniently(data, encoding)
    guess = guessed(data)
    if guess == "cp1252":
        text, name, notes = _leniently(data, guess)
        return text, name, [Note("guessed_encoding", {"encoding": OFFERED[guess]}), *notes]
    return _strictly(data, guess), guess, [Note("guessed_encoding", {"encoding": OFFERED[guess]})] if guess != "utf-8" else []


def guessed(data: bytes) -> str:
    """The encoding that fits bytes without a mark. UTF-8 is tried first: other texts almost never are valid UTF-8 by chance."""
    sample = data[:_SAMPLE]
    if b"\0" in sample and (wide := _wide(sample)):
        return wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    if _looks_chinese(sample):
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            pass
        else:
            return "gb18030"
    return "cp1252"


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd / half > 0.3 and odd > 4 * even:
        return "utf-16-le"
    if even / half > 0.3 and even > 4 * odd:
        return "utf-16-be"
    return ""


def _looks_chinese(sample: bytes) -> bool:
    """Chinese comes in pairs of high bytes; the accents of Western languages stand alone among letters."""
    high = len(_HIGH.findall(sample))
    return high > 0 and 2 * len(_CHINESE_PAIR.findall(sample)) >= 0.8 * high


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("encoding", encoding=encoding, at=error.start, line=data[: error.start].count(b"\n") + 1) from error


def _leniently(data: bytes, encoding: str) -> tuple[str, str, list[Note]]:
    """What somebody chose, or what is left when nothing else fits: characters that cannot be read are marked, and counted."""
    text = data.decode(encoding, errors="replace")
    lost = text.count("\ufffd")
    if lost > max(len(text) // 20, 20):
        raise Unreadable("wrong_encoding", encoding=OFFERED[encoding], count=lost)
    return text, encoding, [Note("lost_characters", {"count": str(lost)})] if lost else []
