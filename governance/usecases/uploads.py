"""A bound on what uploads may bring: nothing larger reaches memory or disk, however much is sent."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from governance.usecases.media import LARGEST

_MARK = "countersign.upload_too_large"


class BoundedUpload(FileUploadHandler):
    """Comes before the handlers that keep files. What passes the limit, over all files of a request, is read and dropped."""

    total = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.total += len(raw_data)
        if self.total > LARGEST:
            if self.request is not None:
                self.request.META[_MARK] = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file of this request was dropped because of its size."""
    return bool(request.META.get(_MARK))
