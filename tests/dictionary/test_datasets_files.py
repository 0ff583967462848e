"""Manifests of files: what is read, what is refused and where, and what differs between two."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary import filesets
from governance.dictionary.filesets import Fileset, OneFile, compare, read_csv, read_fileset, read_json
from governance.dictionary.filesets.reading import MOST_PROBLEMS

A, B, C = ("sha256:" + letter * 64 for letter in "abc")
LABELS = {"codes": [{"code": "scratch", "meaning": "A line."}, {"code": "dent", "meaning": "A hollow."}]}


def file(path: str = "a.png", sha256: str = A, size: int = 1, **more: str) -> dict:
    return {"path": path, "sha256": sha256, "size": size, **more}


def read(**said) -> Fileset:
    found, problems = read_fileset({"files": [file()], **said})
    assert found is not None, problems
    return found


def refused(**said) -> list[tuple[str, str]]:
    found, problems = read_fileset({"files": [file()], **said})
    assert found is None
    return [(item.path, item.code) for item in problems]


def test_a_manifest_is_read_in_the_order_of_paths_whatever_order_it_came_in():
    found = read(files=[file("b.png", B), file("a/c.png", C, label="dent"), file("a/b.png")], labels=LABELS)

    assert [item.path for item in found.files] == ["a/b.png", "a/c.png", "b.png"]
    assert (found.counts, found.size) == ({"dent": 1}, 3)
    assert found.body() == read(files=[file("a/b.png"), file("b.png", B), file("a/c.png", C, label="dent")], labels=LABELS).body()


@pytest.mark.parametrize("written", ["A" * 64, "sha256:" + "A" * 64, " " + "a" * 64 + "\n"])
def test_a_digest_has_one_form_however_it_is_written(written):
    assert read(files=[file(sha256=written)]).files[0].sha256 == A


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("", "path_empty"),
        ("   ", "path_empty"),
        (None, "path_empty"),
        ("/etc/passwd", "path_absolute"),
        ("~/x", "path_absolute"),
        ("C:/x", "path_absolute"),
        ("s3://bucket/x", "path_absolute"),
        ("../x", "path_outside"),
        ("a/../b", "path_outside"),
        ("a/./b", "path_outside"),
        ("a//b", "path_outside"),
        ("a/", "path_outside"),
        ("a\\b", "path_characters"),
        ("a\x00b", "path_characters"),
        ("a\nb", "path_characters"),
        ("gnp\u202eexe", "path_characters"),
        ("a" * 501, "path_long"),
    ],
)
def test_a_path_that_leads_elsewhere_or_reads_as_another_is_refused(path, code):
    assert refused(files=[file(path)]) == [("files[0].path", code)]


def test_a_path_is_named_once_however_its_accents_are_written():
    assert refused(files=[file("caf\u00e9.png"), file("cafe\u0301.png", B)]) == [("files[1].path", "path_twice")]


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"sha256": "a" * 63}, "files[0].sha256", "digest_form"),
        ({"sha256": "md5:" + "a" * 32}, "files[0].sha256", "digest_form"),
        ({"size": -1}, "files[0].size", "size_form"),
        ({"size": "1"}, "files[0].size", "size_form"),
        ({"size": True}, "files[0].size", "size_form"),
        ({"size": 2**63}, "files[0].size", "size_form"),
        ({"label": 7}, "files[0].label", "label_form"),
        ({"bytes": "AAAA"}, "files[0]", "file_form"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_at_its_place(change, place, code):
    assert refused(files=[file(**change)]) == [(place, code)]


def test_a_manifest_without_files_is_none():
    for files in (None, [], {}, "a.png"):
        assert refused(files=files) == [("files", "files_missing")]


def test_a_label_has_to_be_declared_and_a_declared_one_need_not_be_used():
    assert refused(files=[file(label="crack")], labels=LABELS) == [("files[0].label", "label_unknown")]
    assert refused(files=[file(label="crack")]) == [("labels", "labels_missing")]
    assert read(files=[file(label="dent")], labels=LABELS).counts == {"dent": 1}


def test_labels_may_be_those_of_an_element():
    said = {"files": [file(label="dent")], "labels": {"element": "defects/kind"}}

    assert read_fileset(said, codes_of_element=["dent"])[0].element == "defects/kind"
    assert [item.code for item in read_fileset(said, codes_of_element=["scratch"])[1]] == ["label_unknown"]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ({"codes": [{"code": "a"}]}, "label_entry"),
        ({"codes": [{"code": "a", "meaning": "x"}, {"code": "a", "meaning": "y"}]}, "label_twice"),
        ({"codes": [{"code": "a", "meaning": "x"}], "element": "d/k"}, "labels_both"),
        ({"element": "kind"}, "element_form"),
        ({"codes": [{"code": str(n), "meaning": "x"} for n in range(2001)]}, "labels_too_many"),
        (["a"], "label_entry"),
    ],
)
def test_labels_that_cannot_be_used_are_refused(labels, code):
    assert [item[1] for item in refused(labels=labels)] == [code]


@pytest.mark.parametrize(
    "guideline",
    [
        {"text": "Look closely."},
        {"version": "2"},
        {"version": "2", "text": "a", "url": "https://x.example.com"},
        {"version": "2", "url": "https://x.example.com"},
        {"version": "2", "url": "javascript:alert(1)", "sha256": A},
        {"version": "2", "text": "a", "more": 1},
        "2",
    ],
)
def test_a_guideline_is_a_text_or_an_address_with_its_digest(guideline):
    assert refused(guideline=guideline)
    assert read(guideline={"version": "2", "text": "Look closely."}).guideline.text == "Look closely."
    assert read(guideline={"version": "2", "url": "https://x.example.com", "sha256": A}).guideline.sha256 == A


def test_not_more_is_told_than_somebody_reads():
    _found, problems = read_fileset({"files": [file("/x", size=-1)] * 100})

    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1].code == "and_more"


def test_every_problem_has_words():
    assert all(filesets.MESSAGES[code] for code in filesets.MESSAGES)
    _found, problems = read_fileset({"files": [file("/x")], "labels": {"element": "x"}})
    assert [filesets.MESSAGES[item.code] % item.params for item in problems]


def test_too_many_files_are_refused_before_any_is_looked_at():
    assert refused(files=[file("/absolute")] * (filesets.MOST_FILES + 1)) == [("files", "files_too_many")]


# From files -----------------------------------------------------------------------------------------------------------


def test_a_csv_file_says_the_same_as_json():
    text = '\ufeffPath,SHA256,Size,Label\r\n"a,1.png",' + "a" * 64 + ",1,dent\r\nb.png," + "b" * 64 + ",2,\r\n"
    said, problems = read_csv(text.encode())
    listed = [file("a,1.png", "a" * 64, 1, label="dent"), file("b.png", "b" * 64, 2)]

    assert problems == []
    assert said == {"files": listed}
    assert read_json(json.dumps(listed).encode())[0] == said


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"path,size\na,1\n", "csv_header"),
        (b"path,sha256,size,note\na,b,1,c\n", "csv_header"),
        (b"", "csv_header"),
        (b"\xff\xfe", "not_utf8"),
        (b'path,sha256,size\n"a', "csv_form"),
    ],
)
def test_a_csv_file_of_another_form_is_refused(data, code):
    assert [item.code for item in read_csv(data)[1]] == [code]


def test_a_row_with_cells_that_nobody_named_is_refused():
    said, _problems = read_csv(b"path,sha256,size\na.png," + b"a" * 64 + b",1,dent\n")

    assert [item.code for item in read_fileset(said)[1]] == ["file_form"]


@pytest.mark.parametrize("data", [b"{", b"\xff", b"[" * 100_000])
def test_json_that_is_none_is_refused(data):
    assert read_json(data)[1]


# Differences ----------------------------------------------------------------------------------------------------------


def difference(before: list[OneFile], after: list[OneFile], then: dict | None = None, now: dict | None = None):
    return compare(then or {}, now or {}, before, after)


def test_each_file_is_told_once_by_what_became_of_it():
    kept, gone, new = OneFile("kept", A, 1), OneFile("gone", B, 1), OneFile("new", C, 1)
    found = difference(
        [kept, gone, OneFile("label", A, 1, "x"), OneFile("bytes", A, 1), OneFile("from", "sha256:" + "d" * 64, 1)],
        [kept, new, OneFile("label", A, 1, "y"), OneFile("bytes", B, 1), OneFile("to", "sha256:" + "d" * 64, 1)],
    )

    assert (found.added, found.removed) == ((new,), (gone,))
    assert [(was.label, now.label) for was, now in found.relabelled] == [("x", "y")]
    assert [now.path for _was, now in found.changed] == ["bytes"]
    assert [(was.path, now.path) for was, now in found.moved] == [("from", "to")]


def test_labels_and_guideline_are_compared_by_what_they_say():
    then = {"labels": {"codes": [{"code": "a", "meaning": "x"}, {"code": "b", "meaning": "y"}]}, "guideline": {"version": "1"}}
    now = {"labels": {"codes": [{"code": "a", "meaning": "z"}, {"code": "c", "meaning": "y"}]}, "guideline": {"version": "2"}}
    found = difference([], [], then, now)

    assert found.labels == (("a", "x", "z"), ("b", "y", ""), ("c", "", "y"))
    assert found.guideline == ({"version": "1"}, {"version": "2"})
    assert difference([], [], {}, {"labels": {"element": "d/k"}}).labels_source == ("", "d/k")
    assert difference([], [], then, then).is_empty


some_files = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.sampled_from([A, B]), st.sampled_from(["", "x", "y"])))


@given(some_files, some_files)
def test_a_difference_leads_from_the_one_to_the_other(before, after):
    then, now = ([OneFile(path, sha, 1, label) for path, (sha, label) in said.items()] for said in (before, after))
    found = difference(then, now)
    state = {item.path: item for item in then}
    for item in (*found.removed, *(was for was, _now in found.moved)):
        del state[item.path]
    for item in (*found.added, *(new for pairs in (found.changed, found.relabelled, found.moved) for _was, new in pairs)):
        state[item.path] = item

    assert state == {item.path: item for item in now}
    assert found.is_empty == (before == after)
