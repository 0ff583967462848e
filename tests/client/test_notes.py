"""Keys and notes are read in one form, or refused."""

from __future__ import annotations

import pytest
from countersign.notes import NoteError, WrongSignature, parse_checkpoint, parse_key, parse_note

from tests.client.samples import Signer

TEXT = "countersign.example/log\n7\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


def test_the_example_key_of_c2sp_is_read():
    key = parse_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    assert str(key.identity) == "PeterNeumann+c74f20a3"


def test_the_example_note_of_c2sp_holds():
    key = parse_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    note = (
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )

    assert parse_note(note).signer([key]) == key


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text.replace("+", " ", 1),
        lambda text: "other" + text,
        lambda text: text.replace("+0", "+1", 1) if "+0" in text else text.replace("+", "+0", 1),
        lambda text: text + "=",
        lambda text: text.upper(),
        lambda text: "",
    ],
)
def test_a_key_that_was_not_copied_in_full_is_refused(change):
    with pytest.raises(NoteError):
        parse_key(change(Signer().vkey))


def test_a_line_of_an_unknown_key_is_passed_over_and_a_wrong_one_of_a_known_key_is_not():
    one, other = Signer(), Signer(name="witness.example")
    note = one.sign(TEXT) + other.line(TEXT)
    forged = one.sign(TEXT) + other.line("another text\n")

    assert parse_note(note).signer([parse_key(one.vkey)]) == parse_key(one.vkey)
    assert parse_note(forged).signer([parse_key(one.vkey)]) == parse_key(one.vkey)
    with pytest.raises(WrongSignature):
        parse_note(forged).signer([parse_key(one.vkey), parse_key(other.vkey)])


@pytest.mark.parametrize(
    "text", ["a\n07\n{}\n", "a\n-1\n{}\n", "a\n7\n{}", "\n7\n{}\n", "a\n7\nAAAA\n", "a\n7\n{}\nmore\n", "a\n７\n{}\n"]
)
def test_a_checkpoint_has_one_form(text):
    with pytest.raises(NoteError):
        parse_checkpoint(text.format("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))


def test_a_key_that_signs_twice_is_refused():
    one = Signer()

    with pytest.raises(NoteError, match="twice"):
        parse_note(one.sign(TEXT) + one.line(TEXT))
