"""People around one use case: enough to write costs down, and to be refused."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation import actor as actors
from foundation import tokens
from foundation.models import Token
from governance.people import services as people
from governance.usecases import services as usecases


@pytest.fixture
def room(db):
    """`lead` founded the use case, `business` pays, `auditor` reads, `stranger` sees nothing, `ci` is a service token."""
    setup = actors.system("setup")

    def somebody(name: str) -> actors.Actor:
        user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@example.com")
        return actors.person(user)

    lead, business, auditor, stranger = map(somebody, ("lead", "business", "auditor", "stranger"))
    use_case = usecases.open_use_case(actor=lead, slug="churn", title="Churn")
    people.grant_role(actor=setup, user=business.user, role="budget_holder", scope=use_case.public_id)
    people.grant_role(actor=setup, user=auditor.user, role="auditor", scope=use_case.public_id)
    token, secret = tokens.create(actor=lead, name="ci", owner=lead.user, kind=Token.Kind.SERVICE, scopes=["read"])
    return SimpleNamespace(
        lead=lead,
        business=business,
        auditor=auditor,
        stranger=stranger,
        use_case=use_case,
        ci=actors.service(token),
        ci_secret=secret,
    )
