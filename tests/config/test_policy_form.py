"""Writing a version of a policy in a form: comments survive, mistakes are said at their field."""

from __future__ import annotations

import pytest

from approvals.models import PolicyVersion
from approvals.policy import parse
from tests.config.policy_forms import COMMENTED, EDIT, NEW, TEXT, changed, commented, fields_of, second, text_of  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


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


def test_the_tolerance_and_what_packages_are_reviewed_for_are_edited_in_the_form(world, commented):
    changed(world.client("admin"), worth_tolerance=" 7.5% ", reviewed_for=["safe-to-deploy"])
    version = PolicyVersion.objects.get(number=2)
    now = parse(version.text)

    assert (str(now.worth_tolerance), now.reviewed_for) == ("7.5 %", ("safe-to-deploy",))
    assert "# money matters" in version.text
    form = world.client("admin").get(EDIT)
    assert fields_of(form)["worth_tolerance"] == "7.5 %"
    assert fields_of(form)["reviewed_for"] == ["safe-to-deploy"]
    assert form.context["kept"] == ["levels of checks", "standard changes"]

    changed(world.client("admin"), worth_tolerance="12000 EUR", reviewed_for=[])
    now = parse(PolicyVersion.objects.get(number=3).text)
    assert (str(now.worth_tolerance), now.reviewed_for) == ("12000 EUR", ())

    changed(world.client("admin"), worth_tolerance="")
    assert parse(PolicyVersion.objects.get(number=4).text).worth_tolerance is None


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"worth_tolerance": "101 %"}, "worth_tolerance", "is not a tolerance: write a share such as 5 %"),
        ({"worth_tolerance": "-5 %"}, "worth_tolerance", "is not a tolerance"),
        ({"worth_tolerance": "1,5 %"}, "worth_tolerance", "is not a tolerance"),
        ({"worth_tolerance": "10000"}, "worth_tolerance", "is not a tolerance"),
        ({"reviewed_for": ["nonsense"]}, "reviewed_for", "nonsense"),
    ],
)
def test_a_wrong_tolerance_or_criterion_is_said_at_its_field_and_nothing_is_saved(world, commented, typed, field, said):
    response = changed(world.client("admin"), **typed)

    assert response.status_code == 400
    assert said in " ".join(response.context["draft"].whole.errors[field])
    assert PolicyVersion.objects.count() == 1


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
