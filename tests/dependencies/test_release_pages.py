"""The pages of files, releases and comparisons."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import jobs
from governance.dependencies.capabilities import wording
from governance.dependencies.capabilities.model import Point
from governance.dependencies.models import Artifact
from governance.dependencies.selectors import releases as selectors
from governance.dependencies.services import record_set
from governance.dependencies.wording_points import CAPABILITIES, CONFIDENCES, UNANALYSED, WHENS, in_order, symbol_told
from tests.dependencies.archives import wheel
from tests.dependencies.test_artifacts import CODE, kept
from tests.usecases.test_pages import text_of

OLD = {"thing.py": "import os\n\ndef home():\n    return os.environ['HOME']\n", "thing/moved.py": "import os\nos.remove('x')\n"}
NEW = {
    "thing.py": "import os\n\ndef home():\n    return os.environ['HOME'] or os.environ.get('USER')\n",
    "thing/there.py": "import os\nos.remove('x')\n",
    "thing/net.py": CODE,
    "thing-2.0.dist-info/RECORD": "",
    "tests/test_thing.py": "import subprocess\nsubprocess.run('x')\n",
    "thing/broken.py": "def (:\n",
}


def upload(client, name="thing-1.0-py3-none-any.whl", data=None):
    return client.post("/dependencies/artifacts/", {"file": SimpleUploadedFile(name, data or wheel(OLD))}, follow=True)


def looked_into():
    for row in Artifact.objects.select_related("job"):
        jobs.run(row.job.pk)


def test_a_file_is_uploaded_looked_into_and_told(world):
    client, data = world.client("scientist"), wheel(OLD)
    answer = upload(client, data=data)
    row = Artifact.objects.get()

    assert answer.redirect_chain[-1][0] == f"/dependencies/artifacts/{row.public_id}/"
    assert "Queued" in text_of(answer)
    looked_into()
    page = text_of(client.get(f"/dependencies/artifacts/{row.public_id}/"))
    assert "A file of thing 1.0." in page
    assert "See its 2 points" in page
    assert "This file is known already." in text_of(upload(client, data=data))
    listed = text_of(client.get("/dependencies/artifacts/"))
    assert "thing-1.0-py3-none-any.whl" in listed
    assert "2 points" in listed


def test_what_cannot_be_kept_is_said_at_the_form(world):
    answer = upload(world.client("scientist"), "thing.txt", b"nothing")

    assert answer.status_code == 400
    assert "no file of a package or a model by its ending" in text_of(answer)


def test_a_file_over_the_limit_is_said_to_be(world, monkeypatch):
    from governance.usecases import uploads

    monkeypatch.setitem(uploads._larger, "/dependencies/artifacts/", 1000)
    monkeypatch.setattr(uploads, "LARGEST", 1000)
    answer = upload(world.client("scientist"), data=b"x" * 5000)

    assert answer.status_code == 413
    assert "has at most 512 MiB" in text_of(answer)


def test_a_file_that_could_not_be_read_stays_listed_and_can_be_tried_again(world):
    client = world.client("scientist")
    upload(client)
    row = Artifact.objects.get()
    row.file.storage.delete(row.file.name)  # as where a disk was lost
    looked_into()

    assert "The file is missing from storage." in text_of(client.get("/dependencies/artifacts/?state=failed"))
    page = text_of(client.get(f"/dependencies/artifacts/{row.public_id}/"))
    assert "Failed" in page
    assert "Look again" in page
    again = client.post(f"/dependencies/artifacts/{row.public_id}/scan/", follow=True)
    assert "A worker looks into it again." in text_of(again)
    twice = client.post(f"/dependencies/artifacts/{row.public_id}/scan/")
    assert twice.status_code == 409
    assert "already" in text_of(twice)


def test_a_name_that_lies_is_told(world):
    row = kept(world.ci, filename="numpy-2.0.0-py3-none-any.whl")

    page = text_of(world.client("security").get(f"/dependencies/artifacts/{row.public_id}/"))
    assert "says something else than what is inside" in page


def test_a_release_shows_its_points_with_the_code_beside_them_and_the_unread_first(world):
    row = kept(world.ci, NEW, "thing-2.0-py3-none-any.whl", version="2.0").release
    client = world.client("security")
    answer = client.get(f"/dependencies/releases/{row.public_id}/")
    page = text_of(answer)

    groups = [group["code"] for group in answer.context["groups"]]
    assert groups[0] == "unanalysed"
    assert groups == [code for code in wording.ORDER if code in groups]
    assert "return requests.get(&#x27;https://example.org/x&#x27;)" in answer.content.decode()
    assert "no proof that there are no others" in page
    assert "in its tests only" in page
    assert "subprocess.run" not in page
    assert "subprocess.run" in text_of(client.get(f"/dependencies/releases/{row.public_id}/?tests=1"))
    only = client.get(f"/dependencies/releases/{row.public_id}/?capability=net/client")
    assert [group["code"] for group in only.context["groups"]] == ["net/client"]


def test_code_beside_points_is_read_once_and_without_it_the_page_still_stands(world, monkeypatch):
    row = kept(world.ci, NEW, "thing-2.0-py3-none-any.whl", version="2.0")
    client = world.client("security")
    address = f"/dependencies/releases/{row.release.public_id}/"
    client.get(address)
    monkeypatch.setattr(selectors.child, "run", lambda *args, **kwargs: 1 / 0)
    assert "snippet" in client.get(address).content.decode()

    row.file.storage.delete(row.file.name)
    selectors.cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200
    assert "snippet" not in answer.content.decode()


def test_a_comparison_tells_capabilities_names_and_points_and_folds_what_moved(world):
    old = kept(world.ci, OLD).release
    new = kept(world.ci, NEW, "thing-2.0-py3-none-any.whl", version="2.0").release
    answer = world.client("security").get(f"/dependencies/releases/{new.public_id}/from/{old.public_id}/")
    page = text_of(answer)

    assert answer.context["size"].lines > 0
    assert "It connects to others" in page
    assert "example.org" in page
    assert "1 point only moved" in page
    assert "thing/moved.py → thing/there.py" in page
    assert answer.context["work"] == len(answer.context["found"].work)


def test_releases_of_two_packages_are_not_compared_and_a_choice_leads_to_the_comparison(world):
    one = kept(world.ci, OLD).release
    two = kept(world.ci, {"a.py": "import os\n"}, "thing-3.0-py3-none-any.whl", version="3.0").release
    model = kept(world.ci, data=b"cos\nsystem\n(S'true'\ntR.", filename="m.pkl").release
    client = world.client("security")

    assert client.get(f"/dependencies/releases/{one.public_id}/from/{model.public_id}/").status_code == 404
    led = client.get(f"/dependencies/releases/{one.public_id}/compare/?base={two.public_id}")
    assert led["Location"] == f"/dependencies/releases/{one.public_id}/from/{two.public_id}/"
    assert client.get(f"/dependencies/releases/{one.public_id}/compare/?base=rel_x").status_code == 302
    assert client.get("/dependencies/releases/rel_nothing/").status_code == 404


def test_the_page_of_a_package_shows_releases_and_use_and_finds_other_ecosystems(world):
    kept(world.ci, OLD)
    record_set(actor=world.ci, path="environment.yml", content="channels: [conda-forge]\ndependencies:\n  - numpy=2.0\n")
    record_set(actor=world.ci, path="requirements.txt", content="thing==1.0\n")
    client = world.client("security")

    page = text_of(client.get("/dependencies/packages/thing/"))
    assert "thing-1.0-py3-none-any.whl" in page
    assert "In use: 1.0" in page
    assert client.get("/dependencies/packages/numpy/")["Location"] == "/dependencies/packages/conda:numpy/"
    assert "No file of it was looked into" in text_of(client.get("/dependencies/packages/conda:numpy/"))
    assert client.get("/dependencies/packages/a/b/c/").status_code == 404


def test_pages_cost_the_same_for_few_and_many(world, django_assert_max_num_queries):
    for number in range(6):
        kept(world.ci, {"thing.py": f"x = {number}\n"}, f"thing-{number}.0-py3-none-any.whl", version=f"{number}.0")
    client = world.client("security")
    release = Artifact.objects.last().release

    for address in ("/dependencies/artifacts/", "/dependencies/packages/thing/", f"/dependencies/releases/{release.public_id}/"):
        client.get(address)
        with django_assert_max_num_queries(20):
            client.get(address)


def test_every_code_of_the_scanner_has_its_words():
    for ours, theirs in (
        (CAPABILITIES, wording.CAPABILITIES),
        (WHENS, wording.WHENS),
        (CONFIDENCES, wording.CONFIDENCES),
        (UNANALYSED, wording.UNANALYSED),
    ):
        assert {code: str(text) for code, text in ours.items()} == dict(theirs)
    assert symbol_told("unanalysed", "language rust") == "written in rust, which is not read here"
    points = [Point("fs/read", "open", "a.py"), Point("unanalysed", "bytecode", "b.pyc")]
    assert [point.capability for point in in_order(points)] == ["unanalysed", "fs/read"]
