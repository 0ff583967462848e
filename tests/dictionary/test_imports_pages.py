from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from foundation import jobs
from governance.dictionary import services
from governance.dictionary.models import Binding, DictionaryImport
from governance.dictionary.services import imports
from tests.dictionary.test_imports import as_csv

IMPORTS = "/dictionary/customers/imports/"


@pytest.fixture
def browser(room) -> Client:
    client = Client()
    client.force_login(room.engineer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def uploaded(browser: Client, data: bytes | None = None, name: str = "crm.csv", **said: str):
    file = SimpleUploadedFile(name, as_csv() if data is None else data)
    return browser.post(IMPORTS, {"file": file, "format": "csv", "team": "sales", **said}, follow=True)


def test_from_a_file_to_a_proposal_by_forms_alone(room, browser):
    report = uploaded(browser)
    shown = text_of(report)
    assert "What would happen" in shown
    assert "crm.signup" in shown
    assert "The column is bound to it." in shown
    assert not Binding.objects.exists()

    done = browser.post(report.request["PATH_INFO"], {}, follow=True)
    shown = text_of(done)
    assert "The file was imported." in shown
    assert "/dictionary/customers/proposals/pp_" in shown
    assert Binding.objects.count() == 3

    again = text_of(uploaded(browser))
    assert "There is nothing to import." in again
    assert "imported" in text_of(browser.get(IMPORTS))


def test_problems_stand_in_the_report_with_what_to_do_and_can_be_left_out(room, browser):
    services.bind_column(actor=room.engineer, element=room.element, team=room.sales, dataset="crm", column="weight")

    report = uploaded(browser)
    address = report.request["PATH_INFO"]
    shown = text_of(browser.get(f"{address}?show=error"))
    assert "Sales has bound this column to customers/customer.signup_date." in shown
    assert "End that binding first" in shown
    assert "crm.signup" not in shown

    refused = browser.post(address, {})
    assert (refused.status_code, "Problems: 1" in text_of(refused)) == (409, True)
    assert browser.post(address, {"skip_errors": "on"}).status_code == 302
    assert Binding.objects.filter(column="signup").exists()


def test_the_format_is_found_out_or_asked_for(room, browser):
    assert "What would happen" in text_of(uploaded(browser, format=""))

    answer = uploaded(browser, b"\x00\x01\x02", "noise.bin", format="")
    assert answer.status_code == 400
    assert "could not be found out" in text_of(answer)


def test_a_file_that_cannot_be_read_is_told_at_the_form(room, browser):
    answer = uploaded(browser, b"%PDF-1.4")

    assert answer.status_code == 400
    assert not DictionaryImport.objects.exists()


def test_a_long_import_shows_how_far_it_is_and_then_the_report(room, browser, monkeypatch):
    monkeypatch.setattr(imports, "BYTES_AT_ONCE", 10)

    page = uploaded(browser)
    assert "The file is being worked on" in text_of(page)
    assert 'data-job-state="queued"' in page.content.decode()
    jobs.run(DictionaryImport.objects.get().job.pk)

    assert "What would happen" in text_of(browser.get(page.request["PATH_INFO"]))


def test_names_in_a_file_are_shown_as_text(room, browser):
    page = uploaded(browser, as_csv([["<b>x</b>", "<script>alert(1)</script>", "", "", "", "", ""]]), name="<i>.csv")

    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()


def test_the_report_is_paged_and_costs_the_same(room, browser, django_assert_max_num_queries):
    page = uploaded(browser, as_csv([["crm", f"c{number}", "", "", "string", "", ""] for number in range(120)]))
    address = page.request["PATH_INFO"]

    with django_assert_max_num_queries(20):
        first = text_of(browser.get(address))
    assert "crm.c49" in first
    assert "crm.c50" not in first
    assert "crm.c50" in text_of(browser.get(f"{address}?from=51"))
    assert browser.get(f"{address}?from=x&show=nothing").status_code == 200


def test_readers_see_what_was_imported_and_why_they_cannot(room, browser):
    report = uploaded(browser).request["PATH_INFO"]
    reader = Client()
    reader.force_login(room.auditor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert "can propose what a column means" in text_of(reader.get(report))
    assert "can propose what a column means" in text_of(reader.get(IMPORTS))
    assert reader.post(report, {}).status_code == 403


def test_the_page_of_exports_tells_what_each_format_is_for(room, browser):
    page = text_of(browser.get("/dictionary/customers/export/"))

    assert "A data contract that producers and consumers sign" in page
    assert "Such a file is not read back." in page
    file = browser.get("/dictionary/customers/export/file?format=pandera")
    assert file["Content-Disposition"] == 'attachment; filename="customers.py"'
    assert browser.get("/dictionary/customers/export/file?format=word").status_code == 400
