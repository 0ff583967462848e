from __future__ import annotations

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction

from foundation import jobs
from foundation.errors import Conflict, Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent, Job
from governance.people import services as people
from governance.people.models import RoleGrant
from governance.usecases import services
from governance.usecases.intake import table
from governance.usecases.intake.guessing import guess
from governance.usecases.models import Definition, Import, ImportRow, ImportRun, InventoryEntry, Kpi, UseCase
from governance.usecases.services import intake
from tests.usecases.messy import as_csv, inventory
from tests.usecases.papers import decision_over

FILL = {"business_problem": "Not stated.", "ml_problem": "Not stated."}
NAMES = ["ID", "Title", "Problem", "Outputs", "KPI", "Baseline", "Target"]
LINES = [
    ["1", "Invoice reading", "Typing takes days.", "Fields of an invoice", "Read without a hand", "10 %", "80 %"],
    ["2", "Parcel weights", "Scales break.", "A weight", "", "", ""],
]


def tried(world, data: bytes, *, name: str = "list.csv", who: str = "admin", inventory: str = "list") -> ImportRun:
    upload = services.upload_list(actor=getattr(world, who), data=data, name=name)
    mapping = guess(services.table_of(upload), fill=FILL).as_mapping()
    return services.check_list(actor=getattr(world, who), upload=upload, mapping=mapping, inventory=inventory)


def imported(world, data: bytes, **more) -> ImportRun:
    only_good = more.pop("only_good", False)
    who = more.get("who", "admin")
    return services.import_list(actor=getattr(world, who), checked=tried(world, data, **more), only_good=only_good)


def listed(*lines: list[str]) -> bytes:
    return as_csv(list(lines) or LINES, columns=NAMES)


def changed_in(line: int, column: str, text: str) -> bytes:
    lines = [list(row) for row in LINES]
    lines[line][NAMES.index(column)] = text
    return listed(*lines)


def register() -> tuple:
    """What stands in the register: use cases, versions, grants."""
    return (
        sorted(UseCase.objects.values_list("slug", "title", "kind")),
        sorted(Definition.objects.values_list("use_case__slug", "number", "digest")),
        RoleGrant.objects.count(),
    )


def codes(run: ImportRun) -> list[tuple[int, str, list[str]]]:
    return [(row.number, row.outcome, [problem["code"] for problem in row.problems]) for row in run.rows.all()]


def test_a_dry_run_tells_of_each_row_and_touches_nothing(world):
    before = register()
    run = tried(world, listed(*LINES, ["3", "", "No title.", "", "", "", ""]))

    assert run.is_dry
    assert run.counts == {"new": 2, "changed": 0, "same": 0, "left_out": 0, "error": 1}
    assert codes(run) == [(2, "new", []), (3, "new", []), (4, "error", ["no_title"])]
    assert register() == before
    assert [event.kind for event in AuditEvent.objects.filter(kind__startswith="usecases.import").order_by("pk")] == [
        "usecases.import.uploaded",
        "usecases.import.checked",
    ]


def test_an_import_opens_use_cases_for_others_with_what_the_rows_say(world):
    run = imported(world, listed())

    assert run.counts["new"] == 2
    row = UseCase.objects.get(slug="invoice-reading")
    definition = row.current_definition()
    assert (definition.business_problem, definition.ml_problem) == ("Typing takes days.", "Fields of an invoice")
    kpi = Kpi.objects.get(definition=definition)
    assert (kpi.name, kpi.baseline, kpi.target, kpi.unit, kpi.direction) == ("Read without a hand", 10, 80, "%", "up")
    assert not RoleGrant.objects.filter(scope=row.public_id).exists()
    assert AuditEvent.objects.filter(scope=row.public_id, kind="usecases.use_case.opened").exists()
    assert AuditEvent.objects.get(kind="usecases.import.carried_out").subject_id == run.public_id


