"""The audit log as people see it, and the fragment that tells how far a job is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from foundation import clock, sealing, tokens
from foundation.models import AuditEvent, Job, Token

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def entries(response: Any) -> int:
    return response.content.decode().count('class="raw">{')


def test_an_event_is_told_in_words_with_a_link_to_what_it_is_about(world, push):
    row = push()

    response = world.client("business").get("/audit/")

    said = text_of(response)
    assert "Model version registered" in said
    assert f'<a href="/models/{row.public_id}/">churn-model@7</a>' in response.content.decode()
    assert "Use case opened" in said


def test_the_exact_bytes_are_there(world):
    event = AuditEvent.objects.get(kind="usecases.use_case.opened")

    body = world.client("business").get("/audit/").content.decode()

    assert bytes(event.body).decode().replace('"', "&quot;") in body


def test_strangers_see_what_they_did_and_nothing_else(world, push):
    push()
    tokens.create(actor=world.stranger, name="Mine", owner=world.stranger.user, kind=Token.Kind.PERSONAL)

    response = world.client("stranger").get("/audit/")

    assert "churn" not in text_of(response)
    assert entries(response) == 1
    assert "Mine" in text_of(response)


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ("kind=usecases.definition.written", "Definition", "Role given"),
        ("actor=lead", "Role given", "Account created"),
        ("until=2001-01-01", "Nothing fits", "Role given"),
        ("since=2001-01-01", "Role given", "Nothing fits"),
    ],
)
def test_the_log_is_narrowed_by_kind_person_and_day(world, query, wanted, unwanted):
    listed = world.client("auditor").get(f"/audit/?{query}").content.decode().split('id="results"', 1)[1]

    assert wanted in listed
    assert unwanted not in listed


def test_narrowed_to_one_thing_and_one_use_case(world, push):
    row = push()
    client = world.client("auditor")

    assert entries(client.get(f"/audit/?subject={row.public_id}")) == AuditEvent.objects.filter(subject_id=row.public_id).count()
    assert entries(client.get("/audit/?scope=uc_none")) == 0


def test_a_day_that_is_none_says_so_and_shows_the_rest(world):
    response = world.client("auditor").get("/audit/?since=yesterday")

    assert "Enter a valid date" in text_of(response)
    assert entries(response) > 0


def test_older_events_are_reached_page_by_page_without_gap_or_repetition(world, monkeypatch):
    monkeypatch.setattr("foundation.pages.slice_of.__kwdefaults__", {"size": 4}, raising=False)
    client, seen, url = world.client("auditor"), [], "/audit/"
    while url:
        body = client.get(url).content.decode()
        seen += re.findall(r"recorded<span class=\"visually-hidden\">: [^,]*, ([0-9a-f-]{36})", body)
        found = re.search(r'rel="next" href="([^"]+)"', body)
        url = found[1].replace("&amp;", "&") if found else ""

    assert seen == [str(uid) for uid in AuditEvent.objects.order_by("-pk").values_list("uid", flat=True)]


def test_the_head_shows_the_checkpoint_and_what_is_not_sealed_yet(world):
    client = world.client("auditor")
    assert "Nothing has been sealed yet" in text_of(client.get("/audit/"))
    sealing.seal()
    checkpoint = sealing.latest_checkpoint()
    tokens.create(actor=world.business, name="Mine", owner=world.business.user, kind=Token.Kind.PERSONAL)

    body = client.get("/audit/").content.decode()

    assert bytes(checkpoint.root).hex() in body
    assert checkpoint.vkey in body
    assert re.search(r"Not sealed yet</dt><dd class=\"number\">1<", body)


def test_a_link_to_what_one_may_not_see_leads_nowhere(world, push):
    row = push()

    assert world.client("business").get(f"/audit/about/{row.public_id}/")["Location"] == f"/models/{row.public_id}/"
    assert world.client("stranger").get(f"/audit/about/{row.public_id}/").status_code == 404


def test_the_page_has_a_bound_of_queries(world, gate, push, ask, vote, django_assert_max_num_queries):
    vote(world.validator, ask(push()), "validation")
    client = world.client("auditor")

    with django_assert_max_num_queries(25):
        client.get("/audit/")


def job_of(user: Any) -> Job:
    return Job.objects.create(
        kind="test", key="test", state=Job.State.DONE, actor_user=user, actor_label="x", created_at=clock.now() - timedelta(1)
    )


def test_a_jobs_progress_is_shown_to_who_started_it(world):
    job = job_of(world.engineer.user)

    body = world.client("engineer").get(f"/jobs/{job.public_id}/?then=/settings/").content.decode()

    assert 'data-job-state="done"' in body
    assert 'href="/settings/"' in body
    assert world.client("business").get(f"/jobs/{job.public_id}/").status_code == 404


def test_a_jobs_result_never_leads_to_another_server(world):
    job = job_of(world.engineer.user)

    assert "evil" not in world.client("engineer").get(f"/jobs/{job.public_id}/?then=//evil.example/").content.decode()
