"""Data sets and the states they were in: who may say so, what is kept, and what never changes."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from foundation.canonical import digest
from foundation.errors import Conflict, Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.dictionary import filesets, services
from governance.dictionary.models import Dataset, DatasetFiles, DatasetVersion
from governance.dictionary.selectors import datasets as selectors
from governance.people import services as people
from tests.dictionary.approved import define

A, B, C = ("sha256:" + letter * 64 for letter in "abc")
LABELS = {"codes": [{"code": "dent", "meaning": "A hollow."}, {"code": "scratch", "meaning": "A line."}]}
URL = "/api/v1/datasets"


def file(path: str = "a.png", sha256: str = A, size: int = 1, **more: str) -> dict:
    return {"path": path, "sha256": sha256, "size": size, **more}


def manifest(*files: dict, **more) -> dict:
    return {"files": list(files) or [file(label="dent")], "labels": LABELS, **more}


@pytest.fixture
def images(world) -> Dataset:
    row, _is_new = services.add_dataset(actor=world.scientist, name="surfaces", title="Surfaces", kind="images")
    return row


@pytest.fixture
def table(world) -> Dataset:
    row, _is_new = services.add_dataset(actor=world.scientist, name="customers", title="Customers")
    return row


def push(world, row: Dataset, *files: dict, **more) -> DatasetVersion:
    return services.add_file_version(actor=world.scientist, dataset=row, manifest=manifest(*files, **more))


# What it is -----------------------------------------------------------------------------------------------------------


def test_adding_a_data_set_twice_is_harmless_unless_something_else_is_said(world, table):
    assert services.add_dataset(actor=world.scientist, name="customers", title="Customers") == (table, False)
    assert services.add_dataset(actor=world.scientist, name="customers") == (table, False)
    with pytest.raises(Conflict, match="described otherwise"):
        services.add_dataset(actor=world.scientist, name="customers", title="Clients")
    table.refresh_from_db()
    assert table.title == "Customers"


def test_one_that_was_only_named_is_described_when_somebody_adds_it(world):
    named = services.named_dataset(actor=world.scientist, name="orders")

    assert services.add_dataset(actor=world.scientist, name="orders", title="Orders") == (named, False)
    named.refresh_from_db()
    assert named.title == "Orders"


def test_who_only_reads_adds_no_data_set(world):
    for actor in (world.auditor, world.stranger, world.business, world.ci):
        with pytest.raises(NotAllowed):
            services.add_dataset(actor=actor, name="orders")
    assert not Dataset.objects.exists()


def test_a_table_of_which_versions_are_known_does_not_become_a_heap_of_files(world, table):
    services.add_table_version(actor=world.scientist, dataset=table, digest=A)

    with pytest.raises(Conflict, match="its kind stays"):
        services.describe_dataset(actor=world.scientist, dataset=table, kind="images")


# Tables ---------------------------------------------------------------------------------------------------------------


def test_a_state_of_a_table_is_known_by_the_digest_of_its_bytes(world, table):
    first = services.add_table_version(actor=world.scientist, dataset=table, digest="a" * 64, columns=["id", "age"], rows=5)
    second = services.add_table_version(actor=world.scientist, dataset=table, digest=B, columns=["age", "id", "zip"], rows=7)
    again = services.add_table_version(actor=world.scientist, dataset=table, digest=A)

    assert (first.number, first.digest, first.manifest) == (1, A, {"columns": ["id", "age"], "rows": 5})
    assert (second.number, again) == (2, first)
    assert (first.is_new, again.is_new) == (True, False)
    found = selectors.table_difference(first, second)
    assert (list(found.added), list(found.removed), found.reordered, found.rows) == (["zip"], [], True, (5, 7))
    event = AuditEvent.objects.get(kind="dictionary.dataset.version_added", subject_id=second.public_id)
    assert json.loads(bytes(event.body))["data"] == {"dataset": "customers", "number": 2, "digest": B}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"digest": "abc"}, "digest"),
        ({"digest": A, "columns": ["a", "a"]}, "columns"),
        ({"digest": A, "columns": ["a", " "]}, "columns[1]"),
        ({"digest": A, "columns": ["a" * 201]}, "columns[0]"),
        ({"digest": A, "rows": -1}, "rows"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_at_its_place(world, table, said, field):
    with pytest.raises(Invalid) as refused:
        services.add_table_version(actor=world.scientist, dataset=table, **said)
    assert [item.field for item in refused.value.errors] == [field]


# Files ----------------------------------------------------------------------------------------------------------------


def test_files_labels_and_guideline_are_kept_and_counted(world, images):
    guideline = {"version": "3", "text": "Shorter than 5 mm is a scratch."}
    row = push(world, images, file("b.png", B, 20), file("a.png", label="dent"), guideline=guideline)

    assert row.manifest == {"files": 2, "size": 21, "counts": {"dent": 1}, "labels": LABELS, "guideline": guideline}
    assert [item.path for item in selectors.files_of(row)] == ["a.png", "b.png"]
    assert selectors.labels_told(row, None)[0] == {"code": "dent", "meaning": "A hollow.", "count": 1}


def test_the_same_manifest_is_the_same_version_and_another_guideline_is_another(world, images):
    first = push(world, images, file("a.png"), file("b.png", B))

    assert push(world, images, file("b.png", B), file("a.png")) == first
    assert push(world, images, file("a.png"), file("b.png", B), guideline={"version": "1", "text": "Look."}).number == 2


def test_the_digest_can_be_recomputed_from_what_is_kept(world, images):
    row = push(world, images, *(file(f"{n:04}.png", size=n, label="dent") for n in range(450)))
    found, _problems = filesets.read_fileset({"files": [item.body() for item in selectors.files_of(row)], **row.about})

    assert DatasetFiles.objects.filter(version=row).count() == selectors.pages_of(row) == 3
    assert digest(found.body()) == row.digest


def test_a_page_of_files_costs_one_query_however_many_there_are(world, images):
    row = push(world, images, *(file(f"{n:04}.png", size=n) for n in range(450)))

    with CaptureQueriesContext(connection) as queries:
        found = selectors.files_on(row, 2)
    assert ([found[0].path, len(found)], len(queries)) == (["0400.png", 50], 1)
    assert selectors.files_on(row, 3) == []


def test_labels_of_an_element_are_its_permissible_values_as_they_are_approved(world, images):
    book = services.create_dictionary(actor=world.governance, slug="defects", title="Defects")
    services.draft_version(
        actor=world.governance,
        dictionary=book,
        key="draft",
        said={"logical_type": "string", "domain": {"values": [{"code": "x"}]}},
    )
    values = {"values": [{"code": "dent", "meaning": "A hollow."}]}
    element = define(actor=world.governance, dictionary=book, key="kind", logical_type="string", domain=values)
    said = {"files": [file(label="dent")], "labels": {"element": "defects/kind"}}
    row = services.add_file_version(actor=world.scientist, dataset=images, manifest=said)

    meant = selectors.meaning_of_labels(row)
    assert meant == element.current_version()
    assert selectors.labels_told(row, meant) == [{"code": "dent", "meaning": "A hollow.", "count": 1}]
    for path, code in (
        ("defects/draft", "element_without_values"),
        ("defects/none", "element_unknown"),
        ("kind", "element_form"),
    ):
        with pytest.raises(Invalid) as refused:
            services.add_file_version(actor=world.scientist, dataset=images, manifest={**said, "labels": {"element": path}})
        assert code in {item.code for item in refused.value.errors}


def test_what_is_wrong_in_a_manifest_is_told_and_nothing_is_kept(world, images):
    with pytest.raises(Invalid) as refused:
        push(world, images, file("../a.png"), file("b.png", "b"))
    assert [(item.field, item.code) for item in refused.value.errors] == [
        ("files[0].path", "path_outside"),
        ("files[1].sha256", "digest_form"),
    ]
    assert not DatasetVersion.objects.exists()
    assert not DatasetFiles.objects.exists()


def test_a_table_takes_no_manifest_and_files_no_columns(world, images, table):
    with pytest.raises(Conflict, match="is a table"):
        push(world, table)
    with pytest.raises(Conflict, match="made of files"):
        services.add_table_version(actor=world.scientist, dataset=images, digest=A)


@pytest.mark.parametrize("model", [DatasetVersion, DatasetFiles])
def test_a_version_is_never_changed(world, images, model):
    push(world, images)
    row = model.objects.get()

    with pytest.raises(TypeError):
        model.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    setattr(row, "page" if model is DatasetFiles else "label", 9)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()


# Over HTTP ------------------------------------------------------------------------------------------------------------


def post(world, url: str, body: dict, part: str = "scientist"):
    return world.api(part).post(url, body, content_type="application/json")


def test_a_data_set_is_added_read_and_changed_over_http(world):
    made = post(world, URL, {"name": "surfaces", "kind": "images", "title": "Surfaces"})
    assert made.status_code == 201, made.content
    address = f"{URL}/{made.json()['id']}"

    read = world.api("auditor").get(address)
    assert (read.json()["kind"], read.json()["newest"], read.json()["columns"]) == ("images", None, [])
    patch = {"title": "Metal surfaces"}
    client = world.api("scientist")
    assert client.patch(address, patch, content_type="application/json").status_code == 428
    changed = client.patch(address, patch, content_type="application/json", headers={"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["title"], changed.json()["kind"]) == (200, "Metal surfaces", "images")
    assert client.get(f"{URL}?name=surfaces").json()["results"][0]["title"] == "Metal surfaces"


def test_a_version_is_pushed_as_json_and_the_same_again_is_no_other(world, images):
    url = f"{URL}/{images.public_id}/versions"
    made = post(world, url, {**manifest(), "label": "October"})

    assert (made.status_code, made.json()["number"], made.json()["manifest"]["files"]) == (201, 1, 1)
    assert post(world, url, manifest()).status_code == 200
    assert world.api("auditor").get(f"{url}/1/files").json()["results"][0]["label"] == "dent"
    assert post(world, url, manifest(file("/a"))).json()["errors"][0]["field"] == "files[0].path"
    assert post(world, url, {"digest": A}).json()["errors"][0]["field"] == "digest"


def test_a_version_is_pushed_as_a_csv_file_beside_labels(world, images):
    upload = SimpleUploadedFile("files.csv", b"path,sha256,size,label\na.png," + b"a" * 64 + b",5,dent\n")
    url = f"{URL}/{images.public_id}/versions"
    made = world.api("scientist").post(url, {"manifest": upload, "labels": json.dumps(LABELS), "label": "October"})

    assert made.status_code == 201, made.content
    assert made.json()["manifest"]["counts"] == {"dent": 1}


def test_the_difference_of_two_versions_is_told_in_pages(world, images):
    push(world, images, *(file(f"{n:04}.png", size=n) for n in range(250)))
    push(world, images, file("0000.png", size=0, label="dent"), file("new.png", B))
    url = f"{URL}/{images.public_id}/versions/1/compare/2"
    first = world.api("auditor").get(url).json()
    second = world.api("auditor").get(f"{url}?page=2").json()

    assert first["counts"] == {"added": 1, "removed": 249, "changed": 0, "relabelled": 1, "moved": 0}
    assert first["relabelled"] == [{"path": "0000.png", "before": "", "after": "dent"}]
    assert (len(first["removed"]), len(second["removed"])) == (200, 49)
    assert world.api("auditor").get(f"{URL}/{images.public_id}/versions/1/compare/9").status_code == 404


def test_a_table_is_compared_by_its_columns(world, table):
    services.add_table_version(actor=world.scientist, dataset=table, digest=A, columns=["id"], rows=1)
    services.add_table_version(actor=world.scientist, dataset=table, digest=B, columns=["id", "age"], rows=2)
    said = world.api("auditor").get(f"{URL}/{table.public_id}/versions/1/compare/2").json()

    assert said["columns"] == {"added": ["age"], "removed": [], "reordered": False}
    assert said["rows"] == {"before": 1, "after": 2}


# Pages ----------------------------------------------------------------------------------------------------------------


def test_the_pages_show_what_a_data_set_is_and_what_changed(world, images):
    push(world, images, file("a.png", label="dent"), guideline={"version": "1", "text": "Look\nclosely."})
    push(world, images, file("a.png", label="scratch"), guideline={"version": "2", "text": "Look\nagain."})
    client = world.client("auditor")

    assert "Surfaces" in client.get("/datasets/").text
    page = client.get(f"/datasets/{images.public_id}/").text
    assert all(text in page for text in ("A hollow.", "Look", "add-version"))  # the last: why an auditor cannot add one
    difference = client.get(f"/datasets/{images.public_id}/versions/1/compare/2/").text
    assert all(text in difference for text in ("<del>dent</del>", "<ins>scratch</ins>", "again."))
    assert "a.png" in client.get(f"/datasets/{images.public_id}/versions/2/").text


def test_a_table_shows_its_columns_with_the_elements_they_hold(world, table):
    book = services.create_dictionary(actor=world.governance, slug="crm", title="CRM")
    element = define(actor=world.governance, dictionary=book, key="age", name="Age in years")
    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    services.bind_column(actor=world.scientist, element=element, team=team, dataset="customers", column="age")
    services.add_table_version(actor=world.scientist, dataset=table, digest=A, columns=["id", "age"])
    page = world.client("auditor").get(f"/datasets/{table.public_id}/").text

    assert all(text in page for text in ("Age in years", "Meaning unknown"))
    read = world.api("auditor").get(f"{URL}/{table.public_id}").json()
    assert [(item["name"], len(item["filled_by"])) for item in read["columns"]] == [("id", 0), ("age", 1)]


def test_a_manifest_is_uploaded_on_the_page_and_a_mistake_is_told_at_the_file(world, images):
    client = world.client("scientist")
    url = f"/datasets/{images.public_id}/versions/"

    def send(content: bytes, **more: str):
        return client.post(url, {"manifest": SimpleUploadedFile("f.csv", content), "labels": "dent = A hollow.", **more})

    refused = send(b"path,sha256,size,label\n../a.png," + b"a" * 64 + b",5,dent\n")
    assert refused.status_code == 400
    assert "leads out of the folder" in refused.text
    sent = send(b"path,sha256,size,label\na.png," + b"a" * 64 + b",5,dent\n", guideline_version="1", guideline_text="Look.")
    assert (sent.status_code, sent["Location"]) == (302, f"/datasets/{images.public_id}/versions/1/")
    assert images.versions.get().manifest["guideline"] == {"version": "1", "text": "Look."}


@pytest.mark.parametrize("part", ["auditor", "scientist"])
def test_the_pages_ask_little_of_the_database_however_much_there_is(world, images, table, part):
    for n in range(25):
        push(world, images, file(f"{n}.png"))
        services.add_dataset(actor=world.scientist, name=f"set {n}", title="One of many")
    client = world.client(part)
    client.get("/datasets/")
    for url, most in (
        ("/datasets/", 12),
        (f"/datasets/{images.public_id}/", 20),
        (f"/datasets/{images.public_id}/versions/3/", 20),
    ):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        assert len(queries) <= most, [query["sql"] for query in queries]
