from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from foundation import actor as actors
from foundation import tokens
from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent, OutboxEvent, Token
from governance.people.models import RoleGrant
from governance.usecases import services
from governance.usecases.models import Definition, Kpi, UseCase

SAID = {"business_problem": "Customers leave.", "ml_problem": "Who will leave?"}
KPI = {"name": "Found", "unit": "%", "baseline": Decimal(42), "target": Decimal(70)}


def define(world, actor=None, **values) -> Definition:
    return services.define(actor=actor or world.lead, use_case=world.use_case, **{**SAID, "kpis": [KPI], **values})


def test_anybody_opens_a_use_case_and_leads_it(world):
    row = services.open_use_case(actor=world.stranger, slug="idea", title="  An idea ", kind="research")

    assert (row.title, row.kind, row.created_by) == ("An idea", "research", world.stranger.user)
    grant = RoleGrant.objects.get(scope=row.public_id)
    assert (grant.user, grant.role) == (world.stranger.user, "project_lead")
    assert {event.kind for event in AuditEvent.objects.filter(scope=row.public_id)} == {
        "usecases.use_case.opened",
        "people.role.granted",
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": ""}, "slug"),
        ({"title": "  "}, "title"),
        ({"title": "t" * 121}, "title"),
        ({"kind": "hobby"}, "kind"),
    ],
)
def test_a_use_case_with_a_wrong_field_is_refused_by_its_name(world, values, field):
    with pytest.raises(Invalid) as refused:
        services.open_use_case(actor=world.lead, **{"slug": "x-1", "title": "X", **values})
    assert [item.field for item in refused.value.errors] == [field]


def test_a_slug_is_taken_once_and_a_failed_try_leaves_nothing(world):
    before = AuditEvent.objects.count()

    with pytest.raises(Conflict, match="churn"):
        services.open_use_case(actor=world.stranger, slug="churn", title="Mine")
    assert AuditEvent.objects.count() == before
    assert not RoleGrant.objects.filter(user=world.stranger.user).exists()


def test_a_token_opens_use_cases_with_the_scope_and_unbound_only(world):
    def robot(scopes, scope=""):
        token, _secret = tokens.create(
            actor=world.lead, name="x", owner=world.lead.user, kind=Token.Kind.SERVICE, scopes=scopes, scope=scope
        )
        return actors.service(token)

    for actor in (robot(["read"]), robot(["governance:write"], world.use_case.public_id), world.ci):
        with pytest.raises(NotAllowed):
            services.open_use_case(actor=actor, slug="x-1", title="X")
    assert services.open_use_case(actor=robot(["governance:write"]), slug="x-1", title="X")


def test_what_is_seen_is_what_one_holds_a_role_on(world):
    services.open_use_case(actor=world.stranger, slug="idea", title="Idea")

    def slugs(actor):
        return sorted(UseCase.objects.visible_to(actor).values_list("slug", flat=True))

    assert slugs(world.stranger) == ["idea"]
    assert slugs(world.security) == slugs(world.ci) == ["churn"]
    assert slugs(world.auditor) == slugs(world.admin) == ["churn", "idea"]


def test_each_writing_is_a_version_and_the_same_again_is_none(world):
    first = world.use_case.current_definition()
    second = define(world)
    events = AuditEvent.objects.count()

    assert (first.number, second.number) == (1, 2)
    assert define(world) == second
    assert define(world, business_problem=" Customers leave. \n") == second
    assert AuditEvent.objects.count() == events
    assert Definition.objects.count() == 2


def test_the_digest_is_over_what_it_says_and_nothing_else(world):
    row = define(world)

    assert row.digest == digest(row.body())
    assert define(world, kpis=[{**KPI, "target": Decimal("70.000")}]) == row
    assert define(world, kpis=[{**KPI, "target": Decimal("70.001")}]).digest != row.digest
    assert define(world).digest == row.digest


def test_a_definition_is_the_same_read_with_its_kpis_at_hand(world):
    row = define(world)

    assert row.content(list(row.kpis.all())) == row.content()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"business_problem": " "}, "business_problem"),
        ({"ml_problem": ""}, "ml_problem"),
        ({"kpis": [KPI, {**KPI, "unit": "EUR"}]}, "kpis"),
        ({"kpis": [{**KPI, "name": " "}]}, "kpis[0].name"),
        ({"kpis": [{**KPI, "direction": "sideways"}]}, "kpis[0].direction"),
        ({"kpis": [{**KPI, "target": None}]}, "kpis[0].target"),
    ],
)
def test_a_definition_with_a_hole_is_refused_by_its_field(world, values, field):
    with pytest.raises(Invalid) as refused:
        define(world, **values)
    assert field in [item.field for item in refused.value.errors]
    assert Definition.objects.count() == 1


def test_there_is_an_end_to_kpis(world):
    with pytest.raises(Invalid, match="at most 50"):
        define(world, kpis=[{**KPI, "name": f"K{number}"} for number in range(51)])


@pytest.mark.parametrize("part", ["auditor", "admin", "stranger", "ci"])
def test_who_does_not_work_on_it_does_not_define_or_rename_it(world, part):
    # administrators look after accounts; what a use case is for is agreed by those who work on it
    actor = getattr(world, part)
    if part == "admin":
        assert define(world, actor)
        return
    with pytest.raises(NotAllowed):
        define(world, actor)
    with pytest.raises(NotAllowed):
        services.change_use_case(actor=actor, use_case=world.use_case, title="Mine")


def test_renaming_is_recorded_and_leaves_the_rest_alone(world):
    services.change_use_case(actor=world.business, use_case=world.use_case, title=" Leavers ")
    world.use_case.refresh_from_db()

    assert (world.use_case.title, world.use_case.kind) == ("Leavers", "product")
    with pytest.raises(Invalid):
        services.change_use_case(actor=world.business, use_case=world.use_case, title="")
    with pytest.raises(Invalid):
        services.change_use_case(actor=world.business, use_case=world.use_case, kind="hobby")


def test_definitions_and_kpis_are_written_once(world):
    row = define(world)
    for sql, key in (
        ("UPDATE usecases_definition SET limits = 'x' WHERE id = %s", row.pk),
        ("DELETE FROM usecases_kpi WHERE definition_id = %s", row.pk),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [key])
    with pytest.raises(TypeError):
        Kpi.objects.update(target=1)


def test_news_of_a_definition_is_published_where_somebody_listens(world, monkeypatch):
    from collections import defaultdict

    from foundation import outbox

    monkeypatch.setattr(outbox, "_subscribers", defaultdict(list, {"usecases.definition.written": [lambda event: None]}))
    define(world)

    assert OutboxEvent.objects.filter(topic="usecases.definition.written").latest("pk").payload == {"number": 2}
