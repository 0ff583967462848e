"""The installation's signing keys. The worker reads them; web processes need not be able to.

`log_ed25519.pem` signs checkpoints and bundles and issues the certificate of `report_rsa.pem`, which signs PDFs: whoever
trusts the one published verification key can check both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.conf import settings

from foundation import notes
from foundation.errors import CountersignError
from foundation.secret_files import write_once

LOG_KEY = "log_ed25519.pem"
REPORT_KEY = "report_rsa.pem"


class NoKey(CountersignError):
    """The process may not read the key, or there is none."""

    default_code = "keys.missing"


@dataclass(frozen=True, slots=True)
class LogKey:
    """The key that signs the log, with the name it signs under."""

    private: Ed25519PrivateKey
    origin: str

    @property
    def vkey(self) -> str:
        """What a verifier is given: `<name>+<hash>+<key>`."""
        return notes.vkey(self.origin, self.private.public_key())

    def sign(self, text: str) -> str:
        """A signed note over `text`, which ends with a line end."""
        return notes.sign(text, self.origin, self.private)


def ensure_log_key() -> LogKey:
    """The log key, made on first use. Only the worker and the setup commands call this."""
    _make_once(settings.KEYS / LOG_KEY, Ed25519PrivateKey.generate)
    return log_key()


def log_key() -> LogKey:
    """The log key. Raises NoKey when there is none or this process may not read it."""
    private = _load(settings.KEYS / LOG_KEY, "The log's signing key")
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKey(f"{settings.KEYS / LOG_KEY} is not an Ed25519 key.")
    return LogKey(private, settings.LOG_ORIGIN)


def ensure_report_key(generate: Callable[[], RSAPrivateKey]) -> RSAPrivateKey:
    """The key that signs PDFs, made with `generate` on first use. Raises NoKey when this process may not read it."""
    _make_once(settings.KEYS / REPORT_KEY, generate)
    private = _load(settings.KEYS / REPORT_KEY, "The reports' signing key")
    if not isinstance(private, RSAPrivateKey):
        raise NoKey(f"{settings.KEYS / REPORT_KEY} is not an RSA key.")
    return private


def _make_once(path: Path, generate: Callable[[], Any]) -> None:
    """Write a new key unless there is one. Of two processes that start together, one wins and both use its key."""
    if not path.exists():
        pem = generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_once(path, pem)


def _load(path: Path, what: str) -> Any:
    try:
        return serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise NoKey(f"{what} {path} cannot be read: {error}. The worker needs it.") from error
