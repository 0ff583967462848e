"""What people type when they ask for something, end it, or say what it used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.days import YEARS, DayField
from foundation.errors import CountersignError
from foundation.pages import tell
from governance.economics import provision_effect as effects
from governance.economics.models import Budget, ProvisionRequest
from governance.economics.models.provisions import LONGEST_NEED, LONGEST_REASON
from governance.economics.provision_costs import lines_of
from governance.economics.provision_templates import lines_for
from governance.economics.selectors.budgets import open_budgets
from governance.economics.selectors.provisions import deviations_to_name
from governance.economics.services import provision_checks as checks
from governance.usecases.forms import without_zeros
from governance.usecases.models import StackDeviation, UseCase

NOTHING = Decimal(0)
ROW = re.compile(r"(lines|alternatives)\[(\d+)\]\.(\w+)")


class MonthField(forms.CharField):
    """A month as browsers send one, `2027-01`; its value is its first day."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"widget": forms.DateInput(attrs={"type": "month"}, format="%Y-%m"), "max_length": 7, **options})

    def clean(self, value: Any) -> date | None:  # type: ignore[override] # a CharField by its input alone
        text = super().clean(value)
        if not text:
            return None
        try:
            found = date.fromisoformat(f"{text}-01")
        except ValueError:
            found = None
        if found is None or found.year not in YEARS:
            raise forms.ValidationError(_("Write a month as a year and a month, such as 2027-01."), code="invalid")
        return found


