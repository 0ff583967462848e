"""The pictures of a version as they stand on its page, drawn once: a version never changes, and to draw them takes as long as all else."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from governance.economics.cashflow import Evaluation
from governance.economics.models import Snapshot
from governance.economics.presenting.cases import Worth, pictures_told

MOST_KEPT = 64  # of some 100 kB each, by each process
_kept: dict[tuple[str, str], SafeString] = {}


def pictures_drawn(snapshot: Snapshot, found: Evaluation, worth: Worth) -> SafeString:
    """The pictures with their sentences and tables, in the language that is spoken. `found` and `worth` are those of the snapshot."""
    key = (snapshot.public_id, get_language() or "")
    drawn = _kept.get(key)
    if drawn is None:
        drawn = render_to_string("economics/pictures.html", {"pictures": pictures_told(found, worth)})
        while len(_kept) >= MOST_KEPT:
            _kept.pop(next(iter(_kept), key), None)
        _kept[key] = drawn
    return drawn
