"""The releases of dictionaries that a version was built against, as CI states them: `customers@3`, one of each dictionary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from foundation.errors import Conflict, FieldError
from governance.dictionary.models import Release
from lineage.models import ModelVersion
from lineage.provenance import Malformed

FACT = "dictionary_release"
_LABEL = re.compile(r"(?P<slug>[A-Za-z0-9_-]{1,60})@(?P<number>[1-9][0-9]{0,8})")


def pinned_release(data: Mapping[str, Any]) -> str:
    """What was stated, in order and parted by commas, or nothing.

    Raises Malformed for a release that is not there (a typing error must not become a fact), and for two of one dictionary.
    """
    stated = sorted({part for part in re.split(r"[,\s]+", data.get(FACT) or "") if part})
    slugs = set()
    for name in stated:
        label = _LABEL.fullmatch(name)
        if label is None or not Release.objects.filter(dictionary__slug=label["slug"], number=int(label["number"])).exists():
            raise Malformed(FACT, "unknown", f"there is no release {name[:80]} of a dictionary; write it as customers@3")
        if label["slug"] in slugs:
            raise Malformed(FACT, "twice", f"two releases of {label['slug']} are named; a version is built against one")
        slugs.add(label["slug"])
    return ",".join(stated)


def check_pinned(known: ModelVersion, data: Mapping[str, Any]) -> None:
    """Raises Conflict where a version that is registered is said to rest on another release than before. Leaving it out says nothing."""
    stated = pinned_release(data)
    before = known.facts.filter(key=FACT).values_list("value", flat=True).first()
    if stated and stated != before:
        raise Conflict(
            _("%(label)s was registered with other content (%(what)s). Other bytes need another version.")
            % {"label": known.label, "what": FACT},
            code="model_version.differs",
            errors=[FieldError(FACT, "differs", _("not what was registered"))],
        )
