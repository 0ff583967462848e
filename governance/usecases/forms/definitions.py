"""What people type about a definition. Rules that matter are the services'; forms only turn text into values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from foundation.errors import CountersignError
from foundation.pages import tell
from governance.usecases.forms.kpis import KpiForms, kpis_of, plain_kpis
from governance.usecases.models import Definition
from governance.usecases.services import MOST_PARTS


def _text(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=required, max_length=20_000, widget=forms.Textarea(attrs={"rows": rows})
    )


def _line(label: Any, most: int, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False, max_length=most)


class DefinitionForm(forms.Form):
    """The texts of a definition, in the order in which they are asked."""

    FIRST = ("business_problem", "affected", "ml_problem")
    FOLDS = (
        (gettext_lazy("Use, limits and risk"), ("intended_use", "limits", "assumptions", "risk_tier", "regulation")),
        (gettext_lazy("What it has to keep up with"), ("latency", "throughput", "volume", "availability")),
        (gettext_lazy("Where it has to run"), ("framework", "containers", "language")),
    )

    business_problem = _text(
        gettext_lazy("Business problem"),
        gettext_lazy("What goes wrong today, for whom, and what it costs. In words that the client uses."),
        required=True,
    )
    affected = _text(
        gettext_lazy("Who is affected"), gettext_lazy("Who works with the result, and who is subject to it."), rows=2
    )
    ml_problem = _text(
        gettext_lazy("Machine-learning problem"),
        gettext_lazy("What is predicted, for what, when, and what it is compared with."),
        required=True,
    )
    intended_use = _text(gettext_lazy("Intended use"), gettext_lazy("What the output is for, and who decides with it."), rows=2)
    limits = _text(gettext_lazy("Limits"), gettext_lazy("What it must not be used for."), rows=2)
    assumptions = _text(
        gettext_lazy("Assumptions"), gettext_lazy("What has to stay true for this to work, one in each line."), rows=2
    )
    risk_tier = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Risk tier"),
        choices=[("", gettext_lazy("Nobody has said yet")), *Definition.RiskTier.choices],
        help_text=gettext_lazy(
            "How much harm a wrong answer does, to people or to the business. Approval chains may depend on it."
        ),
    )
    regulation = _text(
        gettext_lazy("Laws and rules that apply"),
        gettext_lazy("Such as data protection, credit law, rules of the house."),
        rows=2,
    )
    latency = _line(
        gettext_lazy("How fast an answer is needed"), 200, gettext_lazy("Such as: within 200 ms; overnight is enough.")
    )
    throughput = _line(gettext_lazy("How many answers at once"), 200, gettext_lazy("Such as: 50 a second at noon."))
    volume = _line(gettext_lazy("How much data"), 200, gettext_lazy("Such as: 2 million rows, 10,000 new each day."))
    availability = _line(gettext_lazy("How often it may be down"), 200, gettext_lazy("Such as: one hour a month, never at noon."))
    framework = _line(gettext_lazy("Company framework"), 400, gettext_lazy("Which one has to be used, if there is one."))
    containers = _line(gettext_lazy("Containers"), 400, gettext_lazy("Whether and how it is packed: image, virtual environment."))
    language = _line(gettext_lazy("Programming language"), 400, gettext_lazy("Such as: Python 3.11."))

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.FIRST]

    @property
    def folds(self) -> list[dict[str, Any]]:
        """The parts that stand folded until they are needed: open where something is written or wrong."""
        return [
            {
                "label": label,
                "fields": [self[name] for name in names],
                "open": any(self[name].value() or self.errors.get(name) for name in names),
            }
            for label, names in self.FOLDS
        ]


class SourceForm(forms.Form):
    """Data that the use case is expected to need."""

    name = forms.CharField(max_length=200, label=gettext_lazy("Data"), help_text=gettext_lazy("Such as: contracts since 2021."))
    note = forms.CharField(max_length=1000, required=False, label=gettext_lazy("What is in it"))


class ConsumerForm(forms.Form):
    """An application or a team that may use the output."""

    name = forms.CharField(max_length=200, label=gettext_lazy("Name"), help_text=gettext_lazy("Such as: Call centre."))
    kind = forms.ChoiceField(
        choices=Definition.Consumer.choices, initial=Definition.Consumer.APPLICATION, required=False, label=gettext_lazy("Kind")
    )
    purpose = forms.CharField(max_length=1000, required=False, label=gettext_lazy("What for"))

    def has_changed(self) -> bool:
        """A kind without a name is nobody."""
        if self.initial or not self.is_bound:
            return bool(super().has_changed())
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in ("name", "purpose"))


_Many: dict[str, Any] = {"extra": 2, "can_delete": True, "max_num": MOST_PARTS, "absolute_max": MOST_PARTS + 10}
SourceForms = forms.formset_factory(SourceForm, **_Many)
ConsumerForms = forms.formset_factory(ConsumerForm, **_Many)


@dataclass(frozen=True, slots=True)
class Part:
    """A list of blocks in the form: how it is called in what is sent, and its blocks."""

    name: str
    rows: Any
    sent: bool  # whether the form that was sent had it

    @property
    def open(self) -> bool:
        return bool(self.rows.total_error_count() if self.rows.is_bound else self.rows.initial)


class Draft:
    """A definition being written: its texts, data, consumers and KPIs together. Starts from the version in force, or from `body`.

    What a sent form did not show stays as it was: a short form takes nothing away.
    """

    LISTS = (("data_sources", SourceForms), ("consumers", ConsumerForms), ("kpis", KpiForms))

    def __init__(
        self, data: Mapping[str, Any] | None, current: Definition | None, *, body: Mapping[str, Any] | None = None
    ) -> None:
        self.said: dict[str, Any] = dict(body if body is not None else current.body() if current else {})
        self.form = DefinitionForm(self._with_unsent(data) if data is not None else None, initial=self.said)
        self.parts = {name: self._part(name, forms_of, data) for name, forms_of in self.LISTS}
        self.kpis = self.parts["kpis"].rows
        self.sources = self.parts["data_sources"]
        self.consumers = self.parts["consumers"]

    def _with_unsent(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {name: data[name] if name in data else self.said.get(name, "") for name in DefinitionForm.base_fields}

    def _part(self, name: str, forms_of: Any, data: Mapping[str, Any] | None) -> Part:
        items = self.said.get(name, [])
        sent = data is not None and f"{name}-TOTAL_FORMS" in data
        initial = plain_kpis(items) if name == "kpis" else list(items)
        return Part(name, forms_of(data if sent else None, prefix=name, initial=initial), sent)

    @property
    def is_valid(self) -> bool:
        """All is looked at, so that all that is wrong is told at once."""
        return all([self.form.is_valid(), *(part.rows.is_valid() for part in self.parts.values() if part.sent)])

    def content(self) -> dict[str, Any]:
        """What `services.define` wants, in the order of the rows. Only of a valid draft."""
        return {
            **self.form.cleaned_data,
            **{name: self._items(part) for name, part in self.parts.items()},
        }

    def _items(self, part: Part) -> list[dict[str, Any]]:
        if not part.sent:
            return list(self.said.get(part.name, []))
        if part.name == "kpis":
            return kpis_of(part.rows)
        written = [row.cleaned_data for row in part.rows.forms if row.cleaned_data.get("name")]
        return [{name: value for name, value in row.items() if name != "DELETE"} for row in written if not row.get("DELETE")]

    def tell(self, error: CountersignError) -> None:
        """Put a service's refusal at the block it is about, as far as it names one; the rest stands on top."""
        kept = []
        for item in error.errors:
            block = self._block(item.field)
            if block is None:
                kept.append(item)
            else:
                block[0].add_error(block[1] if block[1] in block[0].fields else None, str(item.message))
        self.form.refusal = error  # type: ignore[attr-defined] # `status_of` reads it
        if kept or not error.errors:
            tell(self.form, type(error)(error.detail, code=error.code, errors=kept, extra=error.extra))

    def _block(self, path: str) -> tuple[forms.Form, str] | None:
        """`kpis[1].target` → the second written block, and the field."""
        name, bracket, rest = path.partition("[")
        place, closed, field = rest.partition("].")
        if not bracket or not closed or name not in self.parts or not place.isdigit():
            return None
        written = [
            row
            for row in self.parts[name].rows.forms
            if getattr(row, "cleaned_data", {}).get("name") and not row.cleaned_data.get("DELETE")
        ]
        return (written[int(place)], field) if int(place) < len(written) else None

    @property
    def wrong_below(self) -> bool:
        """Whether a block has something to put right: said on top, because blocks may stand far down."""
        return any(part.rows.total_error_count() for part in self.parts.values() if part.rows.is_bound)

    @property
    def shown(self) -> list[forms.BaseForm]:
        """Every form of it, for the answer's status."""
        return [self.form, *(row for part in self.parts.values() if part.sent for row in part.rows.forms)]
