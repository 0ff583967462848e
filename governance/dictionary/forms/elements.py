"""What people type about dictionaries, elements and the columns that hold them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from foundation.days import DayField
from governance.dictionary.forms.lines import Lines, each_once
from governance.dictionary.models import Binding, ElementVersion
from governance.dictionary.selectors.browse import Wanted
from governance.people.models import Team, User

LANGUAGES = ("en", "zh-hans", "zh-hant", "de", "fr", "es", "it", "ja", "ko", "pt", "ru")


class SearchForm(forms.Form):
    """What is looked for among all dictionaries."""

    q = forms.CharField(
        required=False, max_length=120, label=gettext_lazy("Search"), widget=forms.TextInput(attrs={"type": "search"})
    )


class BrowseForm(SearchForm):
    """The same in one dictionary, with what else narrows it."""

    team = forms.ChoiceField(required=False, label=gettext_lazy("Team"))
    type = forms.ChoiceField(
        choices=[("", gettext_lazy("any")), *ElementVersion.SemanticType.choices],
        required=False,
        label=gettext_lazy("Semantic type"),
    )
    sensitivity = forms.ChoiceField(
        choices=[("", gettext_lazy("any")), *ElementVersion.Sensitivity.choices],
        required=False,
        label=gettext_lazy("Sensitivity"),
    )
    state = forms.ChoiceField(
        choices=[
            ("", gettext_lazy("any")),
            ("approved", gettext_lazy("approved")),
            ("draft", gettext_lazy("only a draft")),
            ("proposed", gettext_lazy("open proposal")),
            ("retired", gettext_lazy("retired")),
        ],
        required=False,
        label=gettext_lazy("State"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teams = {team.slug: team for team in Team.objects.order_by("title")}
        field: Any = self.fields["team"]
        field.choices = [("", _("any")), *((team.slug, team.title) for team in self.teams.values())]

    def wanted(self) -> Wanted:
        """What is asked for; what cannot be is left out, and the form says so."""
        self.is_valid()
        said = self.cleaned_data
        return Wanted(
            text=said.get("q", ""),
            team=self.teams.get(said.get("team", "")),
            semantic_type=said.get("type", ""),
            sensitivity=said.get("sensitivity", ""),
            state=said.get("state", ""),
        )


class DictionaryForm(forms.Form):
    """Open a dictionary."""

    title = forms.CharField(
        max_length=120, label=gettext_lazy("Title"), help_text=gettext_lazy("What it is about, such as “Customers”.")
    )
    slug = forms.SlugField(
        max_length=60,
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("The first part of each element's name. It cannot be changed later."),
    )
    purpose = Lines(max_length=2000, rows=2, label=gettext_lazy("Purpose"))


class TeamChoice(forms.ChoiceField):
    """One of the teams, by its short name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.teams: dict[str, Team] = {}

    def offer(self, nobody: str = "–") -> None:
        self.teams = {team.slug: team for team in Team.objects.order_by("title")}
        self.choices = [("", nobody), *((team.slug, team.title) for team in self.teams.values())]

    def clean(self, value: Any) -> Team | None:
        return self.teams.get(super().clean(value))


