"""Who may do what, at every address of the product: the table that `test_permission_matrix` holds the product against.

A row says for one address and method who gets through (`may`), who sees the thing but is refused with a reason (403), and for
whom it does not exist (404). A new address needs a row here; nothing is open by being forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from tests.conftest import LOCK, POLICY

PEOPLE = ("stranger", "lead", "scientist", "business", "security", "auditor", "admin")
TOKENS = ("ci", "unscoped", "elsewhere")
CALLERS = ("anonymous", "expired", *PEOPLE, *TOKENS)

ALL = frozenset(PEOPLE)
INSIDE = ALL - {"stranger"}  # who sees the use case
BUILDERS = frozenset({"lead", "scientist"})
MEMBERS = frozenset({"lead", "scientist", "business", "security", "admin"})  # who works on it, rather than only reading it
ADMIN = frozenset({"admin"})
LEADS = frozenset({"lead", "admin"})
ORGANISATION = frozenset({"auditor", "admin"})
NOBODY: frozenset[str] = frozenset()

Stage = SimpleNamespace
Make = Callable[[Stage, str], Any]


def nothing(stage: Stage, caller: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Row:
    """One method of one address. `ok` is what those who may get; `sees` are those to whom a refusal is told."""

    name: str
    method: str
    ok: int = 200
    may: frozenset[str] = ALL
    sees: frozenset[str] = ALL
    args: Make = nothing
    data: Make | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    anonymous: int | None = None  # 401 under the API, to the login page (302) elsewhere
    query: str = ""
    hidden: int = 404  # what those get who may not even know; 400 where a body, not the address, names the thing
    refused: int = 403

    def expected(self, caller: str, *, api: bool) -> int:
        if caller == "expired" and caller in self.tokens:
            return self.tokens[caller]
        if caller in ("anonymous", "expired"):
            return self.anonymous if self.anonymous is not None else 401 if api else 302
        if caller in TOKENS:
            if not api:  # pages know sessions only
                return self.expected("anonymous", api=False)
            return self.tokens.get(caller, 403)
        if caller in self.may:
            return self.ok
        return self.refused if caller in self.sees else self.hidden

    def __str__(self) -> str:
        return f"{self.method} {self.name}{self.query}"


def tokens(ci: int, elsewhere: int, unscoped: int = 403) -> dict[str, int]:
    return {"ci": ci, "elsewhere": elsewhere, "unscoped": unscoped}


def of(**names: str) -> Make:
    """URL arguments from what stands on the stage: `of(public_id="request")`."""
    return lambda stage, caller: {name: getattr(stage, attribute) for name, attribute in names.items()}


def body(**values: Any) -> Make:
    """A body or form; a callable value is given the stage and the caller."""
    return lambda stage, caller: {name: value(stage, caller) if callable(value) else value for name, value in values.items()}


CASE = of(slug="slug")
DICTIONARY = of(slug="dictionary")
READ = tokens(ci=200, elsewhere=200)  # what everybody signed in may read
HIDDEN = tokens(ci=200, elsewhere=404)  # what is read through the use case
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
ASK = body(subject=lambda stage, caller: {"type": "model_version", "id": stage.other_version}, environment="production")
BALLOT = body(step="security", verdict="approve", digest=lambda stage, caller: stage.digest)
QUESTION = body(model_version={"name": "churn-model", "version": "7"}, commit="c" * 40)
REPORT = body(kind="use_case", scope="churn")

API = [
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
    # use cases
    Row("api_use_cases", "GET", tokens=READ),
    Row("api_use_cases", "POST", 201, data=body(slug="fresh", title="New"), tokens=tokens(403, 403)),
    Row("api_use_case", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_use_case", "PATCH", may=MEMBERS, sees=INSIDE, args=CASE, data=body(title="New"), tokens=tokens(403, 404)),
    Row("api_definitions", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_definitions", "POST", 201, MEMBERS, INSIDE, CASE, DEFINITION, tokens(403, 404)),
    Row("api_roles", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_roles", "POST", 201, LEADS, INSIDE, CASE, body(user="stranger", role="operations"), tokens(403, 404)),
    Row("api_role_end", "POST", 200, LEADS, INSIDE, of(slug="slug", public_id="grant"), body(reason="x"), tokens(403, 404)),
    # dictionaries: seen by everybody, written by data governance, bound by those who build with data
    Row("api_dictionaries", "GET", tokens=READ),
    Row("api_dictionaries", "POST", 201, NOBODY, data=body(slug="new", title="New"), tokens=tokens(403, 403)),
    Row("api_dictionary", "GET", args=DICTIONARY, tokens=READ),
    Row("api_dictionary_elements", "GET", args=DICTIONARY, tokens=READ),
    Row("api_dictionary_elements", "POST", 201, NOBODY, args=DICTIONARY, data=ELEMENT, tokens=tokens(403, 403)),
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
    # approvals
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
        data=body(yaml=POLICY + "# again\n"),
        tokens=tokens(403, 403),
    ),
    Row("api_requests", "GET", tokens=READ),
    Row("api_requests", "POST", 201, BUILDERS, INSIDE, data=ASK, tokens=tokens(201, 404)),
    Row("api_request", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="request"), tokens=HIDDEN),
    Row("api_ballots", "POST", 201, frozenset({"security"}), INSIDE, of(public_id="request"), BALLOT, tokens(403, 403)),
    Row("api_request_withdraw", "POST", 200, frozenset({"lead"}), INSIDE, of(public_id="request"), body(), tokens(200, 404)),
    Row("api_request_resubmit", "POST", 200, frozenset({"lead"}), INSIDE, of(public_id="request"), body(), tokens(200, 404)),
    Row("api_inbox", "GET", tokens=tokens(403, 403)),
    Row("api_gate_evaluations", "POST", 200, INSIDE, NOBODY, of(environment="environment"), QUESTION, tokens(200, 404)),
    Row("api_evaluations", "GET", tokens=READ),
    Row("api_evaluation", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="evaluation"), tokens=HIDDEN),
    # reports
    Row("api_reports", "GET", tokens=READ),
    Row("api_reports", "POST", 202, INSIDE, NOBODY, data=REPORT, tokens=tokens(202, 404)),
    Row("api_report", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="report"), tokens=HIDDEN),
    Row(
        "api_report_file", "GET", 409, INSIDE, NOBODY, of(public_id="report"), tokens=tokens(409, 404)
    ),  # 409: it is not finished
]

FORMSET = {"kpis-TOTAL_FORMS": "0", "kpis-INITIAL_FORMS": "0"}
LINES = {
    "lines-TOTAL_FORMS": "1",
    "lines-INITIAL_FORMS": "0",
    "lines-0-title": "B",
    "lines-0-kind": "cost",
    "lines-0-quantity": "1",
    "lines-0-unit_price": "1",
    "lines-0-from_period": "0",
}
MEANING = body(definition="Other.", logical_type="string", sensitivity="internal")

PAGES = [
    # foundation
    Row("healthz", "GET", anonymous=200),
    Row("readyz", "GET", 503, anonymous=503),  # tests run no worker
    Row("theme", "POST", 302, anonymous=302, data=body(theme="dark")),
    Row("set_language", "POST", 302, anonymous=302, data=body(language="zh-hans")),
    Row("audit", "GET"),
    Row("audit_about", "GET", 302, INSIDE, NOBODY, of(public_id="request")),
    Row("job", "GET", may=frozenset({"lead"}), sees=NOBODY, args=of(public_id="job")),
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
        for tab in ("people", "dictionary", "models", "dependencies", "cost-benefit", "approvals", "history")
    ],
    Row("definition_new", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("definition_new", "POST", 302, MEMBERS, INSIDE, CASE, body(business_problem="Other.", ml_problem="Other.", **FORMSET)),
    Row("definitions", "GET", may=INSIDE, sees=NOBODY, args=CASE),
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
        NOBODY,
        args=DICTIONARY,
        data=body(key="customer.name", name="Name", definition="A name.", logical_type="string", sensitivity="internal"),
    ),
    Row("element", "GET", args=of(slug="dictionary", key="element")),
    Row("meaning_new", "GET", args=of(slug="dictionary", key="element")),
    Row("meaning_new", "POST", 302, NOBODY, args=of(slug="dictionary", key="element"), data=MEANING),
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
    # economics
    Row("case_write", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row(
        "case_write",
        "POST",
        302,
        MEMBERS,
        INSIDE,
        CASE,
        body(currency="EUR", horizon="1", percent="10", real_or_nominal="nominal", **LINES),
    ),
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
    Row("gate", "GET", may=INSIDE, sees=NOBODY, args=of(public_id="evaluation")),
    Row("gate", "POST", 302, INSIDE, NOBODY, of(public_id="evaluation")),
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
    Row("settings_policies", "POST", 302, ADMIN, data=body(key="new", source=POLICY)),
    Row("settings_policy", "GET", args=of(key="policy")),
    Row("settings_policy", "POST", 302, ADMIN, args=of(key="policy"), data=body(source=POLICY)),
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

# Pages of the library that signs people in. Its own tests prove them; here stands only that they are known.
SIGNING_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "socialaccount_connections",
    "openid_connect_login",
    "openid_connect_callback",
    "usersessions_list",
}
