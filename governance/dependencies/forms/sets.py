"""What people type about lock files: which they look for, and what they send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label=_("Package"), widget=forms.TextInput(attrs={"type": "search"}))


class UploadForm(forms.Form):
    """A lock file, a bill of materials or a Dockerfile: as a file, or as text."""

    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # an empty lock file asks for nothing, and that can be recorded
        label=_("File"),
        help_text=_(
            "A lock file, a bill of materials (CycloneDX, SPDX) or a Dockerfile. Up to 16 MiB; requirements files up to 4 MiB."
        ),
    )
    content = forms.CharField(
        required=False,
        strip=False,
        label=_("Or its text"),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocapitalize": "off"}),
    )
    path = forms.CharField(
        required=False,
        max_length=300,
        label=_("Path in the repository"),
        help_text=_("Such as train/uv.lock. The name tells the format. Left empty, it is the name of the file."),
    )

    def __init__(self, *args: Any, too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        file, text = data.get("file"), data.get("content")
        if self.too_large:
            self.add_error("file", _("The file is larger than what is read."))
        elif file is not None and text:
            self.add_error("content", _("Send the file or its text, not both."))
        elif file is None and not text and not self.errors:
            self.add_error("file", _("Choose a file, or put its text below."))
        elif file is None and not data.get("path") and not self.errors:
            self.add_error("path", _("Say where the file lies in its repository: its name tells the format."))
        return data

    def written(self) -> dict[str, Any]:
        """What `record_file` takes."""
        file = self.cleaned_data["file"]
        path = self.cleaned_data["path"] or (file.name if file is not None else "")
        return {"path": path, "content": self.cleaned_data["content"] if file is None else file.read()}


class NarrowForm(forms.Form):
    """What of a long lock file is looked at."""

    q = forms.CharField(required=False, max_length=120, label=_("Package"), widget=forms.TextInput(attrs={"type": "search"}))
    ecosystem = forms.ChoiceField(required=False, label=_("Ecosystem"))
    group = forms.ChoiceField(required=False, label=_("Group"))
    open = forms.BooleanField(required=False, label=_("Only what is not locked"))

    def __init__(self, *args: Any, ecosystems: Iterable[str] = (), groups: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in (("ecosystem", list(ecosystems)), ("group", list(groups))):
            field: Any = self.fields[name]
            field.choices = [("", _("All")), *((value, value) for value in offered)]
            if len(offered) < (2 if name == "ecosystem" else 1):
                del self.fields[name]
