"""Files of a repository that say what the portal keeps too: read on synchronising, shown as a difference, never merged."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Conflict, NotAllowed
from foundation.models import AuditEvent
from governance.people.models import RoleGrant
from lineage.kept_files import belongs_to, patch, places
from lineage.models import KeptFile, Repository
from lineage.selectors.files import files_of, patch_for
from lineage.services import files, repositories


@pytest.fixture
def repository(world, source, settings):
    settings.ALLOW_LOCAL_REPOSITORIES = True
    row, _job = repositories.register_repository(actor=world.lead, use_case=world.use_case, url=str(source.path))
    return row


def synchronised(repository):
    repository.refresh_from_db()
    repositories.synchronise(repository=repository)
    return list(KeptFile.objects.filter(repository=repository).order_by("pk"))


# Reading --------------------------------------------------------------------------------------------------------------


def test_a_file_is_kept_with_who_wrote_it_and_when(world, source, repository):
    sha = source.commit("say what it is for", files={"usecase.yaml": "slug: churn\n"})
    source.commit("something else")

    (row,) = synchronised(repository)

    assert (row.use_case, row.kind, row.path, row.text) == (world.use_case, "usecase", "usecase.yaml", "slug: churn\n")
    assert (row.commit, row.author_name, row.author_email) == (sha, "Sofia", "sofia@example.org")
    assert AuditEvent.objects.filter(kind="lineage.file.read", scope=world.use_case.public_id).count() == 1


def test_a_file_that_is_as_it_was_is_not_kept_again(source, repository):
    source.commit(files={"usecase.yaml": "slug: churn\n"})
    synchronised(repository)
    source.commit("elsewhere", files={"README.md": "again\n"})

    assert len(synchronised(repository)) == 1


def test_a_file_that_goes_is_kept_as_gone(source, repository):
    source.commit(files={"roles.yaml": "roles: []\n"})
    synchronised(repository)
    source.git("rm", "-q", "roles.yaml")
    gone = source.commit("without roles")

    last = synchronised(repository)[-1]

    assert (last.path, last.blob, last.text, last.commit) == ("roles.yaml", "", "", gone)
    assert len(synchronised(repository)) == 2


def test_the_most_particular_place_holds(source, repository):
    source.commit(files={"usecase.yaml": "slug: churn\n", "use-cases/churn/usecase.yaml": "title: Here\n"})

    assert [row.path for row in synchronised(repository)] == ["use-cases/churn/usecase.yaml"]


def test_a_file_that_several_use_cases_share_says_which_one_it_is_about(world, source, repository):
    from governance.usecases import services as usecases

    other = usecases.open_use_case(actor=world.lead, slug="planning", title="Planning")
    repositories.register_repository(actor=world.lead, use_case=other, url=repository.url)
    source.commit(files={"usecase.yaml": "slug: planning  # the other one\n"})

    assert [row.use_case for row in synchronised(repository)] == [other]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfeslug", "not UTF-8: byte 0"), (b"slug: a\0b", "NUL"), (b"x" * (files.LONGEST + 1), "bytes are more than")],
)
def test_bytes_that_are_no_text_are_kept_as_a_problem(source, repository, content, said):
    source.commit(files={"usecase.yaml": content})

    (row,) = synchronised(repository)

    assert said in row.problem
    assert row.text == ""


def test_a_byte_order_mark_and_chinese_are_read(source, repository):
    source.commit(files={"usecase.yaml": "\ufeffslug: churn\ntitle: 客户流失\n".encode()})

    (row,) = synchronised(repository)

    assert row.text == "\ufeffslug: churn\ntitle: 客户流失\n"  # Git counts it, so it stays


def test_a_link_is_read_as_a_link_and_not_followed(source, repository):
    (source.path / "usecase.yaml").symlink_to("/etc/passwd")
    source.commit("a link")

    rows = synchronised(repository)

    assert all("root:" not in row.text for row in rows)


def test_what_is_on_another_branch_does_not_count(source, repository):
    source.git("checkout", "-q", "-b", "idea")
    source.commit(files={"usecase.yaml": "slug: churn\n"})
    source.git("checkout", "-q", "main")

    assert synchronised(repository) == []


def test_a_repository_that_cannot_be_read_still_says_so(world, source, repository, monkeypatch):
    from lineage import mirror

    def broken(*args, **kwargs):
        raise mirror.MirrorError("mirror.failed", "Git said no.")

    monkeypatch.setattr(mirror, "read_blobs", broken)
    source.commit(files={"usecase.yaml": "slug: churn\n"})

    assert synchronised(repository) == []
    assert Repository.objects.get(pk=repository.pk).synced_at is not None


# Beside the record ---------------------------------------------------------------------------------------------------

SAYS = """\
# Ours
title: Customer churn
business_problem: Customers leave, and we learn of it too late.
ml_problem: Will this customer cancel within 60 days?
kpis:
  - name: Leavers found
    unit: '%'
    baseline: 42
    target: 70
