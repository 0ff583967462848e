"""What can be wrong with the text of a policy: codes with parameters, to be told in any language, and the English for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "encoding": _("not UTF-8 text: %(detail)s"),
    "too_large": _("longer than %(limit)s bytes"),
    "yaml": _("not readable as YAML: %(detail)s"),
    "too_deep": _("nested more than %(limit)s levels deep"),
    "alias": _("anchors and aliases are not accepted; write the value out"),
    "tag": _("tags are not accepted: %(value)s"),
    "directive": _("YAML directives are not accepted"),
    "many_documents": _("one policy, one document: there is a second one here"),
    "wrong_type": _("must be %(expected)s"),
    "unknown_key": _("unknown key %(value)s; known here: %(known)s"),
    "duplicate_key": _("%(value)s is given twice"),
    "duplicate_step": _("another step already has the key %(value)s"),
    "duplicate": _("%(value)s is named twice"),
    "required": _("missing: %(value)s"),
    "empty": _("must name at least one %(expected)s"),
    "bad_key": _("%(value)s is not a key: lower-case letters, digits, - and _, at most 40, beginning with a letter"),
    "bad_text": _("holds characters that cannot be shown"),
    "too_long": _("longer than %(limit)s characters"),
    "too_many": _("more than %(limit)s"),
    "unknown_role": _("unknown role %(value)s; known: %(known)s"),
    "unknown_component": _("unknown component %(value)s; known: %(known)s"),
    "unknown_exclusion": _("unknown exclusion %(value)s; known: %(known)s"),
    "unknown_step": _("there is no step %(value)s; steps: %(known)s"),
    "unknown_check": _("unknown check %(value)s; known: %(known)s"),
    "unknown_criterion": _("unknown criterion %(value)s; known: %(known)s"),
    "bad_level": _("%(value)s is not one of %(known)s"),
    "cycle": _("these steps wait for one another: %(value)s"),
    "quorum": _("a quorum is a whole number from 1 to %(limit)s"),
    "bad_signature": _("%(value)s is not a way to sign; known: %(known)s"),
    "bulk_signed": _("what is signed with a password is signed one by one: leave out bulk, or write signature: click"),
    "own_step": _("a step cannot exclude those who approve it: it would have nobody left"),
    "unknown_fact": _("unknown fact %(value)s; known: %(known)s"),
    "unknown_comparison": _("%(fact)s cannot be compared by %(value)s; write one of: %(known)s"),
    "bad_condition": _("say how %(fact)s is to be compared, for instance %(example)s"),
    "never": _("%(fact)s is never %(value)s; it is one of: %(known)s"),
    "contradiction": _("these conditions can never hold together, so the step would never be asked"),
    "bad_number": _('%(value)s is not a number: write for instance 10000 or "0.5", at most 15 digits and 6 places'),
    "bad_name": _("%(value)s is not a name: letters, digits, - and _, at most 60"),
    "bad_working_time": _(
        "%(value)s is not a span of working time: write for instance 2 working days, 4 working hours or 90 working minutes, "
        "at most %(limit)s working days"
    ),
    "calendar_time": _("%(value)s does not say which time: a policy counts working time, so write %(meant)s"),
    "bad_reminder": _("%(value)s is not a reminder: write for instance 1 working day before, or 2 working hours after"),
    "needs_sla": _("counts from the time when the step is due: say first with sla how long it may take"),
    "bad_hours": _("%(value)s is not a number of hours: breaking glass holds for 1 to %(limit)s hours"),
    "limits": "%(detail)s",
    "limits_move": _("touches says already which components may change"),
    "each_elsewhere": _(
        "%(value)s are known only of a change to a dictionary: let this step cover %(component)s and nothing else, or name a role"
    ),
    "each_quorum": _("each of these steps is asked of one person: leave out quorum"),
    "each_key": _("the key of a step that is asked of each of several has at most %(limit)s characters"),
    "bad_tolerance": _("%(value)s is not a tolerance: write a share such as 5 %%, or an amount a year such as 10000 EUR"),
    "bad_duration": _("%(value)s is not a duration: write for instance 30 days or 2 weeks, at most %(limit)s days"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where (`steps[0].covers[1]`, and the line if there is one), as a code with parameters."""

    path: str
    line: int | None
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params

    def __str__(self) -> str:
        place = ", ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        return f"{place}: {self.message}" if place else self.message


class PolicyError(ValueError):
    """The text is not a policy. `problems` lists everything that is wrong with it, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))
