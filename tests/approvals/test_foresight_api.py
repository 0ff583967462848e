"""Drafts of a policy tried over the API, on one request and on a period."""

from __future__ import annotations

import pytest

from approvals.selectors.policies import draft_of
from foundation.errors import Invalid
from tests.approvals.histories import LEGAL, NO_SECURITY, history, rows_of_everything  # noqa: F401 - fixtures
from tests.approvals.lives import lives, the_day_before, travel  # noqa: F401 - fixtures
from tests.conftest import POLICY

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def posts(world, address, part="lead", **body):
    return world.api(part).post(f"/api/v1/policies/production-release/{address}", body, content_type="application/json")


def test_the_api_tries_a_draft_on_one_request(world, push, ask):
    request = ask(push())
    posts(world, "simulate", yaml=LEGAL, request=request.public_id)  # the first use of a token makes and notes it
    before = rows_of_everything()

    body = posts(world, "simulate", yaml=LEGAL, request=request.public_id).json()

    assert [step["now"] and step["now"]["state"] for step in body["steps"] if step["key"] == "legal"] == ["pending"]
    assert [step["then"] for step in body["steps"] if step["key"] == "legal"] == [None]
    assert rows_of_everything() == before
    assert posts(world, "simulate", part="stranger", yaml=LEGAL, request=request.public_id).status_code == 400


def test_the_api_replays_a_period(world, history):
    with travel(1700):
        body = posts(world, "replay", yaml=NO_SECURITY, **{"from": "2026-03-01", "to": "2026-06-30", "use_case": "churn"}).json()

    assert body["summary"]["requests"] == 10
    assert {"then": "rejected", "now": "open", "n": 1} in body["summary"]["outcomes"]
    assert body["summary"]["waiting_days"]["then"]["n"] == body["summary"]["decided_both_times"] == 5
    (first,) = [row for row in body["results"] if row["request"] == history["approved"].public_id]
    assert (first["days_saved"], first["steps_gone"]) == (0.83, ["security"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"yaml": "title: X"}, ""),
        ({"yaml": POLICY, "from": "soon"}, "from"),
        ({"yaml": POLICY, "from": "2026-03-05", "to": "2026-03-01"}, "to"),
        ({"yaml": POLICY, "use_case": "none"}, "use_case"),
        ({"yaml": POLICY, "since": "2026-03-05"}, "since"),
    ],
)
def test_a_replay_that_cannot_be_is_refused_with_the_field(world, gate, body, field):
    response = posts(world, "replay", **body)

    assert response.status_code == 400
    assert not field or response.json()["errors"][0]["field"] == field


def test_a_draft_that_cannot_be_used_says_where(world):
    with pytest.raises(Invalid) as refused:
        draft_of(POLICY.replace("role: data_governance", "role: nobody"))

    assert "line 7" in refused.value.errors[0].field
