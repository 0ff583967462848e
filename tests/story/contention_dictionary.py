"""Decisions about one element of the dictionary that meet. Run as `python -m tests.story.contention_dictionary`; writes what came of it.

How they meet, and how often, is in `meetings`.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from tests.story.meetings import Meeting, Stop, meet

LOOKED = Stop("governance.dictionary.services.approval", "outdated", after=True)  # locked and looked at, nothing written
PUTTING = Stop("governance.dictionary.services.proposals", "_tell")  # the change is written, and not told yet
SAID = {"name": "Amount", "definition": "What is paid.", "logical_type": "number", "unit": "EUR"}


class Books:
    """A dictionary, who keeps it, and an element for each meeting."""

    def __init__(self) -> None:
        from governance.dictionary import services
        from tests.conftest import make_world

        self.world = make_world()
        self.keeper = self.world.governance
        self.dictionary = services.create_dictionary(actor=self.keeper, slug="customers", title="Customers")

    def element(self, name: str) -> Any:
        from tests.dictionary.approved import define

        return define(actor=self.keeper, dictionary=self.dictionary, key=name.replace("-", "_"), **SAID)

    def proposal(self, element: Any, unit: str) -> Any:
        from governance.dictionary import services

        row = services.open_proposal(actor=self.keeper, dictionary=self.dictionary, title=unit, rationale="Needed.")
        said = {**SAID, "unit": unit}
        services.put_change(
            actor=self.keeper, proposal=row, dictionary=self.dictionary, key=element.key, said=said, meaning_changed=True
        )
        return row

    def approves(self, proposal: Any) -> Any:
        from tests.dictionary.approved import approve

        return lambda: approve(actor=self.keeper, proposal=proposal).public_id


def seen(element: Any) -> dict[str, Any]:
    """What is in force, how often that happened, and what the log says of it."""
    from foundation.models import AuditEvent
    from governance.dictionary.models import ElementVersion, Proposal

    approved = ElementVersion.objects.filter(element=element, approved_at__isnull=False).order_by("approved_at", "number")
    over = Proposal.objects.filter(changes__element=element, approved_at__isnull=False).distinct()
    told = AuditEvent.objects.filter(kind="dictionary.version.approved", subject_id__in=[row.public_id for row in approved])
    return {
        "units": [row.unit for row in approved],
        "semvers": [row.semver for row in approved],
        "in_force": element.current_version().unit,
        "approved": sorted(over.values_list("public_id", flat=True)),
        "told": told.count(),
    }


def two_approvals(books: Books, name: str) -> Meeting:
    """Two proposals that say different things of one element are approved at the same moment."""
    element = books.element(name)
    one, other = books.proposal(element, "USD"), books.proposal(element, "GBP")
    return Meeting((books.approves(one), books.approves(other)), (LOOKED, LOOKED), lambda: seen(element))


def approval_and_change(books: Books, name: str) -> Meeting:
    """A proposal is changed while the decision about what it said before is carried out."""
    from governance.dictionary import services

    element = books.element(name)
    row = books.proposal(element, "USD")
    decided = books.approves(row)
    from tests.dictionary.approved import agreed_to

    decision = agreed_to(row)  # about what it says now

    def decide() -> str:
        return services.approve_proposal(actor=books.keeper, proposal=row, decision=decision).public_id

    def change() -> str:
        said = {**SAID, "unit": "JPY"}
        services.put_change(
            actor=books.keeper, proposal=row, dictionary=books.dictionary, key=element.key, said=said, meaning_changed=True
        )
        return "JPY"

    assert decided
    return Meeting((decide, change), (LOOKED, PUTTING), lambda: seen(element))


def two_releases(books: Books, name: str) -> Meeting:
    """Two people make a release of the same content at the same moment."""
    from governance.dictionary import services
    from governance.dictionary.models import Release

    books.element(name)
    before = Release.objects.count()

    def release() -> str:
        return services.make_release(actor=books.keeper, dictionary=books.dictionary).public_id

    stop = Stop("governance.dictionary.services.releases", "root_of", after=True)
    return Meeting((release, release), (stop, stop), lambda: {"made": Release.objects.count() - before})


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config import prepare

    prepare.database()
    books = Books()
    scenarios = (two_approvals, approval_and_change, two_releases)
    found = {
        scenario.__name__: meet(lambda name, scenario=scenario: scenario(books, f"{scenario.__name__}-{name}"))
        for scenario in scenarios
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
