"""Policies: what they govern, what they say as text and as a picture, what is doubtful about them, and how a version comes into force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.chain import chain_picture
from approvals.models import CommentPeriod, Decision, Policy, PolicyVersion, Request
from approvals.permissions import may_write_policies
from approvals.policy.lint import lint
from approvals.presenting.policies import finding_body
from approvals.readable_records import text_difference
from approvals.selectors.doubts import Doubt, People, doubts_of
from approvals.selectors.drafts import comments_on
from approvals.selectors.governed import Governed, gates_by_policy, governed_subjects, shipped_version
from approvals.selectors.inbox import movers
from approvals.selectors.policies import policy_versions, state_of
from approvals.selectors.standing import policy_of, standing_of
from approvals.services.drafts import open_for_comment
from approvals.services.policies import withdraw_version
from approvals.services.requests import open_request
from approvals.wording import people_text
from config.policy_forms import OpenForCommentForm, PublishForm, WithdrawForm
from config.views.shell import show
from config.wording import governed_label, state_label
from foundation.actor import Actor
from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from foundation.permissions import Denied
from governance.people.hours import midnight
from governance.people.selectors import calendar_for
from governance.usecases import talk

LOOKS = {"in_force": "active", "replaced": "superseded"}  # states whose look has another name
NAMED = 5  # use cases that are named beside a finding


@portal_page()
def policy_list(request: PersonRequest) -> HttpResponse:
    """Every policy with what it governs, which version is in force, which wait, and how much is doubtful about it."""
    gates, governed, people = gates_by_policy(), governed_subjects(), People(request.actor)
    by_policy: dict[int, list[PolicyVersion]] = {}
    for version in policy_versions(request.actor).order_by("-number"):
        by_policy.setdefault(version.policy_id, []).append(version)
    asked = _open_requests(
        request.actor, [version for found in by_policy.values() for version in found if state_of(version) == "draft"]
    )
    rows: list[dict[str, Any]] = []
    for row in Policy.objects.visible_to(request.actor).order_by("title"):
        versions = by_policy.get(row.pk, [])
        current = next((item for item in versions if state_of(item) == "in_force"), None)
        drafts = [item for item in _waiting(versions, current) if state_of(item) == "draft"]
        here = _governed_by(row, governed)
        rows.append(
            {
                "row": row,
                "current": current,
                "drafts": drafts,
                "asked": [item for item in drafts if item.public_id in asked],
                "gates": gates.get(row.pk, []),
                "subjects": [governed_label(item.type) for item in here],
                "doubts": len(doubts_of(policy_of(current), people, by_use_case=_has_use_cases(here))) if current else 0,
            }
        )
    written = {item["row"].key for item in rows}
    unwritten = sorted({item.key for item in governed if item.key and item.key not in written})
    shipped = [
        {"row": version.policy, "subjects": [governed_label(item.type) for item in governed if item.key == version.policy.key]}
        for version in map(shipped_version, unwritten)
        if version is not None
    ]
    return show(request, "settings/policies.html", {"rows": rows, "shipped": shipped, "refused": refused(request.actor)})


@portal_page("GET", "HEAD", "POST")
def policy(request: PersonRequest, key: str) -> HttpResponse:
    """One policy, and one of its versions. What is sent here is a command about the version that the address names."""
    row, versions = _found(request.actor, key)
    current = next((item for item in versions if _state(item) == "in_force"), None)
    shown = chosen(versions, request.GET.get("version", ""), current or versions[0])
    command = request.POST.get("command", "") if request.method == "POST" else ""
    publish = PublishForm(request.POST if command == "publish" else None)
    withdraw = WithdrawForm(request.POST if command == "withdraw" else None)
    if command == "publish" and (done := attempt(publish, lambda: _asked(request.actor, shown))):
        return after(request, _asked_text(done.value), "settings_policy", key, query=f"?version={shown.number}")
    if command == "withdraw" and attempt(withdraw, lambda: _withdrawn(request.actor, shown, withdraw)):
        said = _("Version %(number)s is withdrawn.") % {"number": shown.number}
        return after(request, said, "settings_policy", key, query=f"?version={shown.number}")
    opening = OpenForCommentForm(request.POST if command == "open_for_comment" else None)
    if command == "open_for_comment" and (done := attempt(opening, lambda: _opened(request.actor, shown, opening))):
        return after(request, _opened_text(done.value), "settings_policy", key, query=f"?version={shown.number}")
    if request.method == "POST" and not command:
        raise Http404
    governed = _governed_by(row, governed_subjects())
    gates = gates_by_policy().get(row.pk, []) if row.pk else []
    value, state = policy_of(shown), _state(shown)
    waiting = _waiting(versions, current)
    asked = _open_requests(request.actor, waiting)
    before = _before(shown, current)
    context = {
        "row": row,
        "shown": shown,
        "version_state": state,
        "current": current,
        "versions": _history(request.actor, versions),
        "lead": _lead(current, waiting, asked),
        "chain": chain_picture(shown.body, key="policy-chain"),
        "doubts": doubts_shown(doubts_of(value, People(request.actor), by_use_case=_has_use_cases(governed))),
        "difference": text_difference(before.text, shown.text) if before is not None else [],
        "before": before,
        "gates": gates,
        "subjects": [governed_label(item.type) for item in governed],
        "request_row": asked.get(shown.public_id),
        "whose_move": _whose_move(asked.get(shown.public_id)),
        "nobody": _nobody_to_confirm(request.actor, shown) if state == "draft" and shown.public_id not in asked else [],
        "blocks": _blocks(request.actor, shown, current, versions, [gate.environment.title for gate in gates])
        if shown.pk
        else [],
        "publish": publish,
        "withdraw": withdraw,
        "opening": opening,
        "comments": comments_on(request.actor, shown) if shown.pk else None,
        "talk": talk.panel_of(request, shown) if shown.pk else None,
        "refused": refused(request.actor),
    }
    return show(request, "settings/policy.html", context, status=status_of(publish, withdraw, opening))


def refused(actor: Actor) -> str:
    """Why somebody may not write policies; nothing if they may."""
    allowed = may_write_policies(actor)
    return str(allowed.reason) if isinstance(allowed, Denied) else ""


def chosen(versions: list[PolicyVersion], number: str, otherwise: PolicyVersion) -> PolicyVersion:
    """The version that an address names by its number. Raises Http404 for one that there is not."""
    if not number:
        return otherwise
    found = next((item for item in versions if str(item.number) == number), None)
    if found is None:
        raise Http404
    return found


def doubts_shown(doubts: Iterable[Doubt]) -> list[dict[str, Any]]:
    """Findings in words, those that are about the same use cases together; these by name, or counted where they are many."""
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for item in doubts:
        groups.setdefault(item.use_cases, []).append(finding_body(item.finding))
    return [{"use_cases": _some(titles), "findings": found} for titles, found in groups.items()]


def _some(titles: tuple[str, ...]) -> str:
    left = len(titles) - NAMED
    more = [ngettext("%(count)s more", "%(count)s more", left) % {"count": left}] if left > 0 else []
    return ", ".join([*titles[:NAMED], *more])


# What a page shows ---------------------------------------------------------------------------------------------------


def _found(actor: Actor, key: str) -> tuple[Policy, list[PolicyVersion]]:
    """The policy and its versions, newest first; one that ships and was not needed yet as it will be."""
    versions = list(policy_versions(actor).filter(policy__key=key).order_by("-number"))
    if versions:
        return versions[0].policy, versions
    shipped = shipped_version(key)
    if shipped is None:
        raise Http404
    return shipped.policy, [shipped]


def _state(version: PolicyVersion) -> str:
    return state_of(version) if version.pk else "in_force"


def _governed_by(row: Policy, governed: list[Governed]) -> list[Governed]:
    return [item for item in governed if item.key == row.key]


def _has_use_cases(governed: list[Governed]) -> bool:
    """Policies themselves belong to no use case, so that their roles have to be held everywhere."""
    return not governed or any(item.type != "policy_version" for item in governed)


def _waiting(versions: list[PolicyVersion], current: PolicyVersion | None) -> list[PolicyVersion]:
    """Drafts that are newer than what is in force."""
    return [item for item in versions if _state(item) == "draft" and (current is None or item.number > current.number)]


def _before(shown: PolicyVersion, current: PolicyVersion | None) -> PolicyVersion | None:
    """What a version is compared with: the one in force, which itself is compared with nothing."""
    return None if current is None or current.pk == shown.pk else current


def _open_requests(actor: Actor, drafts: list[PolicyVersion]) -> dict[str, Request]:
    """The open request about each draft, by the draft's public id."""
    wanted = (
        Request.objects.visible_to(actor)
        .open()
        .filter(subject_type="policy_version", subject_id__in=[item.public_id for item in drafts])
    )
    rows = wanted.select_related("use_case", "submitter", "policy_version__policy", "environment", "predecessor")
    return {row.subject_id: row for row in rows}


