"""May the packages that a version rests on be used here: pinned, reviewed, not blocked, without flaws that count?

One answer is computed for all of these checks. What it rests on stands in the evidence, so that it can be found again: the same lock
files, asked as of the instant of the answer, give the same facts and the same digest over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from approvals.checks.base import Context, Result, Status, check
from governance.dependencies import wording_status
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.selectors.status import facts_digest, under_way
from governance.dependencies.status import Part, Reason, RequirementStatus
from governance.dependencies.status import Status as Answer

SHOWN = 10  # packages that a detail names


@check(
    "dependencies.pinned",
    gettext_lazy("Does every lock file name one version of each package, and nothing that can move?"),
    level="off",
)
def pinned(context: Context) -> Iterable[Result]:
    """Other than unread lines, what is loose is no matter of doubt: it is loose."""
    yield _plainly(context, "pinned", _("Some packages are not pinned"), _("Every package is pinned"))


@check("dependencies.hashed", gettext_lazy("Is the digest of every package's files named?"), level="off")
def hashed(context: Context) -> Iterable[Result]:
    yield _plainly(context, "hashed", _("Some packages are named without a digest"), _("Every package is named with its digest"))


@check("dependencies.reviewed", gettext_lazy("Does somebody vouch for every package, for what this risk demands?"), level="off")
def reviewed(context: Context) -> Iterable[Result]:
    """What is asked for and not done yet is pending; what nobody asked for fails."""
    code: Part = "reviewed"
    answer = context.dependencies
    if answer.part(code) == "allow":
        yield _passed(context, code, _("Every package is reviewed, exempt or from a trusted source"))
        return
    found = answer.about(code)
    missing = [row for row, reason in found if reason.code == "missing"]
    if not missing:
        yield _unknown(context, code, _("It cannot be told whether every package is reviewed"))
        return
    waiting = under_way(row.asked for row in missing)
    asked = [row for row in missing if row.asked in waiting]
    reviewers = context.holding("security_reviewer")
    failed = any(reason.code == "failed_review" for _row, reason in found)
    if len(asked) == len(missing) and not failed:
        title = ngettext("%(count)d package waits for its review", "%(count)d packages wait for their review", len(missing)) % {
            "count": len(missing)
        }
        yield _result(context, code, "pending", title, reviewers, _("See what is missing"))
        return
    title = ngettext("Nobody vouches for %(count)d package", "Nobody vouches for %(count)d packages", len(missing)) % {
        "count": len(missing)
    }
    yield _result(context, code, "fail", title, _both(context.who_pushed(), reviewers if asked else []), _("Ask for a review"))


@check("dependencies.not_blocked", gettext_lazy("Is no package blocked, and has none failed a review?"), level="off")
def not_blocked(context: Context) -> Iterable[Result]:
    code: Part = "not_blocked"
    verdict = context.dependencies.part(code)
    if verdict == "allow":
        yield _passed(context, code, _("No package is blocked"))
    elif verdict == "deny":
        yield _result(context, code, "fail", _("Some packages must not be used"), context.who_pushed(), _("See the packages"))
    else:
        yield _unknown(context, code, _("It cannot be told whether a package is blocked"))


@check("dependencies.advisories", gettext_lazy("Is every known flaw that counts here accepted or fixed?"), level="off")
def advisories(context: Context) -> Iterable[Result]:
    """A flaw that is known is known, however old the data; that none is known says something only of data that is there and new."""
    code: Part = "advisories"
    verdict = context.dependencies.part(code)
    if verdict == "allow":
        yield _passed(context, code, _("No package has a flaw that counts and was not accepted"))
        return
    if verdict == "unknown":
        yield _unknown(context, code, _("It cannot be told which flaws the packages have"))
        return
    count = len({reason.params["flaw"] for _row, reason in context.dependencies.about(code) if reason.code == "flaw"})
    title = ngettext(
        "%(count)d known flaw is neither fixed nor accepted", "%(count)d known flaws are neither fixed nor accepted", count
    )
    actors = _both(context.who_pushed(), context.holding("security_reviewer"))
    yield _result(context, code, "fail", title % {"count": count}, actors, _("See the flaws"))


@check("dependencies.advisories_fresh", gettext_lazy("Is the data about known flaws there, and new enough?"), level="off")
def advisories_fresh(context: Context) -> Iterable[Result]:
    code: Part = "advisories_fresh"
    answer = context.dependencies
    if answer.part(code) == "allow":
        yield _passed(context, code, _("The advisories are new enough"))
        return
    title = _("No advisories were imported") if answer.data == "missing" else _("The advisories are too old to rely on")
    action = {"label": str(_("Import advisories")), "path": "/dependencies/advisories/"}
    actors = _both(context.holding("security_reviewer"), context.holding("administrator"))
    yield Result(f"dependencies.{code}", "unknown", title, _detail(answer, code), actors, action, _ids(context, code))


@check("dependencies.licences", gettext_lazy("May the licence of every package be used?"), level="off")
def licences(context: Context) -> Iterable[Result]:
    code: Part = "licences"
    answer = context.dependencies
    verdict = answer.part(code)
    reviewers = context.holding("security_reviewer")
    if not answer.facts.allowed and not answer.facts.denied:
        action = {"label": str(_("Make rules about licences")), "path": "/dependencies/licences/"}
        detail = _("Without one nobody can tell which may be used.")
        yield Result(f"dependencies.{code}", "unknown", _("There is no rule about licences"), detail, reviewers, action)
    elif verdict == "allow":
        yield _passed(context, code, _("Every licence may be used"))
    elif verdict == "deny":
        yield _result(context, code, "fail", _("Some licences may not be used"), context.who_pushed(), _("See the packages"))
    else:
        yield _result(
            context, code, "unknown", _("Nobody said whether some licences may be used"), _both(reviewers, context.who_pushed()),
            _("See the packages"),
        )  # fmt: skip


# How answers look ----------------------------------------------------------------------------------------------------


def _plainly(context: Context, code: Part, failed: str, passed: str) -> Result:
    answer = context.dependencies
    if answer.part(code) == "allow":
        return _passed(context, code, passed)
    if not answer.about(code):
        return _unknown(context, code, _("A lock file is missing or could not be read in full"))
    return _result(context, code, "fail", failed, context.who_pushed(), _("See the packages"))


def _passed(context: Context, code: Part, title: str) -> Result:
    """The answer holds until the first of what it rests on ends."""
    answer = context.dependencies
    until = answer.until_of(code)
    rows = len(answer.requirements)
    detail = ngettext("%(count)d package", "%(count)d packages", rows) % {"count": rows}
    if code in ("advisories", "advisories_fresh"):
        detail = _data_told(answer)
    return Result(f"dependencies.{code}", "pass", title, detail, evidence=_ids(context, code), due_at=until, until=until)


def _unknown(context: Context, code: Part, title: str) -> Result:
    """Whoever can do something about the first reason moves; where it is the builder, who pushed."""
    answer = context.dependencies
    roles = dict.fromkeys(wording_status.whose_move(reason) for reason in _reasons(answer, code))
    actors: list[dict[str, str]] = []
    for role in roles:
        actors = _both(actors, context.who_pushed() if role == "builder" else context.holding(role))
    return _result(context, code, "unknown", title, actors or context.who_pushed(), _("See the packages"))


def _result(context: Context, code: Part, status: Status, title: str, actors: list[dict[str, str]], label: str) -> Result:
    answer = context.dependencies
    action = context.at_version(label)
    if (public_id := _first_set(answer, code)) is not None:
        asked = [("use_case", context.model_version.use_case.slug), *(("criteria", name) for name in context.policy.reviewed_for)]
        action = {"label": label, "path": f"/dependencies/{public_id}/?{urlencode(asked)}#status"}
    return Result(f"dependencies.{code}", status, title, _detail(answer, code), actors, action, _ids(context, code))


def _first_set(answer: Answer, code: Part) -> str | None:
    """The lock file to look at first."""
    rows = [row.asked.set for row, _reason in answer.about(code)]
    sets = [public_id for public_id, _path in answer.facts.sets]
    return next(iter([*rows, *sets]), None)


def _reasons(answer: Answer, code: Part) -> list[Reason]:
    """Those that decide a part: of the whole, then of each package."""
    whole = [reason for reason in answer.reasons if code in reason.parts and reason.weight != "note"]
    return [*whole, *(reason for _row, reason in answer.about(code))]


def _detail(answer: Answer, code: Part) -> str:
    """What is the matter: of the whole first, then by package."""
    first = [reason for reason in answer.reasons if code in reason.parts and reason.weight != "note"]
    rows = answer.about(code)
    titles = criterion_titles(wording_status.criteria_in([*first, *(reason for _row, reason in rows[:SHOWN])]))
    whole = [wording_status.why(reason, titles) for reason in first]
    named = [f"{_name(row)}: {wording_status.why(reason, titles)}" for row, reason in rows[:SHOWN]]
    more = [_("And %(count)s more.") % {"count": len(rows) - SHOWN}] if len(rows) > SHOWN else []
    return " ".join([*whole, *named, *more])


def _name(row: RequirementStatus) -> str:
    return f"{row.asked.name} {row.asked.version}".strip()


def _data_told(answer: Answer) -> str:
    """Which data a statement about flaws rests on: it says no more than that data does."""
    data = answer.facts.data
    if data is None:
        return ""
    feeds = [f"{name} {feed.newest[:10]} ({feed.count})" for name, feed in sorted(data.feeds.items()) if feed.count]
    return _("Advisories by ecosystem, with the day of the newest and their number: %(feeds)s.") % {"feeds": ", ".join(feeds)}


def _ids(context: Context, code: Part) -> list[dict[str, Any]]:
    """What the answer of one part rests on, and the digest over all facts, by which it can be found again."""
    answer = context.dependencies
    known = answer.evidence(code)
    found = [{"type": kind, "id": public_id} for kind, ids in known.items() for public_id in ids]
    return [*found, {"type": "dependency_facts", "id": facts_digest(answer.facts)}]


def _both(one: Sequence[dict[str, str]], other: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [*one, *(item for item in other if item not in one)]
