"""For which use case a lock file is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.usecases.models import UseCase


class StatusForm(forms.Form):
    use_case = forms.ChoiceField(label=_("For the use case"))

    def __init__(self, *args: Any, cases: Sequence[UseCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["use_case"].choices = [(case.slug, case.title) for case in cases]  # type: ignore[attr-defined] # a ChoiceField
