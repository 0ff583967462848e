"""What people write about the meaning of an element, and with which proposal it goes to those who agree to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.days import DayField
from governance.dictionary.elements import GRANULARITIES
from governance.dictionary.forms.lines import Lines, lines_of, pair_lines, pairs_of
from governance.dictionary.models import KEY, ElementVersion, Proposal

NEW = "new"
NOT_STATED = ("", gettext_lazy("not stated"))
OPTIONAL_TEXTS = (
    "name",
    "definition",
    "logical_type",
    "semantic_type",
    "unit",
    "timezone",
    "granularity",
    "null_policy",
    "sensitivity",
)
DOMAIN_TEXTS = ("pattern", "minimum", "maximum")
DOMAIN_COUNTS = ("min_length", "max_length")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together, with a heading and a word on what they are for. `unfolded`: they are shown at once."""

    title: str
    about: str
    fields: list[forms.BoundField]
    unfolded: bool


class MeaningForm(forms.Form):
    """What an element means from now on. `start` is what was said before; what this form does not show of it is kept."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"), help_text=gettext_lazy("What people call it."))
    definition = Lines(
        max_length=4000,
        required=True,
        label=gettext_lazy("Definition"),
        help_text=gettext_lazy("One sentence that two teams would read in the same way: what, of whom, when, counted how."),
    )
    other_name = forms.CharField(max_length=120, required=False)
    other_definition = Lines(max_length=4000, rows=2)
    logical_type = forms.ChoiceField(choices=ElementVersion.LogicalType.choices, label=gettext_lazy("Logical type"))
    semantic_type = forms.ChoiceField(
        choices=[NOT_STATED, *ElementVersion.SemanticType.choices],
        required=False,
        label=gettext_lazy("Semantic type"),
        help_text=gettext_lazy("What kind of thing the values are, whatever they are written as."),
    )
    unit = forms.CharField(
        max_length=40,
        required=False,
        label=gettext_lazy("Unit"),
        help_text=gettext_lazy("A UCUM code such as kg, km/h or Cel; for money the currency, such as EUR."),
    )
    granularity = forms.ChoiceField(
        choices=[NOT_STATED, *((item, item) for item in GRANULARITIES)],
        required=False,
        label=gettext_lazy("Granularity"),
        help_text=gettext_lazy("How finely a date or a time is meant."),
    )
    timezone = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("Time zone"), help_text=gettext_lazy("Such as Europe/Vienna or UTC.")
    )
    examples = Lines(
        max_length=20000, strip=False, rows=2, label=gettext_lazy("Examples"),
        help_text=gettext_lazy("One value a line. Never real values of people."),
    )  # fmt: skip
    null_policy = forms.ChoiceField(
        choices=[
            NOT_STATED,
            ("never", gettext_lazy("No, every row has one")),
            ("allowed", gettext_lazy("Yes, it may")),
        ],
        required=False,
        label=gettext_lazy("May a value be missing?"),
    )
    null_meanings = Lines(
        max_length=60000, strip=False, label=gettext_lazy("What a missing value means"),
        help_text=gettext_lazy(
            "One a line: how it is written = what it means, such as -1 = unknown. An empty value begins with the sign: = never signed."
        ),
    )  # fmt: skip
    values = Lines(
        max_length=2_000_000, strip=False, rows=4, label=gettext_lazy("Permissible values"),
        help_text=gettext_lazy("One a line: code = meaning. Left empty, any value of the type may stand there."),
    )  # fmt: skip
    minimum = forms.CharField(max_length=60, required=False, label=gettext_lazy("Least value"))
    maximum = forms.CharField(max_length=60, required=False, label=gettext_lazy("Greatest value"))
    min_length = forms.IntegerField(min_value=0, required=False, label=gettext_lazy("Least length"))
    max_length = forms.IntegerField(min_value=0, required=False, label=gettext_lazy("Greatest length"))
    pattern = forms.CharField(
        max_length=500, strip=False, required=False, label=gettext_lazy("Pattern"),
        help_text=gettext_lazy("A regular expression that the whole value has to match."),
    )  # fmt: skip
    is_key = forms.BooleanField(
        required=False,
        label=gettext_lazy("Part of the key"),
        help_text=gettext_lazy("It identifies a row, alone or with others."),
    )
    unique = forms.BooleanField(required=False, label=gettext_lazy("Each value once"))
    reference = forms.CharField(
        max_length=160,
        required=False,
        label=gettext_lazy("Refers to"),
        help_text=gettext_lazy("The key of the element whose values these are, or dictionary/key for one of another dictionary."),
    )
    cardinality = forms.ChoiceField(
        choices=[
            ("many_to_one", gettext_lazy("many here belong to one there")),
            ("one_to_one", gettext_lazy("one here belongs to one there")),
            ("one_to_many", gettext_lazy("one here belongs to many there")),
            ("many_to_many", gettext_lazy("many here belong to many there")),
        ],
        required=False,
        label=gettext_lazy("How many belong together"),
    )
    sensitivity = forms.ChoiceField(
        choices=ElementVersion.Sensitivity.choices,
        initial=ElementVersion.Sensitivity.INTERNAL,
        label=gettext_lazy("Sensitivity"),
        help_text=gettext_lazy("Personal is what says something of one person; sensitive is what could harm them."),
    )
    formula = Lines(
        max_length=4000,
        label=gettext_lazy("Formula"),
        help_text=gettext_lazy("How a feature is computed, as text, SQL or Python."),
    )
    sources = Lines(
        max_length=20000, rows=2, label=gettext_lazy("Computed of"), help_text=gettext_lazy("Keys of elements, one a line.")
    )
    effective_from = DayField(
        required=False, label=gettext_lazy("In force from"), help_text=gettext_lazy("Left empty: as soon as it is approved.")
    )
    effective_until = DayField(required=False, label=gettext_lazy("In force until"))

    def __init__(self, data: Any = None, *, start: Mapping[str, Any] | None = None, language: str = "en", **kwargs: Any) -> None:
        self.start = dict(start or {})
        self.locale = _other_locale(self.start, language)
        super().__init__(data, initial=_initial(self.start, self.locale), **kwargs)
        chinese = self.locale.startswith("zh")
        self.fields["other_name"].label = _("Name in Chinese") if chinese else _("Name in English")
        self.fields["other_definition"].label = _("Definition in Chinese") if chinese else _("Definition in English")

    # What was typed ---------------------------------------------------------------------------------------------------------

    def said(self) -> dict[str, Any]:
        """What was typed over what was said before: a field that nobody touched says what it said, to the letter."""
        said = dict(self.start)
        typed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
        for name in OPTIONAL_TEXTS:
            _put(said, name, self.cleaned_data[name] if not self.start else typed.get(name, said.get(name)))
        for name in ("is_key", "unique"):
            if name in typed:
                _put(said, name, typed[name])
        for name in ("effective_from", "effective_until"):
            if name in typed:
                _put(said, name, typed[name] and typed[name].isoformat())
        if "examples" in typed:
            _put(said, "examples", lines_of(typed["examples"]))
        if "null_meanings" in typed:
            _put(said, "null_meanings", dict(pairs_of(typed["null_meanings"], said.get("null_meanings", {}).items())))
        _put(said, "domain", self._domain(dict(said.get("domain", {})), typed))
        self._put_parts(said, typed)
        return said

    def _domain(self, domain: dict[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
        for name in (*DOMAIN_TEXTS, *DOMAIN_COUNTS):
            if name in typed:
                _put(domain, name, typed[name])
        if "values" in typed:
            before = {item["code"]: item for item in domain.get("values", [])}
            pairs = pairs_of(typed["values"], [(code, item.get("meaning", "")) for code, item in before.items()])
            _put(domain, "values", [_value(before.get(code, {}), code, meaning) for code, meaning in pairs])
        return domain

    def _put_parts(self, said: dict[str, Any], typed: Mapping[str, Any]) -> None:
        if typed.keys() & {"reference", "cardinality"}:
            element = self.cleaned_data["reference"]
            kept = said.get("references", {})
            cardinality = self.cleaned_data["cardinality"] or "many_to_one"
            _put(said, "references", {**kept, "element": element, "cardinality": cardinality} if element else None)
        if typed.keys() & {"formula", "sources"}:
            parts = {**said.get("formula", {}), "expression": self.cleaned_data["formula"]}
            _put(parts, "sources", _names(self.cleaned_data["sources"]))
            _put(said, "formula", parts if parts["expression"] or parts.get("sources") else None)
        if typed.keys() & {"other_name", "other_definition"}:
            others = [item for item in said.get("texts", []) if item["locale"] != self.locale]
            text: dict[str, Any] = {"locale": self.locale}
            _put(text, "name", self.cleaned_data["other_name"])
            _put(text, "definition", self.cleaned_data["other_definition"])
            _put(said, "texts", [*others, text] if len(text) > 1 else others)

    def place_of(self, path: str) -> str:
        """The field at which a problem of an element is told: `domain.values[1].code` → `values`."""
        name, _dot, rest = path.partition(".")
        inner = rest.partition(".")[0].partition("[")[0]
        name = name.partition("[")[0]
        found = {
            "domain": inner,
            "references": "cardinality" if inner == "cardinality" else "reference",
            "formula": "sources" if inner == "sources" else "formula",
            "texts": "other_definition" if path.endswith("definition") else "other_name",
        }.get(name, name)
        return found if found in self.fields else path

    # How it is shown --------------------------------------------------------------------------------------------------------

    def groups(self) -> list[Group]:
        return [
            self._group(
                _("What it is"),
                _("In words that somebody from another team understands."),
                ("key", "name", "definition", "other_name", "other_definition"),
                unfolded=True,
            ),
            self._group(
                _("What its values are"),
                _("So that nobody mixes up kilometres and miles, or days and timestamps."),
                ("logical_type", "semantic_type", "unit", "granularity", "timezone", "sensitivity", "examples"),
                unfolded=True,
            ),
            self._group(
                _("When a value is missing"),
                _("Unknown, not applicable, not yet: say which, for each way in which it is written."),
                ("null_policy", "null_meanings"),
                unfolded=True,
            ),
            self._group(
                _("Which values may stand there"),
                _("A list of codes with their meanings, or limits."),
                ("values", "minimum", "maximum", "min_length", "max_length", "pattern"),
            ),
            self._group(
                _("Keys and references"),
                _("Whether it identifies a row, and whose values it repeats."),
                ("is_key", "unique", "reference", "cardinality"),
            ),
            self._group(_("How it is computed"), _("Only for what is derived of other elements, such as a feature."), ("formula", "sources")),
            self._group(_("When it is in force"), _("Only where it does not begin with the approval."), ("effective_from", "effective_until")),
        ]  # fmt: skip

    def _group(self, title: str, about: str, names: Sequence[str], *, unfolded: bool = False) -> Group:
        fields = [self[name] for name in names if name in self.fields]
        filled = any(field.name != "cardinality" and (field.value() or field.errors) for field in fields)
        return Group(title, about, fields, unfolded or filled)


class ElementForm(MeaningForm):
    """A new element with the first version of its meaning."""

    key = forms.CharField(
        max_length=80,
        validators=[KEY],
        label=gettext_lazy("Key"),
        help_text=gettext_lazy("Short and permanent, such as signup_date. It is never given to something else."),
    )
    field_order = ["key", "name"]


class ProposalForm(forms.Form):
    """With which proposal a change goes to those who agree to it. Asked only when it is proposed."""

    meaning_changed = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("I will say so in the proposal")),
            ("no", gettext_lazy("No: it means the same, and is only said better")),
            ("yes", gettext_lazy("Yes: some values would be read differently")),
        ],
        required=False,
        label=gettext_lazy("Does this change what is meant?"),
        help_text=gettext_lazy("The answer decides how large the step to the next version is."),
        widget=forms.RadioSelect,
    )
    proposal = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Proposal"),
        help_text=gettext_lazy("Changes that belong together are agreed to together."),
    )
    title = forms.CharField(
        max_length=120, required=False, label=gettext_lazy("Title of the new proposal"), help_text=gettext_lazy("What changes, in a few words.")
    )  # fmt: skip
    rationale = Lines(max_length=4000, rows=2, label=gettext_lazy("Why"), help_text=gettext_lazy("What goes wrong today."))

    def __init__(
        self, data: Any = None, *, proposals: Sequence[Proposal], known: bool, proposing: bool, chosen: str = "", **kwargs: Any
    ) -> None:
        super().__init__(data if proposing else None, initial={"proposal": chosen or NEW}, **kwargs)
        self.proposals = {row.public_id: row for row in proposals}
        self.proposing = proposing
        self.made: Proposal | None = None  # where the change went
        field: Any = self.fields["proposal"]
        field.choices = [(NEW, _("A new proposal")), *((row.public_id, row.title) for row in proposals)]
        if not known:
            del self.fields["meaning_changed"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.chosen is None and not self.errors:
            if not data.get("title"):
                self.add_error("title", _("Say in a few words what changes."))
            if not data.get("rationale"):
                self.add_error("rationale", _("Say why."))
        return data

    @property
    def chosen(self) -> Proposal | None:
        """The proposal that was chosen; None for a new one."""
        return self.proposals.get(self.cleaned_data.get("proposal", ""))

    @property
    def answer(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.cleaned_data.get("meaning_changed", ""))


def _other_locale(said: Mapping[str, Any], language: str) -> str:
    """The language beside the dictionary's own: Chinese, or English where that is Chinese."""
    wanted = "en" if language.lower().startswith("zh") else "zh"
    there = [item["locale"] for item in said.get("texts", []) if item["locale"].lower().split("-")[0] == wanted]
    return there[0] if there else {"en": "en", "zh": "zh-Hans"}[wanted]


