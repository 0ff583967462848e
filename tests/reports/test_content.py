"""What a report says: complete, as of its instant, and nothing twisted on the way."""

from __future__ import annotations

import json
from html import unescape

import pytest
from django.utils import translation

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.services import requests
from foundation import clock, merkle, sealing
from foundation.models import AuditEvent
from governance.people import services as people
from governance.usecases import services as usecases
from reports import files
from reports.content import compose, events
from reports.content.moment import standing_at
from reports.content.people import own_work_judged
from reports.content.view import Frame
from reports.document import Cell, Heading, KeyValues, Table, Text, cell
from reports.services import request_report


def composed(actor, *, kind="use_case", scope="churn", at=None, language="en"):
    """The content of a report as it would be drawn now."""
    report = request_report(actor=actor, kind=kind, scope=scope, as_of=at, language=language)
    made_at = clock.now()
    sealing.seal()
    frame = Frame(at=at or made_at, made_at=made_at, checkpoint=sealing.latest_checkpoint())
    with translation.override(language):
        return compose(report, frame, renderer={"layout": "1"})


def texts(content) -> str:
    """All that the document says, in one string."""
    said = [content.document.title, content.document.subtitle]
    said += [f"{label}: {cell(value).text}" for label, value in content.document.facts]
    for section in content.document.sections:
        said.append(section.title)
        for block in section.blocks:
            if isinstance(block, Text):
                said += block.paragraphs
            elif isinstance(block, Heading):
                said.append(block.title)
            elif isinstance(block, KeyValues):
                said += [f"{label}: {cell(value).text}" for label, value in block.rows]
            elif isinstance(block, Table):
                rows = list(block.rows)
                said += [" | ".join(cell(value).text for value in row) for row in rows] or [block.empty]
    return "\n".join(said)


def test_the_report_tells_who_said_what_about_which_bytes(told):
    said = texts(composed(told.auditor))

    ballot = told.request.ballots.get()
    for wanted in ("Validator", "Model validator", "召回率可以接受", ballot.manifest_digest, *ballot.components.values()):
        assert wanted in said
    assert "churn-model@7 → production: waits for 3 approvals" in said
    assert "Leavers found" in said
    assert "Nobody approved their own work" in said


def test_every_section_is_there_even_when_nothing_is(world):
    content = composed(world.auditor)

    said = texts(content)
    assert len(content.document.sections) == 13
    for sentence in (
        "Nobody has asked for an approval yet.",
        "No version has been registered yet.",
        "No cost-benefit case was written down.",
        "No gate was overridden",
        "No gate has been asked about this yet.",
    ):
        assert sentence in said


def test_a_ballot_that_does_not_count_is_printed_with_its_reason(told, vote):
    vote(told.validator, told.request, "validation", verdict="retract")

    said = texts(composed(told.auditor))

    assert "Taken back." in said
    assert "Took back" in said


def test_a_stale_ballot_is_printed_with_what_changed(told, push, ask):
    ask(
        push(
            "8",
            params={"max_depth": 9},
            artifact={"uri": "s3://models/8", "sha256": "f" * 64, "size": 11, "serialization": "skops"},
        )
    )

    said = texts(composed(told.auditor))

    assert "Judged an earlier version; changed since: model." in said
    assert str(Request.State.SUPERSEDED.label) in said


def test_a_decision_is_printed_with_what_it_binds(told, vote):
    vote(told.security, told.request, "security")
    vote(told.world.governance, told.request, "data")
    vote(told.world.business, told.request, "business")

    content = composed(told.auditor)

    decision = Request.objects.get(pk=told.request.pk).decision
    said = texts(content)
    for wanted in (decision.public_id, decision.manifest_digest, decision.commit, decision.artifact_sha256):
        assert wanted in said
    assert "approved on" in said


def test_what_came_later_is_not_in_a_report_that_looks_back(told, vote):
    before = clock.now()
    vote(told.security, told.request, "security", comment="Only later.")
    usecases.define(
        actor=told.world.lead, use_case=told.world.use_case, business_problem="Another.", ml_problem="Another.", kpis=[]
    )

    then, now = texts(composed(told.auditor, at=before)), texts(composed(told.auditor))

    assert "Only later." not in then
    assert "Only later." in now
    assert "Customers leave" in then
    assert "waits for 3 approvals" in then
    assert "waits for 2 approvals" not in then


def test_a_request_that_closed_later_was_open_then(told):
    before = clock.now()
    requests.withdraw(actor=told.world.engineer, request=told.request)

    row = Request.objects.select_related("use_case", "submitter", "policy_version__policy", "environment").get(pk=told.request.pk)
    version = row.use_case.model_versions.get()

    assert standing_at(row, version, before).request.state == Request.State.OPEN
    assert standing_at(row, version, clock.now()).request.state == Request.State.WITHDRAWN
    assert row.state == Request.State.WITHDRAWN


