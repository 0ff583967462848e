from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import jobs
from governance.usecases.models import Import, ImportRun, UseCase
from governance.usecases.services import intake
from tests.usecases.messy import as_csv, as_xlsx, inventory

LIST = as_csv(
    [["1", "Invoice reading", "Typing takes days.", "Sometimes"], ["2", "", "No title.", "High"]],
    columns=["ID", "Title", "Problem", "Risk"],
)


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def uploaded(client, data: bytes = LIST, name: str = "list.csv"):
    return client.post("/use-cases/import/", {"file": SimpleUploadedFile(name, data)}, follow=True)


def sent(form, **changes: str) -> dict[str, str]:
    """What a browser sends of a form as it came."""
    return {**{field.name: str(form.initial.get(field.name) or field.field.initial or "") for field in form}, **changes}


def tried(client, data: bytes = LIST, **changes: str):
    page = uploaded(client, data)
    return client.post(page.request["PATH_INFO"], sent(page.context["form"], **changes), follow=True)


def test_from_the_list_of_use_cases_to_an_import_by_forms_alone(world):
    client = world.client("admin")
    assert 'href="/use-cases/import/"' in text_of(client.get("/use-cases/"))

    page = uploaded(client)
    shown = text_of(page)
    assert "2 rows were read" in shown
    assert "Typing takes days." in shown
    assert "Sometimes (1×)" in shown

    report = client.post(page.request["PATH_INFO"], sent(page.context["form"]), follow=True)
    shown = text_of(report)
    assert "What would happen" in shown
    assert "There is no title. Give it one." in shown
    assert UseCase.objects.count() == 1

    refused = client.post(report.request["PATH_INFO"], {})
    assert refused.status_code == 409
    assert "Rows with errors: 1" in text_of(refused)

    done = client.post(report.request["PATH_INFO"], {"only_good": "on"}, follow=True)
    assert "What was imported" in text_of(done)
    assert 'href="/use-cases/invoice-reading/"' in text_of(done)
    assert "This dry run was imported" in text_of(client.get(report.request["PATH_INFO"]))


def test_the_same_columns_are_remembered(world):
    client = world.client("admin")
    page = uploaded(client)
    at = list(page.context["table"].columns).index("Problem")
    client.post(page.request["PATH_INFO"], sent(page.context["form"], **{f"column-{at}": "limits", "inventory": "mine"}))

    again = uploaded(client, as_csv([["7", "Other", "x", "Low"]], columns=["ID", "Title", "Problem", "Risk"]))
    assert again.context["form"][f"column-{at}"].initial == "limits"
    assert again.context["form"]["inventory"].initial == "mine"


def test_words_of_columns_that_were_chosen_just_now_are_asked_for_first(world):
    client = world.client("admin")
    page = uploaded(client, as_csv([["A", "Bad"], ["B", "Good"]], columns=["Title", "Colour"]))
    answer = client.post(page.request["PATH_INFO"], sent(page.context["form"], **{"column-1": "risk_tier"}))

    assert "Say what these words mean" in text_of(answer)
    assert "Bad (1×)" in text_of(answer)
    assert not ImportRun.objects.exists()

    form = answer.context["form"]
    word = next(field.name for field in form if field.label.startswith("Bad"))
    data = {name: form.data.get(name, "") for name in form.fields} | {word: "high"}
    report = client.post(page.request["PATH_INFO"], data, follow=True)
    client.post(report.request["PATH_INFO"], {})
    assert ImportRun.objects.order_by("-pk")[0].mapping["choices"]["risk_tier"]["bad"] == "high"


def test_two_columns_for_the_title_are_told_on_the_page(world):
    answer = tried(world.client("admin"), **{"column-2": "title"})

    assert answer.status_code == 400
    assert "Only one column can become “Title”" in text_of(answer)


