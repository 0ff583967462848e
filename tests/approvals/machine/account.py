"""An account of every row and event: what the log has to tell of, that nothing is rewritten, and that a decision is sound."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from approvals.models import (
    Answer,
    Ballot,
    Clock,
    Condition,
    Deadline,
    Decision,
    Dismissal,
    Evaluation,
    Gate,
    InheritedBallot,
    PolicyVersion,
    Request,
    Waiver,
)
from approvals.policy import Step
from foundation.models import AuditEvent, OutboxEvent
from governance.people.models import Delegation, Notice, RoleGrant
from tests.approvals.machine.chain import Chain
from tests.approvals.machine.rows import Ask, Cast
from tests.approvals.reference import World

KEPT = (
    Request, Ballot, InheritedBallot, Dismissal, Condition, Decision, Waiver, Clock, Deadline, Evaluation, Answer, PolicyVersion, Gate,
    RoleGrant, Delegation, OutboxEvent, Notice,
)  # fmt: skip
Rows = Mapping[str, list[dict[str, Any]]]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row that a command could have touched, as the database has it."""
    found = {}
    with connection.cursor() as cursor:
        for model in KEPT:
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY id')  # noqa: S608 - a name of ours
            names = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
            found[model.__name__] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found


def as_value(kept: Any) -> Any:
    """JSON as a value: SQLite keeps it as text."""
    return json.loads(kept) if isinstance(kept, str) else kept


def told(since: int = 0) -> Counter[tuple[str, str]]:
    """What the log says: kind and subject of every event of this room and of people's roles."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT kind, subject_id FROM "{AuditEvent._meta.db_table}" WHERE id > %s', [since])  # noqa: S608 - a name of ours
        return Counter((kind, about) for kind, about in cursor.fetchall() if not kind.startswith("lineage."))


def owed(rows: Rows, unseen: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """The events that the rows speak of: one for each change that made them what they are. `unseen`: changes that leave no trace
    in a row, because the next one of their kind writes over them."""
    found = Counter(unseen)
    evaluations = {row["id"]: row["public_id"] for row in rows["Evaluation"]}
    requests = {row["id"]: row["public_id"] for row in rows["Request"]}
    for row in rows["Request"]:
        own = row["public_id"]
        found["approvals.request.opened", own] += 1
        found["approvals.request.resubmitted", own] += row["round"] - 1
        if row["state"] == "revoked":
            found["approvals.request.approved", own] += 1
        if row["state"] != "open":
            found[f"approvals.request.{row['state']}", own] += 1
    for row in rows["Clock"]:
        found["approvals.step.escalated", requests[row["request_id"]]] += row["escalated_at"] is not None
    for table, kind, moments in MOMENTS:
        for row in rows[table]:
            for moment, past in moments.items():
                found[f"{kind}.{past}", row["public_id"]] += moment == "id" or row[moment] is not None
    for row in rows["Waiver"]:  # a review that found it unjustified ended it, and says so itself
        by_review = row["review"] == "unjustified" and row["ended_at"] == row["reviewed_at"]
        found["approvals.waiver.ended", row["public_id"]] += row["ended_at"] is not None and not by_review
    for row in rows["Answer"]:
        found["approvals.gate.answered", evaluations[row["evaluation_id"]]] += 1
    return Counter({key: number for key, number in found.items() if number})


MOMENTS = (
    ("Ballot", "approvals.ballot", {"id": "cast"}),
    ("Dismissal", "approvals.ballot", {"id": "dismissed"}),
    ("Condition", "approvals.condition", {"id": "set", "met_at": "met", "missed_at": "missed"}),
    ("Decision", "approvals.decision", {"id": "made", "revoked_at": "revoked"}),
    ("Waiver", "approvals.waiver", {"id": "opened", "reviewed_at": "reviewed"}),
    ("PolicyVersion", "approvals.policy", {"withdrawn_at": "withdrawn"}),
    ("RoleGrant", "people.role", {"id": "granted", "ended_at": "ended"}),
    ("Delegation", "people.delegation", {"id": "created", "ended_at": "ended"}),
)
GUARDED = {
    Ballot: {"verdict": "approve", "comment": "never said", "step_digest": "sha256:0", "at": "2020-01-01"},
    InheritedBallot: {"request_id": 0},
    Decision: {"manifest_digest": "sha256:0", "ballots": "[]", "valid_until": "2120-01-01", "policy_digest": "sha256:0"},
    PolicyVersion: {"text": "title: lax", "digest": "sha256:0", "number": 9},
    Dismissal: {"reason": "never said"},
    Condition: {"due_at": "2120-01-01"},
    Waiver: {"expires_at": "2120-01-01", "manifest_digest": "sha256:0"},
    Answer: {"decision": "allow"},
    AuditEvent: {"kind": "approvals.request.approved"},
}


def defended(choice: int) -> str:
    """Try to rewrite or to remove some row behind the services' back. The database itself refuses (I5). Returns what was tried."""
    models = [model for model in GUARDED if model._default_manager.exists()]
    model = models[choice % len(models)]
    pks = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    column, value = sorted(GUARDED[model].items())[choice % len(GUARDED[model])]
    table = connection.ops.quote_name(model._meta.db_table)
    pk = pks[choice % len(pks)]
    old = model._default_manager.filter(pk=pk).values_list(column, flat=True).get()
    if str(old) == str(value):
        return "nothing"
    for sql, values in (
        (f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, pk]),  # noqa: S608 - names of ours
        (f"DELETE FROM {table} WHERE id = %s", [pk]),  # noqa: S608 - names of ours
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    return f"{model.__name__}.{column}"


def sound(decision: Mapping[str, Any], ask: Ask, chain: Chain) -> None:
    """I1 and I2, said of a decision that was just frozen: who is on it, and whether they may be."""
    world = chain.world(ask)
    assert not world.blocks()
    counted: dict[str, list[Cast]] = {}
    for item in decision["ballots"]:
        cast = next(cast for cast in chain.casts if cast.id == item["ballot"])
        assert (item["human"], item.get("principal")) == (cast.human, cast.principal)
        counted.setdefault(item["step"], []).append(cast)
    asked = [step for step in ask.rules.policy.steps if not world.left_out(step)]
    assert asked
    assert set(counted) <= {step.key for step in asked}
    for step in asked:
        _sound_step(step, counted.get(step.key, []), world)
    groups = [list(counted.values())] if ask.rules.policy.distinct_humans else [[casts] for casts in counted.values()]
    groups += [[counted[step.key], counted[other]] for step in asked for other in step.excluded_steps if other in counted]
    for group in groups:
        people = [name for casts in group for cast in casts for name in {cast.human, cast.voice}]
        assert len(people) == len(set(people))


def _sound_step(step: Step, casts: list[Cast], world: World) -> None:
    assert min(len({cast.human for cast in casts}), len({cast.voice for cast in casts})) >= step.quorum
    for cast in casts:
        assert cast.verdict == "approve"
        assert cast.voice in world.eligible(step)
        assert cast.human not in world.excluded(step)
        assert {name: cast.components.get(name) for name in step.covers} == {name: world.manifest[name] for name in step.covers}
