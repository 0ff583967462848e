"""The client under test is the one in `client/`, whether or not it is installed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = Path(__file__).resolve().parents[2] / "client"
sys.path.insert(0, str(CLIENT))

from tests.client import samples  # noqa: E402 # after the path is set, like everything here that leads to the client
from tests.client.fake_server import FakeServer  # noqa: E402


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key, token or summary of the machine that runs the tests reaches them."""
    for name in ("COUNTERSIGN_URL", "COUNTERSIGN_TOKEN", "COUNTERSIGN_VERIFY_KEY", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(scope="session")
def signer() -> samples.Signer:
    return samples.Signer()


@pytest.fixture(scope="session")
def stranger() -> samples.Signer:
    """Another key under the same name."""
    return samples.Signer()


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 3072)


@pytest.fixture(scope="session")
def bundle(signer: samples.Signer) -> bytes:
    return samples.sample_bundle(signer)


@pytest.fixture(scope="session")
def pdf(signer: samples.Signer, rsa_key: rsa.RSAPrivateKey, bundle: bytes) -> bytes:
    return samples.sign_pdf(samples.report(bundle), rsa_key, samples.certificate(signer, rsa_key))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeServer]:
    with FakeServer() as running:
        monkeypatch.setenv("COUNTERSIGN_URL", running.url)
        monkeypatch.setenv("COUNTERSIGN_TOKEN", running.token)
        yield running


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A clean Git checkout with one commit, whose remote carries a CI's credentials."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "train.py").write_text("print()\n")
    who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (
        ["init", "-q"],
        ["add", "."],
        [*who, "commit", "-q", "-m", "one"],
        ["remote", "add", "origin", "https://gitlab-ci-token:glcbt-secret@git.example.com/acme/churn"],
    ):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)
    return folder
