"""Documents in the portal: what is shown, what never is, what refers to them, and taking them back."""

from __future__ import annotations

import json
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from foundation import sealing, verification
from foundation.errors import Conflict, Invalid, NotAllowed
from governance.usecases import pictures, services
from tests.usecases.papers import PDF, added, decision_over, linked
from tests.usecases.shown import jpeg, png, shown

HOSTILE = b"<html><script>alert(document.cookie)</script></html>"


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def preview(world, row, part="lead"):
    return world.client(part).get(f"/documents/{row.public_id}/preview/")


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "计划书.pdf", "application/pdf"),
        (PDF + HOSTILE, "plan.html", "application/pdf"),  # both a PDF and a page, for who guesses
        (png() + HOSTILE, "picture.html", "image/png"),
        (png(), "picture.pdf", "image/png"),
        (jpeg(), "photo.svg", "image/jpeg"),
    ],
)
def test_pdf_and_pictures_are_shown_as_what_their_bytes_are(world, content, name, media_type):
    row = added(world, content, name)
    answer = preview(world, row)

    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == media_type
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'self'"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Disposition"].startswith('inline; filename="churn-plan-1.')
    page = text_of(world.client("lead").get("/use-cases/churn/documents/plan/"))
    assert f'src="/documents/{row.public_id}/preview/"' in page
    assert ("<iframe" in page) is (media_type == "application/pdf")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (HOSTILE, "page.txt"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture.md"),
        (b"a,b\n1,2\n", "table.csv"),
        (png(50_000, 50_000, really=False), "bomb.png"),
        (png(12_001, 1, really=False), "long.png"),
        (b"\x89PNG\r\n\x1a\n" + HOSTILE, "broken.png"),
        (b"\xff\xd8\xff" + HOSTILE, "broken.jpg"),
    ],
)
def test_everything_else_is_a_download_at_most(world, content, name):
    row = added(world, content, name)

    assert preview(world, row).status_code == 404
    page = text_of(world.client("lead").get("/use-cases/churn/documents/plan/"))
    assert "/preview/" not in page
    assert f'href="/documents/{row.public_id}/file/"' in page
    download = world.client("lead").get(f"/documents/{row.public_id}/file/")
    assert download["Content-Disposition"].startswith("attachment")
    assert download["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("name", ["picture.svg", "page.html", "page.htm", "script.js"])
def test_svg_and_html_are_not_even_taken(world, name):
    with pytest.raises(Invalid):
        added(world, HOSTILE, name)


def test_links_lost_files_and_strangers_have_no_preview(world):
    assert preview(world, linked(world)).status_code == 404
    row = added(world, slug="lost")
    assert preview(world, row, "stranger").status_code == 404
    row.file.storage.delete(row.file.name)
    assert preview(world, row).status_code == 404
    picture = added(world, png(), slug="gone")
    picture.file.storage.delete(picture.file.name)
    assert world.client("lead").get("/use-cases/churn/documents/gone/").status_code == 200


def test_only_pages_of_the_portal_may_frame_it_and_the_portal_itself_nobody(world):
    added(world)
    page = world.client("lead").get("/use-cases/churn/documents/plan/")

    assert page["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(["PNG", "JPEG"]), st.booleans())
def test_a_size_is_read_from_the_head_alone(width, height, kind, progressive):
    out = BytesIO()
    Image.new("L", (width, height)).save(out, kind, **({"progressive": progressive} if kind == "JPEG" else {}))

    assert pictures.size_of(out.getvalue()) == pictures.Size(width, height)


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n"]))
def test_no_bytes_confuse_it(rest, begins):
    found = pictures.size_of(begins + rest)

    assert found is None or isinstance(found.showable, bool)


# Taking back ----------------------------------------------------------------------------------------------------------


def test_a_version_is_withdrawn_with_its_reason_and_its_bytes_stay(world):
    row = added(world)
    gone = services.withdraw_document(actor=world.lead, document=row, reason=" Figures of last year. ")

    assert (gone.withdrawn.reason, gone.withdrawn.created_by) == ("Figures of last year.", world.lead.user)
    assert b"".join(world.client("lead").get(f"/documents/{row.public_id}/file/").streaming_content) == PDF
    page = text_of(world.client("lead").get("/use-cases/churn/documents/plan/"))
    assert "Figures of last year." in page
    assert "do not rely on it" in page
    assert "Withdrawn" in text_of(world.client("lead").get("/use-cases/churn/documents/"))
    sealing.seal()
    assert list(verification.verify()) == []


def test_the_same_bytes_can_be_brought_again_after_that(world):
    services.withdraw_document(actor=world.lead, document=added(world), reason="Too early.")

    assert added(world).number == 2


def test_nobody_signs_what_was_taken_back(world):
    row = added(world)
    decision = decision_over("document", row)
    services.withdraw_document(actor=world.lead, document=row, reason="Wrong.")

    with pytest.raises(Conflict, match="withdrawn"):
        services.sign_document(actor=world.business, document=row, decision=decision)


def test_a_reason_is_needed_and_once_is_enough(world):
    row = added(world)
    for reason in (" ", "r" * 1001):
        with pytest.raises(Invalid) as refused:
            services.withdraw_document(actor=world.lead, document=row, reason=reason)
        assert [item.field for item in refused.value.errors] == ["reason"]
    services.withdraw_document(actor=world.lead, document=row, reason="Wrong.")
    with pytest.raises(Conflict, match="already"):
        services.withdraw_document(actor=world.lead, document=row, reason="Wrong.")
    for reader in (world.auditor, world.stranger, world.ci):
        with pytest.raises(NotAllowed):
            services.withdraw_document(actor=reader, document=row, reason="x")


def test_an_open_request_holds_a_version_and_says_so(world):
    from approvals.services import policies, requests

    row = added(world)
    policies.governing("document", "signoff")
    request = requests.open_request(
        actor=world.lead, subject_type="document", subject_id=row.public_id, purpose="signoff", environment=None
    )
    with pytest.raises(Conflict, match="Withdraw that request first"):
        services.withdraw_document(actor=world.lead, document=row, reason="Wrong.")
    page = text_of(world.client("lead").get(f"/documents/{row.public_id}/withdraw/"))
    assert f'href="/requests/{request.public_id}/"' in page
    assert "Withdraw that request first" in page
    refused = world.api("lead").post(
        f"/api/v1/documents/{row.public_id}/withdraw", json.dumps({"reason": "x"}), content_type="application/json"
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "document.in_use")

    requests.withdraw(actor=world.lead, request=request)
    services.withdraw_document(actor=world.lead, document=row, reason="Wrong.")
    from foundation.errors import NotAllowed as Refused

    with pytest.raises((Refused, Conflict)):
        requests.open_request(
            actor=world.lead, subject_type="document", subject_id=row.public_id, purpose="signoff", environment=None
        )


def test_what_refers_to_a_version_is_shown_on_its_page(world):
    row = added(world)
    shown(world, documents=[row])
    services.define(
        actor=world.lead,
        use_case=world.use_case,
        business_problem="See /use-cases/churn/documents/plan/ for the plan.",
        ml_problem="Who leaves?",
    )
    page = text_of(world.client("lead").get("/use-cases/churn/documents/plan/"))

    assert "Increment 1: First list" in page
    assert "Definition, version 2" in page


def test_programs_are_told_what_took_its_place_and_that_it_was_withdrawn(world):
    first = added(world)
    added(world, PDF + zlib.compress(b"2"))
    api = world.api("lead")
    services.withdraw_document(actor=world.lead, document=first, reason="旧数据")

    old = api.get(f"/api/v1/documents/{first.public_id}").json()
    assert (old["superseded_by"], old["withdrawn_reason"]) == (2, "旧数据")
    listed = api.get("/api/v1/use-cases/churn/documents").json()["results"]
    assert [(item["number"], item["superseded_by"], item["withdrawn_reason"]) for item in listed] == [
        (2, None, None),
        (1, 2, "旧数据"),
    ]
