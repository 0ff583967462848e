"""Who does what, roles as a file, teams and training."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.matrix.row import ADMIN, CASE, HIDDEN, INSIDE, LEADS, NOBODY, READ, Row, Stage, body, of, tokens

TABLE = body(
    columns=["project_lead"], rows=[{"key": "own-1", "stage": "building", "title": "Build", "letters": {"project_lead": "AR"}}]
)
TABLE_FORM = body(
    **{
        "command": "save",
        "column": ["project_lead"],
        "key": ["own-1"],
        "title-0": "Build",
        "stage-0": "building",
        "cell-0-0": "AR",
    }
)
FILE = body(roles={"operations": ["stranger"]})
RULE = {"role": "operations", "training": "on-call", "title": "On call"}
EVIDENCE = {"training": "on-call", "completed_on": "2026-01-31", "evidence": "https://learn.example.com/1"}


def sent_file(stage: Stage, caller: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("roles.yaml", b"roles: {operations: [stranger]}")}


RESPONSIBILITY_PAGES = [
    Row("responsibilities", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("responsibilities", "POST", 302, LEADS, INSIDE, CASE, TABLE_FORM),
    Row("responsibility_check", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("roles_import", "POST", 200, LEADS, INSIDE, CASE, sent_file),
    Row("roles_export", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("team_role_end", "POST", 302, LEADS, INSIDE, of(slug="slug", grant="team_grant"), body(reason="x")),
    Row("people_leaving", "GET", may=LEADS | {"stranger"}, args=of(public_id="person")),
    Row("people_training", "GET", args=of(public_id="person")),
    Row("people_training", "POST", 302, LEADS, args=of(public_id="person"), data=body(**EVIDENCE)),
    Row("people_training_rules", "GET"),
    Row("people_training_rules", "POST", 302, ADMIN, data=body(**RULE)),
    Row("people_teams", "GET"),
    Row("people_teams", "POST", 302, ADMIN, data=body(command="found", slug="second", title="Second")),
]
RESPONSIBILITIES = [
    Row("api_raci", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_raci", "POST", 201, LEADS, INSIDE, CASE, TABLE, tokens(403, 404)),
    Row("api_raci_check", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_roles_import", "POST", 200, LEADS, INSIDE, CASE, FILE, tokens(403, 404), query="?dry_run=1"),
    Row("api_roles_export", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_team_roles", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_team_roles", "POST", 201, LEADS, INSIDE, CASE, body(team="sales", role="operations"), tokens(403, 404)),
    Row(
        "api_team_role_end",
        "POST",
        200,
        LEADS,
        INSIDE,
        of(slug="slug", public_id="team_grant"),
        body(reason="x"),
        tokens(403, 404),
    ),
    Row("api_team_members", "GET", args=of(slug="team"), tokens=READ),
    Row("api_team_members", "POST", 200, ADMIN, args=of(slug="team"), data=body(add=["stranger"]), tokens=tokens(403, 403)),
    Row("api_trainings", "GET", tokens=READ),
    Row("api_trainings", "POST", 201, ADMIN, data=body(**RULE), tokens=tokens(403, 403)),
    Row("api_training_end", "POST", 200, ADMIN, args=of(public_id="training_rule"), tokens=tokens(403, 403)),
    Row("api_training_records", "GET", tokens=READ),
    Row("api_training_records", "POST", 201, LEADS, data=body(user="stranger", **EVIDENCE), tokens=tokens(403, 403)),
    Row("api_training_record_withdraw", "POST", 200, LEADS, args=of(public_id="training_record"), tokens=tokens(403, 403)),
]
