"""Reviews in the browser and over HTTP: from the sheet to the queue."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import clock
from governance.dependencies.forms.reviews import field_of
from governance.dependencies.models import Artifact, Review, ReviewRequest
from governance.dependencies.selectors.review_sheets import sheet_of_review
from governance.dependencies.services import ask_review, start_review
from tests.dependencies.released import ASKS, READS, RUNS, released
from tests.dependencies.reviewing import YEAR, judge_all, prepared, reviewed
from tests.dependencies.test_sources import in_force
from tests.usecases.test_pages import text_of

DAY = {"until": (clock.now() + timedelta(days=200)).date().isoformat()}
HAND_IN = {"verdict": "pass", "criteria": ["safe-to-deploy"], "thoroughness": "points", **DAY}


@pytest.fixture
def first(world):
    return released({"thing/home.py": READS, "thing/ask.py": ASKS})


def filled(client, url, verdict="expected", why="By design.", count=None):
    """What the page's form holds, with every open point judged."""
    page = client.get(url).text
    names = re.findall(r'name="seen-([0-9a-f]+)"', page)[:count]
    seen = dict(re.findall(r'name="(seen-[0-9a-f]+)" value="([^"]*)"', page))
    return {**seen, **{f"verdict-{n}": verdict for n in names}, **{f"why-{n}": why for n in names}}


def test_from_the_page_of_the_package_to_a_confirmed_review(world, first):
    client, security = world.client("scientist"), world.client("security")
    package = client.get("/dependencies/packages/thing/").text
    assert f"/dependencies/releases/{first.public_id}/review/" in package
    sent = client.post(f"/dependencies/releases/{first.public_id}/review/", {"base": "", "criteria": ["safe-to-deploy"]})
    url = sent["Location"]
    page = text_of(client.get(url))
    count = len(sheet_of_review(Review.objects.get()).open)
    assert f"{count} decisions, about" in page
    assert "os.environ[" in page
    sent = client.post(url, filled(client, url))
    assert (sent.status_code, "Nothing is left to decide" in text_of(client.get(url))) == (302, True)
    assert client.post(f"{url}prepare/", HAND_IN)["Location"] == url
    assert "Waits to be confirmed" in text_of(client.get(url))
    assert "Only a security reviewer" in text_of(client.get(url))
    row = Review.objects.get()
    assert client.post(f"{url}confirm/", {"digest": row.content_digest}).status_code == 403
    assert "decisions, about" in text_of(security.get(url))
    assert security.post(f"{url}confirm/", {"digest": "sha256:" + "0" * 64}).status_code == 409
    assert security.post(f"{url}confirm/", {"digest": row.content_digest}).status_code == 302
    page = text_of(security.get("/dependencies/packages/thing/"))
    assert "1 review counts now" in page
    assert "confirmed by Security" in page
    assert "The points only" in page


def test_the_next_release_opens_with_only_what_is_new(world, first):
    reviewed(world, first)
    second = released({"thing/home.py": READS, "thing/ask.py": ASKS, "thing/run.py": RUNS}, "1.1")
    client = world.client("scientist")
    page = client.get(f"/dependencies/releases/{second.public_id}/review/").text
    assert re.search(rf'<option value="{first.public_id}" selected', page)
    url = client.post(
        f"/dependencies/releases/{second.public_id}/review/", {"base": first.public_id, "criteria": ["safe-to-deploy"]}
    )["Location"]
    page = text_of(client.get(url))
    assert "1 decision, about" in page
    assert "points are as they were" in page
    assert "starts other processes" in page


def test_part_of_the_sheet_is_kept_and_the_rest_waits(world, first):
    url = f"/dependencies/reviews/{start_review(actor=world.scientist, release=first).public_id}/"
    client = world.client("scientist")
    client.post(url, filled(client, url, count=1))
    row = Review.objects.get()
    assert len(row.points) == 1
    assert len(sheet_of_review(row).open) == len(sheet_of_review(row).items) - 1


def test_a_judgement_without_a_reason_is_told_at_its_point_and_what_was_typed_stays(world, first):
    url = f"/dependencies/reviews/{start_review(actor=world.scientist, release=first).public_id}/"
    client = world.client("scientist")
    form = filled(client, url)
    name = next(key for key in form if key.startswith("why-"))
    answer = client.post(url, {**form, name: ""})
    assert answer.status_code == 400
    assert "Say why, in a few words." in text_of(answer)
    assert "By design." in answer.text
    assert Review.objects.get().points == {}


