"""Pages of absence, calendars and notices, as a browser without scripts sees them."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.urls import reverse

from foundation import clock
from governance.people import selectors, services
from governance.people.hours import local_date
from governance.people.models import Calendar, Delegation, Notice

ABSENCE, CALENDARS, NOTICES = "/settings/absence/", "/settings/calendars/", "/notices/"
DAY = timedelta(days=1)
HOURS = {name: "09:00-17:00" for name in ("monday", "tuesday", "wednesday", "thursday", "friday")}
BERLIN = {"slug": "berlin", "title": "Berlin", "zone": "Europe/Berlin", "country": "de", "subdivision": "BY", **HOURS}


class Headings(HTMLParser):
    """What a page is called and whether its controls have labels."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ones, self.labels, self.controls = 0, set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        self.ones += tag == "h1"
        if tag == "label":
            self.labels.add(said.get("for"))
        if tag in ("input", "select", "textarea") and said.get("type") not in ("hidden", "radio", "checkbox"):
            self.controls.add(said.get("id"))


def text_of(answer) -> str:
    return answer.content.decode()


def today(offset: int = 0) -> str:
    return (clock.now().date() + timedelta(days=offset)).isoformat()


def away(**overrides):
    said = {"delegate": "validator", "role": "security_reviewer", "scope": "", "starts_at": today(), "ends_at": today(6)}
    return {**said, "reason": "Surgery", **overrides}


@pytest.mark.parametrize("path", [ABSENCE, CALENDARS, NOTICES, CALENDARS + "berlin/"])
@pytest.mark.parametrize("part", ["admin", "stranger"])
def test_pages_have_one_title_and_a_label_for_each_control(world, path, part):
    services.set_calendar(actor=world.admin, slug="berlin", title="Berlin", zone="Europe/Berlin", week=[[["09:00", "17:00"]]] * 7)
    answer = world.client(part).get(path)
    page = Headings(text_of(answer))

    assert (answer.status_code, page.ones) == (200, 1)
    assert page.controls <= page.labels


def test_the_settings_lead_there(world):
    index = text_of(world.client("stranger").get("/settings/"))

    assert ABSENCE in index
    assert CALENDARS in index
    absence = text_of(world.client("stranger").get(ABSENCE))
    assert f'href="{ABSENCE}" aria-current="page"' in absence
    assert 'href="/settings/profile/"' in absence


# Absence -------------------------------------------------------------------------------------------------------------


def test_somebody_names_a_deputy_and_comes_back_early(world):
    client = world.client("security")
    made = client.post(ABSENCE, away(), follow=True)
    row = Delegation.objects.get()

    assert "Validator acts for Security then." in text_of(made)
    assert selectors.is_live(row)
    assert row.ends_at.time().isoformat() == "00:00:00"
    assert (row.ends_at.date() - clock.now().date()).days == 7  # the last day is part of it
    assert "Surgery" in text_of(world.client("validator").get(ABSENCE))
    others = text_of(world.client("stranger").get(ABSENCE))
    assert "Validator" in others
    assert "Surgery" not in others
    assert reverse("people_absence_end", args=[row.public_id]) not in others
    ended = client.post(reverse("people_absence_end", args=[row.public_id]), follow=True)
    assert "Validator no longer acts for Security." in text_of(ended)
    assert not selectors.delegations_in_force().exists()


def test_days_are_those_of_the_default_calendar(world):
    services.set_calendar(
        actor=world.admin,
        slug="kiritimati",
        title="K",
        zone="Pacific/Kiritimati",
        week=[[["09:00", "17:00"]]] * 7,
        is_default=True,
    )
    world.client("security").post(ABSENCE, away(starts_at=today(3), ends_at=today(3)))
    row = Delegation.objects.get()

    assert (row.starts_at.hour, row.ends_at - row.starts_at) == (10, DAY)
    assert "Pacific/Kiritimati" in text_of(world.client("security").get(ABSENCE))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"delegate": "ghost"}, "Nobody who can sign in has this user name or address."),
        ({"delegate": "security"}, "Choose somebody else."),
        ({"starts_at": "2020-01-01"}, "Choose today or later."),
        ({"ends_at": "2020-01-01"}, "Choose a time after the beginning."),
        ({"ends_at": ""}, "This field is required."),
        ({"role": "operations"}, "Security does not hold the role Operations here."),
    ],
)
def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(world, overrides, said):
    answer = world.client("security").post(ABSENCE, away(**overrides))

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert "Surgery" in text_of(answer)
    assert not Delegation.objects.exists()


