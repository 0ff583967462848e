"""What people type about KPIs: three things first, the rest when it is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.canonical import decimal_text
from governance.usecases.figures import figure_of
from governance.usecases.models import Kpi
from governance.usecases.services import MOST_KPIS

MOST_PLACES = 6


class FigureField(forms.CharField):
    """A number as people write it, perhaps with its unit behind: `42 %`. Cleaned, it is the number; `unit` keeps the rest."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return decimal_text(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        found = figure_of(text)
        if found is None:
            raise forms.ValidationError(_("Write a number, such as 42 or 42 %."), code="invalid")
        if abs(found.number.as_tuple().exponent) > MOST_PLACES and found.number != round(found.number, MOST_PLACES):  # type: ignore[arg-type] # finite, so an int
            raise forms.ValidationError(_("Write at most six digits behind the point."), code="max_decimal_places")
        return found


def _words(label: Any, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=False)


class KpiForm(forms.Form):
    """One thing that success is measured by."""

    FIRST = ("name", "baseline", "target")
    FIGURES = ("baseline", "target", "tolerance", "population")
    NAMED = ("name", "baseline", "target", "how")  # a block in which none of these stands is an empty one

    name = forms.CharField(
        max_length=120, label=gettext_lazy("What gets better"), help_text=gettext_lazy("Such as “Leavers found in time”.")
    )
    baseline = FigureField(required=False, label=gettext_lazy("How much now"), help_text=gettext_lazy("Such as 42 %."))
    target = FigureField(label=gettext_lazy("How much is wanted"), help_text=gettext_lazy("Such as 70 %."))
    population = FigureField(
        required=False,
        label=gettext_lazy("Out of how many"),
        help_text=gettext_lazy("Such as 1,000: then the page says what it comes to in people or things."),
    )
    population_label = _words(gettext_lazy("Of whom or what"), 120, gettext_lazy("Such as “customers who would leave”."))
    outcome = _words(gettext_lazy("What happens to them"), 120, gettext_lazy("Such as “are kept”."))
    kind = forms.ChoiceField(
        choices=Kpi.Kind.choices, initial=Kpi.Kind.BUSINESS, required=False, label=gettext_lazy("What it tells")
    )
    driven_by = _words(
        gettext_lazy("Driven by"),
        120,
        gettext_lazy("For a figure of the business: the name of the model's figure below that moves it."),
    )
    metric = _words(
        gettext_lazy("Metric of the model"),
        120,
        gettext_lazy("For a figure of the model: its name in test reports, such as recall."),
    )
    unit = _words(gettext_lazy("Unit"), 40, gettext_lazy("If it is not written behind the figures."))
    direction = forms.ChoiceField(
        choices=[("", gettext_lazy("As the figures say")), *Kpi.Direction.choices],
        required=False,
        label=gettext_lazy("Direction"),
    )
    tolerance = FigureField(
        required=False, label=gettext_lazy("Tolerance"), help_text=gettext_lazy("By how much it may be missed.")
    )
    how = forms.CharField(
        max_length=2000, required=False, label=gettext_lazy("How it is measured"), widget=forms.Textarea(attrs={"rows": 2})
    )
    measured_on = _words(gettext_lazy("On which data"), 400)
    cadence = _words(gettext_lazy("How often"), 60, gettext_lazy("Such as every month."))
    readers = _words(gettext_lazy("Who reads it"), 200)

    def has_changed(self) -> bool:
        """Whether somebody wrote a KPI here: choices alone make none."""
        if self.initial or not self.is_bound:
            return bool(super().has_changed())
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.NAMED)

    def clean(self) -> dict[str, Any]:
        """Numbers without their units, which go where they belong; a direction that nobody chose follows from the figures."""
        data = super().clean() or {}
        figures = {name: data.get(name) for name in self.FIGURES}
        units = {figure.unit for name, figure in figures.items() if figure and figure.unit and name != "population"}
        if len(units | ({data["unit"]} if data.get("unit") else set())) > 1:
            self.add_error("target", _("The figures have different units. Write the same behind each."))
        said = figures["population"]
        if said and said.unit and not data.get("population_label"):
            data["population_label"] = said.unit
        data.update({name: figure.number if figure else None for name, figure in figures.items()})
        if not data.get("unit"):
            data["unit"] = units.pop() if len(units) == 1 else ""
        tolerance = data["tolerance"]
        if tolerance is not None and tolerance < 0:
            self.add_error("tolerance", _("Say a number from zero on."))
        data["kind"] = data.get("kind") or Kpi.Kind.BUSINESS.value
        data["direction"] = data.get("direction") or _direction(data["baseline"], data["target"])
        return data

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.FIRST and name != "DELETE"]

    @property
    def is_open(self) -> bool:
        """Whether the rest stands open: something in it wants to be looked at."""
        return any(self.errors.get(name) for name in self.fields if name not in self.FIRST)


def _direction(baseline: Decimal | None, target: Decimal | None) -> str:
    down = baseline is not None and target is not None and target < baseline
    return str(Kpi.Direction.DOWN if down else Kpi.Direction.UP)


KpiForms = forms.formset_factory(KpiForm, extra=2, can_delete=True, max_num=MOST_KPIS, absolute_max=MOST_KPIS + 10)


def kpis_of(rows: Any) -> list[dict[str, Any]]:
    """What `services.define` wants, in the order of the blocks; empty ones and those that are to go are left out."""
    written = [row.cleaned_data for row in rows.forms if row.cleaned_data.get("name") and not row.cleaned_data.get("DELETE")]
    return [{name: value for name, value in row.items() if name != "DELETE"} for row in written]


def plain_kpis(kpis: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """KPIs as somebody would type them, for the beginning of a form."""
    return [{name: without_zeros(value) if isinstance(value, Decimal) else value for name, value in kpi.items()} for kpi in kpis]


def without_zeros(value: Decimal) -> Decimal:
    """A decimal as somebody would type it, without the zeros that the database adds."""
    return Decimal(decimal_text(value))
