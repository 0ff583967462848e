"""The people tab: who does what as a table, its self-test, roles as a file, and what would break if somebody left."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation.models import AuditEvent
from governance.people import services
from governance.people.models import ResponsibilityMatrix, RoleGrant
from governance.people.shipped import default_matrix

PAGE = "/use-cases/churn/people/responsibilities/"
CHECK = "/use-cases/churn/people/check/"


def table(**more):
    return {
        "command": "save",
        "based_on": "0",
        "column": ["project_lead", "data_scientist"],
        "key": ["build", "own-1"],
        "stage-0": "building",
        "cell-0-0": "A",
        "cell-0-1": "R",
        "title-1": "Explain it to the branch offices",
        "stage-1": "production",
        "cell-1-0": "AR",
        **more,
    }


def test_every_use_case_starts_from_the_table_that_ships(world):
    answer = world.client("lead").get(PAGE)

    assert answer.status_code == 200
    assert answer.content.decode().count('name="key"') == len(default_matrix().rows) + 2
    assert not ResponsibilityMatrix.objects.exists()


def test_a_table_that_was_saved_is_a_version_with_what_it_changed(world):
    browser = world.client("lead")
    saved = browser.post(PAGE, table())
    again = browser.post(PAGE, table(based_on="1", **{"cell-0-0": "C"}))

    assert (saved.status_code, again.status_code) == (302, 302)
    assert [row.number for row in ResponsibilityMatrix.objects.order_by("number")] == [1, 2]
    page = browser.get(PAGE).content.decode()
    assert "Explain it to the branch offices" in page
    assert "<del>A</del>" in page
    assert AuditEvent.objects.filter(kind="people.responsibilities.written").count() == 2


def test_the_same_table_again_is_no_version(world):
    browser = world.client("lead")
    browser.post(PAGE, table())
    browser.post(PAGE, table(based_on="1"))

    assert ResponsibilityMatrix.objects.count() == 1


def test_who_comes_second_is_told_and_loses_nothing(world):
    world.client("lead").post(PAGE, table())
    answer = world.client("admin").post(PAGE, table(**{"title-1": "Mine, and better"}))

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Mine, and better" in text
    assert "Explain it to the branch offices" in text  # what the other wrote
    assert 'name="based_on" value="1"' in text


def test_a_column_for_a_person_is_added_before_anything_is_kept(world):
    answer = world.client("lead").post(PAGE, table(command="column", column_person="security"))

    assert answer.status_code == 200
    assert f'value="{world.security.user.public_id}"' in answer.content.decode()
    assert not ResponsibilityMatrix.objects.exists()


def test_a_cell_that_means_nothing_is_refused_by_its_place(world):
    answer = world.client("lead").post(PAGE, table(**{"cell-0-0": "X"}))

    assert answer.status_code == 400
    assert "none of R, A, AR, C, I" in answer.content.decode()


def test_who_may_not_change_it_is_told_why(world):
    assert "Only an administrator or the project lead" in world.client("security").get(PAGE).content.decode()
    assert world.client("security").post(PAGE, table()).status_code == 403


def test_rows_can_be_left_out(world):
    world.client("lead").post(PAGE, table(**{"remove-0": "on"}))

    assert [row["key"] for row in ResponsibilityMatrix.objects.get().body["rows"]] == ["own-1"]


def test_the_self_test_says_what_is_wrong_and_what_to_do(world, gate):
    text = world.client("lead").get(CHECK).content.decode()

    assert "counts on Operations, and nobody holds that role" in text
    assert "Give somebody the role Operations." in text


@pytest.fixture
def money(world):
    """Somebody answers for money: cases and provisions are approved by a budget holder."""
    services.grant_role(actor=world.lead, user=world.security.user, role="budget_holder", scope=world.use_case.public_id)


def test_a_table_that_fits_the_team_is_clean(world, gate, money):
    world.client("lead").post(PAGE, table())
    page = world.client("lead")

    assert "Nothing was found" in page.get(CHECK).content.decode()
    assert "The self-test found nothing" in page.get("/use-cases/churn/people/").content.decode()
    assert world.api("lead").get("/api/v1/use-cases/churn/raci/check").json()["findings"] == []


def test_the_self_test_knows_who_made_what_is_judged(world, gate, push, ask, money):
    """The only validator made the version: nobody could take that step."""
    world.client("lead").post(PAGE, table())
    services.end_role(actor=world.lead, grant=RoleGrant.objects.get(user=world.validator.user), reason="moved")
    services.grant_role(actor=world.lead, user=world.engineer.user, role="model_validator", scope=world.use_case.public_id)
    ask(push())
    found = world.api("lead").get("/api/v1/use-cases/churn/raci/check").json()["findings"]

    assert [(item["code"], item["key"], item["people"]) for item in found] == [
        ("self_approval", "production-release:validation", ["engineer"])
    ]
    assert "they made what is judged" in world.client("lead").get("/use-cases/churn/people/").content.decode()


def test_the_self_test_costs_the_same_however_many_work_here(world, gate, push, ask, django_assert_max_num_queries):
    ask(push())
    browser = world.client("lead")
    with django_assert_max_num_queries(60) as first:
        browser.get(CHECK)
    cost = len(first)
    for number in range(5):
        user = services.create_user(actor=world.admin, username=f"u{number}", name="U", email=f"u{number}@example.com")
        services.grant_role(actor=world.lead, user=user, role="data_scientist", scope=world.use_case.public_id)
    with django_assert_max_num_queries(cost):
        browser.get(CHECK)


# Over HTTP ------------------------------------------------------------------------------------------------------------


def test_the_table_over_http(world):
    api = world.api("lead")
    assert api.get("/api/v1/use-cases/churn/raci").json()["version"] == 0
    body = {"columns": [], "rows": [{"key": "own-1", "stage": "building", "title": "Build", "letters": {"project_lead": "AR"}}]}
    made = api.post("/api/v1/use-cases/churn/raci", body, content_type="application/json")

    assert (made.status_code, made.json()["version"], made.json()["columns"]) == (201, 1, ["project_lead"])


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"key": "own-1", "stage": "nowhere", "title": "Build", "letters": {}}, "rows[0].stage"),
        ({"key": "own-1", "stage": "building", "title": "", "letters": {}}, "rows[0].title"),
        ({"key": "own-1", "stage": "building", "title": "B", "letters": {"king": "A"}}, "rows[0].letters"),
        ({"key": "own-1", "stage": "building", "title": "B", "letters": {"us_nobody": "A"}}, "columns"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_by_its_place(world, row, field):
    answer = world.api("lead").post(
        "/api/v1/use-cases/churn/raci", {"columns": [], "rows": [row]}, content_type="application/json"
    )

    assert answer.status_code == 400
    assert [item["field"] for item in answer.json()["errors"]] == [field]


def test_roles_are_imported_over_http(world):
    api = world.api("lead")
    url = "/api/v1/use-cases/churn/roles/import"
    tried = api.post(f"{url}?dry_run=1", "roles: {operations: [stranger]}", content_type="application/yaml")
    done = api.post(f"{url}?format=csv", "person,role\nstranger,operations\n", content_type="text/csv")
    again = api.post(url, "roles: {operations: [stranger]}", content_type="application/yaml")
    wrong = api.post(url, "roles: {operations: [nobody]}", content_type="application/yaml")

    assert (tried.status_code, tried.json()["new"], tried.json()["written"]) == (200, 1, False)
    assert (done.status_code, done.json()["written"]) == (200, True)
    assert (again.json()["same"], again.json()["new"]) == (1, 0)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "roles.refused")
    assert [item["field"] for item in wrong.json()["errors"]] == ["line 1"]
    assert "stranger" in api.get("/api/v1/use-cases/churn/roles.yaml").content.decode()


# Roles on the page ----------------------------------------------------------------------------------------------------


def test_a_role_with_a_last_day_and_a_role_for_a_team(world):
    team = services.create_team(actor=world.admin, slug="platform", title="Platform", members=[world.stranger.user])
    browser = world.client("lead")
    browser.post("/use-cases/churn/people/give/", {"person": "auditor", "role": "operations", "until": "2199-12-31"})
    browser.post("/use-cases/churn/people/give/", {"team": "platform", "role": "end_user"})

    text = browser.get("/use-cases/churn/people/").content.decode()
    assert "as a member of Platform" in text
    assert RoleGrant.objects.get(user=world.auditor.user, role="operations").ends_at.year == 2200
    grant = team.grants.get()
    browser.post(f"/use-cases/churn/people/teams/{grant.public_id}/end/", {"reason": "over"})
    assert not RoleGrant.objects.live().filter(user=world.stranger.user).exists()


@pytest.mark.parametrize("sent", [{}, {"person": "auditor", "team": "platform"}])
def test_a_role_is_for_a_person_or_a_team(world, sent):
    services.create_team(actor=world.admin, slug="platform", title="Platform")
    answer = world.client("lead").post("/use-cases/churn/people/give/", {"role": "end_user", **sent})

    assert answer.status_code == 400
    assert "Name a person or a team" in answer.content.decode()


def test_a_file_is_tried_before_it_is_written(world):
    browser = world.client("lead")

    def send(**more):
        file = SimpleUploadedFile("roles.yaml", b"roles: {operations: [stranger]}")
        return browser.post("/use-cases/churn/people/import/", {"file": file, **more})

    assert "would be given" in send().content.decode()
    assert not RoleGrant.objects.filter(user=world.stranger.user).exists()
    assert "was given" in send(write="on").content.decode()
    assert "there already" in send(write="on").content.decode()
    download = browser.get("/use-cases/churn/people/roles.yaml")
    assert "attachment" in download["Content-Disposition"]
    assert "operations" in download.content.decode()


# Leaving --------------------------------------------------------------------------------------------------------------


def test_what_breaks_if_somebody_leaves_and_who_could_take_over(world, gate):
    world.client("lead").post(PAGE, table())
    other = services.create_user(actor=world.admin, username="vera", name="Vera", email="vera@example.com")
    services.grant_role(actor=world.admin, user=other, role="model_validator", scope=second_case(world).public_id)
    events = AuditEvent.objects.count()
    text = world.client("admin").get(f"/people/{world.validator.user.public_id}/leaving/").content.decode()

    assert "Nobody else holds the role Model validator" in text
    assert "Model validation" in text  # the step that needs it
    assert "Vera" in text
    assert AuditEvent.objects.count() == events
    world.validator.user.refresh_from_db()
    assert world.validator.user.is_active


def second_case(world):
    from governance.usecases import services as usecases

    return usecases.open_use_case(actor=world.lead, slug="second", title="Second")


def test_somebody_whom_nobody_needs_breaks_nothing(world, gate):
    text = world.client("admin").get(f"/people/{world.stranger.user.public_id}/leaving/").content.decode()

    assert "Nothing would break" in text


def test_only_who_leads_asks_it_about_others(world):
    assert world.client("security").get(f"/people/{world.lead.user.public_id}/leaving/").status_code == 403
    assert world.client("security").get(f"/people/{world.security.user.public_id}/leaving/").status_code == 200


def test_the_page_of_a_person_says_when_they_work_and_who_acts_for_them(world):
    text = world.client("lead").get(f"/settings/people/{world.security.user.public_id}/").content.decode()

    assert "Monday to Friday, nine to five in UTC" in text
    assert "What if they leave?" in text