def _history(actor: Actor, versions: list[PolicyVersion]) -> list[dict[str, Any]]:
    """Versions with their state, and who confirmed each. One query."""
    approvals = [item.approval for item in versions if item.approval]
    decisions = {
        row.public_id: row for row in Decision.objects.visible_to(actor).filter(public_id__in=approvals).select_related("request")
    }
    found = []
    for item in versions:
        decision = decisions.get(item.approval or "")
        people = [ballot["name"] for ballot in decision.ballots] if decision is not None else []
        state = _state(item)
        found.append(
            {
                "row": item,
                "state": LOOKS.get(state, state),
                "label": state_label(state) if item.pk else _("Ships with the product"),
                "confirmed_by": ", ".join(dict.fromkeys(people)),
                "request": decision.request.public_id if decision is not None else "",
                "alone": item.published_at is not None and not item.approval,
            }
        )
    return found


def _lead(current: PolicyVersion | None, waiting: list[PolicyVersion], asked: dict[str, Request]) -> str:
    """Where the policy stands, and whose move it is, in one or two sentences."""
    if current is None:
        said = _("No version is in force: whatever this policy stands before is refused.")
    else:
        said = _("Version %(number)s is in force.") % {"number": current.number}
    if not waiting:
        return said
    draft = waiting[0]
    row = asked.get(draft.public_id)
    if row is None:
        told = _("Version %(number)s is a draft: nobody has been asked to confirm it yet.")
        return f"{said} {told % {'number': draft.number}}"
    told = _("Version %(number)s is waiting to be confirmed.")
    return f"{said} {told % {'number': draft.number}}"


