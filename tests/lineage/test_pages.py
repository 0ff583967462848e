from __future__ import annotations

from decimal import Decimal

from approvals.models import Request
from foundation import clock
from lineage import panels
from lineage.models import ProvenanceFact
from lineage.selectors.graph import graph_of, layout_of
from lineage.selectors.pages import params_compared
from tests.usecases.test_pages import text_of

CONFUSION = {"dataset": "test", "tp": 142, "fp": 260, "fn": 58, "tn": 9540}


def test_a_stranger_finds_no_version(world, push):
    row = push()
    client = world.client("stranger")

    assert "churn-model@7" not in text_of(client.get("/models/"))
    assert client.get(f"/models/{row.public_id}/").status_code == 404
    assert client.post(f"/models/{row.public_id}/", {"ask-environment": "production"}).status_code == 404


def test_versions_are_found_by_name_version_commit_and_use_case(world, push):
    push("6", commit="a" * 40)
    push("7", commit="b" * 40)
    client = world.client("auditor")

    def found(text):
        return [row["version"].version for row in client.get("/models/", {"q": text}).context["rows"]]

    assert found("") == ["7", "6"]
    assert found("churn-model@6") == ["6"]
    assert found("bbbbbb") == ["7"]
    assert found("customer") == ["7", "6"]
    assert found("weather") == []


def test_the_list_says_whether_a_version_may_ship_and_who_is_asked(world, push, ask):
    ask(push())

    page = text_of(world.client("auditor").get("/models/"))

    assert "Production" in page
    assert "Waiting for" in page


def test_the_lists_cost_the_same_for_one_and_for_many(world, push, ask, django_assert_max_num_queries):
    for number in range(12):
        ask(push(str(number)))
    client = world.client("auditor")

    with django_assert_max_num_queries(22):
        client.get("/models/")


def test_a_version_page_needs_few_queries_whatever_its_history(world, push, ask, django_assert_max_num_queries):
    for number in range(5):
        row = push(str(number))
        ask(row)
    client = world.client("lead")

    with clock.at(clock.now()):  # however long it takes, the count in the navigation is known the second time
        client.get(f"/models/{row.public_id}/")
        with django_assert_max_num_queries(33):  # ten of them are the answer about its packages, two what it is worth
            client.get(f"/models/{row.public_id}/")


def test_what_was_only_said_is_not_shown_as_checked(world, push):
    page = text_of(world.client("auditor").get(f"/models/{push().public_id}/"))

    assert "Nothing here was checked by us" in page
    assert "said by CI, and nobody has checked it" in page


def test_a_contradicted_fact_is_the_first_thing_said_about_provenance(world, push):
    row = push()
    ProvenanceFact.objects.create(
        model_version=row,
        key="file:params.yaml",
        status="contradicted",
        how="the file in the commit has other bytes",
        origin="git",
        at=row.created_at,
    )

    page = text_of(world.client("auditor").get(f"/models/{row.public_id}/"))

    assert "1 fact is contradicted" in page
    assert "the file in the commit has other bytes" in page


def test_figures_and_parameters_stand_beside_those_of_the_version_before(world, push):
    push("6", params={"max_depth": 4, "seed": 1}, metrics={"recall": {"value": Decimal("0.66"), "dataset": "test"}})
    row = push(
        "7",
        params={"max_depth": 6, "seed": 1},
        metrics={"recall": {"value": Decimal("0.71"), "dataset": "test"}},
        confusion=CONFUSION,
    )

    answer = world.client("business").get(f"/models/{row.public_id}/")
    page = text_of(answer)

    (metric,) = answer.context["metrics"]
    assert (metric.value, metric.before, metric.change) == (Decimal("0.71"), Decimal("0.66"), Decimal("0.05"))
    assert "+0.05" in page
    assert '<ins class="mono">6</ins>' in page
    assert "9,540" in page
    assert "(10,000 cases)" in page


def test_a_metric_that_was_not_measured_again_is_named(world, push):
    push("6", metrics={"recall": {"value": 1, "dataset": "test"}, "fairness": {"value": 1, "dataset": "test"}})
    row = push("7", metrics={"recall": {"value": 1, "dataset": "test"}})

    answer = world.client("business").get(f"/models/{row.public_id}/")

    gone = next(item for item in answer.context["metrics"] if item.name == "fairness")
    assert (gone.value, gone.before) == (None, Decimal(1))


