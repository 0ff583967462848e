"""The audit log over HTTP."""

from __future__ import annotations

import json

import pytest

from tests.foundation.problems import problem


def test_an_event_is_proven_by_what_the_api_gives(world):
    from foundation import keys, merkle, notes, sealing
    from foundation.models import AuditEvent

    client = world.api("lead")
    event = AuditEvent.objects.filter(scope=world.use_case.public_id).first()
    problem(client.get("/api/v1/audit/checkpoints/latest"), 404, "audit.no_checkpoint")
    waiting = client.get(f"/api/v1/audit/proof?event={event.uid}")
    problem(waiting, 409, "audit.unsealed")
    assert waiting.headers["Retry-After"] == "2"
    sealing.seal()

    latest = client.get("/api/v1/audit/checkpoints/latest").json()
    proof = client.get(f"/api/v1/audit/proof?event={event.uid}").json()
    said = notes.parse_checkpoint(notes.verify(proof["checkpoint"], [keys.log_key().vkey]))
    assert (said.size, said.root.hex()) == (latest["size"], latest["root"])
    leaf = merkle.leaf_hash(proof["body"].encode())
    assert leaf.hex() == proof["leaf_hash"]
    assert merkle.verify_inclusion(leaf, proof["index"], said.size, [bytes.fromhex(item) for item in proof["proof"]], said.root)


@pytest.mark.parametrize("event", ["", "x", "00000000-0000-0000-0000-000000000000", "%27"])
def test_a_proof_of_nothing_is_404(world, event):
    problem(world.api("lead").get(f"/api/v1/audit/proof?event={event}"), 404, "not_found")


def test_events_are_filtered_and_hidden_by_use_case(world):
    url = "/api/v1/audit/events"
    mine = world.api("lead").get(f"{url}?kind=usecases.definition.written").json()["results"]

    assert [row["kind"] for row in mine] == ["usecases.definition.written"]
    assert json.loads(mine[0]["body"]) == mine[0]["parsed"]
    assert world.api("stranger").get(url).json()["results"] == []
    assert problem(world.api("stranger").get(f"/api/v1/audit/proof?event={mine[0]['id']}"), 404)
    everything = world.api("auditor").get(f"{url}?limit=200").json()["results"]
    assert "foundation.token.created" in {row["kind"] for row in everything}
