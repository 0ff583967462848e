"""The signed PDF: what it covers, in which form, and that an auditor's own command accepts it and nothing else."""

from __future__ import annotations

import hashlib
import io
import os
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from foundation import notes
from reports import pdf, signing
from reports.document import Document, Section, Text
from tests.reports.test_bundle import KEY, NAME, VKEY, Log, body, build

NOW = datetime(2026, 11, 21, 3, 13, tzinfo=UTC)
CLIENT = Path(__file__).parents[2] / "client"


@pytest.fixture(scope="module")
def rsa_key():
    return signing.new_signer_key()


@pytest.fixture(scope="module")
def certificate(rsa_key):
    return signing.make_signer_certificate(KEY, NAME, rsa_key, not_before=NOW - timedelta(days=1))


@pytest.fixture(scope="module")
def plain():
    document = Document("Audit report", "Churn", "rp_1", "en", sections=[Section("first", "First", [Text(["Approved."])])])
    return pdf.render(document, created_at=NOW).content


@pytest.fixture(scope="module")
def evidence():
    log = Log(body(number) for number in range(9))
    return build(log, [2, 7])


@pytest.fixture(scope="module")
def signed(plain, evidence, rsa_key, certificate):
    return signing.attach_and_sign(plain, evidence, rsa_key, certificate, reason="Issued by Countersign", signed_at=NOW)


def parts(signed: bytes) -> tuple[bytes, bytes]:
    """What the signature covers, and `/Contents` with its brackets."""
    (found,) = re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", signed)
    start, before, after, rest = map(int, found)
    assert start == 0
    assert after + rest == len(signed)
    return signed[:before] + signed[after:], signed[before:after]


def test_the_unsigned_file_is_the_beginning_of_the_signed_one(plain, signed):
    assert signed.startswith(plain)
    assert len(signed) > len(plain)


def test_the_evidence_is_attached_as_data(signed, evidence):
    reader = PdfReader(io.BytesIO(signed))
    (associated,) = reader.trailer["/Root"]["/AF"]

    assert reader.attachments["evidence.jsonl"] == [evidence]
    assert associated.get_object()["/AFRelationship"] == "/Data"


def test_the_signature_covers_everything_but_its_own_place(signed):
    signature = PdfFileReader(io.BytesIO(signed)).embedded_signatures[0]
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[]))

    assert status.intact
    assert status.valid
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert signature.sig_object["/Reason"] == "Issued by Countersign"
    assert signature.self_reported_timestamp == NOW


def test_contents_is_the_one_der_form_in_large_hex_padded_with_zeros(signed):
    covered, contents = parts(signed)
    assert re.fullmatch(rb"<[0-9A-F]+>", contents)
    raw = bytes.fromhex(contents[1:-1].decode())
    content = cms.ContentInfo.load(raw)
    der = content.dump()

    assert raw == der + bytes(len(raw) - len(der))
    assert cms.ContentInfo.load(der, strict=True).dump(force=True) == der
    (signer,) = content["content"]["signer_infos"]
    attributes = {item["type"].native: item["values"][0].native for item in signer["signed_attrs"]}
    assert attributes["message_digest"] == hashlib.sha256(covered).digest()
    assert signer["signature_algorithm"].signature_algo == "rsassa_pkcs1v15"
    assert signer["signature_algorithm"].hash_algo == "sha256"


