"""The one signature of a report: over the whole file, by a certificate that the log's key issued, in its one encoding.

The bytes are judged before any library reads the file as PDF. What the signature does not cover is the value of /Contents
alone, so that value is made again from its verified parts and compared: there is no bit that may change unseen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

import asn1crypto.tsp  # noqa: F401 # its import teaches `cms` the attribute signing-certificate-v2
from asn1crypto import cms, parser
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.oid import NameOID, SignatureAlgorithmOID

from countersign.notes import Key
from countersign.verification.outcome import Altered, Outcome

WHERE = "signature of the PDF"
_BYTE_RANGE = re.compile(rb"/ByteRange *\[0 ([0-9]{1,12}) ([0-9]{1,12}) ([0-9]{1,12})\]")

_HEX_STRING = re.compile(rb"<[0-9A-Fa-f\s]*>")

# The parts of the encoding that never vary. The NULL parameters are what pyHanko writes, and RFC 5754 allows.
_VERSION_1 = bytes.fromhex("020101")
_SHA256 = bytes.fromhex("300d06096086480165030402010500")
_RSA_SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")
_ED25519 = bytes.fromhex("300506032b6570")
_DATA = bytes.fromhex("300b06092a864886f70d010701")
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_INTEGER_SET, _SEQUENCE, _SET, _OCTETS, _BITS, _TAG_0 = 0x02, 0x30, 0x31, 0x04, 0x03, 0xA0


@dataclass(frozen=True)
class Covered:
    """Where the signature says that it stands: everything before `start` and from `end` on is signed."""

    start: int
    end: int


@dataclass(frozen=True)
class Parts:
    """What the content of /Contents is made of, as read and not yet believed."""

    certificate: bytes
    issuer: bytes  # DER, as in the certificate
    serial: bytes  # DER
    attributes: bytes  # the content of the set
    signature: bytes
    content_types: list[str]
    digests: list[bytes]
    certificate_hashes: list[tuple[str, bytes]]


def check_signature(data: bytes, keys: Sequence[Key], outcome: Outcome) -> Key | None:
    """The key that vouches for the PDF's signer, or None with the reason in `outcome`. Raises Altered."""
    covered = _covered(data, outcome)
    if covered is None:
        return None
    contents = _contents(data[covered.start : covered.end])
    length = _length(contents)
    if any(contents[length:]):
        raise Altered(WHERE, "what follows the signature is not its padding of zeros")
    parts = _read(contents[:length])
    certificate = _certificate(parts.certificate)
    _check_signed(data, covered, parts, certificate)
    if _encoded(parts, certificate) != contents[:length]:
        raise Altered(WHERE, "it is not in canonical form")
    return _issuer(certificate, keys, outcome)


def _covered(data: bytes, outcome: Outcome) -> Covered | None:
    """The one signature. Words of a report that read like a byte range are none: no `<hex>` stands where they point."""
    ranges = [tuple(map(int, match.groups())) for match in _BYTE_RANGE.finditer(data)]
    found = [(a, b, c) for a, b, c in ranges if a < b and _HEX_STRING.fullmatch(data, a, b)]
    if len(found) == 1 and found[0][1] + found[0][2] == len(data):
        return Covered(*found[0][:2])
    if ranges or b"/ByteRange" in data:
        raise Altered(WHERE, "there is not exactly one signature over the whole file")
    outcome.lacks("a signature: this PDF carries none")
    return None


def _contents(gap: bytes) -> bytes:
    """The bytes of `<HEX>`: upper case, nothing in between."""
    if not re.fullmatch(rb"<(?:[0-9A-F]{2})+>", gap):
        raise Altered(WHERE, "it is not written as hex in upper case")
    return bytes.fromhex(gap[1:-1].decode("ascii"))


def _length(contents: bytes) -> int:
    try:
        return int(parser.peek(contents))
    except ValueError:
        raise Altered(WHERE, "it cannot be read") from None


