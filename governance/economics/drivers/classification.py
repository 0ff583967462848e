"""What a classifier is worth through its confusion matrix, against what is done today. Pure, in Decimal.

With N cases, a share π of them positive, and a model of recall TPR and false positive rate FPR, the expected value is

    N · [π·TPR·v_TP − π·(1−TPR)·c_FN − (1−π)·FPR·c_FP + (1−π)·(1−FPR)·v_TN]

and the worth is that less the same sum for the incumbent (F. Provost and T. Fawcett, Data Science for Business, O'Reilly 2013,
chapter 7: expected value as a frame for evaluation). The best threshold on a calibrated probability follows C. Elkan,
The Foundations of Cost-Sensitive Learning, IJCAI 2001, section 1.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Any

from governance.economics.drivers.values import (
    COST,
    COUNT,
    COUNT_DIGITS,
    COUNT_PLACES,
    EXACT,
    ONE,
    PLACES,
    POINT,
    SHARE,
    SLACK,
    VALUE,
    ZERO,
    Bound,
    Sensitivity,
    Term,
    WrongInput,
    shortened,
    told,
)

INCUMBENTS = ("nothing", "everything", "rule", "model")
RATES = ("recall", "precision", "false_positive_rate")
MONEY = ("value_true_positive", "cost_false_negative", "cost_false_positive", "value_true_negative")
BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "cases": COUNT,
        "prevalence": SHARE,
        **dict.fromkeys(RATES, SHARE),
        "value_true_positive": VALUE,  # below 0 where acting on a find costs more than it saves
        "cost_false_negative": COST,
        "cost_false_positive": COST,
        "value_true_negative": VALUE,
        **dict.fromkeys((f"incumbent_{name}" for name in RATES), SHARE),
    }
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases are expected in each cell of the confusion matrix."""

    true_positives: Decimal
    false_positives: Decimal
    false_negatives: Decimal
    true_negatives: Decimal

    @property
    def total(self) -> Decimal:
        with localcontext(EXACT):
            return self.flagged + self.false_negatives + self.true_negatives

    @property
    def flagged(self) -> Decimal:
        with localcontext(EXACT):
            return self.true_positives + self.false_positives

    @property
    def precision(self) -> Decimal | None:
        """The share of those flagged that are positive; None where nobody is flagged."""
        with localcontext(EXACT):
            return self.true_positives / self.flagged if self.flagged else None

    @property
    def false_positive_rate(self) -> Decimal | None:
        """The share of negatives that are flagged; None where there are none."""
        with localcontext(EXACT):
            negatives = self.false_positives + self.true_negatives
            return self.false_positives / negatives if negatives else None


