"""What people ask of a case: other values for some inputs, ranges for those without one, trials and a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from foundation.templatetags.countersign import figure
from governance.economics.plan import Plan
from governance.economics.presenting.sensitivity import AROUND
from governance.economics.scenarios import Input
from governance.economics.services.simulations import AT_ONCE
from governance.economics.simulation import FEWEST, MOST
from governance.economics.wording.inputs import input_told, is_share, value_told

ROWS = 3  # of the form; addresses may name more
MOST_ROWS = 50
MOST_CHOICES = 150  # inputs in a list to choose from; of more the names are typed, with help
LONGEST = 40


@dataclass(slots=True)
class WhatIf:
    """What an address says: rows as they were typed with what is wrong with each, and the values that can be reckoned with."""

    rows: list[dict[str, str]] = field(default_factory=list)
    overrides: dict[str, Decimal] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        return [row["error"] for row in self.rows if row["error"]]


def what_if(query: QueryDict, inputs: Mapping[str, Input]) -> WhatIf:
    """`?input=line.gpu.quantity&value=120`, as often as wanted; empty rows say nothing."""
    found = WhatIf()
    names, values = query.getlist("input")[:MOST_ROWS], query.getlist("value")[:MOST_ROWS]
    for at, name in enumerate(names):
        text = values[at].strip() if at < len(values) else ""
        if not name and not text:
            continue
        value, error = _value(inputs, name.strip(), text, found.overrides)
        if value is not None:
            found.overrides[name.strip()] = value
        found.rows.append({"name": name, "value": text, "error": error})
    found.rows += [{"name": "", "value": "", "error": ""}] * max(1 if len(found.rows) >= ROWS else 0, ROWS - len(found.rows))
    return found


def _value(inputs: Mapping[str, Input], name: str, text: str, known: Mapping[str, Decimal]) -> tuple[Decimal | None, str]:
    if name not in inputs:
        if not name:
            return None, _("Say which input is to be %(value)s.") % {"value": text[:LONGEST]}
        return None, _("There is no input %(name)s in this case. Choose one of the list.") % {"name": name[:80]}
    if not text:
        return None, ""
    if name in known:
        return None, _("%(name)s is there twice. Keep one of them.") % {"name": name}
    value = number_of(text, share=is_share(inputs[name]))
    if value is None:
        return None, _("“%(value)s” is no number. Write it with a decimal point, such as 0.25.") % {"value": text[:LONGEST]}
    return value, ""


def number_of(text: str, *, share: bool) -> Decimal | None:
    """A number as people write it; of a share `5 %` is 0.05. None for what is none."""
    percent = text.endswith(("%", "％"))
    plain = text.rstrip("%％ ").replace(" ", "")
    if not plain.isascii() or "_" in plain or len(plain) > LONGEST or (percent and not share):
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    if not value.is_finite() or (value and abs(value.adjusted()) > LONGEST):
        return None
    return value / 100 if percent else value


def choices_of(plan: Plan, inputs: Mapping[str, Input]) -> list[dict[str, Any]]:
    """Inputs by their line, each with what it is now."""
    groups: dict[str, list[dict[str, str]]] = {}
    titles = {line.key: line.title for line in plan.lines}
    for item in inputs.values():
        group = titles.get(item.line, item.line) if item.line else _("What holds for all lines")
        said = _("%(input)s (now %(value)s)") % {"input": input_told(plan, item), "value": value_told(item, item.value)}
        groups.setdefault(group, []).append({"name": item.name, "label": said})
    return [{"label": group, "options": options} for group, options in groups.items()]


def flat(choices: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, str]]:
    """The same in one list, for those that are typed."""
    for group in choices:
        yield from group["options"]


class AroundForm(forms.Form):
    """What inputs without a range of their own are given."""

    around = forms.TypedChoiceField(coerce=int, required=False, empty_value="0", label=gettext_lazy("Inputs without a range"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["around"].choices = [  # type: ignore[attr-defined] # a ChoiceField
            (share, _("%(share)s %% less to %(share)s %% more") % {"share": share} if share else _("stay as they are"))
            for share in AROUND
        ]


class SimulationForm(forms.Form):
    """How many trials, and from which seed."""

    trials = forms.IntegerField(min_value=FEWEST, max_value=MOST, initial=AT_ONCE, label=gettext_lazy("Trials"))
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        label=gettext_lazy("Seed"),
        help_text=gettext_lazy("Empty: one is drawn. The same seed gives the same figures again."),
    )
    scenario = forms.ChoiceField(required=False, label=gettext_lazy("Scenario"))

    def __init__(self, scenarios: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenario"].choices = scenarios  # type: ignore[attr-defined] # a ChoiceField
        self.fields["trials"].help_text = _(
            "From %(fewest)s to %(most)s. Up to %(quick)s take a moment; more are run in the background."
        ) % {"fewest": FEWEST, "most": figure(Decimal(MOST)), "quick": figure(Decimal(AT_ONCE))}
