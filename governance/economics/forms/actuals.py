"""What people say about what a line really came to, and about files of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.templatetags.countersign import figure
from governance.economics.actual_files import COSTS
from governance.economics.models import Actual, ActualImport
from governance.economics.plan import Line


class ActualForm(forms.Form):
    """One amount of a line and a month. What it means is checked by the service, so that the API says the same."""

    line = forms.ChoiceField(label=gettext_lazy("Line"))
    month = forms.CharField(
        max_length=20, label=gettext_lazy("Month"), widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"}),
        help_text=gettext_lazy("Such as 2026-03."),
    )  # fmt: skip
    amount = forms.CharField(
        max_length=40,
        label=gettext_lazy("Amount"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("Such as 1234.56; costs are positive too, and a refund is negative. 0 where nothing came of it."),
    )
    currency = forms.CharField(max_length=3, required=False, label=gettext_lazy("Currency"))
    reference = forms.CharField(
        max_length=200,
        required=False,
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("What its source calls it, such as the number of the invoice: it is taken in once."),
    )
    note = forms.CharField(max_length=2000, required=False, label=gettext_lazy("Note"))

    def __init__(self, lines: Mapping[str, Line], currency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = line_choices(lines)  # type: ignore[attr-defined] # a ChoiceField
        self.fields["currency"].help_text = _("Empty: %(currency)s.") % {"currency": currency}


def line_choices(lines: Mapping[str, Line]) -> list[tuple[str, Any]]:
    """The lines by their kind, as people choose them."""
    costs = [(key, line.title) for key, line in lines.items() if line.kind == "cost"]
    benefits = [(key, line.title) for key, line in lines.items() if line.kind != "cost"]
    return [(label, some) for label, some in ((_("Costs"), costs), (_("Benefits"), benefits)) if some]


class CorrectForm(forms.Form):
    """Another amount in the place of one that is wrong."""

    amount = forms.CharField(
        max_length=40,
        label=gettext_lazy("Amount that is right"),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=gettext_lazy("0 where it belongs to another line or month: then say it there anew."),
    )
    because = forms.CharField(
        max_length=2000,
        label=gettext_lazy("Why it is corrected"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Both amounts stay, with who said them."),
    )


class ActualFilterForm(forms.Form):
    """Which amounts are listed."""

    line = forms.ChoiceField(required=False, label=gettext_lazy("Line"))
    source = forms.ChoiceField(required=False, label=gettext_lazy("Source"))

    def __init__(self, lines: Mapping[str, Line], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "listed_%s", **kwargs})  # beside the form of an amount, which has a line too
        self.fields["line"].choices = [("", _("All lines")), *line_choices(lines)]  # type: ignore[attr-defined] # a ChoiceField
        self.fields["source"].choices = [("", _("All sources")), *Actual.Source.choices]  # type: ignore[attr-defined] # a ChoiceField


class ActualFileForm(forms.Form):
    """A file of actuals."""

    file = forms.FileField(
        allow_empty_file=True, label=gettext_lazy("File"), help_text=gettext_lazy("CSV or XLSX, at most 20 MiB.")
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What is in it"),
        choices=ActualImport.Kind.choices,
        help_text=gettext_lazy(
            "Rows have the columns line, month and amount, and if you like currency, reference and note. A cloud bill is an export in "
            "the form of FOCUS; its charges are given to lines in the next step."
        ),
    )
    corrections = forms.BooleanField(
        required=False,
        label=gettext_lazy("Correct what is there"),
        help_text=gettext_lazy(
            "Where a reference is known with another amount, the one in the file takes its place. Otherwise that is told as a problem."
        ),
    )


class TakeInForm(forms.Form):
    """Take in what was tried."""

    only_good = forms.BooleanField(
        required=False,
        label=gettext_lazy("Leave out the rows with problems and take in the others"),
        help_text=gettext_lazy("Otherwise nothing is taken in until every row can be used."),
    )


class RulesForm(forms.Form):
    """To which line the charges of each service or tag of a bill belong: one field for each that the bill has."""

    cost = forms.ChoiceField(
        label=gettext_lazy("Amount that is taken"),
        choices=[(COSTS[0], gettext_lazy("Billed cost")), (COSTS[1], gettext_lazy("Effective cost"))],
        help_text=gettext_lazy("Billed is what is on the invoice. Effective spreads what was paid in advance over its use."),
    )

    def __init__(
        self,
        found: Sequence[Mapping[str, Any]],
        rules: Sequence[Mapping[str, str]],
        lines: Mapping[str, Line],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.found = list(found)
        self.other_rules = [dict(rule) for rule in rules if rule["by"] == "resource"]  # they have no field, and stay
        known = {(rule["by"], rule["name"], rule["value"]): rule["line"] for rule in rules}
        choices = [("", _("belongs to no line")), *line_choices(lines)]
        for at, item in enumerate(self.found):
            self.fields[f"rule{at}"] = forms.ChoiceField(
                required=False,
                choices=choices,
                label=mark_label(item),
                initial=known.get((item["by"], item["name"], item["value"]), ""),
                help_text=amounts_label(item),
            )

    def rules(self) -> list[dict[str, str]]:
        """Those that name a line."""
        made = [
            {"by": item["by"], "name": item["name"], "value": item["value"], "line": line}
            for at, item in enumerate(self.found)
            if (line := self.cleaned_data.get(f"rule{at}"))
        ]
        return [*self.other_rules, *made]


def mark_label(item: Mapping[str, Any]) -> str:
    if item["by"] == "tag":
        return _("Tag %(name)s = %(value)s") % item
    return _("Service %(value)s") % item


def amounts_label(item: Mapping[str, Any]) -> str:
    return ", ".join(f"{figure(amount)} {currency}" for currency, amount in item["amounts"].items())