@dataclass(frozen=True, slots=True)
class Quality:
    """How well somebody or something tells positives from negatives: recall, and either precision or the false positive rate.

    Raises WrongInput for a value out of bounds, for both or neither, and for a precision of 0, which leaves open how many are
    flagged.
    """

    recall: Decimal
    precision: Decimal | None = None
    false_positive_rate: Decimal | None = None
    prefix: str = ""  # how its inputs are told from those of the other: `incumbent_` or nothing

    def __post_init__(self) -> None:
        if (self.precision is None) == (self.false_positive_rate is None):
            raise WrongInput("precision_or_rate", f"{self.prefix}precision")
        for name, value in self.stated().items():
            SHARE.check(value, name)
        if self.precision == 0:
            raise WrongInput("precision_zero", f"{self.prefix}precision")

    def stated(self) -> dict[str, Decimal]:
        """What was given, by the names of the inputs."""
        given = {name: getattr(self, name) for name in RATES}
        return {f"{self.prefix}{name}": value for name, value in given.items() if value is not None}

    def counts(self, cases: Decimal, prevalence: Decimal) -> Counts:
        """The expected confusion matrix. A precision above 0 where no positive is found means that nobody is flagged.

        Raises WrongInput where recall and precision together need more false positives than there are negatives.
        """
        counts = self.counts_unchecked(cases, prevalence)
        with localcontext(EXACT):
            negatives = counts.false_positives + counts.true_negatives
            if counts.true_negatives >= 0:
                return counts
            if -counts.true_negatives <= negatives * SLACK:  # the precision was rounded
                return replace(counts, false_positives=negatives, true_negatives=ZERO)
            raise self._too_many(counts.true_positives, counts.false_positives, negatives)

    def counts_unchecked(self, cases: Decimal, prevalence: Decimal) -> Counts:
        """The same by the formulae alone: there may be more false positives than negatives on the way from one model to another.

        Raises WrongInput where there would be more than can be reckoned with.
        """
        with localcontext(EXACT):
            positives = (cases * prevalence).quantize(COUNT_PLACES)
            negatives = cases - positives
            found = (positives * self.recall).quantize(COUNT_PLACES)
            if self.precision is not None:
                wrong = found * (ONE - self.precision) / self.precision
            else:
                wrong = negatives * (self.false_positive_rate or ZERO)
            if wrong.adjusted() >= COUNT_DIGITS:  # the next line would raise InvalidOperation
                raise self._too_many(found, wrong, negatives)
            wrong = wrong.quantize(COUNT_PLACES)
            return Counts(found, wrong, positives - found, negatives - wrong)

    def _too_many(self, found: Decimal, wrong: Decimal, negatives: Decimal) -> WrongInput:
        """Why this recall and precision cannot be: more false positives than there are negatives."""
        with localcontext(EXACT):
            return WrongInput(
                "too_many_false_positives",
                f"{self.prefix}precision",
                value=shortened(self.precision),
                needed=told(wrong),
                negatives=told(negatives),
                lowest=told(found / (found + negatives), 6),
            )


@dataclass(frozen=True, slots=True)
class Incumbent:
    """What is done today, which a model is measured against: `nothing` flags nobody, `everything` flags all, and a `rule` or a
    `model` has a name and its own recall with precision or false positive rate. Raises WrongInput where that is not so."""

    kind: str
    name: str = ""
    recall: Decimal | None = None
    precision: Decimal | None = None
    false_positive_rate: Decimal | None = None

    def __post_init__(self) -> None:
        if self.kind not in INCUMBENTS:
            raise WrongInput("unknown_kind", "incumbent", value=shortened(self.kind), known=", ".join(INCUMBENTS))
        given = [name for name in RATES if getattr(self, name) is not None]
        if self.kind in ("nothing", "everything"):
            if given:
                raise WrongInput("metrics_not_wanted", f"incumbent_{given[0]}", value=self.kind)
            return
        if not self.name.strip():
            raise WrongInput("name_needed", "incumbent.name", value=self.kind)
        if self.recall is None:
            raise WrongInput("missing", "incumbent_recall")
        self._stated_quality()

    @property
    def quality(self) -> Quality:
        """As a recall and a false positive rate, or as they were stated."""
        if self.kind in ("nothing", "everything"):
            share = ONE if self.kind == "everything" else ZERO
            return Quality(share, false_positive_rate=share, prefix="incumbent_")
        return self._stated_quality()

    def _stated_quality(self) -> Quality:
        return Quality(self.recall or ZERO, self.precision, self.false_positive_rate, prefix="incumbent_")


