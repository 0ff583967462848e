"""A bundle is intact, altered or incomplete; nothing that was touched is intact, and nothing crashes."""

from __future__ import annotations

import json
import random

import pytest
from countersign.notes import parse_key
from countersign.verification.command import check

from tests.client import samples
from tests.client.samples import leaf

INTACT, ALTERED, INCOMPLETE = 0, 1, 2


def code(data, signer, since=""):
    return check(data, [parse_key(signer.vkey)], since).code


def test_an_untouched_bundle_is_intact(bundle, signer):
    outcome = check(bundle, [parse_key(signer.vkey)])

    assert outcome.name == "intact", (outcome.altered, outcome.missing)
    assert outcome.facts["report"] == "rp_sample"
    assert outcome.facts["events"] == 3


def test_no_flipped_bit_leaves_a_bundle_intact(bundle, signer):
    keys = [parse_key(signer.vkey)]
    for position in range(len(bundle)):
        for bit in range(8):
            touched = bytearray(bundle)
            touched[position] ^= 1 << bit
            assert check(bytes(touched), keys).code in (ALTERED, INCOMPLETE), (position, bit)


def test_no_cut_and_no_addition_leaves_a_bundle_intact(bundle, signer):
    for length in range(len(bundle)):
        assert code(bundle[:length], signer) in (ALTERED, INCOMPLETE), length
    for more in (b"\n", b" ", b"\0", b"{}\n", bundle, bundle.splitlines(keepends=True)[-1]):
        assert code(bundle + more, signer) == ALTERED
        assert code(more + bundle, signer) == ALTERED


def test_no_swapped_dropped_or_doubled_line_leaves_a_bundle_intact(bundle, signer):
    lines = bundle.splitlines(keepends=True)
    for one in range(len(lines)):
        assert code(b"".join(lines[:one] + lines[one + 1 :]), signer) in (ALTERED, INCOMPLETE)
        assert code(b"".join([*lines[:one], lines[one], *lines[one:]]), signer) == ALTERED
        for other in range(one):
            swapped = list(lines)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert code(b"".join(swapped), signer) == ALTERED


def test_the_same_values_written_otherwise_are_altered(bundle, signer):
    for before, after in [(b'{"', b'{ "'), (b"\n", b"\r\n"), ("模型".encode(), b"\\u6a21\\u578b"), (b'"v":1', b'"v":1.0')]:
        assert before in bundle
        assert code(bundle.replace(before, after), signer) == ALTERED


def test_without_a_key_a_bundle_is_incomplete_and_names_whose_it_is(bundle, signer):
    outcome = check(bundle, [])

    assert outcome.code == INCOMPLETE
    assert outcome.signers == [signer.fingerprint]


def test_a_bundle_signed_again_under_another_key_is_not_intact(signer, stranger):
    forged = samples.sample_bundle(stranger)

    assert code(forged, stranger) == INTACT
    assert code(forged, signer) == INCOMPLETE
    assert check(forged, [parse_key(signer.vkey)]).signers == [stranger.fingerprint]


def test_the_owner_of_another_key_cannot_put_the_known_name_and_hash_on_his_signature(bundle, signer, stranger):
    class Pretender(samples.Signer):
        @property
        def hash(self):
            return signer.hash

    assert code(samples.sample_bundle(Pretender(stranger.private)), signer) == ALTERED


def test_a_log_key_that_signs_a_false_statement_is_still_found_out(signer):
    """Every single proof is checked, also under a good signature."""
    bodies = samples.events(7)
    lines = samples.sample_lines(signer, bodies, (2, 3, 6))

    def changed(number, **changes):
        return samples.seal([{**line, **changes} if place == number else line for place, line in enumerate(lines)], signer)

    assert code(samples.seal(lines, signer), signer) == INTACT
    assert code(changed(1, digest="sha256:" + "0" * 64), signer) == ALTERED
    assert code(changed(2, body=bodies[1].decode()), signer) == ALTERED
    assert code(changed(2, proof=lines[3]["proof"]), signer) == ALTERED
    assert code(changed(3, index=4), signer) == ALTERED
    assert code(changed(4, index=99), signer) == ALTERED
    assert code(changed(5, value="Looks wrong"), signer) == ALTERED
    assert code(changed(5, field="name"), signer) == ALTERED
    assert code(changed(5, event=1), signer) == INCOMPLETE
    assert code(changed(7, root="0" * 64), signer) == ALTERED
    assert code(changed(0, origin="elsewhere"), signer) == ALTERED
    assert code(changed(0, v=2), signer) == INCOMPLETE
    assert code(changed(0, more="a field of later times"), signer) == INTACT
    assert code(changed(3, more="a field"), signer) == ALTERED