def _initial(said: Mapping[str, Any], locale: str) -> dict[str, Any]:
    if not said:
        return {}
    domain, reference, formula = said.get("domain", {}), said.get("references", {}), said.get("formula", {})
    other: Mapping[str, Any] = next((item for item in said.get("texts", []) if item["locale"] == locale), {})
    return {
        **{name: said.get(name, "") for name in OPTIONAL_TEXTS},
        **{name: said.get(name) for name in ("is_key", "unique", "effective_from", "effective_until")},
        **{name: domain.get(name) for name in (*DOMAIN_TEXTS, *DOMAIN_COUNTS)},
        "examples": "\n".join(said.get("examples", [])),
        "null_meanings": pair_lines(said.get("null_meanings", {}).items()),
        "values": pair_lines((item["code"], item.get("meaning", "")) for item in domain.get("values", [])),
        "reference": reference.get("element", ""),
        "cardinality": reference.get("cardinality", "many_to_one"),
        "formula": formula.get("expression", ""),
        "sources": "\n".join(formula.get("sources", [])),
        "other_name": other.get("name", ""),
        "other_definition": other.get("definition", ""),
    }


def _put(said: dict[str, Any], name: str, value: Any) -> None:
    """What is not stated is left out; 0 is a statement."""
    if value in (None, "", [], {}) or value is False:
        said.pop(name, None)
    else:
        said[name] = value


def _value(before: Mapping[str, Any], code: str, meaning: str) -> dict[str, Any]:
    """A permissible value with what was known of the code beside its meaning: labels and dates."""
    value = {**before, "code": code}
    _put(value, "meaning", meaning)
    return value


def _names(text: str) -> list[str]:
    return [name for line in lines_of(text) for name in line.replace(",", " ").split()]
