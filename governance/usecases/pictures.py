"""How large a picture is, from its first bytes, before anybody unpacks it. Pure; nothing is decoded.

A few kilobytes can unpack to gigabytes. Whoever shows a picture asks here first.
"""

from __future__ import annotations

from dataclasses import dataclass

MOST_PIXELS = 40_000_000  # 160 MB once a browser has unpacked it
LONGEST_SIDE = 12_000
HEAD = 1024 * 1024  # bytes within which a picture says its size: cameras put their own notes in front of it

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers of JPEG that nothing belongs to
_NO_FRAME = frozenset({0xC4, 0xC8, 0xCC})  # tables that stand among the numbers of frames
_FRAMES = frozenset(range(0xC0, 0xD0)) - _NO_FRAME


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def showable(self) -> bool:
        """Whether a browser can be asked to unpack it."""
        sides = (self.width, self.height)
        return min(sides) > 0 and max(sides) <= LONGEST_SIDE and self.width * self.height <= MOST_PIXELS


def size_of(head: bytes) -> Size | None:
    """What a PNG or JPEG says of its size in its first `HEAD` bytes; None when it is neither, or does not say."""
    if head.startswith(_PNG):
        return _size_of_png(head)
    return _size_of_jpeg(head) if head.startswith(_JPEG) else None


def _size_of_png(head: bytes) -> Size | None:
    """The first chunk is IHDR: length, name, width, height, each of four bytes."""
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    return Size(int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big"))


def _size_of_jpeg(head: bytes) -> Size | None:
    """From segment to segment until the frame's header: marker, length of two bytes, precision, height, width."""
    place = 2
    while place + 4 <= len(head):
        if head[place] != 0xFF:
            return None
        marker = head[place + 1]
        if marker == 0xFF:  # padding
            place += 1
        elif marker in _ALONE:
            place += 2
        elif marker in _FRAMES:
            if place + 9 > len(head):
                return None
            return Size(int.from_bytes(head[place + 7 : place + 9], "big"), int.from_bytes(head[place + 5 : place + 7], "big"))
        else:
            length = int.from_bytes(head[place + 2 : place + 4], "big")
            if length < 2:
                return None
            place += 2 + length
    return None
