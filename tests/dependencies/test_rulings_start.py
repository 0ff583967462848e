"""The start of use: everything is exempt for a while, once a second person agrees, and the burn-down counts what is left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from foundation import clock, sealing, verification
from foundation.errors import Conflict, Invalid, Missing, NotAllowed
from foundation.models import AuditEvent
from governance.dependencies import services
from governance.dependencies.models import Requirement, Ruling
from governance.dependencies.rulings import fits
from governance.dependencies.selectors import rulings as selectors
from governance.dependencies.staggering import LATEST, SOONEST, Debt, staggered
from governance.people.models import Notice
from tests.conftest import LOCK
from tests.dependencies.test_rulings import DAY, asked, in_force, second
from tests.dependencies.test_rulings_pages import API, PAGE, send
from tests.usecases.test_pages import text_of

LOCKS = LOCK + "joblib>=1\ncolorama==0.4.6 --hash=sha256:" + "c" * 64 + "\n"


def test_everything_pinned_is_exempt_for_a_while_once_a_second_person_agrees(world, push):
    push(dependency_sets=[{"path": "requirements.txt", "content": LOCKS}])
    batch = services.exempt_everything(actor=world.security, reason="Start of use.")

    assert sorted(row.name for row in batch.rulings) == ["colorama", "numpy", "pandas"]
    assert (batch.unpinned, {row.state() for row in batch.rulings}) == (1, {"recommended"})
    assert {row.specifier for row in batch.rulings} == {"==0.4.6", "==2.0.0", "==2.2.0"}
    assert {tuple(row.criteria) for row in batch.rulings} == {("io-verified", "safe-to-deploy")}  # nobody knows the tier
    for part in ("security", "scientist", "business", "lead"):
        with pytest.raises(NotAllowed):
            services.decide_batch(actor=getattr(world, part), batch=batch.id, allow=True)
    done = services.decide_batch(actor=world.admin, batch=batch.id, allow=True)
    assert {row.state() for row in done} == {"in_force"}
    assert Ruling.objects.live().count() == 3
    assert Notice.objects.filter(user=world.admin.user, kind="dependencies.ruling.batch").count() == 1


def test_exempting_everything_again_adds_only_what_is_new(world, push):
    push()
    first = services.exempt_everything(actor=world.security, reason="Start.")
    assert services.exempt_everything(actor=world.security, reason="Start.").id == ""
    services.decide_batch(actor=world.admin, batch=first.id, allow=True)
    assert services.exempt_everything(actor=world.security, reason="Start.").rulings == []
    push("8", dependency_sets=[{"path": "requirements.txt", "content": LOCKS}])
    more = services.exempt_everything(actor=world.security, reason="Start.")

    assert [row.name for row in more.rulings] == ["colorama"]
    services.revoke_ruling(actor=world.security, ruling=first.rulings[0], because="It is to be read now.")
    again = services.exempt_everything(actor=world.security, reason="Start.")
    assert [row.name for row in again.rulings] == [first.rulings[0].name]


def test_every_requirement_that_is_pinned_is_spoken_for(world, push):
    push(dependency_sets=[{"path": "requirements.txt", "content": LOCKS + "old===2004d\nLocal==1+cu1\n"}])
    batch = services.exempt_everything(actor=world.security, reason="Start.")

    for row in Requirement.objects.exclude(version=""):
        found = [item for item in batch.rulings if item.name == row.name]
        assert any(fits(item.ecosystem, item.specifier, row.version) for item in found), row


def test_only_security_starts_and_only_what_is_open_is_decided(world, push):
    push()
    for part in ("scientist", "business", "admin", "stranger", "ci"):
        with pytest.raises(NotAllowed):
            services.exempt_everything(actor=getattr(world, part), reason="Start.")
    with pytest.raises(Invalid, match="Say why"):
        services.exempt_everything(actor=world.security, reason=" ")
    batch = services.exempt_everything(actor=world.security, reason="Start.")
    taken = services.revoke_ruling(actor=world.security, ruling=batch.rulings[0], because="Not this one.")
    with pytest.raises(Invalid, match="Say why"):
        services.decide_batch(actor=world.admin, batch=batch.id, allow=False)
    done = services.decide_batch(actor=world.admin, batch=batch.id, allow=True)
    assert taken not in done
    assert len(done) == len(batch.rulings) - 1
    with pytest.raises(Conflict, match="decided, taken back"):
        services.decide_batch(actor=world.admin, batch=batch.id, allow=True)
    for unknown in ("", "rub_nothing", "a\x00b"):
        with pytest.raises(Missing):
            services.decide_batch(actor=world.admin, batch=unknown, allow=True)


def test_who_joined_one_of_a_batch_does_not_decide_it(world, push):
    push()
    other = second(world)
    batch = services.exempt_everything(actor=world.security, reason="Start.")
    one = batch.rulings[0]
    joined = services.ask_ruling(
        actor=other, effect="exempt", name=one.name, specifier=one.specifier, criteria=one.criteria, reason="We too.",
        expires_at=clock.now() + 30 * DAY,
    )  # fmt: skip

    assert joined == one
    with pytest.raises(NotAllowed, match="You asked for this"):
        services.decide_batch(actor=other, batch=batch.id, allow=True)
    assert not Ruling.objects.live().exists()


def test_the_log_vouches_for_each_of_them(world, push, monkeypatch):
    monkeypatch.setattr("governance.dependencies.services.ruling_start.PER_EVENT", 2)
    push(dependency_sets=[{"path": "requirements.txt", "content": LOCKS}])
    batch = services.exempt_everything(actor=world.security, reason="Start.")
    services.decide_batch(actor=world.admin, batch=batch.id, allow=True)
    sealing.seal()

    assert list(verification.verify()) == []
    assert AuditEvent.objects.filter(kind="dependencies.ruling.all_exempted").count() == 2


def test_ends_are_spread_from_ninety_days_to_a_year_the_riskiest_first():
    now = datetime(2026, 11, 22, tzinfo=UTC)

    def debt(name: str, tier: int, points: int | None, version: str = "1") -> Debt:
        return Debt(("pypi", name), version, tier, points, frozenset({"safe-to-run"}))

    found = staggered(
        [
            debt("low", 0, 99),
            debt("few", 2, 3),
            debt("unseen", 2, None),
            debt("many", 2, 50),
            debt("mid", 1, 1),
            debt("few", 0, 1, "2"),
        ],
        now,
    )
    days = {item.key[1] + item.version: (end - now).days for item, end in found}

    assert sorted(days, key=lambda name: (days[name], name)) == ["unseen1", "many1", "few1", "few2", "mid1", "low1"]
    assert (days["unseen1"], days["low1"], days["few1"] == days["few2"]) == (SOONEST, LATEST, True)
    assert staggered([], now) == []
    assert [(end - now).days for _item, end in staggered([debt("one", 0, 0)], now)] == [SOONEST]


def test_the_burn_down_counts_what_was_and_what_will_be_in_force(world):
    begin = datetime(2030, 3, 10, tzinfo=UTC)
    with clock.at(begin):
        short = in_force(world, specifier="==1", expires_at=begin + 40 * DAY)
        in_force(world, specifier="==2", expires_at=begin + 100 * DAY)
        early = in_force(world, specifier="==3", expires_at=begin + 100 * DAY)
        asked(world, specifier="==4")
        services.block(actor=world.security, name="joblib", reason="So.")
    with clock.at(begin + 30 * DAY):
        services.revoke_ruling(actor=world.security, ruling=early, because="Read.")
    with clock.at(begin + 35 * DAY):
        points = selectors.burn_down(world.business)

    told = [(point.at.strftime("%m-%d"), point.count, point.ahead) for point in points]
    assert told == [
        ("04-01", 3, False), ("04-14", 2, False), ("05-01", 1, True), ("06-01", 1, True), ("07-01", 0, True),
    ]  # fmt: skip
    assert short.expires_at < begin + 100 * DAY
    assert selectors.burn_down(world.stranger) == []


def test_the_start_of_use_is_a_page_and_an_address(world, push):
    push()
    client = world.client("security")
    assert "No exemption was ever in force" in text_of(client.get(f"{PAGE}start/"))
    sent = client.post(f"{PAGE}start/", {"reason": "Start of use."})
    assert sent.status_code == 302
    batch = Ruling.objects.values_list("batch", flat=True).first()
    assert client.post(f"{PAGE}start/{batch}/decide/", {"decide-word": "yes"}).status_code == 403
    assert "You recommended this, so somebody else has to decide." in text_of(client.get(f"{PAGE}start/"))
    done = world.client("admin").post(f"{PAGE}start/{batch}/decide/", {"decide-word": "yes"})
    assert done.status_code == 302
    page = world.client("admin").get(f"{PAGE}start/")
    assert "2 exemptions are in force." in text_of(page)
    assert "<svg" in page.text
    assert "Show as a table" in text_of(page)
    assert world.client("scientist").post(f"{PAGE}start/", {"reason": "So."}).status_code == 403
    assert send(world, "security", "/start-of-use", {"reason": "Again."}).json() == {"batch": "", "rulings": 0, "unpinned": 0}
    points = world.api("auditor").get(f"{API}/burn-down").json()["points"]
    assert max(point["count"] for point in points) == 2
    assert send(world, "admin", f"/start-of-use/{batch}/decide", {"word": "yes"}).status_code == 409
    assert send(world, "admin", "/start-of-use/rub_none/decide", {"word": "yes"}).status_code == 404


def test_warned_before_the_end_the_task_runs(world):
    from governance.dependencies import tasks

    row = in_force(world)
    with clock.at(row.expires_at - timedelta(days=1)):
        tasks.warn_of_ends()
    row.refresh_from_db()
    assert row.warned_at is not None
