"""A report is judged by its bytes first: no bit of the file can change unseen, the signature's own encoding included."""

from __future__ import annotations

import io
import random
import re

import pytest
from asn1crypto import algos, cms, parser
from countersign.notes import parse_key
from countersign.verification.command import check
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.client import samples

INTACT, ALTERED, INCOMPLETE = 0, 1, 2


def outcome(data, *signers):
    return check(data, [parse_key(signer.vkey) for signer in signers])


def gap(pdf):
    """Where the value of /Contents stands, brackets included."""
    start, end = map(int, re.search(rb"/ByteRange \[0 ([0-9]+) ([0-9]+) [0-9]+\]", pdf).groups())
    return start, end


def with_contents(pdf, der):
    start, end = gap(pdf)
    return pdf[: start + 1] + der.hex().upper().encode().ljust(end - start - 2, b"0") + pdf[end - 1 :]


def contents(pdf):
    start, end = gap(pdf)
    data = bytes.fromhex(pdf[start + 1 : end - 1].decode())
    return data[: parser.peek(data)]


def test_a_report_as_pyhanko_signs_it_is_intact(pdf, signer):
    result = outcome(pdf, signer)

    assert result.name == "intact", (result.altered, result.missing)
    assert result.facts["report"] == "rp_sample"
    assert result.facts["signed_by"] == signer.fingerprint


def test_no_flipped_bit_of_the_signature_leaves_a_report_intact(pdf, signer):
    start, end = gap(pdf)
    keys = [parse_key(signer.vkey)]
    for position in range(start - 1, end + 1):
        for bit in range(8):
            touched = bytearray(pdf)
            touched[position] ^= 1 << bit
            assert check(bytes(touched), keys).code in (ALTERED, INCOMPLETE), (position, bit)


def test_no_flipped_bit_anywhere_leaves_a_report_intact(pdf, signer):
    chance = random.Random(3)
    keys = [parse_key(signer.vkey)]
    for position in range(len(pdf)):
        touched = bytearray(pdf)
        touched[position] ^= 1 << chance.randrange(8)
        assert check(bytes(touched), keys).code in (ALTERED, INCOMPLETE), position


def test_no_flipped_bit_crashes_the_check_of_somebody_without_a_key(pdf):
    chance = random.Random(4)
    start, end = gap(pdf)
    for position in [*range(0, start, 7), *range(start, end, 3), *range(end, len(pdf), 7)]:
        touched = bytearray(pdf)
        touched[position] ^= 1 << chance.randrange(8)
        assert check(bytes(touched), []).code in (ALTERED, INCOMPLETE), position


def test_no_cut_and_no_addition_leaves_a_report_intact(pdf, signer):
    for length in range(0, len(pdf), 37):
        assert outcome(pdf[:length], signer).code in (ALTERED, INCOMPLETE)
    for more in (b"\n", b"\0", b" ", b"%%EOF\n", pdf):
        assert outcome(pdf + more, signer).code == ALTERED
        assert outcome(more + pdf, signer).code == ALTERED


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda der: b"\x30\x80" + der[4:] + b"\x00\x00",  # indefinite length
        lambda der: der[:1] + b"\x83\x00" + der[2:4] + der[4:],  # a longer length than needed
        lambda der: der + b"\x00\x01",  # a byte in the padding
        lambda der: der[:-1] + bytes([der[-1] ^ 1]),  # another signature
    ],
)
def test_the_same_signature_encoded_otherwise_is_altered(pdf, signer, rewrite):
    assert outcome(with_contents(pdf, contents(pdf)), signer).code == INTACT
    assert outcome(with_contents(pdf, rewrite(contents(pdf))), signer).code == ALTERED


def test_hex_in_lower_case_is_altered(pdf, signer):
    start, end = gap(pdf)

    assert outcome(pdf[:start] + pdf[start:end].lower() + pdf[end:], signer).code == ALTERED


