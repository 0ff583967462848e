"""What a proposal of changes to the dictionary says, read for a reviewer's packet: the words, and whom they hurt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.readable_changes import Versions, changes_view, digests_in, told_of
from approvals.selectors.standing import Standing
from foundation.actor import Actor
from governance.dictionary.models import ElementVersion
from governance.dictionary.selectors.impact import effects_of

CHANGES = "dictionary_change"


def changes_of(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The changes in words, without readers. One query. The versions stay at hand for `weighed`."""
    versions = versions_in(body)
    return {**changes_view(body, versions), "versions": versions}


def versions_in(*bodies: Mapping[str, Any] | None) -> Versions:
    """The versions that bodies of proposals speak of. One query."""
    rows = ElementVersion.objects.filter(digest__in=digests_in(*bodies)).select_related("element__dictionary")
    return {(row.element.path, row.digest): row for row in rows.order_by("-number")}


def weighed(standing: Standing, body: Mapping[str, Any], versions: Versions, actor: Actor | None) -> dict[str, Any]:
    """What the changes do to those who fill or read the elements now; nothing once it is decided."""
    if actor is None or not standing.is_open:
        return {}
    questions = []
    for item in body.get("changes", ()):
        known = versions.get((item["element"], item["version"])) or versions.get((item["element"], item["based_on"]))
        if known is not None:
            questions.append(([known.element], told_of(item, versions)))
    effects = {effect.element.path: effect for effect in effects_of(questions, actor)}
    return changes_view(body, versions, effects)
