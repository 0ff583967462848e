"""What narrows the inbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class InboxFilterForm(forms.Form):
    """One use case, and only what is late."""

    use_case = forms.CharField(label=gettext_lazy("Use case"), required=False, max_length=60, widget=forms.Select)
    overdue = forms.BooleanField(label=gettext_lazy("Only what is overdue"), required=False)

    def __init__(self, *args: Any, use_cases: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget: Any = self.fields["use_case"].widget
        widget.choices = [("", _("All")), *use_cases]
