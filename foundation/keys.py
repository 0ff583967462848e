"""The installation's signing keys. The worker reads them; web processes need not be able to.

`log_ed25519.pem` signs checkpoints and bundles and issues the certificate of `report_rsa.pem`, which signs PDFs: whoever
trusts the one published verification key can check both.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from foundation import notes
from foundation.errors import CountersignError
from foundation.secret_files import write_once

LOG_KEY = "log_ed25519.pem"


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
    path = settings.KEYS / LOG_KEY
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        write_once(path, pem)
    return log_key()


def log_key() -> LogKey:
    """The log key. Raises NoKey when there is none or this process may not read it."""
    path = settings.KEYS / LOG_KEY
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise NoKey(f"The log's signing key {path} cannot be read: {error}. The worker needs it.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise NoKey(f"{path} is not an Ed25519 key.")
    return LogKey(private, settings.LOG_ORIGIN)

