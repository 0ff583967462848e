"""What `explain` asks of the server, of which server, and what it does without an answer."""

from __future__ import annotations

from typing import Any

import pytest
from countersign.cli import main
from countersign.legends.asking import same_server

from tests.client.fake_server import hangs_up, problem, says, sleeps
from tests.client.legend_files import signed
from tests.client.test_explain import beside, folder, told  # noqa: F401 # `folder` is a fixture


def answer(**columns: Any) -> Any:
    return says(200, {"columns": columns})


UP_TO_DATE = {"age": {"current": True, "current_version": "1.2.0", "changed": []}, "注册日期": {"current": True}}


def test_the_server_is_asked_whether_all_is_still_so(folder, server, capsys):
    beside(folder, signed())
    server.will(answer(**UP_TO_DATE))
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["stale"], said["not_asked"]) == (0, False, None)
    assert "up to date: nothing has changed for 2 columns" in err
    sent = server.requests[0]
    assert (sent["method"], sent["path"]) == ("POST", "/api/v1/legends/check")
    assert sent["body"] == {
        "dictionary": "customers",
        "release": 42,
        "copy": "",
        "columns": {
            "age": {"element": "customers/customer.age", "digest": "sha256:" + "a" * 64},
            "注册日期": {"element": "customers/customer.signup_date", "digest": "sha256:" + "a" * 64},
        },
    }


def test_what_has_changed_is_told_and_explains_still(folder, server, capsys):
    beside(folder, signed())
    server.will(
        answer(**{**UP_TO_DATE, "age": {"current": False, "current_version": "2.0.0", "changed": ["unit", "definition"]}})
    )
    code, said, err = told(capsys, "crm.csv")

    assert (code, said["stale"]) == (0, True)
    assert "! changed since: now 2.0.0: unit, definition" in err
    assert "out of date: 1 of 2 columns have changed since: age" in err
    assert said["columns"][0]["changed"] == ["unit", "definition"]


def test_a_column_of_which_the_server_does_not_speak_is_not_called_current(folder, server, capsys):
    beside(folder, signed())
    server.will(answer(age={"current": True}, 注册日期={"current": "yes"}))
    _code, said, err = told(capsys, "crm.csv")

    assert said["stale"] is None
    assert "of 1 the server does not say" in err


@pytest.mark.parametrize(
    ("does", "words"),
    [
        (hangs_up, "cannot be reached"),
        (problem(404), "Refused (404)"),
        (problem(403), "Refused (403)"),
        (problem(500), "Refused (500)"),
        (says(200, b"<html>"), "not JSON"),
        (says(200, []), "not about a legend"),
        (says(200, {"columns": []}), "not about a legend"),
        (sleeps(3), "cannot be reached"),
    ],
)
def test_what_keeps_it_from_being_asked_is_told_and_no_failure(folder, server, capsys, does, words):
    beside(folder, signed())
    server.will(does)
    code, said, err = told(capsys, "crm.csv", "--timeout", "1")

    assert (code, said["stale"]) == (0, None)
    assert words in said["not_asked"]
    assert "could not ask whether this is still so" in err
    assert len(server.requests) == 1  # once: the answer can be done without


def test_offline_it_says_where_to_ask(folder, capsys):
    beside(folder, signed(server="https://portal.example"))
    code, said, _err = told(capsys, "crm.csv")

    assert code == 0
    assert said["not_asked"] == "Which server? Set COUNTERSIGN_URL or say --url. The legend names https://portal.example."


def test_a_file_cannot_send_the_token_anywhere(folder, server, capsys, monkeypatch):
    """The legend names a server that listens; the token is for another one."""
    beside(folder, signed(server=server.url))
    monkeypatch.setenv("COUNTERSIGN_URL", "https://portal.example")
    _code, said, _err = told(capsys, "crm.csv")

    assert not server.requests
    assert "say --server to ask one of them" in said["not_asked"]


def test_a_server_that_is_named_on_the_line_is_asked_whatever_the_legend_says(folder, server, capsys):
    beside(folder, signed(server="https://moved.example"))
    server.will(answer(**UP_TO_DATE))

    assert told(capsys, "crm.csv", "--server", server.url)[1]["stale"] is False


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example", "https://A.example:443/", True),
        ("http://a.example/x", "http://a.example:80/x/", True),
        ("https://a.example", "http://a.example", False),
        ("https://a.example", "https://a.example.evil.example", False),
        ("https://a.example/x", "https://a.example", False),
        ("http://[", "http://[", True),
    ],
)
def test_servers_are_told_apart(one, other, same):
    assert same_server(one, other) is same


def test_the_dictionary_explains_what_carries_no_legend(folder, server, capsys):
    server.will(says(200, signed()))
    code, said, err = told(capsys, "crm.csv", "--dictionary", "customers")

    assert (code, said["legend"]["found"], said["stale"]) == (0, "server", False)
    assert (server.requests[0]["path"], server.requests[0]["query"]) == (
        "/api/v1/dictionaries/customers/legend",
        {"dataset": ["crm"]},
    )
    assert len(server.requests) == 1  # it was asked just now
    assert f"asked just now at {server.url}" in err


def test_the_data_set_can_be_named(folder, server, capsys):
    server.will(says(200, signed()))
    told(capsys, "crm.csv", "--dictionary", "customers", "--dataset", "客户 list")

    assert server.requests[0]["query"] == {"dataset": ["客户 list"]}


def test_the_dictionary_is_not_asked_where_there_is_a_legend(folder, server, capsys):
    beside(folder, signed())
    server.will(answer(**UP_TO_DATE))
    told(capsys, "crm.csv", "--dictionary", "customers")

    assert [sent["method"] for sent in server.requests] == ["POST"]


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (problem(404), 12),
        (problem(401), 12),
        (problem(422), 4),
        (problem(500), 13),
        (hangs_up, 13),
        (says(200, {**signed(), "release": 1}), 13),
        (says(200, {"x": 1.5}), 13),
    ],
)
def test_where_only_the_server_could_have_told_its_failure_is_the_end(folder, server, capsys, does, code):
    server.will(does)

    assert told(capsys, "crm.csv", "--dictionary", "customers", "--tries", "1")[0] == code


def test_without_a_server_the_dictionary_cannot_be_asked(folder, capsys):
    assert told(capsys, "crm.csv", "--dictionary", "customers")[0] == 3


@pytest.mark.parametrize("wrong", [["--dictionary", "a b"], ["--dictionary", ""], ["--wrong"], []])
def test_a_typing_error_exits_3(folder, wrong):
    with pytest.raises(SystemExit) as ended:
        main(["explain", *(["crm.csv", *wrong] if wrong else [])])
    assert ended.value.code == 3
