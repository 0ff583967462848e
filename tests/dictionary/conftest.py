from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation import actor as actors
from foundation import tokens
from foundation.models import Token
from governance.dictionary import services
from governance.people import services as people
from governance.usecases import services as usecases
from tests.dictionary.approved import define


@pytest.fixture
def room(db):
    """`governance` keeps the dictionary, `engineer` binds, the others read; two teams, one dictionary, one element."""
    setup = actors.system("setup")

    def somebody(name: str) -> actors.Actor:
        user = people.create_user(actor=setup, username=name, name=name.title(), email=f"{name}@example.com")
        return actors.person(user)

    governance, engineer, auditor, stranger = map(somebody, ("governance", "engineer", "auditor", "stranger"))
    use_case = usecases.open_use_case(actor=setup, slug="churn", title="Churn")
    people.grant_role(actor=setup, user=governance.user, role="data_governance")
    people.grant_role(actor=setup, user=engineer.user, role="data_engineer", scope=use_case.public_id)
    people.grant_role(actor=setup, user=auditor.user, role="auditor")
    sales = people.create_team(actor=setup, slug="sales", title="Sales")
    billing = people.create_team(actor=setup, slug="billing", title="Billing")
    dictionary = services.create_dictionary(actor=governance, slug="customers", title="Customers")
    element = define(
        actor=governance,
        dictionary=dictionary,
        key="customer.signup_date",
        name="Sign-up date",
        definition="Day on which the first contract was signed.",
        logical_type="date",
    )
    token, secret = tokens.create(
        actor=governance,
        name="sync",
        owner=governance.user,
        kind=Token.Kind.SERVICE,
        scopes=["read", "governance:write"],
        scope=use_case.public_id,
    )
    return SimpleNamespace(
        governance=governance,
        engineer=engineer,
        auditor=auditor,
        stranger=stranger,
        sales=sales,
        billing=billing,
        dictionary=dictionary,
        element=element,
        token=actors.service(token),
        token_secret=secret,
    )
