"""The values a case is made of. All frozen; amounts are Decimal, shares and rates are fractions (0.1 is 10 %). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

ALWAYS = date(1970, 1, 1)  # a rate that nobody dated
ZERO = Decimal(0)


class Driver(Protocol):
    """What a line takes its worth from, where that is a model and not an estimate."""

    def worth(self) -> Decimal:
        """What the model brings each time the line falls, against the incumbent; negative where it is worse."""

    def inputs(self) -> Mapping[str, Decimal]:
        """What it follows from, by name, so that a scenario may change any of it."""

    def with_inputs(self, changed: Mapping[str, Decimal]) -> Driver:
        """The same with other inputs. Raises ValueError for a name it does not have, or a value out of bounds."""


@dataclass(frozen=True, slots=True)
class Range:
    """Around what the line states, which is the likely value: low <= likely <= high."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A cost or a benefit: `quantity` times `unit_price`, each time it falls from `from_period` to `to_period`, both included.

    Quantity and price are never negative: `kind` (cost or benefit) says which way the money goes. `every` says how often it falls:
    in each `period`, each `month`, `quarter` or `year`, or `once` at `from_period`. In a case by years a monthly line falls twelve times
    a year; in a case by months a yearly line falls in its first month and each twelfth after it.

    `currency` and `prices` are those of the plan where they are empty. `risk` raises a cost and lowers a benefit by that share (0.1 is
    10 %), for `risk_reason`. `growth` is what the price rises by each year after the line's first. `bias` names one of the plan's.
    With a `driver` the worth of the model takes the place of quantity times price, which are 1 then.
    """

    key: str
    title: str
    kind: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    from_period: int
    to_period: int
    every: str = "period"
    category: str = "other"
    currency: str = ""
    prices: str = ""
    risk: Decimal = ZERO
    risk_reason: str = ""
    growth: Decimal = ZERO
    bias: str = ""
    quantity_range: Range | None = None
    unit_price_range: Range | None = None
    evidence: str = ""
    owner: str = ""  # public id of a person
    driver: Driver | None = None

    @property
    def sign(self) -> int:
        return -1 if self.kind == "cost" else 1


@dataclass(frozen=True, slots=True)
class Discount:
    """The rate a year at which flows are discounted: the same throughout, or declining in steps (from which year on, rate), first at 0.

    `prices`: whether the rate is `real` or `nominal`. `source` and `dated` say who set it and when.
    """

    steps: tuple[tuple[int, Decimal], ...]
    prices: str = "real"
    source: str = ""
    dated: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Inflation:
    """What prices rise by each year, which leads from a nominal rate to a real one and back."""

    rate: Decimal
    source: str = ""
    dated: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one unit of `currency` is in the plan's currency."""

    currency: str
    rate: Decimal
    source: str = ""
    dated: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Mitigation:
    """What has been done about optimism: the `share` of the bias that it takes away, and what shows that."""

    title: str
    share: Decimal
    evidence: str


@dataclass(frozen=True, slots=True)
class Bias:
    """By how much costs of a kind turn out higher than planned (2 is 200 %): `upper` where nothing was done about it, never under `lower`."""

    key: str
    title: str
    upper: Decimal
    lower: Decimal
    mitigations: tuple[Mitigation, ...] = ()
    source: str = ""
    dated: date = ALWAYS


@dataclass(frozen=True, slots=True)
class Scenario:
    """The plan with other values for named inputs, such as `rate`, `inflation`, `exchange.USD`, `line.gpu.quantity`,
    `line.gpu.unit_price`, `line.gpu.risk`, `line.gpu.growth`, `line.gpu.from_period`, `line.gpu.included` (0 or 1) or
    `line.caught.driver.recall`."""

    key: str
    title: str
    overrides: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correlation:
    """How two uncertain inputs go together: of the ranks, from -1 to 1."""

    one: str
    other: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """A case over periods 0 to `horizon`, years or months. Period 0 is now and is not discounted.

    `prices` holds for all lines: real ones are those of today. `mid_period`: flows of a period fall in its middle and not at its end;
    period 0 stays where it is. Without a `finance_rate` and a `reinvestment_rate` (both a year) the discount rate is taken. Results may
    fall behind by the share `tolerance` of the net present value before the case has to be approved again.
    """

    currency: str
    period: str
    horizon: int
    prices: str
    discount: Discount
    lines: tuple[Line, ...] = ()
    inflation: Inflation | None = None
    mid_period: bool = False
    finance_rate: Decimal | None = None
    reinvestment_rate: Decimal | None = None
    exchange: tuple[Exchange, ...] = ()
    biases: tuple[Bias, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    tolerance: Decimal = Decimal("0.1")

    @property
    def periods_a_year(self) -> int:
        return 12 if self.period == "month" else 1
