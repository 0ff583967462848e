"""Rulings over HTTP and on pages: four eyes through every door, many at once, and the start of use."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from foundation import clock
from foundation.errors import Invalid
from foundation.models import AuditEvent
from governance.dependencies import services
from governance.dependencies.models import Ruling
from tests.dependencies.test_rulings import DAY, TICK, asked, decided, flaw, in_force, recommended
from tests.usecases.test_pages import text_of

API = "/api/v1/rulings"
PAGE = "/dependencies/rulings/"


def send(world, part: str, path: str, body: Any) -> Any:
    return world.api(part).post(f"{API}{path}", body, content_type="application/json")


def body(world, **change: Any) -> dict[str, Any]:
    said = {
        "effect": "exempt", "name": "Joblib", "specifier": "==1.4.2", "criteria": ["safe-to-run"], "reason": "Not read yet.",
        "use_case": "churn", "expires_at": (clock.now() + 90 * DAY).isoformat(),
    }  # fmt: skip
    return {**said, **change}


YES = {"word": "yes", "because": "It is small."}


# Over HTTP -----------------------------------------------------------------------------------------------------------


def test_a_ruling_is_asked_for_recommended_decided_and_revoked_over_http(world):
    made = send(world, "scientist", "", body(world))
    row = made.json()

    assert (made.status_code, row["state"], row["name"], row["recommendation"]) == (201, "asked", "joblib", None), made.content
    assert send(world, "engineer", "", body(world)).status_code == 200  # joined
    path = f"/{row['id']}"
    assert send(world, "business", f"{path}/decide", YES).status_code == 409
    assert send(world, "security", f"{path}/recommend", YES).json()["recommendation"]["by"]["name"] == "Security"
    done = send(world, "business", f"{path}/decide", YES)
    assert (done.status_code, done.json()["state"], done.json()["decision"]["word"]) == (200, "in_force", "yes")
    assert world.api("auditor").get(f"{API}{path}").json() == done.json()
    assert world.api("stranger").get(f"{API}{path}").status_code == 404
    assert [item["id"] for item in world.api("ci").get(f"{API}?state=in_force&scope=churn").json()["results"]] == [row["id"]]
    longer = send(world, "scientist", f"{path}/extend", {"expires_at": (clock.now() + 200 * DAY).isoformat(), "reason": "Still."})
    assert (longer.status_code, longer.json()["supersedes"]) == (201, row["id"])
    over = send(world, "security", f"{path}/revoke", {"because": "It was read."})
    assert (over.json()["state"], over.json()["revoked_because"]) == ("revoked", "It was read.")
    assert send(world, "security", f"{path}/revoke", {"because": "Again."}).status_code == 409


def test_four_eyes_cannot_be_gone_around_over_http(world):
    mine = send(world, "business", "", body(world)).json()["id"]
    theirs = send(world, "scientist", "", body(world, specifier="==2")).json()["id"]

    for part in world.people():
        answer = send(world, part, f"/{mine}/decide", YES)
        assert answer.status_code in ((404,) if part == "stranger" else (403, 409)), (part, answer.content)
    for name in (mine, theirs):
        send(world, "security", f"/{name}/recommend", YES)
    assert send(world, "security", f"/{theirs}/decide", YES).json()["code"] == "ruling.four_eyes"
    assert send(world, "business", f"/{mine}/decide", YES).json()["code"] == "ruling.four_eyes"
    assert send(world, "ci", f"/{theirs}/decide", YES).status_code == 403
    bulk = {"action": "decide", "word": "yes", "ids": [mine, theirs]}
    for part in ("security", "scientist", "admin", "lead"):
        allowed = {item["id"] for item in send(world, part, "/bulk", bulk).json()["results"] if item["done"]}
        assert allowed == ({mine} if part == "lead" else set())  # the only business owner asked for it
    assert Ruling.objects.live().count() == 1


def test_there_is_no_other_door(world):
    """No admin site, and no address of rulings that the matrix does not know."""
    assert not apps.is_installed("django.contrib.admin")
    names = {str(pattern.pattern) for pattern in get_resolver().url_patterns}
    assert not [name for name in names if "admin" in name]


def test_security_blocks_over_http(world):
    block = {"effect": "block", "name": "joblib", "reason": "Dangerous."}
    made = send(world, "security", "", block)

    assert (made.status_code, made.json()["state"], made.json()["expires_at"]) == (201, "in_force", None)
    assert send(world, "security", "", block).status_code == 200
    assert send(world, "scientist", "", block).status_code == 403
    wrong = send(world, "security", "", {**block, "criteria": ["safe-to-run"], "until_fix": True}).json()
    assert {item["field"] for item in wrong["errors"]} == {"criteria", "until_fix"}


@pytest.mark.parametrize(
    "change",
    [
        {"specifier": "=>1"}, {"expires_at": "2000-01-01T00:00:00Z"}, {"criteria": ["x"]}, {"effect": "bless"}, {"name": "a\x00b"},
        {"name": "x" * 300}, {"unknown": 1}, {"criteria": "safe-to-run"}, {"reason": ""}, {"expires_at": None},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_over_http(world, change):
    answer = send(world, "scientist", "", body(world, **change))

    assert (answer.status_code, bool(answer.json()["errors"])) == (400, True), answer.content
    assert not Ruling.objects.exists()


def test_a_use_case_that_one_cannot_see_is_not_there(world):
    assert send(world, "stranger", "", body(world)).status_code == 404
    assert world.api("scientist").get(f"{API}?state=whatever").status_code == 400


def test_many_are_done_over_http_each_by_itself(world):
    rows = [asked(world, specifier=f"=={n}") for n in range(3)]
    hidden = "rul_00000000000000000000000000"
    answer = send(world, "security", "/bulk", {
        "action": "recommend", "word": "yes", "because": "Small.", "ids": [row.public_id for row in rows] + [hidden],
    })  # fmt: skip

    assert [item["done"] for item in answer.json()["results"]] == [True, True, True, False]
    assert answer.json()["results"][3]["code"] == "not_found"
    done = send(world, "business", "/bulk", {"action": "decide", "word": "yes", "ids": [row.public_id for row in rows[:2]]})
    assert [item["ruling"]["state"] for item in done.json()["results"]] == ["in_force", "in_force"]
    assert AuditEvent.objects.filter(kind="dependencies.ruling.decided").count() == 2
    again = send(world, "business", "/bulk", {"action": "decide", "word": "yes", "ids": [row.public_id for row in rows]})
    assert [item["done"] for item in again.json()["results"]] == [False, False, True]
    for wrong in ({"action": "decide", "ids": ["x"]}, {"action": "extend", "ids": ["x"]}, {"action": "revoke", "ids": []}):
        assert send(world, "business", "/bulk", wrong).status_code == 400
    assert send(world, "business", "/bulk", {"action": "revoke", "ids": [str(n) for n in range(201)]}).status_code == 400


def test_many_services_at_once(world):
    rows = [in_force(world, specifier=f"=={n}") for n in range(2)]
    until = clock.now() + 200 * DAY
    done = services.act_on_many(
        actor=world.scientist, action="extend", ids=[row.public_id for row in rows], because="Still.", expires_at=until
    )

    assert [item.ruling.supersedes for item in done] == rows
    gone = services.act_on_many(actor=world.security, action="revoke", ids=[rows[0].public_id, rows[0].public_id], because="No.")
    assert [item.ruling.state() for item in gone] == ["revoked"]
    with pytest.raises(Invalid, match="no such action"):
        services.act_on_many(actor=world.security, action="bless", ids=["x"])


def test_expired_is_absent_in_the_same_instant_over_http(world):
    row = in_force(world)
    api = world.api("auditor")
    for at, state, found in ((row.expires_at - TICK, "in_force", 1), (row.expires_at, "expired", 0)):
        with clock.at(at):
            assert api.get(f"{API}/{row.public_id}").json()["state"] == state
            assert len(api.get(f"{API}?state=in_force").json()["results"]) == found
            assert len(api.get(f"{API}?state=expired").json()["results"]) == 1 - found


# On pages ------------------------------------------------------------------------------------------------------------


def day(ahead: int) -> str:
    return (clock.now() + ahead * DAY).date().isoformat()


def test_it_is_asked_for_on_a_page_that_a_link_has_filled(world):
    client = world.client("scientist")
    shown = client.get(f"{PAGE}ask/?name=joblib&version=1.4.2&use_case={world.use_case.public_id}")
    assert 'value="==1.4.2"' in shown.text
    assert f'value="{world.use_case.public_id}" selected' in shown.text
    flawed = client.get(f"{PAGE}ask/?name=joblib&version=1.4.2&advisory=CVE-2024-1").text
    assert re.search(r'value="accept"[^>]*checked', flawed)
    assert "nothing of ours ever calls it" in flawed
    form = {
        "effect": "accept", "name": "joblib", "ecosystem": "pypi", "specifier": "==1.4.2", "advisory": "CVE-2024-1",
        "justification": "code_not_reachable", "use_case": world.use_case.public_id, "until": day(30), "reason": "Never called.",
    }  # fmt: skip
    sent = client.post(f"{PAGE}ask/", form)

    row = Ruling.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"{PAGE}{row.public_id}/")
    assert (row.expires_at.date().isoformat(), row.expires_at.hour) == (day(31), 0)  # through the whole of the last day
    assert client.post(f"{PAGE}ask/", {**form, "until": "9999-12-31"}).status_code == 400
    wrong = client.post(f"{PAGE}ask/", {**form, "specifier": "=>1", "until": "2000-01-01"})
    assert wrong.status_code == 400
    assert "cannot be read" in text_of(wrong)


def test_what_security_recommends_and_what_the_owner_decides_stand_apart(world):
    row = flaw(world)
    page = f"{PAGE}{row.public_id}/"
    waiting = text_of(world.client("business").get(page))
    assert waiting.index("What security recommends") < waiting.index("What the owner decides")
    assert "It can be refused now" in waiting
    assert "Only security recommends" in text_of(world.client("scientist").get(page))
    advised = world.client("security").post(
        f"{page}recommend/", {"recommend-word": "no", "recommend-because": "It is reachable."}
    )
    assert advised.status_code == 302
    refused = world.client("business").post(f"{page}decide/", {"decide-word": "yes", "decide-because": ""})
    assert (refused.status_code, "Say why" in text_of(refused)) == (400, True)
    done = world.client("business").post(f"{page}decide/", {"decide-word": "yes", "decide-because": "We bear it."})
    assert done.status_code == 302
    shown = text_of(world.client("scientist").get(page))

    assert "Security advises against it" in shown
    assert "The owner decided otherwise than security recommended." in shown
    assert "Code not reachable" in shown


def test_a_page_says_why_somebody_may_not_decide(world):
    row = recommended(world, asked(world, "business"))
    page = f"{PAGE}{row.public_id}/"

    assert "You asked for this, so somebody else has to decide." in text_of(world.client("business").get(page))
    answer = world.client("business").post(f"{page}decide/", {"decide-word": "yes"})
    assert answer.status_code == 403
    assert world.client("stranger").get(page).status_code == 404
    answer = world.client("business").post(f"{page}decide/", {"decide-word": "perhaps"})
    assert answer.status_code == 400


def test_it_is_extended_and_revoked_on_its_page(world):
    row = in_force(world)
    page = f"{PAGE}{row.public_id}/"
    client = world.client("scientist")
    assert client.post(f"{page}extend/", {"extend-until": day(300), "extend-reason": ""}).status_code == 400
    longer = client.post(f"{page}extend/", {"extend-until": day(300), "extend-reason": "Still needed."})
    new = Ruling.objects.get(supersedes=row)
    assert longer["Location"] == f"{PAGE}{new.public_id}/"
    assert "Takes the place of" in text_of(client.get(longer["Location"]))
    assert client.post(f"{page}revoke/", {"revoke-because": "No."}).status_code == 403
    assert world.client("security").post(f"{page}revoke/", {"revoke-because": "It was read."}).status_code == 302
    assert "It was read." in text_of(client.get(page)) or "Another took its place." in text_of(client.get(page))


def test_a_package_is_blocked_on_a_page(world):
    assert "Only security blocks" in text_of(world.client("scientist").get(f"{PAGE}block/"))
    form = {
        "name": "joblib",
        "ecosystem": "pypi",
        "specifier": "<2",
        "use_case": "",
        "reason": "It sends data home.",
        "until": "",
    }
    assert world.client("scientist").post(f"{PAGE}block/", form).status_code == 403
    sent = world.client("security").post(f"{PAGE}block/", form)

    row = Ruling.objects.get()
    assert (sent.status_code, row.state(), row.expires_at) == (302, "in_force", None)
    shown = text_of(world.client("security").get(sent["Location"]))
    assert "You made this block, so somebody else has to lift it." in shown


def test_the_list_begins_with_what_has_run_out_and_what_runs_out_first(world):
    far = in_force(world, specifier="==3", expires_at=clock.now() + 200 * DAY)
    gone = in_force(world, specifier="==1", expires_at=clock.now() + 10 * DAY)
    soon = in_force(world, specifier="==2", expires_at=clock.now() + 30 * DAY)
    block = services.block(actor=world.security, name="joblib", specifier="==4", reason="So.")
    refused = decided(world, asked(world, specifier="==5"), allow=False)
    client = world.client("business")

    def shown(query: str = "") -> list[Ruling]:
        return [row["ruling"] for row in client.get(f"{PAGE}{query}").context["rows"]]

    with clock.at(clock.now() + 20 * DAY):
        assert shown() == [gone, soon, far, block]
        assert shown("?state=all") == [gone, soon, far, block, refused]
        assert shown("?state=ending") == [soon]
        assert shown("?state=expired") == [gone]
        assert shown("?state=refused") == [refused]
        assert shown("?effect=block") == [block]
        assert shown("?scope=organisation") == [block]
        assert shown(f"?scope={world.use_case.public_id}&state=in_force") == [soon, far]
        assert shown("?package=JOB") == [gone, soon, far, block]
        assert shown("?package=numpy") == []
        assert "Runs out soon" in text_of(client.get(PAGE))
    with clock.at(gone.expires_at + 91 * DAY):
        assert gone not in shown()


def test_many_are_chosen_in_the_list_and_done_on_one_page(world):
    mine, other = asked(world), asked(world, specifier="==2")
    services.recommend_ruling(actor=world.security, ruling=other, recommend=True, because="Fine.")
    client = world.client("security")
    together = client.post(f"{PAGE}bulk/", {"id": [mine.public_id, other.public_id, "rul_nothing"]})
    assert [row["ruling"] for row in together.context["rows"]] == [mine, other]
    form = {"command": "act", "id": [mine.public_id, other.public_id], "action": "recommend:yes", "because": "Small."}
    assert client.post(f"{PAGE}bulk/", {**form, "action": ""}).status_code == 400
    assert client.post(f"{PAGE}bulk/", {**form, "id": []}).status_code == 400
    sent = client.post(f"{PAGE}bulk/", form)
    done = text_of(client.get(sent["Location"]))

    assert sent.status_code == 302
    assert "1 was done. 1 was refused." in done
    assert "Security has recommended already." in done
    assert Ruling.objects.get(pk=mine.pk).state() == "recommended"
    assert "Nothing is chosen" in text_of(client.get(f"{PAGE}bulk/"))


def test_the_page_of_a_package_and_the_tab_of_a_use_case_tell_of_rulings(world, push):
    push()
    row = in_force(world, name="numpy", specifier="==2.0.0")
    hidden = asked(world, name="numpy", specifier="==2.0.0", use_case=None)
    page = world.client("business").get("/dependencies/packages/numpy/").text

    assert f"{PAGE}{row.public_id}/" in page
    assert f"{PAGE}ask/?name=numpy&amp;ecosystem=pypi" in page
    stranger = world.client("stranger").get("/dependencies/packages/numpy/").text
    assert f"{PAGE}{row.public_id}/" not in stranger
    assert f"{PAGE}{hidden.public_id}/" in stranger
    tab = text_of(world.client("business").get("/use-cases/churn/dependencies/"))
    assert "1 ruling is in force for this use case alone." in tab


def test_the_pages_ask_little_of_the_database_however_much_there_is(world):
    for number in range(30):
        asked(world, specifier=f"=={number}")
    row = in_force(world)
    client, api = world.client("business"), world.api("auditor")
    client.get(PAGE)
    for browser, url, most in (
        (client, PAGE, 14),
        (client, f"{PAGE}{row.public_id}/", 26),
        (client, f"{PAGE}start/", 14),
        (api, API, 9),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(url).status_code == 200
        assert len(queries) <= most, (url, len(queries), [query["sql"][:150] for query in queries])
