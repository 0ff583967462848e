"""Elements whose meaning is in force, for tests of rooms that only need one: through the only door there is, with a decision made here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from foundation import clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.ids import new_public_id
from governance.dictionary import services
from governance.dictionary.models import DataElement, Dictionary, ElementVersion, Proposal
from governance.dictionary.services.approval import COMPONENT


@dataclass(frozen=True)
class Agreed:
    """What the room of approvals hands down."""

    public_id: str
    decided_at: datetime
    manifest: Mapping[str, str]


def agreed_to(proposal: Proposal) -> Agreed:
    return Agreed(new_public_id("dc"), clock.now(), {COMPONENT: digest(proposal.content())})


def approve(*, actor: Actor, proposal: Proposal) -> Proposal:
    return services.approve_proposal(actor=actor, proposal=proposal, decision=agreed_to(proposal))


def define(*, actor: Actor, dictionary: Dictionary, key: str, meaning_changed: bool | None = False, **said: Any) -> DataElement:
    """The element `key`, which means what is said from now on: a whole number and nothing else unless more is said."""
    said = {"name": key, "definition": f"What {key} holds.", "logical_type": "integer", **said}
    proposal = services.open_proposal(actor=actor, dictionary=dictionary, title=f"Define {key}", rationale="Needed.")
    change = services.put_change(
        actor=actor, proposal=proposal, dictionary=dictionary, key=key, said=said, meaning_changed=meaning_changed
    )
    approve(actor=actor, proposal=proposal)
    return DataElement.objects.select_related("dictionary").get(pk=change.element_id)


def version_of(element: DataElement) -> ElementVersion:
    """What it means now."""
    found = element.current_version()
    assert found is not None
    return found
