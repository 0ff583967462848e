"""Weights, vendors' models and services that a use case rests on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from foundation.verification import verify
from governance.dependencies import services
from governance.dependencies.models import ExternalService
from tests.usecases.test_pages import text_of

WEIGHTS: dict[str, Any] = {
    "kind": "weights",
    "name": "bert-base-uncased",
    "operator": "Google",
    "digest": "sha256:" + "a" * 64,
    "licence": "Apache-2.0",
}
API: dict[str, Any] = {
    "kind": "cloud_api",
    "name": "Translation",
    "operator": "Example Cloud",
    "terms": "https://example.com/terms",
    "data_sent": "Text of complaints, without names.",
    "regions": ["eu-central-1"],
    "exit_plan": "Our own model, four weeks.",
}
URL = "/api/v1/use-cases/churn/external-services"
PAGE = "/use-cases/churn/dependencies/services/"


def add(world, part: str = "scientist", **change: Any) -> ExternalService:
    return services.add_external(actor=getattr(world, part), use_case=world.use_case, **{**API, **change})


def told(row: ExternalService) -> list[str]:
    return list(AuditEvent.objects.filter(subject_id=row.public_id).order_by("pk").values_list("kind", flat=True))


def test_who_works_on_the_use_case_says_what_it_rests_on(world):
    row = add(world)
    weights = add(world, "lead", **WEIGHTS, terms="", data_sent="", regions=[], exit_plan="")

    assert (row.state(), row.audit_scope(), told(row)) == ("active", world.use_case.public_id, ["dependencies.external.added"])
    assert weights.exit_plan == ""
    for part in ("auditor", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            add(world, part, name=part)


@pytest.mark.parametrize(
    ("base", "change", "field"),
    [
        (API, {"data_sent": " "}, "data_sent"),
        (API, {"regions": []}, "regions"),
        (API, {"regions": [" "]}, "regions"),
        (API, {"regions": [str(n) for n in range(21)]}, "regions"),
        (API, {"exit_plan": ""}, "exit_plan"),
        (API, {"terms": ""}, "terms"),
        (API, {"terms": "javascript:alert(1)"}, "terms"),
        (API, {"operator": ""}, "operator"),
        (API, {"name": " "}, "name"),
        (API, {"kind": "magic"}, "kind"),
        ({**API, "kind": "vendor_model"}, {"exit_plan": ""}, "exit_plan"),
        (WEIGHTS, {"licence": ""}, "licence"),
        (WEIGHTS, {"digest": ""}, "version"),
        (WEIGHTS, {"digest": "md5:abc"}, "digest"),
    ],
)
def test_what_has_to_be_known_before_it_goes_wrong_is_asked_for(world, base, change, field):
    with pytest.raises(Invalid) as refused:
        services.add_external(actor=world.lead, use_case=world.use_case, **{**base, **change})
    assert field in {item.field for item in refused.value.errors}
    assert not ExternalService.objects.exists()


def test_the_same_does_not_stand_there_twice(world):
    add(world)
    with pytest.raises(Conflict, match="Replace it"):
        add(world, "lead")
    add(world, version="v2")


def test_what_changes_takes_the_place_of_what_was_and_both_stay(world):
    old = add(world)
    new = services.replace_external(actor=world.lead, service=old, **{**API, "regions": ["us-east-1"]})
    old.refresh_from_db()

    assert (old.state(), new.state(), new.replaces) == ("ended", "active", old)
    assert told(new) == ["dependencies.external.replaced"]
    with pytest.raises(Conflict, match="meanwhile"):
        services.replace_external(actor=world.lead, service=old, **API)
    with pytest.raises(Conflict, match="meanwhile"):
        services.end_external(actor=world.lead, service=old, reason="Gone.")
    assert [finding for finding in verify() if finding.altered] == []


def test_replacing_by_the_same_or_by_another_that_stands_there_is_refused(world):
    old, other = add(world), add(world, name="Speech")
    with pytest.raises(Invalid, match="Nothing differs"):
        services.replace_external(actor=world.lead, service=old, **API)
    with pytest.raises(Conflict):
        services.replace_external(actor=world.lead, service=old, **{**API, "name": other.name})
    old.refresh_from_db()
    assert old.state() == "active"


def test_it_is_ended_with_a_reason(world):
    row = add(world)
    with pytest.raises(Invalid):
        services.end_external(actor=world.lead, service=row, reason="")
    assert services.end_external(actor=world.lead, service=row, reason="Too dear.").state() == "ended"
    add(world)  # it may come back


def test_no_word_of_it_is_changed_afterwards(world):
    row = add(world)
    row.regions = ["everywhere"]
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


def test_it_exists_for_those_who_see_the_use_case(world):
    row = add(world)

    assert world.api("stranger").get(f"/api/v1/external-services/{row.public_id}").status_code == 404
    assert world.client("stranger").get(f"{PAGE}{row.public_id}/").status_code == 404
    assert world.client("auditor").get(f"{PAGE}{row.public_id}/").status_code == 200


def test_the_api_adds_replaces_ends_and_lists(world):
    api = world.api("scientist")
    made = api.post(URL, API, content_type="application/json")
    assert made.status_code == 201, made.content
    one = f"/api/v1/external-services/{made.json()['id']}"
    newer = api.post(f"{one}/replace", {**API, "regions": ["eu-west-1"]}, content_type="application/json")

    assert (newer.status_code, newer.json()["replaces"]) == (201, made.json()["id"])
    assert api.get(one).json()["state"] == "ended"
    assert [row["id"] for row in api.get(f"{URL}?in_use=1").json()["results"]] == [newer.json()["id"]]
    gone = api.post(f"/api/v1/external-services/{newer.json()['id']}/end", {"reason": "Over."}, content_type="application/json")
    assert gone.json()["ended_because"] == "Over."
    assert len(api.get(URL).json()["results"]) == 2


def test_the_pages_add_replace_and_end_and_the_activity_of_the_use_case_tells(world):
    client = world.client("scientist")
    form = {**API, "regions": "eu-central-1\n新加坡\n"}
    assert client.post(PAGE, {**form, "exit_plan": ""}).status_code == 400
    added = client.post(PAGE, form)
    assert added.status_code == 302, added.context["form"].errors
    row = ExternalService.objects.get()
    assert row.regions == ["eu-central-1", "新加坡"]

    tab = text_of(client.get("/use-cases/churn/dependencies/"))
    assert "Translation" in tab
    assert "Example Cloud" in tab
    page = client.get(f"{PAGE}{row.public_id}/replace/")
    assert page.context["form"]["regions"].value() == "eu-central-1\n新加坡"
    assert client.post(f"{PAGE}{row.public_id}/replace/", {**form, "operator": "Other Cloud"}).status_code == 302
    newer = ExternalService.objects.get(replaces=row)
    assert "took its place" in text_of(client.get(f"{PAGE}{row.public_id}/"))
    assert client.post(f"{PAGE}{newer.public_id}/end/", {"end-reason": ""}).status_code == 400
    assert client.post(f"{PAGE}{newer.public_id}/end/", {"end-reason": "Done."}).status_code == 302
    history = text_of(client.get("/use-cases/churn/history/"))
    for what in ("External service added", "External service replaced", "External service ended"):
        assert f"{what}: Translation" in history


def test_who_may_not_add_is_told_why(world):
    page = world.client("auditor").get(PAGE)

    assert "You do not work on this use case" in text_of(page)
    assert world.client("auditor").post(PAGE, {**API, "regions": "eu"}).status_code == 403
