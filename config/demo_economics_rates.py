"""The rates that the demo's organisation reckons with: what the Treasury sets, what the board set, and the dollar on two days."""

from __future__ import annotations

from datetime import date, timedelta

from config.demo_cast import Cast
from config.demo_economics_case import HOUSE_RATE
from config.demo_time import Past, Story
from foundation.actor import Actor
from governance.economics.models import RateRecord
from governance.economics.rate_bodies import body_of
from governance.economics.services.rates import adopt_shipped, end_rate, record_rate


def story(cast: Cast, past: Past) -> Story:
    """Ada writes down what finance tells her. No case depends on it: each copies what it takes."""
    yield past(120, "09:05")
    adopt_shipped(actor=cast["ada"], kind="discount", key="green-book-2026")
    adopt_shipped(actor=cast["ada"], kind="bias", key="equipment_and_development")
    record_rate(
        actor=cast["ada"],
        kind="discount",
        key="house",
        title="House rate",
        body=body_of(HOUSE_RATE),
        source=HOUSE_RATE.source,
        dated=HOUSE_RATE.dated,
        note="For everything that is built in the house.",
    )
    day = past(121).date()
    mistyped = _dollar(cast["ada"], "0.29", day)
    end_rate(actor=cast["ada"], record=mistyped, reason="Digits swapped: it is 0.92.")
    _dollar(cast["ada"], "0.92", day)
    yield past(20, "09:10")
    _dollar(cast["ada"], "0.87", past(20).date() - timedelta(days=1))


def _dollar(actor: Actor, rate: str, day: date) -> RateRecord:
    """What one dollar is in euros."""
    return record_rate(
        actor=actor,
        kind="exchange",
        key="USD/EUR",
        title="USD/EUR",
        body={"rate": rate},
        source="European Central Bank, euro foreign exchange reference rates",
        dated=day,
    )
