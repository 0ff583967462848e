"""Definitions, documents and policies put up for approval: asked, judged, decided, and what the decision does."""

from __future__ import annotations

import pytest

from approvals.models import Decision, Policy, PolicyVersion, Request, SubjectPolicy
from approvals.selectors.standing import standing_of
from approvals.services import policies, requests
from foundation import sealing, verification
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.usecases import services as usecases
from tests.conftest import POLICY
from tests.usecases.papers import added

SIGNING = """
title: {title}
steps:
  - {{key: client, title: Client, role: business_owner, covers: [{component}]}}
  - {{key: lead, title: Lead, role: project_lead, covers: [{component}]}}
"""
PUBLISHING = """
title: Publishing policies
steps:
  - {key: second, title: Second pair of eyes, role: administrator, covers: [policy]}
"""


@pytest.fixture(autouse=True)
def _files_in_memory(settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}


@pytest.fixture
def chains(world, gate):
    """Who signs what, as an administrator wrote it down. Set directly: how one is replaced is the policies' own matter."""

    def governed(kind, purpose, key, text):
        version = policies.write_policy(actor=world.admin, key=key, source=text)
        SubjectPolicy.objects.update_or_create(subject_type=kind, purpose=purpose, defaults={"policy": version.policy})

    governed("use_case_definition", "definition", "definitions", SIGNING.format(title="Definitions", component="use_case"))
    governed("document", "signoff", "documents", SIGNING.format(title="Documents", component="document"))
    governed("policy_version", "publish", "publishing", PUBLISHING)


def ask(actor, kind, row, purpose):
    return requests.open_request(
        actor=actor, subject_type=kind, subject_id=row.public_id, purpose=purpose, environment=None, comment="Please."
    )


def test_a_definition_is_signed_by_those_it_was_agreed_with(world, chains, vote):
    row = usecases.define(actor=world.scientist, use_case=world.use_case, business_problem="Leavers.", ml_problem="Who?")
    usecases.change_use_case(actor=world.lead, use_case=world.use_case, title="Leavers")
    request = ask(world.scientist, "use_case_definition", row, "definition")
    assert (request.use_case, request.environment, request.line) == (world.use_case, None, "use_case_definition:churn")
    vote(world.business, request, "client")
    row.refresh_from_db()
    assert row.approval is None
    other = people.create_user(actor=world.admin, username="lead2", name="Lead Two", email="lead2@example.com")
    people.grant_role(actor=world.lead, user=other, role="project_lead", scope=world.use_case.public_id)
    from foundation import actor as actors

    vote(actors.person(other), request, "lead")

    request.refresh_from_db()
    row.refresh_from_db()
    decision = Decision.objects.get(request=request)
    assert request.state == "approved"
    assert (row.approval, row.approved_at) == (decision.public_id, decision.decided_at)
    assert AuditEvent.objects.filter(kind="usecases.definition.signed", subject_id=row.public_id).count() == 1


def test_who_wrote_an_earlier_version_does_not_sign_the_last(world, chains, vote):
    usecases.define(actor=world.business, use_case=world.use_case, business_problem="Leavers.", ml_problem="Who?")
    row = usecases.define(actor=world.scientist, use_case=world.use_case, business_problem="Leavers!", ml_problem="Who?")
    request = ask(world.scientist, "use_case_definition", row, "definition")

    with pytest.raises(NotAllowed):
        vote(world.business, request, "client")
    assert standing_of(request).verdict.substate == "blocked"


def test_a_new_version_supersedes_the_request_for_the_one_before(world, chains):
    first = added(world)
    request = ask(world.lead, "document", first, "signoff")
    second = added(world, b"%PDF-2")

    with pytest.raises(NotAllowed, match="took its place"):
        ask(world.scientist, "document", first, "signoff")
    following = ask(world.lead, "document", second, "signoff")
    request.refresh_from_db()
    assert request.state == "superseded"
    assert following.predecessor == request


