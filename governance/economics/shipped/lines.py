"""Lines that a case for machine learning usually has: what to ask, and how quantity and unit price follow. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from governance.economics.drivers import Bound, Classification, Regression, WrongInput, bounds_of
from governance.economics.drivers.values import COST, COUNT, SHARE
from governance.economics.plan import Line
from governance.economics.shipped.formula import evaluate
from governance.economics.shipped.words import Words, in_words, shipped_file

_BOUNDS = {"count": COUNT, "money": COST, "share": SHARE}


@dataclass(frozen=True, slots=True)
class Question:
    """One figure that a template asks for. Nothing is filled in beforehand; `unit` of money goes after the currency of the case."""

    key: str
    ask: Words
    unit: Words
    bound: Bound
    optional: bool = False


@dataclass(frozen=True, slots=True)
class LineTemplate:
    """A line to begin with. `quantity` and `unit_price` are formulae over the keys of the questions; with a `driver` both are 1.

    `starts` and `ends` are `now` (period 0), `first` (period 1) or `last` (the horizon); `every` as in a line.
    """

    key: str
    kind: str
    category: str
    title: Words
    explain: Words
    unit: Words
    questions: tuple[Question, ...]
    quantity: str
    unit_price: str
    every: str
    starts: str
    ends: str
    driver: str = ""

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)


@cache
def line_templates() -> tuple[LineTemplate, ...]:
    """All of them, costs before benefits."""
    return tuple(_template(item) for item in shipped_file("lines.yaml")["lines"])


def line_template(key: str) -> LineTemplate | None:
    return next((item for item in line_templates() if item.key == key), None)


def categories() -> Mapping[str, Words]:
    """The categories that lines fall into, in the order in which they are shown."""
    found: Mapping[str, Words] = shipped_file("lines.yaml")["categories"]
    return found


def line_of(
    template: LineTemplate,
    answers: Mapping[str, Decimal],
    *,
    horizon: int,
    key: str = "",
    language: str = "en",
    driver: Classification | Regression | None = None,
) -> Line:
    """A line of a case over periods 0 to `horizon` from the answers to the template's questions.

    Raises WrongInput with the question's key for an answer that is missing, unknown or out of bounds, and with `driver` where the
    template wants a driver of another kind than was given.
    """
    if template.driver:
        _check_driver(template, driver)
        quantity = unit_price = Decimal(1)
    else:
        given = _checked(template, answers)
        quantity, unit_price = evaluate(template.quantity, given), evaluate(template.unit_price, given)
    return Line(
        key=key or template.key,
        title=in_words(template.title, language),
        kind=template.kind,
        quantity=quantity,
        unit=in_words(template.unit, language),
        unit_price=unit_price,
        from_period=_period(template.starts, horizon),
        to_period=_period(template.ends, horizon),
        every=template.every,
        category=template.category,
        driver=driver if template.driver else None,
    )


def _checked(template: LineTemplate, answers: Mapping[str, Decimal]) -> dict[str, Decimal]:
    for key in answers:
        if template.question(key) is None:
            raise WrongInput("unknown_input", key, known=", ".join(question.key for question in template.questions))
    found = {}
    for question in template.questions:
        if question.key not in answers:
            raise WrongInput("missing", question.key)
        found[question.key] = question.bound.check(answers[question.key], question.key)
    return found


def _check_driver(template: LineTemplate, driver: Classification | Regression | None) -> None:
    if driver is None:
        raise WrongInput("missing", "driver")
    kind = "classification" if isinstance(driver, Classification) else "regression"
    if kind != template.driver:
        raise WrongInput("unknown_kind", "driver", value=kind, known=template.driver)


def _period(place: str, horizon: int) -> int:
    return {"now": 0, "first": min(1, horizon), "last": horizon}[place]


def _template(item: Mapping[str, Any]) -> LineTemplate:
    driver = item.get("driver", "")
    return LineTemplate(
        key=item["key"],
        kind=item["kind"],
        category=item["category"],
        title=item["title"],
        explain=item["explain"],
        unit=item["unit"],
        questions=tuple(_question(question, driver) for question in item["questions"]),
        quantity=item["quantity"],
        unit_price=item["unit_price"],
        every=item["every"],
        starts=item["from"],
        ends=item["to"],
        driver=driver,
    )


def _question(item: Mapping[str, Any], driver: str) -> Question:
    """The bounds of a driver's inputs are the driver's own; those of other questions follow from what they measure."""
    if driver:
        bound = bounds_of(driver)[item["key"]]
    else:
        usual = _BOUNDS[item["measure"]]
        bound = Bound(Decimal(item.get("low", usual.low)), Decimal(item.get("high", usual.high)), item["measure"])
    return Question(item["key"], item["ask"], item["unit"], bound, bool(item.get("optional", False)))
