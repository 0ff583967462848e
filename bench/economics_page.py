"""The pages of a case of 200 lines: statements and milliseconds on the server, in a database of its own.

    python -m bench.economics_page                                                        # SQLite
    DATABASE_URL=postgres://postgres@127.0.0.1:5432/postgres python -m bench.economics_page

Targets: at most 20 statements and 200 ms (median of some) for the page of the case, by years and by months over five years; the same
is told of the pages beside it, whose target is that of every page, 300 ms.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from bench.inbox import database, measured

LINES = 200
STATEMENTS, MILLISECONDS, OTHERS = 20, 200, 300
CASES = ("years", "months")
PAGES = (
    ("case", "", MILLISECONDS),
    ("case, page 3", "?page=3", MILLISECONDS),
    ("figure", "figures/npv/", OTHERS),
    ("figure of a line", "figures/line.line_7/", OTHERS),
    ("versions compared", "compare/?from=1&to=2", OTHERS),
    ("draft", "draft/", OTHERS),
    ("draft, one line", "draft/lines/line_7/", OTHERS),
    ("draft, before writing", "draft/write/", OTHERS),
)


def plan(period: str) -> Any:
    """Lines of all that lines can have: ranges, risks, growth, another currency, evidence."""
    from governance.economics.plan import Discount, Exchange, Line, Plan, Range

    horizon = 10 if period == "years" else 60
    categories = ("data", "computing", "people", "assurance", "risk", "revenue", "saving")
    lines = [
        Line(
            f"line_{at}", f"Line {at}", "benefit" if at % 3 == 0 else "cost", Decimal(100 + at), "hour", Decimal("12.5"), at % 3, horizon,
            category=categories[at % 7], currency="USD" if at % 5 == 0 else "", risk=Decimal(at % 4) / 10, risk_reason="So it was elsewhere.",
            growth=Decimal("0.02"), quantity_range=Range(Decimal(80), Decimal(500)), evidence="Bill of last year.\nAsked twice.",
        )
        for at in range(LINES)
    ]  # fmt: skip
    return Plan(
        "EUR", "year" if period == "years" else "month", horizon, "real", Discount(((0, Decimal("0.08")),)), tuple(lines),
        exchange=(Exchange("USD", Decimal("0.92"), "ECB"),),
    )  # fmt: skip


def fill() -> Any:
    """A use case for each case, with two versions and a draft. Returns who leads them."""
    from datetime import date

    from foundation import actor as actors
    from governance.economics import services
    from governance.people import services as people
    from governance.usecases import services as usecases

    user = people.create_user(
        actor=actors.system("setup"), username="lead", name="Lead", email="lead@bench.example", password=None
    )
    lead = actors.person(user)
    for name in CASES:
        use_case = usecases.open_use_case(actor=lead, slug=name, title=name.title())
        first = plan(name)
        first = replace(first, exchange=(replace(first.exchange[0], dated=date(2026, 1, 1)),))
        services.write_snapshot(actor=lead, use_case=use_case, plan=first)
        other = replace(first.lines[7], quantity=Decimal(111))
        changed = replace(first, discount=replace(first.discount, steps=((0, Decimal("0.07")),)))
        services.write_snapshot(
            actor=lead, use_case=use_case, plan=replace(changed, lines=(*changed.lines[:7], other, *changed.lines[8:]))
        )
        services.begin_draft(actor=lead, use_case=use_case)
    return user


def main() -> int:
    with database():
        from django.db import connection
        from django.test import Client

        from foundation import sealing

        user = fill()
        sealing.seal()
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        missed = 0
        print(f"{connection.vendor}: {LINES} lines")
        for name in CASES:
            for title, address, most in PAGES:
                url = f"/use-cases/{name}/cost-benefit/{address}"
                answer = client.get(url)
                if answer.status_code != 200:
                    print(f"FAIL  {name:7} {title:22} answers {answer.status_code}")
                    missed += 1
                    continue
                found, took = measured(partial(client.get, url))
                good = found <= STATEMENTS and took <= most
                missed += not good
                size = len(answer.content) // 1024
                print(
                    f"{'PASS' if good else 'FAIL'}  {name:7} {title:22} {found:3} statements  {took:7.1f} ms of {most}  {size:4} KiB",
                    flush=True,
                )
        print(f"at most {STATEMENTS} statements; {missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
