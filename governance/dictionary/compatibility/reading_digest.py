"""The digest by which readers know a version of an element. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from governance.dictionary.compatibility.comparing import compare
from governance.dictionary.compatibility.severity import may_break_a_consumer
from governance.dictionary.elements import Element, content_digest


def reads_as(history: Sequence[tuple[Element, str]], new: Element, *, meaning_changed: bool) -> str:
    """The digest of the version since which nothing has changed for who reads the element.

    `history`: the approved versions, oldest first, each with its own digest of this kind. A version that says what an earlier one
    said has its digest again. Otherwise a change that may break some consumer gives the version a digest of its own, and any other
    leaves the newest one's: wording is nothing that a reader has to look at.
    """
    own = content_digest(new)
    for earlier, digest in reversed(history):
        if content_digest(earlier) == own:
            return digest
    if not history:
        return own
    newest, digest = history[-1]
    breaks = any(may_break_a_consumer(change) for change in compare(newest, new, meaning_changed=meaning_changed))
    return own if breaks else digest
