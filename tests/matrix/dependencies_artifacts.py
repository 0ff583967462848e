"""Files of packages and releases. On the stage the lead brought in two releases of `thing`, and a file that could not be read."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import jobs
from governance.dependencies.models import Artifact
from governance.dependencies.services import keep_artifact
from tests.dependencies.archives import sdist, wheel
from tests.matrix.row import READ, Row, Stage, body, of, on, tokens

ARTIFACT = of(public_id="artifact_file")
UNREAD = of(public_id="artifact_unread")
RELEASE = of(public_id="package_release")
BOTH = of(public_id="package_release", base_id="package_release_first")


def set_up(world: Any) -> dict[str, Any]:
    rows = []
    for version, code in (("1.0", "import os\n"), ("2.0", "import os\nos.remove('x')\n")):
        data = wheel({"thing.py": code}, version)
        row = keep_artifact(actor=world.lead, filename=f"thing-{version}-py3-none-any.whl", data=data)
        jobs.run(row.job.pk)
        rows.append(Artifact.objects.select_related("release").get(pk=row.pk))
    unread = keep_artifact(actor=world.lead, filename="things.zip", data=b"PK\x03\x04")  # neither says what it is
    jobs.run(unread.job.pk)
    return {
        "artifact_file": rows[1].public_id,
        "artifact_unread": unread.public_id,
        "artifact_sha256": rows[1].sha256,
        "package_release_first": rows[0].release.public_id,
        "package_release": rows[1].release.public_id,
        "package_label": "thing",
    }


def a_file(stage: Stage, caller: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("thing-3.0.tar.gz", sdist({"a.py": "import os\n"}))


KNOWN = body(name="thing", sha256=on("artifact_sha256"))  # kept already, so nothing is fetched

ARTIFACT_API = [
    Row("api_artifacts", "GET", tokens=READ),
    Row("api_artifacts", "POST", 200, data=KNOWN, tokens=tokens(200, 200)),
    Row("api_artifact", "GET", args=ARTIFACT, tokens=READ),
    Row("api_packages", "GET", tokens=READ),
    Row("api_package", "GET", args=of(label="package_label"), tokens=READ),
    Row("api_package_releases", "GET", args=of(label="package_label"), tokens=READ),
    Row("api_release_points", "GET", args=RELEASE, tokens=READ),
    Row("api_release_compare", "GET", args=RELEASE, tokens=READ, query="?base={package_release_first}"),
]
ARTIFACT_PAGES = [
    Row("artifacts", "GET"),
    Row("artifacts", "POST", 302, data=body(file=a_file)),
    Row("artifact_fetch", "POST", 302, data=KNOWN),
    Row("artifact", "GET", args=ARTIFACT),
    Row("artifact_scan", "POST", 302, args=UNREAD),
    Row("package_release", "GET", args=RELEASE),
    Row("package_release_compare", "GET", 302, args=RELEASE, query="?base={package_release_first}"),
    Row("package_release_from", "GET", args=BOTH),
]
