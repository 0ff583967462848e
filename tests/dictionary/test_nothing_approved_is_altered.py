"""What was approved can be altered through no door: each test tries one, and then looks at every row that was approved."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from approvals.models import Decision
from approvals.services import decisions
from foundation import actor as actors
from foundation import clock
from foundation.errors import Conflict, CountersignError, NotAllowed
from foundation.verification import verify
from governance.dictionary import services
from governance.dictionary.models import Change, DataElement, ElementVersion, Proposal, Release
from governance.dictionary.services.approval import COMPONENT, approve_proposal
from tests.approvals.proposing import SAID, make_book
from tests.dictionary.approved import agreed_to

pytestmark = pytest.mark.django_db
OTHER = {"name": "Lies", "definition": "Something else.", "logical_type": "string"}


@pytest.fixture
def book(world):
    """`revenue` means dollars since a request was agreed to, and a release has it."""
    return make_book(world)


@pytest.fixture
def sealed(book):
    """The book, with what was approved as it stood before somebody tries something. Afterwards it has to stand so still."""
    book.agreed(book.proposes(unit="USD", meaning_changed=True))
    services.make_release(actor=book.keeper, dictionary=book.words)
    before = approved_rows()
    assert len(before["ElementVersion"]) == 2
    yield book
    after = approved_rows()
    for table, rows in before.items():
        assert {key: after[table].get(key) for key in rows} == rows
    assert book.revenue.current_version().unit == "USD"


def approved_rows() -> dict[str, dict[int, dict]]:
    """Everything that a decision put into force, column by column."""
    rows = {
        "ElementVersion": ElementVersion.objects.filter(approved_at__isnull=False),
        "Proposal": Proposal.objects.filter(approved_at__isnull=False),
        "Change": Change.objects.filter(proposal__approved_at__isnull=False),
        "Release": Release.objects.all(),
        "Decision": Decision.objects.all(),
    }
    ends = {"revoked_at", "revoked_by_id", "revoke_reason"}  # a decision may end; it does not change
    return {
        table: {row["id"]: {name: value for name, value in row.items() if name not in ends} for row in found.values()}
        for table, found in rows.items()
    }


def in_force(book) -> ElementVersion:
    found = book.revenue.current_version()
    assert found is not None
    return found


def refused(act) -> None:
    with pytest.raises((DatabaseError, TypeError, CountersignError)), transaction.atomic():
        act()


# The ORM ---------------------------------------------------------------------------------------------------------------

SAYS = {**SAID, "unit": "CHF"}


def saved(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


ORM = {
    "save": lambda row: saved(row, said=SAYS),
    "save of one column": lambda row: (setattr(row, "definition", "Lies."), row.save(update_fields=["definition"])),
    "save of another number": lambda row: saved(row, number=99),
    "save as a draft again": lambda row: saved(row, approved_at=None, reads_as=None, approval=None),
    "save of another decision": lambda row: saved(row, approval="dc_forged"),
    "save of another digest for readers": lambda row: saved(row, reads_as="sha256:" + "0" * 64),
    "save of another day": lambda row: saved(row, effective_from=clock.now().date()),
    "update": lambda row: ElementVersion.objects.filter(pk=row.pk).update(said=SAYS),
    "update past its manager": lambda row: ElementVersion._base_manager.filter(pk=row.pk).update(said=SAYS),
    "update_or_create": lambda row: ElementVersion.objects.update_or_create(pk=row.pk, defaults={"said": SAYS}),
    "bulk_update": lambda row: ElementVersion.objects.bulk_update([replaced(row)], ["said"]),
    "bulk_create over it": lambda row: ElementVersion.objects.bulk_create(
        [replaced(row)], update_conflicts=True, unique_fields=["id"], update_fields=["said"]
    ),
    "delete": lambda row: row.delete(),
    "delete of all": lambda row: ElementVersion.objects.all().delete(),
    "delete past its manager": lambda row: ElementVersion._base_manager.filter(pk=row.pk).delete(),
    "delete without asking": lambda row: ElementVersion._base_manager.filter(pk=row.pk)._raw_delete(using="default"),
    "delete of its element": lambda row: DataElement.objects.filter(pk=row.element_id).delete(),
    "another element": lambda row: saved(row, element=DataElement.objects.exclude(pk=row.element_id).get()),
    "another element's key": lambda row: DataElement.objects.filter(pk=row.element_id).update(key="other"),
    "another element's legend": lambda row: DataElement.objects.filter(pk=row.element_id).update(legend="other"),
}


def replaced(row: ElementVersion) -> ElementVersion:
    row.said = SAYS
    return row


@pytest.mark.parametrize("door", ORM)
def test_through_the_orm(sealed, door, world):
    services.draft_version(actor=world.data_engineer, dictionary=sealed.words, key="another", said=OTHER)

    refused(lambda: ORM[door](in_force(sealed)))


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Proposal, {"approval": "dc_forged"}),
        (Proposal, {"approved_at": None}),
        (Proposal, {"title": "Lies"}),
        (Proposal, {"rationale": "Lies"}),
        (Change, {"meaning_changed": False}),
        (Change, {"version": None}),
        (Change, {"kind": "add"}),
        (Release, {"root": "sha256:" + "0" * 64}),
        (Release, {"entries": []}),
        (Decision, {"manifest": {}}),
        (Decision, {"facts": {}}),
    ],
)
def test_what_a_decision_rests_on_stays_as_it_was_agreed_to(sealed, model, values):
    rows = model._base_manager.all()
    assert rows.exists()

    refused(lambda: rows.update(**values))
    refused(lambda: rows._raw_delete(using="default"))


# SQL -------------------------------------------------------------------------------------------------------------------


def columns_of(model) -> list[str]:
    return [field.column for field in model._meta.local_concrete_fields if not field.primary_key]


def test_through_sql_column_by_column(sealed):
    row, table = in_force(sealed), ElementVersion._meta.db_table
    forged = {"DateTimeField": "2020-01-01 00:00:00+00:00", "DateField": "2020-01-01", "JSONField": "{}"}
    for field in ElementVersion._meta.local_concrete_fields:
        if field.primary_key:
            continue
        values = [None, forged.get(field.get_internal_type(), "77777")]
        for value in values if getattr(row, field.attname) is not None else values[1:]:

            def act(column=field.column, value=value):
                with connection.cursor() as cursor:
                    cursor.execute(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [value, row.pk])  # noqa: S608 - ours
                connection.check_constraints()

            refused(act)


def test_through_sql_that_deletes_or_replaces(sealed):
    row, table = in_force(sealed), ElementVersion._meta.db_table
    statements = [f'DELETE FROM "{table}" WHERE id = {row.pk}', f'DELETE FROM "{table}"']  # noqa: S608 - our own names
    if connection.vendor == "sqlite":
        names = ", ".join(f'"{name}"' for name in ["id", *columns_of(ElementVersion)])
        statements.append(f'REPLACE INTO "{table}" ({names}) SELECT {names} FROM "{table}" WHERE id = {row.pk}')  # noqa: S608
    else:
        statements.append(f'TRUNCATE "{table}" CASCADE')

    def run(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)

    for statement in statements:
        refused(lambda statement=statement: run(statement))


def test_a_draft_that_somebody_marks_as_approved_behind_the_services_is_found_in_the_log(sealed, world):
    draft = services.draft_version(actor=world.data_engineer, dictionary=sealed.words, key="another", said=OTHER)
    assert not [item for item in verify() if item.altered]
    draft.approved_at, draft.reads_as, draft.approval = clock.now(), draft.digest, "dc_forged"
    draft.save(update_fields=["approved_at", "reads_as", "approval"])

    assert draft.public_id in {item.subject for item in verify() if item.altered}


# Services --------------------------------------------------------------------------------------------------------------


def test_a_draft_of_the_same_element_is_in_force_for_nobody(sealed, world):
    for said in (OTHER, SAID, {**SAID, "unit": "CHF"}):
        services.draft_version(actor=world.data_engineer, dictionary=sealed.words, key="revenue", said=said)

    assert sealed.revenue.current_version().unit == "USD"
    assert DataElement.objects.get(pk=sealed.revenue.pk).name == "Revenue"


def test_a_proposal_that_was_approved_takes_no_more_commands(sealed, world):
    row = Proposal.objects.filter(approved_at__isnull=False).last()
    doors = [
        lambda actor: services.put_change(actor=actor, proposal=row, dictionary=sealed.words, key="revenue", said=SAYS),
        lambda actor: services.take_out_change(actor=actor, proposal=row, element=sealed.revenue),
        lambda actor: services.answer_meaning(actor=actor, proposal=row, element=sealed.revenue, meaning_changed=False),
        lambda actor: services.rebase_change(actor=actor, proposal=row, element=sealed.revenue),
        lambda actor: services.split_proposal(actor=actor, proposal=row, elements=[sealed.revenue], title="Part"),
        lambda actor: services.withdraw_proposal(actor=actor, proposal=row, reason="No."),
    ]
    for actor in (world.data_engineer, sealed.keeper, actors.system("test")):
        for door in doors:
            with pytest.raises(NotAllowed):
                door(actor)


def test_no_role_puts_anything_into_force_by_writing_it(sealed, world):
    with pytest.raises(NotAllowed):
        sealed.proposes(actor=world.admin, meaning_changed=True, **OTHER)
    for actor in (world.data_engineer, sealed.keeper, actors.system("setup")):
        sealed.proposes(actor=actor, meaning_changed=True, **OTHER)

    assert sealed.revenue.current_version().unit == "USD"


def test_revoking_the_approval_takes_nothing_back_that_people_were_told(sealed, world):
    """Whoever wants the old meaning back proposes it, and those whom that breaks are asked."""
    decision = Decision.objects.get(request__subject_type="dictionary_proposal")
    before = list(ElementVersion.objects.order_by("pk").values())
    decisions.revoke(actor=world.admin, request=decision.request, reason="It was a mistake.")

    assert list(ElementVersion.objects.order_by("pk").values()) == before
    sealed.agreed(sealed.proposes(meaning_changed=True))
    assert sealed.revenue.current_version().unit == "EUR"
    sealed.agreed(sealed.proposes(unit="USD", meaning_changed=True))


# Decisions -------------------------------------------------------------------------------------------------------------


def test_a_decision_about_other_content_puts_nothing_into_force(sealed):
    row = sealed.proposes(unit="CHF", meaning_changed=True)
    forged = replace(agreed_to(row), manifest={COMPONENT: "sha256:" + "0" * 64})
    empty = replace(agreed_to(row), manifest={})
    earlier = agreed_to(row)
    sealed.says(row, unit="GBP", meaning_changed=True)

    for decision in (forged, empty, earlier):
        with pytest.raises(Conflict) as caught:
            approve_proposal(actor=sealed.keeper, proposal=row, decision=decision)
        assert caught.value.code == "proposal.other_content"
    assert Proposal.objects.get(pk=row.pk).is_open


def test_the_decision_of_another_proposal_puts_nothing_into_force(sealed):
    other = Decision.objects.get(request__subject_type="dictionary_proposal")
    row = sealed.proposes(unit="CHF", meaning_changed=True)

    with pytest.raises(Conflict):
        approve_proposal(actor=sealed.keeper, proposal=row, decision=other)


def test_the_same_decision_twice_is_one(sealed):
    decision = Decision.objects.get(request__subject_type="dictionary_proposal")
    row = Proposal.objects.get(public_id=decision.request.subject_id)

    assert approve_proposal(actor=sealed.keeper, proposal=row, decision=decision).approval == decision.public_id


def test_another_decision_about_what_is_over_is_refused(sealed):
    row = Proposal.objects.filter(approved_at__isnull=False).last()

    with pytest.raises(Conflict) as caught:
        approve_proposal(actor=sealed.keeper, proposal=row, decision=agreed_to(row))
    assert caught.value.code == "proposal.over"
