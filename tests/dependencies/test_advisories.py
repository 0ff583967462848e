"""Known flaws: records read, merged by alias, and matched with versions."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from governance.dependencies.advisories import (
    Advisory,
    Affected,
    Index,
    Range,
    Refused,
    Snapshot,
    age,
    cvss3_score,
    entries_of_zip,
    freshness,
    merged,
    read_entries,
    read_record,
    shrinks,
    snapshot_of,
    spans_of,
    version_key,
)
from governance.dependencies.advisories.feeds import Feed, Held, plan
from governance.dependencies.advisories.versions import written as said_again

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def record(name: str = "GHSA-1", **other) -> dict:
    package = {
        "package": {"ecosystem": "PyPI", "name": "Foo_Bar"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
    }
    return {"id": name, "modified": "2026-11-01T00:00:00Z", "affected": [package], **other}


def read(body: dict) -> Advisory:
    found = read_record("a.json", json.dumps(body).encode())
    assert isinstance(found, Advisory)
    return found


def index(*bodies: dict) -> Index:
    rows = [read(body) for body in bodies]
    return Index([span for row in rows for span in spans_of(row)], merged(rows))


def affected(ecosystem: str = "PyPI", name: str = "foo-bar", versions=(), **ranges) -> dict:
    """Ranges by kind: their events as `introduced 0, fixed 2`."""
    listed = []
    for kind, text in ranges.items():
        events = [dict([event.split()]) for event in text.split(",")]
        listed.append({"type": kind, "events": events, **({"repo": "https://host/r"} if kind == "GIT" else {})})
    return {"package": {"ecosystem": ecosystem, "name": name}, "versions": list(versions), "ranges": listed}


def answer(item: dict, version: str, ecosystem: str = "pypi", name: str = "foo-bar"):
    found = index(record(affected=[item])).match(ecosystem, name, version)
    return (found[0].answer, found[0].why) if found else None


YES = ("affected", "")


@pytest.mark.parametrize(
    ("item", "version", "expected"),
    [
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "1.9.9", YES),
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "2.0", None),
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "2", None),
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "2.0rc1", YES),
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "1!1.0", None),
        (affected(ECOSYSTEM="introduced 1.0,last_affected 1.5"), "1.5.0", YES),
        (affected(ECOSYSTEM="introduced 1.0,last_affected 1.5"), "1.5+cu121", YES),
        (affected(ECOSYSTEM="introduced 1.0,last_affected 1.5"), "1.5.post1", None),
        (affected(ECOSYSTEM="introduced 1.0,last_affected 1.5"), "1.0.dev1", None),
        (affected(ECOSYSTEM="fixed 2,introduced 1,introduced 3,fixed 4"), "3.5", YES),
        (affected(ECOSYSTEM="fixed 2,introduced 1,introduced 3,fixed 4"), "2.5", None),
        (affected(ECOSYSTEM="introduced 1,fixed 2,introduced 2"), "2", YES),
        (affected(ECOSYSTEM="introduced 1"), "99", YES),
        (affected(ECOSYSTEM="introduced 0,limit 2"), "2", None),
        (affected(ECOSYSTEM="introduced 0,limit 2"), "1", YES),
        (affected(versions=["1.0", "2004d"]), "1.0.0", YES),
        (affected(versions=["1.0", "2004d"]), "2004d", YES),
        (affected(versions=["1.0", "2004d"]), "1.1", None),
        (affected(versions=["1.0"], ECOSYSTEM="introduced 3,fixed 4"), "1.0", YES),
        (affected(), "1.0", YES),
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "", ("undecided", "version")),
        (affected(ECOSYSTEM="introduced 0,fixed 2.0"), "2004d", ("undecided", "version")),
        (affected(ECOSYSTEM="introduced 0,fixed x.y"), "1.0", ("undecided", "range")),
        (affected(GIT="introduced 0,fixed abc"), "1.0", ("undecided", "commit")),
        (affected(GIT="introduced 0,fixed abc", versions=["1.0"]), "1.1", None),
        (affected(GIT="introduced 0,fixed abc", ECOSYSTEM="introduced 0,fixed 2"), "3", None),
    ],
)
def test_whether_a_version_of_python_has_a_flaw(item, version, expected):
    assert answer(item, version) == expected


@pytest.mark.parametrize(
    ("ecosystem", "item", "name", "version", "expected"),
    [
        ("npm", affected("npm", "@a/b", SEMVER="introduced 0,fixed 1.2.3"), "@a/b", "1.2.3-beta.2", YES),
        ("npm", affected("npm", "@a/b", SEMVER="introduced 0,fixed 1.2.3"), "@a/b", "1.2.3", None),
        ("golang", affected("Go", "host/a", SEMVER="introduced 1.0.0,fixed 1.10.0"), "host/a", "v1.9.0", YES),
        ("maven", affected("Maven", "a:b", ECOSYSTEM="introduced 0,fixed 2"), "a/b", "1", ("undecided", "range")),
        ("maven", affected("Maven", "a:b", ["1"], ECOSYSTEM="introduced 0,fixed 2"), "a/b", "1", YES),
        ("maven", affected("Maven", "a:b", ["1"], ECOSYSTEM="introduced 0,fixed 2"), "a/b", "2", None),
    ],
)
def test_other_ecosystems_are_compared_as_they_compare_or_left_undecided(ecosystem, item, name, version, expected):
    assert answer(item, version, ecosystem, name) == expected


def test_a_withdrawn_record_neither_matches_nor_joins_others():
    wrong = record("GHSA-w", aliases=["CVE-1", "CVE-2"], withdrawn="2026-01-01T00:00:00Z")
    found = index(wrong, record("GHSA-1", aliases=["CVE-1"]), record("GHSA-2", aliases=["CVE-2"]))

    assert [one.group.key for one in found.match("pypi", "foo-bar", "1.0")] == ["CVE-1", "CVE-2"]
    assert index(wrong).match("pypi", "foo-bar", "1.0") == []
    assert len(index(record("GHSA-w", withdrawn="yesterday")).match("pypi", "foo-bar", "1.0")) == 1


def test_records_about_one_flaw_are_one_finding_also_over_an_alias_that_is_no_record():
    chain = [record("PYSEC-1", aliases=["CVE-1"]), record("GHSA-1", aliases=["CVE-1", "X-9"], database_specific={"severity": "MODERATE"}),
             record("OSV-1", aliases=["X-9"], affected=[affected(ECOSYSTEM="introduced 0,fixed 3.0")])]  # fmt: skip
    (found,) = index(*chain).match("PyPI".lower(), "Foo.Bar", "1.0")

    assert found.group.key == "CVE-1"
    assert found.group.ids == {"PYSEC-1", "GHSA-1", "OSV-1", "CVE-1", "X-9"}
    assert found.group.advisories == ("GHSA-1", "PYSEC-1", "OSV-1")
    assert (found.group.severity, found.fixed) == ("medium", ("2.0", "3.0"))


def test_what_is_surely_affected_by_one_record_of_a_group_is_affected():
    (found,) = index(
        record("A", aliases=["CVE-1"], affected=[affected(GIT="introduced 0")]), record("B", aliases=["CVE-1"])
    ).match("pypi", "foo-bar", "1")

    assert found.answer == "affected"


def test_no_records_for_an_ecosystem_is_no_answer():
    found = index(record())

    assert found.covers("pypi")
    assert not found.covers("deb")
    assert found.match("pypi", "something-else", "1.0") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"{", "syntax"), (b"\xff", "syntax"), (b"[]", "not_a_record"), (b"{}", "not_a_record"), (b'{"id": 3}', "not_a_record"),
        (b'{"id": "a", "affected": {}}', "not_a_record"), (b"[" * 100_000, "syntax"),
        (b'{"id": "a", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": [{"type": "ECOSYSTEM"}]}]}', "not_a_record"),
        (b'{"id": "a", "affected": [{"package": {"ecosystem": "PyPI", "name": "a"}, "versions": [1]}]}', "not_a_record"),
        (b" " * (4 * 1024 * 1024 + 1), "too_large"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_refused_and_not_passed_over(data, code):
    found = read_record("a.json", data)

    assert isinstance(found, Refused)
    assert found.code == code
    assert found.message


def test_yaml_is_read_as_texts_and_without_aliases():
    text = b"id: PYSEC-1\nmodified: 2023-11-03T10:29:41.505456Z\naffected:\n- package: {ecosystem: PyPI, name: a}\n  versions: ['1.10', 2.0]\n"
    found = read_record("a.yaml", text)

    assert (found.modified, found.affected) == ("2023-11-03T10:29:41.505456Z", (Affected("pypi", "a", ("1.10", "2.0")),))
    assert isinstance(read_record("a.yaml", b"id: &a x\naliases: [*a]"), Refused)


def test_a_zip_gives_its_records_and_what_cannot_be_read_of_it():
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/GHSA-1.json", json.dumps(record()))
        archive.writestr("bomb.json", b" " * 20_000_000)
        archive.writestr("README.md", "no record")
    found = list(read_entries(entries_of_zip(file.getvalue())))

    assert [row.id if isinstance(row, Advisory) else row.code for row in found] == ["GHSA-1", "too_large"]
    assert [row.code for row in entries_of_zip(b"no zip")] == ["archive"]


def test_the_age_of_the_data_is_that_of_its_newest_record():
    snapshot = snapshot_of([read(record()), Refused("x", "syntax")], digest="sha256:1", imported_at=NOW)

    assert (snapshot.count, snapshot.refused) == (1, 1)
    assert age(snapshot, NOW) == timedelta(days=20)
    assert freshness(snapshot, NOW, timedelta(days=20)) == "fresh"
    assert freshness(snapshot, NOW, timedelta(days=19)) == "stale"
    assert (
        freshness(None, NOW, timedelta(days=19))
        == freshness(snapshot_of([], digest="", imported_at=NOW), NOW, timedelta(1))
        == "missing"
    )
    ahead = Snapshot("", 1, "9999-01-01T00:00:00Z", 0, NOW)
    assert freshness(ahead, NOW, timedelta(days=20)) == "stale"


def test_an_import_that_loses_records_has_to_be_confirmed():
    def of(count: int) -> Snapshot:
        return Snapshot("", count, "", 0, NOW)

    assert [shrinks(of(100), of(count)) for count in (89, 90, 100)] == [True, False, False]
    assert shrinks(None, of(0))
    assert not shrinks(None, of(1))


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8), ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:L/AC:H/PR:H/UI:N/S:U/C:N/I:N/A:N", 0.0), ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:P", 7.5),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9), ("CVSS:4.0/AV:N", None), ("", None), ("CVSS:3.1/AV:X", None),
    ],
)  # fmt: skip
def test_the_score_of_cvss_3(vector, score):
    assert cvss3_score(vector) == score


numbers = st.integers(0, 120)
pep440 = st.builds(
    lambda epoch, release, pre, post, dev: (
        (f"{epoch}!" if epoch else "") + ".".join(map(str, release)) + (f"{pre[0]}{pre[1]}" if pre else "")
        + (f".post{post}" if post is not None else "") + (f".dev{dev}" if dev is not None else "")
    ),
    st.integers(0, 2), st.lists(numbers, min_size=1, max_size=4), st.none() | st.tuples(st.sampled_from(["a", "b", "rc"]), numbers),
    st.none() | numbers, st.none() | numbers,
)  # fmt: skip


@given(pep440, pep440)
@settings(max_examples=1500, deadline=None)
def test_keys_sort_like_the_versions_of_python(one, other):
    first, second = version_key("pypi", one), version_key("pypi", other)

    assert (first < second, first == second) == (Version(one) < Version(other), Version(one) == Version(other))


SEMVER_ORDER = ["0.9.9", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-alphab", "1.0.0-beta",
                "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0", "10.0.0"]  # fmt: skip


def test_keys_sort_like_semantic_versions():
    keys = [version_key("npm", version) for version in SEMVER_ORDER]

    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert version_key("npm", "v1.2") == version_key("npm", "1.2.0+build.5")
    assert version_key("npm", "latest") is version_key("deb", "1.0") is version_key("pypi", "9" * 150) is None


@given(st.lists(st.tuples(pep440, st.sampled_from(["introduced", "fixed", "last_affected"])), min_size=1, max_size=6), pep440)
@settings(max_examples=400, deadline=None)
def test_spans_say_what_the_algorithm_of_the_schema_says(events, version):
    """The schema's own words: go through the events in order, and remember whether the version is affected."""
    rows = [Range("ECOSYSTEM", tuple((kind, written) for written, kind in events))]
    advisory = Advisory("A", affected=(Affected("pypi", "a", (), tuple(rows)),))
    spans = spans_of(advisory)
    if any(span.low == "?" for span in spans):
        assert not any(kind == "introduced" for _written, kind in events)
        return
    vulnerable = False
    asked = Version(version)
    beginning = ("0", "introduced")  # before every version there is, `0.dev0` too
    order = {event: (event != beginning, Version(event[0]), event[1] == "introduced") for event in events}
    for written, kind in sorted(events, key=lambda event: order[event]):
        at = Version(written)
        if kind == "introduced" and (asked >= at or (written, kind) == beginning):
            vulnerable = True
        elif (kind == "fixed" and asked >= at) or (kind == "last_affected" and asked > at):
            vulnerable = False
    found = Index(spans, merged([advisory])).match("pypi", "a", version)
    assert bool(found) == vulnerable