def test_a_document_is_signed_and_the_register_agrees_with_the_log(world, chains, vote):
    row = added(world, actor=world.scientist)
    request = ask(world.scientist, "document", row, "signoff")
    vote(world.business, request, "client")
    vote(world.lead, request, "lead")

    row.refresh_from_db()
    assert row.approval == Decision.objects.get(request=request).public_id
    with pytest.raises(NotAllowed, match="signed already"):
        ask(world.lead, "document", row, "signoff")
    sealing.seal()
    assert [
        found for found in verification.verify() if not found.subject.startswith("sp_")
    ] == []  # `chains` sets those past the log


def test_a_rejected_document_is_not_signed(world, chains, vote):
    row = added(world, actor=world.scientist)
    request = ask(world.scientist, "document", row, "signoff")
    vote(world.business, request, "client", "reject", "Not what we agreed.")

    row.refresh_from_db()
    request.refresh_from_db()
    assert (request.state, row.approval) == ("rejected", None)


def test_a_policy_version_is_published_by_a_second_administrator(world, chains, vote):
    from foundation import actor as actors

    stricter = POLICY.replace("role: security_reviewer", "role: security_reviewer, quorum: 2")
    draft = policies.write_policy(actor=world.admin, key="production-release", source=stricter)
    policy = Policy.objects.get(key="production-release")
    assert policy.current_version().number == 1
    request = ask(world.admin, "policy_version", draft, "publish")
    assert (request.use_case, request.scope) == (None, "")
    with pytest.raises(NotAllowed):
        vote(world.admin, request, "second")
    other = people.create_user(actor=world.admin, username="admin2", name="Admin Two", email="admin2@example.com")
    people.grant_role(actor=world.admin, user=other, role="administrator")
    vote(actors.person(other), request, "second")

    assert policy.current_version() == PolicyVersion.objects.get(pk=draft.pk)
    draft.refresh_from_db()
    assert draft.approval == Decision.objects.get(request=request).public_id


def test_what_goes_nowhere_takes_no_environment_and_the_other_way_round(world, chains, gate, push):
    row = added(world)
    with pytest.raises(Invalid):
        requests.open_request(
            actor=world.lead, subject_type="document", subject_id=row.public_id, purpose="signoff", environment=gate.environment
        )
    with pytest.raises(Invalid):
        requests.open_request(
            actor=world.lead, subject_type="document", subject_id=row.public_id, purpose="deployment", environment=None
        )
    with pytest.raises(Invalid):
        requests.open_request(
            actor=world.ci, subject_type="model_version", subject_id=push().public_id, purpose="deployment", environment=None
        )


def test_a_step_asks_for_the_tier_of_the_definition(world, chains):
    text = SIGNING.format(title="Definitions", component="use_case").replace(
        "role: project_lead,", "role: project_lead, applies_if: {risk_tier: high},"
    )
    version = policies.write_policy(actor=world.admin, key="tiered", source=text)
    SubjectPolicy.objects.filter(subject_type="use_case_definition").update(policy=version.policy)

    def state(tier):
        row = usecases.define(
            actor=world.scientist, use_case=world.use_case, business_problem=tier or "-", ml_problem="Who?", risk_tier=tier
        )
        standing = standing_of(ask(world.scientist, "use_case_definition", row, "definition"))
        return {step.key: step.state for step in standing.verdict.steps}["lead"]

    assert state("low") == "not_applicable"
    assert state("high") in ("pending", "blocked")
    assert state("") == "error"


