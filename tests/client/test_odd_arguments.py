"""What is typed and is no text, and an artifact that is named by its digest alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.client.conftest import CLIENT
from tests.client.fake_server import evaluation, says
from tests.client.test_gate import ASK
from tests.client.test_push import folder, sent  # noqa: F401 # `folder` is a fixture


@pytest.mark.parametrize(
    ("uri", "said"),
    [("s3://m/7.skops", {"serialization": "skops"}), ("s3://m/7.ONNX", {"serialization": "onnx"}), ("s3://m/7", {})],
)
def test_an_artifact_named_by_its_digest_has_the_format_of_where_it_lies(folder, server, uri, said):
    body = sent(server, "--artifact", "d" * 64, "--artifact-uri", uri)

    assert body["artifact"] == {"uri": uri, "sha256": "d" * 64, **said}


@pytest.mark.parametrize("command", [["gate", "check"], ["request"]])
@pytest.mark.parametrize("option", ["--model", "--env"])
def test_bytes_that_are_no_text_are_a_mistake_of_usage(server, command, option):
    given = {"--model": b"churn-model@7", "--env": b"production", option: b"a\xff@7"}
    words = [item for pair in given.items() for item in (pair[0].encode(), pair[1])]
    ran = subprocess.run(
        [sys.executable, "-m", "countersign", *command, *words, *(["--no-commit"] if "gate" in command else [])],
        cwd=CLIENT,
        env={**os.environ, "COUNTERSIGN_URL": server.url, "COUNTERSIGN_TOKEN": server.token},
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert ran.returncode == 3, ran.stderr
    assert b"is not UTF-8" in ran.stderr
    assert not server.requests


@pytest.mark.parametrize("redirect", ["2>&-", "2</dev/null"])
@pytest.mark.parametrize(("decision", "code"), [("allow", 0), ("deny", 10), ("pending", 11)])
def test_with_nobody_to_read_what_is_for_people_the_decision_stays_what_it_is(server, redirect, decision, code):
    """`2</dev/null` is what a wrapper in the shell makes of a closed stderr: a file that cannot be written to."""
    server.will(says(200, evaluation(decision)))
    ran = subprocess.run(
        ["/bin/bash", "-c", f'"{sys.executable}" -m countersign {" ".join(ASK)} {redirect}'],
        cwd=CLIENT,
        env={**os.environ, "COUNTERSIGN_URL": server.url, "COUNTERSIGN_TOKEN": server.token},
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert (ran.returncode, json.loads(ran.stdout)["decision"]) == (code, decision), ran.stdout
