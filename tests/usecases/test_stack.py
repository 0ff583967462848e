"""What a use case needs against what its platform offers, and deviations that are agreed to once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from foundation import clock
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services as people
from governance.usecases import conditions, services
from governance.usecases.models import Platform, PlatformOffer, StackDeviation, StackNeed
from governance.usecases.selectors.stack import stack_of, stacks_of

OFFER = {
    "languages": ["Python >=3.10,<3.13"],
    "packages": ["pandas >=2,<3"],
    "other_packages": "refused",
    "hardware": {"cpus": 8, "memory_gb": 64},
    "isolation": ["container"],
    "network": "internal",
    "data": ["Data warehouse"],
}
NEED = {"languages": ["Python 3.11"], "packages": ["pandas ==2.2.*", "pyserial 3.5"], "network": "internal"}
PYSERIAL = {"aspect": "package", "item": "pyserial", "wanted": "==3.5"}


@pytest.fixture
def platform(world) -> Platform:
    return services.add_platform(actor=world.admin, slug="batch", title="Batch cluster", offer=OFFER)


@pytest.fixture
def operations(world):
    """Whoever runs the use case; the security reviewer holds it too here."""
    people.grant_role(actor=world.lead, user=world.security.user, role="operations", scope=world.use_case.public_id)
    return world.security


def state(world, platform, need=NEED, actor=None, case=None, **more) -> StackNeed:
    return services.state_need(actor=actor or world.lead, use_case=case or world.use_case, platform=platform, need=need, **more)


def ask(world, actor=None, case=None, **more) -> StackDeviation:
    said = {**PYSERIAL, "reason": "The scales at the gate.", "limits": "Read only.", "valid_until": in_days(90), **more}
    return services.ask_deviation(actor=actor or world.scientist, use_case=case or world.use_case, **said)


def in_days(days):
    return clock.now().date() + timedelta(days=days)


def test_nobody_asked_is_not_fitting(world, platform):
    assert stack_of(world.use_case).standing == "missing"
    assert conditions.evaluate(world.use_case, ["stack.fits"])["stack.fits"].state == "unknown"


def test_a_need_is_compared_with_the_newest_offer(world, platform):
    state(world, platform)
    stack = stack_of(world.use_case)
    assert (stack.standing, [item.item for item in stack.comparison.lacking]) == ("deviates", ["pyserial"])
    answer = conditions.evaluate(world.use_case, ["stack.fits"])["stack.fits"]
    assert (answer.state, "pyserial" in str(answer.said)) == ("unmet", True)

    services.write_offer(actor=world.admin, platform=platform, offer={**OFFER, "other_packages": "allowed"}, note="Opened.")

    assert stack_of(world.use_case).standing == "fits"
    assert conditions.evaluate(world.use_case, ["stack.fits"])["stack.fits"].met


def test_versions_are_kept_and_the_same_again_is_none(world, platform):
    first = state(world, platform)
    assert state(world, platform, {**NEED, "packages": list(reversed(NEED["packages"]))}) == first
    assert state(world, platform, {**NEED, "network": "none"}).number == 2
    offer = platform.current_offer()
    assert services.write_offer(actor=world.admin, platform=platform, offer=OFFER) == offer
    with pytest.raises(Conflict):
        state(world, platform, {"network": "internet"}, based_on=1)
    with pytest.raises(Conflict):
        services.write_offer(actor=world.admin, platform=platform, offer={}, based_on=0)
    for row in (first, offer):
        with pytest.raises(TypeError):
            type(row).objects.filter(pk=row.pk).update(number=9)


def test_who_may_do_what(world, platform):
    with pytest.raises(NotAllowed):
        services.add_platform(actor=world.lead, slug="own", title="Own", offer=OFFER)
    with pytest.raises(NotAllowed):
        services.write_offer(actor=world.engineer, platform=platform, offer={})
    for actor in (world.auditor, world.stranger, world.ci):
        with pytest.raises(NotAllowed):
            state(world, platform, actor=actor)
    state(world, platform)
    with pytest.raises(NotAllowed):
        ask(world, actor=world.auditor)
    with pytest.raises(Conflict, match="batch"):
        services.add_platform(actor=world.admin, slug="batch", title="Again", offer={})


def test_what_cannot_be_used_is_named_and_nothing_is_kept(world, platform):
    with pytest.raises(Invalid) as refused:
        state(world, platform, {"packages": ["pandas newest", "熊猫"], "hardware": {"cpus": -1}})
    assert [item.field for item in refused.value.errors] == ["packages[0]", "packages[1]", "hardware.cpus"]
    assert not StackNeed.objects.exists()
    with pytest.raises(Invalid):
        services.add_platform(actor=world.admin, slug="other", title="Other", offer={"isolation": ["jail"]})
    assert not Platform.objects.filter(slug="other").exists()


# Deviations ----------------------------------------------------------------------------------------------------------


def test_a_deviation_counts_when_a_second_person_confirms_it(world, platform, operations):
    state(world, platform)
    row = ask(world)
    assert stack_of(world.use_case).standing == "deviates"
    assert stack_of(world.use_case).waiting_for(("package", "pyserial", "==3.5")) == row

    services.confirm_deviation(actor=operations, deviation=row)

    assert stack_of(world.use_case).standing == "fits"
    kinds = list(AuditEvent.objects.filter(subject_id=row.public_id).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["usecases.stack.deviation_asked", "usecases.stack.deviation_confirmed"]


def test_it_is_reused_by_the_next_use_case_with_the_same_deviation(world, platform):
    state(world, platform)
    row = services.confirm_deviation(actor=world.admin, deviation=ask(world))
    other = services.open_use_case(actor=world.stranger, slug="other", title="Other")
    state(world, platform, {"packages": ["pyserial 3.5"]}, actor=world.stranger, case=other)

    assert stack_of(other).standing == "fits"
    assert stack_of(other).comparison.findings[0].approved_by == row
    with pytest.raises(Conflict, match="counts here too"):
        ask(world, actor=world.stranger, case=other)
    page = world.client("stranger").get("/use-cases/other/stack/").content.decode()
    assert "for another use case; it counts here too" in page
    assert "Customer churn" not in page  # which one it was is for those who may see that
    assert "for Customer churn; it counts here too" in world.client("auditor").get("/use-cases/other/stack/").content.decode()


def test_it_does_not_reach_another_platform_another_version_or_another_thing(world, platform):
    state(world, platform)
    services.confirm_deviation(actor=world.admin, deviation=ask(world))
    elsewhere = services.add_platform(actor=world.admin, slug="edge", title="Edge", offer=OFFER)

    for where, need in ((elsewhere, "pyserial 3.5"), (platform, "pyserial 3.6"), (platform, "pyserial"), (platform, "httpx 1")):
        state(world, where, {"packages": [need]})
        assert stack_of(world.use_case).standing == "deviates", need


def test_nobody_confirms_what_they_asked_for(world, platform):
    people.grant_role(actor=world.lead, user=world.scientist.user, role="operations", scope=world.use_case.public_id)
    state(world, platform)
    row = ask(world)
    with pytest.raises(NotAllowed, match="yourself"):
        services.confirm_deviation(actor=world.scientist, deviation=row)
    with pytest.raises(NotAllowed, match="Only operations"):
        services.confirm_deviation(actor=world.lead, deviation=row)
    with pytest.raises(DatabaseError), transaction.atomic():
        StackDeviation.objects.filter(pk=row.pk).update(confirmed_by=world.scientist.user, confirmed_at=clock.now())


def test_it_ends_with_its_time_and_can_be_ended_before(world, platform):
    state(world, platform)
    services.confirm_deviation(actor=world.admin, deviation=ask(world, valid_until=in_days(30)))
    with clock.at(clock.now() + timedelta(days=30)):
        assert stack_of(world.use_case).standing == "fits"  # the last day is one of them
    with clock.at(clock.now() + timedelta(days=31)):
        assert stack_of(world.use_case).standing == "deviates"
    services.end_deviation(actor=world.admin, deviation=StackDeviation.objects.get(), reason="For the next lines.")

    again = services.confirm_deviation(actor=world.admin, deviation=ask(world))
    with pytest.raises(NotAllowed):
        services.end_deviation(actor=world.scientist, deviation=again)  # confirmed: not the author's alone any more
    with pytest.raises(Invalid):
        services.end_deviation(actor=world.admin, deviation=again)
    assert services.end_deviation(actor=world.admin, deviation=again, reason="A flaw was found.").ended_as == "ended"
    assert stack_of(world.use_case).standing == "deviates"
    with pytest.raises(Conflict):
        services.end_deviation(actor=world.admin, deviation=again, reason="Again.")


def test_one_that_waits_is_taken_back_or_declined(world, platform):
    state(world, platform)
    assert services.end_deviation(actor=world.scientist, deviation=ask(world)).ended_as == "withdrawn"
    declined = services.end_deviation(actor=world.admin, deviation=ask(world), reason="Use the gateway.")
    assert declined.ended_as == "declined"
    with pytest.raises(Conflict):
        services.confirm_deviation(actor=world.admin, deviation=declined)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"valid_until": -1}, "valid_until"),
        ({"valid_until": 1200}, "valid_until"),
        ({"item": "pandas", "wanted": "==2.2.*"}, "item"),
        ({"item": "httpx", "wanted": ""}, "item"),
    ],
)
def test_a_deviation_wants_a_reason_a_time_and_something_that_differs(world, platform, said, field):
    state(world, platform)
    if "valid_until" in said:
        said = {"valid_until": in_days(said["valid_until"])}
    with pytest.raises(Invalid) as refused:
        ask(world, **said)
    assert [item.field for item in refused.value.errors] == [field]


def test_the_same_is_not_asked_for_twice(world, platform):
    state(world, platform)
    ask(world)
    with pytest.raises(Conflict, match="asked for this already"):
        ask(world, actor=world.engineer)


def test_many_use_cases_cost_as_many_queries_as_one(world, platform, django_assert_max_num_queries):
    cases = [services.open_use_case(actor=world.lead, slug=f"case-{n}", title=f"Case {n}") for n in range(6)]
    for case in cases:
        state(world, platform, case=case)
    with django_assert_max_num_queries(4):
        assert {found.standing for found in stacks_of(cases).values()} == {"deviates"}


# Pages and API -------------------------------------------------------------------------------------------------------

FORM = {"platform": "batch", "languages": "Python 3.11", "packages": "pandas ==2.2.*\n# scales\npyserial 3.5", "based_on": "0"}


def test_the_pages_lead_from_a_need_to_an_agreed_deviation(world, platform):
    lead, admin = world.client("lead"), world.client("admin")
    assert "Nobody has said" in lead.get("/use-cases/churn/stack/").content.decode()
    wrong = lead.post("/use-cases/churn/stack/need/", {**FORM, "packages": "pandas newest"})
    assert (wrong.status_code, "does not say which versions" in wrong.content.decode()) == (400, True)
    assert lead.post("/use-cases/churn/stack/need/", FORM).status_code == 302
    page = lead.get("/use-cases/churn/stack/").content.decode()
    assert "The platform does not have it." in page
    assert "differs" in lead.get("/use-cases/churn/").content.decode()

    asked = {**PYSERIAL, "reason": "Scales.", "limits": "", "valid_until": in_days(30).isoformat()}
    assert lead.get("/use-cases/churn/stack/deviation/", PYSERIAL).status_code == 200
    assert lead.post("/use-cases/churn/stack/deviation/", asked).status_code == 302
    row = StackDeviation.objects.get()
    address = f"/use-cases/churn/stack/deviations/{row.public_id}/"
    assert "You asked for this yourself" in lead.get("/use-cases/churn/stack/").content.decode()
    assert lead.post(address, {"command": "confirm"}).status_code == 403
    assert admin.post(address, {"command": "confirm"}).status_code == 302
    assert "It can run on Batch cluster." in lead.get("/use-cases/churn/stack/").content.decode()
    assert "pyserial" in lead.get("/settings/platforms/batch/").content.decode()


def test_platforms_are_kept_on_their_page(world):
    admin = world.client("admin")
    said = {"title": "Edge", "slug": "edge", "languages": "Python 3.12", "other_packages": "allowed", "cpus": "4", "note": ""}
    assert admin.post("/settings/platforms/", said).status_code == 302
    assert world.client("lead").post("/settings/platforms/", {**said, "slug": "mine"}).status_code == 403
    page = world.client("lead").get("/settings/platforms/").content.decode()
    assert "Python ==3.12" in page
    assert admin.post("/settings/platforms/edge/", {**said, "cpus": "8", "based_on": "1"}).status_code == 302
    assert admin.post("/settings/platforms/edge/", {**said, "cpus": "9", "based_on": "1"}).status_code == 409
    assert PlatformOffer.objects.get(number=2).content["hardware"] == {"cpus": 8}


def test_programs_state_needs_and_settle_deviations(world):
    def post(part, path, body=None):
        return world.api(part).post(f"/api/v1/{path}", body or {}, content_type="application/json")

    made = post("admin", "platforms", {"slug": "batch", "title": "Batch", "offer": OFFER})
    assert made.status_code == 201
    assert post("lead", "use-cases/churn/stack", {"platform": "none", "need": {}}).status_code == 400
    bad = post("lead", "use-cases/churn/stack", {"platform": "batch", "need": {"packages": ["a b c"]}})
    assert bad.json()["errors"][0]["field"] == "packages[0]"
    body = post("lead", "use-cases/churn/stack", {"platform": "batch", "need": NEED}).json()
    assert (body["standing"], body["number"]) == ("deviates", 1)
    row = post("lead", "use-cases/churn/stack/deviations", {**PYSERIAL, "reason": "S.", "valid_until": in_days(9).isoformat()})
    assert row.status_code == 201
    public_id = row.json()["id"]
    assert post("lead", f"stack-deviations/{public_id}/confirm").status_code == 403
    assert post("stranger", f"stack-deviations/{public_id}/confirm").status_code == 404
    assert post("admin", f"stack-deviations/{public_id}/confirm").json()["confirmed_by"] == "admin"
    body = world.api("lead").get("/api/v1/use-cases/churn/stack").json()
    assert (body["standing"], body["findings"][-2]["deviation"]["id"]) == ("fits", public_id)
    assert post("admin", f"stack-deviations/{public_id}/end", {"reason": "Over."}).json()["ended_as"] == "ended"
    assert post("admin", "platforms/batch/offers", {"offer": {}}).json()["number"] == 2
    assert len(world.api("lead").get("/api/v1/platforms/batch/offers").json()["results"]) == 2
