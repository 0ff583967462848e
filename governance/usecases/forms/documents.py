"""What people type about documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.usecases.services import LONGEST_NOTE


class DocumentForm(forms.Form):
    """Add a document, or the next version of one when `known` is given: a file, or a link."""

    title = forms.CharField(
        max_length=200, label=gettext_lazy("Title"), help_text=gettext_lazy("What people will call it, such as “Sign-off sheet”.")
    )
    slug = forms.SlugField(
        max_length=60,
        required=False,
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("Part of its address. Left empty, it is made from the title. A taken one adds a version there."),
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,  # the service says what is wrong with it
        label=gettext_lazy("File"),
        help_text=gettext_lazy("PDF, picture, office document or text, up to 25 MiB."),
    )
    url = forms.CharField(
        required=False,
        max_length=2048,
        label=gettext_lazy("Or an address"),
        help_text=gettext_lazy("Where the document lies, if not here. Nobody follows it automatically."),
        widget=forms.URLInput,
    )
    sha256 = forms.CharField(
        required=False,
        max_length=71,
        label=gettext_lazy("SHA-256 of what lies there"),
        help_text=gettext_lazy("With it, a signature holds for these bytes; without, only for the address."),
    )
    note = forms.CharField(
        required=False, max_length=LONGEST_NOTE, label=gettext_lazy("What is new"), widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, known: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known:
            del self.fields["slug"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.known:
            data["slug"] = self.known
        elif data.get("title") and not data.get("slug") and "slug" not in self.errors:
            data["slug"] = slugify(data["title"])[:60].strip("-")
            if not data["slug"]:
                self.add_error("slug", _("Give it a short name of Latin letters, digits and hyphens."))
        return data
