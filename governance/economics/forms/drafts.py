"""What people type about a case. Forms turn text into values; what they mean together is looked at in the draft as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from foundation.choices import choice_field
from foundation.days import DayField
from governance.economics import drafting
from governance.economics.forms.fields import NumberField, PercentField, StepsField
from governance.economics.models import RateRecord
from governance.economics.plan import ALWAYS, Discount, Inflation, Line, Plan, Range
from governance.economics.plan.limits import EVERY, LONGEST, LONGEST_HORIZON
from governance.economics.shipped import categories, in_words, line_templates
from governance.economics.wording.cases import category_label, rhythm

OWN = ""  # the choice of a rate that stands in no record
YEARS_AND_MONTHS = [("year", gettext_lazy("Years")), ("month", gettext_lazy("Months"))]
PRICES = [("real", gettext_lazy("Real: in today's money")), ("nominal", gettext_lazy("Nominal: inflation is in them"))]
KINDS = [("cost", gettext_lazy("Cost")), ("benefit", gettext_lazy("Benefit"))]


def _text(name: str, label: Any, *, required: bool = False, help_text: Any = "", rows: int = 0) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(max_length=LONGEST[name], label=label, required=required, help_text=help_text, widget=widget)


# The frame -----------------------------------------------------------------------------------------------------------------


class FrameForm(forms.Form):
    """What all lines share."""

    currency = forms.CharField(
        max_length=3,
        min_length=3,
        label=gettext_lazy("Currency"),
        help_text=gettext_lazy("Three letters, such as EUR. It stays, once a version is written down."),
    )
    period = forms.ChoiceField(choices=YEARS_AND_MONTHS, label=gettext_lazy("Counted in"))
    horizon = forms.IntegerField(
        min_value=0,
        max_value=max(LONGEST_HORIZON.values()),
        label=gettext_lazy("How far it looks"),
        help_text=gettext_lazy("Years or months after the start. Period 0 is the start itself."),
    )
    prices = forms.ChoiceField(
        choices=PRICES,
        label=gettext_lazy("Prices"),
        help_text=gettext_lazy("Of every line. Real is easier: leave inflation out."),
    )
    rate_record = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Which one"),
        help_text=gettext_lazy("One that the organisation has written down, or your own below."),
    )
    steps = StepsField(
        required=False,
        label=gettext_lazy("Own rate, % a year"),
        help_text=gettext_lazy(
            "What money today is preferred over money in a year. A rate that declines: one a line with its first year, such as 0: 3.5."
        ),
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    rate_prices = forms.ChoiceField(
        choices=PRICES,
        label=gettext_lazy("The rate is"),
        help_text=gettext_lazy("Where it differs from the prices, inflation leads from one to the other."),
    )
    rate_source = _text("source", gettext_lazy("Who set the rate"), help_text=gettext_lazy("A document or a decision."))
    rate_dated = DayField(required=False, label=gettext_lazy("As of"))
    inflation = PercentField(required=False, label=gettext_lazy("Inflation, % a year"))
    inflation_source = _text("source", gettext_lazy("Who says so"))
    inflation_dated = DayField(required=False, label=gettext_lazy("As of"))
    mid_period = forms.BooleanField(
        required=False,
        label=gettext_lazy("Flows fall in the middle of a period"),
        help_text=gettext_lazy("Else at its end. What falls at the start stays there."),
    )
    finance_rate = PercentField(
        required=False,
        label=gettext_lazy("Finance rate, % a year"),
        help_text=gettext_lazy("For the modified internal rate of return; the discount rate where nothing is said."),
    )
    reinvestment_rate = PercentField(required=False, label=gettext_lazy("Reinvestment rate, % a year"))
    tolerance = PercentField(
        label=gettext_lazy("Tolerance, %"),
        help_text=gettext_lazy("By how much of the net present value results may fall behind before it is approved again."),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        plan: Plan | None,
        *,
        records: Sequence[RateRecord] = (),
        settled: bool = True,
        **options: Any,
    ) -> None:
        """With a `plan` whose currency is `settled` that is only shown."""
        super().__init__(data, initial=_frame_of(plan) if plan else {}, **options)
        self.records = {row.public_id: row for row in records if row.kind == RateRecord.Kind.DISCOUNT}
        choices = [(OWN, _("Own rate, below"))]
        choices += [(key, f"{row.title} ({row.dated:%Y-%m-%d})") for key, row in self.records.items()]
        self.fields["rate_record"].choices = choices  # type: ignore[attr-defined] # a ChoiceField has them
        self.fields["currency"].disabled = plan is not None and settled

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).upper()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("rate_record") and "steps" in found and not found["steps"]:
            self.add_error("steps", _("Write a rate, or choose one above. Ten per cent is 10."))
        return found

    def frame(self) -> dict[str, Any]:
        """The fields of a plan that were said."""
        said = self.cleaned_data
        return {
            "period": said["period"],
            "horizon": said["horizon"],
            "prices": said["prices"],
            "discount": self._discount(said),
            "inflation": _inflation(said),
            "mid_period": said["mid_period"],
            "finance_rate": said["finance_rate"],
            "reinvestment_rate": said["reinvestment_rate"],
            "tolerance": said["tolerance"],
        }

    def _discount(self, said: Mapping[str, Any]) -> Discount:
        record = self.records.get(said["rate_record"])
        if record is None:
            return Discount(said["steps"], said["rate_prices"], said["rate_source"], said["rate_dated"] or ALWAYS)
        steps = tuple((int(year), Decimal(str(rate))) for year, rate in record.body["steps"])
        return Discount(steps, record.body.get("prices", "real"), record.source, record.dated)


def _inflation(said: Mapping[str, Any]) -> Inflation | None:
    if said["inflation"] is None:
        return None
    return Inflation(said["inflation"], said["inflation_source"], said["inflation_dated"] or ALWAYS)


def _frame_of(plan: Plan) -> dict[str, Any]:
    own = ("currency", "period", "horizon", "prices", "mid_period", "finance_rate", "reinvestment_rate", "tolerance")
    found: dict[str, Any] = {name: getattr(plan, name) for name in own}
    found |= {"steps": plan.discount.steps, "rate_prices": plan.discount.prices, "rate_source": plan.discount.source}
    found["rate_dated"] = _day(plan.discount.dated)
    if plan.inflation is not None:
        found |= {"inflation": plan.inflation.rate, "inflation_source": plan.inflation.source}
        found["inflation_dated"] = _day(plan.inflation.dated)
    return found


def _day(day: date) -> date | None:
    return None if day == ALWAYS else day


class BeginForm(FrameForm):
    """The frame of a case of which nothing was written down yet, and lines to begin with."""

    templates = forms.MultipleChoiceField(
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Lines to begin with"),
        help_text=gettext_lazy("Each asks for its figures afterwards. More can be added at any time."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, records: Sequence[RateRecord] = ()) -> None:
        super().__init__(data, None, records=records)
        language = get_language() or "en"
        self.initial = {
            "horizon": drafting.YEARS,
            "period": "year",
            "prices": "real",
            "rate_prices": "real",
            "tolerance": Decimal("0.1"),
        }
        self.fields["templates"].choices = [  # type: ignore[attr-defined] # a MultipleChoiceField has them
            (side, [(item.key, in_words(item.title, language)) for item in line_templates() if item.kind == kind])
            for kind, side in (("cost", _("Costs")), ("benefit", _("Benefits")))
        ]


# A line --------------------------------------------------------------------------------------------------------------------


# What a line that a model drives is not asked for: it keeps what it has, its unit and its currency too.
OF_AN_ESTIMATE = (
    *("kind", "quantity", "quantity_low", "quantity_high", "unit_price", "unit_price_low", "unit_price_high"),
    *("unit", "currency"),
)


class LineForm(forms.Form):
    """One cost or benefit. Where a model is behind it, quantity and price are not asked for."""

    title = _text("title", gettext_lazy("What for"), required=True)
    kind = forms.ChoiceField(choices=KINDS, label=gettext_lazy("Kind"))
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    own_category = _text("category", gettext_lazy("Another category"))
    quantity = NumberField(label=gettext_lazy("Quantity"))
    unit = _text("unit", gettext_lazy("Unit"))
    quantity_low = NumberField(required=False, label=gettext_lazy("Quantity, at least"))
    quantity_high = NumberField(required=False, label=gettext_lazy("Quantity, at most"))
    unit_price = NumberField(label=gettext_lazy("Price of one"))
    currency = forms.ChoiceField(required=False, label=gettext_lazy("Currency"))
    unit_price_low = NumberField(required=False, label=gettext_lazy("Price, at least"))
    unit_price_high = NumberField(required=False, label=gettext_lazy("Price, at most"))
    every = forms.ChoiceField(label=gettext_lazy("How often"))
    from_period = forms.IntegerField(min_value=0, label=gettext_lazy("From period"))
    to_period = forms.IntegerField(
        min_value=0, required=False, label=gettext_lazy("To period"), help_text=gettext_lazy("Empty: it falls once.")
    )
    growth = PercentField(required=False, label=gettext_lazy("Price rises a year, %"))
    risk = PercentField(
        required=False,
        label=gettext_lazy("Risk, %"),
        help_text=gettext_lazy("Raises a cost and lowers a benefit by so much."),
    )
    risk_reason = _text("risk_reason", gettext_lazy("Why there is a risk"))
    bias = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Optimism bias"),
        help_text=gettext_lazy("By how much costs of this kind turned out higher elsewhere."),
    )
    evidence = _text(
        "evidence",
        gettext_lazy("Evidence"),
        rows=2,
        help_text=gettext_lazy("What shows that it is so: a contract, a pilot, last year's bill."),
    )
    owner = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Who stands for it"),
        help_text=gettext_lazy("Somebody who can be asked about the figure."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, plan: Plan, line: Line | None, *, people: Iterable[tuple[str, str]] = ()
    ) -> None:
        super().__init__(data, initial=_line_values(line) if line else {"kind": "cost", "every": "period", "category": "other"})
        self.base = line
        self._choices(plan, line, people)
        if line is not None and line.driver is not None:
            for name in OF_AN_ESTIMATE:
                self.fields.pop(name, None)

    def _choices(self, plan: Plan, line: Line | None, people: Iterable[tuple[str, str]]) -> None:
        known = [*categories(), *sorted({item.category for item in plan.lines} - set(categories()) - {"other", ""}), "other"]
        currencies = [(rate.currency, rate.currency) for rate in plan.exchange]
        if line and line.currency not in ("", plan.currency, *(code for code, _name in currencies)):
            currencies.append((line.currency, line.currency))  # it has no rate yet: the draft says so
        owners = [("", "–"), *people]
        if line and line.owner and line.owner not in dict(owners):
            owners.append((line.owner, line.owner))
        biases = [("", "–"), *((bias.key, bias.title) for bias in plan.biases)]
        if line is not None and line.bias not in dict(biases):
            biases.append((line.bias, line.bias))
        for name, choices in (
            ("category", [(key, category_label(key)) for key in known]),
            ("currency", [("", plan.currency), *currencies]),
            ("every", _rhythms(plan, line)),
            ("bias", biases),
            ("owner", owners),
        ):
            choice_field(self, name).choices = choices
        for name, others in (("bias", biases[1:]), ("currency", currencies)):
            if not others:
                del self.fields[name]  # there is nothing to choose

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        for name in ("quantity", "unit_price"):
            low, high = found.get(f"{name}_low"), found.get(f"{name}_high")
            if (low is None) != (high is None) and not {f"{name}_low", f"{name}_high"} & set(self.errors):
                self.add_error(f"{name}_low" if low is None else f"{name}_high", _("Say both, or neither."))
        return found

    def line(self, key: str) -> Line:
        """The line that was said. What the form does not ask for stays as it was."""
        said = self.cleaned_data
        base = self.base or Line(key, "", said.get("kind", "cost"), Decimal(1), "", Decimal(1), 0, 0)
        last = said["from_period"] if said["to_period"] is None else said["to_period"]
        same = (
            "title",
            "kind",
            "quantity",
            "unit",
            "unit_price",
            "every",
            "from_period",
            "risk_reason",
            "evidence",
            "owner",
            "currency",
            "bias",
        )
        return replace(
            base,
            **{name: said[name] for name in same if name in said},
            key=key,
            category=said["own_category"] or said["category"],
            to_period=last,
            growth=said["growth"] or Decimal(0),
            risk=said["risk"] or Decimal(0),
            quantity_range=_range(said, "quantity"),
            unit_price_range=_range(said, "unit_price"),
        )


def _rhythms(plan: Plan, line: Line | None) -> list[tuple[str, str]]:
    """How often a line may fall: `each year` stands once, however it is kept."""
    same = "period" if line is not None and line.every == plan.period else plan.period
    return [(key, rhythm(plan.period if key == "period" else key)) for key in EVERY if key != same]


def _range(said: Mapping[str, Any], name: str) -> Range | None:
    low, high = said.get(f"{name}_low"), said.get(f"{name}_high")
    return None if low is None or high is None else Range(low, high)


def _line_values(line: Line) -> dict[str, Any]:
    own = (
        "title",
        "kind",
        "category",
        "quantity",
        "unit",
        "unit_price",
        "currency",
        "every",
        "from_period",
        "risk_reason",
        "bias",
        "evidence",
        "owner",
    )
    found: dict[str, Any] = {name: getattr(line, name) for name in own}
    found |= {name: getattr(line, name) or None for name in ("growth", "risk")}
    if line.to_period != line.from_period:
        found["to_period"] = line.to_period
    for name in ("quantity", "unit_price"):
        if (around := getattr(line, f"{name}_range")) is not None:
            found |= {f"{name}_low": around.low, f"{name}_high": around.high}
    return found


class NoteForm(forms.Form):
    """Write the draft down."""

    note = forms.CharField(
        max_length=2000,
        required=False,
        label=gettext_lazy("Note"),
        help_text=gettext_lazy("What changed, and why: those who approved the last version read this first."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
