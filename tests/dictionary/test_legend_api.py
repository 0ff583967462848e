from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from governance.dictionary import services
from governance.dictionary.legend import read_legend_mapping
from governance.dictionary.models import Binding, Dataset
from tests.dictionary.approved import approve, define, version_of

URL = "/api/v1/dictionaries/customers/legend"


@pytest.fixture
def client(room) -> Client:
    return Client(HTTP_AUTHORIZATION=f"Bearer {room.token_secret}")


@pytest.fixture
def bound(room):
    """Two columns of a data set with a meaning, one that is drafted only, and one that nobody bound."""
    room.age = define(
        actor=room.governance, dictionary=room.dictionary, key="customer.age", name="Age", unit="a", logical_type="integer",
        definition="Completed years.", null_meanings={"-1": "not known"},
    )  # fmt: skip
    draft = services.draft_version(actor=room.engineer, dictionary=room.dictionary, key="draft", said={"logical_type": "string"})
    for column, element in (("signup", room.element), ("age", room.age), ("drafted", draft.element)):
        services.bind_column(
            actor=room.engineer, element=element, team=room.sales, dataset="crm", column=column,
            **({"deviation": "In local time.", "declared": {"time_zone": "Europe/Vienna"}} if column == "signup" else {}),
        )  # fmt: skip
    return room


def asked(client: Client, columns: dict[str, Any], **more: Any):
    body = {"dictionary": "customers", "release": None, "copy": "", "columns": columns, **more}
    return client.post("/api/v1/legends/check", json.dumps(body), content_type="application/json")


def test_the_legend_of_a_data_set_says_what_each_bound_column_means(bound, client):
    answer = client.get(f"{URL}?dataset=crm")
    legend, problems = read_legend_mapping(answer.json())

    assert (answer.status_code, problems) == (200, [])
    assert [column.name for column in legend.columns] == ["age", "signup"]
    age, signup = legend.columns
    assert (age.element, age.version, age.unit, age.null_meanings) == (
        "customers/customer.age", "1.0.0", "a", (("-1", "not known"),)
    )  # fmt: skip
    assert age.digest == version_of(bound.age).digest
    assert signup.legend == bound.element.legend
    assert "In local time." in signup.deviation
    assert "Europe/Vienna" in signup.deviation
    assert (legend.dataset.name, legend.release) == ("crm", None)


def test_teams_that_say_otherwise_stand_in_the_deviation(bound, client):
    services.bind_column(actor=bound.engineer, element=bound.element, team=bound.billing, dataset="crm", column="age")

    columns = client.get(f"{URL}?dataset=crm").json()["columns"]

    assert columns["age"]["element"] == "customers/customer.age"
    assert "Billing says otherwise: customers/customer.signup_date." in columns["age"]["deviation"]


def test_the_release_is_named_while_it_says_the_same(bound, client):
    services.make_release(actor=bound.governance, dictionary=bound.dictionary)
    assert client.get(f"{URL}?dataset=crm").json()["release"] == 1

    define(actor=bound.governance, dictionary=bound.dictionary, key="customer.age", unit="mo", name="Age")

    assert client.get(f"{URL}?dataset=crm").json()["release"] is None


@pytest.mark.parametrize(("query", "status"), [("", 400), ("?dataset=", 400), ("?dataset=nothing", 404), ("?dataset=%00", 400)])
def test_a_data_set_without_meaning_has_no_legend(bound, client, query, status):
    assert client.get(URL + query).status_code == status


def test_a_data_set_whose_columns_are_drafts_only_has_none(bound, client):
    for binding in Binding.objects.exclude(column="drafted"):
        services.end_binding(actor=bound.engineer, binding=binding)

    assert client.get(f"{URL}?dataset=crm").status_code == 404


def test_making_a_legend_costs_the_same_however_many_columns(bound, client, django_assert_max_num_queries):
    for number in range(30):
        element = define(actor=bound.governance, dictionary=bound.dictionary, key=f"k{number}")
        services.bind_column(actor=bound.engineer, element=element, team=bound.sales, dataset="crm", column=f"c{number}")

    with django_assert_max_num_queries(14):
        assert len(client.get(f"{URL}?dataset=crm").json()["columns"]) == 32


def test_what_still_holds_is_current_and_what_changed_is_named(bound, client):
    legend = client.get(f"{URL}?dataset=crm").json()
    columns = {name: {"element": said["element"], "digest": said["digest"]} for name, said in legend["columns"].items()}
    define(
        actor=bound.governance, dictionary=bound.dictionary, key="customer.age", unit="mo", name="Age",
        definition="Completed months.", meaning_changed=True,
    )  # fmt: skip

    said = asked(client, columns).json()["columns"]

    assert said["signup"] == {"current": True, "current_version": "1.0.0", "changed": []}
    assert said["age"]["current"] is False
    assert said["age"]["current_version"] == version_of(bound.age).semver != "1.0.0"
    assert {"definition", "unit"} <= set(said["age"]["changed"])


def test_the_same_in_other_words_is_current(bound, client):
    before = version_of(bound.age).digest
    define(
        actor=bound.governance, dictionary=bound.dictionary, key="customer.age", name="Age", unit="a", logical_type="integer",
        definition="Years that are completed.", null_meanings={"-1": "not known"}, meaning_changed=False,
    )  # fmt: skip
    assert version_of(bound.age).digest != before

    said = asked(client, {"x": {"element": "customers/customer.age", "digest": before}}).json()["columns"]

    assert said["x"] == {"current": True, "current_version": version_of(bound.age).semver, "changed": []}


