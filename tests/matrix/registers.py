"""The API of the registers that people keep, of the facts behind them, and of reports."""

from __future__ import annotations

from tests.conftest import LOCK
from tests.matrix.people import CALENDAR, DEPUTY, NAMES_DEPUTIES, the_case, tomorrow
from tests.matrix.row import (
    ADMIN,
    BUILDERS,
    CASE,
    HIDDEN,
    INSIDE,
    LEADS,
    MEMBERS,
    NOBODY,
    READ,
    Row,
    body,
    of,
    tokens,
)

DICTIONARY = of(slug="dictionary")
DEFINITION = body(business_problem="Other.", ml_problem="Other.")
ELEMENT = body(key="customer.name", name="Name", definition="A name.", logical_type="string")
ECONOMICS = body(
    currency="EUR",
    horizon=1,
    discount_rate="0.1",
    real_or_nominal="nominal",
    lines=[{"key": "b", "title": "B", "kind": "cost", "quantity": 1, "unit_price": 1, "from_period": 0}],
)
PUSH = body(use_case="churn", name="other-model", version="1", commit="f" * 40)
DOCUMENT = body(slug="charter", title="Charter", url="https://wiki.example.com/charter")
REPORT = body(kind="use_case", scope="churn")

REGISTERS = [
    # foundation
    Row("api_schema", "GET", anonymous=200, tokens={**tokens(200, 200, 200), "expired": 401}),
    Row("api_docs", "GET", anonymous=200, tokens={**tokens(200, 200, 200), "expired": 401}),
    Row("api_job", "GET", may=frozenset({"lead"}), sees=NOBODY, args=of(public_id="job"), tokens=tokens(404, 404)),
    Row("api_job_cancel", "POST", may=frozenset({"lead"}), sees=NOBODY, args=of(public_id="job"), tokens=tokens(404, 404)),
    Row("api_audit_events", "GET", tokens=READ),
    Row("api_checkpoint", "GET", tokens=READ),
    Row("api_audit_proof", "GET", may=INSIDE, sees=NOBODY, query="?event={event}", tokens=HIDDEN),
    Row("api_tokens", "GET", tokens=tokens(403, 403)),
    Row("api_tokens", "POST", 201, data=body(name="Mine"), tokens=tokens(403, 403)),
    Row("api_token_revoke", "POST", may=frozenset({"lead"}), sees=NOBODY, args=of(public_id="token"), tokens=tokens(403, 403)),
    # people
    Row("api_users", "GET", tokens=READ),
    Row("api_users", "POST", 201, ADMIN, data=body(username="new", name="New", email="new@example.com"), tokens=tokens(403, 403)),
    Row("api_teams", "GET", tokens=READ),
    Row("api_teams", "POST", 201, ADMIN, data=body(slug="new", title="New"), tokens=tokens(403, 403)),
    Row("api_delegations", "GET", tokens=READ),
    Row(
        "api_delegations",
        "POST",
        201,
        NAMES_DEPUTIES,
        data=body(**DEPUTY, scope=the_case, ends_at=tomorrow),
        tokens=tokens(403, 403),
    ),
    Row("api_delegation_end", "POST", 200, NAMES_DEPUTIES, INSIDE, of(public_id="delegation"), body(), tokens(403, 403)),
    Row("api_calendars", "GET", tokens=READ),
    Row("api_calendars", "POST", 201, ADMIN, data=CALENDAR, tokens=tokens(403, 403)),
    Row("api_notices", "GET", tokens=tokens(403, 403)),
    Row("api_notices_read", "POST", tokens=tokens(403, 403)),
    # use cases
    Row("api_use_cases", "GET", tokens=READ),
    Row("api_use_cases", "POST", 201, data=body(slug="fresh", title="New"), tokens=tokens(403, 403)),
    Row("api_use_case", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_use_case", "PATCH", may=MEMBERS, sees=INSIDE, args=CASE, data=body(title="New"), tokens=tokens(403, 404)),
    Row("api_definitions", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_definitions", "POST", 201, MEMBERS, INSIDE, CASE, DEFINITION, tokens(403, 404)),
    Row("api_documents", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_documents", "POST", 201, MEMBERS, INSIDE, CASE, DOCUMENT, tokens(403, 404)),
    Row("api_document", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="document"), tokens=HIDDEN),
    Row("api_document_file", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="document"), tokens=HIDDEN),
    Row("api_roles", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_roles", "POST", 201, LEADS, INSIDE, CASE, body(user="stranger", role="operations"), tokens(403, 404)),
    Row("api_role_end", "POST", 200, LEADS, INSIDE, of(slug="slug", public_id="grant"), body(reason="x"), tokens(403, 404)),
    # dictionaries: seen by everybody, written by data governance, bound by those who build with data
    Row("api_dictionaries", "GET", tokens=READ),
    Row("api_dictionaries", "POST", 201, NOBODY, data=body(slug="new", title="New"), tokens=tokens(403, 403)),
    Row("api_dictionary", "GET", args=DICTIONARY, tokens=READ),
    Row("api_dictionary_elements", "GET", args=DICTIONARY, tokens=READ),
    Row("api_dictionary_element", "GET", args=of(slug="dictionary", key="element"), tokens=READ),
    Row("api_dictionary_aliases", "GET", args=of(slug="dictionary", key="element"), tokens=READ),
    Row(
        "api_dictionary_aliases",
        "POST",
        201,
        BUILDERS,
        args=of(slug="dictionary", key="element"),
        data=body(term="Account holder"),
        tokens=tokens(403, 201),
    ),
    Row(
        "api_dictionary_alias_end", "POST", 200, BUILDERS, args=of(slug="dictionary", public_id="alias"), tokens=tokens(403, 200)
    ),
    Row("api_dictionary_elements", "POST", 201, BUILDERS, args=DICTIONARY, data=ELEMENT, tokens=tokens(403, 201)),
    Row("api_dictionary_bindings", "GET", args=DICTIONARY, tokens=READ),
    Row(
        "api_dictionary_bindings",
        "POST",
        201,
        BUILDERS,
        args=DICTIONARY,
        data=body(element="customer_id", team="sales", dataset="crm", column="id"),
        tokens=tokens(403, 201),
    ),  # the token elsewhere belongs to the lead of that other use case, who binds columns there
    Row(
        "api_dictionary_binding_end",
        "POST",
        200,
        BUILDERS,
        args=of(slug="dictionary", public_id="binding"),
        tokens=tokens(403, 200),
    ),
    # dependencies: a lock file is a fact that anybody may record
    Row("api_dependency_sets", "GET", tokens=READ),
    Row("api_dependency_sets", "POST", 201, data=body(path="new.txt", content=LOCK), tokens=tokens(201, 201)),
    Row("api_dependency_set", "GET", args=of(public_id="lock"), tokens=READ),
    # economics
    Row("api_economics", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_economics", "POST", 201, MEMBERS, INSIDE, CASE, ECONOMICS, tokens(403, 404)),
    # lineage
    Row("api_repositories", "GET", tokens=READ),
    Row(
        "api_repositories",
        "POST",
        201,
        BUILDERS | ADMIN,
        INSIDE,
        data=body(url=lambda stage, caller: stage.other_repository_url, use_case="churn"),
        tokens=tokens(201, 400),
        hidden=400,
    ),  # whoever does not see the use case is told that the body names an unknown one
    Row("api_repository_sync", "POST", 202, BUILDERS | ADMIN, INSIDE, of(public_id="repository"), tokens=tokens(202, 404)),
    Row("api_commits", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="repository"), tokens=HIDDEN),
    Row("api_model_versions", "GET", tokens=READ),
    Row("api_model_versions", "POST", 201, BUILDERS | ADMIN, INSIDE, data=PUSH, tokens=tokens(201, 400), hidden=400),
    Row("api_model_version", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="version"), tokens=HIDDEN),
    Row("api_provenance", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="version"), tokens=HIDDEN),
    Row("api_lineage", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="version"), tokens=HIDDEN),
    Row("api_manifest", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="version"), tokens=HIDDEN),
    # reports
    Row("api_reports", "GET", tokens=READ),
    Row("api_reports", "POST", 202, INSIDE, NOBODY, data=REPORT, tokens=tokens(202, 404)),
    Row("api_report", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="report"), tokens=HIDDEN),
    Row(
        "api_report_file", "GET", 409, INSIDE, NOBODY, of(public_id="report"), tokens=tokens(409, 404)
    ),  # 409: it is not finished
]
