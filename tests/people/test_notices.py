"""Telling people something: once, in their language, and by mail as they wish; never twice, and to nobody who did not ask."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import mailing, notices, services
from governance.people.models import Notice, User
from governance.people.selectors import MANY, unread_count

KIND = notices.kind("test.moved", _("Inbox"), "%(title)s moved to %(where)s.")
TRANSLATED = notices.kind("test.translated", _("Inbox"), _("Notices"), mail_subject="About %(title)s")
WORDED = notices.kind("test.worded", _("Inbox"), "%(role)s", words=lambda data: {"role": data["role"].upper()})


@pytest.fixture(autouse=True)
def _mail_is_set_up(settings):
    settings.NOTICES_BY_MAIL = True
    settings.BASE_URL = "https://countersign.example.com"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def now(monkeypatch):
    """Time stands still at nine in the morning of tomorrow, until a test moves it."""
    state = {"now": (clock.now() + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)}
    monkeypatch.setattr(clock, "now", lambda: state["now"])
    return lambda **later: state.update(now=state["now"] + timedelta(**later))


def told(world, *parts, key="k", kind=KIND, **data):
    said = {"title": "Churn", "where": "production", **data}
    services.tell([getattr(world, part).user for part in parts or ("lead",)], kind, key=key, url="/requests/rq_1/", data=said)


def wish(world, part, choice):
    User.objects.filter(pk=getattr(world, part).user.pk).update(mail=choice)
    getattr(world, part).user.refresh_from_db()


# In the portal -------------------------------------------------------------------------------------------------------


def test_the_same_news_is_told_once_to_each(world):
    told(world, "lead", "security")
    told(world, "lead", "business")
    told(world, "lead", key="other")

    assert sorted(Notice.objects.values_list("user__username", "key")) == [
        ("business", "k"),
        ("lead", "k"),
        ("lead", "other"),
        ("security", "k"),
    ]


def test_one_person_can_be_told_without_a_list_and_who_left_is_told_nothing(world):
    services.tell(world.lead.user, KIND, key="k", url="/")
    services.deactivate_user(actor=world.admin, user=world.security.user)
    world.security.user.refresh_from_db()
    services.tell(world.security.user, KIND, key="k", url="/")

    assert [row.user for row in Notice.objects.all()] == [world.lead.user]


def test_a_notice_is_no_evidence_and_leaves_no_event(world):
    before = AuditEvent.objects.count()
    told(world)
    services.read_notices(actor=world.lead)

    assert AuditEvent.objects.count() == before


def test_it_is_said_in_the_language_of_whoever_reads_it(world):
    told(world, kind=TRANSLATED)
    row = Notice.objects.get()
    with translation.override("zh-hans"):
        assert notices.text_of(row) == translation.gettext("Notices")
        assert notices.label_of(row) == "收件箱" == translation.gettext("Inbox")
    assert (notices.label_of(row), notices.subject_of(row)) == ("Inbox", "About Churn")


def test_an_old_notice_still_reads_when_its_kind_has_changed_or_gone(world):
    told(world)
    row = Notice.objects.get()
    row.data = {"title": "100% of Churn"}
    assert notices.text_of(row) == "100% of Churn moved to …."
    row.kind = "gone.kind"
    assert (notices.text_of(row), notices.label_of(row), notices.subject_of(row)) == ("gone.kind", "Notice", "gone.kind")
    row.kind, row.data = "test.worded", {"role": "auditor"}
    assert notices.text_of(row) == "AUDITOR"


def test_two_kinds_of_one_code_are_a_mistake():
    with pytest.raises(ValueError, match="declared twice"):
        notices.kind("test.moved", "x", "y")
    assert KIND in notices.all_kinds()


def test_people_read_their_own_only(world):
    told(world, "lead", "security")
    theirs = Notice.objects.get(user=world.security.user)

    assert services.read_notices(actor=world.lead, ids=[theirs.public_id]) == 0
    assert services.read_notices(actor=world.lead) == 1
    assert services.read_notices(actor=world.lead) == 0
    assert Notice.objects.unread().get() == theirs
    assert list(Notice.objects.visible_to(world.security)) == [theirs]
    assert not Notice.objects.visible_to(world.ci).exists()
    with pytest.raises(NotAllowed):
        services.read_notices(actor=world.ci)


def test_nobody_counts_further_than_many(world, django_assert_num_queries):
    for number in range(MANY + 5):
        told(world, key=str(number))
    with django_assert_num_queries(1):
        assert unread_count(world.lead) == MANY
    assert unread_count(world.ci) == 0


# By mail -------------------------------------------------------------------------------------------------------------


def test_one_notice_is_one_mail_with_its_own_subject_and_whole_addresses(world):
    told(world, kind=KIND)
    assert mailing.mail_notices() == 1

    (message,) = mail.outbox
    assert (message.to, message.subject) == (["lead@example.com"], "Churn moved to production.")
    assert "https://countersign.example.com/requests/rq_1/\n" in message.body
    assert "https://countersign.example.com/settings/profile/" in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mailing.mail_notices() == 0


def test_several_that_wait_come_together(world):
    for number in range(3):
        told(world, "lead", "security", key=str(number), title=f"Case {number}")
    assert mailing.mail_notices() == 2

    assert [message.subject for message in mail.outbox] == ["Countersign: 3 notices"] * 2
    assert all(f"Case {number} moved" in mail.outbox[0].body for number in range(3))


def test_a_mail_is_plain_text_and_its_subject_one_line(world):
    told(world, title="<b>Churn</b> & more\r\nBcc: everybody@example.com")
    mailing.mail_notices()

    assert mail.outbox[0].subject.startswith("<b>Churn</b> & more Bcc: everybody@example.com moved")
    assert "<b>Churn</b> & more" in mail.outbox[0].body
    assert mail.outbox[0].recipients() == ["lead@example.com"]


def test_a_mail_speaks_the_language_of_its_reader(world):
    User.objects.filter(pk=world.lead.user.pk).update(language="zh-hans")
    for number in range(2):
        told(world, "lead", "security", key=str(number))
    mailing.mail_notices()

    with translation.override("zh-hans"):
        chinese = translation.gettext("Countersign: %(number)s notices") % {"number": 2}
    assert {message.to[0]: message.subject for message in mail.outbox} == {
        "lead@example.com": chinese,
        "security@example.com": "Countersign: 2 notices",
    }


def test_who_wants_none_gets_none_and_nothing_piles_up(world):
    wish(world, "lead", "none")
    told(world)

    assert mailing.mail_notices() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()
    assert unread_count(world.lead) == 1


def test_who_changed_their_mind_gets_none_either(world):
    told(world, "lead", "security")
    wish(world, "lead", "none")
    services.deactivate_user(actor=world.admin, user=world.security.user)

    assert mailing.mail_notices() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_an_installation_without_mail_sends_none_and_nothing_piles_up(world, settings):
    told(world, key="before")
    settings.NOTICES_BY_MAIL = False
    told(world, key="after")

    assert mailing.mail_notices() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()
    settings.NOTICES_BY_MAIL = True
    assert mailing.mail_notices() == 0


def test_what_was_read_first_is_not_mailed(world):
    told(world)
    services.read_notices(actor=world.lead)

    assert mailing.mail_notices() == 0
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_a_digest_comes_after_eight_by_the_default_calendar(world, now):
    wish(world, "lead", "daily")
    services.set_calendar(
        actor=world.admin,
        slug="bogota",
        title="Bogotá",
        zone="America/Bogota",
        week=[[["09:00", "17:00"]]] * 5 + [[], []],
        is_default=True,
    )
    told(world, key="night")  # nine in UTC is four in Bogotá
    assert mailing.mail_notices() == 0
    now(hours=3, minutes=59)
    assert mailing.mail_notices() == 0
    now(minutes=1)
    told(world, key="morning")
    assert mailing.mail_notices() == 1
    now(hours=20)
    assert mailing.mail_notices() == 0
    now(hours=4)
    assert mailing.mail_notices() == 1
    assert len(mail.outbox) == 2


def test_a_digest_time_is_eight_by_the_clocks_on_the_day_they_change(db, monkeypatch):
    monkeypatch.setattr(mailing, "calendar_for", lambda: type("Berlin", (), {"zone": "Europe/Berlin"}))

    assert mailing.digest_time(datetime(2026, 10, 25, 12, tzinfo=UTC)) == datetime(2026, 10, 25, 7, tzinfo=UTC)
    assert mailing.digest_time(datetime(2026, 10, 25, 6, 59, tzinfo=UTC)) == datetime(2026, 10, 24, 6, tzinfo=UTC)


class Broken(EmailBackend):
    """A mail server that does not want to."""

    tried = 0

    def send_messages(self, messages):
        Broken.tried += 1
        raise OSError("connection refused")


def test_a_mail_that_cannot_be_sent_is_given_back_and_tried_again_later(world, settings, now):
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    told(world)
    assert mailing.mail_notices() == 0
    assert Notice.objects.get().mailed_at is None
    settings.EMAIL_BACKEND = working
    assert mailing.mail_notices() == 0  # not at once: the server may need a while
    cache.clear()
    assert mailing.mail_notices() == 1


def test_a_server_that_is_down_is_not_asked_for_everybody(world, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    Broken.tried = 0
    told(world, *world.people())
    mailing.mail_notices()

    assert Broken.tried == mailing.FAILURES_IN_A_ROW
    assert not Notice.objects.exclude(mailed_at=None).exists()


def test_a_mail_that_nobody_could_send_for_days_is_let_go(world, settings, now):
    settings.EMAIL_BACKEND = f"{__name__}.Broken"
    told(world)
    mailing.mail_notices()
    now(days=3, seconds=1)
    cache.clear()
    Broken.tried = 0
    mailing.mail_notices()

    assert Broken.tried == 0
    assert Notice.objects.get().mailed_at is not None


def test_two_workers_never_send_the_same_notice(world, monkeypatch):
    """The second one looked before the first one claimed: it claims nothing and sends nothing."""
    told(world)
    sent = []
    plain = mailing.message_of

    def meanwhile(user, rows):
        sent.append(len(rows))
        if len(sent) == 1:
            assert mailing._mail(user, Notice.objects.filter(user=user), clock.now()) is None
        return plain(user, rows)

    monkeypatch.setattr(mailing, "message_of", meanwhile)
    stale = Notice.objects.filter(user=world.lead.user)  # as a worker sees it that asked before `mailed_at` was set
    assert mailing._mail(world.lead.user, stale, clock.now()) is True
    assert mailing._mail(world.lead.user, stale, clock.now()) is None
    assert (sent, len(mail.outbox)) == ([1], 1)


def test_many_workers_at_once_send_each_notice_once(transactional_db):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite in memory has one writer at a time")
    from tests.conftest import make_world

    world = make_world()
    for number in range(20):
        told(world, key=str(number))
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        try:
            mailing.mail_notices()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(message.body.count("/requests/rq_1/") for message in mail.outbox) == 20
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_the_bell_rings_after_commit_and_only_for_those_who_want_each_at_once(
    world, monkeypatch, django_capture_on_commit_callbacks
):
    from governance.people import tasks

    rung = []
    monkeypatch.setattr(tasks.mail_notices, "delay", lambda: rung.append(1))
    wish(world, "security", "daily")
    with django_capture_on_commit_callbacks(execute=True):
        told(world, "security")
    assert not rung
    with django_capture_on_commit_callbacks(execute=True):
        told(world, "lead")
        assert not rung
    assert rung == [1]
    monkeypatch.setattr(tasks.mail_notices, "delay", lambda: 1 / 0)
    with django_capture_on_commit_callbacks(execute=True):
        told(world, "lead", key="2")  # a bell that cannot be rung is not an error


def test_the_task_of_the_schedule_sends(world, settings):
    from governance.people.tasks import mail_notices

    assert "people.mail_notices" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    told(world)
    mail_notices()
    assert len(mail.outbox) == 1


# The wish ------------------------------------------------------------------------------------------------------------


def test_people_say_when_they_want_mail_and_it_is_kept_where_nothing_is_said(world):
    services.set_preferences(actor=world.lead, language="en", theme="dark", mail="daily")
    services.set_preferences(actor=world.lead, language="en", theme="light")
    world.lead.user.refresh_from_db()

    assert (world.lead.user.mail, world.lead.user.theme) == ("daily", "light")
    with pytest.raises(Invalid):
        services.set_preferences(actor=world.lead, language="en", theme="dark", mail="hourly")


def test_people_are_told_when_they_become_a_deputy_or_are_one_no_longer(world):
    ends = clock.now() + timedelta(days=7)
    row = services.delegate(actor=world.admin, principal=world.security.user, delegate=world.validator.user, ends_at=ends)
    services.end_delegation(actor=world.security, delegation=row)

    assert sorted(Notice.objects.values_list("user__username", "kind")) == [
        ("security", "people.deputy_named"),
        ("validator", "people.deputy_ended"),
        ("validator", "people.deputy_named"),
    ]
    assert "Validator acts for Security (every role) from" in notices.text_of(
        Notice.objects.filter(kind="people.deputy_named")[0]
    )
