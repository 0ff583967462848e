"""What forms send can hold NUL, which no text of ours has and PostgreSQL refuses to look for: it is never asked."""

from __future__ import annotations

import pytest

from foundation import objects
from foundation.errors import Missing
from foundation.pages import one
from governance.usecases.models import UseCase


def test_no_database_is_asked_for_it(world, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert objects.resolve("uc_\0", actor=world.admin) is None
        with pytest.raises(Missing):
            one(UseCase.objects.all(), slug="churn\0")


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("/threads/new/", {"subject": "uc_\0", "text": "x"}),
        ("/settings/trainings/", {"end": "tr_\0"}),
        ("/settings/teams/", {"command": "add", "team": "\0", "person": "lead"}),
    ],
)
def test_a_form_that_sends_it_finds_nothing(world, url, form):
    assert world.client("admin").post(url, form).status_code == 404
