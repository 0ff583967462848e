"""The API of the approvals room."""

from __future__ import annotations

from tests.conftest import POLICY
from tests.matrix.row import (
    ADMIN,
    BUILDERS,
    CASE,
    HIDDEN,
    INSIDE,
    LEADS,
    NOBODY,
    READ,
    Row,
    body,
    of,
    tokens,
)

SECURITY = frozenset({"security"})
REVOKERS = LEADS | SECURITY
PASSED_OVER = frozenset({"business", "security"})  # whose steps the waiver on the stage went over, of those who call
OTHER_POLICY = POLICY.replace("30 days", "10 days")
ASK = body(subject=lambda stage, caller: {"type": "model_version", "id": stage.other_version}, environment="production")
BALLOT = body(step="security", verdict="approve", digest=lambda stage, caller: stage.digest)
QUESTION = body(model_version={"name": "churn-model", "version": "7"}, commit="c" * 40)
WHAT_IF = body(model_version={"name": "churn-model", "version": "7"}, changed=["code"])
TRIED = body(yaml=OTHER_POLICY, request=lambda stage, caller: stage.request)
GOVERNS = body(subject_type="use_case_definition", purpose="definition", policy="definition-sign-off")
REASON = body(reason="x")
REVIEW = body(verdict="justified", comment="It was down.")
MANY = body(items=lambda stage, caller: [{"request": stage.request, "step": "security", "digest": stage.digest}])
LIMITS = {
    "environment": "production",
    "baseline": lambda stage, caller: stage.baseline,
    "body": {"moves": ["model"], "metrics": {"recall@test": {"may_fall": "0.02"}}},
}

JUDGEMENT = [
    # policies and what they stand before
    Row("api_environments", "GET", tokens=READ),
    Row(
        "api_environments",
        "POST",
        201,
        ADMIN,
        data=body(slug="new", title="New", policy="production-release"),
        tokens=tokens(403, 403),
    ),
    Row("api_policies", "GET", tokens=READ),
    Row("api_policies", "POST", 201, ADMIN, data=body(key="new", yaml=POLICY), tokens=tokens(403, 403)),
    Row("api_policy_versions", "GET", args=of(key="policy"), tokens=READ),
    Row(
        "api_policy_versions",
        "POST",
        201,
        ADMIN,
        args=of(key="policy"),
        data=body(yaml=OTHER_POLICY),
        tokens=tokens(403, 403),
    ),
    Row(
        "api_policy_version_withdraw",
        "POST",
        200,
        ADMIN,
        args=lambda stage, caller: {"key": stage.policy, "number": "1"},
        data=REASON,
        tokens=tokens(403, 403),
    ),
    Row("api_policies_lint", "POST", data=body(yaml=POLICY), tokens=READ),
    Row("api_policy_simulate", "POST", 200, INSIDE, NOBODY, of(key="policy"), TRIED, tokens(200, 400), hidden=400),
    Row("api_policy_replay", "POST", args=of(key="policy"), data=body(yaml=POLICY), tokens=READ),
    Row("api_subject_policies", "GET", tokens=READ),
    Row("api_subject_policies", "POST", 201, ADMIN, data=GOVERNS, tokens=tokens(403, 403)),
    # requests
    Row("api_requests", "GET", tokens=READ),
    Row("api_requests", "POST", 201, BUILDERS, INSIDE, data=ASK, tokens=tokens(201, 404)),
    Row("api_request", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="request"), tokens=HIDDEN),
    Row("api_ballots", "POST", 201, frozenset({"security"}), INSIDE, of(public_id="request"), BALLOT, tokens(403, 403)),
    Row("api_request_withdraw", "POST", 200, frozenset({"lead"}), INSIDE, of(public_id="request"), body(), tokens(200, 404)),
    Row("api_request_resubmit", "POST", 200, frozenset({"lead"}), INSIDE, of(public_id="request"), body(), tokens(200, 404)),
    Row("api_request_revoke", "POST", 200, REVOKERS, INSIDE, of(public_id="approved"), REASON, tokens(403, 403)),
    Row("api_request_migrate", "POST", 200, ADMIN, INSIDE, of(public_id="request"), body(), tokens(403, 404)),
    Row("api_ballot_dismiss", "POST", 201, LEADS, INSIDE, of(public_id="objection"), REASON, tokens(403, 403)),
    Row("api_condition_meet", "POST", 200, SECURITY, INSIDE, of(public_id="condition"), body(evidence="Done."), tokens(403, 403)),
    # Nobody breaks glass with a token: it wants a session in which the person has just said who they are.
    Row("api_request_waivers", "POST", 201, NOBODY, INSIDE, of(public_id="request"), REASON, tokens(403, 403)),
    Row("api_waivers", "GET", tokens=READ),
    Row("api_waiver_review", "POST", 200, PASSED_OVER, INSIDE, of(public_id="waiver"), REVIEW, tokens(403, 403)),
    Row("api_waiver_end", "POST", 200, PASSED_OVER | {"lead"}, INSIDE, of(public_id="waiver"), body(), tokens(403, 403)),
    Row("api_decisions", "GET", 200, LEADS, query="?rests_on=security", tokens=tokens(403, 403)),
    Row("api_inbox", "GET", tokens=tokens(403, 403)),
    Row("api_inbox_bulk", "POST", data=MANY, tokens=tokens(403, 403)),
    # envelopes
    Row("api_envelopes", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_envelopes", "POST", 201, BUILDERS, INSIDE, CASE, body(title="E", **LIMITS), tokens(201, 404)),
    Row("api_envelope", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="envelope"), tokens=HIDDEN),
    Row("api_envelope_trial", "POST", 200, INSIDE, NOBODY, data=body(**LIMITS), tokens=tokens(200, 400), hidden=400),
    Row("api_envelope_end", "POST", 200, BUILDERS, INSIDE, of(public_id="envelope"), REASON, tokens(200, 404)),
    # gates, and what lies ahead and behind
    Row("api_gate_evaluations", "POST", 200, INSIDE, NOBODY, of(environment="environment"), QUESTION, tokens(200, 404)),
    Row("api_evaluations", "GET", tokens=READ),
    Row("api_evaluation", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="evaluation"), tokens=HIDDEN),
    Row("api_gate_simulate", "POST", 200, INSIDE, NOBODY, of(environment="environment"), WHAT_IF, tokens(200, 404)),
    Row("api_insights", "GET", tokens=READ),
    Row("api_portfolio", "GET", tokens=READ),
]
