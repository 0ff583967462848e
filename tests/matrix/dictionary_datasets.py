"""Data sets, use of data, features. On the stage the lead asked to use the data set `surfaces`, of which there are two versions."""

from __future__ import annotations

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import clock
from tests.matrix.row import BUILDERS, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Row, Stage, body, of, tokens

DATASET = of(public_id="dataset")
BOTH = of(public_id="dataset", before="dataset_first", after="dataset_second")
VERSION = of(public_id="dataset", number="dataset_first")
MANIFEST = body(files=[{"path": "c.png", "sha256": "c" * 64, "size": 1}])
SAID = {"purpose": "To find scratches.", "basis": "not_personal", "basis_words": "Metal has no privacy.", "places": ["s3://eu"]}
OVER = body(reason="Not needed.")


def soon(stage: Stage, caller: str) -> str:
    return (clock.now() + timedelta(days=30)).isoformat()


def some_day(stage: Stage, caller: str) -> str:
    return soon(stage, caller)[:10]


def a_file(stage: Stage, caller: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("files.csv", b"path,sha256,size\nc.png," + b"c" * 64 + b",1\n")


ASK = body(**SAID, dataset="surfaces", until=soon)
ASK_FORM = body(**{**SAID, "places": "s3://eu"}, dataset="surfaces", until=some_day)

DATASET_API = [
    Row("api_datasets", "GET", tokens=READ),
    # the token elsewhere belongs to the lead of that other use case, who describes data there
    Row("api_datasets", "POST", 201, BUILDERS, data=body(name="new", title="New"), tokens=tokens(403, 201)),
    Row("api_dataset", "GET", args=DATASET, tokens=READ),
    Row("api_dataset", "PATCH", 200, BUILDERS, args=DATASET, data=body(title="Other"), tokens=tokens(403, 200)),
    Row("api_dataset_versions", "GET", args=DATASET, tokens=READ),
    Row("api_dataset_versions", "POST", 201, BUILDERS, args=DATASET, data=MANIFEST, tokens=tokens(403, 201)),
    Row("api_dataset_version", "GET", args=VERSION, tokens=READ),
    Row("api_dataset_files", "GET", args=VERSION, tokens=READ),
    Row("api_dataset_versions_compare", "GET", args=BOTH, tokens=READ),
    Row("api_data_uses", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_data_uses", "POST", 201, MEMBERS, INSIDE, CASE, ASK, tokens(403, 404)),
    Row("api_data_use", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="data_use"), tokens=HIDDEN),
    Row("api_data_use_withdraw", "POST", 200, MEMBERS, INSIDE, of(public_id="data_use"), OVER, tokens(403, 404)),
    # nobody decided yet, so there is nothing to end
    Row("api_data_use_end", "POST", 409, MEMBERS, INSIDE, of(public_id="data_use"), OVER, tokens(403, 404)),
    Row("api_dictionary_resembling", "POST", args=of(slug="dictionary"), data=body(says={"name": "Customer"}), tokens=READ),
]
DATASET_PAGES = [
    Row("datasets", "GET"),
    Row("datasets", "POST", 302, BUILDERS, data=body(name="new", title="New", kind="table")),
    Row("dataset", "GET", args=DATASET),
    Row("dataset_describe", "POST", 302, BUILDERS, args=DATASET, data=body(title="Other", kind="images")),
    Row("dataset_version_add", "POST", 302, BUILDERS, args=DATASET, data=body(manifest=a_file)),
    Row("dataset_version", "GET", args=VERSION),
    Row("dataset_difference", "GET", args=BOTH),
    Row("data_uses", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("data_uses", "POST", 302, MEMBERS, INSIDE, CASE, ASK_FORM),
    Row("data_use", "GET", may=INSIDE, sees=NOBODY, args=of(slug="slug", public_id="data_use")),
    Row("data_use", "POST", 302, MEMBERS, INSIDE, of(slug="slug", public_id="data_use"), body(**{"ask-comment": "Please."})),
    Row("data_use_over", "POST", 302, MEMBERS, INSIDE, of(slug="slug", public_id="data_use"), body(**{"over-reason": "No."})),
    Row("features", "GET"),
]