def test_the_signature_holds_under_the_certificate_and_the_certificate_under_the_key_of_the_log(signed, certificate):
    content = cms.ContentInfo.load(bytes.fromhex(parts(signed)[1][1:-1].decode()))["content"]
    (embedded,) = content["certificates"]
    found = x509.load_der_x509_certificate(embedded.chosen.dump())
    signer = content["signer_infos"][0]

    KEY.public_key().verify(found.signature, found.tbs_certificate_bytes)
    found.public_key().verify(
        signer["signature"].native, signer["signed_attrs"].untag().dump(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert found == certificate


def test_the_certificate_is_of_a_strong_key_and_signs_no_other(rsa_key, certificate):
    assert rsa_key.key_size == 3072
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_before_utc <= NOW < certificate.not_valid_after_utc
    with pytest.raises(InvalidSignature):
        Ed25519PrivateKey.generate().public_key().verify(certificate.signature, certificate.tbs_certificate_bytes)


def test_the_same_key_gives_the_same_certificate(rsa_key, certificate):
    again = signing.make_signer_certificate(KEY, NAME, rsa_key, not_before=NOW - timedelta(days=1))

    assert again.public_bytes(Encoding.DER) == certificate.public_bytes(Encoding.DER)


def test_a_name_longer_than_a_certificate_allows_is_refused(rsa_key):
    assert signing.make_signer_certificate(KEY, "x" * 64, rsa_key, not_before=NOW)
    with pytest.raises(ValueError, match="64 characters"):
        signing.make_signer_certificate(KEY, "x" * 65, rsa_key, not_before=NOW)


def test_the_certificate_names_the_key_that_issued_it(certificate):
    identifier = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier

    assert f"{NAME}+{identifier.hex()}" == VKEY.rpartition("+")[0][: len(NAME) + 9]
    assert certificate.issuer.rfc4514_string() == f"CN={NAME}"


@pytest.mark.parametrize("seed", range(20))
def test_one_flipped_bit_is_seen(signed, seed):
    covered, contents = parts(signed)
    place = random.Random(seed).randrange(len(covered))
    bent = covered[:place] + bytes([covered[place] ^ 1 << seed % 8]) + covered[place + 1 :]
    signer = cms.ContentInfo.load(bytes.fromhex(contents[1:-1].decode()))["content"]["signer_infos"][0]
    attributes = {item["type"].native: item["values"][0].native for item in signer["signed_attrs"]}

    assert attributes["message_digest"] != hashlib.sha256(bent).digest()


def verify(path: Path, *options: str) -> int:
    """The exit code of the auditor's command."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(path.parent)}
    command = [sys.executable, "-m", "countersign", "verify", str(path), *options]
    done = subprocess.run(command, cwd=CLIENT, env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


def test_the_command_of_the_auditor_accepts_the_report_and_its_evidence(tmp_path, signed, evidence):
    report, bundle = tmp_path / "report.pdf", tmp_path / "evidence.jsonl"
    report.write_bytes(signed)
    bundle.write_bytes(evidence)

    assert verify(report, "--key", VKEY) == 0
    assert verify(bundle, "--key", VKEY) == 0
    assert verify(report) == 2


def test_the_command_of_the_auditor_refuses_a_report_that_was_touched(tmp_path, signed, plain):
    path = tmp_path / "report.pdf"
    _, contents = parts(signed)
    place = signed.index(contents)
    touched = {
        "a letter of the text": bytes([*signed[:900], signed[900] ^ 1, *signed[901:]]),
        "a bit of the evidence": bytes([*signed[: len(plain) + 900], signed[len(plain) + 900] ^ 1, *signed[len(plain) + 901 :]]),
        "small hex digits": signed[:place] + contents.lower() + signed[place + len(contents) :],
        "something in the padding": signed[: place + len(contents) - 2] + b"1" + signed[place + len(contents) - 1 :],
        "a byte at the end": signed + b"\n",
    }

    path.write_bytes(signed)
    assert verify(path, "--key", VKEY) == 0
    for what, content in touched.items():
        path.write_bytes(content)
        assert verify(path, "--key", VKEY) == 1, what


def test_the_command_of_the_auditor_takes_no_signer_that_the_log_did_not_appoint(tmp_path, plain, evidence, monkeypatch):
    key = generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "report.pdf"

    def judged(issuer: Ed25519PrivateKey) -> int:
        certificate = signing.make_signer_certificate(issuer, NAME, key, not_before=NOW)
        path.write_bytes(signing.attach_and_sign(plain, evidence, key, certificate, reason="Issued", signed_at=NOW))
        return verify(path, "--key", VKEY)

    assert judged(KEY) == 0
    assert judged(Ed25519PrivateKey.generate()) == 2, "a signer under a key that the auditor does not know proves nothing"
    ours = notes.parse_vkey(VKEY)
    monkeypatch.setattr(signing, "key_hash", lambda *_: notes.key_hash(NAME, ours.key))
    assert judged(Ed25519PrivateKey.generate()) == 1, "a signer that claims the log's key without its signature is forged"
