from __future__ import annotations

import json

import pytest

from lineage.models import ModelVersion
from tests.conftest import LOCK

URL = "/api/v1/model-versions"
BODY = {
    "use_case": "churn",
    "kind": "model",
    "registry": "ci",
    "name": "churn-model",
    "version": "7",
    "repository": "https://git.example.com/acme/churn",
    "commit": "c" * 40,
    "dirty": False,
    "porcelain_sha256": None,
    "params": {"max_depth": 6, "seed": 42},
    "metrics": {"recall": {"value": 0.71, "dataset": "test"}, "customers": 10000},
    "confusion": {"dataset": "test", "tp": 142, "fp": 260, "fn": 58, "tn": 9540},
    "artifact": {"uri": "s3://models/churn/7", "sha256": "d" * 64, "size": 1048576, "serialization": "skops"},
    "runtime": {"kind": "lock", "image_digest": None, "config": {}},
    "dependency_sets": [{"path": "requirements.txt", "content": LOCK}],
    "datasets": [
        {
            "role": "train",
            "name": "customers",
            "digest": "sha256:" + "e" * 64,
            "rows": 10000,
            "columns": ["customer_id", "signup_date"],
        }
    ],
}


def push(world, part: str = "ci", **change):
    return world.api(part).post(URL, {**BODY, **change}, content_type="application/json")


def test_a_push_is_201_then_200_then_409(world):
    first, same, other = push(world), push(world), push(world, commit="a" * 40)

    assert [answer.status_code for answer in (first, same, other)] == [201, 200, 409]
    assert (first.json()["changed"], same.json()["changed"]) == (True, False)
    assert first.json()["id"] == same.json()["id"]
    assert other.json()["code"] == "model_version.differs"
    assert [item["field"] for item in other.json()["errors"]] == ["commit"]


def test_new_figures_are_added_and_changed_ones_are_409(world):
    push(world)
    more = push(world, metrics={"precision": 0.35})
    changed = push(world, metrics={"precision": 0.36})

    assert (more.status_code, more.json()["changed"]) == (200, True)
    assert (changed.status_code, changed.json()["errors"][0]["field"]) == (409, "metrics.precision")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("0.1", "0.1"),
        ("10000", "10000"),
        ("0.8234567890123456", "0.823456789012346"),  # what a program in double precision writes
        ("0.30000000000000004", "0.3"),
        ("1.1920928955078125e-07", "0.000000119209289551"),
        ("-1.5E+3", "-1500"),
        ("0.0", "0"),
    ],
)
def test_a_figure_is_kept_to_15_digits_so_that_pushing_it_again_is_the_same_push(world, sent, kept):
    raw = json.dumps({**BODY, "confusion": None, "metrics": {}}).replace('"metrics": {}', f'"metrics": {{"recall": {sent}}}')
    first, again = (world.api("ci").post(URL, raw, content_type="application/json") for _i in range(2))

    assert (first.status_code, again.status_code) == (201, 200), again.content
    assert again.json()["metrics"] == [{"name": "recall", "dataset": "", "value": kept}]


def test_a_figure_that_would_be_lost_is_refused_by_its_name(world):
    answer = push(world, metrics={"p_value": 1e-30})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "metrics.p_value")