# Pages ---------------------------------------------------------------------------------------------------------------


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_signature_is_asked_for_on_the_page_and_followed_there(world, chains, vote):
    row = added(world, actor=world.scientist)
    client = world.client("scientist")
    page = "/use-cases/churn/documents/plan/"
    assert "Ask for sign-off" in text_of(client.get(page))

    answer = client.post(page, {"ask-comment": "Please sign."})
    request = Request.objects.get(subject_id=row.public_id)
    assert (answer.status_code, answer["Location"]) == (302, f"/requests/{request.public_id}/")
    shown = text_of(client.get(page))
    assert f'href="/requests/{request.public_id}/"' in shown
    assert "It is the move of" in shown
    assert "Business" in shown
    assert "Ask for sign-off" not in shown
    assert "waits for" in text_of(client.get("/use-cases/churn/documents/"))
    vote(world.business, request, "client")
    vote(world.lead, request, "lead")
    shown = text_of(client.get(page))
    assert "by Business, Lead." in shown
    assert "It cannot be changed any more" in shown
    assert "signed by Business, Lead" in text_of(client.get("/use-cases/churn/documents/"))


def test_a_definition_is_asked_about_on_its_page(world, chains):
    client = world.client("scientist")
    answer = client.post("/use-cases/churn/definitions/1/", {"ask-comment": ""})

    assert answer.status_code == 302
    assert Request.objects.get().subject_type == "use_case_definition"
    assert "See its sign-off" in text_of(client.get("/use-cases/churn/"))
    assert "Customer churn: definition, version 1" in text_of(client.get("/use-cases/churn/approvals/"))


def test_who_may_not_ask_is_told_why(world, chains):
    added(world)
    client = world.client("auditor")

    assert "cannot ask for a signature" in text_of(client.get("/use-cases/churn/documents/plan/"))
    assert client.post("/use-cases/churn/documents/plan/", {"ask-comment": ""}).status_code == 403
    assert not Request.objects.exists()


def test_a_reviewer_reads_the_document_on_the_request(world, chains):
    row = added(world, actor=world.scientist, note="Section 3 is new.")
    request = ask(world.scientist, "document", row, "signoff")
    shown = text_of(world.client("business").get(f"/requests/{request.public_id}/"))

    assert f'href="/documents/{row.public_id}/file/"' in shown
    assert "Plan.pdf" in shown
    assert "Section 3 is new." in shown


def test_a_reviewer_sees_which_bytes_are_others_than_before(world, chains):
    added(world, actor=world.scientist)
    row = added(world, b"%PDF-2", actor=world.scientist)
    request = ask(world.scientist, "document", row, "signoff")
    shown = text_of(world.client("business").get(f"/requests/{request.public_id}/"))

    assert "Other bytes than in the version it is compared with." in shown


def test_a_policy_is_judged_by_its_chain_and_the_difference_of_its_text(world, chains):
    stricter = POLICY.replace("role: security_reviewer", "role: security_reviewer, quorum: 2") + "# two pairs of eyes\n"
    draft = policies.write_policy(actor=world.admin, key="production-release", source=stricter)
    request = ask(world.admin, "policy_version", draft, "publish")
    answer = world.client("admin").get(f"/requests/{request.public_id}/")

    shown = text_of(answer)
    assert answer.status_code == 200
    assert "<svg" in shown
    assert "2 × Security reviewer" in shown
    assert "# two pairs of eyes" in shown
    assert "<ins>" in shown
    assert "Approvals needed" in shown


def test_lists_of_signatures_cost_the_same_for_one_and_for_many(world, chains, django_assert_max_num_queries):
    client = world.client("security")
    client.get("/")
    rows = [added(world, b"%PDF-" + bytes([65 + number]), slug=f"plan-{number}", actor=world.scientist) for number in range(6)]
    ask(world.scientist, "document", rows[0], "signoff")
    client.get("/use-cases/churn/documents/")
    with django_assert_max_num_queries(40) as first:
        client.get("/use-cases/churn/documents/")
    cost = len(first)
    for row in rows[1:]:
        ask(world.scientist, "document", row, "signoff")
    client.get("/use-cases/churn/documents/")
    with django_assert_max_num_queries(cost):
        client.get("/use-cases/churn/documents/")