# A feed beside what holds --------------------------------------------------------------------------------------------

VERSIONS = st.builds(
    lambda epoch, release, pre, post, dev: (
        (f"{epoch}!" if epoch else "")
        + ".".join(map(str, release))
        + (f"{pre[0]}{pre[1]}" if pre else "")
        + (f".post{post}" if post is not None else "")
        + (f".dev{dev}" if dev is not None else "")
    ),
    st.integers(0, 2),
    st.lists(st.integers(0, 12), min_size=1, max_size=4),
    st.none() | st.tuples(st.sampled_from(["a", "b", "rc"]), st.integers(0, 20)),
    st.none() | st.integers(0, 20),
    st.none() | st.integers(0, 20),
)


@given(VERSIONS)
def test_a_key_is_told_as_a_version_with_the_same_key(version):
    key = version_key("pypi", version)

    assert key is not None
    assert version_key("pypi", said_again("pypi", key)) == key


@pytest.mark.parametrize("version", ["0.0.0", "1.2.3", "v1.10", "1.0.0-beta.2.x-y", "1.0.0-0"])
def test_a_key_of_semantic_versioning_is_told_likewise(version):
    key = version_key("npm", version)

    assert key is not None
    assert version_key("npm", said_again("npm", key)) == key
    assert said_again("npm", "nonsense") == said_again("maven", key) == ""
    assert said_again("maven", "=1.0-jre") == "1.0-jre"


