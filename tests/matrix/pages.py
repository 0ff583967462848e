"""Pages and the forms on them."""

from __future__ import annotations

from typing import Any

from tests.conftest import POLICY
from tests.matrix.judgement import OTHER_POLICY, PASSED_OVER, REVOKERS, SECURITY
from tests.matrix.people import CALENDAR_FORM, DEPUTY, NAMES_DEPUTIES, the_case, tomorrows_day
from tests.matrix.registers import DICTIONARY
from tests.matrix.row import (
    ADMIN,
    BUILDERS,
    CASE,
    INSIDE,
    LEADS,
    MEMBERS,
    NOBODY,
    Row,
    Stage,
    body,
    of,
    on,
)

TABS = ("people", "dictionary", "models", "dependencies", "cost-benefit", "approvals", "history", "documents")
DEFINITION = of(slug="slug", number="definition")
DOCUMENT = of(slug="slug", document="document_slug")
CHARTER = body(slug="charter", title="Charter", url="https://wiki.example.com/charter")
ENVELOPE = body(
    **{
        "command": "ask",
        "title": "E",
        "moves": ["model"],
        "metrics-TOTAL_FORMS": "1",
        "metrics-INITIAL_FORMS": "1",
        "metrics-0-name": "recall@test",
        "metrics-0-may_fall": "0.02",
    }
)
FORMSET = {"kpis-TOTAL_FORMS": "0", "kpis-INITIAL_FORMS": "0"}
MEANING = body(name="Customer", definition="Other.", logical_type="string", sensitivity="internal")


def together(stage: Stage, caller: str) -> dict[str, Any]:
    """One step among others that are approved on one page."""
    key = f"{stage.request}:security:"
    return {"command": "approve", "item": key, f"digest-{key}": stage.digest, "comment": ""}


