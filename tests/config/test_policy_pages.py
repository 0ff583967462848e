"""Policies in the portal: who governs what, writing a version in a form or as text, and bringing it into force by two people."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from approvals.models import Gate, Policy, PolicyVersion, Request, SubjectPolicy
from approvals.policy import parse
from approvals.services import policies
from foundation import actor as actors
from foundation.models import AuditEvent
from governance.people import services as people
from tests.conftest import POLICY

pytestmark = pytest.mark.django_db
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


# The list and the page -----------------------------------------------------------------------------------------------


def test_the_list_says_what_each_policy_stands_before_and_what_waits(world, gate):
    policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180", "90"))

    said = text_of(world.client("business").get("/settings/policies/"))

    assert "Production release" in said
    assert "Production" in said
    assert "Version 2 draft, nobody asked yet" in said
    assert "Definitions of use cases" in said
    assert "Ships with the product" in said
    assert "Only an administrator can do this." in said


def test_looking_at_pages_writes_nothing(world, gate):
    before = (AuditEvent.objects.count(), Policy.objects.count())
    client = world.client("admin")

    for page in (
        "policies/",
        "policies/policy-publication/",
        "policies/policy-publication/edit/",
        "environments/",
        "new-policy/",
    ):
        assert client.get(f"/settings/{page}").status_code == 200

    assert (AuditEvent.objects.count(), Policy.objects.count()) == before


def test_a_policy_is_shown_as_a_chain_as_a_table_and_as_text(world, commented):
    body = world.client("business").get(PAGE).content.decode()

    assert "<svg" in body
    assert "# money matters" in body
    assert "cost at least 10000" in body
    assert "2 steps, 2 approvals in all; at most 2 after one another." in body


def test_a_role_that_nobody_holds_is_named_with_the_use_cases_that_lack_it(world, gate):
    from governance.usecases import services as usecases

    other = usecases.open_use_case(actor=world.lead, slug="fraud", title="Fraud")
    people.grant_role(actor=world.lead, user=world.business.user, role="business_owner", scope=other.public_id)

    said = text_of(world.client("lead").get(PAGE))

    assert "Nobody holds the role Model validator, which “Model validation” asks for." in said
    assert "Only for Fraud" in said
    assert "Fraud" not in text_of(world.client("validator").get(PAGE))


def test_what_nobody_holds_anywhere_is_said_once_for_all(world):
    policies.write_policy(
        actor=world.admin, key="budget", source="title: B\nsteps: [{key: a, title: A, role: budget_holder, covers: [model]}]"
    )

    said = text_of(world.client("admin").get("/settings/policies/budget/"))

    assert said.count("Nobody holds the role Budget holder") == 1
    assert "Only for" not in said


def test_a_version_that_there_is_not_is_404(world, gate):
    client = world.client("admin")

    assert client.get(f"{PAGE}?version=7").status_code == 404
    assert client.get("/settings/policies/none/").status_code == 404
    assert client.get("/settings/policies/none/edit/").status_code == 404
    assert client.post(PAGE, {}).status_code == 404


# The form ------------------------------------------------------------------------------------------------------------


def test_saving_the_form_unchanged_makes_no_version(world, commented):
    response = changed(world.client("admin"))

    assert "It says the same as version 1: no new version." in text_of(response)
    assert PolicyVersion.objects.count() == 1


def test_comments_and_what_the_form_does_not_show_survive_an_edit(world, commented):
    typed = {"s0-quorum": 2, "s0-sla_amount": 3, "s0-sla_unit": "days", "note": "Two pairs of eyes."}
    response = changed(world.client("admin"), **typed)

    version = PolicyVersion.objects.get(number=2)
    assert "Version 2 is a draft. Ask for its publication: somebody else has to confirm it." in text_of(response)
    assert (version.note, version.published_at) == ("Two pairs of eyes.", None)
    for comment in (
        "# Why this policy",
        "# what people call it",
        "# The validator looks first.",
        "# not the team itself",
        "# money matters",
    ):
        assert comment in version.text
    before, now = parse(COMMENTED), parse(version.text)
    assert (now.steps[0].quorum, str(now.steps[0].sla)) == (2, "3 working days")
    assert (now.checks, now.standard_changes, now.steps[1]) == (before.checks, before.standard_changes, before.steps[1])
    assert len(version.text.splitlines()) == len(COMMENTED.splitlines()) + 2


def test_everything_that_the_form_has_reaches_the_policy(world, commented):
    typed = {
        "title": "Release",
        "distinct_humans": "",
        "open_for": 20,
        "valid_for": 1,
        "grace": 14,
        "conditional": "",
        "glass_roles": ["operations"],
        "glass_hours": 8,
        "glass_amount": 4,
        "glass_unit": "hours",
        "s0-description": "Is it sound?",
        "s0-exclude": ["submitter", "step:1"],
        "s0-signature": "reauth",
        "s0-sla_amount": 2,
        "s0-remind0-amount": 1,
        "s0-remind0-unit": "days",
        "s0-remind0-when": "after",
        "s0-escalate_amount": 4,
        "s0-escalate_unit": "hours",
        "s0-escalate_to": "project_lead",
        "s0-if0-fact": "changed",
        "s0-if0-op": "any",
        "s0-if0-value": "code, model",
        "s1-bulk": "on",
        "s1-after": [],
    }
    changed(world.client("admin"), **typed)

    now = parse(PolicyVersion.objects.get(number=2).text)
    first, second = now.steps
    assert (now.title, now.distinct_humans, now.open_for_days, now.valid_for_days, now.grace_days) == (
        "Release",
        False,
        20,
        1,
        14,
    )
    assert (now.conditional, now.break_glass.roles, now.break_glass.hours) == (False, ("operations",), 8)
    assert str(now.break_glass.review_within) == "4 working hours"
    assert (first.description, first.exclude, first.signature) == ("Is it sound?", ("step:business", "submitter"), "reauth")
    assert ([str(item) for item in first.remind], str(first.escalate_after), first.escalate_to) == (
        ["1 working day after"],
        "4 working hours",
        "project_lead",
    )
    assert (first.applies_if[0].fact, first.applies_if[0].value) == ("changed", ("code", "model"))
    assert (second.bulk, second.after) == (True, ())


def test_breaking_glass_can_be_forbidden(world, commented):
    changed(world.client("admin"), glass="")

    assert parse(PolicyVersion.objects.get(number=2).text).break_glass is None


def test_a_step_is_added_moved_and_removed_by_buttons_and_nothing_typed_is_lost(world, commented):
    client = world.client("admin")
    sent = fields_of(client.get(EDIT))

    page = client.post(EDIT, {**sent, "s0-title": "Validation", "do": "add"})
    assert page.context["order"] == "0,1,2"
    assert "Nothing was saved" not in text_of(page)
    sent = fields_of(page)
    assert sent["s0-title"] == "Validation"
    page = client.post(
        EDIT, {**sent, "s2-title": "Security review", "s2-role": "security_reviewer", "s2-covers": ["dependencies"], "do": "up:2"}
    )
    assert page.context["order"] == "0,2,1"
    sent = fields_of(page)
    page = client.post(EDIT, {**sent, "s1-after": ["0", "2"], "do": "remove:0"})
    assert page.context["order"] == "2,1"
    sent = fields_of(page)
    assert sent["s1-after"] == ["0", "2"]
    response = client.post(EDIT, {**sent, "s1-after": ["2"], "do": "save"}, follow=True)

    assert response.status_code == 200
    now = parse(PolicyVersion.objects.get(number=2).text)
    assert [step.key for step in now.steps] == ["security-review", "business"]
    assert now.steps[1].after == ("security-review",)
    assert "# money matters" in PolicyVersion.objects.get(number=2).text


def test_another_short_name_is_followed_by_all_who_name_the_step(world, commented):
    changed(world.client("admin"), **{"s1-key": "sign-off", "s0-exclude": ["contributors", "step:1"]})

    now = parse(PolicyVersion.objects.get(number=2).text)
    assert now.steps[0].exclude == ("contributors", "step:sign-off")
    assert now.standard_changes[0].without == ("sign-off",)


def test_check_draws_the_chain_and_says_what_is_doubtful_and_saves_nothing(world, commented):
    client = world.client("admin")

    page = client.post(EDIT, {**fields_of(client.get(EDIT)), "s0-quorum": 3, "do": "check"})

    said = text_of(page)
    assert page.status_code == 200
    assert "3 × Model validator" in said
    assert "“Model validation” asks for 3 people; 1 could approve." in said
    assert "added: +" in said
    assert "quorum: 3" in said
    assert PolicyVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "name", "said"),
    [
        ({"s0-title": ""}, "s0-title", "This field is required."),
        ({"s0-covers": []}, "s0-covers", "Choose at least one"),
        ({"s0-quorum": 0}, "s0-quorum", "greater than or equal to 1"),
        ({"s0-key": "Big Step"}, "s0-key", "Lower-case letters"),
        ({"s0-key": "business"}, "s1-key", "Another step already has the key business"),
        ({"s0-after": ["1"]}, "s0-after", "These steps wait for one another"),
        ({"s0-escalate_amount": 2, "s0-escalate_to": "project_lead"}, "s0-sla_amount", "Say first how long it may take"),
        ({"s0-escalate_to": "project_lead"}, "s0-escalate_amount", "Say by how much."),
        ({"s0-signature": "reauth", "s0-bulk": "on"}, "s0-bulk", "signed one by one"),
        ({"s0-remind0-amount": 2}, "s0-remind0-amount", "Counts from the time when the step is due"),
        ({"s0-if0-fact": "cost", "s0-if0-op": "equals", "s0-if0-value": "1"}, "s0-if0-op", "is at least, is at most"),
        ({"s0-if0-fact": "cost", "s0-if0-op": "at_least", "s0-if0-value": "much"}, "s0-if0-fact", "is not a number"),
        ({"s0-if0-fact": "risk_tier", "s0-if0-op": "in", "s0-if0-value": "huge"}, "s0-if0-value", "huge is none of the values"),
        ({"s0-if0-value": "high"}, "s0-if0-fact", "Say what is compared."),
        ({"glass_roles": []}, "glass_roles", "Choose at least one role"),
        ({"open_for": 99999}, "open_for", "less than or equal to"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(world, commented, typed, name, said):
    client = world.client("admin")

    page = client.post(EDIT, {**fields_of(client.get(EDIT)), **typed, "do": "save"})

    assert page.status_code == 400
    field = next(
        form[found] for form in page.context["draft"].all_forms for found in form.fields if form[found].html_name == name
    )
    assert said in " ".join(field.errors)
    assert "Nothing was saved: something needs to be put right." in text_of(page)
    assert PolicyVersion.objects.count() == 1


def test_the_same_comparison_twice_is_said_and_a_range_is_not(world, commented):
    client = world.client("admin")
    sent = fields_of(client.get(EDIT))
    row = {"s1-if1-fact": "cost", "s1-if1-op": "at_least", "s1-if1-value": "5"}

    assert client.post(EDIT, {**sent, **row, "do": "save"}).status_code == 400
    client.post(EDIT, {**sent, **row, "s1-if1-op": "less_than", "s1-if1-value": "50000", "do": "save"})

    assert len(parse(PolicyVersion.objects.get(number=2).text).steps[1].applies_if) == 2


def test_a_step_that_a_standard_change_names_cannot_just_go(world, commented):
    client = world.client("admin")
    sent = fields_of(client.get(EDIT))

    page = client.post(EDIT, {**sent, "order": "0", "do": "save"})

    assert page.status_code == 400
    assert "standard_changes[0].without[0]" in text_of(page)


def test_who_was_overtaken_is_told_before_anything_is_saved(world, commented, second):
    client = world.client("admin")
    sent = fields_of(client.get(EDIT))
    changed(second.client, open_for=10)

    page = client.post(EDIT, {**sent, "open_for": 20, "do": "save"})
    assert "Sam Second has written version 2 since you began." in text_of(page)
    assert PolicyVersion.objects.count() == 2
    client.post(EDIT, {**fields_of(page), "do": "save"})

    assert parse(PolicyVersion.objects.get(number=3).text).open_for_days == 20


def test_who_is_no_administrator_may_look_at_the_form_and_saves_nothing(world, commented):
    client = world.client("lead")
    page = client.get(EDIT)

    assert "Only an administrator can do this." in text_of(page)
    assert client.post(EDIT, {**fields_of(page), "open_for": 3, "do": "save"}).status_code == 403
    assert client.post(TEXT, {"source": COMMENTED.replace("30", "3"), "newest": 1, "do": "save"}).status_code == 403
    assert PolicyVersion.objects.count() == 1


def test_a_policy_is_written_from_nothing_in_the_form(world):
    client = world.client("admin")
    sent = fields_of(client.get(NEW))

    missing = client.post(NEW, {**sent, "do": "save"})
    assert missing.status_code == 400
    response = client.post(NEW, {**sent, "new_key": "release", "title": "Release", "do": "save"}, follow=True)

    assert "The policy stands." in text_of(response)
    version = PolicyVersion.objects.get(policy__key="release")
    assert (version.policy.title, parse(version.text).title, version.approval) == ("Release", "Release", "")


def test_a_short_name_that_is_taken_is_refused_at_its_field(world, commented):
    client = world.client("admin")
    page = client.post(NEW, {**fields_of(client.get(NEW)), "new_key": "production-release", "do": "save"})

    assert page.status_code == 400
    assert "There is a policy with this short name already." in text_of(page)
    assert PolicyVersion.objects.count() == 1


def test_numbers_of_rows_that_make_no_sense_do_no_harm(world, commented):
    client = world.client("admin")

    assert client.post(EDIT, {"order": "x,9,9,99999999999,²", "do": "up:x"}).status_code == 200
    assert client.post(EDIT, {"order": "", "do": "check"}).status_code == 400
    assert client.post(EDIT, {"order": "5", "do": "remove:5"}).status_code == 200
    assert client.post(EDIT, {"do": "down:²"}).status_code == 200
    assert PolicyVersion.objects.count() == 1


# The text ------------------------------------------------------------------------------------------------------------


def test_a_new_version_is_written_as_text(world, commented):
    text = COMMENTED.replace("30 days", "20 days")
    client = world.client("admin")

    checked = client.post(TEXT, {"source": text, "note": "", "newest": 1, "do": "check"})
    assert "What it comes to" in text_of(checked)
    response = client.post(TEXT, {"source": text, "note": "Faster", "newest": 1, "do": "save"}, follow=True)

    assert "Version 2 is a draft." in text_of(response)
    version = PolicyVersion.objects.get(number=2)
    assert (version.text.strip(), version.note) == (text.strip(), "Faster")
    assert "In force is version 1." not in text_of(client.get(PAGE))


@pytest.mark.parametrize("button", ["check", "save"])
def test_a_text_with_mistakes_names_their_lines_and_keeps_the_draft(world, commented, button):
    text = COMMENTED.replace("role: model_validator", "role: wizard")

    response = world.client("admin").post(TEXT, {"source": text, "newest": 1, "do": button})

    assert response.status_code == 400
    assert re.search(r"unknown role .{0,12}wizard", text_of(response))
    assert re.search(r'<th scope="row" class="number">8</th>', response.content.decode())
    assert "role: wizard" in response.content.decode().split("</textarea>")[0].rsplit("<textarea", 1)[1]
    assert PolicyVersion.objects.count() == 1


def test_a_new_policy_is_written_as_text(world):
    data = {"new_key": "release", "source": POLICY, "do": "save"}

    response = world.client("admin").post(f"{NEW}?as=text", data, follow=True)

    assert "The policy stands." in text_of(response)
    assert Policy.objects.filter(key="release").exists()


# Into force, and out of it -------------------------------------------------------------------------------------------


def test_a_single_administrator_is_told_why_nobody_can_confirm(world, commented):
    client = world.client("admin")
    changed(client, open_for=20)
    draft = f"{PAGE}?version=2"

    before = text_of(client.get(draft))
    assert "Nobody could confirm it" in before
    assert "Everybody who holds the role Administrator helped to make" in before
    response = client.post(draft, {"command": "publish"}, follow=True)

    assert "who wrote a version, or asked for its publication, cannot confirm it" in text_of(response)
    assert PolicyVersion.objects.get(number=2).published_at is None
    request = Request.objects.get()
    assert (request.subject_type, request.purpose) == ("policy_version", "publish")
    assert client.get(f"/requests/{request.public_id}/").status_code == 200


def test_a_second_administrator_brings_the_draft_into_force(world, commented, second, vote):
    client = world.client("admin")
    changed(client, open_for=20, note="Thirty days were never used.")
    response = client.post(f"{PAGE}?version=2", {"command": "publish"}, follow=True)
    request = Request.objects.get()
    assert "Publication is asked for. Waiting for Sam Second." in text_of(response)
    assert request.comment == "Thirty days were never used."
    assert Policy.objects.get(key="production-release").current_version().number == 1

    vote(second.actor, request, "confirmation")

    assert Policy.objects.get(key="production-release").current_version().number == 2
    said = text_of(second.client.get(PAGE))
    assert "Version 2 is in force." in said
    assert re.search(r"Confirmed .{0,20}by Sam Second", said)
    assert "Version 1 Replaced" in said
    kinds = AuditEvent.objects.filter(kind="approvals.policy.published")
    assert kinds.count() == 1


def test_only_an_administrator_asks_for_publication_or_withdraws(world, commented):
    changed(world.client("admin"), open_for=20)
    client = world.client("lead")

    assert client.post(f"{PAGE}?version=2", {"command": "publish"}).status_code == 403
    assert client.post(f"{PAGE}?version=1", {"command": "withdraw", "reason": "No"}).status_code == 403
    assert not Request.objects.exists()


def test_what_is_published_is_not_asked_for_again(world, commented):
    response = world.client("admin").post(f"{PAGE}?version=1", {"command": "publish"})

    assert response.status_code == 403
    assert not Request.objects.exists()


def test_withdrawing_says_first_what_it_blocks_and_wants_a_reason(world, gate, push, ask):
    ask(push())
    client = world.client("admin")

    said = text_of(client.get(PAGE))
    assert "1 open request under it is blocked until it is moved to another version." in said
    assert "No other version can take its place: nothing more can go to Production." in said
    assert client.post(f"{PAGE}?version=1", {"command": "withdraw", "reason": ""}).status_code == 400
    client.post(f"{PAGE}?version=1", {"command": "withdraw", "reason": "Security was forgotten."})

    said = text_of(client.get(PAGE))
    assert "No version is in force" in said
    assert "Security was forgotten." in said
    assert AuditEvent.objects.filter(kind="approvals.policy.withdrawn").count() == 1


# What governs what ---------------------------------------------------------------------------------------------------


def test_the_environments_page_says_what_governs_what(world, gate):
    said = text_of(world.client("business").get("/settings/environments/"))

    assert "Definitions of use cases Definition Sign-off of a use case definition ships with the product" in said
    assert "Production production Production release Prevents" in said


def test_a_policy_that_nobody_confirmed_cannot_take_the_place_of_another(world, gate, second, vote):
    client = world.client("admin")
    data = {"command": "subject", "subject": "document:signoff", "policy": "production-release"}

    refused = client.post("/settings/environments/", data)
    assert refused.status_code == 409
    assert "Nobody but its author has confirmed this policy." in text_of(refused)
    assert world.client("lead").post("/settings/environments/", data).status_code == 403

    draft = policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180", "90"))
    client.post(f"{PAGE}?version={draft.number}", {"command": "publish"})
    vote(second.actor, Request.objects.get(), "confirmation")
    assert client.post("/settings/environments/", data).status_code == 302

    assert SubjectPolicy.objects.get().policy.key == "production-release"
    assert AuditEvent.objects.filter(kind="approvals.subject_policy.set").count() == 1
    assert "Documents" in text_of(client.get("/settings/policies/"))


def test_changing_a_gate_begins_with_what_it_is(world, gate):
    page = world.client("admin").get("/settings/environments/?environment=production")

    assert page.context["form"]["slug"].value() == "production"
    assert page.context["form"]["policy"].value() == "production-release"
    assert Gate.objects.count() == 1
