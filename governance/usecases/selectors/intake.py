"""What an import would do: each row held against the register, before anything is written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Max, Q

from foundation.actor import Actor
from foundation.canonical import digest
from governance.people.models import User
from governance.usecases.intake.draft import Draft, Problem
from governance.usecases.intake.mapping import Mapping as ColumnMapping
from governance.usecases.intake.rows import defines, drafts
from governance.usecases.intake.table import Note, Table
from governance.usecases.likeness import Titles
from governance.usecases.models import Definition, Import, ImportRow, ImportRun, InventoryEntry, UseCase

Outcome = ImportRow.Outcome
MANY = 500  # keys that are asked for by name; for more the whole list is read


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one row: `content` is what `define` takes, or None where no version is written; `title` and `kind` where they change."""

    draft: Draft
    outcome: Outcome
    use_case: UseCase | None = None
    entry: InventoryEntry | None = None
    content: Mapping[str, Any] | None = None
    based_on: int = 0
    title: str | None = None
    kind: str | None = None
    problems: tuple[Problem, ...] = ()
    people: Mapping[str, User] = field(default_factory=dict)


def planned(actor: Actor, table: Table, mapping: ColumnMapping, *, inventory: str) -> tuple[list[Planned], list[Note]]:
    """Every row with what would become of it. A constant number of queries, and nothing written."""
    found, notes = drafts(table, mapping)
    register = Register(actor, found, inventory=inventory)
    return _told_of_near(actor, _once_each([register.planned(draft) for draft in found])), notes


class Register:
    """What the rows of a list meet: the entries of that list, use cases by slug, their definitions, and people. Read once."""

    def __init__(self, actor: Actor, found: Sequence[Draft], *, inventory: str) -> None:
        self.actor = actor
        self.entries = _entries(inventory, [draft.key for draft in found])
        self.by_slug = {row.slug: row for row in UseCase.objects.filter(slug__in={draft.slug for draft in found if draft.slug})}
        self.visible = _visible(actor, [*self.by_slug.values(), *(entry.use_case for entry in self.entries.values())])
        self.current = _definitions(found, self.entries, self.by_slug)
        self.people = _people(found)

    def planned(self, draft: Draft) -> Planned:
        """What becomes of one row."""
        if not draft.is_good:
            return Planned(draft, Outcome.ERROR, problems=draft.problems)
        if any(problem.code == "repeated" for problem in draft.problems):
            return Planned(draft, Outcome.LEFT_OUT, problems=draft.problems)
        entry = self.entries.get(draft.key)
        met = entry.use_case if entry else self.by_slug.get(draft.slug) if draft.slug else None
        if met is None:
            return self._new(draft)
        if met.pk not in self.visible:
            return _refused(draft, Problem("error", "slug_taken", params={"value": met.slug}))
        if entry is not None and entry.row_digest == draft.digest:
            return Planned(draft, Outcome.SAME, met, entry, problems=draft.problems)
        return self._met(draft, met, entry)

    def _new(self, draft: Draft) -> Planned:
        content = {"business_problem": "", "ml_problem": "", **draft.filled, **draft.said} if defines(draft) else None
        people, unknown = self._people_of(draft)
        return Planned(
            draft,
            Outcome.NEW,
            content=content,
            title=draft.title,
            kind=draft.kind or None,
            problems=(*draft.problems, *unknown),
            people=people,
        )

    def _met(self, draft: Draft, met: UseCase, entry: InventoryEntry | None) -> Planned:
        """A row about a use case that is there: what it says is put over what stands, and what it does not say stays."""
        current = self.current.get(met.pk)
        body = current.body() if current else {}
        problems = list(draft.problems)
        if draft.slug and draft.slug != met.slug:
            problems.append(Problem("warning", "slug_stays", params={"value": met.slug}))
        title = draft.title if draft.title != met.title else None
        kind = draft.kind if draft.kind and draft.kind != met.kind else None
        content = _merged(draft, body) if defines(draft) or current else None
        changed = _changed(body, content) if content is not None else []
        if not changed:
            content = None
        if content is not None and current is not None:
            if current.approval:
                problems.append(Problem("warning", "was_signed", params={"number": str(current.number)}))
            if entry is not None and current.number != entry.definition:
                problems.append(Problem("warning", "written_meanwhile", params={"number": str(current.number)}))
        changed = [name for name, new in (("title", title), ("kind", kind)) if new is not None] + changed
        if not changed:
            return Planned(draft, Outcome.SAME, met, entry, problems=tuple(problems))
        problems.append(Problem("warning", "changes", params={"fields": ",".join(changed)}))
        number = current.number if current else 0
        return Planned(draft, Outcome.CHANGED, met, entry, content, number, title, kind, tuple(problems))

    def _people_of(self, draft: Draft) -> tuple[dict[str, User], list[Problem]]:
        known: dict[str, User] = {}
        unknown = []
        for role, text in draft.people.items():
            accounts = self.people.get(text.casefold(), [])
            if len(accounts) == 1:
                known[role] = accounts[0]
            else:
                code = "several_people" if accounts else "unknown_person"
                unknown.append(Problem("warning", code, params={"value": text[:120], "role": role}))
        return known, unknown