def test_events_without_proof_need_the_complete_log(signer):
    bodies = samples.events(7)
    complete = samples.seal(samples.sample_lines(signer, bodies, range(7), proofs=False), signer)
    partial = samples.seal(samples.sample_lines(signer, bodies, range(6), proofs=False), signer)
    other = samples.sample_lines(signer, bodies, range(7), proofs=False)
    other[2]["body"] = samples.events(8)[7].decode()

    assert code(complete, signer) == INTACT
    assert code(partial, signer) == INCOMPLETE
    assert code(samples.seal(other, signer), signer) == ALTERED


@pytest.mark.parametrize("count", [0, 1])
def test_the_smallest_logs_are_intact(signer, count):
    bodies = samples.events(count)
    checkpoint = {"type": "checkpoint", "note": signer.checkpoint([leaf(body) for body in bodies])}

    lines = [samples.header(), *samples.event_lines(bodies, range(count)), checkpoint]

    assert code(samples.seal(lines, signer), signer) == INTACT


def test_a_witness_may_sign_the_checkpoint_too(signer):
    lines = samples.sample_lines(signer, samples.events(7), (2,))
    text = lines[4]["note"].rpartition("\n\n")[0] + "\n"
    lines[4]["note"] += samples.Signer(name="witness.example").line(text)

    assert code(samples.seal(lines, signer), signer) == INTACT


def test_an_earlier_checkpoint_must_be_a_prefix(bundle, signer, stranger):
    bodies = samples.events(7)
    leaves = [leaf(body) for body in bodies]
    rewritten = [leaf(b"another past"), *leaves[1:]]

    assert code(bundle, signer, signer.checkpoint(leaves[:4])) == INTACT  # its proof is in the bundle
    assert code(bundle, signer, signer.checkpoint(leaves)) == INTACT
    assert code(bundle, signer, signer.checkpoint([])) == INTACT
    assert code(bundle, signer, signer.checkpoint(leaves[:5])) == INCOMPLETE  # no proof for that size
    assert code(bundle, signer, signer.checkpoint([*leaves, leaf(b"newer")])) == INCOMPLETE
    assert code(bundle, signer, signer.checkpoint(leaves[:4], origin="other")) == INCOMPLETE
    assert code(bundle, signer, stranger.checkpoint(leaves[:4])) == INCOMPLETE
    assert code(bundle, signer, signer.checkpoint(rewritten[:4])) == ALTERED
    assert code(bundle, signer, signer.checkpoint(rewritten)) == ALTERED


def test_a_complete_log_proves_every_earlier_checkpoint_by_itself(signer):
    bodies = samples.events(7)
    leaves = [leaf(body) for body in bodies]
    complete = samples.seal(samples.sample_lines(signer, bodies, range(7), proofs=False), signer)

    for size in range(8):
        assert code(complete, signer, signer.checkpoint(leaves[:size])) == INTACT
    assert code(complete, signer, signer.checkpoint([leaf(b"another past"), leaves[1]])) == ALTERED


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b'{"type":"header"}\n',
        b'{"type":["header"]}\n',
        b'{"a":' + b"9" * 10_000 + b"}\n",
        b'{"a":"\\ud800"}\n',
        b"PK\x03\x04",
    ],
)
def test_what_is_no_bundle_is_never_intact(data, signer):
    assert code(data, signer) in (ALTERED, INCOMPLETE)


def test_random_changes_of_values_never_crash_the_check(signer):
    """Sealed under the good key, so that every line is read to its end."""
    chance = random.Random(7)
    values = [None, True, -1, 0, 10**30, "", "x", "\n\n", "0" * 64, [], ["x"], [1], {}, {"a": 1}]
    lines = samples.sample_lines(signer, samples.events(7), (2, 3, 6))
    for _round in range(3000):
        changed = json.loads(json.dumps(lines))
        line = chance.choice(changed)
        line[chance.choice(list(line))] = chance.choice(values)
        assert code(samples.seal(changed, signer), signer) in (INTACT, ALTERED, INCOMPLETE)


def test_events_stand_once_and_in_the_order_of_the_log(signer):
    bodies = samples.events(7)
    lines = samples.sample_lines(signer, bodies, (2, 3, 6))

    assert code(samples.seal([*lines[:2], lines[3], lines[2], *lines[4:]], signer), signer) == ALTERED
    assert code(samples.seal([*lines[:3], *lines[2:]], signer), signer) == ALTERED


def test_a_second_signature_on_the_seal_would_be_a_place_to_hide_and_is_altered(bundle, signer):
    lines = bundle.splitlines(keepends=True)
    seal = json.loads(lines[-1])
    text = seal["note"].rpartition("\n\n")[0] + "\n"
    seal["note"] += samples.Signer(name="somebody.example").line(text)

    assert code(b"".join(lines[:-1]) + samples.canonical(seal) + b"\n", signer) == ALTERED