def test_what_nobody_knows_here_is_left_out(bound, client):
    known = version_of(bound.age).digest
    said = asked(
        client,
        {
            "elsewhere": {"element": "others/thing", "digest": known},
            "unknown": {"element": "customers/customer.age", "digest": "sha256:" + "0" * 64},
            "of another": {"element": "customers/customer.signup_date", "digest": known},
            "known": {"element": "customers/customer.age", "digest": known},
        },
    ).json()["columns"]

    assert set(said) == {"known"}


def test_a_retired_element_is_told(bound, client):
    digest = version_of(bound.age).digest
    proposal = services.open_proposal(actor=bound.governance, dictionary=bound.dictionary, title="Gone", rationale="Old.")
    services.put_change(actor=bound.governance, proposal=proposal, dictionary=bound.dictionary, key="customer.age", said=None)
    approve(actor=bound.governance, proposal=proposal)

    said = asked(client, {"x": {"element": "customers/customer.age", "digest": digest}}).json()["columns"]["x"]

    assert (said["current"], said["changed"]) == (False, ["retired"])


@pytest.mark.parametrize(
    "body", [{}, {"columns": []}, {"columns": {"x": "y"}}, {"columns": {"x": {"element": "a/b"}}}, {"columns": {}, "more": 1}]
)  # fmt: skip
def test_a_question_that_cannot_be_understood_is_refused(room, client, body):
    assert client.post("/api/v1/legends/check", json.dumps(body), content_type="application/json").status_code == 400


def test_the_page_hands_out_the_legend_as_a_file(bound):
    browser = Client()
    browser.force_login(bound.auditor.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = browser.get("/dictionary/customers/legend.json?dataset=crm")

    assert answer["Content-Disposition"] == 'attachment; filename="crm.legend.json"'
    assert read_legend_mapping(json.loads(answer.content))[1] == []
    assert browser.get("/dictionary/customers/legend.json?dataset=nothing").status_code == 404


# The client asks this server, over HTTP ----------------------------------------------------------------------------------


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The application behind a real socket. It answers in this thread, which has the database; the client runs in another."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "client"))
    from countersign.cli import main  # a package of its own, which the server does not know

    application = Client()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            answer = application.generic(
                self.command, self.path, self.rfile.read(length), content_type=self.headers.get("Content-Type") or "",
                headers={"Authorization": self.headers.get("Authorization", "")},
            )  # fmt: skip
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = _answer

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.timeout = 0.2

    def run(arguments: list[str]) -> int:
        codes: list[int] = []
        asking = threading.Thread(target=lambda: codes.append(main(arguments)))
        asking.start()
        while asking.is_alive():
            server.handle_request()
        return codes[0]

    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", run=run)
    server.server_close()


def explained(capsys: pytest.CaptureFixture[str], served: SimpleNamespace, room: Any, folder: Path, *arguments: str) -> Any:
    token = folder / "token"
    token.write_text(room.token_secret)
    token.chmod(0o600)
    code = served.run(["explain", *arguments, "--server", served.url, "--token-file", str(token)])
    return code, json.loads(capsys.readouterr().out)


def test_explain_asks_this_server_for_the_legend_of_a_file_that_has_none(bound, served, capsys, tmp_path, settings):
    settings.BASE_URL = served.url
    (tmp_path / "crm.csv").write_text("signup,age,other\n2026-01-01,41,x\n")

    code, said = explained(capsys, served, bound, tmp_path, str(tmp_path / "crm.csv"), "--dictionary", "customers")

    assert (code, said["unexplained"]) == (12, ["other"])
    assert {item["column"]: item.get("element") for item in said["columns"] if item["explained"]} == {
        "signup": "customers/customer.signup_date",
        "age": "customers/customer.age",
    }
    assert said["legend"]["found"] == "server"


def test_explain_learns_from_this_server_which_columns_of_a_copy_are_stale(bound, served, capsys, tmp_path, settings):
    settings.BASE_URL = served.url
    crm = Dataset.objects.get(name="crm")
    copy = services.register_copy(
        actor=bound.engineer, dictionary=bound.dictionary, dataset=crm, holder="Ms Li", place="her laptop"
    )  # fmt: skip
    browser = Client(HTTP_AUTHORIZATION=f"Bearer {bound.token_secret}")
    legend = browser.get(f"{URL}?dataset=crm&copy={copy.public_id}").content
    (tmp_path / "crm.csv").write_text("signup,age\n2026-01-01,41\n")
    (tmp_path / "crm.csv.legend.json").write_bytes(legend)

    code, said = explained(capsys, served, bound, tmp_path, str(tmp_path / "crm.csv"))
    assert (code, said["stale"], said["legend"]["copy"]) == (0, False, copy.public_id)

    define(actor=bound.governance, dictionary=bound.dictionary, key="customer.age", unit="mo", name="Age", meaning_changed=True)
    code, said = explained(capsys, served, bound, tmp_path, str(tmp_path / "crm.csv"))

    assert said["stale"] is True
    age = next(item for item in said["columns"] if item["column"] == "age")
    assert (age["current"], "unit" in age["changed"]) == (False, True)
