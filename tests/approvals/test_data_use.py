"""Use of data as a request: who may ask, who agrees, what an approval and its revocation do, and what the gate says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.models import Request
from approvals.selectors.packet import base_of, parts_of
from approvals.selectors.standing import standing_of
from approvals.services import decisions, gates, policies, requests
from approvals.subjects import adapter_for
from foundation import clock, outbox
from foundation.errors import Conflict, NotAllowed
from governance.dictionary import services
from governance.dictionary.models import DataUse
from tests.approvals.gating import LAX, body, check, everything_is_actionable, lax, lax_gate, put  # noqa: F401 - fixtures
from tests.dictionary.test_data_use import SAID

CODE = "dictionary.use_permitted"
MONTH = timedelta(days=30)


@pytest.fixture
def gate(world):
    """A gate whose policy wants to know, which none does unless it says so."""
    return lax_gate(world, "production", "production-release", LAX + f"  {CODE}: advisory\n")


@pytest.fixture
def use(world) -> DataUse:
    return asked_for(world)


def asked_for(world, dataset: str = "customers", **change) -> DataUse:
    said = {"until": clock.now() + MONTH, **SAID, **change}
    return services.ask_data_use(actor=world.scientist, use_case=world.use_case, dataset=dataset, **said)


def put_up(world, use: DataUse, actor=None) -> Request:
    return requests.open_request(
        actor=actor or world.scientist, subject_type="data_use", subject_id=use.public_id, purpose="use", environment=None
    )


def agree(world, use: DataUse, vote) -> DataUse:
    vote(world.governance, put_up(world, use), "data_governance")
    use.refresh_from_db()
    return use


def test_data_governance_agrees_and_the_use_is_in_force(world, use, vote):
    request = put_up(world, use)
    assert [step.key for step in standing_of(request).policy.steps] == ["data_governance"]
    vote(world.governance, request, "data_governance")

    use.refresh_from_db()
    assert (use.state(), use.approval) == ("active", request.decision.public_id)


def test_whoever_asked_does_not_agree_to_their_own_ask(world, vote):
    said = {"until": clock.now() + MONTH, **SAID}
    use = services.ask_data_use(actor=world.governance, use_case=world.use_case, dataset="customers", **said)
    request = put_up(world, use)

    with pytest.raises(NotAllowed):
        vote(world.governance, request, "data_governance")
    use.refresh_from_db()
    assert use.approved_at is None


def test_a_rejection_leaves_nothing_in_force_and_it_can_be_put_up_again(world, use, vote):
    vote(world.governance, put_up(world, use), "data_governance", "reject", "Too long.")

    use.refresh_from_db()
    assert use.state() == "proposed"
    assert put_up(world, use).state == Request.State.OPEN


def test_a_revoked_approval_ends_the_use_at_once(world, use, vote):
    request = put_up(world, use)
    vote(world.governance, request, "data_governance")
    request.refresh_from_db()
    decisions.revoke(actor=world.lead, request=request, reason="The consent was withdrawn.")

    use.refresh_from_db()
    assert (use.state(), use.ended_because) == ("ended", "The consent was withdrawn.")


def test_what_was_decided_withdrawn_or_is_over_cannot_be_put_up(world, vote, monkeypatch):
    decided = agree(world, asked_for(world), vote)
    back = asked_for(world, purpose="Another.")
    services.withdraw_data_use(actor=world.scientist, use=back, reason="Not needed.")
    for row in (decided, back):
        with pytest.raises(NotAllowed):
            put_up(world, DataUse.objects.get(pk=row.pk))
    late = asked_for(world, purpose="A third.")
    monkeypatch.setattr(clock, "now", lambda: late.until)
    with pytest.raises(NotAllowed, match="time it was asked for is over"):
        put_up(world, late)


def test_an_ask_that_is_taken_back_waits_for_nobody_any_more(world, use):
    request = put_up(world, use)
    services.withdraw_data_use(actor=world.scientist, use=use, reason="Not needed.")
    outbox.deliver()

    request.refresh_from_db()
    assert request.state == Request.State.WITHDRAWN


def test_an_approval_that_comes_too_late_is_refused(world, use, vote):
    request = put_up(world, use)
    services.withdraw_data_use(actor=world.scientist, use=use, reason="Not needed.")

    with pytest.raises(Conflict, match="withdrawn"):
        vote(world.governance, request, "data_governance")


def test_two_purposes_stand_beside_each_other_and_the_last_that_was_agreed_is_shown_beside(world, use, vote):
    agree(world, use, vote)
    other = asked_for(world, purpose="To write letters.", until=clock.now() + 2 * MONTH)
    request = put_up(world, other)
    adapter = adapter_for("data_use")

    assert adapter.line(use, None) != adapter.line(other, None)
    assert adapter.before(use) is None
    standing = standing_of(request)
    part = parts_of(standing, base_of(standing, adapter.before(other)))[0]
    assert (part.name, part.view["basis"], part.view["places"]) == ("data_use", "Legitimate interests", ["s3://models-eu"])
    assert {row["path"] for row in part.rows} == {"Purpose", "Until"}


def test_the_reviewer_reads_the_ask_on_the_page_of_the_request(world, use):
    request = put_up(world, use)
    page = world.client("governance").get(f"/requests/{request.public_id}/").text

    assert all(text in page for text in ("To predict who leaves.", "s3://models-eu", "Legitimate interests", "every version"))
    own = world.client("scientist").get(f"/use-cases/churn/dictionary/data-use/{use.public_id}/").text
    assert f"/requests/{request.public_id}/" in own


def test_approval_is_asked_for_on_the_page_of_the_use(world, use):
    sent = world.client("scientist").post(
        f"/use-cases/churn/dictionary/data-use/{use.public_id}/", {"ask-comment": "For the release in May."}
    )
    request = Request.objects.get(subject_id=use.public_id)
    assert (sent.status_code, sent["Location"]) == (302, f"/requests/{request.public_id}/")


# The gate -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def question(world, lax, push, put):
    """What the gate says of a version that reads `customers` and, if asked, more."""
    datasets = [{"role": "train", "name": "customers", "digest": "sha256:" + "e" * 64, "rows": 5, "columns": ["customer_id"]}]

    def said(version: str = "7", more: list[dict] | None = None) -> dict:
        return check(put(push(version, datasets=datasets if more is None else [*datasets, *more])), CODE)

    return said


def test_what_nobody_asked_for_fails_and_names_who_asks_and_where(world, question, lax, push, put):
    found = question()

    assert (found["status"], found["blocking"]) == ("fail", False)
    assert found["detail"] == "customers: nobody asked for it."
    assert [actor["display"] for actor in found["actors"]] == [str(world.engineer.user)]
    assert found["action"]["url"].endswith("/use-cases/churn/dictionary/data-use/")


def test_what_waits_for_data_governance_is_pending_and_names_them(world, question, use):
    put_up(world, use)
    found = question()

    assert (found["status"], found["detail"]) == ("pending", "customers: asked for, and not decided.")
    assert [actor["display"] for actor in found["actors"]] == [str(world.governance.user)]
    assert found["evidence"] == [{"type": "data_use", "id": use.public_id}]


def test_what_is_agreed_passes_until_it_is_over_to_the_minute(world, use, vote, lax, push, put, monkeypatch):
    agree(world, use, vote)
    row = push()
    assert check(put(row), CODE)["status"] == "pass"
    until = use.until
    for at, status in ((until - timedelta(seconds=1), "pass"), (until, "fail")):
        monkeypatch.setattr(clock, "now", lambda at=at: at)
        assert check(put(row), CODE)["status"] == status
    assert check(put(row), CODE)["detail"] == "customers: the agreed use is over."


def test_one_data_set_without_permission_is_enough_to_fail_and_it_alone_is_named(world, question, use, vote):
    agree(world, use, vote)
    found = question("8", [{"role": "test", "name": "orders", "digest": "sha256:" + "f" * 64, "rows": 5, "columns": []}])

    assert (found["status"], found["detail"]) == ("fail", "orders: nobody asked for it.")


def test_other_bytes_than_those_that_were_agreed_to_fail(world, question, vote):
    data = services.named_dataset(actor=world.scientist, name="customers")
    version = services.add_table_version(actor=world.scientist, dataset=data, digest="a" * 64)
    agree(world, asked_for(world, version=version), vote)

    assert question()["detail"] == "customers: another version of it was agreed to, not this one."


def test_a_version_of_which_no_data_is_known_is_unknown(world, lax, push, put):
    found = check(put(push(datasets=[])), CODE)

    assert found["status"] == "unknown"
    assert found["actors"]


def test_an_allow_does_not_outlast_the_use_it_rests_on_where_the_check_counts(world, use, vote, push, ask, put, approve):
    source = """
