"""What people send to have a package looked into."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class ArtifactForm(forms.Form):
    file = forms.FileField(
        allow_empty_file=True,  # the service says what is wrong with it
        label=_("File"),
        help_text=_(
            "A wheel, an sdist, a conda package (.tar.bz2) or a model, under the name that its index knows it by. At most 512 MiB."
        ),
    )

    def __init__(self, *args: Any, dropped: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not dropped  # one that was too large never came this far


class FetchForm(forms.Form):
    """A file of the package index, named by its hash."""

    name = forms.CharField(max_length=200, label=_("Package"), help_text=_("Its name on the index."))
    sha256 = forms.CharField(
        max_length=71, label=_("SHA-256 of the file"), help_text=_("As a lock file has it, with or without “sha256:” before it.")
    )


class CompareForm(forms.Form):
    """Which release another is compared with."""

    base = forms.ChoiceField(label=_("Compare with"))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["base"].choices = choices  # type: ignore[attr-defined] # a ChoiceField