def test_a_second_deputy_for_the_same_is_refused_with_the_name_of_the_first(world):
    client = world.client("security")
    client.post(ABSENCE, away())
    answer = client.post(ABSENCE, away(delegate="scientist"))

    assert answer.status_code == 409
    assert "Validator acts here already for part of that time." in text_of(answer)


def test_who_arranges_it_for_others_is_asked_for_whom(world):
    assert 'name="principal"' not in text_of(world.client("security").get(ABSENCE))
    assert 'name="principal"' in text_of(world.client("lead").get(ABSENCE))
    world.client("lead").post(ABSENCE, away(principal="security", scope=world.use_case.public_id))
    assert Delegation.objects.get().principal == world.security.user
    refused = world.client("lead").post(ABSENCE, away(principal="security"))
    assert refused.status_code == 403
    sneaked = world.client("stranger").post(
        ABSENCE, away(principal="security")
    )  # the field is not theirs: it is about themselves
    assert sneaked.status_code == 400
    assert Delegation.objects.count() == 1


def test_a_use_case_that_one_does_not_see_is_neither_offered_nor_named(world):
    services.grant_role(actor=world.admin, user=world.stranger.user, role="operations")
    scoped = services.delegate(
        actor=world.security,
        principal=world.security.user,
        delegate=world.scientist.user,
        scope=world.use_case.public_id,
        ends_at=clock.now() + DAY,
    )
    assert "Customer churn" in text_of(world.client("security").get(ABSENCE))
    grant = world.stranger.user.grants.get()
    services.end_role(actor=world.admin, grant=grant, reason="x")
    page = text_of(world.client("stranger").get(ABSENCE))
    assert "Customer churn" not in page
    assert world.client("stranger").post(reverse("people_absence_end", args=[scoped.public_id])).status_code == 404


# Calendars -----------------------------------------------------------------------------------------------------------


def test_an_administrator_adds_a_calendar_and_changes_it(world):
    client = world.client("admin")
    made = client.post(CALENDARS, {**BERLIN, "closed_on": "2026-12-24\n2026-12-31", "roles": ["operations"], "is_default": "on"})
    row = Calendar.objects.get()

    assert (made.status_code, made["Location"]) == (302, f"{CALENDARS}berlin/")
    assert (row.country, row.week[0], row.week[5]) == ("DE", [["09:00", "17:00"]], [])
    assert row.closed_on == ["2026-12-24", "2026-12-31"]
    shown = text_of(client.get(f"{CALENDARS}berlin/"))
    assert 'value="09:00-17:00"' in shown
    changed = {**BERLIN, "friday": "09:00-12:00, 13:00 – 15:00", "monday": ""}
    del changed["slug"]
    assert client.post(f"{CALENDARS}berlin/", changed).status_code == 302
    row.refresh_from_db()
    assert (row.week[0], row.week[4], row.is_default) == ([], [["09:00", "12:00"], ["13:00", "15:00"]], False)
    listed = text_of(client.get(CALENDARS))
    assert "Tue–Thu 09:00–17:00" in listed.replace("\u2060", "")
    assert "DE-BY" in listed


def test_others_look_and_are_told_who_may(world):
    client = world.client("stranger")

    assert "Only an administrator can do this." in text_of(client.get(CALENDARS))
    assert client.post(CALENDARS, BERLIN).status_code == 403
    assert not Calendar.objects.exists()


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"zone": "Mars"}, "There is no time zone Mars."),
        ({"monday": "9-5"}, "Write hours as 09:00-12:00, 13:00-17:00."),
        ({"sunday": "22:00-06:00"}, "A shift over midnight is written on both days"),
        ({"sunday": "09:00-12:00, 11:00-13:00"}, "do not overlap"),
        ({name: "" for name in HOURS}, "Nobody ever works by this calendar"),
        ({"country": "XX"}, "The public holidays of XX are not known."),
        ({"subdivision": "ZZ"}, "This country has no region ZZ."),
        ({"closed_on": "Christmas"}, "“Christmas” is none."),
    ],
)
def test_a_calendar_that_makes_no_sense_is_told_at_its_field(world, overrides, said):
    answer = world.client("admin").post(CALENDARS, {**BERLIN, **overrides})

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not Calendar.objects.exists()


def test_a_month_names_its_holidays_and_says_which_days_are_worked(world):
    world.client("admin").post(CALENDARS, {**BERLIN, "closed_on": "2027-01-08", "saturday": "22:00-24:00"})
    page = text_of(world.client("stranger").get(f"{CALENDARS}berlin/?month=2027-01"))

    assert "January 2027" in page
    assert "Epiphany" in page
    assert "Closed" in page
    assert "22:00–24:00" in page
    assert page.count("not a working day") == 3 + 5  # two holidays, one day closed, five Sundays
    assert "?month=2026-12" in page
    assert "?month=2027-02" in page


