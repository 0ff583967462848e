"""What a request's page tells its readers: whose move it is, what changed for them, who looked, what is not asked and why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from approvals.models import Clock, Look, SubjectPolicy
from approvals.services import clocks, envelopes, policies, requests
from foundation import actor as actors
from foundation import clock
from tests.approvals.asking import OTHER_LOCK, ask_to_publish, redefine, stand_in
from tests.approvals.pages import again, page, text_of
from tests.conftest import POLICY
from tests.usecases.papers import added

pytestmark = pytest.mark.django_db

TIERED = POLICY.replace("covers: [data, dictionary]}", "covers: [data, dictionary], applies_if: {risk_tier: high}}")
TIMED = POLICY.replace(
    "role: security_reviewer,",
    "role: security_reviewer, sla: 1 working days, escalate: {after: 1 working day, to: project_lead},",
)
STANDARD = """
standard_changes:
  - {key: patch, title: Dependency patch, touches: [dependencies], without: [business, data]}
"""


def gated(world, source):
    version = policies.write_policy(actor=world.admin, key="production-release", source=source)
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=version.policy)


def asked_for(world, gate, row):
    return requests.open_request(
        actor=world.ci,
        subject_type="model_version",
        subject_id=row.public_id,
        purpose="deployment",
        environment=gate.environment,
    )


def opened(body: str) -> list[str]:
    """The parts that stand open."""
    return re.findall(r'<details class="card fold fold--yours" open id="part-(\w+)"', body)


# What changed, for this reader ---------------------------------------------------------------------------------------


def test_each_reader_is_compared_with_what_they_approved_themselves(world, gate, push, ask, approve):
    approve(ask(push("1")))
    request = ask(push("2", params={"max_depth": 9}, dependency_sets=OTHER_LOCK))

    said = text_of(page(world, "security", request))

    assert "Compared with churn-model@1 , as you approved it" in said
    assert "numpy: 2.0.0 → 2.0.1" in said.split("yours to judge")[0], "in a line, on top"
    assert "1 other part changed, which others judge." in said


def test_a_reader_can_compare_with_something_else(world, gate, push, ask, vote, approve):
    approve(ask(push("1")))
    push("2", params={"max_depth": 7})
    request = ask(push("3", params={"max_depth": 9}))
    mine = page(world, "validator", request)
    assert "as you approved it" in text_of(mine)
    assert 'href="?since=forerunner#judged"' in mine.content.decode()

    assert "Compared with churn-model@1 , which was approved last." in text_of(
        page(world, "validator", request, "?since=approval")
    )
    before = page(world, "validator", request, "?since=forerunner")
    assert "Compared with churn-model@2" in text_of(before)
    assert "max_depth: 7 → 9" in text_of(before)
    assert page(world, "validator", request, "?since=nonsense").status_code == 200


def test_who_approved_what_has_not_changed_is_told_so(world, gate, push, ask, approve):
    approve(ask(push("1")))
    request = ask(push("2", dependency_sets=OTHER_LOCK))

    said = text_of(page(world, "business", request))

    assert "Nothing that you judge has changed since you approved it." in said


def test_who_approves_now_is_compared_with_the_last_approval_again(world, gate, push, ask, vote, approve):
    approve(ask(push("1")))
    request = ask(push("2", dependency_sets=OTHER_LOCK))
    vote(world.security, request, "security")

    said = text_of(page(world, "security", request))

    assert "which was approved last." in said
    assert "numpy: 2.0.0 → 2.0.1" in said


def test_errors_are_told_in_people_to_the_business_and_in_figures_to_validators(world, gate, push, ask, approve):
    first = {"dataset": "test", "tp": 138, "fp": 290, "fn": 62, "tn": 9510}
    second = {"dataset": "test", "tp": 142, "fp": 260, "fn": 58, "tn": 9540}
    approve(ask(push("1", confusion=first)))
    request = ask(push("2", confusion=second, metrics={"recall": {"value": 2, "dataset": "test"}}))

    business, validator = page(world, "business", request), page(world, "validator", request)

    assert "142 are found and 58 missed" in text_of(business).split("yours to judge")[0]
    assert "recall (test): 1 → 2 (+1)" in text_of(validator).split("yours to judge")[0]
    assert "recall (test)" not in text_of(business).split("yours to judge")[0]


def test_the_parts_of_a_role_come_in_the_order_in_which_it_looks_at_them(world, gate, push, ask):
    request = ask(push())

    assert opened(page(world, "security", request).content.decode()) == ["dependencies", "runtime"]
    assert opened(page(world, "validator", request).content.decode()) == ["model", "data", "code"]
    assert opened(page(world, "governance", request).content.decode()) == ["dictionary", "data"]


# Who looked ----------------------------------------------------------------------------------------------------------


def test_who_could_act_is_noted_once_in_a_round_and_nobody_else(world, gate, push, ask, vote):
    request = ask(push())

    for part in ("validator", "validator", "lead", "business"):
        page(world, part, request)
    assert [look.user for look in Look.objects.all()] == [world.validator.user]

    vote(world.validator, request, "validation", "request_changes", "Seed?")
    requests.resubmit(actor=world.engineer, request=request, comment="42.")
    page(world, "validator", request)
    assert [(look.round, look.user) for look in Look.objects.order_by("pk")] == [
        (1, world.validator.user),
        (2, world.validator.user),
    ]


def test_a_deputy_who_looks_is_noted_as_well(world, gate, push, ask):
    request = ask(push())
    stand_in(world, world.lead, world.security)

    page(world, "lead", request)

    assert Look.objects.get().user == world.lead.user


def test_others_read_who_has_looked_and_who_has_not(world, gate, push, ask):
    request = ask(push())
    page(world, "validator", request)

    said = text_of(page(world, "lead", request))

    assert "Validator seen less than a minute ago" in said
    assert "Security not opened yet" in said
    assert "Seen by Validator" in said


# Steps ---------------------------------------------------------------------------------------------------------------


def test_a_step_that_does_not_apply_says_when_it_would(world, push):
    redefine(world, risk_tier="low")
    request = asked_for(world, gated(world, TIERED), push())

    said = text_of(page(world, "governance", request))

    assert "Data and meaning Not applicable Asked only when: risk tier is high." in said
    assert "It is your move" not in said
    assert 'name="verdict"' not in page(world, "governance", request).content.decode()


def test_a_step_whose_fact_nobody_recorded_says_which(world, push):
    request = asked_for(world, gated(world, TIERED), push())

    said = text_of(page(world, "lead", request))

    assert "Whether this is asked depends on what nobody has recorded: risk tier." in said
    assert "Data and meaning: somebody has to record the risk tier." in said


def test_a_standard_change_says_what_it_did_without(world, push, approve):
    gate = gated(world, POLICY + STANDARD)
    approve(asked_for(world, gate, push("1")))
    request = asked_for(world, gate, push("2", dependency_sets=OTHER_LOCK))

    assert "Not asked: Dependency patch." in text_of(page(world, "lead", request))


def test_due_times_and_escalation_are_told(world, push):
    request = asked_for(world, gated(world, TIMED), push())
    assert "due in" in text_of(page(world, "validator", request))
    late = clock.now() - timedelta(days=3)
    Clock.objects.filter(request=request, step="security").update(due_at=late)
    clocks.escalate(actor=actors.system("clocks"), request=request, step="security")

    said = text_of(page(world, "lead", request))
    assert "Overdue, was due 3 days ago" in said
    assert "Escalated: Project lead can act as well." in said
    assert "It is your move: Security review." in said
    assert "It was escalated, so you can act on it although it asks for the role Security reviewer." in said
    assert "“Security review” was escalated: others can act on it as well." in said
    assert "so this role can act as well: Project lead." in text_of(page(world, "business", request))


def test_a_stopped_clock_says_that_it_stands_still(world, push, vote):
    request = asked_for(world, gated(world, TIMED), push())
    vote(world.validator, request, "validation", "request_changes", "Seed?")

    assert "The time for it stands still while changes are asked for." in text_of(page(world, "lead", request))


def test_who_can_look_again_is_named_once(world, gate, push, ask, vote):
    request = ask(push())
    vote(world.validator, request, "validation")
    vote(world.business, request, "business")
    again(world, "Something else.")

    said = text_of(page(world, "lead", request))

    assert "Business sign-off: Business approved an earlier version and can look at the difference (use case)." in said
    assert "Business sign-off: Business can approve." not in said


def test_who_is_not_asked_yet_is_not_led_to_a_verdict(world, gate, push, ask, approve):
    """Their earlier approval went stale, and the step waits for another one."""
    approve(ask(push("1")))
    request = ask(push("2", params={"max_depth": 9}))

    body = page(world, "business", request).content.decode()

    assert 'name="verdict"' not in body
    assert "Give your verdict" not in body
    assert "This step is not open yet" in body


def test_a_deputy_whose_absence_is_over_left_an_approval_that_is_greyed_with_the_reason(world, gate, push, ask, vote):
    request = ask(push())
    row = stand_in(world, world.lead, world.security)
    vote(world.lead, request, "security", on_behalf_of=world.security.user)
    type(row).objects.filter(pk=row.pk).update(ended_at=clock.now())

    body = page(world, "business", request).content.decode()

    assert "timeline__item--past" in body
    assert "the approval ended with the absence" in body


# Other subjects ------------------------------------------------------------------------------------------------------


def test_a_policy_that_is_to_be_published_is_judged_on_the_same_page(world, gate):
    draft = policies.write_policy(
        actor=world.admin,
        key="production-release",
        source=POLICY.replace("role: model_validator", "role: model_validator, quorum: 2"),
    )
    request = ask_to_publish(world, draft)

    response = page(world, "admin", request)

    said = text_of(response)
    assert response.status_code == 200
    assert "Steps › validation › Approvals needed: 1 → 2" in said
    assert "Somebody else has to" in said


def test_a_document_that_is_to_be_signed_is_judged_on_the_same_page(world, gate, settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    source = "title: Documents\nsteps:\n  - {key: client, title: Client, role: business_owner, covers: [document]}\n"
    version = policies.write_policy(actor=world.admin, key="documents", source=source)
    SubjectPolicy.objects.update_or_create(subject_type="document", purpose="signoff", defaults={"policy": version.policy})
    row = added(world)
    request = requests.open_request(
        actor=world.scientist, subject_type="document", subject_id=row.public_id, purpose="signoff", environment=None
    )

    said = text_of(page(world, "business", request))

    assert "It is your move: Client." in said
    assert "Download" in said
    assert "Break glass" not in said, "nothing goes anywhere"


def test_a_request_about_rules_can_be_read_by_everybody_whom_they_bind(world, gate):
    draft = policies.write_policy(actor=world.admin, key="production-release", source=POLICY.replace("180 days", "90 days"))
    request = ask_to_publish(world, draft)

    assert page(world, "stranger", request).status_code == 200


def test_what_past_versions_say_stands_beside_an_envelope_that_is_judged(world, gate, push, ask, approve):
    baseline = push("7")
    approve(ask(baseline))
    push("8", metrics={"recall": {"value": 0, "dataset": "test"}})
    envelope = envelopes.write_envelope(
        actor=world.lead,
        use_case=world.use_case,
        environment=gate.environment,
        baseline=baseline,
        title="Monthly retraining",
        body={"moves": ["model"], "metrics": {"recall": {"min": "1"}}},
    )
    request = requests.open_request(
        actor=world.engineer,
        subject_type="envelope",
        subject_id=envelope.public_id,
        purpose="deployment",
        environment=gate.environment,
    )

    said = text_of(page(world, "validator", request))

    assert "What past versions say 0 of 1 past version would have gone in unasked." in said
    assert "Break glass" not in said
