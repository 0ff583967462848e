"""Many steps on one page: each with what changed and the digest that an approval would bind, and afterwards what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals import readable
from approvals.difference import compare, compare_requirements
from approvals.models import Decision, Request
from approvals.selectors.inbox import Turn, requests_with_people, turns_in
from approvals.selectors.standing import policy_of
from approvals.selectors.standings import standings_of, titles_of
from approvals.selectors.surroundings import since_each
from approvals.services.bulk import MOST, Outcome, Wanted
from approvals.showing.inbox import SEPARATOR, Line, Zone, key_of, line_of, line_title, risky_among
from approvals.wording import component_label, components_text
from foundation.actor import Actor
from foundation.errors import Missing
from governance.people.models import User
from lineage.models import ComponentBody

LONGEST_VALUE = 60
MOST_DETAILS = 3  # differences of one component that are spelled out
UNTOLD = ("code",)  # what cannot be told in a few words


@dataclass(frozen=True, slots=True)
class Change:
    """One component that the step judges and that is different from what was approved last."""

    label: str
    details: list[str]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """One step on the page for many at once. `against`: what `changes` compares with, in words; blank where nothing came before."""

    line: Line
    digest: str
    judges: str
    against: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Left:
    """What was chosen and cannot be approved here, with the reason why."""

    key: str
    title: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Chosen:
    items: list[Item]
    left: list[Left]
    beyond: int = 0  # how many more were chosen than one page takes

    @property
    def shown(self) -> dict[str, tuple[str, str]]:
        """Title and address of each, by its key."""
        here = {item.line.key: (item.line.title, item.line.url) for item in self.items}
        return here | {item.key: (item.title, item.url) for item in self.left}


# What was chosen -----------------------------------------------------------------------------------------------------


def parts_of_key(key: str) -> tuple[str, str, str]:
    """Request, step and in whose place. Raises Missing for what no page of ours gave out."""
    parts = key.split(SEPARATOR)
    if len(parts) != 3 or not parts[0] or not parts[1] or "\x00" in key:
        raise Missing(_("There is no such request, or you may not see it."))
    return parts[0], parts[1], parts[2]


def chosen_by(actor: Actor, keys: Sequence[str]) -> Chosen:
    """What these keys name, in their order. The number of queries does not grow with them."""
    known = list(dict.fromkeys(keys))
    wanted = [parts_of_key(key) for key in known[:MOST]]
    found = {row.public_id: row for row in requests_with_people(actor).filter(public_id__in={part[0] for part in wanted})}
    rows = list(found.values())
    titles = titles_of(rows)
    listed = standings_of([row for row in rows if row.state == Request.State.OPEN], titles)
    turns = {key_of(turn): turn for item in listed for turn in turns_in(item, actor)}
    asked = [turns[key] for key in known[:MOST] if key in turns and turns[key].in_bulk]
    requests = [turn.standing.request for turn in asked]
    before = since_each(requests) if requests else {}
    bases = {row.pk: _base(row, before[row.pk]) for row in requests}
    pairs = [_pairs(turn, bases[turn.standing.request.pk][0]) for turn in asked]
    bodies, zone, risky = _bodies(pairs), Zone(), risky_among(requests)
    items = [
        _item(turn, bases[turn.standing.request.pk][1], differing, bodies, line_of(turn, zone, risky))
        for turn, differing in zip(asked, pairs, strict=True)
    ]
    there = {item.line.key for item in items}
    left = [
        _left(key, found.get(part[0]), part[1], turns.get(key), titles)
        for key, part in zip(known, wanted, strict=False)
        if key not in there
    ]
    return Chosen(items, left, max(0, len(known) - MOST))


def _left(key: str, row: Request | None, name: str, turn: Turn | None, titles: Mapping[int, str]) -> Left:
    if row is None:
        return Left(key, _("A request that you cannot see"), "", _("It does not exist, or you may not see it."))
    step = policy_of(row.policy_version).step(name)
    url, title = f"/requests/{row.public_id}/", titles[row.pk]
    if step is not None:
        title = line_title(step.title, title)
    if row.state != Request.State.OPEN:
        return Left(key, title, url, _("It is not open any more."))
    if turn is not None:
        return Left(key, title, url, _("The policy wants this step to be judged by itself."))
    return Left(key, title, url, _("You are not asked about it any more."))


Pairs = Mapping[str, tuple[str | None, str]]  # digest before and now, by component


def _base(request: Request, before: Sequence[Decision]) -> tuple[Mapping[str, str], str]:
    """What a request is compared with: the last approval that stands, else the request whose ballots carry over."""
    if before:
        return before[0].manifest, _("since the last approval")
    if request.predecessor is not None:
        return request.predecessor.manifest, _("since the last request")
    return {}, ""


def _pairs(turn: Turn, was: Mapping[str, str]) -> Pairs:
    """What the step judges and is different from what came before."""
    step, now = turn.policy_step, turn.standing.digests
    covers = step.covers if step is not None and was else ()
    return {name: (was.get(name), now[name]) for name in covers if name in now and was.get(name) != now[name]}


def _bodies(pairs: Sequence[Pairs]) -> Mapping[str, Any]:
    """The contents to compare, by digest; those that nobody kept are left out. One query."""
    wanted = {
        digest for item in pairs for name, pair in item.items() if name not in UNTOLD and all(pair) for digest in pair if digest
    }
    return {row.digest: row.body for row in ComponentBody.objects.filter(digest__in=wanted)} if wanted else {}


def _item(turn: Turn, against: str, differing: Pairs, bodies: Mapping[str, Any], line: Line) -> Item:
    step = turn.policy_step
    return Item(
        line,
        turn.standing.digest,
        components_text(step.covers if step is not None else ()),
        against,
        [_change(name, *pair, bodies) for name, pair in differing.items()],
    )


def _change(name: str, was: str | None, now: str, bodies: Mapping[str, Any]) -> Change:
    label = component_label(name)
    before, after = bodies.get(was or ""), bodies.get(now)
    if was is None or before is None or after is None or name in UNTOLD:
        return Change(label, [])
    told = _packages(before, after) if name == "dependencies" else _rows(before, after)
    return Change(label, told[:MOST_DETAILS], max(0, len(told) - MOST_DETAILS))


def _packages(before: Any, after: Any) -> list[str]:
    return [_told(change.name, change.before, change.after) for change in compare_requirements(before, after)]


def _rows(before: Any, after: Any) -> list[str]:
    rows = compare(before, after)
    shown = readable.labelled(rows)
    told = [_told(row["path"], row["before"], row["after"]) for row in shown]
    return told + [""] * (len(rows) - len(shown))  # counted, not told


def _told(what: str, before: str, after: str) -> str:
    words = {"what": what, "before": _short(before), "after": _short(after)}
    if not before:
        return _("%(what)s is new: %(after)s") % words
    if not after:
        return _("%(what)s is gone") % words
    if before == after:
        return _("%(what)s: other files, same version") % words
    return _("%(what)s: %(before)s → %(after)s") % words


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


# What is wanted, and what became of it -------------------------------------------------------------------------------


def wanted_from(actor: Actor, keys: Sequence[str], digests: Mapping[str, str], comment: str) -> list[Wanted]:
    """The approvals that a form asks for. Raises Missing for somebody who does not exist."""
    parts = [parts_of_key(key) for key in dict.fromkeys(keys)]
    named = {part[2] for part in parts if part[2]}
    people = {user.public_id: user for user in User.objects.visible_to(actor).filter(public_id__in=named)} if named else {}
    if named - people.keys():
        raise Missing(_("There is no such person."))
    return [
        Wanted(request, step, digests.get(SEPARATOR.join((request, step, principal)), ""), comment, people.get(principal))
        for request, step, principal in parts
    ]


def outcome_rows(outcomes: Sequence[Outcome], shown: Mapping[str, tuple[str, str]]) -> list[dict[str, str]]:
    """What became of each, as texts that a session can hold. `shown`: title and address of each line, by its key."""
    rows = []
    for found in outcomes:
        principal = found.wanted.on_behalf_of
        key = SEPARATOR.join([found.wanted.request, found.wanted.step, principal.public_id if principal else ""])
        title, url = shown.get(key, (_("A request that you cannot see"), ""))
        rows.append({"key": key, "title": title, "url": url, "state": state_of(found), "reason": reason_of(found)})
    return rows


def state_of(found: Outcome) -> str:
    """`recorded`, `moved` (it is not what was on the page any more) or `refused`."""
    if found.refusal is None:
        return "recorded"
    return "moved" if found.refusal.code == "ballot.digest" else "refused"


def reason_of(found: Outcome) -> str:
    """Why nothing was recorded, or which components are not what was on the page."""
    if found.refusal is None:
        return ""
    changed = found.refusal.extra.get("changed", ())
    if state_of(found) == "moved" and changed:
        return _("Changed since it was on your page: %(components)s.") % {"components": components_text(changed)}
    return str(found.refusal.detail)


def outcome_lead(rows: Sequence[Mapping[str, str]]) -> str:
    """`3 approvals are recorded. 1 request changed meanwhile.`"""
    count = {state: sum(row["state"] == state for row in rows) for state in ("recorded", "moved", "refused")}
    said = []
    if count["recorded"] or not rows:
        said.append(
            ngettext("%(count)d approval is recorded.", "%(count)d approvals are recorded.", count["recorded"])
            % {"count": count["recorded"]}
        )
    if count["moved"]:
        said.append(
            ngettext("%(count)d request changed meanwhile.", "%(count)d requests changed meanwhile.", count["moved"])
            % {"count": count["moved"]}
        )
    if count["refused"]:
        said.append(ngettext("%(count)d was refused.", "%(count)d were refused.", count["refused"]) % {"count": count["refused"]})
    return " ".join(said)
