from __future__ import annotations

import csv
import io

import pytest

from foundation import jobs
from foundation.errors import Conflict, Invalid, NotAllowed, TooLarge
from foundation.models import AuditEvent, SearchEntry
from foundation.search import missing
from foundation.verification import verify
from governance.dictionary import services
from governance.dictionary.legend import legend_key
from governance.dictionary.models import (
    Alias,
    Binding,
    Change,
    DataElement,
    Dataset,
    DictionaryImport,
    DictionaryImportLine,
    ElementVersion,
    Proposal,
)
from governance.dictionary.services import import_rows, imports
from tests.dictionary.approved import approve, define

HEADINGS = ["Table", "Column", "Name", "Definition", "Type", "Physical type", "Unit"]
ROWS = [
    ["crm", "signup", "Sign-up day", "Day on which the customer signed up.", "date", "DATE", ""],
    ["crm", "weight", "Weight", "What the parcel weighs.", "number", "NUMERIC(8,2)", "kg"],
    ["crm", "客户编号", "客户编号", "客户的编号。", "string", "VARCHAR(20)", ""],
]


def as_csv(rows=ROWS, headings=HEADINGS) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()


def tried(room, data: bytes | None = None, *, actor=None, form="csv", name="crm.csv", team="sales", **more) -> DictionaryImport:
    return services.try_file(
        actor=actor or room.engineer, dictionary=room.dictionary, data=as_csv() if data is None else data, name=name, form=form,
        team=getattr(room, team) if team else None, **more,
    )  # fmt: skip


def imported(room, data: bytes | None = None, *, skip_errors=False, **more) -> DictionaryImport:
    checked = tried(room, data, **more)
    return services.carry_out(actor=more.get("actor") or room.engineer, checked=checked, skip_errors=skip_errors)


def everything() -> list[int]:
    models = (DataElement, ElementVersion, Proposal, Change, Alias, Dataset, Binding)
    return [model.objects.count() for model in models]


def outcomes(run: DictionaryImport) -> dict[str, str]:
    return {line.column: line.outcome for line in run.lines.all()}


def test_trying_a_file_says_what_would_happen_and_writes_nothing(room):
    before = everything()

    run = tried(room)

    assert outcomes(run) == {"signup": "new", "weight": "new", "客户编号": "new"}
    assert run.counts["new"] == 3
    assert run.checked_at is not None
    assert run.finished_at is None
    assert everything() == before


def test_an_import_drafts_one_proposal_and_binds_the_teams_columns(room):
    run = imported(room)

    proposal = Proposal.objects.get(public_id=run.proposals[0])
    assert (len(run.proposals), proposal.title, proposal.changes.count()) == (1, "Import of crm.csv", 3)
    assert {binding.column for binding in Binding.objects.filter(team=room.sales, side="fills")} == {
        "signup",
        "weight",
        "客户编号",
    }
    weight = DataElement.objects.get(key="crm.weight")
    assert weight.current_version() is None  # a draft, and nothing else
    assert weight.newest_version().said["unit"] == "kg"
    assert weight.newest_version().note == "crm.csv"


def test_without_a_team_nothing_is_bound(room):
    run = imported(room, team="")

    assert len(run.proposals) == 1
    assert not Binding.objects.exists()


def test_the_title_of_the_proposal_can_be_chosen(room):
    run = imported(room, title="Columns of the CRM")

    assert Proposal.objects.get(public_id=run.proposals[0]).title == "Columns of the CRM"


def test_the_same_file_again_changes_nothing(room):
    imported(room)
    before = everything()

    again = imported(room)

    assert again.counts == {"new": 0, "changed": 0, "bound": 0, "same": 3, "warning": 0, "error": 0}
    assert again.proposals == []
    assert everything() == before


def test_the_same_file_changes_nothing_after_its_proposal_was_approved(room):
    run = imported(room)
    approve(actor=room.governance, proposal=Proposal.objects.get(public_id=run.proposals[0]))
    before = everything()

    assert imported(room).counts["same"] == 3
    assert everything() == before


def test_what_a_withdrawn_proposal_said_is_proposed_again_without_another_draft(room):
    run = imported(room)
    services.withdraw_proposal(
        actor=room.engineer, proposal=Proposal.objects.get(public_id=run.proposals[0]), reason="Not yet."
    )  # fmt: skip
    versions = ElementVersion.objects.count()

    again = imported(room)

    assert len(again.proposals) == 1
    assert Proposal.objects.get(public_id=again.proposals[0]).changes.count() == 3
    assert ElementVersion.objects.count() == versions


def test_the_log_vouches_for_every_row_and_each_is_found_by_its_words(room):
    imported(room)

    assert [finding for finding in verify() if finding.altered] == []
    assert missing() == 0
    assert SearchEntry.objects.filter(type="element", title="Weight").exists()
    DataElement.objects.filter(key="crm.weight").update(name="Mass")  # of no consequence to the log
    element = DataElement.objects.get(key="crm.weight")
    DataElement.objects.filter(pk=element.pk).update(steward=room.governance.user)
    assert [finding.subject for finding in verify() if finding.altered] == [element.public_id]


