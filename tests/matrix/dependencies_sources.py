"""Sources, licences, external services. On the stage security added a source for which the lead answers, and ruled on a licence; the
lead named a service that the use case calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from foundation import clock
from governance.dependencies import services
from tests.matrix.row import ADMIN, CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Row, Stage, body, of, tokens

SOURCE = of(public_id="source")
RULE = of(public_id="licence_rule")
EXTERNAL = of(public_id="external")
EXTERNAL_PAGE = of(slug="slug", public_id="external")
SECURITY = frozenset({"security"})
ENDS = SECURITY | ADMIN | {"lead"}
OVER = body(reason="Not any more.")
OVER_FORM = body(**{"end-reason": "Not any more."})
SAID: dict[str, Any] = {
    "kind": "package",
    "title": "numpy, on PyPI",
    "index": "https://pypi.org/simple",
    "reason": "Public builds.",
    "criteria": ["safe-to-run"],
}
CALLS: dict[str, Any] = {
    "kind": "cloud_api",
    "name": "Speech",
    "operator": "Example Cloud",
    "terms": "https://example.com/terms",
    "data_sent": "Recordings.",
    "exit_plan": "Ours, in a month.",
}
LICENCE = body(licence="MIT", answer="allowed", reason="Asks for its notice.")


def next_year(stage: Stage, caller: str) -> str:
    return (clock.now() + timedelta(days=300)).isoformat()


def day(stage: Stage, caller: str) -> str:
    return next_year(stage, caller)[:10]


def set_up(world: Any) -> dict[str, Any]:
    """What the rows below are about."""
    source = services.add_source(
        actor=world.security, **{**SAID, "title": "joblib"}, packages=["joblib"], owner=world.lead.user,
        ends_at=clock.now() + timedelta(days=300),
    )  # fmt: skip
    rule = services.rule_licence(actor=world.security, licence="ISC", answer="allowed", reason="Asks for its notice.")
    external = services.add_external(
        actor=world.lead, use_case=world.use_case, **{**CALLS, "name": "Translation"}, regions=["eu"]
    )
    return {"source": source.public_id, "licence_rule": rule.public_id, "external": external.public_id}


SOURCE_BODY = body(**SAID, packages=["numpy"], owner="lead", ends_at=next_year)
SOURCE_FORM = body(**SAID, packages="numpy", ecosystem="pypi", owner="lead", ends_at=day)
CALLS_BODY = body(**CALLS, regions=["eu"])
CALLS_FORM = body(**CALLS, regions="eu")

SOURCE_API = [
    Row("api_sources", "GET", tokens=READ),
    Row("api_sources", "POST", 201, SECURITY, data=SOURCE_BODY, tokens=tokens(403, 403)),
    Row("api_source_examples", "GET", tokens=READ),
    Row("api_source", "GET", args=SOURCE, tokens=READ),
    Row("api_source_confirm", "POST", 200, ADMIN, args=SOURCE, tokens=tokens(403, 403)),  # not security, who added it
    Row("api_source_end", "POST", 200, ENDS, args=SOURCE, data=OVER, tokens=tokens(403, 403)),
    Row("api_licences", "GET", tokens=READ),
    Row("api_licence_rules", "GET", tokens=READ),
    Row("api_licence_rules", "POST", 201, SECURITY, data=LICENCE, tokens=tokens(403, 403)),
    Row("api_licence_rule_end", "POST", 200, SECURITY, args=RULE, data=OVER, tokens=tokens(403, 403)),
    Row("api_licence_proposals", "GET", tokens=READ),
    Row("api_licence_proposals", "POST", 201, SECURITY, tokens=tokens(403, 403)),
    Row("api_external_services", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_external_services", "POST", 201, MEMBERS, INSIDE, CASE, CALLS_BODY, tokens(403, 404)),
    Row("api_external_service", "GET", may=INSIDE, sees=NOBODY, args=EXTERNAL, tokens=HIDDEN),
    Row("api_external_service_replace", "POST", 201, MEMBERS, INSIDE, EXTERNAL, CALLS_BODY, tokens(403, 404)),
    Row("api_external_service_end", "POST", 200, MEMBERS, INSIDE, EXTERNAL, OVER, tokens(403, 404)),
]
SOURCE_PAGES = [
    Row("sources", "GET"),
    Row("source_new", "GET"),
    Row("source_new", "POST", 302, SECURITY, data=SOURCE_FORM),
    Row("source", "GET", args=SOURCE),
    Row("source_confirm", "POST", 302, ADMIN, args=SOURCE),
    Row("source_end", "POST", 302, ENDS, args=SOURCE, data=OVER_FORM),
    Row("licences", "GET"),
    Row("licences", "POST", 302, SECURITY, data=LICENCE),
    Row("licences_take_over", "POST", 302, SECURITY),
    Row("licence_end", "POST", 302, SECURITY, args=RULE, data=OVER),
    Row("external_services", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("external_services", "POST", 302, MEMBERS, INSIDE, CASE, CALLS_FORM),
    Row("external_service", "GET", may=INSIDE, sees=NOBODY, args=EXTERNAL_PAGE),
    Row("external_service_replace", "GET", may=INSIDE, sees=NOBODY, args=EXTERNAL_PAGE),
    Row("external_service_replace", "POST", 302, MEMBERS, INSIDE, EXTERNAL_PAGE, CALLS_FORM),
    Row("external_service_end", "POST", 302, MEMBERS, INSIDE, EXTERNAL_PAGE, OVER_FORM),
]
