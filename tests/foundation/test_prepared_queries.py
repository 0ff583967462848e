"""A query that is written once finds what it would find built anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from foundation import clock
from foundation.prepared_queries import PreparedQuery
from governance.people.models import RoleGrant, User

held = PreparedQuery(
    lambda user, now: RoleGrant.objects.live(now).filter(user=user).exclude(scope="").values("scope"),
    keys=("user",),
    moments=("now",),
)


def test_it_finds_for_each_what_is_theirs(world):
    from governance.usecases.models import UseCase

    values = {"now": clock.now()}
    assert list(UseCase.objects.filter(held.contains("public_id", user=world.security.user.pk, **values))) == [world.use_case]
    assert not UseCase.objects.filter(held.contains("public_id", user=world.stranger.user.pk, **values)).exists()
    assert User.objects.filter(held.finds(user=world.security.user.pk, **values)).count() == User.objects.count()
    assert not User.objects.filter(held.finds(user=world.stranger.user.pk, **values)).exists()


def test_the_moment_is_the_one_that_is_asked_for(world):
    long_ago = clock.now() - timedelta(days=365)
    assert not User.objects.filter(held.finds(user=world.security.user.pk, now=long_ago)).exists()


def test_it_is_part_of_the_query_around_it(world, django_assert_num_queries):
    from governance.usecases.models import UseCase

    asked = UseCase.objects.filter(held.contains("public_id", user=world.security.user.pk, now=clock.now()))
    with django_assert_num_queries(1):
        assert RoleGrant.objects.filter(scope__in=asked.values("public_id")).exclude(user=world.lead.user).count() == 7


def test_it_is_written_once(world, connection_of_tests):
    times: list[int] = []

    def build(user):
        times.append(user)
        return RoleGrant.objects.filter(user=user).values("scope")

    query = PreparedQuery(build, keys=("user",))
    with CaptureQueriesContext(connection_of_tests) as said:
        found = [User.objects.filter(query.finds(user=one.user.pk)).exists() for one in (world.security, world.stranger)]
    assert (found, len(times), len(said)) == ([True, False], 1, 2)


@pytest.fixture
def connection_of_tests(db):
    from django.db import connection

    return connection


def test_values_are_named_and_all_of_them_are_used(db):
    with pytest.raises(TypeError, match=r"takes \['now', 'user'\], not \['user'\]"):
        held.finds(user=1)
    with pytest.raises(TypeError, match=r"does not use \['now'\]"):
        PreparedQuery(lambda now: RoleGrant.objects.values("scope"), moments=("now",)).finds(now=clock.now())
