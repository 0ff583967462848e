"""Own criteria where they are asked for: in a policy, on pages, by programs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from approvals.policy import PolicyError, as_mapping, parse
from approvals.services import policies
from foundation.errors import Invalid
from governance.dependencies import services
from governance.dependencies.review_graph import SHIPPED
from tests.approvals.gating import LAX, check, lax, lax_gate, put  # noqa: F401 - fixtures
from tests.dependencies.judged import NAME, good_release, lock_text, locked, up_to_date
from tests.dependencies.reviewing import reviewed
from tests.dependencies.test_criteria import ALL, DEMANDS, KEY, PAGE, SAID, URL, defined, own, release, retired, stating  # noqa: F401 - fixtures
from tests.usecases.test_pages import text_of

# Demanding -----------------------------------------------------------------------------------------------------------


def test_a_gate_demands_what_its_policy_names(world, own, push, put):
    up_to_date(world)
    release = good_release(world)
    version = push(dependency_sets=[{"path": "requirements.txt", "content": lock_text(release)}])
    without = lax_gate(world, "staging", "staging-release", LAX + "  dependencies.reviewed: blocking\n")
    gate = lax_gate(world, "personal", "personal-release", DEMANDS)
    assert check(put(version, gate=without), "dependencies.reviewed")["status"] == "pass"

    asked = check(put(version, gate=gate), "dependencies.reviewed")
    assert asked["status"] == "fail"
    assert "Sends no personal data" in asked["detail"]
    assert asked["action"]["url"].endswith(f"/?use_case={world.use_case.slug}&criteria={KEY}#status")
    page = world.client("lead").get(asked["action"]["url"].partition("#")[0])
    assert "Sends no personal data" in text_of(page)

    services.ask_review(actor=world.scientist, name=NAME, version="1.0", criteria=[KEY])
    assert check(put(version, gate=gate), "dependencies.reviewed")["status"] == "pending"
    reviewed(world, release, criteria=[KEY])
    assert check(put(version, gate=gate), "dependencies.reviewed")["status"] == "pass"
    retired(world, own)
    assert check(put(version, gate=gate), "dependencies.reviewed")["status"] == "pass"


def test_a_policy_names_only_criteria_that_there_are(world, own):
    written = policies.write_policy(actor=world.admin, key="first", source=DEMANDS)
    assert written.body["reviewed_for"] == [KEY]
    retired(world, own)

    for source in (DEMANDS, DEMANDS.replace(KEY, "nowhere")):
        with pytest.raises(Invalid) as refused:
            policies.write_policy(actor=world.admin, key="second", source=source)
        assert [error.code for error in refused.value.errors] == ["unknown_criterion"]
        assert "io-verified, safe-to-deploy, safe-to-run" in str(refused.value.errors[0].message)
        assert "reviewed_for[0]" in refused.value.errors[0].field


def test_what_a_policy_demands_is_written_only_where_it_demands_something(world):
    policy = parse(DEMANDS)
    assert parse(as_mapping(policy)) == policy
    assert policy.reviewed_for == (KEY,)
    assert policy.digest != parse(DEMANDS.replace(f"reviewed_for: [{KEY}]", "")).digest
    assert "reviewed_for" not in as_mapping(parse(LAX))
    assert parse(DEMANDS.replace(f"[{KEY}]", f"[{KEY}, io-verified]")).digest == parse(
        DEMANDS.replace(f"[{KEY}]", f"[io-verified, {KEY}]")
    ).digest  # fmt: skip
    with pytest.raises(PolicyError, match="must be a list"):
        parse(DEMANDS.replace(f"[{KEY}]", KEY))


def test_one_lock_file_can_be_asked_about_as_a_policy_does(world, own, release):
    lock = locked(world, release)
    url = f"/api/v1/dependency-sets/{lock.public_id}/status"

    body = world.api("lead").get(f"{url}?criteria={KEY}").json()
    assert KEY in body["requirements"][0]["needs"]
    missing = next(reason for reason in body["requirements"][0]["reasons"] if reason["code"] == "missing")
    assert "Sends no personal data" in missing["why"]
    refused = world.api("lead").get(f"{url}?criteria=nowhere")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "criteria")


# Pages and programs --------------------------------------------------------------------------------------------------


def test_the_page_lists_defines_and_retires(world):
    client = world.client("admin")
    assert "Safe to deploy" in text_of(client.get(PAGE))
    assert client.post(PAGE, {**SAID, "key": "No!"}).status_code == 400
    assert client.post(PAGE, SAID).status_code == 302
    page = text_of(client.get(PAGE))
    assert "Sends no personal data" in page
    assert "Input and output points verified" in page

    assert client.post(f"{PAGE}{KEY}/retire/", {"reason": ""}).status_code == 400
    assert client.post(f"{PAGE}safe-to-run/retire/", {"reason": "No."}).status_code == 404
    assert client.post(f"{PAGE}{KEY}/retire/", {"reason": "Nobody can tell."}).status_code == 302
    assert client.post(f"{PAGE}{KEY}/retire/", {"reason": "Again."}).status_code == 409
    assert f'id="criterion-{KEY}"' in client.get(PAGE).content.decode()
    refused = world.client("lead").post(PAGE, {**SAID, "key": "other"})
    assert refused.status_code == 403
    assert "what packages are reviewed for" in text_of(refused)


def test_own_criteria_stand_by_their_title_where_they_are_stated(world, own, release):
    review = reviewed(world, release, criteria=ALL)
    source = stating(world, release, KEY)["source"]()
    ruling = stating(world, release, KEY)["ruling"]()
    client = world.client("security")
    for url in (
        f"/dependencies/reviews/{review.public_id}/",
        f"/dependencies/packages/{NAME}/",
        "/dependencies/sources/",
        f"/dependencies/sources/{source.public_id}/",
        f"/dependencies/rulings/{ruling.public_id}/",
    ):
        assert SAID["title"] in text_of(client.get(url)), url
    for url in ("/dependencies/sources/new/", "/dependencies/rulings/ask/", "/dependencies/review-requests/ask/"):
        assert f"{SAID['title']} ({KEY})" in text_of(client.get(url)), url
    retired(world, own)
    assert f"({KEY})" not in text_of(client.get("/dependencies/sources/new/"))
    assert SAID["title"] in text_of(client.get(f"/dependencies/sources/{source.public_id}/"))


def test_the_page_costs_the_same_however_many_there_are(world, own):
    client = world.client("admin")
    client.get(PAGE)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(PAGE).status_code == 200
        return len(asked)

    before = cost()
    for number in range(10):
        defined(world, key=f"own-{number}", implies=[KEY])
    client.get(PAGE)
    assert cost() == before


def test_a_program_lists_defines_and_retires(world):
    api = world.api("admin")
    made = api.post(URL, SAID, content_type="application/json")
    assert made.status_code == 201
    assert (made.json()["includes"], made.json()["by"]) == (["io-verified"], world.admin.user.username)
    rows = {row["key"]: row for row in world.api("lead").get(URL).json()}
    assert list(rows) == [*SHIPPED, KEY]
    assert rows["safe-to-deploy"]["includes"] == ["safe-to-run"]
    assert rows["safe-to-deploy"]["id"] is None

    again = api.post(URL, SAID, content_type="application/json")
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "taken")
    ended = api.post(f"{URL}/{KEY}/retire", {"reason": "Nobody can tell."}, content_type="application/json")
    assert (ended.status_code, ended.json()["retired_at"] is not None) == (200, True)
    assert [row["key"] for row in api.get(f"{URL}?in_force=1").json()] == list(SHIPPED)
    assert api.post(f"{URL}/nowhere/retire", {"reason": "No."}, content_type="application/json").status_code == 404


def test_the_page_in_chinese(world):
    client = world.client("admin")
    client.cookies["django_language"] = "zh-hans"
    assert client.post(PAGE, {**SAID, "title": "不发送个人数据", "description": "逐点查看。"}).status_code == 302

    page = client.get(PAGE)
    assert "不发送个人数据" in text_of(page)
    assert 'lang="zh-hans"' in page.content.decode()