def test_a_whole_capability_is_judged_alike_and_each_point_is_kept_by_itself(world):
    release = released({f"m{number}.py": READS for number in range(60)})
    row = start_review(actor=world.scientist, release=release)
    url = f"/dependencies/reviews/{row.public_id}/"
    client = world.client("scientist")
    name = field_of("env/read")
    client.post(url, {"bulk": "env/read", f"bulk-verdict-{name}": "expected", f"bulk-why-{name}": "It finds its home."})
    row.refresh_from_db()
    assert len(row.points) == 60
    assert {(said["verdict"], said["why"], said["by"]) for said in row.points.values()} == {
        ("expected", "It finds its home.", world.scientist.id)
    }
    bad = client.post(url, {"bulk": "env/read", f"bulk-verdict-{name}": "expected", f"bulk-why-{name}": " "})
    assert bad.status_code == 302  # nothing is open any more, so nothing was to be judged


def test_what_moved_is_taken_over_with_one_button(world, first):
    reviewed(world, first)
    moved = released({"thing/places.py": READS, "thing/ask.py": ASKS}, "1.1")
    row = start_review(actor=world.scientist, release=moved, base=first)
    client = world.client("scientist")
    client.post(f"/dependencies/reviews/{row.public_id}/", {"take": "all"})
    row.refresh_from_db()
    assert not sheet_of_review(row).open
    assert {said["by"] for said in row.points.values() if not said["carried"]} == {world.scientist.id}


def test_two_people_with_the_same_sheet_do_not_lose_each_others_words(world, first):
    url = f"/dependencies/reviews/{start_review(actor=world.scientist, release=first).public_id}/"
    mine = filled(world.client("scientist"), url, why="Mine.", count=2)
    theirs = filled(world.client("engineer"), url, why="Theirs.", count=1)
    world.client("engineer").post(url, theirs)
    answer = world.client("scientist").post(url, mine)
    assert (answer.status_code, "in the meantime" in text_of(answer), "Mine." in answer.text) == (409, True, True)
    assert {said["why"] for said in Review.objects.get().points.values()} == {"Theirs."}


def test_who_may_not_prepare_reads_the_sheet_and_is_told_why(world, first):
    row = start_review(actor=world.scientist, release=first)
    page = world.client("auditor").get(f"/dependencies/reviews/{row.public_id}/")
    assert "Only data engineers" in text_of(page)
    assert 'name="verdict-' not in page.text
    assert world.client("auditor").post(f"/dependencies/reviews/{row.public_id}/", {}).status_code == 403


def test_a_refused_point_is_shown_before_it_is_handed_in(world, first):
    row = start_review(actor=world.scientist, release=first)
    judge_all(world.scientist, row, "refused", "It sends data away.")
    client, url = world.client("scientist"), f"/dependencies/reviews/{row.public_id}/prepare/"
    assert "the release can only fail" in text_of(client.get(url))
    assert client.post(url, HAND_IN).status_code == 400
    assert client.post(url, {**HAND_IN, "verdict": "fail"}).status_code == 302
    assert "beats whatever else is said" in text_of(world.client("security").get(f"/dependencies/reviews/{row.public_id}/"))


def test_security_sends_back_and_withdraws_with_a_reason(world, first):
    row = prepared(world.scientist, first)
    client, url = world.client("security"), f"/dependencies/reviews/{row.public_id}/"
    assert client.post(f"{url}send-back/", {"back-reason": " "}).status_code == 400
    sent = client.post(f"{url}send-back/", {"back-reason": "Say more of the hosts."})
    assert "Say more of the hosts." in text_of(world.client("scientist").get(sent["Location"]))
    done = reviewed(world, released({"a.py": READS}, "2.0"))
    url = f"/dependencies/reviews/{done.public_id}/"
    assert world.client("scientist").post(f"{url}withdraw/", {"withdraw-reason": "No."}).status_code == 403
    assert client.post(f"{url}withdraw/", {"withdraw-reason": "It loads code."}).status_code == 302
    assert "It loads code." in text_of(client.get(url))


def test_what_was_handed_in_is_not_saved_over(world, first):
    row = prepared(world.scientist, first)
    answer = world.client("scientist").post(f"/dependencies/reviews/{row.public_id}/", {})
    assert answer.status_code == 409


def test_several_are_confirmed_from_the_queue_each_by_itself(world, first):
    mine = prepared(world.security, released({"a.py": READS}, name="own"))
    one, two = prepared(world.scientist, first), prepared(world.scientist, released({"b.py": ASKS}, name="other"))
    client = world.client("security")
    page = client.get("/dependencies/queue/")
    assert "3 reviews wait to be confirmed" in text_of(page)
    assert f'value="{mine.public_id}"' not in page.text
    digests = {f"digest-{row.public_id}": row.content_digest for row in (mine, one)}
    sent = client.post("/dependencies/queue/confirm/", {"item": [r.public_id for r in (mine, one, two)], **digests})
    told = text_of(client.get(sent["Location"]))
    assert [Review.objects.get(pk=row.pk).state() for row in (mine, one, two)] == ["prepared", "live", "prepared"]
    assert "You prepared this review" in told
    assert "not the content you were shown" in told
    sent = world.client("scientist").post("/dependencies/queue/confirm/", {"item": [two.public_id], **digests})
    assert Review.objects.get(pk=two.pk).state() == "prepared"


