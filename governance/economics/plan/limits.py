"""What a plan may be made of: counts, digits, lengths, and the signs of texts. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

MOST_LINES = 200
LONGEST_HORIZON = {"year": 50, "month": 600}  # periods
MOST_STEPS = 50  # of a discount rate that declines
MOST_RATES = 100  # of exchange, and kinds of bias
MOST_MITIGATIONS = 50  # of one bias
MOST_SCENARIOS = 20
MOST_OVERRIDES = 200  # of one scenario
MOST_CORRELATIONS = 200

MOST_DIGITS = 18
MOST_PLACES = 6  # after the point, of amounts
MOST_PLACES_OF_RATES = 12  # of shares and rates: 1 JPY is 0.00614 EUR, and some are smaller
LOWEST_RATE = Decimal("-0.5")  # a year; lower ones blow far flows up beyond meaning
HIGHEST_RATE = Decimal(10)
HIGHEST_BIAS = Decimal(100)

KEY = re.compile(r"[a-z][a-z0-9_.-]{0,59}")
LONGEST = {
    "title": 120,
    "unit": 40,
    "category": 60,
    "risk_reason": 500,
    "evidence": 2000,
    "owner": 60,
    "source": 500,
}

OWN_SCENARIOS = ("do_nothing", "base")  # that every case has
KINDS = ("cost", "benefit")
PRICES = ("real", "nominal")
PERIODS = ("year", "month")
EVERY = ("period", "month", "quarter", "year", "once")

# Characters that nobody sees, that turn the order of what is seen, or that no file can hold. Line ends and tabs are for long texts.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
)
LINE_ENDS = re.compile("[\t\n]")