def _whose_move(row: Request | None) -> dict[str, Any] | None:
    """Who can confirm a draft that somebody has been asked about."""
    if row is None:
        return None
    people = movers(standing_of(row))
    if people:
        return {"ok": True, "text": _("Waiting for %(people)s.") % {"people": people_text(people)}}
    said = _(
        "Nobody can confirm it as it stands: who wrote a version, or asked for its publication, cannot confirm it. Give the role to somebody else."
    )
    return {"ok": False, "text": said}


def _nobody_to_confirm(actor: Actor, version: PolicyVersion) -> list[str]:
    """Why nobody could confirm a draft if this person asked for it now. In the words of the findings about the policy of policies."""
    item = next((item for item in governed_subjects() if item.type == "policy_version"), None)
    if item is None:
        return []
    rules = item.policy.current_version() if item.policy is not None else shipped_version(item.key)
    if rules is None:
        return [_("No policy says who confirms policies. Set one under Environments and gates.")]
    authors = {user.public_id for user in (version.created_by, actor.user) if user is not None}
    found = lint(policy_of(rules), People(actor).here(""), authors=authors)
    return [finding_body(finding)["message"] for finding in found if finding.severity == "error"]


def _blocks(
    actor: Actor, shown: PolicyVersion, current: PolicyVersion | None, versions: list[PolicyVersion], places: list[str]
) -> list[str]:
    """What withdrawing the version would do, before somebody does it."""
    count = Request.objects.visible_to(actor).open().filter(policy_version=shown).aggregate(count=Count("pk"))["count"]
    said = []
    if count:
        text = ngettext(
            "%(count)s open request under it is blocked until it is moved to another version.",
            "%(count)s open requests under it are blocked until they are moved to another version.",
            count,
        )
        said.append(text % {"count": count})
    if current is None or current.pk != shown.pk:
        return said or [_("Nothing is blocked: no open request is under it.")]
    earlier = [item for item in versions if item.pk != shown.pk and item.published_at is not None and item.withdrawn_at is None]
    if earlier:
        back = max(earlier, key=lambda item: (item.published_at, item.number))
        said.append(_("Version %(number)s is in force again: it had been confirmed in its time.") % {"number": back.number})
    elif places:
        said.append(_("No other version can take its place: nothing more can go to %(places)s.") % {"places": ", ".join(places)})
    else:
        said.append(_("No other version can take its place: nothing more can be asked under this policy."))
    return said


# Commands ------------------------------------------------------------------------------------------------------------


def _asked(actor: Actor, version: PolicyVersion) -> Request:
    return open_request(
        actor=actor,
        subject_type="policy_version",
        subject_id=version.public_id,
        purpose=Request.Purpose.PUBLISH,
        environment=None,
        comment=version.note,
    )


def _opened(actor: Actor, version: PolicyVersion, form: OpenForCommentForm) -> CommentPeriod:
    """Open until the midnight that ends the day, by the clocks of the installation's calendar."""
    until = midnight(form.cleaned_data["until"] + timedelta(days=1), calendar_for().zone)
    return open_for_comment(actor=actor, version=version, until=until)


def _opened_text(period: CommentPeriod) -> str:
    said = ngettext(
        "The draft is open for comment. %(count)s person whom it would bind is told.",
        "The draft is open for comment. %(count)s people whom it would bind are told.",
        period.invited,
    )
    return said % {"count": period.invited}


def _asked_text(row: Request) -> str:
    move = _whose_move(row) if row.state == Request.State.OPEN else None
    return " ".join([_("Publication is asked for."), *([move["text"]] if move else [])])


def _withdrawn(actor: Actor, version: PolicyVersion, form: WithdrawForm) -> PolicyVersion:
    return withdraw_version(actor=actor, version=version, reason=form.cleaned_data["reason"])
