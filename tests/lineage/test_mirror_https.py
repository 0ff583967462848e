"""The path over the network, with a real TLS server on this machine that wants a token."""

from __future__ import annotations

import base64
import os
import ssl
import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lineage import mirror

TOKEN = "glpat-very-secret"
PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


class Forge(SimpleHTTPRequestHandler):
    """Serves a repository to whoever has the token; sends `/moved/…` somewhere else."""

    def do_GET(self):
        if self.path.startswith("/moved/"):
            self.send_response(302)
            self.send_header("Location", self.path.replace("/moved/", "/", 1))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        given = self.headers.get("Authorization", "")
        self.server.given.add(given)
        if given != "Basic " + base64.b64encode(f"oauth2:{TOKEN}".encode()).decode():
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="forge"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def log_message(self, *arguments):
        pass


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    unlocked = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, unlocked))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def forge(source, tmp_path, monkeypatch):
    source.git("clone", "-q", "--bare", ".", str(tmp_path / "served" / "churn.git"))
    source.git(f"--git-dir={tmp_path}/served/churn.git", "update-server-info")
    cert, key = certificate(tmp_path)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Forge, directory=str(tmp_path / "served")))
    server.given = set()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_SSL_CAINFO", str(cert))
    server.url = f"https://localhost:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


def access(**more):
    return mirror.Access(allowed_hosts=frozenset({"localhost"}), **more)


def refusal(url, path, given):
    with pytest.raises(mirror.MirrorError) as caught:
        mirror.clone(url, path, access=given)
    assert not path.exists()
    assert TOKEN not in str(caught.value)
    return caught.value.code


def test_a_repository_behind_a_token_is_mirrored_and_the_token_stays_out_of_the_mirror(forge, tmp_path):
    path = tmp_path / "m.git"

    mirror.clone(f"{forge.url}/churn.git", path, access=access(token=TOKEN))

    assert [row.subject for row in mirror.commits(path)] == ["first"]
    assert mirror.fetch(path, f"{forge.url}/churn.git", access=access(token=TOKEN)) is False
    for folder, _, files in os.walk(path):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                assert TOKEN.encode() not in file.read()


def test_without_or_with_a_wrong_token_the_refusal_says_so(forge, tmp_path):
    assert refusal(f"{forge.url}/churn.git", tmp_path / "m.git", access()) == "remote.refused"
    assert refusal(f"{forge.url}/churn.git", tmp_path / "m.git", access(token="wrong")) == "remote.refused"


def test_a_redirection_is_not_followed_and_gets_no_token(forge, tmp_path):
    code = refusal(f"{forge.url}/moved/churn.git", tmp_path / "m.git", access(token=TOKEN))

    assert code == "address.scheme"
    assert forge.given == set()


def test_a_repository_that_is_not_there_says_so(forge, tmp_path):
    assert refusal(f"{forge.url}/other.git", tmp_path / "m.git", access(token=TOKEN)) == "remote.not_found"


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(forge, tmp_path, monkeypatch):
    monkeypatch.delenv("GIT_SSL_CAINFO")

    assert refusal(f"{forge.url}/churn.git", tmp_path / "m.git", access(token=TOKEN)) == "remote.unreachable"
    assert forge.given == set()


def test_a_port_where_nobody_listens_is_unreachable(forge, tmp_path):
    forge.shutdown()
    forge.server_close()

    assert refusal(f"{forge.url}/churn.git", tmp_path / "m.git", access()) == "remote.unreachable"


def test_this_machine_is_not_fetched_from_unless_it_is_listed(forge, tmp_path):
    assert refusal(f"{forge.url}/churn.git", tmp_path / "m.git", mirror.Access()) == "address.host"
