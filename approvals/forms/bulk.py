"""Approving many at once: what was chosen, the digests that were on the page, and one comment for all of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.forms.commands import KeyedForm, words


class BulkForm(KeyedForm):
    """One comment, which stands with each of the approvals."""

    comment = words(_("Comment"), help_text=_("Stands with each of the approvals. Everybody who sees the requests can read it."))

    def __init__(self, *args: Any, chosen: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, key="bulk", **kwargs)
        self.chosen = chosen

    def clean(self) -> dict[str, Any]:
        if not self.chosen:
            raise forms.ValidationError(_("Choose at least one."), code="none")
        return super().clean() or self.cleaned_data
