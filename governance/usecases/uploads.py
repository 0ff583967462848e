"""A bound on what uploads may bring: nothing larger reaches memory or disk, however much is sent."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from governance.usecases.media import LARGEST

_MARK = "countersign.upload_too_large"
CHUNK = 1024 * 1024
MOST_DROPPED = 200 * 1024 * 1024  # bytes of a body that are read only to be heard out
_larger: dict[str, int] = {}


def larger_at(address: str, most: int) -> None:
    """Let addresses that begin so take files of up to `most` bytes. Called by the room that has them, when the product starts."""
    _larger[address] = most


def most_at(request: HttpRequest | None) -> int:
    """How many bytes the files of a request may have together."""
    path = request.path_info if request is not None else ""
    known = path.startswith("/api/") or getattr(getattr(request, "user", None), "is_authenticated", False)
    if not known:  # the API asks who it is before it reads; a page's form is read before that, for its CSRF token
        return LARGEST
    return max((most for address, most in _larger.items() if path.startswith(address)), default=LARGEST)


class BoundedUpload(FileUploadHandler):
    """Comes before the handlers that keep files. What passes the limit, over all files of a request, is read and dropped."""

    total = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.total += len(raw_data)
        if self.total > most_at(self.request):
            if self.request is not None:
                self.request.META[_MARK] = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped because of its size."""
    return bool(request.META.get(_MARK))


def read_up_to(stream: Any, most: int) -> bytes | None:
    """A body of at most so many bytes, or None where there are more.

    The rest of it is read then and dropped, within reason: whoever is still sending would not hear why they are refused.
    """
    data: bytes = stream.read(most + 1)
    if len(data) <= most:
        return data
    left = MOST_DROPPED
    while left > 0 and (dropped := stream.read(CHUNK)):
        left -= len(dropped)
    return None