def feed(*bodies: dict, refused: tuple[str, ...] = ()) -> Feed:
    found = Feed()
    for body in bodies:
        found.add(read(body))
    for name in refused:
        found.add(Refused(name, "syntax", {"name": name, "detail": "?"}))
    return found


def held_after(*bodies: dict) -> list[Held]:
    """What holds once a feed of these was imported into nothing."""
    written_rows = plan(feed(*bodies), None, []).written
    return [Held(key, replace(record, spans=None), place) for key, (record, place, _old) in enumerate(written_rows, 1)]


def test_the_scope_of_a_feed_is_what_all_its_records_are_about():
    npm, both = affected("npm", "a", SEMVER="introduced 0"), affected(ECOSYSTEM="introduced 0")
    assert feed(record("A"), record("B", affected=[npm, both])).scope() == {"pypi"}
    assert feed(record("A"), record("B", affected=[npm])).scope() is None
    assert feed({"id": "A"}).scope() is None
    assert feed({"id": "A"}, record("B")).scope() == {"pypi"}


def test_a_feed_that_says_the_same_changes_nothing():
    bodies = [record("A", aliases=["CVE-1"]), record("B", aliases=["CVE-1"]), record("C", withdrawn="2026-01-01T00:00:00Z")]
    found = plan(feed(*bodies), None, held_after(*bodies))

    assert (found.written, found.ended, found.count) == ([], [], 3)


def test_what_is_gone_ends_only_where_the_feed_would_have_it():
    held = held_after(record("A"), record("N", affected=[affected("npm", "a")]), {"id": "BARE"}, record("B"))

    def ended(scope, **more):
        return plan(feed(record("A"), **more), scope, held).gone

    assert ended(None) == 3
    assert ended(frozenset({"pypi"})) == 1
    assert ended(frozenset()) == 0
    assert ended(None, refused=("x/B.json", "N.yaml")) == 1


def test_a_record_that_links_two_flaws_writes_both_anew_and_its_going_takes_them_apart_again():
    apart = [record("CVE-1"), record("CVE-2")]
    link = record("LINK", aliases=["CVE-1", "CVE-2"])
    joined = plan(feed(*apart, link), None, held_after(*apart))
    assert {place.group for _record, place, _old in joined.written} == {"CVE-1"}
    assert (joined.added, joined.changed) == (1, 2)

    parted = plan(feed(*apart), None, held_after(*apart, link))
    assert {(item.advisory.id, place.group) for item, place, _old in parted.written} == {("CVE-1", "CVE-1"), ("CVE-2", "CVE-2")}
