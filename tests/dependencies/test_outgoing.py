"""Files from addresses: what may be fetched, from where, and how much of it."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from foundation import outgoing
from foundation.errors import Invalid, TooLarge

DATA = b"some bytes" * 1000


@pytest.fixture
def server() -> Iterator[SimpleNamespace]:
    """Answers on this machine; `asked` are the paths and what came with them."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            if self.path.startswith("/to/"):
                self.send_response(302)
                self.send_header("Location", there.pages[self.path])
                self.end_headers()
            elif self.path == "/cut":
                self.send_response(200)
                self.send_header("Content-Length", "5000")
                self.end_headers()
                self.wfile.write(b"x" * 100)
            elif self.path == "/endless":
                self.send_response(200)
                self.end_headers()
                for _number in range(100):
                    self.wfile.write(b"x" * 1000)
            elif self.path == "/file":
                self.send_response(200)
                self.send_header("Content-Length", str(len(DATA)))
                self.end_headers()
                self.wfile.write(DATA)
            else:
                self.send_error(404)

        def log_message(self, *args: Any) -> None:
            pass

    running = HTTPServer(("127.0.0.1", 0), Answers)
    there = SimpleNamespace(port=running.server_port, url=f"http://127.0.0.1:{running.server_port}", asked=asked, pages={})
    thread = threading.Thread(target=running.serve_forever, daemon=True)
    thread.start()
    yield there
    running.shutdown()
    running.server_close()


def got(url: str, *, near=("127.0.0.1",), most=10**6) -> bytes:
    into = io.BytesIO()
    found = outgoing.fetch(url, into, most=most, near=near)
    assert found.sha256 == "sha256:" + hashlib.sha256(into.getvalue()).hexdigest()
    assert found.size == len(into.getvalue())
    return into.getvalue()


def refused(code: str, url: str, **more: Any) -> None:
    with pytest.raises(Invalid) as error:
        got(url, **more)
    assert error.value.code == f"address.{code}", error.value


def test_what_is_there_is_written_with_its_digest(server):
    assert got(server.url + "/file") == DATA
    assert server.asked[0][1]["Accept-Encoding"] == "identity"


def test_this_machine_and_its_network_are_refused_unless_they_are_listed(server):
    refused("host", server.url + "/file", near=())
    refused("host", f"http://localhost:{server.port}/file", near=())
    assert got(f"http://localhost:{server.port}/file", near=("LOCALHOST",)) == DATA
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "10.0.0.1", "169.254.169.254", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1",  # noqa: S104 - to be refused
     "[::1]", "[::ffff:10.0.0.1]", "[fd00::1]", "[fe80::1]", "[64:ff9b::a00:1]", "[2002:0a00:0001::]"],
)  # fmt: skip
def test_no_way_of_writing_a_private_address_gets_through(host):
    refused("host", f"https://{host}/file", near=())


def test_a_name_that_leads_into_our_network_is_refused_although_another_of_its_addresses_does_not(monkeypatch):
    rows = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: rows)
    refused("host", "https://rebinding.example/file", near=())


def test_the_connection_goes_to_the_address_that_was_looked_at(monkeypatch, server):
    answers = [[(2, 1, 6, "", ("127.0.0.1", server.port))], [(2, 1, 6, "", ("10.9.9.9", server.port))]]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: answers.pop(0))
    dialled = []
    connect = socket.create_connection

    def dial(address, **more):
        dialled.append(address)
        sock = socket.socket()
        sock.connect(("127.0.0.1", server.port))
        return sock

    monkeypatch.setattr(socket, "create_connection", dial)
    assert got(f"http://named.example:{server.port}/file", near=("named.example",)) == DATA
    assert dialled == [("127.0.0.1", server.port)]
    assert connect is not dial


def test_http_is_for_this_machine_alone(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: [(2, 1, 6, "", ("93.184.216.34", 80))])
    refused("scheme", "http://host.example/file", near=("host.example",))


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("scheme", "file:///etc/passwd"), ("scheme", "ftp://host/a"), ("scheme", "gopher://host/a"), ("scheme", "nonsense"),
        ("malformed", ""), ("malformed", "https://"), ("malformed", "https://host:0/"), ("malformed", "https://host:x/"),
        ("malformed", "https://ho st/"), ("malformed", "https://host/a\r\nX: y"), ("malformed", "https://host\\@evil/"),
        ("malformed", "https://[::1/"), ("malformed", "https://höst.example/"), ("malformed", "https://h/" + "a" * 3000),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_the_reason(code, url):
    refused(code, url)


def test_redirects_are_followed_and_looked_at_like_the_first_address(server):
    server.pages = {
        "/to/file": "/file",
        "/to/far": "http://10.0.0.1/file",
        "/to/round": "/to/round",
        "/to/disk": "file:///etc/passwd",
    }
    assert got(server.url + "/to/file") == DATA
    refused("scheme", server.url + "/to/far")
    refused("redirects", server.url + "/to/round")
    refused("scheme", server.url + "/to/disk")


def test_a_password_goes_to_its_own_host_alone(server):
    server.pages = {"/to/other": f"http://localhost:{server.port}/file"}
    url = f"http://user:p%40ss@127.0.0.1:{server.port}/to/other"
    assert got(url, near=("127.0.0.1", "localhost")) == DATA
    assert [("Authorization" in headers) for _path, headers in server.asked] == [True, False]


def test_what_may_be_kept_of_an_address_holds_no_secret():
    assert outgoing.checked("HTTPS://Host.Example:8443/a/b.zip") == "https://host.example:8443/a/b.zip"
    assert outgoing.checked("https://u:p@host.example/a?token=1#x", credentials=True) == "https://host.example/a"
    for url in ("https://u@host.example/a", "https://u:p@host.example/a", "https://host.example/a?token=1"):
        with pytest.raises(Invalid, match="would be kept"):
            outgoing.checked(url)


def test_what_is_too_large_or_cut_off_or_not_there_is_refused(server):
    for path in ("/file", "/endless"):
        with pytest.raises(TooLarge):
            got(server.url + path, most=5000)
    refused("cut", server.url + "/cut")
    refused("status", server.url + "/nothing")
    refused("unreachable", "http://127.0.0.1:1/file")