PAGES = [
    # foundation
    Row("healthz", "GET", anonymous=200),
    Row("readyz", "GET", 503, anonymous=503),  # tests run no worker
    Row("theme", "POST", 302, anonymous=302, data=body(theme="dark")),
    Row("set_language", "POST", 302, anonymous=302, data=body(language="zh-hans")),
    Row("audit", "GET"),
    Row("audit_about", "GET", 302, INSIDE, NOBODY, of(public_id="request")),
    Row("job", "GET", may=frozenset({"lead"}), sees=NOBODY, args=of(public_id="job")),
    # people
    Row("people_absence", "GET"),
    Row(
        "people_absence",
        "POST",
        302,
        NAMES_DEPUTIES,  # others name a deputy for themselves, in a role that they do not hold
        data=body(**DEPUTY, scope=the_case, starts_at=tomorrows_day, ends_at=tomorrows_day),
        refused=400,
    ),
    Row("people_absence_end", "POST", 302, NAMES_DEPUTIES, INSIDE, of(public_id="delegation")),
    Row("people_calendars", "GET"),
    Row("people_calendars", "POST", 302, ADMIN, data=CALENDAR_FORM),
    Row("people_calendar", "GET", args=of(slug="calendar")),
    Row("people_calendar", "POST", 302, ADMIN, args=of(slug="calendar"), data=CALENDAR_FORM),
    Row("people_notices", "GET"),
    Row("people_notices_read", "POST", 302),
    Row("people_notice", "GET", 302, frozenset({"lead"}), NOBODY, of(public_id="notice")),
    # use cases
    Row("use_cases", "GET"),
    Row("use_case_new", "GET"),
    Row("use_case_new", "POST", 302, data=body(title="New", slug="fresh", kind="product")),
    Row("use_case", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    *[
        Row(
            "use_case_tab",
            "GET",
            may=INSIDE,
            sees=NOBODY,
            args=lambda stage, caller, tab=tab: {"slug": stage.slug, "tab": tab},
            query=f"#{tab}",
        )
        for tab in TABS
    ],
    Row("definition_new", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("definition_new", "POST", 302, MEMBERS, INSIDE, CASE, body(business_problem="Other.", ml_problem="Other.", **FORMSET)),
    Row("definitions", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("definition", "GET", may=INSIDE, sees=NOBODY, args=DEFINITION),
    Row("document_add", "POST", 302, MEMBERS, INSIDE, CASE, CHARTER),
    Row("document", "GET", may=INSIDE, sees=NOBODY, args=DOCUMENT),
    Row("document_version_add", "POST", 302, MEMBERS, INSIDE, DOCUMENT, CHARTER),
    Row("document_file", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="document")),
    Row("role_give", "POST", 302, LEADS, INSIDE, CASE, body(person="stranger", role="operations")),
    Row("role_end", "GET", may=INSIDE, sees=NOBODY, args=of(slug="slug", grant="grant")),
    Row("role_end", "POST", 302, LEADS, INSIDE, of(slug="slug", grant="grant"), body(reason="moved")),
    # dictionaries
    Row("dictionaries", "GET"),
    Row("dictionaries", "POST", 302, NOBODY, data=body(title="New", slug="new")),
    Row("dictionary", "GET", args=DICTIONARY),
    Row("element_new", "GET", args=DICTIONARY),
    Row(
        "element_new",
        "POST",
        302,
        BUILDERS,
        args=DICTIONARY,
        data=body(key="customer.name", name="Name", definition="A name.", logical_type="string", sensitivity="internal"),
    ),
    Row("element", "GET", args=of(slug="dictionary", key="element")),
    Row("meaning_new", "GET", args=of(slug="dictionary", key="element")),
    Row("meaning_new", "POST", 302, BUILDERS, args=of(slug="dictionary", key="element"), data=MEANING),
    Row(
        "column_bind",
        "POST",
        302,
        BUILDERS,
        args=of(slug="dictionary", key="element"),
        data=body(team="sales", dataset="crm", column="id"),
    ),
    Row("binding_end", "POST", 302, BUILDERS, args=of(slug="dictionary", public_id="binding")),
    # dependencies
    Row("dependencies", "GET"),
    Row("package", "GET", args=of(name="package")),
    Row("dependency_set", "GET", args=of(public_id="lock")),
    # lineage
    Row("models", "GET"),
    Row("model", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="other_version")),
    Row(
        "model",
        "POST",
        302,
        BUILDERS,
        INSIDE,
        of(public_id="other_version"),
        body(**{"ask-environment": "production", "ask-comment": ""}),
    ),
    # approvals
    Row("inbox", "GET"),
    Row("inbox_bulk", "GET"),
    Row("inbox_bulk", "POST", 302, data=together),
    Row("request", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="request")),
    Row(
        "request",
        "POST",
        302,
        frozenset({"security"}),
        INSIDE,
        of(public_id="request"),
        body(command="vote", step="security", verdict="approve", digest=lambda stage, caller: stage.digest),
        query="#vote",
    ),
    Row(
        "request", "POST", 302, frozenset({"lead"}), INSIDE, of(public_id="request"), body(command="withdraw"), query="#withdraw"
    ),
    Row(
        "request", "POST", 302, frozenset({"lead"}), INSIDE, of(public_id="request"), body(command="resubmit"), query="#resubmit"
    ),
    Row("request", "POST", 302, REVOKERS, INSIDE, of(public_id="approved"), body(command="revoke", reason="x"), query="#revoke"),
    Row(
        "request",
        "POST",
        302,
        LEADS,
        INSIDE,
        of(public_id="excepted"),
        body(command="dismiss", reason="x", about=on("objection")),
        query="#dismiss",
    ),
    Row(
        "request",
        "POST",
        302,
        SECURITY,
        INSIDE,
        of(public_id="excepted"),
        body(command="confirm", evidence="Done.", about=on("condition")),
        query="#confirm",
    ),
    Row(
        "request",
        "POST",
        302,
        ADMIN,
        INSIDE,
        of(public_id="request"),
        body(command="migrate", about=on("policy_version")),
        query="#migrate",
    ),
    Row(
        "request",
        "POST",
        302,
        PASSED_OVER,
        INSIDE,
        of(public_id="excepted"),
        body(command="review", verdict="justified", comment="It was down.", about=on("waiver")),
        query="#review",
    ),
    Row(
        "request",
        "POST",
        302,
        PASSED_OVER | {"lead"},
        INSIDE,
        of(public_id="excepted"),
        body(command="end", about=on("waiver")),
        query="#end",
    ),
    # A session in which nobody has just said who they are breaks no glass either.
    Row(
        "request",
        "POST",
        302,
        NOBODY,
        INSIDE,
        of(public_id="request"),
        body(command="glass", reason="x", hours="1"),
        query="#glass",
    ),
    Row("gate", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="evaluation")),
    Row("gate", "POST", 302, INSIDE, NOBODY, of(public_id="evaluation")),
    # envelopes
    Row("envelopes", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("envelope_new", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("envelope_new", "POST", 302, BUILDERS, INSIDE, CASE, ENVELOPE),
    Row("envelope", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="envelope")),
    Row("envelope", "POST", 302, BUILDERS, INSIDE, of(public_id="envelope"), body(command="end", reason="x"), query="#end"),
    # what lies behind and ahead
    Row("insights", "GET"),
    Row("portfolio", "GET"),
    Row("portfolio_export", "GET"),
    Row("policy_replay", "GET", args=of(key="policy")),
    Row("policy_simulate", "GET", args=of(key="policy")),
    Row(
        "policy_simulate",
        "GET",
        may=INSIDE,
        sees=NOBODY,
        args=of(key="policy"),
        query="?request={request}",
    ),
    # reports
    Row("reports", "GET"),
    Row("reports", "POST", 302, INSIDE, NOBODY, data=body(about="use_case:churn", language="en"), hidden=400),
    Row("report", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="report")),
    Row("report_progress", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="report")),
    Row("report_again", "POST", 409, INSIDE, NOBODY, of(public_id="report")),  # it has not failed
    Row("report_cancel", "POST", 302, frozenset({"lead"}), INSIDE, of(public_id="report"), refused=409),
    Row("report_file", "GET", 409, INSIDE, NOBODY, of(public_id="report", form="form")),
    # settings
    Row("settings", "GET"),
    Row("settings_profile", "GET"),
    Row("settings_profile", "POST", 302, data=body(language="en", theme="dark")),
    Row("settings_tokens", "GET"),
    Row("settings_tokens", "POST", 201, data=body(name="Mine", kind="personal", days="30")),
    Row("settings_token_revoke", "POST", 302, frozenset({"lead"}), NOBODY, of(public_id="token")),
    Row("settings_repositories", "GET"),
    Row(
        "settings_repositories",
        "POST",
        302,
        BUILDERS | ADMIN,
        INSIDE,
        data=body(url=lambda stage, caller: stage.other_repository_url, use_case=lambda stage, caller: stage.case_key),
        hidden=400,
    ),
    Row("settings_repository_synchronise", "POST", 302, BUILDERS | ADMIN, INSIDE, of(public_id="repository")),
    Row("settings_environments", "GET"),
    Row(
        "settings_environments",
        "POST",
        302,
        ADMIN,
        data=body(slug="new", title="New", policy=lambda stage, caller: stage.policy_key, mode="prevent"),
    ),
    Row("settings_policies", "GET"),
    Row("settings_policy_new", "GET"),
    Row("settings_policy_new", "POST", 302, ADMIN, data=body(new_key="new", source=POLICY, note="", do="save"), query="?as=text"),
    Row("settings_policy", "GET", args=of(key="policy")),
    Row(
        "settings_policy", "POST", 302, ADMIN, args=of(key="policy"), data=body(command="withdraw", reason="x"), query="#withdraw"
    ),
    Row("settings_policy_edit", "GET", args=of(key="policy")),
    Row("settings_policy_edit", "POST", args=of(key="policy"), data=body(do="add", order="")),
    Row("settings_policy_text", "GET", args=of(key="policy")),
    Row(
        "settings_policy_text",
        "POST",
        302,
        ADMIN,
        args=of(key="policy"),
        data=body(source=OTHER_POLICY, newest="1", note="", do="save"),
    ),
    Row("settings_people", "GET"),
    Row(
        "settings_people",
        "POST",
        302,
        ADMIN,
        data=body(name="New", username="newcomer", email="new@example.com", language="en"),
    ),
    Row("settings_person", "GET", args=of(public_id="person")),
    Row(
        "settings_person",
        "POST",
        302,
        ADMIN,
        args=of(public_id="person"),
        data=body(command="grant", role="auditor"),
        query="#grant",
    ),
    Row("settings_person", "POST", 302, ADMIN, args=of(public_id="person"), data=body(command="close"), query="#close"),
]