def test_importing_the_same_file_again_changes_nothing(world):
    imported(world, listed())
    before, entries = register(), InventoryEntry.objects.count()
    again = imported(world, listed())

    assert again.counts == {"new": 0, "changed": 0, "same": 2, "left_out": 0, "error": 0}
    assert register() == before
    assert InventoryEntry.objects.count() == entries
    assert Import.objects.count() == 1


def test_a_changed_row_becomes_a_new_version_and_the_others_stay(world):
    imported(world, listed())
    run = imported(world, changed_in(0, "Problem", "Typing takes weeks."))

    assert (run.counts["changed"], run.counts["same"]) == (1, 1)
    row = UseCase.objects.get(slug="invoice-reading")
    assert [item.business_problem for item in row.definitions.order_by("number")] == ["Typing takes days.", "Typing takes weeks."]
    assert row.current_definition().kpis.get().target == 80
    assert UseCase.objects.get(slug="parcel-weights").definitions.count() == 1


def test_a_row_is_found_by_its_number_under_another_title(world):
    imported(world, listed())
    imported(world, changed_in(0, "Title", "Reading of invoices"))

    assert UseCase.objects.get(slug="invoice-reading").title == "Reading of invoices"
    assert UseCase.objects.get(slug="invoice-reading").definitions.count() == 1


def test_an_empty_cell_takes_nothing_away(world):
    imported(world, listed())
    before = register()
    run = tried(world, changed_in(0, "Outputs", ""))

    assert run.counts["same"] == 2
    assert register() == before


def test_what_somebody_wrote_meanwhile_stays_unless_the_row_changes_and_is_said(world):
    imported(world, listed())
    row = UseCase.objects.get(slug="invoice-reading")
    services.define(
        actor=world.admin, use_case=row, business_problem="Typing is dear.", ml_problem="Fields of an invoice", limits="EU"
    )

    assert tried(world, listed()).counts["same"] == 2
    run = tried(world, changed_in(0, "Problem", "Typing takes weeks."))
    assert codes(run)[0] == (2, "changed", ["written_meanwhile", "changes"])
    services.import_list(actor=world.admin, checked=run)
    newest = row.current_definition()
    assert (newest.number, newest.business_problem, newest.limits) == (3, "Typing takes weeks.", "EU")


def test_a_signed_version_stays_and_that_is_said(world):
    imported(world, listed())
    row = UseCase.objects.get(slug="invoice-reading")
    first = row.current_definition()
    services.sign_definition(actor=world.admin, definition=first, decision=decision_over("use_case", first))
    run = imported(world, changed_in(0, "Problem", "Typing takes weeks."))

    assert "was_signed" in codes(run)[0][2]
    first.refresh_from_db()
    assert first.approval
    assert row.current_definition().approval is None


def test_a_list_with_errors_is_not_begun_unless_its_good_rows_are_asked_for(world):
    data = listed(*LINES, ["3", "", "No title.", "", "", "", ""])
    before = register()
    with pytest.raises(Conflict, match="Rows with errors: 1"):
        imported(world, data)
    assert register() == before

    run = imported(world, data, only_good=True)
    assert run.counts == {"new": 2, "changed": 0, "same": 0, "left_out": 0, "error": 1}


def test_when_one_row_cannot_be_written_none_is(world, monkeypatch):
    run = tried(world, listed())
    before = register()
    real = intake.intake_rows.open_use_case

    def second_fails(**said):
        if said["slug"] == "parcel-weights":
            raise Conflict("Taken.")
        return real(**said)

    monkeypatch.setattr(intake.intake_rows, "open_use_case", second_fails)
    with pytest.raises(Conflict, match="Row 3: Taken"):
        services.import_list(actor=world.admin, checked=run)

    assert register() == before
    assert ImportRun.objects.filter(is_dry=False).count() == 0


def test_what_was_looked_at_is_what_is_imported(world):
    run = tried(world, listed())
    imported(world, listed())

    with pytest.raises(Conflict, match="changed the register"):
        services.import_list(actor=world.admin, checked=run)