def test_a_row_that_no_import_wrote_is_noticed(room):
    imported(room)
    row = Dataset(name="slipped in", created_at=room.element.created_at)
    row.save()

    assert [finding.code for finding in verify() if finding.altered] == ["register.unrecorded"]


def test_an_element_that_is_there_is_bound_and_not_written_anew(room):
    element = define(actor=room.governance, dictionary=room.dictionary, key="crm.weight", logical_type="number", unit="kg",
                     name="Weight", definition="What the parcel weighs.")  # fmt: skip

    run = imported(room, as_csv([["crm", "weight", "", "", "", "", ""]]))

    assert outcomes(run) == {"weight": "bound"}
    assert run.proposals == []
    assert Binding.objects.get(column="weight").element == element


def test_what_the_file_says_otherwise_becomes_a_change_and_what_it_does_not_say_stays(room):
    define(actor=room.governance, dictionary=room.dictionary, key="crm.weight", logical_type="number", unit="kg",
           name="Weight", definition="What the parcel weighs.")  # fmt: skip

    run = imported(room, as_csv([["crm", "weight", "", "", "", "", "g"]]))

    line = run.lines.get(column="weight")
    change = Proposal.objects.get(public_id=run.proposals[0]).changes.get()
    assert (line.outcome, line.said["fields"]) == ("changed", ["unit"])
    assert (change.kind, change.based_on.said["unit"], change.version.said["unit"]) == ("change", "kg", "g")
    assert change.version.said["definition"] == "What the parcel weighs."


@pytest.mark.parametrize("how", ["legend", "reference", "alias"])
def test_an_element_is_found_by_its_legend_key_its_full_name_or_what_it_is_called(room, how):
    services.add_alias(actor=room.engineer, element=room.element, term="day of joining", team=room.sales)
    cell = {"legend": room.element.legend.lower(), "reference": "customers/customer.signup_date", "alias": ""}[how]
    column = "day_of_joining" if how == "alias" else "x1"

    run = imported(room, as_csv([["crm", column, cell]], ["Table", "Column", "Element key"]))

    assert outcomes(run) == {column: "bound"}
    assert run.lines.get().said["found_by"] == how
    assert Binding.objects.get(column=column).element == room.element


def test_a_term_of_another_team_finds_nothing(room):
    services.add_alias(actor=room.engineer, element=room.element, term="day of joining", team=room.billing)

    run = tried(room, as_csv([["crm", "day_of_joining"]], ["Table", "Column"]))

    assert outcomes(run) == {"day_of_joining": "new"}


def test_a_legend_key_that_nobody_has_is_a_problem_with_what_to_do(room):
    other = legend_key("elsewhere", "something")

    run = tried(room, as_csv([["crm", f"Registered [{other}]"]], ["Table", "Column"]))

    assert run.lines.get().said["code"] == "legend_unknown"
    with pytest.raises(Conflict, match="Problems: 1"):
        services.carry_out(actor=room.engineer, checked=run)


def test_a_problem_holds_up_the_whole_file_unless_somebody_leaves_it_out(room):
    services.bind_column(actor=room.engineer, element=room.element, team=room.sales, dataset="crm", column="weight")
    before = everything()
    run = tried(room)

    assert outcomes(run)["weight"] == "error"
    assert run.lines.get(column="weight").said["code"] == "bound_otherwise"
    with pytest.raises(Conflict):
        services.carry_out(actor=room.engineer, checked=run)
    assert everything() == before

    done = services.carry_out(actor=room.engineer, checked=run, skip_errors=True)
    assert done.finished_at is not None
    assert Binding.objects.filter(column="signup").exists()
    assert Binding.objects.get(column="weight").element == room.element


def test_a_retired_element_is_a_problem(room):
    proposal = services.open_proposal(actor=room.governance, dictionary=room.dictionary, title="Gone", rationale="Old.")
    services.put_change(
        actor=room.governance, proposal=proposal, dictionary=room.dictionary, key="customer.signup_date", said=None
    )
    approve(actor=room.governance, proposal=proposal)

    run = tried(room, as_csv([["customer", "signup_date"]], ["Table", "Column"]))

    assert run.lines.get().said["code"] == "element_retired"


def test_what_changed_since_the_file_was_tried_is_not_written_over(room):
    run = tried(room)
    define(actor=room.governance, dictionary=room.dictionary, key="crm.weight", logical_type="number")

    with pytest.raises(Conflict, match="tried"):
        services.carry_out(actor=room.engineer, checked=run)
    assert not Binding.objects.exists()


def test_an_import_is_carried_out_once(room):
    run = tried(room)
    services.carry_out(actor=room.engineer, checked=run)

    with pytest.raises(Conflict, match="already"):
        services.carry_out(actor=room.engineer, checked=run)


