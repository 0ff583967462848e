"""Baselines and results. On the stage the last version but one is the baseline, and what came of it is behind that."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from foundation import actor as actors
from foundation import clock
from governance.economics import services
from governance.economics.models import Snapshot
from governance.economics.services.actual_imports import try_actuals
from governance.economics.services.actuals import correct_actual, record_actual
from governance.people import services as people
from tests.conftest import cast_vote
from tests.economics.realised import put_up
from tests.matrix.row import CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Row, Stage, body, of, tokens

OF_CASE = of(slug="slug", public_id="economics_case")
ACTUAL = of(slug="slug", public_id="actual")
FILE = of(slug="slug", public_id="actual_file")


def sent_file(stage: Stage, caller: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("a.csv", b"line,month,amount\nb,2026-01,1\n"), "kind": "rows"}


ACTUAL_API = [
    Row("api_actuals", "GET", may=INSIDE, sees=NOBODY, args=OF_CASE, tokens=HIDDEN),
    Row(
        "api_actuals", "POST", 201, MEMBERS, INSIDE, OF_CASE,
        body(actuals=[{"line": "b", "month": "2026-01", "amount": "1", "reference": "A"}]), tokens(403, 404),
    ),
    # whoever may is told that this wants a file
    Row("api_actuals_import", "POST", 415, MEMBERS, INSIDE, OF_CASE, tokens=tokens(403, 404)),
    Row(
        "api_actual_correct", "POST", 201, MEMBERS, INSIDE,
        of(slug="slug", public_id="economics_case", actual_id="actual"), body(amount="7", because="Mistyped."), tokens(403, 404),
    ),
    Row("api_baselines", "GET", may=INSIDE, sees=NOBODY, args=OF_CASE, tokens=HIDDEN),
    Row("api_results", "GET", may=INSIDE, sees=NOBODY, args=OF_CASE, tokens=HIDDEN),
]  # fmt: skip
ACTUAL_PAGES = [
    Row("case_approval", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("case_approval", "POST", 302, MEMBERS, INSIDE, CASE, body(**{"ask-comment": "Please."})),
    Row("actuals", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("actuals", "POST", 302, MEMBERS, INSIDE, CASE, body(line="b", month="2026-01", amount="1")),
    Row("actual", "GET", may=INSIDE, sees=NOBODY, args=ACTUAL),
    Row("actual", "POST", 302, MEMBERS, INSIDE, ACTUAL, body(amount="7", because="Mistyped.")),
    Row("actual_files", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("actual_files", "POST", 302, MEMBERS, INSIDE, CASE, sent_file),
    Row("actual_file", "GET", may=INSIDE, sees=NOBODY, args=FILE),
    Row("actual_file", "POST", 302, MEMBERS, INSIDE, FILE, body(command="take")),
]


def set_up(world: Any) -> dict[str, Any]:
    """The newest version is approved, a line comes to more than planned, a file is tried, and another version is written."""
    snapshot = Snapshot.objects.filter(case__use_case=world.use_case).order_by("-number").first()
    user = people.create_user(
        actor=actors.system("test"), username="controller", name="Controller", email="controller@example.com"
    )
    people.record_training(
        actor=world.admin,
        user=user,
        training="budgets",
        completed_on=date(2026, 1, 31),
        evidence="https://learn.example.com/payer",
    )
    people.grant_role(actor=world.lead, user=user, role="budget_holder", scope=world.use_case.public_id)
    request = put_up(world, snapshot)
    cast_vote(actors.person(user), request, "money")
    cast_vote(world.business, request, "worth")
    said = {"use_case": world.use_case, "line": "b", "month": f"{clock.now():%Y-%m}"}
    first = record_actual(actor=world.lead, amount="2", **said)
    second = correct_actual(actor=world.lead, actual=first, amount="3", because="Mistyped.")
    run = try_actuals(
        actor=world.lead, use_case=world.use_case, data=b"line,month,amount\nb,2026-02,1\n", name="february.csv", kind="rows"
    )
    lines = [{**snapshot.lines[0], "unit_price": "5"}]
    services.write_snapshot(
        actor=world.lead,
        use_case=world.use_case,
        horizon=3,
        discount_rate=snapshot.discount_rate,
        real_or_nominal="nominal",
        lines=lines,
    )
    return {"economics_case": snapshot.case.public_id, "actual": second.public_id, "actual_file": run.public_id}
