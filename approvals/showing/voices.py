"""What this person may say about each step, in their own name or in another's place: a form, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import evaluation
from approvals.evaluation import StepResult
from approvals.forms.ballots import BallotForm
from approvals.forms.commands import wants_proof
from approvals.models import Ballot
from approvals.policy import Step
from approvals.selectors.standing import Standing
from approvals.services.refusals import refusal_text
from approvals.showing.people import acting_text, name_of
from approvals.wording import components_text
from foundation import clock
from foundation.actor import Actor
from governance.people.roles import role_label


@dataclass(slots=True)
class Voice:
    """What this person may say about one step: a form, or the reason why not."""

    step: StepResult
    covers: str
    description: str
    form: BallotForm | None = None
    refusal: str = ""
    said: Ballot | None = None  # the last word that still counts of whoever they may speak for
    again: str = ""  # components that changed since they approved
    acting: list[str] = field(default_factory=list)  # in whose place, until when, one sentence each
    only_retract: bool = False  # nothing is asked of them, but they can take back what was said
    only_for: str = ""  # the one person in whose place they speak, when they cannot speak for themselves
    escalated: str = ""  # why it is them although the step asks another role


# Ballots that do not count now, and could again without anybody saying anything: those can be taken back as well.
MAY_REVIVE = ("role_lost", "delegation_ended", "counted_elsewhere", "one_vote", "not_applicable")


@dataclass(frozen=True, slots=True)
class Speaker:
    """For whom this person could speak on a step: nobody's id is their own name. `refusal`: why not, as the engine's code."""

    id: str
    refusal: str | None
    may_retract: bool

    @property
    def may_speak(self) -> bool:
        return self.refusal is None or self.may_retract


def voices_of(standing: Standing, actor: Actor, bound: Mapping[str, BallotForm] | None = None) -> list[Voice]:
    """For each step that this person reaches: a form, or why there is none. `bound` has forms that were sent, by step."""
    if not standing.is_open:
        return []
    counting = {ballot.id for step in standing.verdict.steps for ballot in (*step.approved_by, *step.blocked_by)}
    again = {
        hint.step: hint.components for hint in standing.verdict.unblock if hint.code == "review_again" and actor.id in hint.people
    }
    voices = []
    for step in standing.verdict.steps:
        policy_step = standing.policy.step(step.key)
        speakers = speakers_on(standing, actor, step.key)
        reached = [item for item in speakers if item.id or _holds_a_role(standing, actor, step) or item.may_retract]
        if (
            policy_step is None
            or not reached
            or (step.state == "not_applicable" and not any(item.may_retract for item in reached))
        ):
            continue
        voice = Voice(step, components_text(policy_step.covers), policy_step.description)
        voice.again = components_text(again.get(step.key, ()))
        able = [item for item in speakers if item.may_speak]
        if able:
            _let_speak(voice, standing, actor, able, (bound or {}).get(step.key))
            voice.said = _last_word(standing, actor, step.key, able, counting)
            voice.only_retract = all(item.refusal is not None for item in able)
        if not able or voice.only_retract:
            first = reached[0]
            voice.refusal = refusal_text(first.refusal or "", role_label(step.role), name_of(standing, first.id))
        voices.append(voice)
    return sorted(voices, key=lambda voice: (voice.form is None, voice.only_retract or voice.said is not None))


def speakers_on(standing: Standing, actor: Actor, step: str) -> list[Speaker]:
    """Themselves, and those in whose place they may act here now."""
    lent = sorted({principal for principal, _role in standing.eligibility.delegations.get(actor.id, ())} - {actor.id})
    held = [name for name in lent if _could_lend(standing, name, step)]
    return [
        Speaker(name, _refusal(standing, actor, step, name, None), _may_take_back(standing, actor, step, name))
        for name in ("", *held)
    ]


def _may_take_back(standing: Standing, actor: Actor, step: str, principal: str) -> bool:
    """Whether there is something to take back that has, or could have, an effect."""
    voice = principal or actor.id
    rows = [row for row in standing.ballots.values() if row.step == step and row.speaks_for.public_id == voice]
    own = [row for row in standing.ballots.values() if row.step == step and row.human.public_id == actor.id]
    if not any(row.public_id in _effective(standing) for row in (*rows, *own)):
        return False
    return _refusal(standing, actor, step, principal, "retract") is None


def _effective(standing: Standing) -> set[str]:
    counting = {ballot.id for step in standing.verdict.steps for ballot in (*step.approved_by, *step.blocked_by)}
    return counting | {item.ballot.id for item in standing.verdict.ignored if item.why in MAY_REVIVE}


def _could_lend(standing: Standing, principal: str, step: str) -> bool:
    """Whether the principal would have been asked on the step, so that a refusal is worth a word."""
    result = next((item for item in standing.verdict.steps if item.key == step), None)
    roles = result.roles or (result.role,) if result is not None else ()
    return any(principal in standing.eligibility.holders.get(role, ()) for role in roles)


def _holds_a_role(standing: Standing, actor: Actor, step: StepResult) -> bool:
    return any(actor.id in standing.eligibility.holders.get(role, ()) for role in (step.roles or (step.role,)))


def _let_speak(voice: Voice, standing: Standing, actor: Actor, able: Sequence[Speaker], bound: BallotForm | None) -> None:
    step = voice.step
    voice.form = bound or ballot_form(standing, actor, step.key, able)
    others = [item.id for item in able if item.id]
    voice.acting = [
        acting_text(row)
        for name in others
        if (row := standing.delegation(actor.id, name, step.roles or (step.role,))) is not None
    ]
    if len(able) == 1 and others:
        voice.only_for = name_of(standing, others[0])
    if not able[0].id and step.escalated and actor.id not in standing.eligibility.holders.get(step.role, ()):
        voice.escalated = _("It was escalated, so you can act on it although it asks for the role %(role)s.") % {
            "role": role_label(step.role)
        }


def ballot_form(
    standing: Standing, actor: Actor, step: str, able: Sequence[Speaker] | None = None, *, data: Any = None, **initial: Any
) -> BallotForm:
    """The form for a step; with `data` it is what somebody sent, whatever they may do by now: the service says no."""
    if able is None:
        able = [item for item in speakers_on(standing, actor, step) if item.may_speak]
    found: Step | None = standing.policy.step(step)
    signed = found is not None and found.signature != "click"
    start = {"step": step, "digest": standing.digest, "on_behalf_of": able[0].id if able else ""}
    return BallotForm(
        data,
        initial={**start, **{name: value for name, value in initial.items() if value}},
        key=f"ballot-{step}",
        speakers=[(item.id, _speaker_label(standing, item)) for item in able],
        signed=signed,
        password=signed and wants_proof(actor),
        conditional=standing.policy.conditional,
        may_retract=any(item.may_retract for item in able)
        or (data is not None and data.get("verdict") == Ballot.Verdict.RETRACT),
        only_retract=data is None and bool(able) and all(item.refusal is not None for item in able),
    )


def _speaker_label(standing: Standing, speaker: Speaker) -> str:
    return _("for %(name)s") % {"name": name_of(standing, speaker.id)} if speaker.id else _("for yourself")


def _last_word(standing: Standing, actor: Actor, step: str, able: Sequence[Speaker], counting: set[str]) -> Ballot | None:
    """What they said that counts, if everybody for whom they may speak has spoken."""
    said = []
    for speaker in able:
        voice = speaker.id or actor.id
        rows = [row for row in standing.ballots.values() if row.step == step and row.speaks_for.public_id == voice]
        last = next((row for row in reversed(rows) if row.public_id in counting), None)
        if last is None:
            return None
        said.append(last)
    return said[0] if said else None


def _refusal(standing: Standing, actor: Actor, step: str, principal: str, verdict: Any) -> str | None:
    return evaluation.may_vote(
        standing.policy,
        standing.digests,
        standing.engine_ballots,
        standing.eligibility,
        step,
        actor.id,
        clock.now(),
        standing.request.round,
        verdict=verdict,
        principal=principal or None,
        facts=standing.facts,
        standard_change=standing.standard_change,
    )


def nobody_asks_you(standing: Standing) -> str:
    """Why somebody who holds none of the roles has no say."""
    roles = list(dict.fromkeys(role_label(step.role) for step in standing.policy.steps))
    said = ngettext(
        "This asks for the role %(roles)s, which you do not hold here.",
        "This asks for the roles %(roles)s; you hold none of them here.",
        len(roles),
    )
    return said % {"roles": ", ".join(roles)}
