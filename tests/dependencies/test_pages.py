from __future__ import annotations

from governance.dependencies.models import DependencySet
from governance.dependencies.services import record_set
from governance.usecases import services as usecases
from lineage.services.versions import register_model_version
from tests.conftest import LOCK
from tests.usecases.test_pages import text_of

NEWER = LOCK.replace("numpy==2.0.0", "numpy==2.1.0") + "joblib>=1\n"


def test_packages_are_listed_with_what_rests_on_them(world, push):
    push("6")
    push("7", dependency_sets=[{"path": "requirements.txt", "content": NEWER}])

    answer = world.client("security").get("/dependencies/")

    rows = {row.name: row for row in answer.context["packages"]}
    assert list(rows) == ["joblib", "numpy", "pandas"]
    assert rows["numpy"].versions == ["2.0.0", "2.1.0"]
    assert (rows["pandas"].used.model_versions, rows["pandas"].used.use_cases) == (2, 1)
    assert "Not pinned" in text_of(answer)


def test_who_uses_a_package_is_told_only_to_those_who_may_see_it(world, push):
    push("7")

    assert "churn-model@7" in text_of(world.client("security").get("/dependencies/packages/numpy/"))
    page = world.client("stranger").get("/dependencies/packages/numpy/")
    assert page.status_code == 200
    assert "churn-model@7" not in text_of(page)
    assert "In use only where you may not look." in text_of(page)
    rows = world.client("stranger").get("/dependencies/").context["packages"]
    assert {(row.used.model_versions, row.used.use_cases) for row in rows} == {(0, 0)}


def test_a_package_that_no_lock_asks_for_is_404(world, push):
    push("7")

    assert world.client("security").get("/dependencies/packages/leftpad/").status_code == 404


def test_packages_are_found_by_name_and_paged_by_it(world, push):
    content = "".join(f"package-{number:03}==1.0\n" for number in range(120))
    push("7", dependency_sets=[{"path": "requirements.txt", "content": content}])
    client = world.client("security")

    assert [row.name for row in client.get("/dependencies/?q=Package_11").context["packages"]][:2] == [
        "package-110",
        "package-111",
    ]
    seen, address = [], "/dependencies/"
    while address:
        answer = client.get(address)
        seen += [row.name for row in answer.context["packages"]]
        address = f"/dependencies/{answer.context['next_url']}" if answer.context["next_url"] else ""
    assert seen == [f"package-{number:03}" for number in range(120)]


def test_the_list_costs_the_same_for_few_and_many(world, push, django_assert_max_num_queries):
    content = "".join(f"package-{number:03}==1.0\n" for number in range(120))
    push("7", dependency_sets=[{"path": "requirements.txt", "content": content}])
    client = world.client("security")

    with django_assert_max_num_queries(11):
        client.get("/dependencies/")


def test_a_lock_file_shows_what_it_leaves_open_and_what_nobody_could_read(world):
    row = record_set(actor=world.ci, path="requirements.txt", content="numpy==2.0.0\njoblib>=1\n=== what is this\n")

    page = text_of(world.client("stranger").get(f"/dependencies/{row.public_id}/"))

    assert row.problems
    assert "What could not be read" in page
    assert "=== what is this" in page
    assert "Not pinned" in page
    assert "No SHA-256" in page


def test_a_lock_that_really_locks_is_said_to(world, push):
    push("7")
    row = DependencySet.objects.get()

    assert "pinned to one version and to its bytes" in text_of(world.client("security").get(f"/dependencies/{row.public_id}/"))
    assert world.client("security").get("/dependencies/dps_nothing/").status_code == 404


def test_a_long_lock_file_is_paged_by_line(world, push):
    content = "".join(f"package-{number:03}==1.0\n" for number in range(450))
    row = record_set(actor=world.ci, path="requirements.txt", content=content)
    client = world.client("security")

    first = client.get(f"/dependencies/{row.public_id}/")
    last = client.get(f"/dependencies/{row.public_id}/?page=3")

    assert len(first.context["requirements"]) == 200
    assert [item.name for item, _open in last.context["requirements"]][-1] == "package-449"


def test_the_part_of_a_use_case_shows_what_changed_since_the_version_before(world, push):
    push("6")
    push("7", dependency_sets=[{"path": "requirements.txt", "content": NEWER}])

    page = text_of(world.client("auditor").get("/use-cases/churn/dependencies/"))

    assert "Changed since churn-model@6" in page
    assert "<del>2.0.0</del>" in page
    assert "<ins>2.1.0</ins>" in page
    assert "1 package is not locked" in page


def test_a_version_without_locks_is_not_called_safe(world, push):
    push("7", dependency_sets=[])

    assert "unknown is never a pass" in text_of(world.client("auditor").get("/use-cases/churn/dependencies/"))


def test_another_use_case_counts_for_itself(world, push):
    push("7")
    other = usecases.open_use_case(actor=world.engineer, slug="other", title="Other")
    register_model_version(
        actor=world.engineer,
        use_case=other,
        data={
            "name": "other-model",
            "version": "1",
            "commit": "a" * 40,
            "dependency_sets": [{"path": "requirements.txt", "content": LOCK}],
        },
    )

    def seen_by(part):
        row = next(row for row in world.client(part).get("/dependencies/").context["packages"] if row.name == "numpy")
        return row.used.model_versions, row.used.use_cases

    assert seen_by("engineer") == (2, 2)
    assert seen_by("security") == (1, 1)


def test_packages_of_one_name_in_two_ecosystems_are_two(world, push):
    conda = "channels: [conda-forge, nodefaults]\ndependencies:\n  - numpy=1.26.4=py311h64a7726_0\n"
    push("7")
    push(
        "8",
        dependency_sets=[{"path": "requirements.txt", "content": LOCK}, {"path": "environment.yml", "content": conda}],
    )
    client = world.client("security")
    rows = client.get("/dependencies/?q=numpy").context["packages"]

    assert [(row.label, row.versions, row.used.model_versions) for row in rows] == [
        ("conda:numpy", ["1.26.4"], 1),
        ("numpy", ["2.0.0"], 2),
    ]
    assert client.get("/dependencies/packages/conda:numpy/").context["used"].model_versions == 1
    assert "churn-model@7" not in text_of(client.get("/dependencies/packages/conda:numpy/"))
    assert "churn-model@8" in text_of(client.get("/dependencies/packages/conda:numpy/"))


def test_a_version_that_locks_two_releases_of_a_package_stands_with_both(world, push):
    both = "numpy==1.26.4 ; python_version < '3.12'\nnumpy==2.0.0 ; python_version >= '3.12'\n"
    push("7", dependency_sets=[{"path": "requirements.txt", "content": both}])

    page = text_of(world.client("security").get("/dependencies/packages/numpy/"))

    assert page.count("churn-model@7") == 2