def test_figures_of_a_file_are_kept_alike(world):
    file = {"path": "metrics.json", "content": '{"recall": 0.8234567890123456}'}
    first, again = (push(world, metrics={}, confusion=None, metrics_file=file) for _i in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["metrics"][0]["value"] == "0.823456789012346"


def test_a_version_its_provenance_and_its_manifest_are_read(world):
    made = push(world).json()
    client = world.api("auditor")
    read = client.get(f"{URL}/{made['id']}").json()

    assert read == {key: value for key, value in made.items() if key != "changed"}
    assert read["artifact"]["sha256"] == "sha256:" + "d" * 64
    assert read["datasets"][0]["columns"] == ["customer_id", "signup_date"]
    facts = {fact["key"]: fact["status"] for fact in client.get(f"{URL}/{made['id']}/provenance").json()["facts"]}
    assert facts["commit"] == "asserted"
    manifest = client.get(f"{URL}/{made['id']}/manifest").json()
    assert manifest["digest"].startswith("sha256:")
    assert manifest["components"]["model"]["content"]["params"] == {"max_depth": "6", "seed": "42"}


def test_versions_are_listed_filtered_and_hidden(world):
    made = push(world).json()
    push(world, version="8")

    def found(part: str, query: str = "") -> list[str]:
        return [row["version"] for row in world.api(part).get(f"{URL}{query}").json()["results"]]

    assert found("lead") == ["8", "7"]
    assert found("lead", "?name=churn-model&version=7") == ["7"]
    assert found("lead", "?commit=" + "a" * 40) == []
    assert found("lead", "?use_case=other") == []
    assert found("stranger") == []
    for tail in ("", "/provenance", "/manifest"):
        assert world.api("stranger").get(f"{URL}/{made['id']}{tail}").status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"use_case": "nothing"}, "use_case"),
        ({"name": "a@b"}, "name"),
        ({"name": "a/b"}, "name"),
        ({"version": "7 8"}, "version"),
        ({"kind": "cat"}, "kind"),
        ({"commit": "c" * 39}, "commit"),
        ({"commit": None}, "commit"),
        ({"params": []}, "params"),
        ({"artifact": {"sha": "x"}}, "artifact.sha"),
        ({"artifact": {"size": -1}}, "artifact.size"),
        ({"artifact": {"size": 2**63}}, "artifact.size"),
        ({"dependency_sets": [{"path": "a"}]}, "dependency_sets[0].content"),
        ({"dependency_sets": [{"path": "a" * 301, "content": ""}]}, "dependency_sets[0].path"),
        ({"datasets": [{"role": "train", "name": "x", "rows": "many"}]}, "datasets[0].rows"),
        ({"datasets": [{"role": "train"}]}, "datasets[0].name"),
        ({"comit": "x"}, "comit"),
        ({"metrics": {"recall": "high"}}, "metrics.recall"),
    ],
)
def test_what_cannot_be_used_is_400_with_its_path(world, change, field):
    answer = push(world, **change)

    assert answer.status_code == 400, answer.content
    assert field in [item["field"] for item in answer.json()["errors"]]
    assert not ModelVersion.objects.exists()


def test_a_use_case_one_does_not_see_is_an_unknown_one(world):
    assert push(world, "stranger").json()["errors"][0]["code"] == "unknown"
    assert push(world, "auditor").status_code == 403


def test_a_push_of_a_file_that_cannot_be_read_names_file_and_line(world):
    answer = push(world, params_file={"path": "params.yaml", "content": "a: 1\nb: [\n"})

    assert answer.status_code == 400
    assert "params.yaml" in answer.json()["errors"][0]["field"]


def test_repositories_are_registered_synchronised_and_their_commits_listed(world, source, settings):
    from foundation import jobs
    from foundation.models import Job

    settings.ALLOW_LOCAL_REPOSITORIES = True
    made = world.api("engineer").post(
        "/api/v1/repositories", {"url": str(source.path), "use_case": "churn"}, content_type="application/json"
    )
    assert made.status_code == 201, made.content
    assert jobs.run(Job.objects.get(public_id=made.json()["job"]).pk)
    url = f"/api/v1/repositories/{made.json()['id']}"
    commits = world.api("lead").get(f"{url}/commits").json()["results"]
    assert [(row["subject"], row["author_name"]) for row in commits] == [("first", "Sofia")]
    again = world.api("ci").post(f"{url}/sync")
    assert (again.status_code, again.json()["id"]) == (202, made.json()["id"])
    assert world.api("stranger").get(f"{url}/commits").status_code == 404
    assert world.api("stranger").post(f"{url}/sync").status_code == 404


def test_an_address_that_may_not_be_fetched_is_400_with_the_reason(world):
    answer = world.api("engineer").post(
        "/api/v1/repositories", {"url": "http://169.254.169.254/x", "use_case": "churn"}, content_type="application/json"
    )

    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_reading_costs_the_same_however_many(world, django_assert_max_num_queries):
    for number in range(5):
        push(world, version=str(number))
    client = world.api("lead")
    client.get(URL)

    with django_assert_max_num_queries(4):
        client.get(URL)
