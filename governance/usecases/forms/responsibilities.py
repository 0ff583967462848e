"""The matrix of responsibilities as people fill it in: one table in one form, without a script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from governance.people import raci
from governance.people.models import User
from governance.people.responsibilities import is_person
from governance.people.roles import ROLES
from governance.people.telling import activity_title, party_label

OWN = re.compile(r"own-(\d{1,6})")
BLANK_ROWS = 2
LETTER_CHOICES = ("", *raci.LETTERS)


class MatrixForm(forms.Form):
    """What stands beside the table: a column to add. The cells have names of their own, `cell-<row>-<column>`."""

    column_role = forms.ChoiceField(required=False)
    column_person = forms.CharField(required=False, max_length=254)

    def __init__(self, *args: Any, columns: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["column_role"]
        left = [(role, str(label)) for role, label in ROLES.items() if role not in columns]
        field.choices = [("", _("choose a role")), *left]
        field.label = _("Role")
        self.fields["column_person"].label = _("Or a person")
        self.fields["column_person"].help_text = _("User name or e-mail address.")
        self.fields["column_person"].widget.attrs = {"list": "known-people", "autocomplete": "off"}

    def clean_column_person(self) -> str:
        typed = self.cleaned_data["column_person"].strip()
        if not typed:
            return ""
        people = User.objects.active()
        found = people.filter(username__iexact=typed).first() or people.filter(email__iexact=typed).first()
        if found is None:
            raise forms.ValidationError(_("Nobody who can sign in has this user name or address."))
        return str(found.public_id)


@dataclass(frozen=True, slots=True)
class Cell:
    name: str
    party: str
    label: str
    letter: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table as it is shown: its place, what it is called, its stage and its cells."""

    at: int
    key: str
    title: str
    own: bool
    stage: str
    stage_title: str
    cells: list[Cell]
    new: bool = False


def lines_of(body: Mapping[str, Any], people: Mapping[str, Any], stages: Mapping[str, str]) -> list[Line]:
    """The rows of a matrix and some blank ones below it. `stages`: their titles by key."""
    rows = list(body.get("rows", []))
    taken = {str(row.get("key")) for row in rows}
    fresh = (f"own-{number}" for number in range(1, 10_000) if f"own-{number}" not in taken)
    blank = [{"key": next(fresh), "stage": next(iter(stages), ""), "title": "", "letters": {}} for _n in range(BLANK_ROWS)]
    return [_line(at, row, body["columns"], people, stages, at >= len(rows)) for at, row in enumerate([*rows, *blank])]


def _line(
    at: int, row: Mapping[str, Any], columns: Sequence[str], people: Mapping[str, Any], stages: Mapping[str, str], new: bool
) -> Line:
    cells = [
        Cell(f"cell-{at}-{place}", party, party_label(party, people), str(row.get("letters", {}).get(party, "")))
        for place, party in enumerate(columns)
    ]
    key, own, stage = str(row["key"]), str(row.get("title", "")), str(row["stage"])
    return Line(
        at,
        key,
        own or ("" if new else activity_title(key)),
        bool(OWN.fullmatch(key)),
        stage,
        stages.get(stage, stage),
        cells,
        new,
    )


def body_of(post: Any) -> dict[str, Any]:
    """The matrix that was sent, as `services.write_matrix` takes it. Rows that are ticked to go, and blank ones, are left out.

    What makes no sense is left to the service, which names each cell.
    """
    columns = list(dict.fromkeys(post.getlist("column")))[: raci.MOST_COLUMNS + 1]
    rows = []
    for at, key in enumerate(post.getlist("key")[: raci.MOST_ROWS + BLANK_ROWS + 1]):
        title = post.get(f"title-{at}", "").strip()
        letters = {
            party: letter
            for place, party in enumerate(columns)
            if (letter := post.get(f"cell-{at}-{place}", "").strip().upper().replace("/", ""))
        }
        blank = OWN.fullmatch(key) and not title and not letters
        if blank or f"remove-{at}" in post:
            continue
        own = {"title": title} if OWN.fullmatch(key) else {}
        rows.append({"key": key, "stage": post.get(f"stage-{at}", ""), "letters": letters, **own})
    removed = set(post.getlist("remove_column"))
    for row in rows:
        row["letters"] = {party: letter for party, letter in row["letters"].items() if party not in removed}
    return {"columns": [party for party in columns if party not in removed], "rows": rows}


def people_in(body: Mapping[str, Any]) -> dict[str, User]:
    """The people among the columns, by public id."""
    named = [party for party in body["columns"] if isinstance(party, str) and is_person(party)]
    return {user.public_id: user for user in User.objects.filter(public_id__in=named)} if named else {}
