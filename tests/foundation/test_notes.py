"""Signed notes: what is signed is read back, and one byte off is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation import notes

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
NAME = "log.example.com/countersign"
VKEY = notes.vkey(NAME, KEY.public_key())
ROOT = bytes(range(32))

# The example of golang.org/x/mod/sumdb/note.
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_signed_by_another_implementation_verifies():
    assert notes.verify(GO_NOTE, [GO_VKEY]).startswith("If you think cryptography")
    assert str(notes.parse_vkey(GO_VKEY)) == GO_VKEY


def test_a_checkpoint_comes_back_as_it_was_signed():
    note = notes.sign(notes.checkpoint_text("log.example.com/countersign", 17, ROOT), NAME, KEY)

    assert notes.parse_checkpoint(notes.verify(note, [VKEY])) == notes.Checkpoint("log.example.com/countersign", 17, ROOT)


@settings(max_examples=300)
@given(st.data())
def test_a_note_with_one_byte_changed_is_refused(data):
    note = notes.sign(notes.checkpoint_text("log", 17, ROOT), NAME, KEY).encode()
    place = data.draw(st.integers(0, len(note) - 1))
    bent = note[:place] + bytes([note[place] ^ data.draw(st.integers(1, 255))]) + note[place + 1 :]
    try:
        text = bent.decode()
    except UnicodeDecodeError:
        return

    with pytest.raises(notes.NoteError):
        notes.verify(text, [VKEY])


def test_a_signature_by_nobody_we_know_is_not_a_contradiction_but_proves_nothing():
    note = notes.sign("text\n", "stranger", OTHER)

    with pytest.raises(notes.UnknownKey):
        notes.verify(note, [VKEY])


def test_a_witness_beside_the_known_key_changes_nothing():
    witness = notes.sign("text\n", "witness", OTHER).rpartition("\n\n")[2]

    assert notes.verify(notes.sign("text\n", NAME, KEY) + witness, [VKEY]) == "text\n"


def test_one_wrong_signature_of_a_known_key_spoils_the_note():
    wrong = notes.sign("another text\n", "witness", OTHER).rpartition("\n\n")[2]

    with pytest.raises(notes.NoteError, match="does not hold"):
        notes.verify(notes.sign("text\n", NAME, KEY) + wrong, [VKEY, notes.vkey("witness", OTHER.public_key())])


def test_the_same_key_does_not_sign_twice():
    note = notes.sign("text\n", NAME, KEY)

    with pytest.raises(notes.NoteError, match="twice"):
        notes.verify(note + note.rpartition("\n\n")[2], [VKEY])


def test_base64_that_is_spelled_otherwise_is_refused():
    note = notes.sign("text\n", NAME, KEY)
    encoded = note.split(" ")[-1].strip()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    others = [f"{encoded[:-2]}{last}=" for last in alphabet if last != encoded[-2]]
    same = [other for other in others if base64.b64decode(other) == base64.b64decode(encoded)]

    assert same, "this signature has no second spelling, so the test would prove nothing"
    for text in (*same, encoded.rstrip("="), encoded + "=", encoded.replace(encoded[5], encoded[5] + "\t", 1)):
        with pytest.raises(notes.NoteError):
            notes.verify(note.replace(encoded, text), [VKEY])


@pytest.mark.parametrize("text", [VKEY[:-1], VKEY + "\n", VKEY + "=", VKEY.replace("+", " ", 1), VKEY.upper(), ""])
def test_a_key_that_was_not_copied_in_full_is_refused(text):
    with pytest.raises(notes.NoteError):
        notes.parse_vkey(text)


@pytest.mark.parametrize("size", ["017", "+17", "-1", "1_7", "", "٣", "99999999999999999999"])
def test_a_size_has_one_spelling(size):
    text = notes.checkpoint_text("log", 17, ROOT).replace("\n17\n", f"\n{size}\n")

    with pytest.raises(notes.NoteError):
        notes.parse_checkpoint(text)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "tab\tbed", "wide\u3000space"])
def test_a_name_that_could_not_be_read_back_is_refused(name):
    with pytest.raises(notes.NoteError, match="name"):
        notes.sign("text\n", name, KEY)


@pytest.mark.parametrize("text", ["", "no line end", "bell\x07\n", "return\r\n", "half \ud800\n"])
def test_a_text_that_could_not_be_read_back_is_not_signed(text):
    with pytest.raises(notes.NoteError):
        notes.sign(text, NAME, KEY)


def test_a_key_under_another_name_is_refused():
    with pytest.raises(notes.NoteError, match="belong"):
        notes.parse_vkey(VKEY.replace(NAME, "elsewhere"))


@given(st.binary(min_size=32, max_size=32).map(Ed25519PrivateKey.from_private_bytes))
def test_any_key_is_read_back(private):
    public = private.public_key()
    key = notes.parse_vkey(notes.vkey("a", public))

    assert Ed25519PublicKey.from_public_bytes(key.key) == public
