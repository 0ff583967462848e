"""The reports' signer: its RSA key, and the certificate that the log's key issued for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from foundation import keys
from foundation.keys import LogKey
from foundation.secret_files import write_whole
from reports.signing import make_signer_certificate, new_signer_key

CERTIFICATE = "report_rsa.crt"


@dataclass(frozen=True, slots=True)
class Signer:
    """Everything that a report is signed with."""

    log: LogKey
    key: RSAPrivateKey
    certificate: x509.Certificate


def signer(*, at: datetime) -> Signer:
    """The signer, made on first use. A certificate that is not, or no longer, right for `at` is issued anew.

    Raises NoKey when this process may not read the keys: only the worker need be able to.
    """
    log = keys.ensure_log_key()
    key = keys.ensure_report_key(new_signer_key)
    path = settings.KEYS / CERTIFICATE
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (FileNotFoundError, ValueError):
        found = None
    if found is None or not _fits(found, log, key, at):
        found = make_signer_certificate(log.private, log.origin, key, not_before=at)
        write_whole(path, found.public_bytes(Encoding.PEM))
    return Signer(log, key, found)


def _fits(certificate: x509.Certificate, log: LogKey, key: RSAPrivateKey, at: datetime) -> bool:
    """Whether the certificate is for this key, by this log key under its present name, and valid at `at`."""
    if certificate.public_key() != key.public_key():
        return False
    if not certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc:
        return False
    names = certificate.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if not names or names[0].value != log.origin:
        return False
    try:
        log.private.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes)
    except InvalidSignature:
        return False
    return True