@pytest.mark.parametrize("where", ["unsigned", "crls", "second certificate", "version", "parameters"])
def test_whatever_is_not_signed_must_be_what_it_always_is(pdf, signer, stranger, rsa_key, where):
    content = cms.ContentInfo.load(contents(pdf))
    signed = content["content"]
    info = signed["signer_infos"][0]
    if where == "unsigned":
        value = cms.CMSAttribute({"type": "content_type", "values": ["data"]})
        info["unsigned_attrs"] = cms.CMSAttributes([value])
    elif where == "crls":
        signed["crls"] = cms.RevocationInfoChoices([])
    elif where == "second certificate":
        other = samples.certificate(stranger, rsa_key).public_bytes(samples.serialization.Encoding.DER)
        signed["certificates"].append(cms.CertificateChoices("certificate", samples.asn1_x509.Certificate.load(other)))
    elif where == "version":
        signed["version"] = "v3"
    else:
        info["digest_algorithm"] = algos.DigestAlgorithm.load(bytes.fromhex("300b0609608648016503040201"))  # without NULL
    changed = content.dump(force=True)

    assert changed != contents(pdf)
    assert outcome(with_contents(pdf, changed), signer).code == ALTERED


def test_without_a_key_a_report_is_incomplete_and_names_whose_it_is(pdf, signer):
    result = outcome(pdf)

    assert result.code == INCOMPLETE
    assert result.signers == [signer.fingerprint]
    assert "report" not in result.facts  # nobody vouches for it, so it is not even opened


def test_a_report_signed_again_under_another_key_is_not_intact(bundle, signer, stranger, rsa_key):
    theirs = samples.sign_pdf(samples.report(bundle), rsa_key, samples.certificate(stranger, rsa_key))

    assert outcome(theirs, signer).code == INCOMPLETE
    assert outcome(theirs, signer).signers == [stranger.fingerprint]
    assert outcome(theirs, signer, stranger).code == ALTERED  # the PDF is one's, the evidence in it the other's


def test_a_certificate_that_names_the_known_key_and_was_not_issued_by_it_is_altered(bundle, signer, stranger, rsa_key):
    forged = samples.sign_pdf(samples.report(bundle), rsa_key, samples.certificate(stranger, rsa_key, named=signer))

    assert outcome(forged, signer).code == ALTERED


def test_an_rsa_key_other_than_the_certificate_s_cannot_sign(bundle, signer, rsa_key):
    other = rsa.generate_private_key(65537, 3072)
    forged = samples.sign_pdf(samples.report(bundle), other, samples.certificate(signer, rsa_key))

    assert outcome(forged, signer).code == ALTERED


def test_probabilistic_padding_is_not_the_one_form(bundle, signer, rsa_key):
    other = samples.sign_pdf(samples.report(bundle), rsa_key, samples.certificate(signer, rsa_key), prefer_pss=True)

    assert outcome(other, signer).code == ALTERED


def test_a_second_signature_on_top_is_altered(pdf, signer, rsa_key):
    """An addition after the signature is not covered by it, even when it is signed itself."""
    writer = samples.IncrementalPdfFileWriter(io.BytesIO(pdf))
    twice = samples.sign_pdf(writer, rsa_key, samples.certificate(signer, rsa_key), field_name="Second")

    assert outcome(twice, signer).code == ALTERED


def test_words_that_look_like_a_signature_do_no_harm(bundle, signer, rsa_key):
    written = samples.report(bundle, text="see /ByteRange [0 1 2 3] and /Contents <00>")
    data = samples.sign_pdf(written, rsa_key, samples.certificate(signer, rsa_key))

    assert outcome(data, signer).code == INTACT


def test_a_report_without_evidence_or_without_signature_is_incomplete(signer, rsa_key, bundle):
    bare = samples.sign_pdf(samples.report(None), rsa_key, samples.certificate(signer, rsa_key))
    plain = io.BytesIO()
    samples.report(bundle).write(plain)

    assert outcome(bare, signer).code == INCOMPLETE
    assert outcome(plain.getvalue(), signer).code == INCOMPLETE


def test_altered_evidence_in_a_well_signed_report_is_altered(signer, rsa_key, bundle):
    broken = bundle.replace(b"rq_1", b"rq_2")
    data = samples.sign_pdf(samples.report(broken), rsa_key, samples.certificate(signer, rsa_key))

    assert outcome(data, signer).code == ALTERED
