"""`request` names one version and says whose move it is."""

from __future__ import annotations

import json

from countersign.cli import main

from tests.client.fake_server import problem, says

ASK = ["request", "--model", "churn-model@7", "--env", "production", "--comment", "please", "--tries", "1"]
FOUND = says(
    200,
    {"results": [{"id": "mv_9", "name": "churn-model-b", "version": "7"}, {"id": "mv_1", "name": "churn-model", "version": "7"}]},
)


def test_a_request_is_opened_for_exactly_this_version(server, capsys):
    step = {"key": "security", "title": "Security review", "state": "pending", "waiting_on": [{"display": "Sam"}]}
    server.will(FOUND, says(201, {"id": "rq_1", "state": "open", "steps": [step]}))

    assert main(ASK) == 0
    listed, opened = server.requests
    assert (listed["path"], listed["query"]) == ("/api/v1/model-versions", {"name": ["churn-model"], "version": ["7"]})
    assert opened["path"] == "/api/v1/requests"
    assert opened["body"] == {
        "subject": {"type": "model_version", "id": "mv_1"},
        "purpose": "deployment",
        "environment": "production",
        "comment": "please",
    }
    printed = capsys.readouterr()
    assert "waiting for Sam" in printed.err
    assert json.loads(printed.out)["id"] == "rq_1"


def test_going_back_is_asked_for_like_going_forward_and_an_open_request_is_shown_again(server, capsys):
    steps = [
        {"title": "Security review", "state": "pending", "waiting_on": [{"display": "Sam"}], "due_at": "2026-11-25T17:00:00Z"},
        {
            "title": "Operations",
            "state": "pending",
            "waiting_on": [{"display": "Ola"}],
            "due_at": "2026-11-20T17:00:00Z",
            "overdue": True,
        },
        {"title": "Ethics", "state": "not_applicable", "waiting_on": []},
    ]
    server.will(FOUND, says(200, {"id": "rq_1", "state": "open", "steps": steps}))

    assert main([*ASK, "--purpose", "rollback"]) == 0
    assert server.requests[1]["body"]["purpose"] == "rollback"
    printed = capsys.readouterr().err
    assert "waiting for Sam, due 2026-11-25T17:00:00Z" in printed
    assert "waiting for Ola, overdue since 2026-11-20T17:00:00Z" in printed
    assert "Ethics: not applicable" in printed


def test_a_version_that_is_not_there_exits_12_and_opens_nothing(server):
    server.will(says(200, {"results": [{"id": "mv_9", "name": "churn-model-b", "version": "7"}]}))

    assert main(ASK) == 12
    assert len(server.requests) == 1


def test_a_request_that_is_refused_exits_4_and_says_why(server, capsys):
    server.will(FOUND, problem(409, detail="There is an open request already."))

    assert main(ASK) == 4
    assert "open request already" in capsys.readouterr().err


def test_garbage_for_an_answer_is_no_success(server):
    for answer in (says(200, []), says(200, {"results": None}), says(200, {"results": [1, None]})):
        server.will(answer)
        assert main(ASK) == 12
    server.will(FOUND, says(201, ["rq_1"]))
    assert main(ASK) == 13
