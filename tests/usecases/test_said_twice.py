"""Two that say the same at once: one of them is told that it was there already."""

from __future__ import annotations

from governance.usecases import services
from tests.usecases.papers import upload
from tests.usecases.shown import shown


def test_the_second_of_two_runs_of_one_key_is_told_that_it_was_there(world, monkeypatch):
    """Whoever is overtaken between asking and writing finds the other one's increment."""
    record = services.record_increment

    def overtaken(**values):
        record(**{**values, "actor": world.lead})
        return record(**values)

    monkeypatch.setattr(services, "record_increment", overtaken)
    answer = world.api("scientist").post(
        "/api/v1/use-cases/churn/increments", {"title": "List", "shown": "It.", "key": "run 1"}, content_type="application/json"
    )

    assert answer.status_code == 200
    assert world.use_case.increments.count() == 1


def test_so_is_the_second_of_two_who_file_the_same(world, monkeypatch):
    add = services.add_document

    def overtaken(**values):
        add(**{**values, "actor": world.lead})
        return add(**values)

    monkeypatch.setattr(services, "add_document", overtaken)
    sent = {"slug": "charter", "title": "Charter", "file": upload(b"%PDF-1.4 x", "charter.pdf")}
    answer = world.api("scientist").post("/api/v1/use-cases/churn/documents", sent)

    assert answer.status_code == 200
    assert world.use_case.documents.count() == 1


def test_who_is_first_is_told_that_it_was_written(world):
    assert shown(world).is_new
    sent = {"slug": "charter", "title": "Charter", "file": upload(b"%PDF-1.4 x", "charter.pdf")}
    assert world.api("scientist").post("/api/v1/use-cases/churn/documents", sent).status_code == 201