title: Strict
steps:
  - {key: business, title: Business, role: business_owner, covers: [data]}
checks: {dictionary.use_permitted: blocking, provenance.commit_in_mirror: off, provenance.repository_known: off, provenance.files_match: off}
"""
    gate = lax_gate(world, "strict", "strict", source)
    soon = clock.now() + timedelta(hours=2)
    agree(world, asked_for(world, until=soon), vote)
    row = push()
    request = requests.open_request(
        actor=world.ci, subject_type="model_version", subject_id=row.public_id, purpose="deployment", environment=gate.environment
    )
    vote(world.business, request, "business")
    asked = put(row, gate=gate)

    assert (body(asked)["decision"], asked.answer.expires_at) == ("allow", soon), body(asked)
    everything_is_actionable(asked)


def test_the_check_costs_one_query(world, use, vote, lax, push):
    from approvals.checks.base import declared
    from approvals.models import Evaluation

    agree(world, use, vote)
    row = push()
    now = clock.now()
    context = gates.context_of(
        Evaluation(
            gate=lax, model_version=row, commit="c" * 40, artifact_sha256="", asked_by="t", asked_by_label="T", asked_at=now
        )
    )
    run = next(item.run for item in declared() if item.code == CODE)
    with CaptureQueriesContext(connection) as queries:
        assert [result.status for result in run(context)] == ["pass"]
    assert len(queries) == 1


def test_the_policy_ships_and_governs_until_another_is_set(world, use):
    assert put_up(world, use).policy_version.policy.key == policies.SHIPPED["data_use"] == "data-use"
