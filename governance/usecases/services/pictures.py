"""Pictures that come with an increment: looked at before they are kept, and gone again if the increment is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext_lazy as _

from foundation.errors import FieldError, Invalid, TooLarge
from governance.usecases import media
from governance.usecases.models import Attachment
from governance.usecases.pictures import HEAD, LONGEST_SIDE, MOST_PIXELS, Size, size_of
from governance.usecases.services.documents import chunks_of

LARGEST_PICTURE = 8 * 1024 * 1024  # bytes
MOST_PICTURES = 10
KINDS = ("png", "jpg")


@dataclass(slots=True)
class Picture:
    """One that was found to be what it says."""

    file: Any
    name: str
    found: media.Looked
    size: Size
    kept_in: Any = None  # the field, once its bytes lie in storage

    def store(self, attachment: Attachment) -> None:
        """Put the bytes into storage under a name that nobody typed."""
        self.file.seek(0)
        attachment.picture.save(f"{attachment.public_id}.{self.found.extension}", File(self.file), save=False)
        self.kept_in = attachment.picture

    def row(self, **where: Any) -> Attachment:
        return Attachment(
            **where,
            name=self.name,
            media_type=self.found.media_type,
            size=self.found.size,
            sha256=self.found.sha256,
            width=self.size.width,
            height=self.size.height,
        )


def take_pictures(files: Sequence[Any]) -> list[Picture]:
    """What the bytes say. Raises Invalid for what is no picture, or says a size that no browser should unpack; TooLarge."""
    if len(files) > MOST_PICTURES:
        raise refused("too_many", _("An increment has at most %(most)s pictures.") % {"most": MOST_PICTURES})
    return [_taken(file) for file in files]


@contextmanager
def kept(pictures: Sequence[Picture]) -> Iterator[None]:
    """Whatever was put into storage inside stays only if all of it succeeds: no file without a row that speaks of it."""
    try:
        yield
    except BaseException:
        for picture in pictures:
            if picture.kept_in is not None:
                picture.kept_in.storage.delete(str(picture.kept_in.name))
        raise


def _taken(file: Any) -> Picture:
    name = media.plain_name(getattr(file, "name", "") or "")
    called = name or str(_("a picture"))
    try:
        found = media.look(chunks_of(file), name)
    except media.TooBig as error:
        raise too_large(called) from error
    except media.Unreadable as error:
        if error.code == "empty":
            raise refused("empty", _("%(name)s is empty.") % {"name": called}) from error
        raise _no_picture(called) from error
    if found.extension not in KINDS:
        raise _no_picture(called)
    if found.size > LARGEST_PICTURE:
        raise too_large(called)
    file.seek(0)
    size = size_of(file.read(HEAD))
    if size is None:
        raise refused("broken", _("%(name)s begins like a picture and goes on like none. Save it again.") % {"name": called})
    if not size.showable:
        said = _("%(name)s is %(width)s × %(height)s pixels. At most %(side)s a side and %(all)s million in all can be shown.")
        of = {
            "name": called,
            "width": size.width,
            "height": size.height,
            "side": LONGEST_SIDE,
            "all": MOST_PIXELS // 1_000_000,
        }
        raise refused("pixels", said % of)
    return Picture(file, name or f"picture.{found.extension}", found, size)


def too_large(name: str = "") -> TooLarge:
    """The refusal of a picture that passes the limit, or of several that do together."""
    words = {"name": name, "most": LARGEST_PICTURE // 1024**2, "all": media.LARGEST // 1024**2}
    said = (
        _("%(name)s is too large: a picture has at most %(most)s MiB.") % words
        if name
        else _("Pictures have at most %(most)s MiB each, and %(all)s MiB together.") % words
    )
    return TooLarge(said, code="increment.too_large", errors=[FieldError("pictures", "too_large", said)])


def _no_picture(name: str) -> Invalid:
    return refused("kind", _("%(name)s is no picture that can be shown: send PNG or JPEG.") % {"name": name})


def refused(code: str, said: Any) -> Invalid:
    return Invalid(said, errors=[FieldError("pictures", code, said)])
