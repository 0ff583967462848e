"""The risk tier of a use case, from the answers to a questionnaire. Pure.

A questionnaire is data: each option of a question carries points, and perhaps a floor (a tier below which the whole cannot fall) or
the mark of a use that is prohibited; a rule is a floor that several answers carry together. The tier is the highest floor reached,
or what the sum of the points comes to, whichever is higher.

Two laws hold for every questionnaire that `governance.usecases.questionnaires` lets through, and `tests/usecases/test_risk_engine.py`
proves them: adding risk (an answer that carries at least as much, or one more ticked option) never lowers the tier; and an open
question is never taken for a harmless answer: what is not answered leaves the tier between the lowest and the highest it could still
be, and a tier is only settled where the two meet and, for the lowest tier, where nothing is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

TIERS = ("low", "medium", "high")
NONE = "none"  # of a question with many answers: none of these applies
UNSURE = "unsure"  # of any question: we do not know yet, which leaves it open
Answers = Mapping[str, Sequence[str]]  # question → keys of its options


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: what it adds, how low the tier can be with it, and whether such a use is prohibited."""

    key: str
    points: int = 0
    at_least: str = "low"
    prohibited: bool = False

    @property
    def floor(self) -> str:
        """The tier below which the whole cannot fall with this answer."""
        return TIERS[-1] if self.prohibited else self.at_least


@dataclass(frozen=True, slots=True)
class Question:
    """`many`: any number of the options may apply, or none of them; else exactly one does."""

    key: str
    options: tuple[Option, ...]
    many: bool = False

    def option(self, key: str) -> Option | None:
        if self.many and key == NONE:
            return Option(NONE)
        return next((option for option in self.options if option.key == key), None)


@dataclass(frozen=True, slots=True)
class Rule:
    """A floor for answers that meet: each question named has one of the options named for it."""

    key: str
    when: Mapping[str, frozenset[str]]
    at_least: str


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Questions in their order, rules, and from how many points on the tier is medium and high."""

    questions: tuple[Question, ...]
    medium_from: int
    high_from: int
    rules: tuple[Rule, ...] = ()

    def question(self, key: str) -> Question | None:
        return next((question for question in self.questions if question.key == key), None)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the tier is not lower: an answer (question and option) or a rule, with its floor, or with the points it adds."""

    question: str = ""
    option: str = ""
    rule: str = ""
    points: int = 0
    floor: str = ""  # empty where it only adds points


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers come to. `tier` is empty while open questions could still change it; `open` names those."""

    tier: str
    lowest: str
    highest: str
    points: int
    decided_by: tuple[Reason, ...] = ()
    open: tuple[str, ...] = ()
    prohibited: tuple[Reason, ...] = ()
    problems: tuple[tuple[str, str], ...] = field(default=())  # (question, code) of answers that cannot be read


def rank(tier: str) -> int:
    """0, 1, 2 for low, medium, high. Raises ValueError for anything else."""
    return TIERS.index(tier)


def highest(*tiers: str) -> str:
    return TIERS[max(rank(tier) for tier in tiers)]


def carries_at_least(one: Option, other: Option) -> bool:
    """Whether an answer carries at least the risk of another by everything an option can say."""
    return one.points >= other.points and rank(one.floor) >= rank(other.floor) and one.prohibited >= other.prohibited


def problems_of(questionnaire: Questionnaire, answers: Answers) -> tuple[tuple[str, str], ...]:
    """(question, code) for each answer that is none: unknown_question, unknown_option, only_one, none_and_some, unsure_and_some,
    twice."""
    found = []
    for key, chosen in answers.items():
        question = questionnaire.question(key)
        if question is None:
            found.append((key, "unknown_question"))
            continue
        if len(set(chosen)) != len(chosen):
            found.append((key, "twice"))
        if any(option != UNSURE and question.option(option) is None for option in chosen):
            found.append((key, "unknown_option"))
        elif len(chosen) > 1 and UNSURE in chosen:
            found.append((key, "unsure_and_some"))
        elif len(chosen) > 1 and not question.many:
            found.append((key, "only_one"))
        elif len(chosen) > 1 and NONE in chosen:
            found.append((key, "none_and_some"))
    return tuple(found)


def assess(questionnaire: Questionnaire, answers: Answers) -> Result:
    """The tier that the answers come to, and which of them decided it. O(options + rules).

    Answers with problems make the whole unknown: `problems` names them and nothing is computed from the rest.
    """
    if problems := problems_of(questionnaire, answers):
        return Result("", TIERS[0], TIERS[-1], 0, problems=problems)
    chosen = {question.key: _chosen(question, answers) for question in questionnaire.questions}
    still_open = tuple(key for key, options in chosen.items() if not options)
    reasons = [
        Reason(key, option.key, points=option.points, floor=option.floor if option.floor != TIERS[0] else "")
        for key, options in chosen.items()
        for option in options
    ]
    reasons += [Reason(rule=rule.key, floor=rule.at_least) for rule in questionnaire.rules if _met(rule, chosen)]
    points = sum(reason.points for reason in reasons)
    lowest = highest(_by_points(questionnaire, points), *(reason.floor for reason in reasons if reason.floor))
    most = highest(lowest, _at_most(questionnaire, chosen, points))
    settled = lowest == most and not (still_open and lowest == TIERS[0])
    return Result(
        tier=lowest if settled else "",
        lowest=lowest,
        highest=most,
        points=points,
        decided_by=_deciding(questionnaire, reasons, lowest, points),
        open=still_open,
        prohibited=tuple(Reason(key, option.key) for key, options in chosen.items() for option in options if option.prohibited),
    )


def _chosen(question: Question, answers: Answers) -> list[Option]:
    """The options that were chosen; none while the question is open."""
    keys = [key for key in answers.get(question.key, ()) if key != UNSURE]
    return [option for key in keys if (option := question.option(key)) is not None]


def _met(rule: Rule, chosen: Mapping[str, Sequence[Option]]) -> bool:
    return all(any(option.key in wanted for option in chosen.get(key, ())) for key, wanted in rule.when.items())


def _by_points(questionnaire: Questionnaire, points: int) -> str:
    if points >= questionnaire.high_from:
        return "high"
    return "medium" if points >= questionnaire.medium_from else "low"


def _at_most(questionnaire: Questionnaire, chosen: Mapping[str, Sequence[Option]], points: int) -> str:
    """The highest tier that the open questions still allow: each is taken at its worst in every respect, so never too low."""
    floors = [TIERS[0]]
    for question in questionnaire.questions:
        if chosen[question.key]:
            continue
        worst = [option.points for option in question.options]
        points += sum(worst) if question.many else max(worst, default=0)
        floors += [option.floor for option in question.options]
    floors += [
        rule.at_least
        for rule in questionnaire.rules
        if all(not chosen.get(key) or any(option.key in wanted for option in chosen[key]) for key, wanted in rule.when.items())
    ]
    return highest(_by_points(questionnaire, points), *floors)


def _deciding(questionnaire: Questionnaire, reasons: Sequence[Reason], tier: str, points: int) -> tuple[Reason, ...]:
    """The answers without which the tier might be lower: those with its floor first; else, or as well, those whose points reach it,
    the weightiest first. Nothing decides the lowest tier: it is what is left."""
    if tier == TIERS[0]:
        return ()
    floors = [reason for reason in reasons if reason.floor == tier]
    if _by_points(questionnaire, points) != tier:
        return tuple(floors)
    weighty = sorted((reason for reason in reasons if reason.points), key=lambda reason: -reason.points)
    return tuple([*floors, *(reason for reason in weighty if reason not in floors)])
