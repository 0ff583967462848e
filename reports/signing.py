"""The evidence goes into the PDF, and one signature over everything: the file that leaves the house.

Both are added as one incremental update, so the unsigned file remains, byte for byte, the beginning of the signed one: its digest
can be recomputed by anybody who knows its length. The certificate is issued by the key that signs the log's checkpoints, so a
reader needs that one key for the whole file.
"""

from __future__ import annotations

import hashlib
import io
from datetime import UTC, datetime, timedelta

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from foundation.notes import key_hash

KEY_BITS = 3072
ATTACHMENT = "evidence.jsonl"
FIELD = "Countersign"
CERTIFICATE_YEARS = 10  # as long as the AI Act wants the record kept
NAME_LENGTH = 64  # the longest common name that X.509 allows


def new_signer_key() -> rsa.RSAPrivateKey:
    """An RSA key of 3072 bits for signing reports."""
    return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)


def make_signer_certificate(
    log_private_key: Ed25519PrivateKey, name: str, key: rsa.RSAPrivateKey, *, not_before: datetime
) -> x509.Certificate:
    """A certificate for the signer's key, issued by the log's key and naming it: `name` as issuer, its hash as identifier.

    The serial number is derived from the signer's key, so that the same inputs give the same certificate. Raises ValueError for a
    name longer than X.509 allows, which is 64 characters.
    """
    if len(name) > NAME_LENGTH:
        raise ValueError(f"the key's name {name!r} is longer than the {NAME_LENGTH} characters that a certificate can hold")
    public = key.public_key()
    info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    issuer_hash = key_hash(name, log_private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Reports of {name}"[:NAME_LENGTH])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    start = not_before.astimezone(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(int.from_bytes(hashlib.sha256(info).digest()[:16], "big") >> 1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=366 * CERTIFICATE_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier(issuer_hash, None, None), critical=False)
        .sign(log_private_key, None)
    )


def attach_and_sign(
    pdf_bytes: bytes,
    bundle_bytes: bytes,
    key: rsa.RSAPrivateKey,
    cert: x509.Certificate,
    *,
    reason: str,
    signed_at: datetime,
) -> bytes:
    """The PDF with the evidence attached and one PAdES signature over all of it. `pdf_bytes` is a prefix of the result.

    `signed_at` (aware) is stated in the signature; it is our own word, not a trusted time.
    """
    moment = signed_at.astimezone(UTC).replace(microsecond=0)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf_bytes))
    _attach(writer, bundle_bytes, moment)
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",  # stated, because the automatic choice raises the PDF's version with longer keys
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        name=str(cert.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value),
        embed_validation_info=False,
    )
    signer = _DatedSigner(metadata, signer=_signer(key, cert), new_field_spec=fields.SigFieldSpec(FIELD))
    signer.moment = moment
    signed: bytes = signer.sign_pdf(writer).getvalue()
    return signed


class _DatedSigner(signers.PdfSigner):
    """pyHanko's signer with the caller's clock instead of the machine's."""

    moment: datetime

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        """The session as pyHanko makes it, at the stated time."""
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


def _attach(writer: IncrementalPdfFileWriter, bundle_bytes: bytes, moment: datetime) -> None:
    stream = embed.EmbeddedFileObject.from_file_data(
        writer,
        data=bundle_bytes,
        mime_type="application/jsonl",
        params=embed.EmbeddedFileParams(creation_date=moment, modification_date=moment, embed_checksum=False),
    )
    specification = embed.FileSpec(
        file_spec_string=ATTACHMENT,
        file_name=ATTACHMENT,
        embedded_data=stream,
        description="Evidence bundle",
        af_relationship=generic.pdf_name("/Data"),
    )
    embed.embed_file(writer, specification)


def _signer(key: rsa.RSAPrivateKey, cert: x509.Certificate) -> signers.SimpleSigner:
    """pyHanko's signer from objects in memory: no key ever touches a file here."""
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(cert.public_bytes(Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),
        prefer_pss=False,
    )