def test_the_pages_ask_little_of_the_database(world, first):
    for number in range(6):
        release = released({"a.py": READS, "b.py": ASKS}, name=f"thing-{number}")
        prepared(world.scientist, release)
        ask_review(actor=world.lead, name=release.package.name, version="1.0", use_case=world.use_case)
    done = reviewed(world, first)
    draft = start_review(actor=world.scientist, release=released({"a.py": READS}, "1.1"), base=first)
    client = world.client("security")
    urls = [
        ("/dependencies/queue/", 20),
        ("/dependencies/backlog/", 20),
        (f"/dependencies/reviews/{draft.public_id}/", 20),
        (f"/dependencies/reviews/{done.public_id}/", 20),
        (f"/dependencies/reviews/{draft.public_id}/prepare/", 20),
    ]
    for url, most in urls:
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        assert len(queries) <= most, (url, [query["sql"][:200] for query in queries])


def test_a_review_is_asked_for_and_taken_back_on_pages(world):
    client = world.client("scientist")
    form = {
        "package": "conda:numpy",
        "version": "2.0",
        "criteria": ["safe-to-run"],
        "use_case": world.use_case.public_id,
        "why": "",
    }
    assert client.post("/dependencies/review-requests/ask/", {**form, "version": ""}).status_code == 400
    assert client.post("/dependencies/review-requests/ask/", form).status_code == 302
    row = ReviewRequest.objects.get()
    assert (row.ecosystem, row.name) == ("conda", "numpy")
    assert "conda:numpy" in text_of(client.get("/dependencies/queue/"))
    url = f"/dependencies/review-requests/{row.public_id}/"
    assert "Customer churn" in text_of(client.get(url))
    assert world.client("lead").post(url, {"withdraw-reason": "No."}).status_code == 403
    assert client.post(url, {"withdraw-reason": "Not needed."}).status_code == 302
    row.refresh_from_db()
    assert row.closed_because == "Not needed."


def test_a_hostile_name_is_shown_as_text(world):
    release = released({"<script>alert(1)</script>.py": READS})
    row = start_review(actor=world.scientist, release=release)
    page = world.client("scientist").get(f"/dependencies/reviews/{row.public_id}/").text
    assert "<script>alert(1)" not in page


# Over HTTP ------------------------------------------------------------------------------------------------------------


def send(world, part, url, body):
    return world.api(part).post(f"/api/v1{url}", body, content_type="application/json")


def test_a_review_goes_its_way_over_http(world, first):
    made = send(world, "scientist", "/packages/thing/reviews", {"release": first.public_id})
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["state"], body["decisions"], body["base"]) == ("draft", len(body["points"]), None)
    url = f"/reviews/{body['id']}"
    unknown = send(world, "scientist", f"{url}/points", {"points": [{"key": "x", "verdict": "expected", "why": "Yes."}]})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (400, "points[x]")
    assert send(world, "scientist", f"{url}/points", {"points": [], "other": 1}).status_code == 400
    points = [{"key": one["key"], "verdict": "expected", "why": "By design.", "seen": one["mark"]} for one in body["points"]]
    assert send(world, "scientist", f"{url}/points", {"points": points[:1] * 2}).status_code == 400
    saved = send(world, "scientist", f"{url}/points", {"points": points})
    assert (saved.status_code, saved.json()["decisions"]) == (200, 0)
    assert send(world, "scientist", f"{url}/points", {"points": points}).status_code == 409
    ready = send(world, "scientist", f"{url}/prepare", {"expires_at": (clock.now() + YEAR).isoformat()})
    assert (ready.status_code, ready.json()["state"]) == (200, "prepared")
    digest = {"digest": ready.json()["content_digest"]}
    assert send(world, "scientist", f"{url}/confirm", digest).status_code == 403
    assert send(world, "ci", f"{url}/confirm", digest).status_code == 403
    done = send(world, "security", f"{url}/confirm", digest)
    assert (done.status_code, done.json()["confirmed_by"]) == (200, "security")
    assert send(world, "security", f"{url}/send-back", {"reason": "Late."}).status_code == 409
    for name in ("thing", "Thing", "pypi:thing", "pkg:pypi/thing", "pkg:pypi%2Fthing@1.0"):
        listed = world.api("stranger").get(f"/api/v1/packages/{name}/reviews").json()["results"]
        assert [row["id"] for row in listed] == [body["id"]], name
    gone = send(world, "security", f"{url}/withdraw", {"reason": "It loads code."})
    assert gone.json()["state"] == "withdrawn"


