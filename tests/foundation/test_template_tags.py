from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.template import Context
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import translation

from foundation.templatetags import countersign

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEMPLATES = Path(settings.BASE_DIR) / "templates"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(countersign, "now", lambda: NOON)
    with translation.override("en"):
        yield


@pytest.mark.parametrize("code", countersign.STATES)
def test_every_state_has_a_word_a_drawing_and_a_tone_that_the_style_sheet_knows(code):
    look = countersign.state_look(code)
    styles = (Path(settings.BASE_DIR) / "static/css/records.css").read_text()

    assert str(look.label)
    assert countersign.icon(look.icon).startswith("<svg")
    assert f".tone-{look.tone} " in styles


def test_a_state_nobody_has_described_is_shown_in_its_own_words_and_without_a_colour():
    look = countersign.state_look("sent_back")

    assert (look.label, look.tone) == ("Sent back", "neutral")


def test_a_label_given_by_the_page_replaces_the_word_but_not_the_look():
    look = countersign.state_look("pending", "Two of three")

    assert (look.label, look.icon) == ("Two of three", countersign.STATES["pending"].icon)


def test_an_icon_is_hidden_from_assistive_technology_and_carries_no_style():
    markup = countersign.icon("check", "menu__mark")

    assert 'aria-hidden="true"' in markup
    assert 'class="icon menu__mark"' in markup
    assert "style=" not in markup


@pytest.mark.parametrize(
    ("value", "shown"),
    [("sha256:" + "ab12cd34" * 8, "sha256:ab12cd34…cd34"), ("f" * 40, "ffffffff…ffff"), ("short", "short"), (None, ""), ("", "")],
)
def test_a_digest_is_shortened_and_what_is_short_stays_whole(value, shown):
    assert countersign.digest_short(value) == shown


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=20), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=59, seconds=59), "59 minutes"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=90), "2 months"),
        (timedelta(days=800), "2 years"),
    ],
)
def test_an_age_is_said_in_its_largest_unit_rounded_down(span, words):
    assert countersign.age(NOON - span) == words


def test_a_moment_in_time_is_said_in_words_with_the_exact_instant_for_machines():
    assert countersign.ago(NOON - timedelta(days=3)) == (
        '<time datetime="2026-11-17T12:00:00+00:00" title="Nov. 17, 2026, noon UTC">3 days ago</time>'
    )
    assert ">in 2 hours</time>" in countersign.ago(NOON + timedelta(hours=2))
    assert ">just now</time>" in countersign.ago(NOON - timedelta(seconds=5))
    assert countersign.ago(None) == ""


def test_a_link_keeps_the_filters_it_does_not_change():
    context = Context({"request": RequestFactory().get("/?state=open&cursor=x&q=a%26b")})

    assert countersign.query(context, cursor=None, state="approved") == "?state=approved&q=a%26b"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Wei Zhang", "WZ"),
        ("Ana Maria Ruiz-Lopez", "AL"),
        ("auditor", "A"),
        ("张伟", "张伟"),
        ("欧阳小明", "小明"),
        ("(?)", "?"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_a_face_shows_the_letters_a_name_is_known_by(name, letters):
    assert countersign.initials(name) == letters


def test_a_placeholder_that_only_repeats_the_label_is_left_out():
    class Login(forms.Form):
        login = forms.CharField(label="Username", widget=forms.TextInput(attrs={"placeholder": "Username"}))
        code = forms.CharField(label="Code", widget=forms.TextInput(attrs={"placeholder": "123 456"}))

    assert "placeholder" not in countersign.control(Login()["login"])
    assert 'placeholder="123 456"' in countersign.control(Login()["code"])


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("system", "system"), ('"><script>', "system"), (None, "system")]
)
def test_only_a_known_theme_is_taken_from_the_cookie(cookie, theme):
    request = RequestFactory().get("/")
    if cookie is not None:
        request.COOKIES["countersign_theme"] = cookie

    assert countersign.theme_choice(Context({"request": request})) == theme


def test_pages_for_errors_need_no_context_at_all():
    for name in ("400.html", "403.html", "403_csrf.html", "404.html", "500.html"):
        page = get_template(name).render()
        assert page.count("<h1") == 1
        assert '<html lang="en" data-theme="system">' in page


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_template_shows_its_comments_or_brings_style_or_script_of_its_own(path):
    source = path.read_text()

    assert all("#}" in line for line in source.splitlines() if "{#" in line), "a comment over several lines is shown to people"
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", source)
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", source)


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("components/*.html")), ids=lambda path: path.name)
def test_every_component_says_first_what_it_takes(path):
    assert path.read_text().startswith(("{# ", "{% comment %}"))


def test_a_requirement_names_whose_move_it_is():
    page = get_template("components/requirement.html").render(
        {
            "state": "pending",
            "title": "Security review",
            "have": 0,
            "need": 2,
            "waiting_on": [{"display": "Sam Okafor"}],
            "since": NOON - timedelta(days=3),
        }
    )

    assert "0 of 2 approvals" in page
    assert "Waiting for" in page
    assert "Sam Okafor" in page
    assert re.search(r"Asked <time[^>]*>3 days ago</time>", page)


def test_a_field_is_tied_to_its_help_and_its_error():
    class Budget(forms.Form):
        amount = forms.DecimalField(help_text="In euros.")

    page = get_template("components/form_field.html").render({"field": Budget({"amount": "much"})["amount"]})

    assert 'for="id_amount"' in page
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in page
    assert 'id="id_amount_helptext"' in page
    assert 'id="id_amount_error"' in page


@pytest.mark.parametrize(("state", "asks_again"), [("queued", True), ("running", True), ("done", False), ("failed", False)])
def test_a_job_is_asked_about_until_it_is_over(state, asks_again):
    job = {"public_id": "jb_1", "state": state, "percent": 40, "message": "", "error": ""}
    page = get_template("components/job_progress.html").render({"job": job, "poll_url": "/jobs/jb_1/"})

    assert ("hx-get=" in page) is asks_again
    assert ("<progress" in page) is asks_again


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Edg/156.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605 (KHTML, like Gecko) Version/19.0 Safari/604",
            "Safari, iOS",
        ),
        ("curl/8.9", "curl/8.9"),
        ("", "unknown"),
    ],
)
def test_a_session_is_named_by_browser_and_system(user_agent, said):
    assert countersign.browser_name(user_agent) == said
