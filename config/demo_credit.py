"""Credit limits: a model that decides about people. Signatures, conditions, a deputy, a patch that is known well, a revoked approval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from approvals.models import Condition, Request
from approvals.services import ballots, decisions, requests
from config import demo_economics_case
from config.demo_cast import Cast, give_roles, pipeline, place
from config.demo_small_repository import LOCK, SmallRepository, Work, build, lock_of
from config.demo_time import Past, Story
from config.demo_words import Said, again, answers, ask, look, push, vote
from foundation.actor import Actor
from governance.people import services as people
from governance.usecases import services as usecases
from governance.usecases.files import write_use_case
from governance.usecases.models import Definition, UseCase
from lineage.models import ModelVersion
from lineage.services import repositories

ENVIRONMENT = "credit-decisions"
ROLES = {
    "marta": "ml_engineer",
    "wei": "data_engineer",
    "sofia": "model_validator",  # of what another team builds
    "victor": "model_validator",
    "dina": "data_governance",
    "samira": "security_reviewer",
    "bruno": "business_owner",
}


@dataclass(slots=True)
class Credit:
    """What the stories of this use case share."""

    cast: Cast
    past: Past
    use_case: UseCase = None  # type: ignore[assignment] # there from the first day on
    ci: Actor = None  # type: ignore[assignment] # likewise
    repository: SmallRepository = None  # type: ignore[assignment] # likewise

    def ask(self, model: str, number: str, gini: str, comment: str, *, work: int, trained: str = "") -> Request:
        """Push a version, built from commit number `work`, and ask for it. `trained`: as which version, if not anew."""
        return ask(self.cast["marta"], self._version(model, number, gini, work, trained), ENVIRONMENT, comment)

    def _version(self, model: str, number: str, gini: str, work: int, trained: str) -> ModelVersion:
        return push(
            self.ci,
            self.use_case,
            model,
            number,
            repository=self.repository.url,
            commit=self.repository.commits[work],
            lock=self.repository.locks[work],
            params={"bins": 12, "seed": int(trained or number)},
            metrics={"gini": gini},
            data={"credit-applications": (48_000 + 1_500 * int(trained or number), ["customer_id", "country", "income"])},
            trained=trained,
        )


def stories(kit: Credit) -> list[Story]:
    told = (opening, first_version, second_version, with_a_condition, patched, condition_met, revoked, condition_open, deputy)
    return [tell(kit) for tell in told]


def opening(kit: Credit) -> Story:
    cast, past = kit.cast, kit.past
    yield past(126, "10:15")
    kit.use_case = usecases.open_use_case(actor=cast["petra"], slug="credit-limits", title="Credit limits")
    give_roles(cast, "petra", kit.use_case.public_id, ROLES)
    definition = usecases.define(
        actor=cast["petra"],
        use_case=kit.use_case,
        business_problem="Customers wait four days for a credit limit, and two clerks who read the same file set different ones.",
        affected="Customers who ask for a limit; clerks, who decide; the ombudsman, who explains refusals.",
        ml_problem="Ordinal score of the risk not to be paid back within a year, for new and for known customers.",
        intended_use="A proposal with its three strongest reasons. A clerk decides and can depart from it.",
        limits="Never the only ground of a refusal. Not for customers under 21. No postcode, no name, no nationality.",
        risk_tier="high",
        kpis=[
            {
                "name": "Days to the answer",
                "unit": "days",
                "direction": "down",
                "baseline": Decimal(4),
                "target": Decimal(1),
                "tolerance": Decimal("0.5"),
                "how": "From the application to the letter, median; monthly, from the files.",
            }
        ],
    )
    demo_economics_case.credit(cast, kit.use_case)
    signature = requests.open_request(
        actor=cast["petra"],
        subject_type="use_case_definition",
        subject_id=definition.public_id,
        purpose="definition",
        environment=None,
        comment="Read with the ombudsman; her words are in the limits.",
    )
    yield past(124, "15:10")
    look(cast, "bruno", signature)
    yield past(124, "15:55")
    vote(cast, "bruno", signature, "business", "Agreed. The clerk decides; that has to stay.")
    yield past(123, "11:00")
    kit.repository = build(Path(place()) / "credit-limits", list(_history(past, definition)))
    row, _job = repositories.register_repository(actor=cast["marta"], use_case=kit.use_case, url=kit.repository.url)
    repositories.synchronise(repository=row)
    kit.ci, _secret = pipeline(cast, "Credit pipeline", "marta", kit.use_case.public_id)


def _history(past: Past, definition: Definition) -> Iterator[Work]:
    first = {"numpy": "2.4.6", "scikit_learn": "1.7.1", "pyyaml": "6.0.2"}
    yield Work(
        "marta",
        past(125, "14:20"),
        "Score applications with reasons",
        {"README.md": "A score and its three strongest reasons.\n", "src/score.py": "REASONS = 3\n", LOCK: lock_of(**first)},
    )
    yield Work("wei", past(124, "10:10"), "Leave the postcode out", {"src/columns.py": "LEFT_OUT = ['postcode']\n"})
    patched = {**first, "scikit_learn": "1.7.2"}
    yield Work("marta", past(124, "16:40"), "Take the patch of scikit-learn", {LOCK: lock_of(**patched)})
    both = {**patched, "pyyaml": "6.0.3"}
    words = "Say which columns a reason may name"
    yield Work("marta", past(124, "17:30"), words, {"src/reasons.py": "MAY_NAME = ['income']\n", LOCK: lock_of(**both)})
    words = "Know the public holidays before calling anybody"
    yield Work("wei", past(124, "17:50"), words, {"src/hours.py": "EVENING = 17\n", LOCK: lock_of(**both, holidays="0.86")})
    yield Work("marta", past(123, "09:30"), "Keep the definition beside the code", {"usecase.yaml": _kept(definition)})


def _kept(definition: Definition) -> str:
    """The definition as the developers remember it: two days, where the business signed one."""
    body = definition.body()
    body["kpis"] = [{**kpi, "target": Decimal(2)} for kpi in body["kpis"]]
    return "# Read by Countersign; the signed version is in the portal.\n" + write_use_case({"slug": "credit-limits", **body})


SOUND = "Stable over four quarters, and the score of a person does not jump from month to month."
FAIR = "Nobody is worse off by age or sex than with the clerks, as far as 9,000 cases can tell."
KNOWN = "Known libraries, from the index."


def _everybody(past: Past, day: int, *, sofia: str = SOUND, dina: str = FAIR) -> list[Said]:
    """The first three answers, in the days after it was asked."""
    return [
        (day - 1, "10:30", "samira", "supply", KNOWN),
        (day - 2, "14:15", "sofia", "soundness", sofia),
        (day - 4, "11:25", "dina", "fairness", dina),
    ]


def first_version(kit: Credit) -> Story:
    yield kit.past(112, "09:30")
    request = kit.ask("limit-model", "1", "0.412", "For new customers only.", work=0)
    yield from answers(
        kit.cast,
        kit.past,
        request,
        *_everybody(kit.past, 112),
        (103, "16:00", "bruno", "business", "With a clerk beside it: yes."),
    )


def second_version(kit: Credit) -> Story:
    yield kit.past(82, "13:15")
    request = kit.ask("limit-model", "2", "0.431", "Without the postcode.", work=1)
    yield from answers(
        kit.cast,
        kit.past,
        request,
        *_everybody(kit.past, 82, dina="Without the postcode the districts are closer together. Good."),
        (74, "15:30", "bruno", "business", "Agreed."),
    )


def with_a_condition(kit: Credit) -> Story:
    """The clerks had to be taught first, and were."""
    yield kit.past(57, "10:40")
    request = kit.ask("limit-model", "3", "0.436", "Known customers, too.", work=1)
    yield from answers(kit.cast, kit.past, request, *_everybody(kit.past, 57))
    yield kit.past(50, "11:00")
    look(kit.cast, "bruno", request)
    yield kit.past(50, "11:40")
    vote(
        kit.cast,
        "bruno",
        request,
        "business",
        "Yes, once the clerks know how to read the reasons.",
        condition=(
            "Every clerk of the two branches has taken the half-day course on reading the reasons.",
            kit.past(34, "18:00"),
        ),
    )
    yield kit.past(41, "09:20")
    condition = Condition.objects.get(ballot__request=request)
    evidence = "List of attendance of both branches, 34 of 34, in the learning portal (course 2207)."
    ballots.meet_condition(actor=kit.cast["bruno"], condition=condition, evidence=evidence)


def patched(kit: Credit) -> Story:
    """A patch release of one library, nothing else: security alone is asked."""
    yield kit.past(36, "08:50")
    request = kit.ask("limit-model", "4", "0.436", "scikit-learn 1.7.2 instead of 1.7.1.", work=2, trained="3")
    yield from answers(
        kit.cast, kit.past, request, (36, "14:45", "samira", "supply", "Read what changed: two fixes, no new input or output.")
    )


def condition_met(kit: Credit) -> Story:
    yield kit.past(47, "09:00")
    request = kit.ask("collections-model", "3", "0.371", "With a parser that does not run what it reads.", work=3)
    said = _everybody(kit.past, 47)
    yield from answers(kit.cast, kit.past, request, *said[:2])
    yield kit.past(43, "11:25")
    vote(
        kit.cast,
        "dina",
        request,
        "fairness",
        "Fair as far as it goes; people on parental leave are too few to tell.",
        condition=("Fifty cases of people on parental leave are read by two clerks without the score.", kit.past(33, "18:00")),
    )
    yield from answers(kit.cast, kit.past, request, (40, "16:30", "bruno", "business", "Agreed, with Dina's condition."))
    yield kit.past(37, "15:15")
    condition = Condition.objects.get(ballot__request=request)
    evidence = "Read by Ms Thiel and Mr Aydin; they depart from the score in 3 of 50, in favour of the customer in 2."
    ballots.meet_condition(actor=kit.cast["dina"], condition=condition, evidence=evidence)


def revoked(kit: Credit) -> Story:
    """Approved, and taken back when a library turned out to be what it is."""
    yield kit.past(78, "10:05")
    request = kit.ask("collections-model", "2", "0.368", "Whom to call first when an instalment is missed.", work=0)
    yield from answers(
        kit.cast,
        kit.past,
        request,
        *_everybody(kit.past, 78),
        (71, "10:00", "bruno", "business", "Agreed."),
    )
    yield kit.past(59, "17:10")
    reason = (
        "Advisory of last night: the parser of the configuration runs code that it finds in a file. Not with data from outside."
    )
    decisions.revoke(actor=kit.cast["samira"], request=again(request), reason=reason)


def condition_open(kit: Credit) -> Story:
    """In force, and only as long as somebody does in time what it depends on."""
    yield kit.past(19, "09:45")
    request = kit.ask("limit-model", "5", "0.444", "Three reasons in the customer's own language.", work=3)
    yield from answers(kit.cast, kit.past, request, *_everybody(kit.past, 19))
    yield kit.past(11, "15:30")
    look(kit.cast, "bruno", request)
    yield kit.past(11, "16:20")
    vote(
        kit.cast,
        "bruno",
        request,
        "business",
        "Yes. But the letter still speaks of points, and no customer knows what a point is.",
        condition=(
            "The letter to customers names the three reasons in plain words, and the ombudsman has read it.",
            kit.past.ahead(16),
        ),
    )


def deputy(kit: Credit) -> Story:
    """Samira is away, and Victor acts for her; so Sofia judges what Victor would have."""
    cast, past = kit.cast, kit.past
    yield past(6, "17:30")
    people.delegate(
        actor=cast["samira"],
        principal=cast.users["samira"],
        delegate=cast.users["victor"],
        role="security_reviewer",
        scope=kit.use_case.public_id,
        ends_at=past.ahead(12),
        reason="With the auditors in Basel; Victor looks after the credit models.",
    )
    yield past(5, "09:25")
    request = kit.ask("collections-model", "4", "0.379", "Calls in the evening only, as customers asked.", work=4)
    yield from answers(
        cast,
        past,
        request,
        (4, "10:50", "sofia", "soundness", SOUND),
        (4, "14:20", "dina", "fairness", FAIR),
    )
    yield past(3, "11:10")
    vote(
        cast,
        "victor",
        request,
        "supply",
        "For Samira: one library is new to us; she read it with me on the telephone.",
        on_behalf_of=cast.users["samira"],
    )
    yield past(2, "15:45")
    vote(cast, "bruno", request, "business", "Agreed.")
