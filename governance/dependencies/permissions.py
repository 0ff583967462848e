"""Who may record what is depended on."""

from __future__ import annotations

from foundation.actor import Actor
from foundation.permissions import Decision


def may_record(actor: Actor) -> Decision:
    """Anybody with an account, and a service token made for provenance: a lock file is a fact, not a judgement."""
    return actor.has_scope("provenance:write")
