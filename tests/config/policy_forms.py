"""A policy with comments, the addresses of its pages, and what a browser sends of the form that changes it."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from approvals.models import PolicyVersion
from approvals.services import policies
from foundation import actor as actors
from governance.people import services as people

PAGE = "/settings/policies/production-release/"
EDIT, TEXT, NEW = f"{PAGE}edit/", f"{PAGE}text/", "/settings/new-policy/"
COMMENTED = """\
# Why this policy is as it is: see the minutes of March.
title: Production release   # what people call it
open_for: 30 days
steps:
  # The validator looks first.
  - key: validation
    title: Model validation
    role: model_validator   # not the team itself
    covers: [code, model, data]
  - key: business
    title: Business sign-off
    role: business_owner
    after: [validation]
    covers: [use_case, model, economics]   # money matters
    applies_if: {cost: {at_least: 10000}}
checks:
  dependencies.locked: blocking   # agreed with security
standard_changes:
  - key: patch
    title: Patch
    touches: [dependencies]
    limits: {metrics: {recall: {may_fall: "0.01"}}}
    without: [business]
"""


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())).replace("&#x27;", "'")


def fields_of(response: Any) -> dict[str, Any]:
    """What a browser would send of the form that changes a policy, if somebody pressed a button without typing."""
    found: dict[str, Any] = {}
    context = response.context
    for form in [*context["draft"].all_forms, context["note"]]:
        for field in form:
            value = field.value()
            if value not in (None, False, ""):
                found[field.html_name] = ["on"] if value is True else value
    return {**found, "order": context["order"], "newest": context["newest"].number if context["newest"] else ""}


@pytest.fixture
def commented(world: Any) -> PolicyVersion:
    return policies.write_policy(actor=world.admin, key="production-release", source=COMMENTED)


@pytest.fixture
def second(world: Any) -> Any:
    """Another administrator: the actor, and a browser."""
    setup = actors.system("test")
    user = people.create_user(actor=setup, username="second", name="Sam Second", email="second@example.com")
    people.grant_role(actor=setup, user=user, role="administrator")
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return SimpleNamespace(actor=actors.person(user), client=client)


def changed(client: Client, **typed: Any) -> Any:
    """Open the form, type something, save."""
    return client.post(EDIT, {**fields_of(client.get(EDIT)), **typed, "do": "save"}, follow=True)
