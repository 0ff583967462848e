"""What people are told, and in which words. Each room declares its kinds here; a notice keeps the facts, not the sentence.

The sentence is made when it is shown, in the language of whoever reads it, so a kind that is reworded rewords old notices too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from governance.people.models import Notice

Words = Callable[[dict[str, str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of news: a short label, and a sentence with places such as `%(title)s` that the notice's data fills."""

    code: str
    label: Any
    text: Any
    mail_subject: Any = ""  # the sentence itself when empty; has the same places
    words: Words | None = None  # turns codes and times in the data into words of the reader's language


_kinds: dict[str, Kind] = {}


def kind(code: str, label: Any, text: Any, *, mail_subject: Any = "", words: Words | None = None) -> Kind:
    """Declare a kind of notice. Two with the same code are a programming error."""
    if code in _kinds:
        raise ValueError(f"the notice kind {code} is declared twice")
    _kinds[code] = Kind(code, label, text, mail_subject, words)
    return _kinds[code]


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda item: item.code)


def label_of(notice: Notice) -> str:
    known = _kinds.get(notice.kind)
    return str(known.label) if known else _("Notice")


def text_of(notice: Notice) -> str:
    """The sentence, in the language that is active now."""
    known = _kinds.get(notice.kind)
    return _filled(known, known.text, notice) if known else notice.kind


def subject_of(notice: Notice) -> str:
    """What a mail about it is called, in the language that is active now; on one line."""
    known = _kinds.get(notice.kind)
    return " ".join((_filled(known, known.mail_subject or known.text, notice) if known else notice.kind).split())[:200]


def _filled(known: Kind, text: Any, notice: Notice) -> str:
    data = {str(name): str(value) for name, value in notice.data.items()}
    return str(text) % _Forgiving(known.words(data) if known.words else data)


class _Forgiving(dict[str, Any]):
    """A notice that was told before its kind gained a place still reads as a sentence."""

    def __missing__(self, name: str) -> str:
        return "…"
