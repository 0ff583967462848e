"""What people type to begin a review, to judge its points, to hand it in, and to answer it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from foundation import clock
from governance.dependencies.forms.criteria import offer_criteria
from governance.dependencies.forms.rulings import after_day
from governance.dependencies.lockfiles import LONGEST_NAME
from governance.dependencies.models import Review
from governance.dependencies.review_sheet import Item, mark

Choices = Sequence[tuple[str, str]]
USUAL_LIFE = timedelta(days=365)


class _WithCriteria(forms.Form):
    criteria = forms.MultipleChoiceField(label=_("Reviewed for"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_criteria(self)


class ReviewStartForm(_WithCriteria):
    """From where to review a release, and for what."""

    base = forms.ChoiceField(
        required=False,
        label=_("Starting from"),
        help_text=_("From a release that was reviewed, only what is new or changed is left to judge."),
    )

    supersedes = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    field_order = ("base", "criteria", "supersedes")

    def __init__(self, *args: Any, bases: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["base"]
        choices.choices = [("", _now("Nothing: all of it is reviewed")), *bases]


class HandInForm(_WithCriteria):
    """Hand a draft in."""

    verdict = forms.ChoiceField(label=_("What you say"), choices=Review.Verdict.choices, widget=forms.RadioSelect, initial="pass")
    thoroughness = forms.ChoiceField(
        label=_("How thoroughly you looked"), choices=Review.Thoroughness.choices, widget=forms.RadioSelect, initial="points"
    )
    left_out = forms.CharField(
        required=False,
        max_length=4000,
        label=_("What was left out"),
        help_text=_("One file or folder a line, and why: “tests/: not used in production”."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    notes = forms.CharField(required=False, max_length=8000, label=_("Notes"), widget=forms.Textarea(attrs={"rows": 4}))
    evidence = forms.CharField(
        required=False,
        max_length=8000,
        label=_("Evidence"),
        help_text=_("One address a line, such as https://github.com/joblib/joblib/issues/1; after a space, what it is."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    until = forms.DateField(
        label=_("Last day"),
        help_text=_("At the end of this day (UTC) it does not count any more. At most two years ahead."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    field_order = ("verdict", "criteria", "thoroughness", "left_out", "notes", "evidence", "until")

    @classmethod
    def of(cls, row: Review) -> HandInForm:
        """With what the draft says so far."""
        evidence = "\n".join(f"{link['url']} {link['label']}".strip() for link in row.evidence)
        initial = {name: getattr(row, name) for name in ("criteria", "verdict", "thoroughness", "left_out", "notes")}
        return cls(initial={**initial, "evidence": evidence, "until": (clock.now() + USUAL_LIFE).date()})

    def clean_evidence(self) -> list[dict[str, str]]:
        lines = [line.strip().partition(" ") for line in self.cleaned_data["evidence"].splitlines() if line.strip()]
        return [{"url": url, "label": label.strip()} for url, _space, label in lines]

    def written(self) -> dict[str, Any]:
        """What the service wants. Only of a valid form."""
        said = dict(self.cleaned_data)
        said["expires_at"] = after_day(said.pop("until"))
        return said


class ConfirmForm(forms.Form):
    """Which content was on the screen."""

    digest = forms.CharField(max_length=71, widget=forms.HiddenInput)


class SendBackForm(forms.Form):
    prefix = "back"

    reason = forms.CharField(max_length=4000, label=_("What is missing"), widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(forms.Form):
    prefix = "withdraw"

    reason = forms.CharField(max_length=500, label=_("Why"), widget=forms.Textarea(attrs={"rows": 2}))


class AskReviewForm(_WithCriteria):
    """Ask to have a version reviewed."""

    package = forms.CharField(max_length=LONGEST_NAME, label=_("Package"), help_text=_("Such as joblib, or conda:numpy."))
    version = forms.CharField(max_length=LONGEST_NAME, label=_("Version"))
    use_case = forms.ChoiceField(required=False, label=_("For which use case"))
    why = forms.CharField(required=False, max_length=500, label=_("Why it is needed"), widget=forms.Textarea(attrs={"rows": 2}))

    field_order = ("package", "version", "criteria", "use_case", "why")

    def __init__(self, *args: Any, use_cases: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["use_case"]
        choices.choices = [("", _now("None in particular")), *use_cases]


# The sheet -----------------------------------------------------------------------------------------------------------


def field_of(key: str) -> str:
    """How the fields of a point are named in the page: short, and without what a package's author wrote."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in: judgements by key, what they had on the screen, and all that was typed, for showing it again."""

    points: dict[str, dict[str, str] | None] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    typed: dict[str, dict[str, str]] = field(default_factory=dict)


def read_sheet(sent: Mapping[str, str], items: Iterable[Item]) -> Filled:
    """The points of a page that somebody judged or judged anew; one that is as it was on the screen is none of them."""
    found = Filled()
    for item in items:
        key, name = item.point.key, field_of(item.point.key)
        if f"seen-{name}" not in sent:
            continue
        verdict, why, seen = sent.get(f"verdict-{name}", ""), sent.get(f"why-{name}", "").strip(), sent[f"seen-{name}"]
        found.typed[key] = {"verdict": verdict, "why": why}
        if (not verdict and not why) or (seen and seen.startswith(f"{verdict}:{why}:")):
            continue
        found.points[key] = None if verdict == "none" else {"verdict": verdict, "why": why}
        found.seen[key] = seen
    return found


def judge_alike(found: Filled, items: Iterable[Item], verdict: str, why: str) -> None:
    """The same judgement for all of these that are open and that nobody judged by itself in the same breath."""
    for item in items:
        key = item.point.key
        if item.is_open and key not in found.points:
            found.points[key] = {"verdict": verdict, "why": why}
            found.seen[key] = mark(item.judged)


def take_over(found: Filled, items: Iterable[Item]) -> None:
    """What was said of points before they moved, said of them again."""
    for item in items:
        if item.kind == "moved" and item.is_open and item.offered is not None:
            found.points[item.point.key] = {"verdict": item.offered["verdict"], "why": item.offered["why"]}
            found.seen[item.point.key] = mark(item.judged)
