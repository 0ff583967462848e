"""Evidence as a server would make it, written from `docs/evidence-bundle.md` and from nothing that the checker uses."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from reportlab.pdfgen.canvas import Canvas

ORIGIN = "countersign.example/log"
SALT = "00112233445566778899aabbccddeeff"


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    half = 1
    while half * 2 < size:
        half *= 2
    return half


def root(leaves: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return node(root(leaves[:half]), root(leaves[half:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*path(index, leaves[:half]), root(leaves[half:])]
    return [*path(index - half, leaves[half:]), root(leaves[:half])]


def consistency(old: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """PROOF(m, D[n]) of RFC 6962, 2.1.2."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = _split(len(leaves))
    if old <= half:
        return [*consistency(old, leaves[:half], whole), root(leaves[half:])]
    return [*consistency(old - half, leaves[half:], False), root(leaves[:half])]


@dataclass
class Signer:
    """A log's key under a name."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    name: str = ORIGIN

    @property
    def raw(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.raw).digest()[:4]

    @property
    def fingerprint(self) -> str:
        return f"{self.name}+{self.hash.hex()}"

    @property
    def vkey(self) -> str:
        return f"{self.fingerprint}+{base64.b64encode(bytes([1]) + self.raw).decode()}"

    def sign(self, text: str) -> str:
        return f"{text}\n{self.line(text)}"

    def line(self, text: str) -> str:
        signature = base64.b64encode(self.hash + self.private.sign(text.encode())).decode()
        return f"— {self.name} {signature}\n"

    def checkpoint(self, leaves: list[bytes], origin: str = ORIGIN) -> str:
        return self.sign(f"{origin}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n")


def events(count: int) -> list[bytes]:
    """Event bodies of the shape the server writes; the third one commits to a comment."""
    commitment = hashlib.sha256(bytes.fromhex(SALT) + "Looks right, 同意".encode()).hexdigest()
    return [
        canonical(
            {
                "v": 1,
                "id": f"00000000-0000-4000-8000-{index:012d}",
                "kind": "approvals.ballot.cast",
                "data": {"verdict": "approve", "round": index},
                "personal": {"comment": commitment} if index == 2 else {},
            }
        )
        for index in range(count)
    ]


def header(**changes: Any) -> dict[str, Any]:
    return {
        "type": "header",
        "v": 1,
        "origin": ORIGIN,
        "report": "rp_sample",
        "kind": "use_case",
        "created_at": "2026-11-20T09:12:00.000000Z",
        "as_of": "2026-11-20T09:00:00.000000Z",
        "inputs_digest": "sha256:" + "0" * 64,
        **changes,
    }


def record(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"type": "record", "name": name, "body": body, "digest": "sha256:" + hashlib.sha256(canonical(body)).hexdigest()}


def opening(value: str = "Looks right, 同意") -> dict[str, Any]:
    return {"type": "opening", "event": 2, "field": "comment", "salt": SALT, "value": value}


def event_lines(bodies: list[bytes], chosen: Iterable[int], proofs: bool = True) -> list[dict[str, Any]]:
    leaves = [leaf(body) for body in bodies]
    return [
        {
            "type": "event",
            "index": index,
            "body": bodies[index].decode(),
            "proof": [step.hex() for step in path(index, leaves)] if proofs else [],
        }
        for index in chosen
    ]


def consistency_line(bodies: list[bytes], old: int) -> dict[str, Any]:
    leaves = [leaf(body) for body in bodies]
    return {
        "type": "consistency",
        "size": old,
        "root": root(leaves[:old]).hex(),
        "proof": [step.hex() for step in consistency(old, leaves)],
    }


def seal(lines: list[dict[str, Any]], signer: Signer) -> bytes:
    """Close a bundle: its end and its signature, over whatever the lines say."""
    body = b"".join(canonical(line) + b"\n" for line in lines)
    digest = hashlib.sha256(body).hexdigest()
    end = {"type": "end", "lines": len(lines), "sha256": digest}
    signature = {"type": "signature", "note": signer.sign(f"countersign/bundle/v1\n{digest}\n")}
    return body + canonical(end) + b"\n" + canonical(signature) + b"\n"


def sample_lines(signer: Signer, bodies: list[bytes], chosen: Iterable[int], proofs: bool = True) -> list[dict[str, Any]]:
    return [
        header(),
        record("request", {"id": "rq_1", "title": "Churn 模型"}),
        *event_lines(bodies, chosen, proofs),
        opening(),
        {"type": "checkpoint", "note": signer.checkpoint([leaf(body) for body in bodies])},
        consistency_line(bodies, 4),
    ]


def sample_bundle(signer: Signer, count: int = 7, chosen: Iterable[int] = (2, 3, 6)) -> bytes:
    return seal(sample_lines(signer, events(count), chosen), signer)


def certificate(signer: Signer, key: RSAPrivateKey, named: Signer | None = None) -> x509.Certificate:
    """For the key that signs PDFs, issued by the log's key; `named` puts somebody else's name on it."""
    named = named or signer
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Countersign reports")]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, named.name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier(named.hash, None, None), critical=False)
        .sign(signer.private, None)
    )


def report(evidence: bytes | None, text: str = "Audit report rp_sample") -> IncrementalPdfFileWriter:
    """A page with the evidence attached, not signed yet."""
    page = io.BytesIO()
    canvas = Canvas(page, invariant=1)
    canvas.drawString(72, 720, text)
    canvas.save()
    writer = IncrementalPdfFileWriter(io.BytesIO(page.getvalue()))
    if evidence is not None:
        content = embed.EmbeddedFileObject.from_file_data(writer, evidence, mime_type="application/jsonl")
        name = "evidence.jsonl"
        embed.embed_file(writer, embed.FileSpec(name, file_name=name, embedded_data=content, description="Evidence"))
    return writer


def sign_pdf(
    writer: IncrementalPdfFileWriter,
    key: RSAPrivateKey,
    issued: x509.Certificate,
    field_name: str = "Countersign",
    **settings: Any,
) -> bytes:
    """PAdES with SHA-256 and RSA PKCS #1 v1.5, one certificate, nothing unsigned."""
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(issued.public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        ),
        cert_registry=SimpleCertificateStore(),
        embed_roots=False,
        **settings,
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=field_name, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, name="Countersign"
    )
    output = io.BytesIO()
    signers.PdfSigner(metadata, signer=signer).sign_pdf(writer, output=output)
    return output.getvalue()
