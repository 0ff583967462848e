"""Working on a case before it is written down: one draft for each use case, which everybody who works on it may change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid, Missing
from foundation.permissions import require
from governance.economics import drafting
from governance.economics.components import plan_of
from governance.economics.models import Case, CaseDraft, Snapshot
from governance.economics.permissions.cases import may_write
from governance.economics.plan import Line, Plan
from governance.economics.plan.reading import Reader
from governance.economics.plan.written import read_plan
from governance.economics.selectors.cases import current_snapshot
from governance.economics.services.cases import SOME_WRONG, correct_currency, open_case, refuse_problems, write_snapshot
from governance.economics.shipped import in_words, line_template
from governance.usecases.models import UseCase

BEGUN = audit.kind("economics.draft.begun", _("Draft of costs and benefits begun"))
FRAMED = audit.kind("economics.draft.framed", _("Frame of the draft changed"))
LINE_ADDED = audit.kind("economics.draft.line_added", _("Line added to the draft"))
LINE_CHANGED = audit.kind("economics.draft.line_changed", _("Line of the draft changed"))
LINE_MOVED = audit.kind("economics.draft.line_moved", _("Line of the draft moved"))
LINE_REMOVED = audit.kind("economics.draft.line_removed", _("Line taken out of the draft"))
CHANGED = audit.kind("economics.draft.changed", _("Draft of costs and benefits changed"))
DISCARDED = audit.kind("economics.draft.discarded", _("Draft of costs and benefits discarded"))

RATES_FIRST = _("Take the exchange rates out first: they say what other currencies are in the present one.")
BEGUN_ALREADY = _("There is a draft already. Go on with that one.")
# What all lines share. The currency is the case's own and has a rule of its own: `cases.correct_currency`.
FRAME = (
    "period", "horizon", "prices", "discount", "inflation", "mid_period", "finance_rate", "reinvestment_rate", "tolerance",
)  # fmt: skip
Change = Callable[[Plan], Plan]


def begin_draft(
    *,
    actor: Actor,
    use_case: UseCase,
    currency: str = "",
    frame: Mapping[str, Any] | None = None,
    templates: Sequence[str] = (),
) -> CaseDraft:
    """Begin to change the case: from its newest snapshot, or where there is none from nothing.

    `currency` is needed the first time. `frame` holds fields of a plan named in FRAME. `templates` are keys of lines that ship: each
    begins a line of which nobody has said yet what it costs or brings.
    Raises NotAllowed; Invalid for a currency, field or template that there is not; Conflict when there is a draft already, or the
    case is kept in another currency.
    """
    require(may_write(actor, use_case))
    _check_names(frame or {}, templates)
    try:
        with transaction.atomic():
            case = open_case(actor, use_case, currency)
            current = current_snapshot(use_case)
            if CaseDraft.objects.filter(case=case).exists():
                raise Conflict(BEGUN_ALREADY, code="economics.draft.exists")
            plan = plan_of(current) if current else drafting.blank_plan(case.currency)
            plan = replace(plan, **(frame or {}))
            for key in templates:
                plan = drafting.with_line(plan, _empty_line(plan, key))
            draft = CaseDraft(case=case, based_on=current.number if current else 0)
            _save(actor, draft, plan)
            audit.record(actor, BEGUN, case, _facts(draft, {"based_on": draft.based_on}))
    except IntegrityError as error:
        raise Conflict(BEGUN_ALREADY, code="economics.draft.exists") from error
    return draft


def set_frame(*, actor: Actor, draft: CaseDraft, revision: int, frame: Mapping[str, Any]) -> CaseDraft:
    """Change what all lines share: `frame` holds fields of a plan named in FRAME, and perhaps `currency`.

    Raises NotAllowed; Invalid for fields that there are not; Conflict when somebody changed the draft meanwhile, and for another
    currency when a version says amounts in the one there is, or exchange rates say what others are in it.
    """
    _check_names({name: value for name, value in frame.items() if name != "currency"}, ())
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        changed = replace(plan, **frame)
        if changed.currency != plan.currency:
            if plan.exchange:
                raise Conflict(RATES_FIRST, code="economics.currency_rates")
            correct_currency(actor, _case_locked(row), changed.currency)
        if changed != plan:
            _save(actor, row, changed)
            audit.record(actor, FRAMED, row.case, _facts(row, {"fields": _differing(changed, plan)}))
    return row


def add_line(*, actor: Actor, draft: CaseDraft, revision: int, line: Line) -> CaseDraft:
    """Put in one more line. Raises NotAllowed; Invalid for a key that is taken; Conflict when somebody changed the draft meanwhile."""
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        if any(other.key == line.key for other in plan.lines):
            why = _("“%(value)s” is there already. Give each a key of its own.") % {"value": line.key}
            raise Invalid(SOME_WRONG, errors=[FieldError("key", "duplicate", why)])
        _save(actor, row, drafting.with_line(plan, line))
        audit.record(actor, LINE_ADDED, row.case, _facts(row, {"line": line.key}))
    return row


def change_line(*, actor: Actor, draft: CaseDraft, revision: int, key: str, line: Line) -> CaseDraft:
    """Put another line in the place of one; it keeps the key. The same one changes nothing.

    Raises NotAllowed; Missing for a line that there is not; Conflict when somebody changed the draft meanwhile.
    """
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        before = _line(plan, key)
        line = replace(line, key=key)
        if line != before:
            _save(actor, row, drafting.with_changed(plan, key, line))
            audit.record(actor, LINE_CHANGED, row.case, _facts(row, {"line": key, "fields": _differing(line, before)}))
    return row


def move_line(*, actor: Actor, draft: CaseDraft, revision: int, key: str, by: int) -> CaseDraft:
    """Move a line up (negative) or down among those of its kind. Raises as `change_line` does."""
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        _line(plan, key)
        moved = drafting.with_moved(plan, key, by)
        if moved != plan:
            _save(actor, row, moved)
            audit.record(actor, LINE_MOVED, row.case, _facts(row, {"line": key, "by": by}))
    return row


def remove_line(*, actor: Actor, draft: CaseDraft, revision: int, key: str) -> CaseDraft:
    """Take a line out, with what scenarios say of it. Raises as `change_line` does."""
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        _line(plan, key)
        _save(actor, row, drafting.without_line(plan, key))
        audit.record(actor, LINE_REMOVED, row.case, _facts(row, {"line": key}))
    return row


def change_draft(*, actor: Actor, draft: CaseDraft, revision: int, part: str, change: Change) -> CaseDraft:
    """Change another part of the draft, such as its scenarios or rates: `change` takes the plan and gives the one in its place.

    `part` says to readers of the log what it was. Raises NotAllowed; Conflict when somebody changed the draft meanwhile.
    """
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        changed = change(plan)
        if changed != plan:
            _save(actor, row, changed)
            audit.record(actor, CHANGED, row.case, _facts(row, {"part": part, "fields": _differing(changed, plan)}))
    return row


def put_draft(*, actor: Actor, use_case: UseCase, plan: Mapping[str, Any], revision: int | None) -> CaseDraft:
    """Put a whole plan in the place of the draft; without `revision` begin one with it.

    It may be wrong as a whole, but each value must be readable. Raises NotAllowed; Invalid with the path of each that is not;
    Conflict when it is kept in another currency, when somebody changed the draft meanwhile, or when there is (not) one.
    """
    require(may_write(actor, use_case))
    reader = Reader()
    wanted = read_plan(plan, reader)
    refuse_problems(reader.problems)
    with transaction.atomic():
        if revision is None:
            draft = begin_draft(actor=actor, use_case=use_case, currency=wanted.currency)
            revision = draft.revision
        else:
            # First, as whoever writes it down does: the case comes after it.
            draft, _plan = _locked(actor, _draft(use_case), revision)
        if wanted.currency != draft.case.currency:
            correct_currency(actor, _case_locked(draft), wanted.currency)
        return change_draft(actor=actor, draft=draft, revision=revision, part="plan", change=lambda _plan: wanted)


def discard_draft(*, actor: Actor, draft: CaseDraft, revision: int) -> Case:
    """Throw the draft away; the case stays as it was last written down. Raises as `change_draft` does."""
    with transaction.atomic():
        row, _plan = _locked(actor, draft, revision)
        audit.record(actor, DISCARDED, row.case, _facts(row, {}))
        row.delete()
    return row.case


def write_down(*, actor: Actor, draft: CaseDraft, revision: int, note: str = "", based_on: int | None = None) -> Snapshot:
    """Write the draft down as a new snapshot; from then on there is none.

    `based_on` is the number of the snapshot that the actor has seen (the one the draft began with). All who changed the draft are
    its authors. Raises NotAllowed; Invalid with every problem; Conflict when the draft or the case was changed meanwhile.
    """
    with transaction.atomic():
        row, plan = _locked(actor, draft, revision)
        refuse_problems(drafting.looked_at(plan).problems)
        snapshot = write_snapshot(
            actor=actor,
            use_case=row.case.use_case,
            plan=plan,
            note=note,
            based_on=row.based_on if based_on is None else based_on,
            authors=row.editors,
        )
        row.delete()
    return snapshot


# Their common steps ---------------------------------------------------------------------------------------------------------


def _locked(actor: Actor, draft: CaseDraft, revision: int) -> tuple[CaseDraft, Plan]:
    """The draft as it is now, locked, if it is still the one that the actor saw. Raises NotAllowed, Missing, Conflict."""
    require(may_write(actor, draft.case.use_case))
    row: CaseDraft | None = (
        CaseDraft.objects.select_for_update(of=("self",))
        .select_related("case__use_case", "edited_by")
        .filter(pk=draft.pk)
        .first()
    )
    if row is None:
        raise Missing(_("This draft was written down or discarded meanwhile."), code="economics.draft.gone")
    if row.revision != revision:
        raise Conflict(
            _("Somebody changed the draft meanwhile."), code="economics.draft.changed", extra={"revision": row.revision}
        )
    return row, drafting.as_plan(row.plan)


def _case_locked(row: CaseDraft) -> Case:
    """The case of a draft, locked: a version that is written meanwhile settles its currency."""
    case: Case = Case.objects.select_for_update(of=("self",)).select_related("use_case").get(pk=row.case_id)
    row.case = case
    return case


def _save(actor: Actor, row: CaseDraft, plan: Plan) -> None:
    row.plan, row.edited_by, row.edited_at = drafting.as_stored(plan), actor.user, clock.now()
    row.editors = _editors(actor, row.editors)
    if row._state.adding:
        row.save(force_insert=True)
    else:
        row.revision += 1
        row.save(update_fields=["plan", "edited_by", "edited_at", "editors", "revision"])


def _editors(actor: Actor, known: Sequence[str]) -> list[str]:
    return sorted({*known, actor.user.public_id}) if actor.user else list(known)


def _facts(row: CaseDraft, more: Mapping[str, Any]) -> dict[str, Any]:
    """What the log says of each change. The draft itself goes away, so it is the case that the event tells of."""
    return {"revision": row.revision, "draft": digest(row.plan), **more}


def _draft(use_case: UseCase) -> CaseDraft:
    row: CaseDraft | None = CaseDraft.objects.select_related("case__use_case").filter(case__use_case=use_case).first()
    if row is None:
        raise Missing(_("This draft was written down or discarded meanwhile."), code="economics.draft.gone")
    return row


def _line(plan: Plan, key: str) -> Line:
    try:
        return drafting.line_in(plan, key)
    except drafting.NoSuchLine as error:
        raise Missing(_("There is no such line in the draft any more."), code="economics.draft.no_line") from error


def _empty_line(plan: Plan, key: str) -> Line:
    """A line as the template has it, without figures."""
    template = line_template(key)
    if template is None:
        raise ValueError(key)  # `_check_names` has looked
    language = get_language() or "en"
    places = {"now": 0, "first": min(1, plan.horizon), "last": plan.horizon}
    return Line(
        key=drafting.free_key(key, (line.key for line in plan.lines)),
        title=in_words(template.title, language),
        kind=template.kind,
        quantity=Decimal(0),
        unit=in_words(template.unit, language),
        unit_price=Decimal(0),
        from_period=places[template.starts],
        to_period=places[template.ends],
        every=template.every,
        category=template.category,
    )


def _check_names(frame: Mapping[str, Any], templates: Sequence[str]) -> None:
    wrong = [FieldError(name, "unknown", _("There is no such field.")) for name in sorted(set(frame) - set(FRAME))]
    wrong += [
        FieldError("templates", "unknown", _("There is no line “%(value)s” to begin with.") % {"value": key})
        for key in templates
        if line_template(key) is None
    ]
    if wrong:
        raise Invalid(SOME_WRONG, errors=wrong)


def _differing(one: Any, other: Any) -> list[str]:
    """The names of the fields in which two values of a plan differ."""
    return [name for name in one.__dataclass_fields__ if getattr(one, name) != getattr(other, name)]