"""
ROLES = """\
roles:
  project_lead: [lead]
  data_scientist: [scientist]
  data_engineer: [data_engineer]
  ml_engineer: [engineer]
  business_owner: [business]
  security_reviewer: [security]
  data_governance: [governance]
  model_validator: [validator]
"""


def only(use_case):
    (found,) = files_of(use_case)
    return found


def test_a_file_that_says_the_same_is_said_to(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS, "roles.yaml": ROLES})
    synchronised(repository)

    assert [(item.file.kind, item.state, item.patch) for item in files_of(world.use_case)] == [
        ("usecase", "same", ""),
        ("roles", "same", ""),
    ]


def test_a_difference_is_shown_with_both_authors_and_nothing_is_merged(world, source, repository):
    source.commit("more ambitious", files={"usecase.yaml": SAYS.replace("70", "75")})
    synchronised(repository)

    found = only(world.use_case)

    assert found.state == "differs"
    assert [(change["before"], change["after"]) for change in found.changes] == [("70", "75")]
    assert (found.file.author_name, found.written_by) == ("Sofia", world.lead.user)
    assert world.use_case.definitions.count() == 1


def test_the_patch_makes_the_file_say_what_the_portal_keeps_and_keeps_its_comments(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75")})
    synchronised(repository)

    source.git("apply", "-", text_in=only(world.use_case).patch.encode())

    assert (source.path / "usecase.yaml").read_text() == SAYS
    source.commit("as agreed")
    synchronised(repository)
    assert only(world.use_case).state == "same"


def test_a_file_that_begins_with_a_mark_keeps_it_and_is_read_as_without(world, source, repository):
    """Editors on Windows write one; Git counts it, so that a patch that does not is refused."""
    there = f"\ufeff{SAYS}".replace("70", "75")
    source.commit(files={"usecase.yaml": there, "roles.yaml": f"\ufeff{ROLES}"})
    synchronised(repository)

    definition, roles = files_of(world.use_case)
    source.git("apply", "-", text_in=definition.patch.encode())

    assert [(change["before"], change["after"]) for change in definition.changes] == [("70", "75")]
    assert roles.state == "same"
    assert (source.path / "usecase.yaml").read_text() == f"\ufeff{SAYS}"
    assert belongs_to("\ufeffslug: churn\n", "churn")


@pytest.mark.parametrize("kind", ["usecase", "roles"])
def test_a_repository_without_the_file_gets_it_by_a_patch(world, source, repository, kind):
    source.git("apply", "-", text_in=patch_for(world.use_case, kind).encode())
    source.commit("kept here too")
    synchronised(repository)

    assert only(world.use_case).state == "same"


def test_a_file_that_cannot_be_read_says_why_and_on_which_line(world, source, repository):
    source.commit(files={"usecase.yaml": "ml_problem: x\nbudget: 3\n"})
    synchronised(repository)

    found = only(world.use_case)

    assert found.state == "problem"
    assert [problem.field for problem in found.problems] == ["line 1: business_problem", "line 2: budget"]
    assert found.patch == ""


def test_a_file_about_another_use_case_is_not_compared(world, source, repository):
    source.commit(files={"usecase.yaml": "slug: planning\n" + SAYS})
    synchronised(repository)

    assert [problem.code for problem in only(world.use_case).problems] == ["slug"]


# Taking over ----------------------------------------------------------------------------------------------------------


def test_what_the_file_says_becomes_a_new_version_of_whoever_takes_it_over(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75").replace("Customer churn", "Churn")})
    synchronised(repository)

    files.take_over(actor=world.scientist, file=only(world.use_case).file)

    world.use_case.refresh_from_db()
    current = world.use_case.current_definition()
    assert (current.number, current.created_by, world.use_case.title) == (2, world.scientist.user, "Churn")
    assert only(world.use_case).state == "same"
    kinds = AuditEvent.objects.filter(scope=world.use_case.public_id).order_by("-pk").values_list("kind", flat=True)[:3]
    assert kinds[0] == "lineage.file.taken_over"


def test_roles_are_given_as_a_person_would_give_them(world, source, repository):
    source.commit(files={"roles.yaml": ROLES + "  operations: [stranger]\n"})
    synchronised(repository)

    with pytest.raises(NotAllowed):
        files.take_over(actor=world.scientist, file=only(world.use_case).file)
    files.take_over(actor=world.lead, file=only(world.use_case).file)

    assert RoleGrant.objects.filter(user=world.stranger.user, role="operations", scope=world.use_case.public_id).exists()
    assert only(world.use_case).state == "same"


def test_a_role_that_the_file_does_not_name_is_shown_and_stays(world, source, repository):
    source.commit(files={"roles.yaml": ROLES.replace("  security_reviewer: [security]\n", "")})
    synchronised(repository)

    (change,) = only(world.use_case).changes
    files.take_over(actor=world.lead, file=only(world.use_case).file)

    assert (change["before"], change["change"]) == ("security", "removed")
    assert RoleGrant.objects.live().filter(user=world.security.user, scope=world.use_case.public_id).exists()


def test_what_is_no_longer_the_newest_is_not_taken_over(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75")})
    synchronised(repository)
    old = only(world.use_case).file
    source.commit(files={"usecase.yaml": SAYS.replace("70", "80")})
    synchronised(repository)

    with pytest.raises(Conflict, match="newer version"):
        files.take_over(actor=world.lead, file=old)

    assert world.use_case.definitions.count() == 1


def test_who_does_not_work_on_it_takes_nothing_over(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75")})
    synchronised(repository)

    with pytest.raises(NotAllowed):
        files.take_over(actor=world.auditor, file=only(world.use_case).file)


# Pages and API ----------------------------------------------------------------------------------------------------


def test_the_page_shows_the_difference_and_carries_it_out(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75")})
    synchronised(repository)
    lead = world.client("lead")

    page = lead.get("/use-cases/churn/repository/files/").content.decode()
    assert "Sofia" in page
    assert "Differs" in page
    address = f"/use-cases/churn/repository/files/{only(world.use_case).file.public_id}/take/"
    assert lead.post(address).status_code == 302
    assert world.use_case.definitions.count() == 2


def test_the_page_says_what_is_wrong_when_it_cannot_be_taken_over(world, source, repository):
    source.commit(files={"roles.yaml": ROLES + "  operations: [nobody.we.know]\n"})
    synchronised(repository)

    answer = world.client("lead").post(f"/use-cases/churn/repository/files/{only(world.use_case).file.public_id}/take/")

    assert answer.status_code == 400
    assert "Nobody who can sign in" in answer.content.decode()


def test_the_overview_says_whether_the_repository_agrees(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS})
    synchronised(repository)

    assert "/use-cases/churn/repository/files/" in world.client("lead").get("/use-cases/churn/").content.decode()


def test_the_api_tells_both_sides_and_gives_the_patch(world, source, repository):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75")})
    synchronised(repository)
    api = world.api("lead")

    (row,) = api.get("/api/v1/use-cases/churn/files").json()["results"]
    patched = api.get(f"/api/v1/use-cases/churn/files/usecase/patch?file={row['id']}")
    taken = api.post(f"/api/v1/use-cases/churn/files/{row['id']}/take")

    assert (row["state"], row["author"]["email"], row["portal"]["name"]) == ("differs", "sofia@example.org", "Lead")
    assert patched.content.decode() == row["patch"]
    assert (taken.status_code, taken.json()["state"]) == (200, "same")


def test_lists_cost_the_same_however_many_changes(world, source, repository, django_assert_max_num_queries):
    source.commit(files={"usecase.yaml": SAYS.replace("70", "75"), "roles.yaml": ROLES})
    synchronised(repository)

    with django_assert_max_num_queries(12):
        files_of(world.use_case)


# What would make the two the same ---------------------------------------------------------------------------------


ODD = ["a\u2028b", "a\x0cb", "a\x85b", "a\rb", "a\r"]  # ends of lines to Python, and none to Git
LINES = ["slug: churn", "title: Churn", "", "kpis:", "- name: 召回率", " x", *ODD]
TEXTS = st.lists(st.sampled_from(LINES), max_size=8).map("\n".join)


@given(there=st.none() | TEXTS, wanted=TEXTS, last=st.booleans())
def test_git_applies_the_patch(there, wanted, last, tmp_path_factory):
    there = there if there is None or not last else there + "\n"
    made = patch("docs/usecase.yaml", there, wanted)
    folder = tmp_path_factory.mktemp("patched")
    file = folder / "docs" / "usecase.yaml"
    file.parent.mkdir()
    if there is not None:
        file.write_bytes(there.encode())

    if made and (there is not None or wanted):
        subprocess.run(["git", "apply", "-"], cwd=folder, input=made.encode(), check=True, capture_output=True)

    assert (file.read_bytes().decode() if file.exists() else "") == wanted


@pytest.mark.parametrize("line", ["slug: churn", "use_case: 'churn'", 'slug:   "churn"   # here'])
def test_a_file_says_which_use_case_it_is_about(line):
    assert belongs_to(f"# ours\n{line}\ntitle: x\n", "churn")
    assert not belongs_to(f"{line}\n", "chur")
    assert not belongs_to(f"  {line}\n", "churn")


def test_places_begin_with_the_most_particular():
    assert places("churn", "roles") == ("use-cases/churn/roles.yaml", ".countersign/roles.yaml", "roles.yaml")