def _refused(draft: Draft, problem: Problem) -> Planned:
    return Planned(draft, Outcome.ERROR, problems=(*draft.problems, problem))


def _entries(inventory: str, keys: Sequence[str]) -> dict[str, InventoryEntry]:
    rows = InventoryEntry.objects.filter(inventory=inventory).select_related("use_case")
    return {row.key: row for row in (rows.filter(key__in=keys) if len(keys) <= MANY else rows)}


def _visible(actor: Actor, rows: Sequence[UseCase]) -> set[int]:
    seen = UseCase.objects.visible_to(actor)
    pks = {row.pk for row in rows}
    return set((seen.filter(pk__in=pks) if len(pks) <= MANY else seen).values_list("pk", flat=True)) if pks else set()


def _definitions(
    found: Sequence[Draft], entries: Mapping[str, InventoryEntry], by_slug: Mapping[str, UseCase]
) -> dict[int, Definition]:
    """The newest definitions of the use cases that rows differ from, with their KPIs. Two queries."""
    pks = set()
    for draft in found:
        entry = entries.get(draft.key)
        if entry is not None and entry.row_digest != draft.digest:
            pks.add(entry.use_case_id)
        elif entry is None and draft.slug in by_slug:
            pks.add(by_slug[draft.slug].pk)
    if not pks:
        return {}
    newest = Definition.objects.filter(use_case__in=pks).values("use_case").annotate(newest=Max("pk")).values("newest")
    return {row.use_case_id: row for row in Definition.objects.filter(pk__in=newest).prefetch_related("kpis")}


def _people(found: Iterable[Draft]) -> dict[str, list[User]]:
    """Accounts by what rows call them: user name, address or full name. One query."""
    wanted = {text for draft in found for text in draft.people.values()}
    if not wanted:
        return {}
    by_name: dict[str, list[User]] = defaultdict(list)
    folded = {text.casefold() for text in wanted}
    for user in User.objects.active().order_by("pk").only("username", "name", "email", "public_id", "is_active"):
        for called in {user.username.casefold(), user.email.casefold(), user.name.casefold()} & folded:
            by_name[called].append(user)
    return by_name


def _merged(draft: Draft, body: Mapping[str, Any]) -> dict[str, Any]:
    """The definition as the row would have it: everything `define` takes."""
    merged = {**body, **{name: text for name, text in draft.filled.items() if not body.get(name)}, **draft.said}
    merged["kpis"] = _merged_kpis(body.get("kpis", ()), draft.said.get("kpis", ()))
    merged.setdefault("business_problem", "")
    merged.setdefault("ml_problem", "")
    return merged