def test_a_dry_run_is_imported_once(world):
    run = tried(world, listed())
    services.import_list(actor=world.admin, checked=run)

    with pytest.raises(Conflict, match="already"):
        services.import_list(actor=world.admin, checked=run)


def test_two_lists_may_number_their_rows_alike(world):
    imported(world, listed(), inventory="one")
    run = tried(world, listed(), inventory="other")

    assert codes(run) == [(2, "new", ["near"]), (3, "new", ["near"])]
    services.import_list(actor=world.admin, checked=run)
    assert UseCase.objects.filter(title="Invoice reading").count() == 2


def test_a_short_name_finds_a_use_case_that_was_there_before_the_list(world):
    data = as_csv([["churn", "Customer churn", "Customers leave at once."]], columns=["Slug", "Title", "Problem"])
    run = imported(world, data)

    assert run.counts["changed"] == 1
    newest = world.use_case.current_definition()
    assert (newest.number, newest.business_problem) == (2, "Customers leave at once.")
    assert newest.ml_problem == "Will this customer cancel within 60 days?"
    assert newest.kpis.get().name == "Leavers found"


def test_people_get_the_roles_that_a_row_names_where_there_is_just_one(world):
    data = as_csv([["A", "scientist@example.com", "Nobody"]], columns=["Title", "Project lead", "Business owner"])
    run = imported(world, data)
    grants = RoleGrant.objects.filter(scope=UseCase.objects.get(title="A").public_id)

    assert [(grant.user.username, grant.role) for grant in grants] == [("scientist", "project_lead")]
    assert "unknown_person" in codes(run)[0][2]


def test_titles_without_latin_letters_get_a_short_name_that_is_always_the_same(world):
    data = as_csv([["客户流失预测", "客户离开。"]], columns=["标题", "问题"], encoding="gb18030")
    imported(world, data)

    assert UseCase.objects.get(title="客户流失预测").slug.startswith("use-case-")
    assert tried(world, data).counts["same"] == 1


def test_a_short_name_that_is_taken_gets_a_mark(world):
    imported(world, as_csv([["9", "Import"], ["10", "Customer churn!"], ["11", "Churn"]], columns=["ID", "Title"]))

    assert sorted(UseCase.objects.values_list("slug", flat=True))[:1] == ["churn"]
    assert UseCase.objects.get(title="Churn").slug.startswith("churn-")
    assert UseCase.objects.get(title="Import").slug.startswith("import-")


def test_a_long_list_is_a_job_that_goes_on_after_it_was_killed(world, monkeypatch):
    monkeypatch.setattr(intake, "ROWS_AT_ONCE", 10)
    run = imported(world, inventory(45), only_good=True)
    assert run.job is not None
    assert run.finished_at is None

    real, calls = intake.intake_rows.write_some, []

    def dies_at_the_second(*args):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return real(*args)

    monkeypatch.setattr(intake.intake_rows, "write_some", dies_at_the_second)
    jobs.run(run.job.pk)
    half = UseCase.objects.count()
    assert ImportRow.objects.filter(run=run).count() == 20
    Job.objects.filter(pk=run.job.pk).update(state=Job.State.QUEUED)  # as the reaper does
    jobs.run(run.job.pk)

    run.refresh_from_db()
    assert run.finished_at is not None
    assert sum(run.counts.values()) == 45
    assert half < UseCase.objects.count() == 1 + run.counts["new"]
    assert AuditEvent.objects.filter(kind="usecases.import.carried_out").count() == 1
    assert tried(world, inventory(45)).counts["new"] == 0


def test_a_row_that_something_came_between_is_named_and_the_others_are_written(world, monkeypatch):
    monkeypatch.setattr(intake, "ROWS_AT_ONCE", 1)
    run = imported(world, listed())
    real = intake.intake_rows.open_use_case

    def first_fails(**said):
        if said["slug"] == "invoice-reading":
            raise Conflict("Taken.")
        return real(**said)

    monkeypatch.setattr(intake.intake_rows, "open_use_case", first_fails)
    jobs.run(run.job.pk)

    run.refresh_from_db()
    assert codes(run) == [(2, "error", ["came_between"]), (3, "new", [])]
    assert UseCase.objects.filter(slug="parcel-weights").exists()


