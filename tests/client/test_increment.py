"""`increment` sends a form with pictures, under a key by which a second try changes nothing."""

from __future__ import annotations

import email
import json

from countersign.cli import main

from tests.client.fake_server import problem, says

ASK = ["increment", "--use-case", "churn", "--title", "Nightly", "--shown", "新的清单", "--tries", "1"]
MADE = {"number": 3, "invited": [{"name": "Bruno"}], "html_url": "https://portal.example/use-cases/churn/increments/3/"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def parts(sent) -> list[tuple[str, str | None, bytes]]:
    """Name, file name and bytes of each part of a form."""
    head = f"Content-Type: {sent['headers']['content-type']}\r\n\r\n".encode()
    form = email.message_from_bytes(head + sent["data"])
    return [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
        for part in form.get_payload()
    ]


def test_an_increment_is_sent_with_links_pictures_and_a_key(server, checkout, capsys, tmp_path, monkeypatch):
    for name in ("GITHUB_RUN_ID", "CI_PIPELINE_ID"):
        monkeypatch.delenv(name, raising=False)
    picture = tmp_path / "list.png"
    picture.write_bytes(PNG)
    server.will(says(201, MADE))

    assert main([*ASK, "--link", "https://demo.example.com", "--picture", str(picture), "--repo-dir", str(checkout)]) == 0
    sent = server.requests[0]
    assert sent["path"] == "/api/v1/use-cases/churn/increments"
    assert sent["headers"]["idempotency-key"]
    fields = parts(sent)
    assert ("title", None, b"Nightly") in fields
    assert ("shown", None, "新的清单".encode()) in fields
    assert ("links", None, b"https://demo.example.com") in fields
    assert ("pictures", "list.png", PNG) in fields
    key = next(value for name, _file, value in fields if name == "key").decode()
    assert key.startswith("commit:")
    assert len(key) == len("commit:") + 40
    printed = capsys.readouterr()
    assert "asked to look: Bruno" in printed.err
    assert json.loads(printed.out) == {**MADE, "created": True, "exit_code": 0}


def test_the_run_of_a_ci_is_the_key_and_the_version_is_looked_up(server, monkeypatch):
    monkeypatch.setenv("GITHUB_RUN_ID", "42")
    server.will(says(200, {"results": [{"id": "mv_1", "name": "churn-model", "version": "7"}]}), says(200, MADE))

    assert main([*ASK, "--model", "churn-model@7"]) == 0
    fields = parts(server.requests[1])
    assert ("key", None, b"github:42") in fields
    assert ("model_version", None, b"mv_1") in fields


def test_what_is_no_picture_is_not_sent(server, tmp_path, capsys):
    for name, content in (("x.svg", b"<svg/>"), ("empty.png", b""), ("big.png", PNG + b"\0" * 8 * 1024 * 1024)):
        file = tmp_path / name
        file.write_bytes(content)
        assert main([*ASK, "--picture", str(file)]) == 3
    assert main([*ASK, "--picture", str(tmp_path / "none.png")]) == 3
    assert server.requests == []
    assert "neither PNG nor JPEG" in capsys.readouterr().err


def test_a_refusal_exits_4_and_an_unknown_use_case_12(server):
    server.will(problem(400))
    assert main([*ASK, "--key", "k"]) == 4
    server.will(problem(404))
    assert main([*ASK, "--key", "k"]) == 12
