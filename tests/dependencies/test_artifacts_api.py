"""Files, packages, releases and points over HTTP."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import jobs
from foundation.models import Job
from governance.dependencies.models import Artifact
from tests.dependencies.archives import wheel
from tests.dependencies.test_artifacts import CODE, kept

WHEEL = wheel({"thing.py": CODE})  # once: an archive holds the time at which it was made


def send(client, name="thing-1.0-py3-none-any.whl", data=WHEEL, **headers):
    file = SimpleUploadedFile(name, data)
    return client.post("/api/v1/artifacts", {"file": file}, headers=headers)


def test_a_file_is_sent_once_and_told_when_it_was_looked_into(world):
    ci = world.api("ci")
    first = send(ci, **{"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()["state"]) == (201, "queued")
    assert send(ci, **{"Idempotency-Key": "k1"}).json()["id"] == first.json()["id"]
    assert send(ci).status_code == 200
    jobs.run(Job.objects.get().pk)

    body = ci.get(f"/api/v1/artifacts/{first.json()['id']}").json()
    assert (body["state"], body["failure"], body["complete"], body["name_differs"]) == ("done", "", True, False)
    assert body["release"]["package"] == "thing"
    assert body["points"] > 0
    found = ci.get(f"/api/v1/artifacts?sha256={body['sha256']}").json()["results"]
    assert [row["id"] for row in found] == [body["id"]]
    assert ci.get("/api/v1/artifacts?sha256=00").json()["results"] == []


def test_what_cannot_be_kept_is_a_problem_with_its_field(world):
    ci = world.api("ci")

    answer = send(ci, "thing.exe", b"MZ")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "filename")
    empty = ci.post("/api/v1/artifacts", {}, content_type="application/json")
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (400, "file")
    odd = ci.post("/api/v1/artifacts", {"name": "x", "sha256": "12"}, content_type="application/json")
    assert odd.json()["errors"][0]["field"] == "sha256"
    unset = ci.post("/api/v1/artifacts", {"name": "x", "sha256": "0" * 64}, content_type="application/json")
    assert (unset.status_code, unset.json()["code"]) == (400, "artifact.no_index")


def test_a_file_over_the_limit_is_413(world, monkeypatch):
    from governance.usecases import uploads

    monkeypatch.setitem(uploads._larger, "/api/v1/artifacts", 1000)
    answer = send(world.api("ci"), data=b"x" * 5000)

    assert (answer.status_code, answer.json()["code"]) == (413, "artifact.too_large")
    assert not Artifact.objects.exists()


def test_packages_releases_points_and_comparisons_are_told(world):
    old = kept(world.ci).release
    new = kept(world.ci, {"thing.py": CODE + "import os\nos.remove('x')\n"}, "thing-2.0-py3-none-any.whl", version="2.0").release
    api = world.api("scientist")

    assert [row["label"] for row in api.get("/api/v1/packages?q=THI").json()["results"]] == ["thing"]
    assert api.get("/api/v1/packages/thing").json()["ecosystem"] == "pypi"
    assert api.get("/api/v1/packages/conda:thing").status_code == 404
    releases = api.get("/api/v1/packages/thing/releases").json()["results"]
    assert [row["version"] for row in releases] == ["2.0", "1.0"]
    assert releases[0]["files"][0]["filename"] == "thing-2.0-py3-none-any.whl"

    points = api.get(f"/api/v1/releases/{new.public_id}/points").json()
    assert points["total"] == len(points["results"])
    net = api.get(f"/api/v1/releases/{new.public_id}/points?capability=net&limit=1").json()
    assert (len(net["results"]), net["next"]) == (1, 1)
    assert net["results"][0]["capability"].startswith("net/")

    change = api.get(f"/api/v1/releases/{new.public_id}/compare?base={old.public_id}").json()
    assert change["new_capabilities"] == ["fs/write"]
    assert [point["symbol"] for point in change["new"]] == ["os.remove"]
    assert change["size"] == {"lines": 2, "native_files": 0, "points": 1}
    missing = api.get(f"/api/v1/releases/{new.public_id}/compare?base=rel_nothing")
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (400, "base")


def test_points_that_nobody_knows_are_404_and_say_why(world):
    from governance.dependencies.services import package_of, release_of

    row = release_of(package_of("pypi", "bare"), "1.0", source_digest="sha256:" + "0" * 64)
    answer = world.api("scientist").get(f"/api/v1/releases/{row.public_id}/points")

    assert (answer.status_code, answer.json()["code"]) == (404, "release.not_scanned")
