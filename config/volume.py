"""Synthetic volume: as much as a large house has, to measure with. Marked wherever it can be read, and of use for nothing else.

This is the one place that writes rows without their services, many at a time. What the services promise is kept all the same: each row
has the event its service would have recorded, made by the same function and with the digest of the same state, and its search entry;
append-only triggers stay where they are, for nothing is ever changed. `verify_audit` finds the log intact.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, models, transaction

from foundation import actor as actors
from foundation import audit, clock, search
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict
from foundation.models import AuditEvent, AuditPersonal, PublicIdModel, SearchEntry
from governance.dictionary import services as dictionary
from governance.dictionary.elements import as_mapping, content_digest, read_element
from governance.dictionary.legend.keys import legend_key
from governance.dictionary.models import Binding, DataElement, Dataset, Dictionary, ElementVersion
from governance.dictionary.services.approval import VERSION_APPROVED
from governance.dictionary.services.bindings import BOUND
from governance.dictionary.services.datasets import NAMED
from governance.dictionary.services.elements import ELEMENT_ADDED
from governance.people.models import RoleGrant, Team, User
from governance.people.services import accounts, roles, teams
from governance.usecases import services as usecases
from governance.usecases.models import Definition, Kpi, StageMove, UseCase
from governance.usecases.selectors.stages import shipped_lifecycle
from governance.usecases.services import stages

MARK = "volume-"  # how every slug and user name of it begins
BATCH = 1000
USERS, TEAMS = 200, 20
COLUMNS_OF_A_DATASET = 200
COLUMNS_OF_AN_ELEMENT = 4
ELEMENTS_OF_A_DICTIONARY = 250

SUBJECTS = (
    "Customer churn", "Invoice fraud", "Credit default", "Delivery delay", "Spare part demand", "Energy load", "Claim triage",
    "Ticket routing", "Price elasticity", "Machine failure", "Document sorting", "Staff planning", "Returns", "Leakage", "Basket",
    "客户流失", "发票欺诈", "信用违约", "交付延迟", "备件需求", "能源负荷", "理赔分诊", "设备故障",
)  # fmt: skip
AIMS = ("prediction", "detection", "forecast", "scoring", "ranking", "early warning", "预测", "检测", "评分")
PLACES = ("north", "south", "retail", "wholesale", "Germany", "France", "Asia", "online", "华东", "华南")
PROBLEMS = (
    "We learn too late and act on too many cases that were fine.",
    "Planners decide by hand, from lists that are a week old.",
    "Costs rose by a fifth within a year and nobody can say where.",
    "人工判断太慢，而且标准不一。",
)
COLUMNS = (
    "customer_id",
    "signup_date",
    "tenure_days",
    "amount",
    "currency",
    "status",
    "region",
    "channel",
    "score",
    "created_at",
)


class Real(Conflict):
    """There is something in the database that people recorded."""

    default_code = "volume.real"


@dataclass(slots=True)
class Kept:
    """What is collected before it is written."""

    events: list[AuditEvent] = field(default_factory=list)
    personal: list[AuditPersonal] = field(default_factory=list)
    entries: list[SearchEntry] = field(default_factory=list)


def load(*, use_cases: int, columns: int, events: int, force: bool = False, seed: int = 4) -> dict[str, int]:
    """Write so many use cases, bound columns and further events; how many rows of each kind there are now of this.

    Running it again adds more. Raises Real when people have recorded something here, unless forced: nothing of it can be taken away.
    """
    if not force and UseCase.objects.exclude(slug__startswith=MARK).exists():
        raise Real(
            "This database holds use cases that people recorded, and what is loaded can never be taken out again. "
            "Use a database of its own, or say --force."
        )
    loading = _Loading(random.Random(seed), actors.system("synthetic volume"))  # noqa: S311 - it draws words, not secrets
    loading.people()
    loading.use_cases(use_cases)
    loading.columns(columns)
    loading.events(events)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return {
        "use cases": UseCase.objects.filter(slug__startswith=MARK).count(),
        "columns": Binding.objects.filter(team__slug__startswith=MARK).count(),
        "events": AuditEvent.objects.filter(actor_id=loading.actor.id).count(),
    }


class _Loading:
    def __init__(self, draw: random.Random, actor: Actor) -> None:
        self.draw, self.actor = draw, actor
        self.begins = clock.now() - timedelta(days=365)
        self.ticks = count(1)

    def time(self) -> datetime:
        """The next moment of the story: a year that ends before now, however much is told."""
        return self.begins + timedelta(seconds=next(self.ticks))

    # People and teams: few, so their services write them ---------------------------------------------------------------

    def people(self) -> None:
        for at in range(USERS):
            name = f"{MARK}{at:03}"
            if not User.objects.filter(username=name).exists():
                accounts.create_user(
                    actor=self.actor, username=name, name=f"Synthetic person {at:03}", email=f"{name}@example.invalid", password=None
                )  # fmt: skip
        for at in range(TEAMS):
            if not Team.objects.filter(slug=f"{MARK}{at:02}").exists():
                teams.create_team(actor=self.actor, slug=f"{MARK}{at:02}", title=f"Synthetic team {at:02}")
        self.users = list(User.objects.filter(username__startswith=MARK).order_by("pk"))
        self.teams = list(Team.objects.filter(slug__startswith=MARK).order_by("pk"))

    # Use cases ----------------------------------------------------------------------------------------------------------

    def use_cases(self, wanted: int) -> None:
        there = UseCase.objects.filter(slug__startswith=MARK).count()
        for numbers in _pieces(there, wanted):
            kept = Kept()
            cases = [self._use_case(number, kept) for number in numbers]
            with transaction.atomic():
                UseCase.objects.bulk_create(cases)
                parts = [self._parts(case, kept) for case in cases]
                Definition.objects.bulk_create([part[0] for part in parts])
                Kpi.objects.bulk_create([kpi for part in parts for kpi in part[1]])
                for definition, kpis, *_rest in parts:  # now that there is something their children can hang on
                    _at_hand(definition, "kpis", kpis)
                    data = {"number": 1, "digest": definition.digest}
                    self.tell(kept, usecases.DEFINED, definition, definition.created_at, data)
                RoleGrant.objects.bulk_create([grant for part in parts for grant in part[2]])
                StageMove.objects.bulk_create([part[3] for part in parts if part[3] is not None])
                _write(kept)

    def _use_case(self, number: int, kept: Kept) -> UseCase:
        at = self.time()
        words = [self.draw.choice(SUBJECTS), self.draw.choice(AIMS), self.draw.choice(PLACES)]
        row = UseCase(
            slug=f"{MARK}{number:06}",
            title=f"{' '.join(words)} {number} (synthetic)",
            kind=self.draw.choice(UseCase.Kind.values),
            created_at=at,
        )
        rules = shipped_lifecycle().lifecycle
        if self.draw.random() < 0.7:
            row.stage, row.stage_since = self.draw.choice(rules.stages[1:]).key, at + timedelta(hours=1)
        self.tell(kept, usecases.OPENED, row, at, {"slug": row.slug, "kind": row.kind}, title=row.title)
        return row

    def _parts(self, case: UseCase, kept: Kept) -> tuple[Definition, list[Kpi], list[RoleGrant], StageMove | None]:
        at = self.time()
        definition = Definition(
            use_case=case,
            number=1,
            business_problem=f"{self.draw.choice(PROBLEMS)} {self.draw.choice(PROBLEMS)}",
            ml_problem=f"{case.title}: a score for each case, once a day.",
            affected=self.draw.choice(PLACES),
            risk_tier=self.draw.choice(["", *Definition.RiskTier.values]),
            created_at=at,
        )
        kpis = [
            Kpi(definition=definition, position=0, name="Cases found", unit="%", baseline=Decimal(40), target=Decimal(70)),
            Kpi(definition=definition, position=1, name="Cost of a case", unit="EUR", direction="down", target=Decimal(12)),
        ]
        definition.digest = digest(definition.body(kpis))
        lead, owner = self.draw.sample(self.users, 2)
        grants = [
            RoleGrant(user=user, role=role, scope=case.public_id, starts_at=at, reason="Synthetic volume")
            for user, role in ((lead, "project_lead"), (owner, "business_owner"))
        ]
        for grant in grants:
            self.tell(kept, roles.ROLE_GRANTED, grant, at, {"role": grant.role, "user": grant.user.public_id})
        return definition, kpis, grants, self._move(case, kept)

    def _move(self, case: UseCase, kept: Kept) -> StageMove | None:
        if not case.stage or case.stage_since is None:
            return None
        rules = shipped_lifecycle()
        row = StageMove(
            use_case=case,
            number=1,
            from_stage=rules.lifecycle.stages[0].key,
            to_stage=case.stage,
            back=False,
            reason="Synthetic volume: nothing was asked.",
            lifecycle=rules.number,
            lifecycle_digest=rules.lifecycle.digest,
            created_at=case.stage_since,
        )
        data = {"from": row.from_stage, "to": row.to_stage, "back": False, "number": 1}
        self.tell(kept, stages.MOVED, row, case.stage_since, data, reason=row.reason)
        return row

    # Columns ------------------------------------------------------------------------------------------------------------

    def columns(self, wanted: int) -> None:
        there = Binding.objects.filter(team__slug__startswith=MARK).count()
        number = DataElement.objects.filter(dictionary__slug__startswith=MARK).count()
        for some in _pieces(there, wanted):
            kept = Kept()
            with transaction.atomic():
                elements = []
                for _element in range(-(-len(some) // COLUMNS_OF_AN_ELEMENT)):
                    elements.append(self._element(number, kept))
                    number += 1
                DataElement.objects.bulk_create(elements)
                ElementVersion.objects.bulk_create([self._version(element, kept) for element in elements])
                sets = self._datasets(some, kept)
                Binding.objects.bulk_create(
                    [self._binding(elements[at // COLUMNS_OF_AN_ELEMENT], sets, column, kept) for at, column in enumerate(some)]
                )
                _write(kept)

    def _element(self, number: int, kept: Kept) -> DataElement:
        at, name = self.time(), self.draw.choice(COLUMNS)
        dictionary = self._dictionary(number // ELEMENTS_OF_A_DICTIONARY)
        row = DataElement(
            dictionary=dictionary,
            key=f"{name}_{number}",
            legend=legend_key(dictionary.slug, f"{name}_{number}"),
            name=f"{name.replace('_', ' ').capitalize()} {number}",
            created_at=at,
        )
        self.tell(kept, ELEMENT_ADDED, row, at, {"key": row.key})
        return row

    def _dictionary(self, number: int) -> Dictionary:
        slug = f"{MARK}{number:03}"
        found = Dictionary.objects.filter(slug=slug).first()
        return found or dictionary.create_dictionary(actor=self.actor, slug=slug, title=f"Synthetic dictionary {number}")

    def _version(self, element: DataElement, kept: Kept) -> ElementVersion:
        at = self.time()
        definition = f"{element.name}, as the source system has it. {self.draw.choice(PROBLEMS)}"
        value, problems = read_element(
            {"key": element.key, "name": element.name, "definition": definition, "logical_type": "string"}
        )
        if value is None:
            raise AssertionError(f"a synthetic element is wrong: {problems}")
        row = ElementVersion(
            element=element,
            number=1,
            said={name: item for name, item in as_mapping(value).items() if name != "key"},
            digest=content_digest(value),
            name=value.name,
            definition=definition,
            logical_type="string",
            semver="1.0.0",
            created_at=at,
            approved_at=at,
            approval=MARK.strip("-"),  # nobody decided: as everything here, it is marked
        )
        row.reads_as = row.digest
        self.tell(kept, VERSION_APPROVED, row, at, {"number": 1, "digest": row.digest})
        return row

    def _datasets(self, columns: Sequence[int], kept: Kept) -> dict[str, Dataset]:
        """The data sets of these columns; those that are not there yet are made."""
        names = {_dataset_of(column) for column in columns}
        found = {row.name: row for row in Dataset.objects.filter(name__in=names)}
        made = [Dataset(name=name, created_at=self.time()) for name in sorted(names - found.keys())]
        for row in made:
            self.tell(kept, NAMED, row, row.created_at, {"name": row.name})
        Dataset.objects.bulk_create(made)
        return {**found, **{row.name: row for row in made}}

    def _binding(self, element: DataElement, sets: dict[str, Dataset], number: int, kept: Kept) -> Binding:
        at = self.time()
        row = Binding(
            element=element,
            team=self.draw.choice(self.teams),
            dataset=sets[_dataset_of(number)],
            column=f"column_{number}",
            starts_at=at,
        )
        self.tell(kept, BOUND, row, at, {"dataset": row.dataset.name, "column": row.column})
        return row

    # Events -------------------------------------------------------------------------------------------------------------

    def events(self, wanted: int) -> None:
        """Further events of the use cases, which change nothing: each says the state its use case is in."""
        cases = list(UseCase.objects.filter(slug__startswith=MARK).order_by("pk"))
        for some in _pieces(0, wanted if cases else 0):
            kept = Kept()
            for _event in some:
                row = self.draw.choice(cases)
                self.tell(kept, usecases.CHANGED, row, self.time(), {"kind": row.kind}, found=False)
            with transaction.atomic():
                _write(kept)

    def tell(
        self,
        kept: Kept,
        what: Any,
        row: PublicIdModel,
        at: datetime,
        data: dict[str, Any],
        *,
        found: bool = True,
        **personal: str,
    ) -> None:
        """The event that the row's service would record, and the row's search entry."""
        event, values = audit.event_of(self.actor, what, row, {**data, "synthetic": True}, personal=personal, at=at)
        kept.events.append(event)
        kept.personal += values
        entry = search.entry_of(row, at) if found else None
        if entry is not None:
            kept.entries.append(entry)


def _pieces(begin: int, wanted: int) -> Iterator[range]:
    """So many numbers from `begin` on, a batch at a time."""
    return (range(at, min(at + BATCH, begin + wanted)) for at in range(begin, begin + wanted, BATCH))


def _at_hand(row: models.Model, name: str, rows: Sequence[Any]) -> None:
    """Let a row know its children, as a prefetch would: its state is made of them."""
    known: Any = type(rows[0])._default_manager.all()
    known._result_cache, known._prefetch_done = list(rows), True
    row._prefetched_objects_cache = {name: known}  # type: ignore[attr-defined] # where Django keeps it


def _write(kept: Kept) -> None:
    """In the order of their times, which is the order of the log."""
    order: Iterable[AuditEvent] = sorted(kept.events, key=lambda event: event.at)
    AuditEvent.objects.bulk_create(list(order))
    for value in kept.personal:
        value.event_id = value.event.pk
    AuditPersonal.objects.bulk_create(kept.personal)
    SearchEntry.objects.bulk_create(kept.entries)


def lines(loaded: dict[str, int]) -> Iterator[str]:
    """What there is now, for people."""
    return (f"{number:>9,} {name}" for name, number in loaded.items())


def _dataset_of(column: int) -> str:
    return f"synthetic_{column // COLUMNS_OF_A_DATASET}"