class BindForm(forms.Form):
    """Say that a column of a team's data holds an element, or that the team reads it there, and how it differs."""

    team = TeamChoice(label=gettext_lazy("Team"))
    side = forms.ChoiceField(
        choices=Binding.Side.choices, required=False, initial=Binding.Side.FILLS, label=gettext_lazy("What the team does with it")
    )
    dataset = forms.CharField(max_length=200, label=gettext_lazy("Data set"), help_text=gettext_lazy("Its name as CI sends it."))
    column = forms.CharField(max_length=200, strip=False, label=gettext_lazy("Column"))
    deviation = Lines(
        max_length=2000,
        rows=2,
        label=gettext_lazy("Deviation"),
        help_text=gettext_lazy("What this team does differently. An honest sentence here saves somebody a week."),
    )
    role = forms.ChoiceField(
        choices=[("", gettext_lazy("not stated")), *Binding.Role.choices], required=False, label=gettext_lazy("Role")
    )
    physical_type = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Physical type"),
        help_text=gettext_lazy("Such as varchar(20) or int64."),
    )
    factor = forms.CharField(
        max_length=60,
        required=False,
        label=gettext_lazy("Factor"),
        help_text=gettext_lazy("The column is this many times the element, such as 1000."),
    )
    offset = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("Offset"), help_text=gettext_lazy("And so much more, such as 32.")
    )
    recode = Lines(
        max_length=200_000,
        rows=2,
        label=gettext_lazy("Codes"),
        help_text=gettext_lazy("One a line: the team's code = the element's code."),
    )
    null_tokens = Lines(
        max_length=20_000,
        rows=2,
        label=gettext_lazy("How a missing value is written"),
        help_text=gettext_lazy("One a line: -1 = unknown."),
    )
    date_format = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("How dates are written"), help_text=gettext_lazy("As in %d.%m.%Y.")
    )
    time_zone = forms.CharField(
        max_length=60, required=False, label=gettext_lazy("Time zone"), help_text=gettext_lazy("Such as Europe/Vienna or UTC.")
    )
    waived_until = DayField(
        required=False,
        label=gettext_lazy("Accepted until"),
        help_text=gettext_lazy("Until when others put up with the difference."),
    )

    SHOWN = ("team", "side", "dataset", "column", "deviation")
    DECLARED = ("factor", "offset", "date_format", "time_zone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["team"]
        field.offer()

    def clean_recode(self) -> dict[str, str]:
        return each_once(self.cleaned_data["recode"])

    def clean_null_tokens(self) -> dict[str, str]:
        return each_once(self.cleaned_data["null_tokens"])

    def written(self) -> dict[str, Any]:
        """As the service takes it."""
        said = self.cleaned_data
        declared = {name: said[name].strip() for name in self.DECLARED}
        codes = {name: said[name] for name in ("recode", "null_tokens")}
        plain = {name: said[name] for name in ("team", "dataset", "column", "role", "deviation", "physical_type", "waived_until")}
        return {**plain, "side": said["side"] or Binding.Side.FILLS, "declared": {**declared, **codes}}

    def place_of(self, path: str) -> str:
        """The field at which a problem is told: `declared.recode.A` → `recode`."""
        return path.removeprefix("declared.").partition(".")[0] if path.startswith("declared.") else path

    def shown(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SHOWN]

    def more(self) -> list[forms.BoundField]:
        """What programs can apply; most columns need none of it."""
        return [self[name] for name in self.fields if name not in self.SHOWN]

    def more_is_said(self) -> bool:
        return any(field.value() or field.errors for field in self.more())


class AliasForm(forms.Form):
    """What somebody calls the element."""

    term = forms.CharField(max_length=120, label=gettext_lazy("What it is called"))
    team = TeamChoice(required=False, label=gettext_lazy("By whom"))
    locale = forms.ChoiceField(required=False, label=gettext_lazy("In which language"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.offer(_("everybody"))
        locale: Any = self.fields["locale"]
        locale.choices = [("", _("any language")), *((_tag(code), language_told(code)) for code in LANGUAGES)]


class StewardForm(forms.Form):
    """Who looks after an element."""

    person = forms.CharField(
        max_length=254,
        required=False,
        label=gettext_lazy("Person"),
        help_text=gettext_lazy("User name or e-mail address. Left empty, nobody does."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_person(self) -> User | None:
        typed = self.cleaned_data["person"].strip()
        if not typed:
            return None
        people = User.objects.active()
        found: User | None = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody who can sign in has this user name or address."))
        return found


def _tag(code: str) -> str:
    """`zh-hans` as it is written: `zh-Hans`."""
    language, _dash, rest = code.partition("-")
    return f"{language}-{rest.title()}" if rest else language


def language_told(code: str) -> str:
    """A language by its name in the language of the page; one that nobody knows by its code."""
    try:
        return str(get_language_info(code.lower())["name_translated"])
    except KeyError:
        return code
