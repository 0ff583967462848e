"""Who may note what a version of a model is worth: the product itself, from what it knows. People read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from foundation.actor import Actor
from foundation.permissions import ALLOWED, Decision, Denied


def may_note_worth(actor: Actor) -> Decision:
    if actor.kind == "system":
        return ALLOWED
    return Denied(_("What a version is worth follows from its metrics and the approved case; nobody writes it."))
