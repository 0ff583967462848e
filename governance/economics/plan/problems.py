"""What can be wrong with a plan: codes, and for each what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.economics.drivers.values import MESSAGES as OF_DRIVERS
from governance.economics.drivers.values import WrongInput

MESSAGES = {
    # What was written cannot be read as a plan.
    "not_a_mapping": _("Write a mapping of names to values here."),
    "not_a_list": _("Write a list here."),
    "format": _("This is not a case as it is written here (%(found)s). Write %(wanted)s."),
    "unknown": _("There is no such field. Check the name, or leave it out."),
    "missing": _("This is missing. Fill it in."),
    "not_a_text": _("Write a text here."),
    "not_a_number": _("Write a number with a point before its decimals, such as 1200.50; “%(found)s” is none."),
    "comma": _("Write “%(found)s” with a point before the decimals and without separators of thousands, such as 1200.50."),
    "percent": _("Write the share as a number: 3.5 %% is 0.035."),
    "not_whole": _("Write a whole number."),
    "whole_too_large": _("No such number counts anything here. Write a smaller one."),
    "not_a_day": _("Write a day as 2026-07-31."),
    "not_a_switch": _("Write true or false."),
    "driver": _("The model behind this line cannot be read: %(detail)s."),
    # Texts and keys.
    "key": _("A key has small letters, digits and _ . - and starts with a letter."),
    "duplicate": _("“%(value)s” is there already. Give each a key of its own."),
    "empty": _("Write something here."),
    "too_long": _("Shorten this to at most %(most)s characters."),
    "hidden": _("Take out what cannot be seen (first U+%(code)s): control characters, or marks that turn the order of letters."),
    # Numbers.
    "choice": _("Write one of: %(choices)s."),
    "too_many_digits": _("This number has too many digits. Write it shorter, such as 1200.50."),
    "digits": _("Write a number with at most %(digits)s digits, %(places)s of them after the point."),
    "negative": _("An amount is never negative: whether the money goes out or comes in is said by cost or benefit."),
    "not_positive": _("Write a number above zero."),
    "rate_lost": _("A rate lies above -100 %%: at -100 %% or less nothing is left to discount. Ten per cent is 0.1."),
    "between": _("Write a number from %(low)s to %(high)s."),
    "share": _("A share lies between 0 and 1: ten per cent is 0.1."),
    "growth": _("Prices cannot fall by 100 %% a year or more, nor rise by more than %(high)s times: ten per cent is 0.1."),
    # Counts and time.
    "count": _("There are %(count)s; at most %(most)s are kept."),
    "no_lines": _("Write at least one line."),
    "not_filled_in": _("Nobody has said yet what this costs or brings. Fill it in, or take the line out."),
    "horizon": _("The horizon is from 0 to %(most)s periods, which is 50 years."),
    "periods": _("A line lies within periods 0 to %(horizon)s and does not end before it begins."),
    "steps_start": _("The first rate holds from year 0 on: without it the years before have none."),
    "steps_order": _("Write the rates in the order of their years, each year once."),
    "steps_empty": _("Write at least one discount rate."),
    # Currencies and prices.
    "currency": _("A currency is three capital letters by ISO 4217, such as EUR."),
    "currency_meant": _("%(value)s is no code of ISO 4217. Write %(meant)s."),
    "currency_unknown": _("%(value)s is no code of ISO 4217. Check its letters: EUR, USD and CNY are three of them."),
    "own_currency": _("The case is kept in %(value)s itself, so it needs no rate. Take this one out."),
    "no_exchange": _("There is no rate from %(value)s to %(currency)s. Add one with its date under the exchange rates."),
    "not_dated": _("Say of which day this rate is: a rate without a date cannot be checked."),
    "mixed_prices": _("This line is in %(line)s prices and the case in %(plan)s ones. Restate the line: they cannot be added."),
    "no_inflation": _("The rate is %(rate)s and the prices are %(plan)s. State the inflation, or a rate in %(plan)s terms."),
    # What belongs together.
    "range": _("Put them in order: low, then what the line states (%(likely)s), then high."),
    "risk_reason": _("Say why there is a risk."),
    "no_bias": _("There is no bias “%(value)s” in this case. Add it, or choose one of: %(known)s."),
    "bias_of_benefit": _("Optimism bias raises costs. State the risk of a benefit instead."),
    "bias_order": _("The lower bound is not above the upper one."),
    "shares_above": _("All mitigations together take away %(total)s of the bias, which is more than all of it. Lower some."),
    "no_evidence": _("Say what shows that this was done."),
    "no_input": _("There is no input “%(value)s” in this case. Check its name: %(like)s."),
    "override": _("This input cannot have that value: %(why)s"),
    "driver_input": _("%(detail)s"),
    "override_periods": _("Line “%(value)s” would end in period %(last)s before it begins in %(first)s. Change both periods."),
    "own_scenario": _("Every case has a scenario “%(value)s” already. Choose another key."),
    "override_twice": _("The scenario says two values for this input. Take one out."),
    "same_input": _("Name two different inputs."),
    "no_range": _("“%(value)s” has no low and high, so nothing can go together with it. State them, or take this out."),
    "pair_twice": _("These two inputs are there already. Take one of the two out."),
    "correlation": _("A correlation lies between -1 and 1."),
    "driver_of_cost": _("Only a benefit can take its worth from a model. Make this line a benefit, or take the model out."),
    "driver_amount": _("The worth of this line comes from a model: quantity and price are 1 then."),
    # What only reckoning shows.
    "plan.too_large": _("Costs or benefits come to a number of more than %(digits)s digits. Check amounts and growth: 10 %% is 0.1."),
    "flows.size": _("The amounts are larger than can be reckoned. Look for a quantity or a price with too many digits."),
    "not_reckoned": _("What this comes to cannot be reckoned (%(code)s). Check what was changed last."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where, such as `lines.3.unit_price` (counted from 0), a code for programs, and what the words speak of."""

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What to do about it, in the language of whoever reads it now."""
        return str(MESSAGES[self.code]) % {name: told(value) for name, value in self.params.items()}


def told(value: object) -> str:
    """What a driver refuses comes with words of its own, in which what somebody wrote is short already."""
    return gettext(OF_DRIVERS[value.code]) % value.params if isinstance(value, WrongInput) else str(value)[:200]


class NotWritten(ValueError):
    """What was to be a plan cannot be read as one. `problems` holds all that is wrong; `path` and `reason` are those of the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.path = problems[0].path
        super().__init__(f"{self.path or 'the plan'}: {problems[0].code}")

    @property
    def reason(self) -> str:
        return self.problems[0].message