def _read(der: bytes) -> Parts:
    """Take the content apart. Whatever cannot be read as one signer with one certificate is refused."""
    try:
        signed = cms.ContentInfo.load(der, strict=True)["content"]
        (choice,) = signed["certificates"]
        (signer,) = signed["signer_infos"]
        certificate = choice.chosen
        attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
        if len(attributes) != len(signer["signed_attrs"]):
            raise ValueError("an attribute stands twice")
        return Parts(
            certificate=certificate.dump(),
            issuer=certificate["tbs_certificate"]["issuer"].dump(),
            serial=certificate["tbs_certificate"]["serial_number"].dump(),
            attributes=signer["signed_attrs"].contents,
            signature=signer["signature"].native,
            content_types=[value.native for value in attributes["content_type"]],
            digests=[value.native for value in attributes["message_digest"]],
            certificate_hashes=[
                (ess["hash_algorithm"]["algorithm"].native, ess["cert_hash"].native)
                for value in attributes["signing_certificate_v2"]
                for ess in value["certs"]
            ],
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
        raise Altered(WHERE, f"it cannot be read ({type(error).__name__})") from None


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        raise Altered(WHERE, "its certificate cannot be read") from None


def _check_signed(data: bytes, covered: Covered, parts: Parts, certificate: x509.Certificate) -> None:
    """Certificate → signed attributes → the file."""
    digest = hashlib.sha256(memoryview(data)[: covered.start])
    digest.update(memoryview(data)[covered.end :])
    if parts.content_types != ["data"] or parts.digests != [digest.digest()]:
        raise Altered(WHERE, "the file is not the one that was signed")
    if parts.certificate_hashes != [("sha256", hashlib.sha256(parts.certificate).digest())]:
        raise Altered(WHERE, "the certificate is not the one that was signed with")
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise Altered(WHERE, "its certificate does not hold an RSA key")
    try:
        key.verify(parts.signature, _tlv(_SET, parts.attributes), PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Altered(WHERE, "it does not hold") from None


def _encoded(parts: Parts, certificate: x509.Certificate) -> bytes:
    """The one encoding of what was verified: version 1, detached data, one certificate, one signer, nothing unsigned."""
    issued = _tlv(_SEQUENCE, certificate.tbs_certificate_bytes + _ED25519 + _tlv(_BITS, b"\0" + certificate.signature))
    signer = _tlv(
        _SEQUENCE,
        _VERSION_1
        + _tlv(_SEQUENCE, parts.issuer + parts.serial)
        + _SHA256
        + _tlv(_TAG_0, parts.attributes)
        + _RSA_SHA256
        + _tlv(_OCTETS, parts.signature),
    )
    signed = _VERSION_1 + _tlv(_SET, _SHA256) + _DATA + _tlv(_TAG_0, issued) + _tlv(_SET, signer)
    return _tlv(_SEQUENCE, _SIGNED_DATA + _tlv(_TAG_0, _tlv(_SEQUENCE, signed)))


def _issuer(certificate: x509.Certificate, keys: Sequence[Key], outcome: Outcome) -> Key | None:
    """The key that issued the certificate. One that names a known key as its issuer and was not issued by it is a forgery."""
    stated = _stated_issuer(certificate)
    if certificate.signature_algorithm_oid == SignatureAlgorithmOID.ED25519:
        for key in keys:
            if key.holds(certificate.signature, certificate.tbs_certificate_bytes):
                return key
    if any(str(key.identity) == stated for key in keys):
        raise Altered(WHERE, f"its certificate was not issued by {stated}, which it names")
    outcome.signer(stated or f"certificate sha256:{certificate.fingerprint(hashes.SHA256()).hex()}")
    outcome.lacks("the key that issued the certificate of the PDF's signer")
    return None


def _stated_issuer(certificate: x509.Certificate) -> str:
    """`name+hash` of the key that the certificate names by common name and authority key identifier, or ""."""
    try:
        names = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
        identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ""
    return f"{names[0].value!s}+{identifier.hex()}" if names and identifier else ""


def _tlv(tag: int, content: bytes) -> bytes:
    """One DER element: tag, shortest length, content."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
