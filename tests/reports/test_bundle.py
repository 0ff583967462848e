"""The evidence bundle, checked here with nothing but its description."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from foundation import merkle, notes
from foundation.canonical import canonical_json
from reports import bundle

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "log.example.com/countersign"
VKEY = notes.vkey(NAME, KEY.public_key())
HEADER = {
    "origin": NAME,
    "report": "rp_1",
    "kind": "use_case",
    "created_at": "2026-11-21T03:13:00.000000Z",
    "as_of": "2026-11-20T18:00:00.000000Z",
    "inputs_digest": "sha256:" + "ab" * 32,
}


class Log:
    """A log of a few events, sealed."""

    def __init__(self, bodies):
        self.bodies = list(bodies)
        self.nodes = {}
        done = merkle.append(0, [merkle.leaf_hash(body) for body in self.bodies], self.get)
        self.nodes = dict(done.nodes)
        self.size, self.root = done.size, done.root

    def get(self, level, index):
        return self.nodes[level, index]

    def note(self):
        return notes.sign(notes.checkpoint_text(NAME, self.size, self.root), NAME, KEY)

    def event(self, index):
        return bundle.Event(index, self.bodies[index], merkle.inclusion_proof(index, self.size, self.get))


def body(number, personal=None):
    return canonical_json({"v": 1, "kind": "approvals.ballot.cast", "data": {"n": number}, "personal": personal or {}})


def sign(text):
    return notes.sign(text, NAME, KEY)


def build(log, indexes=(), **given_):
    parts = {"header": HEADER, "checkpoint_note": log.note(), "sign": sign, "events": [log.event(index) for index in indexes]}
    return bundle.build(**{**parts, **given_})


def lines_of(data):
    assert data.endswith(b"\n")
    lines = data[:-1].split(b"\n")
    for line in lines:
        assert canonical_json(json.loads(line)) == line
    return [json.loads(line) for line in lines]


def test_the_lines_stand_in_the_order_of_the_format():
    log = Log(body(number) for number in range(9))
    prefix = merkle.consistency_proof(4, 9, log.get)
    data = build(
        log,
        [2, 7],
        records=[bundle.Record("request", {"id": "rq_1", "state": "approved"})],
        openings=[bundle.Opening(7, "comment", b"salt", "Looks right. 同意")],
        consistency=[bundle.Consistency(4, merkle.root(4, log.get), prefix)],
    )

    kinds = [line["type"] for line in lines_of(data)]
    assert kinds == ["header", "record", "event", "event", "opening", "checkpoint", "consistency", "end", "signature"]


def test_the_end_counts_and_hashes_what_stands_before_it_and_the_signature_binds_the_end():
    data = build(Log([body(0)]), [0])
    *before, end, signature = data.splitlines(keepends=True)
    stated = json.loads(end)

    assert stated == {"type": "end", "lines": len(before), "sha256": hashlib.sha256(b"".join(before)).hexdigest()}
    text = notes.verify(json.loads(signature)["note"], [VKEY])
    assert text == f"countersign/bundle/v1\n{stated['sha256']}\n"


@given(st.integers(1, 40), st.data())
def test_the_proof_of_each_event_leads_to_the_root_of_the_signed_checkpoint(size, data):
    log = Log(body(number) for number in range(size))
    chosen = sorted(data.draw(st.sets(st.integers(0, size - 1))))

    lines = lines_of(build(log, chosen))

    checkpoint = next(
        notes.parse_checkpoint(notes.verify(line["note"], [VKEY])) for line in lines if line["type"] == "checkpoint"
    )
    events = [line for line in lines if line["type"] == "event"]
    assert [event["index"] for event in events] == chosen
    for event in events:
        leaf = merkle.leaf_hash(event["body"].encode())
        proof = [bytes.fromhex(item) for item in event["proof"]]
        assert merkle.verify_inclusion(leaf, event["index"], checkpoint.size, proof, checkpoint.root)


@given(st.binary(min_size=16, max_size=16), st.text())
def test_an_opening_is_what_the_event_committed_to(salt, value):
    commitment = hashlib.sha256(salt + value.encode()).hexdigest()
    log = Log([body(0, {"comment": commitment})])

    lines = lines_of(build(log, [0], openings=[bundle.Opening(0, "comment", salt, value)]))

    opening = next(line for line in lines if line["type"] == "opening")
    event = next(line for line in lines if line["type"] == "event")
    found = hashlib.sha256(bytes.fromhex(opening["salt"]) + opening["value"].encode()).hexdigest()
    assert found == json.loads(event["body"])["personal"][opening["field"]]


def test_a_record_carries_the_digest_of_its_canonical_form():
    record = lines_of(build(Log([body(0)]), records=[bundle.Record("request", {"b": 2, "a": "ü"})]))[1]

    assert record["digest"] == "sha256:" + hashlib.sha256('{"a":"ü","b":2}'.encode()).hexdigest()


def test_the_same_inputs_give_the_same_bytes():
    log = Log(body(number) for number in range(5))

    assert build(log, [1, 3]) == build(log, [1, 3])


@pytest.mark.parametrize("indexes", [(3, 1), (1, 1)])
def test_events_out_of_order_are_refused(indexes):
    with pytest.raises(ValueError, match="rise"):
        build(Log(body(number) for number in range(5)), indexes)


def test_the_opening_of_an_event_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="event 4"):
        build(Log(body(number) for number in range(5)), [1], openings=[bundle.Opening(4, "comment", b"s", "v")])


def test_a_float_never_enters_a_bundle():
    with pytest.raises(TypeError):
        build(Log([body(0)]), records=[bundle.Record("request", {"recall": 0.71})])


def test_the_header_cannot_claim_another_version_or_type():
    header = lines_of(build(Log([body(0)]), header={**HEADER, "v": 9, "type": "end"}))[0]

    assert (header["type"], header["v"]) == ("header", 1)


def test_the_checkpoint_has_three_lines_and_its_root_in_base64():
    log = Log([body(0)])
    text = notes.verify(log.note(), [VKEY])

    assert text == f"{NAME}\n1\n{base64.b64encode(merkle.leaf_hash(body(0))).decode()}\n"