def test_half_an_import_is_none(room, monkeypatch):
    run = tried(room)
    before = everything()

    def broken(*args, **kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(import_rows._Writer, "_bind", broken)
    with pytest.raises(RuntimeError):
        services.carry_out(actor=room.engineer, checked=run)

    assert everything() == before
    assert DictionaryImport.objects.get().finished_at is None


def test_names_that_the_file_gives_are_added_and_a_taken_one_is_told(room):
    services.add_alias(actor=room.engineer, element=room.element, term="joined")
    rows = [["crm", "start", "begun|joined"]]

    run = imported(room, as_csv(rows, ["Table", "Column", "Synonyms"]))

    terms = set(Alias.objects.filter(element__key="crm.start").values_list("term", flat=True))
    told = [line.said["code"] for line in run.lines.filter(outcome="warning")]
    assert (terms, told) in [({"begun"}, ["alias_taken"]), (set(), [])]


def test_more_changes_than_a_proposal_holds_become_parts(room, monkeypatch):
    monkeypatch.setattr(import_rows, "PIECE", 2)

    run = imported(room)

    titles = [Proposal.objects.get(public_id=public_id).title for public_id in run.proposals]
    assert titles == ["Import of crm.csv (part 1 of 2)", "Import of crm.csv (part 2 of 2)"]
    assert [finding for finding in verify() if finding.altered] == []


def test_the_bindings_of_an_import_are_news_for_what_was_approved(room):
    imported(room)

    told = AuditEvent.objects.filter(kind="dictionary.binding.made")
    assert told.count() == 1
    assert told.get().subject_id == DictionaryImport.objects.get().public_id


def test_a_large_file_is_a_job_with_progress(room, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(imports, "BYTES_AT_ONCE", 10)
    steps = []
    told = jobs.Run.step
    monkeypatch.setattr(jobs.Run, "step", lambda self, *args: (steps.append(args[0]), told(self, *args))[1])

    run = tried(room, then_import=True)
    assert (run.checked_at, run.job.state) == (None, "queued")
    jobs.run(run.job.pk)
    run.refresh_from_db()
    run.job.refresh_from_db()

    assert (run.job.state, run.job.error, run.finished_at is not None) == ("done", "", True)
    assert steps == sorted(steps)
    assert steps[-1] == 100
    assert len(steps) > 5
    assert Binding.objects.count() == 3
    assert missing() == 0


def test_a_job_that_meets_problems_says_so_and_writes_nothing(room, monkeypatch):
    monkeypatch.setattr(imports, "BYTES_AT_ONCE", 10)
    services.bind_column(actor=room.engineer, element=room.element, team=room.sales, dataset="crm", column="weight")

    run = tried(room, then_import=True)
    jobs.run(run.job.pk)
    run.refresh_from_db()

    assert "Problems: 1" in run.failure
    assert run.counts["error"] == 1
    assert Binding.objects.count() == 1


def test_a_large_file_that_was_tried_is_carried_out_by_another_job(room, monkeypatch):
    run = tried(room)
    monkeypatch.setattr(imports, "LINES_AT_ONCE", 1)

    begun = services.carry_out(actor=room.engineer, checked=run)
    assert begun.finished_at is None
    jobs.run(begun.job.pk)

    assert DictionaryImport.objects.get().finished_at is not None
    assert Binding.objects.count() == 3


@pytest.mark.parametrize("who", ["auditor", "stranger"])
def test_who_does_not_work_with_data_imports_nothing(room, who):
    with pytest.raises(NotAllowed):
        tried(room, actor=getattr(room, who))
    run = tried(room)
    with pytest.raises(NotAllowed):
        services.carry_out(actor=getattr(room, who), checked=run)


@pytest.mark.parametrize(
    ("data", "form", "why"),
    [
        (b"", "csv", "empty"),
        (b"%PDF-1.7 hello", "csv", "PDF|spreadsheet"),
        (b"PK\x03\x04 no workbook", "xlsx", "workbook"),
        (b"{not json", "jsonschema", "JSON"),
        (b"\xff\xfe\x00\x01\x02", "odcs", "UTF-8|ODCS|Open Data"),
        (b"a: [1, 2", "dbt", "YAML|line"),
        (b"[" * 100_000, "jsonschema", "deep|JSON"),
        (b"x: &a [1]\ny: *a\n", "odcs", "."),
        (b"nothing", "no-such-format", "no format"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason_and_nothing_is_kept(room, data, form, why):
    with pytest.raises(Invalid, match=why):
        tried(room, data, form=form, name="file")
    assert not DictionaryImport.objects.exists()


def test_a_file_that_is_too_large_is_refused(room, monkeypatch):
    monkeypatch.setattr(imports, "LARGEST", 10)

    with pytest.raises(TooLarge):
        tried(room)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "cp1252"])
def test_files_in_other_encodings_are_read(room, encoding):
    rows = ROWS if encoding != "cp1252" else [["crm", "größe", "Größe", "Wie groß es ist – ungefähr.", "number", "", ""]]
    data = as_csv(rows * 1).decode().encode(encoding)

    run = tried(room, data)

    assert run.counts["error"] == 0
    assert set(outcomes(run)) - {""} == {row[1] for row in rows}


def test_the_lines_of_a_report_are_kept_as_they_were(room):
    run = tried(room)

    with pytest.raises(TypeError):
        DictionaryImportLine.objects.filter(run=run).update(outcome="same")