class ProvisionForm(forms.Form):
    """What is asked for, what for, until when, and what happens without it."""

    kind = forms.ChoiceField(choices=ProvisionRequest.Kind.choices, label=_("Kind"))
    title = forms.CharField(max_length=120, label=_("What"))
    need = forms.CharField(
        max_length=LONGEST_NEED,
        label=_("What for"),
        help_text=_("What the work needs it for. All of it has to fit on one side of paper."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    budget = forms.ModelChoiceField(Budget.objects.none(), to_field_name="public_id", label=_("Out of which budget"))
    from_date = DayField(label=_("From"))
    until_date = DayField(label=_("Until"), help_text=_("The last day. Before it you are reminded, and can renew it."))
    deviation = forms.ModelChoiceField(
        StackDeviation.objects.none(),
        to_field_name="public_id",
        required=False,
        label=_("Deviation from the company stack"),
        help_text=_("For an exception: what the platform does not offer, as it was written down for this use case."),
    )
    no_cheaper = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        label=_("Why nothing is cheaper"),
        help_text=_("Needed only if none of the alternatives costs less."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    days = forms.DecimalField(
        min_value=NOTHING, max_value=checks.MOST_DAYS, decimal_places=2, label=_("Days later without it"), initial=0
    )
    a_year = forms.DecimalField(
        min_value=NOTHING,
        max_digits=14,
        decimal_places=2,
        initial=0,
        label=_("Money a year less without it"),
        help_text=_("In the currency of the case; 0 for nothing."),
    )
    because = forms.CharField(
        max_length=checks.LONGEST_BECAUSE, label=_("What happens without it"), widget=forms.Textarea(attrs={"rows": 3})
    )
    a_day = forms.DecimalField(
        min_value=NOTHING,
        max_digits=14,
        decimal_places=2,
        required=False,
        label=_("Another value of a day"),
        help_text=_("Leave it empty to take what the case says."),
    )
    a_day_because = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        label=_("Why a day is worth that"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    WHAT = ("kind", "title", "need", "budget", "from_date", "until_date", "deviation")
    EFFECT = ("days", "a_year", "because", "a_day", "a_day_because")

    def __init__(self, *args: Any, use_case: UseCase, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["budget"].queryset = open_budgets()  # type: ignore[attr-defined] # a choice among rows
        self.fields["deviation"].queryset = deviations_to_name(use_case)  # type: ignore[attr-defined] # the same
        if not self.fields["deviation"].queryset.exists():  # type: ignore[attr-defined] # the same
            del self.fields["deviation"]

    def group(self, names: tuple[str, ...]) -> list[Any]:
        return [self[name] for name in names if name in self.fields]

    @property
    def what(self) -> list[Any]:
        return self.group(self.WHAT)

    @property
    def effect(self) -> list[Any]:
        return self.group(self.EFFECT)


class CostForm(forms.Form):
    """So much of something each month, at a price."""

    title = forms.CharField(max_length=checks.LONGEST_TITLE, label=_("What for"))
    quantity = forms.DecimalField(min_value=NOTHING, max_digits=18, decimal_places=6, label=_("Quantity a month"))
    unit = forms.CharField(max_length=checks.LONGEST_UNIT, required=False, label=_("Unit"))
    unit_price = forms.DecimalField(min_value=NOTHING, max_digits=18, decimal_places=6, label=_("Price of one"))
    from_month = MonthField(required=False, label=_("From month"))
    to_month = MonthField(required=False, label=_("To month"))
    suggested = forms.CharField(max_length=checks.LONGEST_TITLE, required=False, widget=forms.HiddenInput)

    def has_changed(self) -> bool:
        """A line that was suggested, and left without figures, is none."""
        said = {name: str(self.data.get(self.add_prefix(name), "")).strip() for name in self.fields}
        if said["suggested"] and said["title"] == said["suggested"] and not said["quantity"] and not said["unit_price"]:
            return False
        return bool(super().has_changed())


class AlternativeForm(forms.Form):
    """What else was looked at."""

    title = forms.CharField(max_length=checks.LONGEST_ALTERNATIVE, label=_("Alternative"))
    cost = forms.DecimalField(min_value=NOTHING, max_digits=14, decimal_places=2, label=_("Cost for the same time"))
    why_not = forms.CharField(max_length=checks.LONGEST_WHY_NOT, label=_("Why not"), widget=forms.Textarea(attrs={"rows": 2}))


class UnchangedIsEmpty(forms.BaseFormSet):
    """Rows that came from a template and were left without figures are no lines."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.empty_permitted = True
        form.use_required_attribute = False

    def rows(self) -> list[dict[str, Any]]:
        return [{name: value for name, value in form.cleaned_data.items() if name != "suggested"} for form in self.filled()]

    def filled(self) -> list[forms.Form]:
        return [form for form in self.forms if form.has_changed() and form.cleaned_data]


def _set_of(form: type[forms.Form], most: int) -> Any:
    return forms.formset_factory(form, formset=UnchangedIsEmpty, extra=0, max_num=most, absolute_max=most + 5)


CostForms, AlternativeForms = _set_of(CostForm, checks.MOST_LINES), _set_of(AlternativeForm, checks.MOST_ALTERNATIVES)


class ProvisionDraft:
    """A request being written: the form, its cost lines and its alternatives together.

    Begins with the usual lines of a `kind`, or with what `renews` says, from the day after its end.
    """

    def __init__(
        self, data: Mapping[str, Any] | None, use_case: UseCase, *, kind: str = "", renews: ProvisionRequest | None = None
    ) -> None:
        first, lines, alternatives = _begun(kind, renews)
        self.form = ProvisionForm(data, initial=first, use_case=use_case)
        if data is None:  # rows as initial values would count as unchanged when they are sent as they stand
            lines = [*lines, *[{}] * max(3 - len(lines), 1)][: checks.MOST_LINES]
            alternatives = [*alternatives, *[{}] * max(2 - len(alternatives), 1)][: checks.MOST_ALTERNATIVES]
        self.lines = CostForms(data, prefix="lines", initial=lines if data is None else None)
        self.alternatives = AlternativeForms(data, prefix="alternatives", initial=alternatives if data is None else None)

    @property
    def is_valid(self) -> bool:
        """All are looked at, so that all that is wrong is told at once."""
        return all([self.form.is_valid(), self.lines.is_valid(), self.alternatives.is_valid()])

    @property
    def has_errors(self) -> bool:
        return bool(self.lines.total_error_count() or self.alternatives.total_error_count())

    def content(self) -> dict[str, Any]:
        """What `ask_provision` wants."""
        said = dict(self.form.cleaned_data)
        without = {name: said.pop(name) for name in ProvisionForm.EFFECT}
        return {**said, "without": without, "lines": self.lines.rows(), "alternatives": self.alternatives.rows()}

    def tell(self, error: CountersignError) -> None:
        """Put each of the service's problems at the field that it is about."""
        elsewhere = []
        for item in error.errors:
            found = ROW.fullmatch(item.field)
            rows = getattr(self, found[1]).filled() if found else []
            if found and int(found[2]) < len(rows) and found[3] in rows[int(found[2])].fields:
                rows[int(found[2])].add_error(found[3], str(item.message))
            else:
                elsewhere.append(item)
        if error.errors and not elsewhere:
            self.form.refusal = error  # type: ignore[attr-defined] # `status_of` reads it; the rows say what is wrong
            return
        names = [(item.field.removeprefix("without."), item) for item in elsewhere]
        placed = [replace(item, field=name if name in self.form.fields else "") for name, item in names]
        tell(self.form, type(error)(error.detail, code=error.code, errors=placed))


def _begun(kind: str, renews: ProvisionRequest | None) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    if renews is None:
        known = kind if kind in ProvisionRequest.Kind.values else ""
        return ({"kind": known} if known else {}), lines_for(known), []
    effect = effects.from_mapping(renews.without)
    stated = effect.source == effects.STATED
    first = {
        "kind": renews.kind,
        "title": renews.title,
        "need": renews.need,
        "budget": renews.budget.public_id,
        "from_date": renews.until_date + timedelta(days=1),
        "no_cheaper": renews.no_cheaper,
        "days": effect.days,
        "a_year": effect.a_year,
        "because": effect.because,
        "a_day": effect.a_day if stated else None,
        "a_day_because": effect.a_day_because,
    }
    lines = [
        {
            "title": line.title,
            "quantity": without_zeros(line.quantity),
            "unit": line.unit,
            "unit_price": without_zeros(line.unit_price),
        }
        for line in lines_of(renews.lines)
    ]
    return first, lines, [dict(item) for item in renews.alternatives]


class EndForm(forms.Form):
    prefix = "end"

    because = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class UseForm(forms.Form):
    """What was used and paid in a month."""

    prefix = "use"

    month = MonthField(label=_("Month"))
    amount = forms.DecimalField(
        max_digits=18, decimal_places=2, label=_("Amount"), help_text=_("Negative to correct what was recorded too high.")
    )
    quantity = forms.DecimalField(max_digits=18, decimal_places=6, required=False, label=_("Quantity"))
    unit = forms.CharField(max_length=40, required=False, label=_("Unit"))
    reference = forms.CharField(
        max_length=200, required=False, label=_("Reference"), help_text=_("Of a bill: the same one is taken in once.")
    )
    note = forms.CharField(max_length=2000, required=False, label=_("Note"))


class UseFileForm(forms.Form):
    """What was used, as a file."""

    prefix = "uses"

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("First row: month, amount, and perhaps quantity, unit, reference, note. Months as 2027-01."),
    )
