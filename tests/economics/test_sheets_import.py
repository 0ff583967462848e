"""A case as a spreadsheet: taken out, changed, looked at, and taken over into the draft."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import clock
from foundation.canonical import digest_bytes
from foundation.errors import Conflict, Invalid, Missing, NotAllowed, TooLarge
from foundation.models import AuditEvent
from governance.economics import drafting, services
from governance.economics.cashflow.precision import total
from governance.economics.components import plan_of
from governance.economics.models import CaseDraft, CaseSheet, Snapshot
from governance.economics.plan.written import plan_as_mapping
from governance.economics.selectors.sheets import bytes_of, tried
from governance.economics.services.sheets import KEPT_FOR, forget_old_files, keep_sheet, take_sheet
from governance.economics.sheets import export_csv, export_xlsx, reading
from governance.economics.tasks import forget_sheets
from tests.economics.case_plans import begun, line, rich_plan, simple_plan

URL = "/use-cases/churn/cost-benefit/import/"
API = "/api/v1/use-cases/churn/economics/import"


@pytest.fixture
def first(world) -> Snapshot:
    return services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=rich_plan())


def kept(world, data: bytes, name: str = "case.xlsx") -> CaseSheet:
    return keep_sheet(actor=world.lead, use_case=world.use_case, data=data, name=name)


def plan_now():
    return drafting.as_plan(CaseDraft.objects.get().plan)


def changed_plan():
    plan = rich_plan()
    return replace(plan, lines=(*plan.lines[:2], line("audit", title="Audit", quantity=Decimal(3))))


def sent(data: bytes, name: str = "case.xlsx") -> dict:
    return {"file": SimpleUploadedFile(name, data)}


# Looking and taking over -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("export", [export_xlsx, export_csv])
def test_what_was_changed_in_the_sheet_stands_in_the_draft_and_in_no_snapshot(world, first, export):
    sheet = kept(world, export(changed_plan()))
    take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)

    assert plan_as_mapping(plan_now()) == plan_as_mapping(changed_plan())
    assert [item.key for item in plan_now().lines] == [item.key for item in changed_plan().lines]
    assert Snapshot.objects.count() == 1
    sheet.refresh_from_db()
    assert (sheet.taken_by, sheet.draft) == (world.lead.user, CaseDraft.objects.get().public_id)
    kinds = set(AuditEvent.objects.filter(subject_id=sheet.public_id).values_list("kind", flat=True))
    assert kinds == {"economics.sheet.tried", "economics.sheet.taken_over"}


def test_looking_at_a_sheet_says_what_each_change_is_worth_and_touches_nothing(world, first):
    sheet = kept(world, export_xlsx(changed_plan()))
    trial = tried(world.use_case, bytes_of(sheet))

    assert [(part.kind, part.key) for part in trial.changes.parts if part.kind != "frame"] == [
        ("removed", "data"),
        ("added", "audit"),
    ]
    assert total(part.worth for part in trial.changes.parts) == trial.changes.difference
    assert not CaseDraft.objects.exists()


def test_the_first_case_may_come_from_a_sheet(world):
    sheet = kept(world, export_csv(simple_plan()), "case.csv")
    trial = tried(world.use_case, bytes_of(sheet))
    assert (trial.current, trial.changes, trial.can_be_taken) == (None, None, True)

    take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)
    assert plan_as_mapping(plan_now()) == plan_as_mapping(simple_plan())


def test_lines_alone_go_into_the_draft_that_is_there(world):
    begun(world, rich_plan(scenarios=()))
    data = b"key,title,kind,quantity,unit,unit_price,from_period,to_period\naudit,Audit,cost,3,day,900,0,1\n"
    sheet = kept(world, data, "lines.csv")
    take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=1)

    assert [item.key for item in plan_now().lines] == ["audit"]
    assert plan_now().discount == rich_plan().discount


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(world):
    draft = begun(world, rich_plan())
    sheet = kept(world, export_xlsx(changed_plan()))
    services.remove_line(actor=world.scientist, draft=draft, revision=draft.revision, key="data")

    with pytest.raises(Conflict, match="changed the draft meanwhile"):
        take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=draft.revision)
    with pytest.raises(Conflict, match="a draft already"):
        take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)
    sheet.refresh_from_db()
    assert sheet.taken_at is None


def test_only_the_bytes_that_were_looked_at_are_taken_over(world, first):
    sheet = kept(world, export_xlsx(changed_plan()))
    with pytest.raises(Conflict, match="not the file that was looked at"):
        take_sheet(actor=world.lead, sheet=sheet, sha256="sha256:" + "0" * 64, revision=None)

    sheet.file.storage.delete(sheet.file.name)
    sheet.file.storage.save(sheet.file.name, io.BytesIO(export_xlsx(simple_plan())))
    with pytest.raises(Conflict, match="not the file that was looked at"):
        take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)
    assert not CaseDraft.objects.exists()


def test_a_sheet_is_taken_over_once(world, first):
    sheet = kept(world, export_xlsx(changed_plan()))
    draft = take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)
    with pytest.raises(Conflict, match="taken over already"):
        take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=draft.revision)


def test_a_file_is_let_go_of_after_a_month_and_the_row_says_so(world, first):
    data = export_csv(plan_of(first))
    old = keep_sheet(actor=world.lead, use_case=world.use_case, data=data, name="old.csv")
    with clock.at(clock.now() + KEPT_FOR):
        new = keep_sheet(actor=world.lead, use_case=world.use_case, data=data, name="new.csv")
    with clock.at(old.created_at + KEPT_FOR):
        forget_sheets()
        assert bytes_of(old) == data, "not a moment too early"
    with clock.at(old.created_at + KEPT_FOR + timedelta(seconds=1)):
        assert (forget_old_files(), forget_old_files()) == (1, 0)

    old = CaseSheet.objects.get(pk=old.pk)  # as a request finds it: the one above still holds the file open
    with pytest.raises(Missing, match="not kept any more"):
        bytes_of(old)
    with pytest.raises(Missing, match="not kept any more"):
        take_sheet(actor=world.lead, sheet=old, sha256=old.sha256, revision=None)
    assert bytes_of(new) == data
    assert CaseSheet.objects.get(pk=old.pk).sha256 == digest_bytes(data)
    page = world.client("lead").get(f"/use-cases/churn/cost-benefit/import/{old.public_id}/")
    assert page.status_code == 404
    assert "economics.forget_sheets" in {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}


def test_who_only_reads_neither_sends_nor_takes_over(world, first):
    with pytest.raises(NotAllowed):
        keep_sheet(actor=world.auditor, use_case=world.use_case, data=export_csv(simple_plan()), name="a.csv")
    sheet = kept(world, export_xlsx(changed_plan()))
    with pytest.raises(NotAllowed):
        take_sheet(actor=world.auditor, sheet=sheet, sha256=sheet.sha256, revision=None)


def test_a_sheet_in_another_currency_is_told_and_refused(world, first):
    sheet = kept(world, export_csv(simple_plan(currency="USD")))
    trial = tried(world.use_case, bytes_of(sheet))
    assert (trial.currency, trial.can_be_taken) == ("EUR", False)
    with pytest.raises(Conflict, match="EUR"):
        take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)


# Files that are none ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"PK\x03\x04 and no more", "archive|workbook"),
        (b"\xd0\xcf\x11\xe0 old", "password"),
        (b"a,b\n1,2\n", "no sheet of a case"),
        (b"<html></html>", "XML"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_told_and_not_kept(world, first, data, words):
    with pytest.raises(Invalid, match=words):
        kept(world, data)
    assert not CaseSheet.objects.exists()


def test_a_huge_file_is_refused_before_it_is_read(world, first, monkeypatch):
    monkeypatch.setattr("governance.economics.services.sheets.LARGEST", 10)
    monkeypatch.setattr("governance.economics.services.sheets.read_sheet", None)
    with pytest.raises(TooLarge, match="MB"):
        kept(world, b"x" * 11)


def test_every_problem_is_told_with_its_sheet_and_cell_and_nothing_is_taken_over(world, first):
    book = openpyxl.load_workbook(io.BytesIO(export_xlsx(changed_plan())))
    for row in book["Lines"].iter_rows():
        for cell in row:
            if cell.value in ("gpu", "kept"):
                cell.value = "Not a key"
    out = io.BytesIO()
    book.save(out)
    sheet = kept(world, out.getvalue())

    with pytest.raises(Invalid) as refused:
        take_sheet(actor=world.lead, sheet=sheet, sha256=sheet.sha256, revision=None)
    assert any(item.field.startswith("Lines!") for item in refused.value.errors)
    assert not CaseDraft.objects.exists()

    text = world.client("lead").get(f"{URL}{sheet.public_id}/").content.decode()
    assert "Mend the file and read it again" in text
    assert "Lines" in text
    assert "Take over into the draft" not in text


def test_at_most_a_hundred_problems_are_told(world, first):
    rows = "".join(f"k{at},,cost,much,,1,0,0\n" for at in range(150))
    sheet = kept(world, b"key,title,kind,quantity,unit,unit_price,from_period,to_period\n" + rows.encode(), "lines.csv")

    assert len(tried(world.use_case, bytes_of(sheet)).read.problems) == reading.MOST_PROBLEMS
    assert "A hundred problems and more" in world.client("lead").get(f"{URL}{sheet.public_id}/").content.decode()


# Pages and API ---------------------------------------------------------------------------------------------------------------


def test_the_pages_lead_from_a_file_to_the_draft(world, first):
    client = world.client("lead")
    assert "No spreadsheet was read yet" in client.get(URL).content.decode()
    answer = client.post(URL, sent(export_xlsx(changed_plan())))
    url = answer["Location"]
    text = client.get(url).content.decode()
    assert "Audit" in text
    assert "Data licence" in text
    assert "Taken out" in text
    sheet = CaseSheet.objects.get()

    answer = client.post(url, {"sha256": sheet.sha256, "revision": ""})
    assert answer["Location"] == "/use-cases/churn/cost-benefit/draft/"
    assert "It was taken over into the draft" in client.get(url).content.decode()
    assert client.post(url, {"sha256": sheet.sha256, "revision": "1"}).status_code == 409


def test_somebody_who_was_overtaken_sees_so_and_may_decide_anew(world):
    draft = begun(world, rich_plan())
    client = world.client("lead")
    url = client.post(URL, sent(export_xlsx(changed_plan())))["Location"]
    services.remove_line(actor=world.scientist, draft=draft, revision=draft.revision, key="data")
    sheet = CaseSheet.objects.get()

    answer = client.post(url, {"sha256": sheet.sha256, "revision": str(draft.revision)})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "changed the draft meanwhile" in text
    assert f'name="revision" value="{draft.revision + 1}"' in text
    assert client.post(url, {"sha256": sheet.sha256, "revision": str(draft.revision + 1)}).status_code == 302


def test_a_wrong_file_is_told_at_the_form(world, first):
    answer = world.client("lead").post(URL, sent(b"%PDF-1.7", "case.pdf"))
    assert answer.status_code == 400
    assert "Save it as XLSX or CSV" in answer.content.decode()
    assert world.client("lead").post(URL, {}).status_code == 400


def test_the_same_sheet_says_that_nothing_changes(world, first):
    client = world.client("lead")
    url = client.post(URL, sent(export_xlsx(rich_plan())))["Location"]
    assert "It says the same as version 1" in client.get(url).content.decode()


@pytest.mark.parametrize("address", ["/use-cases/churn/economics/{id}/file", "/api/v1/use-cases/churn/economics/{id}/file"])
def test_a_case_is_handed_out_as_xlsx_and_csv(world, first, address):
    client = world.client("lead")
    for public_id in (first.public_id, first.case.public_id):
        answer = client.get(address.format(id=public_id) + "?format=xlsx")
        assert (answer.status_code, answer["Content-Disposition"]) == (200, 'attachment; filename="churn-1.xlsx"')
        assert "Lines" in openpyxl.load_workbook(io.BytesIO(answer.content)).sheetnames
    answer = client.get(address.format(id=first.public_id) + "?format=csv")
    assert answer.content == export_csv(plan_of(first))
    assert client.get(address.format(id=first.public_id) + "?format=ods").status_code == 400
    assert client.get(address.format(id="es_none")).status_code == 404


def test_a_draft_is_handed_out_and_as_a_workbook_once_it_can_be_reckoned(world):
    draft = begun(world)
    client = world.client("lead")
    url = f"/api/v1/use-cases/churn/economics/{draft.public_id}/file"
    assert client.get(f"{url}?format=csv").status_code == 200
    answer = client.get(f"{url}?format=xlsx")
    assert (answer.status_code, answer.json()["code"]) == (409, "economics.sheet.draft")


def test_what_comes_out_goes_in_unchanged_in_chinese_too(world, first):
    client = world.client("lead")
    client.cookies["django_language"] = "zh-hans"
    data = client.get(f"/use-cases/churn/economics/{first.public_id}/file?format=xlsx").content
    trial = tried(world.use_case, data)
    assert not trial.read.problems
    assert plan_as_mapping(trial.read.plan) == plan_as_mapping(plan_of(first))


def test_over_http_a_dry_run_is_confirmed_by_its_digest(world, first):
    client = world.client("lead")
    told = client.post(f"{API}?dry_run=1", sent(export_xlsx(changed_plan()))).json()
    assert (told["state"], told["against"], told["problems"]) == ("ready", 1, [])
    assert {part["line"] for part in told["changes"]["parts"]} >= {"audit", "data"}
    assert not CaseDraft.objects.exists()

    wrong = client.post(API, {"upload": told["id"], "sha256": "sha256:0"}, content_type="application/json")
    assert wrong.status_code == 409
    done = client.post(API, {"upload": told["id"], "sha256": told["sha256"]}, content_type="application/json")
    assert (done.status_code, done.json()["state"]) == (201, "taken")
    assert plan_as_mapping(plan_now()) == plan_as_mapping(changed_plan())


def test_over_http_a_draft_is_replaced_only_by_who_has_read_it(world):
    begun(world, rich_plan())
    client = world.client("lead")
    assert client.post(API, sent(export_xlsx(changed_plan()))).status_code == 428
    tag = client.get("/api/v1/use-cases/churn/economics/draft")["ETag"]
    assert client.post(API, sent(export_xlsx(changed_plan())), HTTP_IF_MATCH='"other"').status_code == 412
    assert client.post(API, sent(export_xlsx(changed_plan())), HTTP_IF_MATCH=tag).status_code == 201
    assert client.post(API, {}, HTTP_IF_MATCH=tag).status_code == 400


def test_the_tab_hands_the_version_that_is_shown_out(world, first):
    text = world.client("lead").get("/use-cases/churn/cost-benefit/").content.decode()
    assert f"/use-cases/churn/economics/{first.public_id}/file?format=xlsx" in text
    assert URL in text


def test_a_sheet_of_amounts_that_nobody_can_reckon_with_is_looked_at_without_them(world, first):
    """Each of its values can be written down; what they come to cannot."""
    most = Decimal(999_999_999_999)
    grown = line("gpu", quantity=most, unit_price=most, growth=Decimal(10), to_period=50)
    data = export_csv(rich_plan(horizon=50, lines=(grown,), scenarios=(), biases=(), exchange=()))

    answer = world.client("lead").post(URL, sent(data, "case.csv"))
    assert answer.status_code == 302
    page = world.client("lead").get(answer["Location"])
    asked = world.api("lead").post(API, sent(data, "case.csv"))

    assert page.status_code == 200
    assert asked.status_code < 300
    assert tried(world.use_case, data).changes is None