@dataclass(frozen=True, slots=True)
class Threshold:
    """From which probability on a case is worth flagging, if the probabilities are calibrated.

    `advice` is `at_or_above` the value; `at_or_below` it where the values stated are the wrong way round. Without a value it is
    `everybody` or `nobody` where flagging is better, or worse, for every case, and `indifferent` where nothing depends on it.
    """

    advice: str
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One point of a curve: at this threshold the model has this recall and this false positive rate."""

    threshold: Decimal
    recall: Decimal
    false_positive_rate: Decimal


@dataclass(frozen=True, slots=True)
class Priced:
    """An operating point with what the model is worth there, each time the line falls."""

    point: OperatingPoint
    worth: Decimal


@dataclass(frozen=True, slots=True)
class Classification:
    """A benefit that a classifier brings: `cases` each time the line falls, a share `prevalence` of them positive.

    Money is that of the line. `takes` says which metric of a model version feeds which input, such as
    {"recall": "test_recall", "precision": "test_precision"}. Raises WrongInput for anything that cannot be.
    """

    cases: Decimal
    prevalence: Decimal
    model: Quality
    incumbent: Incumbent
    value_true_positive: Decimal = ZERO
    cost_false_negative: Decimal = ZERO
    cost_false_positive: Decimal = ZERO
    value_true_negative: Decimal = ZERO
    takes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("cases", "prevalence", *MONEY):
            BOUNDS[name].check(getattr(self, name), name)
        known = self.inputs()
        for name in self.takes:
            if name not in known:
                raise WrongInput("unknown_input", name, known=", ".join(known))
        for quality in (self.model, self.incumbent.quality):
            quality.counts(self.cases, self.prevalence)  # refuses what needs more false positives than there are negatives

    @property
    def counts(self) -> Counts:
        """The confusion matrix of the model."""
        return self.model.counts(self.cases, self.prevalence)

    @property
    def incumbent_counts(self) -> Counts:
        return self.incumbent.quality.counts(self.cases, self.prevalence)

    def value(self) -> Decimal:
        """What the model brings before the incumbent is taken off, each time the line falls."""
        return self._sum(self.counts)

    def incumbent_value(self) -> Decimal:
        return self._sum(self.incumbent_counts)

    def worth(self) -> Decimal:
        """What the model brings more than the incumbent each time the line falls; negative where it is worse."""
        with localcontext(EXACT):
            return self.value() - self.incumbent_value()

    def terms(self, counts: Counts) -> tuple[Term, ...]:
        """The four addends of the value of a confusion matrix."""
        return (
            Term("true_positives", counts.true_positives, self.value_true_positive),
            Term("false_negatives", counts.false_negatives, -self.cost_false_negative),
            Term("false_positives", counts.false_positives, -self.cost_false_positive),
            Term("true_negatives", counts.true_negatives, self.value_true_negative),
        )

    def inputs(self) -> dict[str, Decimal]:
        money = {name: getattr(self, name) for name in MONEY}
        own = self.incumbent.quality.stated() if self.incumbent.kind in ("rule", "model") else {}
        return {"cases": self.cases, "prevalence": self.prevalence, **self.model.stated(), **money, **own}

    def with_inputs(self, changed: Mapping[str, Decimal]) -> Classification:
        """The same with other inputs. Raises WrongInput for a name that `inputs` does not have, or a value that cannot be."""
        known = self.inputs()
        for name in changed:
            if name not in known:
                raise WrongInput("unknown_input", name, known=", ".join(known))
        rates: dict[str, Any] = {name: changed[name] for name in RATES if name in changed}
        theirs: dict[str, Any] = {name: changed[f"incumbent_{name}"] for name in RATES if f"incumbent_{name}" in changed}
        others: dict[str, Any] = {name: changed[name] for name in ("cases", "prevalence", *MONEY) if name in changed}
        return replace(self, model=replace(self.model, **rates), incumbent=replace(self.incumbent, **theirs), **others)

    def worth_along(self, inputs: Mapping[str, Decimal]) -> Decimal:
        """The worth by the formula alone, for inputs that need not fit together: those on the way from one model to another."""
        rates = {name: inputs.get(name) for name in RATES}
        theirs: dict[str, Any] = {name: inputs.get(f"incumbent_{name}") for name in RATES}
        money: dict[str, Any] = {name: inputs[name] for name in MONEY}
        quality = Quality(rates["recall"] or ZERO, rates["precision"], rates["false_positive_rate"])
        incumbent = replace(self.incumbent, **theirs).quality
        priced = replace(self, cases=ZERO, **money)  # without cases nothing can contradict itself
        with localcontext(EXACT):
            return priced._sum(quality.counts_unchecked(inputs["cases"], inputs["prevalence"])) - priced._sum(
                incumbent.counts_unchecked(inputs["cases"], inputs["prevalence"])
            )

    def threshold(self) -> Threshold:
        """The probability from which on a case is worth flagging: (c_FP + v_TN) / (c_FP + v_TN + c_FN + v_TP).

        There the expected values of flagging and of not flagging are equal: p·v_TP − (1−p)·c_FP = −p·c_FN + (1−p)·v_TN.
        """
        with localcontext(EXACT):
            gained = self.value_true_positive + self.cost_false_negative  # by flagging a positive
            lost = self.cost_false_positive + self.value_true_negative  # by flagging a negative
            if not gained and not lost:
                return Threshold("indifferent")
            if gained >= 0 and lost >= 0:
                return Threshold("at_or_above", lost / (lost + gained))
            if gained < 0 and lost < 0:
                return Threshold("at_or_below", lost / (lost + gained))
            return Threshold("everybody" if lost < 0 else "nobody")

    def sensitivities(self) -> tuple[Sensitivity, ...]:
        """What recall, precision and the false positive rate are worth, the pair that is stated first and then the other.

        A share that is undefined, such as the precision of flagging nobody, has no price and is left out with its pair.
        """
        with localcontext(EXACT):
            counts = self.counts
            positives = counts.true_positives + counts.false_negatives
            negatives = counts.false_positives + counts.true_negatives
            gained = self.value_true_positive + self.cost_false_negative
            lost = self.cost_false_positive + self.value_true_negative
            by_rate = [
                self._sensitivity("recall", "false_positive_rate", positives * gained),
                self._sensitivity("false_positive_rate", "recall", -negatives * lost),
            ]
            precision = counts.precision if self.model.precision is None else self.model.precision
            by_precision = []
            if precision:
                wrong_each = (ONE - precision) / precision  # false positives for each true one
                by_precision = [
                    self._sensitivity("recall", "precision", positives * (gained - wrong_each * lost)),
                    self._sensitivity("precision", "recall", counts.true_positives / precision**2 * lost),
                ]
            return tuple(by_rate + by_precision if self.model.precision is None else by_precision + by_rate)

    def _sensitivity(self, name: str, held: str, derivative: Decimal) -> Sensitivity:
        return Sensitivity(name, held, derivative.quantize(PLACES), self._one_more(name, held))

    def _one_more(self, name: str, held: str) -> Decimal | None:
        """The exact worth of a point more of one share while the other is held; None where either cannot be."""
        other = ({name, held} - {"recall"}).pop()
        now = self.model.recall, getattr(self.model, other) or getattr(self.counts, other)
        try:
            at = Quality(now[0], **{other: now[1]})
            moved = replace(at, **{name: getattr(at, name) + POINT})
            return self._sum(moved.counts(self.cases, self.prevalence)) - self._sum(at.counts(self.cases, self.prevalence))
        except WrongInput:
            return None

    def at(self, point: OperatingPoint) -> Classification:
        """The same with the model at this point of its curve. Raises WrongInput where a share is out of bounds."""
        takes = {name: metric for name, metric in self.takes.items() if name != "precision"}  # it is no input there
        return replace(self, model=Quality(point.recall, false_positive_rate=point.false_positive_rate), takes=takes)

    def priced(self, points: Iterable[OperatingPoint]) -> tuple[Priced, ...]:
        """What the model is worth at each of these points, in their order."""
        return tuple(Priced(point, self.at(point).worth()) for point in points)

    def best_point(self, points: Iterable[OperatingPoint]) -> Priced:
        """The point where the model is worth most; of several the one with the highest threshold, which bothers fewest people.

        Raises WrongInput where there is none, or for a share out of bounds.
        """
        found = self.priced(points)
        if not found:
            raise WrongInput("no_points", "points")
        return max(found, key=lambda item: (item.worth, item.point.threshold))

    def _sum(self, counts: Counts) -> Decimal:
        with localcontext(EXACT):
            return sum((term.amount for term in self.terms(counts)), ZERO).quantize(PLACES)
