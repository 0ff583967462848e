"""What people say of the model behind a benefit: how good it is, what being right and wrong is worth, what is done today, and which
metrics of a version feed it. The questions are those of the lines that ship."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from governance.economics.drivers import Classification, Regression, WrongInput, as_mapping, driver_of, suggested
from governance.economics.forms.fields import NumberField, PercentField
from governance.economics.shipped import LineTemplate, in_words, line_templates
from governance.economics.wording.drivers import input_label, why_told

INCUMBENTS = {
    "classification": [
        ("nothing", gettext_lazy("Nothing: nobody is flagged")),
        ("everything", gettext_lazy("Everybody is flagged")),
        ("rule", gettext_lazy("A rule")),
        ("model", gettext_lazy("Another model")),
    ],
    "regression": [
        ("naive", gettext_lazy("A naive forecast, such as last year's figure")),
        ("rule", gettext_lazy("A rule, or what people estimate")),
        ("model", gettext_lazy("Another model")),
    ],
}
FED = {
    "classification": ("recall", "precision", "false_positive_rate", "prevalence"),
    "regression": ("mean_absolute_error", "root_mean_squared_error", "bias"),
}
LONGEST_NAME = 120
LIST = "metric-names"  # the id of the datalist that the template draws


def template_of(kind: str) -> LineTemplate:
    """The line that ships for a kind of model: its questions are asked of every driver of that kind."""
    return next(item for item in line_templates() if item.driver == kind)


class DriverForm(forms.Form):
    """Everything that a driver is made of. `metrics`: names of metrics that the newest version has, for the fields that take one."""

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        kind: str,
        currency: str,
        driver: Classification | Regression | None = None,
        *,
        metrics: Sequence[str] = (),
    ) -> None:
        super().__init__(data, initial=_values(driver) if driver is not None else {})
        self.kind = kind
        language = get_language() or "en"
        for question in template_of(kind).questions:
            share = question.bound.measure == "share"
            unit = in_words(question.unit, language)
            if question.bound.measure == "money":
                unit = f"{currency} {unit}"
            field = (PercentField if share else NumberField)(
                label=in_words(question.ask, language), help_text=f"% {unit}" if share else unit, required=not question.optional
            )
            self.fields[question.key] = field
        if kind == "regression":
            self.fields["unit"] = forms.CharField(
                max_length=40, required=False, label=_("Unit of what is forecast"), help_text=_("Such as MWh or bikes.")
            )
        self.fields["incumbent_kind"] = forms.ChoiceField(
            choices=INCUMBENTS[kind],
            label=_("What is done today"),
            help_text=_("A model is measured against this, and never against nothing being known."),
        )
        self.fields["incumbent_name"] = forms.CharField(
            max_length=LONGEST_NAME, required=False, label=_("Which one"), help_text=_("The name of the rule or model of today.")
        )
        self._ask_for_metrics(driver, metrics)

    def _ask_for_metrics(self, driver: Classification | Regression | None, metrics: Sequence[str]) -> None:
        likely = suggested(driver, metrics) if driver is not None else {}
        for name in FED[self.kind]:
            hint = likely.get(name, ())
            self.fields[f"takes_{name}"] = forms.CharField(
                max_length=LONGEST_NAME,
                required=False,
                label=_("Metric that feeds: %(input)s") % {"input": input_label(name)},
                help_text=_("Such as %(metrics)s.") % {"metrics": ", ".join(hint[:3])} if hint else "",
                widget=forms.TextInput(attrs={"list": LIST, "autocomplete": "off", "spellcheck": "false"}),
            )

    @property
    def of_model(self) -> list[Any]:
        """The fields of the model and of the money, as the template groups them."""
        return [
            self[question.key] for question in template_of(self.kind).questions if not question.key.startswith("incumbent_")
        ] + ([self["unit"]] if self.kind == "regression" else [])

    @property
    def of_today(self) -> list[Any]:
        own = [question.key for question in template_of(self.kind).questions if question.key.startswith("incumbent_")]
        return [self["incumbent_kind"], self["incumbent_name"], *(self[name] for name in own)]

    @property
    def of_metrics(self) -> list[Any]:
        return [self[f"takes_{name}"] for name in FED[self.kind]]

    def driver(self) -> Classification | Regression | None:
        """What was said, or None where it cannot be: then the form says why, at the field."""
        try:
            return driver_of(self._mapping())
        except WrongInput as why:
            name = why.where.split(", ")[0].replace("takes.", "takes_").replace("incumbent.", "incumbent_")
            name = "incumbent_kind" if name == "incumbent" else name
            self.add_error(name if name in self.fields else None, why_told(why))
            return None

    def _mapping(self) -> dict[str, Any]:
        """As `drivers.driver_of` reads it: what is left empty is not there."""
        said = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        own = {question.key for question in template_of(self.kind).questions} | {"unit"}
        model = {name: said[name] for name in own if name in said and not name.startswith("incumbent_")}
        theirs = {name.removeprefix("incumbent_"): value for name, value in said.items() if name.startswith("incumbent_")}
        if theirs["kind"] in ("nothing", "everything"):
            theirs = {"kind": theirs["kind"]}  # what was typed for another choice is not meant
        takes = {name: said[f"takes_{name}"].strip() for name in FED[self.kind] if f"takes_{name}" in said}
        return {"kind": self.kind, **model, "incumbent": theirs, "takes": takes}


def _values(driver: Classification | Regression) -> dict[str, Any]:
    """A driver as the form shows it."""
    found = dict(as_mapping(driver))
    incumbent, takes = found.pop("incumbent"), found.pop("takes")
    values = {name: _number(value) for name, value in found.items() if name != "kind"}
    values |= {
        f"incumbent_{name}": _number(value) if name not in ("kind", "name") else value for name, value in incumbent.items()
    }
    return values | {f"takes_{name}": metric for name, metric in takes.items()}


def _number(value: Any) -> Any:
    """Decimals, so that a field shows them its own way."""
    try:
        return Decimal(value)
    except ArithmeticError:
        return value


def kind_of(driver: Classification | Regression) -> str:
    return "classification" if isinstance(driver, Classification) else "regression"