@pytest.mark.parametrize("month", ["2027-13", "soon", "9999-01", "0000-00", ""])
def test_a_month_that_is_none_is_this_one(world, month):
    world.client("admin").post(CALENDARS, BERLIN)
    page = world.client("stranger").get(f"{CALENDARS}berlin/", {"month": month})

    assert page.status_code == 200
    this = local_date(clock.now(), "Europe/Berlin")
    assert f'datetime="{this:%Y-%m}' in text_of(page)


# Notices -------------------------------------------------------------------------------------------------------------


def tell(world, number=1, part="lead", url="/settings/absence/"):
    from tests.people.test_notices import KIND

    for n in range(number):
        services.tell(getattr(world, part).user, KIND, key=f"k{n}", url=url, data={"title": f"<b>Case {n}</b>", "where": "x"})


def test_unread_come_first_with_their_number_in_the_navigation(world):
    tell(world, 3)
    services.read_notices(actor=world.lead, ids=[Notice.objects.get(key="k1").public_id])
    page = text_of(world.client("lead").get(NOTICES))

    assert "2 unread" in page
    assert "&lt;b&gt;Case 0&lt;/b&gt;" in page
    assert page.index("Case 2") < page.index("Case 0") < page.index("Case 1")
    assert "Nothing unread" in text_of(world.client("security").get(NOTICES))


def test_going_to_what_it_is_about_reads_it(world):
    tell(world)
    row = Notice.objects.get()
    client = world.client("lead")
    assert client.head(f"{NOTICES}{row.public_id}/").status_code == 302
    assert Notice.objects.unread().exists()
    gone = client.get(f"{NOTICES}{row.public_id}/")

    assert (gone.status_code, gone["Location"]) == (302, "/settings/absence/")
    assert not Notice.objects.unread().exists()
    assert world.client("admin").get(f"{NOTICES}{row.public_id}/").status_code == 404


@pytest.mark.parametrize(
    "url", ["https://evil.example.com/", "//evil.example.com/", "javascript:alert(1)", "/\\evil.example.com"]
)
def test_a_notice_leads_nowhere_else(world, url):
    tell(world, url=url)

    assert world.client("lead").get(f"{NOTICES}{Notice.objects.get().public_id}/")["Location"] == NOTICES


def test_notices_are_marked_as_read_one_by_one_or_all(world):
    tell(world, 3)
    tell(world, 1, "security")
    client = world.client("lead")
    one = client.post(f"{NOTICES}read/", {"id": Notice.objects.get(key="k1").public_id}, follow=True)
    assert "1 notice is marked as read." in text_of(one)
    rest = client.post(f"{NOTICES}read/", {"all": "1"}, follow=True)
    assert "2 notices are marked as read." in text_of(rest)
    assert client.post(f"{NOTICES}read/", {}).status_code == 302
    assert Notice.objects.unread().get().user == world.security.user


def test_read_notices_come_page_by_page(world):
    tell(world, 55)
    services.read_notices(actor=world.lead)
    client = world.client("lead")
    first = text_of(client.get(NOTICES))

    assert "Case 54" in first
    assert "Case 0<" not in first.replace("&lt;", "<")
    place = Notice.objects.get(key="k5").pk
    older = text_of(client.get(f"{NOTICES}?before={place}"))
    assert "Case 4" in older
    assert "Case 5&" not in older


def test_lists_cost_the_same_however_long(world, django_assert_max_num_queries):
    tell(world, 30)
    client = world.client("lead")
    client.get(NOTICES)
    with django_assert_max_num_queries(12):
        client.get(NOTICES)
    with django_assert_max_num_queries(18):
        client.get(ABSENCE)


# Preferences ---------------------------------------------------------------------------------------------------------


def test_people_choose_when_mail_comes(world, settings):
    client = world.client("lead")
    assert "This installation sends no e-mail." in text_of(client.get("/settings/profile/"))
    settings.NOTICES_BY_MAIL = True
    page = text_of(client.get("/settings/profile/"))
    assert "Once a day" in page
    assert "This installation sends no e-mail." not in page
    assert client.post("/settings/profile/", {"language": "en", "theme": "dark", "mail": "none"}).status_code == 302
    world.lead.user.refresh_from_db()
    assert world.lead.user.mail == "none"
    client.post("/settings/profile/", {"language": "en", "theme": "dark"})
    world.lead.user.refresh_from_db()
    assert world.lead.user.mail == "none"
