"""The token goes to one server only, in the clear to nobody, and is never printed."""

from __future__ import annotations

import pytest
from countersign.cli import main
from countersign.exits import CommandError
from countersign.server import access

from tests.client.fake_server import COMMIT, FakeServer, evaluation, problem, says

ASK = ["gate", "check", "--model", "churn-model@7", "--env", "production", "--commit", COMMIT, "--tries", "1"]


def allowed(url, insecure=False):
    return access(url, "", insecure, 1, 1).url


@pytest.fixture
def _token(monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "cs_token")


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize(
    "url",
    ["https://cs.example", "https://cs.example:8443/portal/", "http://127.0.0.1:8000", "http://localhost", "http://[::1]:80"],
)
def test_https_and_loopback_are_accepted(url):
    assert allowed(url) == url.rstrip("/")


@pytest.mark.usefixtures("_token")
@pytest.mark.parametrize(
    "url",
    ["http://cs.example", "http://10.0.0.1", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://127.0.0.1@evil.example",
     "ftp://cs.example", "file:///etc/passwd", "cs.example", "https://", "https://user:word@cs.example", "https://cs.example?x=1",
     "https://cs.example/ a", "https://cs.example:port", "https://[::1", ""],
)  # fmt: skip
def test_an_address_that_would_leak_or_mean_nothing_is_refused(url):
    with pytest.raises(CommandError) as refused:
        allowed(url)
    assert refused.value.code == 3
    assert "word" not in refused.value.message.replace("password", "")


@pytest.mark.usefixtures("_token")
def test_plain_http_elsewhere_must_be_asked_for():
    assert allowed("http://cs.example", insecure=True) == "http://cs.example"


@pytest.mark.parametrize("content", ["", "\n", "two words\n", "line\nline", "tök", "a\x00b"])
def test_a_token_file_holds_one_token(tmp_path, content):
    file = tmp_path / "token"
    file.write_text(content, "utf-8")

    with pytest.raises(CommandError) as refused:
        access("https://cs.example", str(file), False, 1, 1)
    assert refused.value.code == 3
    assert not content.strip() or content.strip() not in refused.value.message


def test_a_token_file_goes_before_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERSIGN_TOKEN", "cs_environment")
    file = tmp_path / "token"
    file.write_text("cs_file\n", "utf-8")

    assert access("https://cs.example", str(file), False, 1, 1).token == "cs_file"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_elsewhere_is_not_followed(server, status):
    with FakeServer() as other:
        other.will(says(200, evaluation("allow")))
        server.will(says(status, None, Location=f"{other.url}/api/v1/evaluations/ev_1"))

        assert main(ASK) == 13
        assert not other.requests


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_read_is_not_sent_on_to_another_port_and_stays_authorised_on_the_same(server, status, capsys):
    ask = ["request", "--model", "churn-model@7", "--env", "production", "--tries", "1"]
    with FakeServer() as other:
        other.will(says(200, {"results": []}))
        server.will(says(status, None, Location=f"{other.url}/x"))
        assert main(ask) == 13
        assert not other.requests
        assert other.url in capsys.readouterr().err

        server.will(says(status, None, Location="/api/v1/elsewhere"), says(200, {"results": []}))
        assert main(ask) == 12
        assert server.requests[-1]["path"] == "/api/v1/elsewhere"
        assert server.requests[-1]["headers"]["authorization"] == f"Bearer {FakeServer.token}"


def test_a_token_that_the_server_sends_back_is_not_printed(server, capsys):
    server.will(
        problem(400, detail=f"Bearer {FakeServer.token} is no good", errors=[{"field": FakeServer.token, "message": "x"}])
    )
    main(ASK)
    server.will(says(200, evaluation("deny", summary=f"your token is {FakeServer.token}")))
    main(ASK)

    printed = capsys.readouterr()
    assert "***" in printed.err
    assert FakeServer.token not in printed.out + printed.err


def test_a_proxy_of_the_environment_never_sees_a_token_for_loopback(server, monkeypatch):
    with FakeServer() as proxy:
        proxy.will(says(200, evaluation("allow")))
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        server.will(says(200, evaluation("allow")))

        assert main(ASK) == 0
        assert not proxy.requests


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_creates_is_never_sent_on_not_even_to_the_same_server(server, status):
    """A followed POST becomes a GET, whose answer is to another question."""
    server.will(says(status, None, Location="/api/v1/evaluations/ev_1"), says(200, evaluation("allow")))

    assert main(ASK) == 13
    assert len(server.requests) == 1
