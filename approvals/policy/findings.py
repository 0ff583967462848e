"""What lint can find, in words. Pure: the words are marked for translation here and translated by whoever shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


FINDINGS: Mapping[str, str] = {
    "never_applies": _("“%(title)s” is never asked: its conditions cannot hold together. Change the conditions, or remove the step."),
    "after_never": _("“%(title)s” waits for “%(other)s”, which is never asked. Remove it from the steps to wait for."),
    "after_apart": _(
        "“%(title)s” waits for “%(other)s”, but the two are never asked together. Remove it there, or make the conditions meet."
    ),
    "nothing_applies": _(
        "Every step has conditions. If none of them holds, nobody is asked. Add a step without conditions."
    ),
    "no_holder": _("Nobody holds the role %(role)s, which “%(title)s” asks for. Give somebody the role, or ask another one."),
    "all_excluded": _(
        "Everybody who holds the role %(role)s helped to make what “%(title)s” judges. Give the role to somebody else as well."
    ),
    "too_few": _(
        "“%(title)s” asks for %(quorum)s people; %(count)s could approve. Ask for fewer, or give more people the role %(role)s."
    ),
    "needed_elsewhere": _(
        "“%(title)s” can never be met together with the other steps: nobody counts twice, and there are too few different people. "
        "Give more people the role %(role)s, or ask for fewer."
    ),
    "own_work": _(
        "“%(title)s” can be approved by the author alone: it excludes no contributors, and nobody else could approve. "
        "Exclude contributors, or give somebody else the role %(role)s."
    ),
    "escalates_to_same": _("“%(title)s” escalates to %(other)s, the role that it asks already. Name another role."),
    "escalates_to_nobody": _(
        "“%(title)s” escalates to %(other)s, but that adds nobody who could not approve before. Name another role, or give it to somebody."
    ),
    "late_reminder": _(
        "“%(title)s” reminds %(reminder)s it is due, when it has been escalated already. Remind earlier, or escalate later."
    ),
    "early_reminder": _(
        "“%(title)s” reminds %(reminder)s it is due, which is not after it was asked. Remind later, or give it more time."
    ),
    "lapses_first": _(
        "A request lapses after %(days)s days, before the steps up to “%(title)s” can be due. Keep requests open longer, or give less time."
    ),
    "grace_too_long": _("The warning of %(days)s days begins before a decision is made. Shorten grace, or let decisions hold longer."),
    "skips_everything": _(
        "The standard change “%(change)s” needs no step at all: nobody would look at it. Leave at least one step."
    ),
    "may_skip_everything": _(
        "The standard change “%(change)s” leaves only steps with conditions. If none of them holds, nobody is asked. "
        "Leave a step without conditions."
    ),
    "change_unjudged": _(
        "The standard change “%(change)s” may change %(components)s, and then nobody judges it and no limit is set. "
        "Set limits, or leave a step that covers it."
    ),
    "glass_without_holder": _("Nobody holds a role that may break glass: %(role)s. Give somebody one of them, or name other roles."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a policy will not do as it was meant. `error`: it cannot work so; `warning`: it may not.

    `step`: the key of the step, or nothing for the policy as a whole. `params`: what the message names, as plain texts.
    """

    code: str
    severity: Severity
    step: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """In English, with what is wrong and what to do."""
        return self.told(_)

    def told(self, translate: Callable[[str], str], **shown: str) -> str:
        """In another language, with `shown` in place of parameters such as the code of a role."""
        return translate(FINDINGS[self.code]) % {**self.params, **shown}
