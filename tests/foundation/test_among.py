"""Whether a column holds one of many texts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from foundation import actor as actors
from foundation.among import Among
from governance.people import services as people
from governance.people.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("texts", [[], ["ada"], ["ada", "eve", "nobody"], ["100%", "o'hara", 'quo"te', "\\", "名"]])
def test_it_finds_what_in_finds(texts):
    for name in ("ada", "eve", "bob"):
        people.create_user(actor=actors.system("setup"), username=name, name=name, email=f"{name}@example.com")
    rows = User.objects.order_by("pk").values_list("username", flat=True)
    assert list(rows.filter(Among("username", texts))) == list(rows.filter(username__in=texts))


def test_very_many_texts_are_one_value():
    texts = [f"user-{number}" for number in range(60_000)]
    with CaptureQueriesContext(connection) as asked:
        assert not User.objects.filter(Among("username", texts), is_active=True).exists()
    assert len(asked) == 1


def test_it_takes_keys_as_well(db):
    made = [
        people.create_user(actor=actors.system("setup"), username=name, name=name, email=f"{name}@example.com") for name in "ab"
    ]
    rows = User.objects.order_by("pk")
    assert list(rows.filter(Among("pk", [row.pk for row in made]))) == made
    assert not rows.filter(Among("pk", [])).exists()


def test_a_text_with_nul_is_found_nowhere_and_hides_no_other():
    """No text of PostgreSQL holds NUL; neither may it end one text and begin another."""
    for name in ("ada", "eve"):
        people.create_user(actor=actors.system("setup"), username=name, name=name, email=f"{name}@example.com")
    rows = User.objects.order_by("pk").values_list("username", flat=True)
    assert list(rows.filter(Among("username", ["ada\0eve"]))) == []
    assert list(rows.filter(Among("username", ["ada\0bob", "eve"]))) == ["eve"]