def test_ci_asks_for_reviews_for_its_own_use_case_and_reads_what_is_missing(world, first):
    digest = Artifact.objects.get(release=first).sha256
    lock = send(world, "ci", "/dependency-sets", {"path": "r.txt", "content": f"thing==1.0 --hash={digest}\nunseen==2\n"}).json()
    found = world.api("ci").get(f"/api/v1/dependency-sets/{lock['id']}/suggestions").json()
    by_name = {row["name"]: row for row in found["suggestions"]}
    assert by_name["thing"]["best"]["reviews"][0]["base"] is None
    status = world.api("ci").get(f"/api/v1/dependency-sets/{lock['id']}/status").json()
    assert {row["name"]: row["missing"] for row in status["requirements"]} == {n: row["missing"] for n, row in by_name.items()}
    assert (by_name["unseen"]["why"], by_name["unseen"]["best"]) == ("not_at_hand", None)
    assert "2 packages lack a review" in found["comment"]
    assert f"/dependencies/{lock['id']}/" in found["comment"]
    wanted = world.api("ci").get(f"/api/v1/dependency-sets/{lock['id']}/suggestions?use_case=churn").json()
    assert wanted["suggestions"][0]["missing"] == ["io-verified", "safe-to-deploy"]
    assert world.api("stranger").get(f"/api/v1/dependency-sets/{lock['id']}/suggestions?use_case=churn").status_code == 404
    assert world.api("ci").get(f"/api/v1/dependency-sets/{lock['id']}/suggestions?criteria=safe").status_code == 400
    asked = send(world, "ci", "/review-requests", {"name": "Thing", "version": "1.0"})
    assert (asked.status_code, asked.json()["requesters"]) == (201, 1)
    assert ReviewRequest.objects.get().requesters.get().use_case == world.use_case.public_id
    assert (
        send(world, "scientist", "/review-requests", {"name": "thing", "version": "1.0", "use_case": "nope"}).status_code == 400
    )
    assert len(world.api("stranger").get("/api/v1/review-requests?open=1").json()["results"]) == 1


def test_null_characters_find_nothing_instead_of_breaking(world, first):
    assert send(world, "scientist", "/packages/thing/reviews", {"release": "rel\x00"}).status_code == 400
    assert send(world, "scientist", "/packages/th\x00ing/reviews", {"release": first.public_id}).status_code == 400


def test_what_a_verified_source_expects_is_offered_and_judged_by_nobody_until_somebody_presses(world, first):
    in_force(world, packages=["thing"], presets={"env/read": "It looks for its home."})
    row = start_review(actor=world.scientist, release=first)
    url, client = f"/dependencies/reviews/{row.public_id}/", world.client("scientist")
    assert "It looks for its home." in text_of(client.get(url))
    row.refresh_from_db()
    assert row.points == {}
    client.post(url, {"preset": "net/client"})  # of which no source speaks
    row.refresh_from_db()
    assert row.points == {}
    client.post(url, {"preset": "env/read"})
    row.refresh_from_db()
    assert {(said["why"], said["by"]) for said in row.points.values()} == {("It looks for its home.", world.scientist.id)}
    assert all(key.startswith("env/read") for key in row.points)


def test_a_review_is_made_anew_with_what_was_said_and_takes_its_place(world, first):
    old = reviewed(world, first)
    client = world.client("scientist")
    link = f"/dependencies/releases/{first.public_id}/review/?supersedes={old.public_id}"
    assert link in client.get(f"/dependencies/reviews/{old.public_id}/").text
    assert "takes the place of the earlier review" in text_of(client.get(link))
    form = {"base": "", "criteria": ["safe-to-deploy"], "supersedes": old.public_id}
    url = client.post(f"/dependencies/releases/{first.public_id}/review/", form)["Location"]
    assert "Nothing is left to decide" in text_of(client.get(url))
    client.post(f"{url}prepare/", HAND_IN)
    new = Review.objects.get(supersedes=old)
    world.client("security").post(f"{url}confirm/", {"digest": new.content_digest})
    assert "The review that takes its place" in text_of(client.get(f"/dependencies/reviews/{old.public_id}/"))
    other = released({"a.py": READS}, "7")
    assert client.get(f"/dependencies/releases/{other.public_id}/review/?supersedes={old.public_id}").status_code == 404
