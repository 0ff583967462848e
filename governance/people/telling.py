"""What the self-test found, in sentences for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from governance.people.responsibilities import Finding, Severity, is_person
from governance.people.roles import role_label
from governance.people.shipped import activity_titles
from governance.people.situations import Here


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as people read it: what is wrong, what to do about it, and where."""

    code: str
    severity: Severity
    about: str
    key: str
    text: str
    advice: str
    people: tuple[str, ...]  # public ids
    url: str = ""


def activity_title(key: str, own: str = "") -> str:
    """What an activity is called: its own words, or those that ship for its key."""
    return own or activity_titles(get_language() or "en").get(key, key)


def party_label(party: str, people: Mapping[str, Any]) -> str:
    """A column of the matrix: the name of a role, or of a person."""
    return str(people.get(party, party)) if is_person(party) else role_label(party)


def told(here: Here, findings: Iterable[Finding], *, leaving: bool = False) -> list[Told]:
    """Findings in words. `leaving`: they are about somebody who has not left, and might."""
    return [_told(here, finding, leaving) for finding in findings]


def needs_of(here: Here, finding: Finding) -> list[str]:
    """What needs the role that a finding is about: steps of policies, and activities that it does or answers for."""
    if finding.about != "role":
        return []
    steps = [f"{item.policy}: {item.title}" for item in here.asked if item.step.role == finding.role]
    rows = [row for row in here.matrix.rows if finding.role in row.with_letter("R", "A", "AR")]
    return [*steps, *(activity_title(row.key, row.title) for row in rows)]


def _told(here: Here, finding: Finding, leaving: bool) -> Told:
    titles = {row.key: activity_title(row.key, row.title) for row in here.matrix.rows}
    steps = {item.step.key: item for item in here.asked}
    names = [str(here.people.get(key, key)) for key in finding.people]
    step = steps.get(finding.key)
    other = steps.get(finding.other)
    words = {
        "activity": titles.get(finding.key, finding.key),
        "step": f"{step.policy}: {step.title}" if step else finding.key,
        "other": f"{other.policy}: {other.title}" if other else finding.other,
        "role": role_label(finding.role),
        "people": ", ".join(names),
        "person": names[0] if names else "",
        "deputy": ", ".join(names[1:]),
        "count": finding.count,
        "when": formats.date_format(finding.when) if finding.when else "",
        "training": here.trainings.get(finding.other, finding.other),
    }
    text, advice = _sentence(finding)
    if leaving and finding.code == "only_closed":
        text = _("Nobody else holds the role %(role)s.")
    url = step.url if step and finding.about == "step" else ""
    return Told(finding.code, finding.severity, finding.about, finding.key, text % words, advice % words, finding.people, url)


def _sentence(finding: Finding) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    name_one = _("Put an A in exactly one column of this row.")
    give = _("Give somebody the role %(role)s.")
    sentences: dict[str, tuple[str, str]] = {
        "no_accountable": (_("Nobody answers for “%(activity)s”."), name_one),
        "several_accountable": (_("%(count)s answer for “%(activity)s”: then nobody does."), name_one),
        "accountable_shared": (
            _("%(role)s answers for “%(activity)s”, and %(people)s all hold that role."),
            _("Add the one who answers as a column of their own."),
        ),
        "no_responsible": (_("Nobody does “%(activity)s”."), _("Put an R in at least one column of this row.")),
        "role_unheld": (_("“%(activity)s” counts on %(role)s, and nobody holds that role."), give),
        "named_without_role": (
            _("“%(activity)s” counts on %(person)s, who holds no role here."),
            _("Give %(person)s a role, or name somebody else."),
        ),
        "named_left": (_("“%(activity)s” counts on %(person)s, whose account is closed."), _("Name somebody else.")),
        "step_empty": (_("Nobody could give “%(step)s”: the role %(role)s is not held."), give),
        "step_short": (
            _("“%(step)s” wants %(count)s people, and there are fewer who could."),
            _("Give one more person the role %(role)s."),
        ),
        "self_approval": (
            _("Only %(people)s could give “%(step)s”, and they made what is judged."),
            _("Give the role %(role)s to somebody who has no part in it."),
        ),
        "same_person": (
            _("“%(step)s” and “%(other)s” need different people, and only %(people)s could give both."),
            _("Give the role %(role)s to one more person."),
        ),
        "only_closed": (_("Only closed accounts hold the role %(role)s: %(people)s."), give),
        "grant_ending": (
            _("The role %(role)s ends on %(when)s, and nobody holds it afterwards (%(people)s)."),
            _("Give it to them for longer, or to somebody else."),
        ),
        "overloaded": (
            _("%(count)s things wait for %(person)s."),
            _("Share the work: give the role to somebody else too, or name a deputy."),
        ),
        "away_alone": (
            _("%(person)s is away, and nobody acts for them as %(role)s."),
            _("Name a deputy for this role."),
        ),
        "deputy_away": (
            _("%(person)s is away, and so is the deputy %(deputy)s: a deputy's deputy is nobody."),
            _("Name another deputy."),
        ),
        "away_covered": (_("%(person)s is away; %(deputy)s acts for them."), _("Nothing needs to be done.")),
        "training_missing": (
            _("%(person)s is %(role)s and can show no valid evidence of “%(training)s”."),
            _("Put the evidence on record, or end the role."),
        ),
        "training_ending": (
            _("The training “%(training)s” of %(person)s counts until %(when)s."),
            _("Plan the next one before it runs out."),
        ),
    }
    return sentences[finding.code]


def barred(here: Here) -> list[tuple[Any, list[str]]]:
    """Separation of duties in words: per person what they cannot approve although they hold the role, and why. By name."""
    found: dict[str, list[str]] = {}
    titles = {item.step.key: f"{item.policy}: {item.title}" for item in here.asked}
    for item in here.asked:
        step, title = item.step, titles[item.step.key]
        holders = here.situation.holders(step.role)
        for person in sorted(holders & step.makers):
            why = (
                _("“%(step)s” is judged by others: they made what is judged.")
                if not step.makers_may
                else _("“%(step)s” lets its makers approve, and they made what is judged: let somebody else look too.")
            )
            found.setdefault(person, []).append(why % {"step": title})
        for key in sorted(step.apart):
            other = next((one for one in here.asked if one.step.key == key), None)
            if other is None or step.key > key:
                continue
            for person in sorted(holders & here.situation.holders(other.step.role) - step.makers - other.step.makers):
                why = _("“%(step)s” and “%(other)s” need different people: they may give one of them, not both.")
                found.setdefault(person, []).append(why % {"step": title, "other": titles[key]})
    return sorted(
        ((here.people[person], list(dict.fromkeys(why))) for person, why in found.items() if person in here.people),
        key=lambda item: (str(item[0]), item[0].pk),
    )