def test_a_later_round_is_not_seen_from_before_it(told, vote):
    vote(told.security, told.request, "security", verdict="request_changes", comment="Pin numpy.")
    before = clock.now()
    requests.resubmit(actor=told.world.engineer, request=told.request, comment="Pinned.")

    row = Request.objects.select_related("use_case", "submitter", "policy_version__policy", "environment").get(pk=told.request.pk)
    then = standing_at(row, row.use_case.model_versions.get(), before)

    assert (then.request.round, then.verdict.substate) == (1, "changes_requested")
    assert row.round == 2


def test_the_standing_at_now_is_the_one_that_gates_use(told):
    row = Request.objects.select_related("use_case", "submitter", "policy_version__policy", "environment").get(pk=told.request.pk)

    mine, theirs = standing_at(row, row.use_case.model_versions.get(), clock.now()), standing_of(row)

    assert mine.verdict.as_mapping() == theirs.verdict.as_mapping()
    assert mine.digest == theirs.digest


def test_own_work_that_was_judged_is_found_whatever_the_engine_says(told):
    standing = standing_of(told.request)
    assert list(own_work_judged(standing)) == []

    standing.request.contributors = {"model": [told.validator.user.public_id]}

    assert list(own_work_judged(standing)) == ["Validator approved the step Model validation and made part of it: model."]


def test_user_text_is_text_and_never_markup(told, make):
    report = make(told.auditor)

    page = files.path_of(report, files.FORMATS["html"]).read_text()

    assert "<b>test</b>" not in page
    assert "Recall holds on the <b>test</b> set." in unescape(page)


def test_the_bundle_opens_what_the_log_only_commits_to(told, make):
    report = make(told.auditor)
    lines = [json.loads(line) for line in files.path_of(report, files.FORMATS["bundle"]).read_text().splitlines()]

    opened = {line["value"] for line in lines if line["type"] == "opening"}
    assert any("召回率" in value for value in opened)
    assert {"roles", "definition 1", "model_version churn-model@7", f"request {told.request.public_id}"} <= {
        line["name"] for line in lines if line["type"] == "record"
    }


def test_events_of_other_use_cases_stay_out(told, make):
    other = usecases.open_use_case(actor=told.world.stranger, slug="secret", title="Secret plans")
    people.grant_role(actor=told.world.admin, user=told.world.business.user, role="business_owner", scope=other.public_id)

    report = make(told.auditor)

    content = files.path_of(report, files.FORMATS["bundle"]).read_text()
    assert "Secret plans" not in content
    assert other.public_id not in content


def test_rules_and_meanings_that_belong_to_everybody_come_along(told, make):
    report = make(told.auditor)

    bodies = files.path_of(report, files.FORMATS["bundle"]).read_text()

    assert told.request.policy_version.public_id in bodies
    assert "policy production-release 1" in bodies


def test_an_extract_of_the_whole_log_is_complete_and_needs_no_proofs(told, make):
    report = make(told.auditor, kind="audit_log", scope="")
    lines = [json.loads(line) for line in files.path_of(report, files.FORMATS["bundle"]).read_text().splitlines()]

    found = [line for line in lines if line["type"] == "event"]
    assert [line["index"] for line in found] == list(range(len(found)))
    assert all(line["proof"] == [] for line in found)
    assert len(found) == AuditEvent.objects.count() - 1  # all but the one that told of the end


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 65])
def test_proofs_read_by_pages_are_those_of_the_log(told, size, monkeypatch):
    monkeypatch.setattr(events, "PAGE", 4)
    monkeypatch.setattr(events, "PAGES", 2)
    sealing.seal()
    size = min(size, sealing.log_size())
    tree = events.Tree(size)

    for index in range(size):
        assert tree.proof(index) == merkle.inclusion_proof(index, size, sealing.stored_hash)


def test_open_points_come_from_the_records(told):
    said = texts(composed(told.auditor))

    assert "nobody but its sender has seen the commit" in said
    assert "reads 1 column that has no agreed meaning" in said
    assert "No cost-benefit case was written down." in said


def test_states_are_words_and_not_only_colours(told):
    content = composed(told.auditor)

    for section in content.document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    assert all(value.text.strip() for value in row if isinstance(value, Cell) and value.state)


@pytest.mark.parametrize("kind", ["model_version", "request"])
def test_a_record_of_one_thing_leaves_the_others_out(told, push, kind):
    push("8")
    scope = told.request.subject_id if kind == "model_version" else told.request.public_id

    said = texts(composed(told.auditor, kind=kind, scope=scope))

    assert "churn-model@7" in said
    assert "churn-model@8" not in said