def test_a_dry_run_of_a_very_long_list_is_a_job(world, monkeypatch):
    monkeypatch.setattr(intake, "CELLS_AT_ONCE", 10)
    run = tried(world, listed())
    assert run.finished_at is None

    jobs.run(run.job.pk)
    run.refresh_from_db()
    assert run.counts["new"] == 2


@pytest.mark.parametrize("who", ["lead", "scientist", "auditor", "stranger", "ci"])
def test_only_administrators_and_leads_of_the_whole_organisation_import(world, who):
    with pytest.raises(NotAllowed):
        services.upload_list(actor=getattr(world, who), data=listed(), name="list.csv")
    assert not Import.objects.exists()


def test_a_lead_of_the_whole_organisation_imports(world):
    people.grant_role(actor=world.admin, user=world.stranger.user, role="project_lead")

    assert imported(world, listed(), who="stranger").counts["new"] == 2


def test_whoever_lost_the_role_since_imports_nothing_more(world, monkeypatch):
    monkeypatch.setattr(intake, "ROWS_AT_ONCE", 1)
    grant = people.grant_role(actor=world.admin, user=world.stranger.user, role="project_lead")
    run = imported(world, listed(), who="stranger")
    people.end_role(actor=world.admin, grant=grant, reason="Left.")
    jobs.run(run.job.pk)

    assert Job.objects.get(pk=run.job.pk).state == Job.State.FAILED
    assert UseCase.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "empty"), (b"%PDF-1.7", "kind"), (b'Title\n"open\n', "unclosed_quote"), (b"PK\x03\x04", "xlsx")],
)
def test_a_file_that_cannot_be_read_leaves_nothing(world, data, code):
    with pytest.raises(Invalid) as refused:
        services.upload_list(actor=world.admin, data=data, name="list.csv")

    assert [(item.field, item.code) for item in refused.value.errors] == [("file", code)]
    assert str(refused.value.errors[0].message)
    assert not Import.objects.exists()
    assert default_storage.listdir("")[0] == []


def test_a_file_that_is_too_large_is_told_so(world):
    with pytest.raises(TooLarge):
        services.upload_list(actor=world.admin, data=b"a" * (table.LARGEST + 1), name="list.csv")


def test_a_useless_mapping_is_told_by_its_columns(world):
    upload = services.upload_list(actor=world.admin, data=listed(), name="list.csv")
    with pytest.raises(Invalid) as refused:
        services.check_list(
            actor=world.admin, upload=upload, mapping={"columns": {"Problem": "title", "ID": "title"}}, inventory="x"
        )
    assert [item.code for item in refused.value.errors] == ["twice"]
    with pytest.raises(Invalid, match="short name"):
        services.check_list(actor=world.admin, upload=upload, mapping={"columns": {"Title": "title"}}, inventory="No!")


def test_planning_a_list_takes_as_many_queries_whatever_its_length(world, django_assert_max_num_queries):
    imported(world, listed())
    upload = services.upload_list(actor=world.admin, data=inventory(300), name="long.csv")
    mapping = guess(services.table_of(upload), fill=FILL).as_mapping()

    with django_assert_max_num_queries(25):
        services.check_list(actor=world.admin, upload=upload, mapping=mapping, inventory="list")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE usecases_import SET name = 'other'",
        "UPDATE usecases_importrun SET inventory = 'other'",
        "UPDATE usecases_importrow SET outcome = 'error'",
        "UPDATE usecases_inventoryentry SET key = 'other'",
        "DELETE FROM usecases_importrow",
        "DELETE FROM usecases_inventoryentry",
    ],
)
def test_what_is_on_record_of_an_import_is_never_rewritten(world, statement):
    imported(world, listed())

    with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
