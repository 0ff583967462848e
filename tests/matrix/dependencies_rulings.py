"""Rulings. On the stage the scientist asked for three on the use case: one that security recommended, and one that is in force.

Security also recommended exemptions for everything in use, on which nobody has decided.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from foundation import clock
from governance.dependencies import services
from tests.matrix.row import ADMIN, HIDDEN, INSIDE, MEMBERS, NOBODY, READ, Make, Row, Stage, body, of, on, tokens

SECURITY, OWNER = frozenset({"security"}), frozenset({"business"})
ENDING = frozenset({"security", "business", "lead", "admin"})
ASKED, RECOMMENDED, IN_FORCE = of(public_id="ruling_asked"), of(public_id="ruling_recommended"), of(public_id="ruling_in_force")
SAID = {"effect": "exempt", "name": "joblib", "specifier": "==9", "criteria": ["safe-to-run"], "reason": "Not read yet."}
YES = body(word="yes", because="It is small.")
BATCH = of(batch="ruling_batch")


def soon(stage: Stage, caller: str) -> str:
    return (clock.now() + timedelta(days=30)).isoformat()


def some_day(stage: Stage, caller: str) -> str:
    return soon(stage, caller)[:10]


def form(prefix: str) -> Make:
    return body(**{f"{prefix}-word": "yes", f"{prefix}-because": "It is small."})


RULING_API = [
    Row("api_rulings", "GET", tokens=READ),
    Row(
        "api_rulings", "POST", 201, MEMBERS, INSIDE, data=body(**SAID, use_case="churn", expires_at=soon), tokens=tokens(403, 404)
    ),
    Row("api_ruling", "GET", may=INSIDE, sees=NOBODY, args=ASKED, tokens=HIDDEN),
    Row("api_ruling_recommend", "POST", 200, SECURITY, INSIDE, ASKED, YES, tokens(403, 404)),
    Row("api_ruling_decide", "POST", 200, OWNER, INSIDE, RECOMMENDED, YES, tokens(403, 404)),
    Row("api_ruling_revoke", "POST", 200, ENDING, INSIDE, IN_FORCE, body(because="It was read."), tokens(403, 404)),
    Row("api_ruling_extend", "POST", 201, MEMBERS, INSIDE, IN_FORCE, body(expires_at=soon, reason="Still."), tokens(403, 404)),
    # whoever may call it is told for each ruling why nothing happened
    Row("api_rulings_bulk", "POST", data=body(action="revoke", ids=["rul_x"], because="No."), tokens=tokens(403, 200)),
    Row("api_rulings_burn_down", "GET", tokens=READ),
    # a program does not judge, not even one of the lead's
    Row("api_rulings_start", "POST", 201, SECURITY, data=body(reason="Start of use."), tokens=tokens(403, 403)),
    Row("api_rulings_batch_decide", "POST", 200, ADMIN, args=BATCH, data=YES, tokens=tokens(403, 403)),
]
ASK_FORM = body(**SAID, ecosystem="pypi", use_case=on("case_id"), until=some_day)
BLOCK_FORM = body(name="joblib", ecosystem="pypi", reason="Dangerous.", use_case="", until="")
RULING_PAGES = [
    Row("rulings", "GET"),
    Row("ruling_ask", "GET"),
    Row("ruling_ask", "POST", 302, MEMBERS, INSIDE, data=ASK_FORM),
    Row("ruling_block", "GET"),
    Row("ruling_block", "POST", 302, SECURITY, data=BLOCK_FORM),
    Row("ruling_bulk", "GET"),
    Row("ruling_bulk", "POST", 302, data=body(command="act", action="revoke:", because="No.", id=["rul_x"])),
    Row("ruling_start", "GET"),
    Row("ruling_start", "POST", 302, SECURITY, data=body(reason="Start of use.")),
    Row("ruling_batch_decide", "POST", 302, ADMIN, args=BATCH, data=form("decide")),
    Row("ruling", "GET", may=INSIDE, sees=NOBODY, args=ASKED),
    Row("ruling", "POST", 302, MEMBERS, INSIDE, ASKED, body(**{"ask-comment": "Please."})),
    Row("ruling_recommend", "POST", 302, SECURITY, INSIDE, ASKED, form("recommend")),
    Row("ruling_decide", "POST", 302, OWNER, INSIDE, RECOMMENDED, form("decide")),
    Row("ruling_revoke", "POST", 302, ENDING, INSIDE, IN_FORCE, body(**{"revoke-because": "It was read."})),
    Row(
        "ruling_extend", "POST", 302, MEMBERS, INSIDE, IN_FORCE,
        body(**{"extend-until": some_day, "extend-reason": "Still."}),
    ),
]  # fmt: skip


def set_up(world: Any) -> dict[str, Any]:
    """Three rulings that the scientist asked for, one of them recommended and one in force, and exemptions for everything in use."""
    ends = clock.now() + timedelta(days=60)

    def ask(actor: Any, number: int) -> Any:
        said = {**SAID, "specifier": f"=={number}", "use_case": world.use_case, "expires_at": ends}
        return services.ask_ruling(actor=actor, **said)

    rows = [ask(world.scientist, number) for number in range(3)]
    ask(world.data_engineer, 0)  # who needs the same joins in
    for row in rows[1:]:
        services.recommend_ruling(actor=world.security, ruling=row, recommend=True, because="It is small.")
    services.decide_ruling(actor=world.business, ruling=rows[2], allow=True)
    batch = services.exempt_everything(actor=world.security, reason="Start of use.")
    return {
        "ruling_asked": rows[0].public_id,
        "ruling_recommended": rows[1].public_id,
        "ruling_in_force": rows[2].public_id,
        "ruling_batch": batch.id,
    }
