"""What people type about lists that they import. Rules that matter are the services'; forms only turn text into values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.usecases import intake_wording
from governance.usecases.intake.delimited import DELIMITERS
from governance.usecases.intake.encodings import OFFERED
from governance.usecases.intake.fields import FIELDS, KPI_FIELDS, KPI_PARTS
from governance.usecases.intake.guessing import words_of
from governance.usecases.intake.mapping import FILLED, LONGEST_FILL
from governance.usecases.intake.mapping import Mapping as ColumnMapping
from governance.usecases.intake.table import Reading, Table

SAMPLES = 2  # cells that are shown of each column
OFFERED_KPIS = 3


class UploadForm(forms.Form):
    """A list that is to be imported."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,  # the service says what is wrong with it
        help_text=gettext_lazy(
            "CSV, XLSX or YAML, up to 20 MiB and 20,000 rows; one use case in each row. Nothing is imported yet."
        ),
    )


class ReadingForm(forms.Form):
    """How the file is read, where the guess was wrong."""

    encoding = forms.ChoiceField(required=False, label=gettext_lazy("Encoding"))
    delimiter = forms.ChoiceField(required=False, label=gettext_lazy("Cells are separated by"))
    sheet = forms.ChoiceField(required=False, label=gettext_lazy("Sheet"))
    names_at = forms.IntegerField(required=False, min_value=1, max_value=100, label=gettext_lazy("Line that names the columns"))

    def __init__(self, *args: Any, sheets: Sequence[str], format: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("encoding", OFFERED.items() if format == "csv" else ())
        self._choices(
            "delimiter",
            [(name, intake_wording.delimiter_label(mark)) for mark, name in DELIMITERS.items()] if format == "csv" else (),
        )
        self._choices("sheet", [(name, name) for name in sheets] if len(sheets) > 1 else ())
        if format == "yaml":
            del self.fields["names_at"]

    def _choices(self, name: str, offered: Any) -> None:
        field: Any = self.fields[name]
        if offered:
            field.choices = [("", _("Find out")), *offered]
        else:
            del self.fields[name]


def reading_asked(said: Mapping[str, Any]) -> Reading:
    """How the address says that the file is read; what it does not say is found out from the file."""
    line = str(said.get("names_at", ""))
    return Reading(
        encoding=str(said.get("encoding", "")),
        delimiter=next((mark for mark, name in DELIMITERS.items() if name == said.get("delimiter")), ""),
        sheet=str(said.get("sheet", "")),
        names_at=int(line) if line.isascii() and line.isdigit() and len(line) < 6 else 0,
    )


class MappingForm(forms.Form):
    """Which column becomes what; a select for each column, and one for each word of a column that holds choices."""

    inventory = forms.SlugField(
        max_length=60,
        label=gettext_lazy("Name of the list"),
        help_text=gettext_lazy(
            "Small Latin letters, digits and hyphens. Under the same name the same rows are found again when the list comes once more."
        ),
    )

    def __init__(self, data: Any, *, table: Table, mapping: ColumnMapping, inventory: str) -> None:
        super().__init__(data, initial={"inventory": inventory})
        self.table = table
        self._targets = targets()
        for at, column in enumerate(table.columns):
            self.fields[f"column-{at}"] = forms.ChoiceField(
                required=False, label=column, choices=self._targets, initial=mapping.columns.get(column, "")
            )
        for name, words in words_of(table, self._shown(mapping)).items():
            choices = [("", _("Leave empty")), *intake_wording.choice_labels(name).items()]
            for word, written, count, meant in words:
                label = _("%(word)s (%(count)s×)") % {"word": written[:120], "count": count}
                self.fields[f"word-{name}-{_handle(word)}"] = forms.ChoiceField(
                    required=False, label=label, choices=choices, initial=meant or ""
                )
        self._words = {
            name: {f"word-{name}-{_handle(word)}": word for word, *_rest in words}
            for name, words in words_of(table, self._shown(mapping)).items()
        }
        for name in FILLED:
            self.fields[f"fill-{name}"] = forms.CharField(
                required=False,
                max_length=LONGEST_FILL,
                label=_("Where “%(field)s” is empty, write") % {"field": intake_wording.target_label(name)},
                initial=mapping.fill.get(name, ""),
            )

    def _shown(self, mapping: ColumnMapping) -> ColumnMapping:
        """The mapping as it was sent, for the words of the columns that were chosen just now."""
        if not self.is_bound:
            return mapping
        columns = {column: str(self.data.get(f"column-{at}", "")) for at, column in enumerate(self.table.columns)}
        return ColumnMapping({column: name for column, name in columns.items() if name}, mapping.choices, mapping.fill)

    def asks_for_words(self) -> bool:
        """Whether the columns chosen just now hold words that were not on the page yet."""
        return any(field not in self.data for words in self._words.values() for field in words)

    def mapping(self) -> dict[str, Any]:
        """What `services.check_list` wants. Only of a valid form."""
        said = self.cleaned_data
        return {
            "columns": {column: said[f"column-{at}"] for at, column in enumerate(self.table.columns) if said[f"column-{at}"]},
            "choices": {name: {word: said[field] for field, word in words.items()} for name, words in self._words.items()},
            "fill": {name: said[f"fill-{name}"] for name in FILLED if said[f"fill-{name}"]},
        }

    def rows(self) -> list[dict[str, Any]]:
        """Each column with its select and some of what stands in it."""
        return [
            {"column": column, "field": self[f"column-{at}"], "samples": _samples(self.table, at)}
            for at, column in enumerate(self.table.columns)
        ]

    def words(self) -> list[dict[str, Any]]:
        """For each field that holds choices: its name and a select for each word."""
        return [
            {"label": intake_wording.target_label(name), "fields": [self[field] for field in words]}
            for name, words in self._words.items()
            if words
        ]

    def rest(self) -> list[Any]:
        return [self["inventory"], *(self[f"fill-{name}"] for name in FILLED)]


def _handle(word: str) -> str:
    """A word as part of a control's name, the same each time."""
    return hashlib.sha256(word.encode()).hexdigest()[:12]


def _samples(table: Table, at: int) -> list[str]:
    found: dict[str, None] = {}
    for row in table.rows:
        if cell := row.cells[at]:
            found[cell if len(cell) <= 80 else cell[:79] + "…"] = None
            if len(found) == SAMPLES:
                break
    return list(found)


def targets() -> list[Any]:
    """What a column can become, for a select."""
    offered = [(field.name, intake_wording.target_label(field.name)) for field in FIELDS]
    kpis = [(field.name, intake_wording.target_label(field.name)) for field in KPI_FIELDS[: OFFERED_KPIS * len(KPI_PARTS)]]
    more = [(field.name, intake_wording.target_label(field.name)) for field in KPI_FIELDS[OFFERED_KPIS * len(KPI_PARTS) :]]
    return [("", _("Leave out")), (_("Use case"), offered), (_("KPIs"), [*kpis, *more])]


def inventory_name(name: str) -> str:
    """A short name for a list from that of its file, without the year that changes each time."""
    stem = re.sub(r"\.[A-Za-z]{2,4}$", "", name)
    return slugify(re.sub(r"(?<!\d)(?:19|20)\d\d(?!\d)", " ", stem).replace("_", " "))[:60].strip("-_").lower() or "list"


def plain_mapping(said: Mapping[str, Any]) -> ColumnMapping:
    """A mapping that was kept, as a value to begin with; columns that the file does not have are left out by whoever uses it."""
    return ColumnMapping(said.get("columns", {}), said.get("choices", {}), said.get("fill", {}))


class CarryOutForm(forms.Form):
    """Import what a dry run showed."""

    only_good = forms.BooleanField(
        required=False,
        label=gettext_lazy("Import the good rows and leave out those with errors"),
        help_text=gettext_lazy("Otherwise nothing is imported until every row is good."),
    )
