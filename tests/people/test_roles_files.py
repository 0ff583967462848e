"""Roles as a file: what is read and written, and what an import keeps."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import Invalid, NotAllowed
from foundation.models import AuditEvent
from governance.people import services
from governance.people.files import Entry, RolesError, read_csv, read_roles, write_roles
from governance.people.models import RoleGrant

ROLES = {"operations": ["Operations", "运维"], "auditor": ["Auditor", "审计员"], "project_lead": ["Project lead"]}
YAML = """
roles:
  operations:
    - olga  # nights too
    - {person: ben@example.com, until: 2027-01-31, reason: holiday cover}
    - {team: platform}
  auditor: [ada]
"""


def codes(error):
    return [(item.line, item.code) for item in error.value.problems]


def test_a_file_names_people_and_teams_with_times():
    found = read_roles(YAML, roles=ROLES)

    assert [(item.line, item.role, item.holder, item.until) for item in found] == [
        (4, "operations", "olga", None),
        (5, "operations", "ben@example.com", date(2027, 1, 31)),
        (6, "operations", "platform", None),
        (7, "auditor", "ada", None),
    ]


def test_a_list_of_people_is_read_in_either_language_and_with_any_separator():
    english = "﻿Person;Role;Until\r\nolga;Operations;2027-01-31\r\n\r\n".encode()
    chinese = "用户名,角色\n奥尔加,运维\n".encode("utf-16")

    assert [(item.line, item.person, item.until) for item in read_csv(english, roles=ROLES)] == [(2, "olga", date(2027, 1, 31))]
    assert [(item.person, item.role) for item in read_csv(chinese, roles=ROLES)] == [("奥尔加", "operations")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (None, "empty")),
        ("roles: [a]", (None, "shape")),
        ("roles: {king: [a]}", (1, "role")),
        ("roles: {auditor: [{person: a, team: b}]}", (1, "holder")),
        ("roles: {auditor: [{person: a, until: tomorrow}]}", (1, "date")),
        ("roles: {auditor: [{person: a, since: 2027-02-01, until: 2027-01-01}]}", (1, "order")),
        ("roles: {auditor: [a, A]}", (1, "twice")),
        ("roles: {auditor: [{person: a, colour: red}]}", (1, "unknown_field")),
        ("roles: &x {auditor: [a]}", (1, "unreadable")),
        ("roles: {auditor: [a", (1, "unreadable")),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(text, expected):
    with pytest.raises(RolesError) as error:
        read_roles(text, roles=ROLES)

    assert expected in codes(error)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (None, "empty")),
        (b"who,what\na,b", (1, "columns")),
        (b"person,role\na,king", (2, "role")),
        (b"person,role\na,auditor,x", (2, "cells")),
        ("person,role\nmüller,auditor".encode("cp1252"), (None, "encoding")),
        (b"person,role\na\x00,auditor", (None, "encoding")),
        (b"person,role\n" + b"a,auditor\n" * 200_000, (None, "too_large")),
        (b'person,role\n"a,auditor', (None, "unreadable")),
    ],
)
def test_what_is_wrong_with_a_list_is_said_with_its_line(data, expected):
    with pytest.raises(RolesError) as error:
        read_csv(data, roles=ROLES)

    assert expected in codes(error)


ENTRIES = st.lists(
    st.builds(
        Entry,
        line=st.none(),
        role=st.sampled_from(list(ROLES)),
        person=st.text(st.characters(whitelist_categories=("Ll", "Lo", "Nd")), min_size=1, max_size=12),
        until=st.none() | st.dates(date(2027, 1, 1), date(2030, 1, 1)),
        reason=st.sampled_from(["", "holiday cover", "代班", "yes: no", "# not a comment"]),
    ),
    unique_by=lambda entry: (entry.role, entry.person.casefold()),
    min_size=1,
    max_size=8,
)


@settings(deadline=None)
@given(ENTRIES)
def test_what_is_written_reads_as_the_same(entries):
    text = write_roles(entries, order=list(ROLES))
    again = read_roles(text, roles=ROLES)

    def key(item):
        return (item.role, item.person)

    assert sorted([(*key(item), item.until, item.reason) for item in again], key=str) == sorted(
        [(*key(item), item.until, item.reason) for item in entries], key=str
    )
    assert write_roles(entries, order=list(ROLES), base=text) == text


def test_a_file_that_is_there_keeps_its_comments_and_its_order():
    entries = [item for item in read_roles(YAML, roles=ROLES) if item.person != "ada"]
    text = write_roles([*entries, Entry(None, "project_lead", "lea")], order=list(ROLES), base=YAML.strip())

    assert "olga  # nights too" in text
    assert "ada" not in text
    assert "lea" in text


# Import ---------------------------------------------------------------------------------------------------------------


def bring(world, text, **more):
    scope = world.use_case.public_id
    return services.import_roles(actor=world.lead, scope=scope, source=text.encode(), **more)


def test_a_dry_run_tells_row_by_row_and_keeps_nothing(world):
    before = (RoleGrant.objects.count(), AuditEvent.objects.count())
    report = bring(world, "roles: {operations: [stranger, nobody], ml_engineer: [engineer]}", dry_run=True)

    assert [(item.holder, item.outcome) for item in report.lines] == [
        ("stranger", "new"),
        ("nobody", "refused"),
        ("engineer", "same"),
    ]
    assert not report.written
    assert (RoleGrant.objects.count(), AuditEvent.objects.count()) == before


def test_one_wrong_line_keeps_the_others_back(world):
    before = RoleGrant.objects.count()
    report = bring(world, "roles: {operations: [stranger], auditor: [nobody]}")

    assert (report.refused, report.written, RoleGrant.objects.count()) == (1, False, before)


def test_the_same_file_again_changes_nothing(world):
    text = "person,role,until\nstranger,operations,2999-12-31\nadmin@example.com,end_user,\n"
    first = bring(world, text, format="csv")
    before = (RoleGrant.objects.count(), AuditEvent.objects.count())
    again = bring(world, text, format="csv")

    assert (first.new, first.written) == (2, True)
    assert (again.same, again.new) == (2, 0)
    assert (RoleGrant.objects.count(), AuditEvent.objects.count()) == before


def test_nobody_gives_themselves_a_role_in_a_file(world):
    report = bring(world, "roles: {operations: [lead]}")

    assert [item.outcome for item in report.lines] == ["refused"]
    assert "themselves" in report.lines[0].said


def test_what_the_file_does_not_name_is_told_and_stays(world):
    report = bring(world, "roles: {operations: [stranger]}")

    assert any("security" in item for item in report.only_here)
    assert RoleGrant.objects.live().filter(user=world.security.user).exists()


def test_who_may_give_no_roles_imports_none(world):
    with pytest.raises(NotAllowed):
        services.import_roles(actor=world.security, scope=world.use_case.public_id, source=b"roles: {operations: [stranger]}")


def test_a_file_that_cannot_be_read_names_its_lines(world):
    with pytest.raises(Invalid) as refused:
        bring(world, "roles: {king: [a]}")

    assert [item.field for item in refused.value.errors] == ["line 1"]


def test_what_is_exported_is_imported_as_the_same(world):
    from governance.usecases.exporting_roles import roles_yaml

    text = roles_yaml(world.use_case)
    report = bring(world, text)

    assert report.same == len(report.lines) > 5
