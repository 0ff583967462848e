"""What people type about budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from foundation.days import DayField
from governance.economics.permissions.budgets import HOLDER
from governance.people.models import RoleGrant, User
from governance.people.roles import ADMINISTRATOR


class HolderField(forms.ModelChoiceField):
    """Whoever can hold a budget: budget holders of the whole organisation, and administrators."""

    def __init__(self, **options: Any) -> None:
        super().__init__(User.objects.none(), to_field_name="public_id", **options)

    def __deepcopy__(self, memo: dict[int, Any]) -> HolderField:
        found: HolderField = super().__deepcopy__(memo)
        held = RoleGrant.objects.live().filter(scope="", role__in=(HOLDER, ADMINISTRATOR)).values("user")
        found.queryset = User.objects.active().filter(pk__in=held).order_by("name")
        return found


class BudgetForm(forms.Form):
    """A new budget."""

    team = forms.CharField(max_length=120, label=_("Team"))
    title = forms.CharField(max_length=120, label=_("Name"), help_text=_("What it is for, such as: Computing 2027."))
    currency = forms.CharField(min_length=3, max_length=3, label=_("Currency"), help_text=_("Three letters, such as EUR."))
    amount = forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=2, label=_("Amount"))
    from_date = DayField(label=_("From"))
    to_date = DayField(label=_("To"), help_text=_("The last day that it is for."))
    holder = HolderField(
        label=_("Holder"), help_text=_("Decides what is paid from it: a budget holder of the whole organisation.")
    )
    note = forms.CharField(max_length=2000, required=False, label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}))


class ChangeForm(forms.Form):
    """Raise or cut a budget."""

    prefix = "change"

    amount = forms.DecimalField(min_value=Decimal(0), max_digits=18, decimal_places=2, label=_("New amount"))
    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class HandOverForm(forms.Form):
    """Name another holder."""

    prefix = "hand"

    holder = HolderField(label=_("New holder"))
    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class EndBudgetForm(forms.Form):
    prefix = "end"

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))