def test_the_file_can_be_read_in_another_way(world):
    client = world.client("admin")
    page = uploaded(client, as_csv([["1", "Café", "x", ""]], columns=["ID", "Title", "Problem", "Risk"], encoding="cp1252"))
    address = page.request["PATH_INFO"]

    assert "read as Windows-1252" in text_of(page)
    assert (
        "CafÈ" in text_of(client.get(f"{address}?encoding=mac-roman"))
        or client.get(f"{address}?encoding=mac-roman").status_code == 200
    )
    wrong = client.get(f"{address}?names_at=99")
    assert wrong.status_code == 400
    assert "Line 99 is empty or not there" in text_of(wrong)
    assert client.get(f"{address}?encoding=nope").status_code == 400


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7", "This is a PDF"),
        (b'Title\n"open\nA\n', "never closed"),
        (b"\xd0\xcf\x11\xe0", "XLS"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_at_its_field(world, data, said):
    answer = uploaded(world.client("admin"), data)

    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not Import.objects.exists()


def test_the_report_is_paged_filtered_and_saved_without_formulas(world):
    client = world.client("admin")
    lines = [[str(at), f"=cmd|' /C calc'!A{at}" if at == 3 else f"Wish number {at} of many", ""] for at in range(1, 131)] + [
        ["", "", "x"]
    ]
    report = tried(client, as_csv(lines, columns=["ID", "Title", "Problem"]))
    address = report.request["PATH_INFO"]

    assert len(report.context["rows"]) == 50
    assert "Rows after" in text_of(report)
    second = client.get(address + report.context["later_url"])
    assert second.context["rows"][0][0].number == 52
    assert client.get(address + second.context["earlier_url"]).context["rows"][0][0].number == 2
    assert [row.outcome for row, _said in client.get(address + "?show=error").context["rows"]] == ["error"]

    saved = b"".join(client.get(address + "report.csv").streaming_content).decode()
    assert saved.startswith("\ufeffRow,")
    assert "'=cmd|' /C calc'!A3" in saved
    assert not re.search(r"(^|,)=", saved, re.M)


def test_a_long_import_shows_how_far_it_is(world, monkeypatch):
    monkeypatch.setattr(intake, "ROWS_AT_ONCE", 5)
    client = world.client("admin")
    report = tried(client, inventory(12))
    going = client.post(report.request["PATH_INFO"], {"only_good": "on"}, follow=True)
    run = ImportRun.objects.get(is_dry=False)

    assert "The list is being imported" in text_of(going)
    assert f"/jobs/{run.job.public_id}/" in text_of(going)
    jobs.run(run.job.pk)
    assert "What was imported" in text_of(client.get(going.request["PATH_INFO"]))


def test_a_workbook_is_imported(world):
    report = tried(world.client("admin"), as_xlsx([["Title", "Problem"], ["Invoice reading", "Typing takes days."]]))

    assert report.context["run"].counts["new"] == 1


def test_whoever_may_not_import_is_told_why(world):
    client = world.client("scientist")
    shown = text_of(client.get("/use-cases/import/"))
    assert "You can open use cases one by one" in shown
    assert uploaded(client).status_code == 403

    uploaded(world.client("admin"))
    assert client.get(f"/use-cases/import/{Import.objects.get().public_id}/").status_code == 404
    assert "Only an administrator" in text_of(world.client("auditor").get(f"/use-cases/import/{Import.objects.get().public_id}/"))


def test_the_file_comes_back_as_it_was_and_never_as_a_page(world):
    client = world.client("admin")
    uploaded(client, LIST, "<script>.csv")
    answer = client.get(f"/use-cases/import/{Import.objects.get().public_id}/file/")

    assert b"".join(answer.streaming_content) == LIST
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_hostile_cells_are_shown_as_text(world):
    report = tried(world.client("admin"), as_csv([["<script>alert(1)</script>", "<b>"]], columns=["Title", "Problem"]))

    assert "<script>alert(1)" not in report.content.decode()
    assert "&lt;script&gt;alert(1)" in report.content.decode()


def test_pages_of_imports_take_few_queries(world, django_assert_max_num_queries):
    client = world.client("admin")
    report = tried(client, as_csv([[f"Wish {at}", "x"] for at in range(80)], columns=["Title", "Problem"]))
    with django_assert_max_num_queries(30):
        client.get(report.request["PATH_INFO"])
    with django_assert_max_num_queries(30):
        client.get("/use-cases/import/")


def test_a_row_that_is_near_something_leads_to_it(world):
    report = tried(world.client("admin"), as_csv([["Customer churn", "Customers leave."]], columns=["Title", "Problem"]))

    assert '<a href="/use-cases/churn/">It is like “Customer churn”, which is there already.' in text_of(report)
