"""What people type about data sets and the states they are in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.dictionary.filesets import LARGEST_TEXT
from governance.dictionary.models import Dataset, DatasetVersion
from governance.people.models import Team


class DatasetSearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=120, label=_("Search"), widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(choices=[("", _("any kind")), *Dataset.Kind.choices], required=False, label=_("Kind"))


class DescribeForm(forms.Form):
    """What a data set is, who fills it, and where it lies."""

    title = forms.CharField(max_length=120, required=False, label=_("Title"), help_text=_("What people call it."))
    kind = forms.ChoiceField(
        choices=Dataset.Kind.choices, label=_("Kind"), help_text=_("A table has columns; everything else is a list of files.")
    )
    description = forms.CharField(
        max_length=4000,
        required=False,
        label=_("Description"),
        help_text=_("What one row or file stands for, since when, and what is missing."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), to_field_name="slug", required=False, label=_("Team that fills it"), empty_label=_("not stated")
    )
    uri = forms.CharField(
        max_length=500, required=False, label=_("Where it lies"), help_text=_("A path or an address, for people.")
    )
    format = forms.CharField(max_length=40, required=False, label=_("Format"), help_text=_("Such as Parquet, CSV, PNG or WAV."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = Team.objects.order_by("title")  # type: ignore[attr-defined] # a ModelChoiceField

    @staticmethod
    def said(row: Dataset) -> dict[str, Any]:
        """A data set as the form's beginning."""
        names = ("title", "kind", "description", "uri", "format")
        return {**{name: getattr(row, name) for name in names}, "team": row.team.slug if row.team else ""}


class DatasetForm(DescribeForm):
    """A data set that is not known yet."""

    name = forms.CharField(
        max_length=200, label=_("Name"), help_text=_("As CI and pipelines send it. It cannot be changed later.")
    )
    field_order = ["name", "title", "kind"]


class TableVersionForm(forms.Form):
    """The state that a table is in."""

    digest = forms.CharField(max_length=71, label=_("SHA-256"), help_text=_("Of the bytes: 64 hex digits."))
    columns = forms.CharField(
        max_length=200_000,
        required=False,
        label=_("Columns"),
        help_text=_("One a line, in the order of the file."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    rows = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False, label=_("Number of rows"))
    label = forms.CharField(max_length=120, required=False, label=_("What you call it"), help_text=_("Such as 2026-10."))
    commit = forms.CharField(max_length=64, required=False, label=_("Commit"), help_text=_("Of the code that made it."))

    def clean_columns(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["columns"].splitlines() if line.strip()]


class FileVersionForm(forms.Form):
    """Of which files a data set is made now, how they are labelled, and by which guideline."""

    manifest = forms.FileField(
        label=_("Manifest"),
        help_text=_(
            "A CSV file with the columns path, sha256, size and perhaps label, or the same as JSON. Never the files themselves."
        ),
    )
    labels = forms.CharField(
        max_length=500_000,
        required=False,
        label=_("Labels"),
        help_text=_("One a line with its meaning: scratch = A line on the surface, shorter than 5 mm."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    labels_element = forms.CharField(
        max_length=141,
        required=False,
        label=_("Or the element whose values they are"),
        help_text=_("As dictionary/key. Its permissible values are the labels then."),
    )
    guideline_version = forms.CharField(max_length=60, required=False, label=_("Version of the labelling guideline"))
    guideline_text = forms.CharField(
        max_length=LARGEST_TEXT, required=False, label=_("Labelling guideline"), widget=forms.Textarea(attrs={"rows": 5})
    )
    guideline_url = forms.CharField(max_length=2000, required=False, label=_("Or its address"))
    guideline_sha256 = forms.CharField(max_length=71, required=False, label=_("SHA-256 of what lies there"))
    label = forms.CharField(max_length=120, required=False, label=_("What you call it"), help_text=_("Such as 2026-10."))

    @staticmethod
    def said(version: DatasetVersion | None) -> dict[str, Any]:
        """Labels and guideline of the version before, since they seldom change."""
        if version is None:
            return {}
        labels, guideline = version.manifest.get("labels", {}), version.manifest.get("guideline", {})
        return {
            "labels": "\n".join(f"{item['code']} = {item['meaning']}" for item in labels.get("codes", ())),
            "labels_element": labels.get("element", ""),
            **{f"guideline_{name}": guideline.get(name, "") for name in ("version", "text", "url", "sha256")},
        }

    def about(self) -> dict[str, Any]:
        """Labels and guideline, as a manifest has them."""
        said: dict[str, Any] = {}
        codes = [_label(line) for line in self.cleaned_data["labels"].splitlines() if line.strip()]
        if codes:
            said["labels"] = {"codes": codes}
        if element := self.cleaned_data["labels_element"]:
            said["labels"] = {**said.get("labels", {}), "element": element}
        guideline = {name: self.cleaned_data[f"guideline_{name}"] for name in ("version", "text", "url", "sha256")}
        if any(guideline.values()):
            said["guideline"] = {name: value for name, value in guideline.items() if value}
        return said


def _label(line: str) -> dict[str, str]:
    code, _sign, meaning = line.partition("=")
    return {"code": code.strip(), "meaning": meaning.strip()}
