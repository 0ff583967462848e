"""Lock files: recorded by anybody, read by everybody inside, and read at the commit of a version by those who build it."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.row import BUILDERS, HIDDEN, INSIDE, NOBODY, READ, Row, Stage, body, of, tokens

LOCK_FILE = of(public_id="lock")
VERSION = of(public_id="version")
PATHS = body(paths=["requirements.txt"])


def a_file(stage: Stage, caller: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("uploaded.txt", b"a==1\n")


SET_API = [
    Row("api_dependency_set_cyclonedx", "GET", args=LOCK_FILE, tokens=READ),
    Row("api_model_lock_files", "GET", may=INSIDE, sees=NOBODY, args=VERSION, tokens=HIDDEN),
    # No mirror of the stage has the commit of its version: who may read it is told so.
    Row("api_model_lock_files", "POST", 409, BUILDERS | {"admin"}, INSIDE, VERSION, PATHS, tokens(409, 404)),
]
SET_PAGES = [
    Row("dependency_set_upload", "GET"),
    Row("dependency_set_upload", "POST", 302, data=body(file=a_file)),
    Row("dependency_set_cyclonedx", "GET", args=LOCK_FILE),
    Row("model_lock_files", "GET", may=INSIDE, sees=NOBODY, args=VERSION),
    # Nothing is offered where the commit is unseen, so that the choice is none of those that there are.
    Row("model_lock_files", "POST", 400, INSIDE, NOBODY, VERSION, PATHS),
]
