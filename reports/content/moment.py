"""The records as they stood at one instant: what a report shows, whether that instant is now or was last year.

Rows are written once or ended, so most of it is a filter on their times. What a request was then (its round, its state,
who had contributed) is read from its events.
"""

from __future__ import annotations

import copy
import json
from datetime import datetime
from typing import Any

from approvals.facts import from_json
from approvals.models import Request
from approvals.selectors.standing import Standing, assembled, ballots_of
from approvals.selectors.surroundings import surroundings_of
from foundation.canonical import digest
from foundation.models import AuditEvent
from governance.dictionary.bindings import component_body as dictionary_body
from governance.dictionary.selectors import meanings
from governance.economics.components import component_body as economics_body
from governance.economics.models import Snapshot
from governance.usecases.models import Definition, UseCase
from lineage.models import ModelVersion
from lineage.selectors.manifest import COMPONENTS, Manifest

State = Request.State


def definition_at(use_case: UseCase, at: datetime) -> Definition | None:
    rows = use_case.definitions.filter(created_at__lte=at).order_by("-number")
    return rows.select_related("created_by").prefetch_related("kpis").first()


def snapshot_at(use_case: UseCase, at: datetime) -> Snapshot | None:
    rows = Snapshot.objects.filter(case__use_case=use_case, created_at__lte=at)
    return rows.select_related("case__use_case", "created_by").order_by("-number").first()


def manifest_at(version: ModelVersion, at: datetime) -> Manifest:
    """The manifest as it was computed then: the version's own components, and the registers at that time."""
    bodies: dict[str, Any] = {}
    digests: dict[str, str] = {}
    for component in version.components.filter(at__lte=at).select_related("content").order_by("pk"):
        bodies[component.name] = component.content.body
        digests[component.name] = component.content_id
    if "code" not in digests:
        bodies["code"] = {"unseen_commit": version.commit}
        digests["code"] = digest(bodies["code"])
    columns = columns_of(bodies.get("data", {}).get("datasets", []))
    definition = definition_at(version.use_case, at)
    live = {
        "use_case": definition.content() if definition else {"definition": None},
        "dictionary": dictionary_body(columns, meanings(columns, at=at)),
        "economics": economics_body(snapshot_at(version.use_case, at)),
    }
    for name, body in live.items():
        bodies[name] = body
        digests[name] = digest(body)
    present = [name for name in COMPONENTS if name in bodies]
    return Manifest.of({name: bodies[name] for name in present}, {name: digests[name] for name in present})


def columns_of(datasets: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Data set → its columns in their order, each once, over all roles in which it was used."""
    columns: dict[str, list[str]] = {}
    for item in datasets:
        known = columns.setdefault(item["name"], [])
        known += [column for column in item["columns"] if column not in known]
    return columns


def request_at(row: Request, at: datetime) -> Request:
    """A copy of the request that says what it said at `at`. Never to be saved."""
    then = copy.copy(row)
    if row.closed_at is not None and row.closed_at > at:
        then.state, then.closed_at = State.OPEN, None
    elif row.state == State.REVOKED:
        revoked_at = row.decision.revoked_at
        then.state = State.APPROVED if revoked_at is not None and revoked_at > at else State.REVOKED
    events = AuditEvent.objects.filter(subject_id__in=[row.public_id, *_ballot_ids(row)])
    if not events.filter(at__gt=at).exists():
        return then
    then.round = 1
    for body in events.filter(at__lte=at).order_by("pk").values_list("body", flat=True).iterator():
        data = json.loads(bytes(body))["data"]
        then.round = data.get("round", then.round)
        then.contributors = data.get("contributors", then.contributors)
    return then


def _ballot_ids(row: Request) -> list[str]:
    return list(row.ballots.values_list("public_id", flat=True))


def standing_at(row: Request, version: ModelVersion, at: datetime) -> Standing:
    """Where the request stood: evaluated at `at` while it was open, as of its closing once it was closed."""
    then = request_at(row, at)
    if then.state == State.OPEN:
        judged_at, digests = at, manifest_at(version, at).digests
    else:
        judged_at, digests = then.closed_at or at, then.manifest
    ballots = [ballot for ballot in ballots_of(then) if ballot.at <= at]
    around = surroundings_of(then, judged_at)
    return assembled(then, digests, digest(dict(digests)), ballots, around, judged_at, known=from_json(then.facts))
