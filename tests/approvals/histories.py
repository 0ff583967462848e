"""A history with a request of each end, drafts to try on it, and a count of every row to see that nothing was written."""

from __future__ import annotations

import pytest
from django.apps import apps

from approvals.services import ballots, requests
from governance.people import services as people
from governance.people.models import RoleGrant
from tests.approvals.asking import give, stand_in
from tests.approvals.lives import different, travel
from tests.conftest import POLICY

NO_SECURITY = POLICY.replace(
    "  - {key: security, title: Security review, role: security_reviewer, covers: [dependencies, runtime]}\n", ""
)
LEGAL = POLICY + "  - {key: legal, title: Legal, role: auditor, covers: [use_case]}\n"


@pytest.fixture
def history(world, lives, vote):
    """One request of each end, with rounds, delegation, dismissal, a role that ended and bytes that changed."""
    found = {"approved": lives.approved(1, 0)}

    request = lives.open(2, 100)
    lives.answer(request, "validation", 103)
    lives.answer(request, "security", 105, "reject", "Not with this library.")
    found["rejected"] = request

    request = lives.open(3, 200)
    lives.answer(request, "data", 203, "request_changes", "Which source?")
    with travel(210):
        requests.resubmit(actor=world.lead, request=request, comment="The warehouse.")
    for step, hours in (("data", 220), ("validation", 221), ("security", 222), ("business", 230)):
        lives.answer(request, step, hours)
    found["second round"] = request

    request = lives.open(4, 300)
    with travel(301):
        stand_in(world, world.stranger, world.security)
    with travel(302):
        vote(world.stranger, request, "security", on_behalf_of=world.security.user)
    for step, hours in (("data", 303), ("validation", 304), ("business", 305)):
        lives.answer(request, step, hours)
    found["delegated"] = request

    request = lives.open(5, 500)
    with travel(501):
        block = vote(world.security, request, "security", "request_changes", "Why?")
    with travel(502):
        give(world, "auditor", "security_reviewer")
        ballots.dismiss_block(actor=world.lead, ballot=block, reason="It was answered.")
    with travel(503):
        vote(world.auditor, request, "security")
    for step, hours in (("data", 504), ("validation", 505), ("business", 506)):
        lives.answer(request, step, hours)
    found["dismissed"] = request

    request = lives.open(6, 600)
    lives.answer(request, "validation", 601)
    with travel(602):
        requests.withdraw(actor=world.lead, request=request)
    found["withdrawn"] = request

    found["superseded"] = lives.open(7, 700)
    lives.answer(found["superseded"], "security", 701)
    with travel(710):
        found["inherits"] = lives.ask(lives.push("8", **{**different(7), "params": {"max_depth": 99}}))
    for step, hours in (("data", 711), ("validation", 712), ("business", 713)):
        lives.answer(found["inherits"], step, hours)

    request = lives.open(9, 800)
    lives.answer(request, "data", 801)
    with travel(800 + 31 * 24):
        requests.expire_due()
    found["expired"] = request

    request = lives.open(10, 1600)
    lives.answer(request, "validation", 1601)
    with travel(1602):
        people.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.validator.user), reason="moved")
    found["open"] = request
    for row in found.values():
        row.refresh_from_db()
    return found


def rows_of_everything():
    return {model._meta.label: model._default_manager.count() for model in apps.get_models() if model._meta.managed}
