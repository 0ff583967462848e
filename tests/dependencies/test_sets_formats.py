"""What is kept of a file is what was read of it, in every format; and what cannot be kept is refused in words."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest
from django.utils.translation import override

from foundation.canonical import digest
from foundation.errors import Invalid, TooLarge
from governance.dependencies import lockfiles
from governance.dependencies.lockfiles import FATAL, LARGEST_SBOM, MESSAGES, MOST_LINES, READERS
from governance.dependencies.models import DependencySet
from governance.dependencies.services import record_set
from governance.dependencies.services.sets import REFUSALS
from governance.dependencies.wording import format_name
from governance.dependencies.wording_problems import SENTENCES, told
from tests.dependencies.samples import SAMPLES
from tests.dependencies.test_lock_hostile import HEADS
from tests.dependencies.test_lock_public import KINDS, VARIABLE

COLUMNS = (
    "name", "version", "specifier", "extras", "marker", "origin", "url", "purl", "hashes", "line", "ecosystem", "groups", "index", "licence",
)  # fmt: skip


def kept_as_read(actor, path: str, content: str | bytes) -> DependencySet:
    """Record it, and hold the rows against what the reader says."""
    parsed = lockfiles.parse(path, content)
    row = DependencySet.objects.get(pk=record_set(actor=actor, path=path, content=content).pk)
    rows = [{name: getattr(item, name) for name in COLUMNS} for item in row.requirements.order_by("pk")]
    wanted = [
        {name: value if isinstance(value, str | int) else list(value) for name, value in asdict(item).items()}
        for item in parsed.requirements
    ]

    assert rows == [{name: item[name] for name in COLUMNS} for item in wanted]
    assert row.digest == digest(parsed.body()) == digest(row.body())
    assert row.problems == [asdict(problem) for problem in parsed.problems]
    assert row.options == [asdict(option) for option in parsed.options]
    assert row.format == parsed.format
    return row


def test_there_is_a_sample_of_every_format():
    assert {lockfiles.detect(path, text.encode()) for path, text in SAMPLES.items()} == {*READERS, "requirements.txt", "unknown"}


@pytest.mark.parametrize("path", SAMPLES)
def test_what_is_kept_is_what_was_read(room, path):
    row = kept_as_read(room.ci, path, SAMPLES[path].encode())

    assert row.requirements.exists() or row.problems
    assert "secret" not in json.dumps(list(DependencySet.objects.filter(pk=row.pk).values()), default=str)


@pytest.mark.parametrize("path", [path for path in SAMPLES if path != "pixi.lock"])
def test_text_and_bytes_are_the_same_set(room, path):
    assert record_set(actor=room.ci, path=path, content=SAMPLES[path]) == record_set(
        actor=room.ci, path=path, content=SAMPLES[path].encode("utf-8-sig")
    )


@pytest.mark.parametrize("path", [path for path in SAMPLES if not path.endswith(".xml") and path != "pixi.lock"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_byte_order_mark_says_how_a_file_is_written(room, path, encoding):
    row = kept_as_read(room.ci, path, SAMPLES[path].encode(encoding))

    assert row == record_set(actor=room.ci, path=path, content=SAMPLES[path])


@pytest.mark.parametrize("encoding", ["gbk", "iso-8859-1", "windows-1252", "big5", "utf-16"])
def test_an_xml_file_says_how_it_is_written(room, encoding):
    text = SAMPLES["bom.xml"].replace('encoding="UTF-8"', f"encoding='{encoding}'")
    text = text.replace(
        "<name>a</name>", f"<name>a</name><group>{'客戶' if encoding in ('gbk', 'big5', 'utf-16') else 'é'}</group>"
    )
    row = kept_as_read(room.ci, "bom.xml", text.encode(encoding))

    assert row.requirements.get().name == "a"


@pytest.mark.parametrize("name", ["hex", "zip", "utf-7", "no-such-thing", "utf-16"])
def test_an_xml_file_in_what_is_no_encoding_of_texts_is_refused(room, name):
    text = SAMPLES["bom.xml"].replace('encoding="UTF-8"', f'encoding="{name}"').replace("<name>a</name>", "<name>é</name>")
    with pytest.raises(Invalid, match="Save it as UTF-8"):
        record_set(actor=room.ci, path="bom.xml", content=text.encode("latin-1"))


@pytest.mark.parametrize("path", HEADS)
def test_what_stands_for_no_character_reaches_no_row(room, path):
    """In every place: as a key, as a value, within a value."""
    head = HEADS[path]
    for bad in ("\ud800", "a\0b", "a\nb\u2028c"):
        body = {**head, bad: bad, "components": [{"name": bad, "hashes": [{"alg": bad, "content": "a" * 64}], "scope": bad}]}
        body |= {"packages": [{"name": bad, "checksums": [{"algorithm": bad, "checksumValue": bad}]}]}
        body |= {"@graph": [{"type": "software_Package", "name": bad}], "default": {bad: {"version": bad, "index": bad}}}
        kept_as_read(room.ci, path, json.dumps(body))


def test_an_ecosystem_that_is_too_long_for_its_column_is_no_package_url(room):
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "a", "purl": "pkg:" + "x" * 60 + "/a@1"}]}

    row = kept_as_read(room.ci, "bom.json", json.dumps(bom))

    assert [problem["code"] for problem in row.problems] == ["purl_not_valid"]
    assert row.requirements.get().ecosystem == "generic"


def test_real_files_are_kept_as_they_were_read(room):
    root = Path(os.environ.get(VARIABLE, "")) / "locks"
    if VARIABLE not in os.environ or not root.is_dir():
        pytest.skip(f"{VARIABLE} names no folder with locks; tests/dependencies/files/SOURCE.md says where they come from")
    for kind, (name, _problems) in KINDS.items():
        for number, file in enumerate(sorted((root / kind).glob("*"))):
            path = f"{kind}/{number}/{name or file.name}"  # each at its own: two that say the same are one set
            if not lockfiles.parse(path, file.read_bytes()).fatal:
                kept_as_read(room.ci, path, file.read_bytes())


# What cannot be kept -------------------------------------------------------------------------------------------------


def test_every_reason_to_refuse_has_its_words():
    assert REFUSALS.keys() == FATAL


@pytest.mark.parametrize(
    ("path", "content", "kind", "said"),
    [
        ("requirements.txt", b"a" * (4 * 2**20 + 1), TooLarge, "more than the 4 MiB that are read of requirements.txt"),
        ("notes.lock", b"a" * (4 * 2**20 + 1), TooLarge, "more than the 4 MiB that are read of unknown"),
        ("bom.json", b" " * (LARGEST_SBOM + 1), TooLarge, "more than the 16 MiB that are read of cyclonedx-json"),
        ("requirements.txt", b"a\n" * (MOST_LINES + 1), Invalid, "too long"),
        ("uv.lock", b"\xff", Invalid, "byte 0 is not UTF-8"),
        ("uv.lock", "a = 1".encode("utf-16") + b"x", Invalid, "is not utf-16-le"),
        ("Dockerfile", b"FROM a\0", Invalid, "null character"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(room, path, content, kind, said):
    with pytest.raises(kind, match=said) as caught:
        record_set(actor=room.ci, path=path, content=content)

    assert caught.value.errors[0].field == "content"
    assert caught.value.code == f"dependencies.{caught.value.errors[0].code}"
    assert not DependencySet.objects.exists()


# In words ------------------------------------------------------------------------------------------------------------

OF_REQUIREMENTS = {
    "other_encoding", "line_too_long", "several_editables", "option_misplaced", "include_not_followed", "constraint_not_followed",
    "options_not_read", "option_without_value", "option_unknown", "option_changes_build", "requirement_not_valid",
}  # fmt: skip


def test_every_code_has_its_words():
    assert {*MESSAGES, *FATAL, *OF_REQUIREMENTS, "format_unknown"} <= SENTENCES.keys()
    assert all(str(text).endswith(".") for text in SENTENCES.values())


def test_every_format_has_a_name_for_people():
    assert all(format_name(format) for format in (*READERS, "requirements.txt", "unknown"))
    assert format_name("conda-environment") != "conda-environment"


@pytest.mark.parametrize("path", SAMPLES)
def test_every_remark_about_a_real_file_is_told(path):
    for problem in lockfiles.parse(path, SAMPLES[path]).problems:
        one = told(asdict(problem), path)

        assert len(one.said) > 20
        assert "%(" not in one.detail


def test_what_was_kept_in_english_is_told_in_the_language_of_the_reader(monkeypatch):
    problem = {"line": 3, "code": "image_latest", "message": MESSAGES["image_latest"] % {"image": "a%(b)s\nc"}, "text": ""}
    monkeypatch.setattr("governance.dependencies.wording_problems.gettext", lambda text: f"» {text}")

    with override("en"):
        assert told(problem).detail == f"» {MESSAGES['image_latest']}" % {"image": "a%(b)s\nc"}
        assert told({**problem, "message": "of another time"}).detail == "of another time"


# What is not read in full counts by its bytes ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("bom.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [[{"name": "%s"}]]}'),
        ("bom.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": {"a": {"name": "%s"}}}'),
        ("environment.yml", "x: &a {y: [%s]}\ndependencies: [*a]"),
        ("bom.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": {"a": {"b": "%s"}}}]}'),
        ("bom.json", '{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "' + "x" * 600 + '%s"}]}'),
        ("pixi.lock", "a: %s"),
        ("uv.lock", "a = = %s"),
    ],
)
def test_what_a_problem_does_not_show_makes_another_set_all_the_same(room, path, text):
    assert record_set(actor=room.ci, path=path, content=text % "one") != record_set(
        actor=room.ci, path=path, content=text % "two"
    )