def test_every_component_of_the_manifest_is_explained_with_its_digest(world, push):
    from lineage.selectors.manifest import manifest_of

    row = push()
    manifest = manifest_of(row)
    page = text_of(world.client("auditor").get(f"/models/{row.public_id}/"))

    assert len(manifest.digests) == 8
    assert all(digest in page for digest in manifest.digests.values())
    assert manifest.digest in page


def test_a_builder_asks_for_approval_and_is_led_to_the_request(world, push, gate):
    row = push()

    answer = world.client("scientist").post(
        f"/models/{row.public_id}/", {"ask-environment": "production", "ask-comment": "Finds more leavers."}
    )

    request = Request.objects.get()
    assert answer["Location"] == f"/requests/{request.public_id}/"
    assert (request.submitter, request.comment) == (world.scientist.user, "Finds more leavers.")


def test_a_question_with_an_error_keeps_the_comment(world, push, gate):
    row = push()

    answer = world.client("scientist").post(
        f"/models/{row.public_id}/", {"ask-environment": "moon", "ask-comment": "Finds more leavers."}
    )

    assert answer.status_code == 400
    assert "Finds more leavers." in text_of(answer)
    assert not Request.objects.exists()


def test_who_does_not_build_it_reads_why_they_cannot_ask_and_is_stopped(world, push, gate):
    row = push()
    client = world.client("security")

    assert "Only those who build this use case can ask for its approval." in text_of(client.get(f"/models/{row.public_id}/"))
    answer = client.post(f"/models/{row.public_id}/", {"ask-environment": "production"})
    assert answer.status_code == 403
    assert not Request.objects.exists()


def test_without_a_gate_there_is_nobody_to_ask(world, push):
    assert "No environment has a gate yet" in text_of(world.client("lead").get(f"/models/{push().public_id}/"))


def test_the_models_part_compares_each_version_with_the_one_before(world, push):
    push("6", metrics={"recall": {"value": Decimal("0.66"), "dataset": "test"}})
    push("7", metrics={"recall": {"value": Decimal("0.71"), "dataset": "test"}})

    page = text_of(world.client("auditor").get("/use-cases/churn/models/"))

    assert "was 0.66" in page
    assert page.count("was 0.") == 1


def test_the_graph_leads_from_data_over_the_version_to_where_it_is_to_go(world, push, ask):
    row = push(repository="https://git.example.com/acme/churn.git")
    ask(row)
    destinations = panels.destinations_of(world.auditor, [row])[row.pk]

    graph = graph_of(
        row, datasets=[item.content() for item in row.datasets.all()], locks=[], commit=None, destinations=destinations
    )
    layout = layout_of(graph)

    assert [node.kind for node in graph.nodes] == ["dataset", "commit", "version", "request"]
    assert next(node for node in graph.nodes if node.kind == "commit").detail == "churn · cccccccccc"
    layers = {box.key: box.layer for box in layout.boxes}
    assert layers["dataset:0"] == layers["commit"] < layers["version"] < layers[graph.nodes[-1].key]


def test_the_same_bytes_under_two_names_are_one_node_and_keep_their_columns(world, push):
    row = push()
    twice = [
        {"role": "dvc", "name": "data/customers.csv", "digest": "md5:1", "rows": None, "columns": []},
        {"role": "train", "name": "customers", "digest": "md5:1", "rows": 5, "columns": ["customer_id"]},
        {"role": "test", "name": "nameless", "digest": "", "rows": None, "columns": []},
        {"role": "train", "name": "nameless", "digest": "", "rows": None, "columns": []},
    ]

    graph = graph_of(row, datasets=twice, locks=[], commit=None, destinations=[])

    assert [node.title for node in graph.nodes if node.kind == "dataset"] == ["customers", "nameless"]


def test_parameters_without_a_version_before_did_not_change():
    assert params_compared({"a": 1}, None) == [("a", 1, None, "")]
    assert params_compared({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 1, "d": 4}) == [
        ("a", 1, 1, ""),
        ("b", 2, 1, "changed"),
        ("c", 3, None, "added"),
        ("d", None, 4, "removed"),
    ]


def test_programs_get_the_same_graph(world, push, ask):
    row = push()
    ask(row)

    body = world.api("auditor").get(f"/api/v1/model-versions/{row.public_id}/lineage").json()

    assert [node["kind"] for node in body["nodes"]] == ["dataset", "lock", "commit", "version", "request"]
    assert {"from": "commit", "to": "version"} in body["edges"]
    assert world.api("stranger").get(f"/api/v1/model-versions/{row.public_id}/lineage").status_code == 404