def _merged_kpis(standing: Iterable[Mapping[str, Any]], said: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """KPIs by name: those of the row over those that stand, in their order; new ones last."""
    found = {kpi["name"]: dict(kpi) for kpi in standing}
    for kpi in said:
        found[kpi["name"]] = {**found.get(kpi["name"], {}), **{name: value for name, value in kpi.items() if value != ""}}
    return list(found.values())


def _changed(body: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    """The names of the fields in which two definitions differ."""
    return [
        name
        for name in content
        if digest(_comparable(name, content[name])) != digest(_comparable(name, body.get(name) or type(content[name])()))
    ]


def _comparable(name: str, value: Any) -> Any:
    if name != "kpis":
        return value
    return [{key: told for key, told in kpi.items() if told not in ("", None)} for kpi in value]


def _once_each(rows: list[Planned]) -> list[Planned]:
    """No use case is changed by two rows."""
    count = Counter(row.use_case.pk for row in rows if row.use_case is not None and row.outcome != Outcome.LEFT_OUT)
    slugs = Counter(row.draft.slug for row in rows if row.outcome == Outcome.NEW and row.draft.slug)
    doubled = {pk for pk, times in count.items() if times > 1}
    said = []
    for row in rows:
        if row.use_case is not None and row.use_case.pk in doubled:
            row = _refused(row.draft, Problem("error", "same_use_case", params={"value": row.use_case.slug}))
        elif row.outcome == Outcome.NEW and slugs[row.draft.slug] > 1:
            row = _refused(row.draft, Problem("error", "same_use_case", params={"value": row.draft.slug}))
        said.append(row)
    return said


def _told_of_near(actor: Actor, rows: list[Planned]) -> list[Planned]:
    """New rows with a title that is near another: of a use case that is there, or of a row before. Shown, never refused."""
    new = [row for row in rows if row.outcome == Outcome.NEW]
    if not new:
        return rows
    there = {f"uc:{slug}": title for slug, title in UseCase.objects.visible_to(actor).values_list("slug", "title")}
    titles = Titles({**there, **{f"row:{row.draft.number}": row.draft.title for row in new}})
    said = []
    for row in rows:
        own = f"row:{row.draft.number}"
        near = titles.near(row.draft.title, but=own) if row.outcome == Outcome.NEW else None
        if near is not None:
            name, told = near
            what, _colon, which = name.partition(":")
            params = {"words": ", ".join(told.shared.get("title", ())[:6])}
            problem = (
                Problem("warning", "near_row", params={"row": which, **params})
                if what == "row"
                else Problem("warning", "near", params={"slug": which, "title": there[name], **params})
            )
            row = replace(row, problems=(*row.problems, problem))
        said.append(row)
    return said


def counts_of(rows: Iterable[Planned]) -> dict[str, int]:
    """How many rows come to what; `flagged` are those with something to say that is no error."""
    count = Counter(str(row.outcome) for row in rows)
    return {**{str(outcome): count.get(str(outcome), 0) for outcome in Outcome}}


def remembered(actor: Actor, columns_digest: str) -> ImportRun | None:
    """The newest run over a file with the same columns: what somebody made of them then is a good beginning now."""
    runs = ImportRun.objects.visible_to(actor).filter(upload__columns_digest=columns_digest)
    return runs.order_by("-pk").first()


def newest_runs(uploads: Iterable[Import]) -> dict[int, ImportRun]:
    """The newest run of each upload, by its primary key. One query."""
    return {run.upload_id: run for run in ImportRun.objects.filter(upload__in=list(uploads)).order_by("pk")}


def carried_out(checked: ImportRun) -> ImportRun | None:
    """The import that followed a dry run, if any did."""
    return ImportRun.objects.filter(based_on=checked).first() if checked.is_dry else None


def rows_of(run: ImportRun, show: str = "") -> Any:
    """The rows of a run; `show` is an outcome, or `flagged` for those with something to say."""
    rows = ImportRow.objects.filter(run=run).select_related("use_case")
    if show == "flagged":
        return rows.filter(Q(is_flagged=True) | Q(outcome=Outcome.ERROR))
    return rows.filter(outcome=show) if show in Outcome.values else rows
