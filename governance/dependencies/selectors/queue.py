"""What security has to do first: reviews that were prepared, by how much waits for them, then what people asked to have reviewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from foundation import clock
from foundation.actor import Actor
from foundation.permissions import Decision
from governance.dependencies.models import Requester, Review, ReviewRequest
from governance.dependencies.review_graph import Size
from governance.dependencies.review_permissions import may_confirm_review, may_judge_reviews, voices_of
from governance.dependencies.review_sheet import Job, job_of
from governance.dependencies.rulings import PackageKey
from governance.dependencies.selectors.criteria import criteria_known
from governance.dependencies.selectors.graph import AskedVersion, graph_of, same_version
from governance.dependencies.selectors.review_sheets import review_rows
from governance.dependencies.selectors.work import smallest_for
from governance.people.selectors import scope_titles

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A prepared review: how many use cases asked for its version, how large the job is, and whether this person may confirm it."""

    review: Review
    use_cases: int
    job: Job
    may_confirm: Decision


@dataclass(frozen=True, slots=True)
class Wish:
    """A version that people asked to have reviewed and that is not covered. `size` is None where nobody measured it yet."""

    request: ReviewRequest
    people: tuple[str, ...]
    use_cases: int
    titles: tuple[str, ...]  # of those use cases that this person may see
    size: Size | None
    why: str  # why there is no size: not_at_hand, failed, unmeasured
    review: Review | None  # that is being worked on, or waits to be confirmed


@dataclass(frozen=True, slots=True)
class Queue:
    waiting: tuple[Waiting, ...]
    wishes: tuple[Wish, ...]
    more: bool
    may_judge: Decision


def queue_of(actor: Actor, at: datetime | None = None) -> Queue:
    """The queue as somebody sees it, at most SHOWN of each. Its number of queries does not grow with what waits."""
    at = at or clock.now()
    requests = _requests()
    asked = _asked(requests)
    prepared = list(review_rows().waiting(at).defer("notes", "left_out", "evidence").order_by("-pk")[: 2 * SHOWN])
    voices = voices_of(actor)
    waiting = [
        Waiting(row, len(_wanting(asked, row)), job_of(row.points), may_confirm_review(actor, row, voices=voices))
        for row in prepared
    ]
    waiting.sort(key=lambda item: (item.review.verdict != "fail", -item.use_cases, item.job.minutes, item.review.pk))
    wishes = _wishes(actor, requests, at)
    more = len(waiting) > SHOWN or len(wishes) > SHOWN
    return Queue(tuple(waiting[:SHOWN]), tuple(wishes[:SHOWN]), more, may_judge_reviews(actor, voices=voices))


def _requests() -> list[ReviewRequest]:
    """The open requests with those who asked: two queries."""
    requesters = Prefetch("requesters", queryset=Requester.objects.select_related("user").order_by("pk"))
    rows = ReviewRequest.objects.filter(closed_at=None).prefetch_related(requesters).order_by("pk")
    return list(rows[: 4 * SHOWN])


def _asked(requests: Sequence[ReviewRequest]) -> dict[PackageKey, list[ReviewRequest]]:
    found: dict[PackageKey, list[ReviewRequest]] = defaultdict(list)
    for row in requests:
        found[row.ecosystem, row.name].append(row)
    return found


def _wanting(asked: dict[PackageKey, list[ReviewRequest]], review: Review) -> set[str]:
    """The use cases (or people, where no use case was named) that asked for the version which a review is about."""
    package = review.release.package
    rows = asked.get((package.ecosystem, package.name), ())
    fitting = [row for row in rows if same_version(package.ecosystem, row.version, review.release.version)]
    return {one.use_case or one.user.public_id for row in fitting for one in row.requesters.all()}


def _wishes(actor: Actor, requests: Sequence[ReviewRequest], at: datetime) -> list[Wish]:
    """By use cases that wait, then by size; what is covered by now is left out."""
    if not requests:
        return []
    versions = {row.pk: AskedVersion(row.ecosystem, row.name, row.version) for row in requests}
    graph = graph_of(versions.values(), scope="", at=at, criteria=criteria_known(at))
    criteria = {(row.ecosystem, row.name, row.version): row.criteria for row in requests}
    found = smallest_for(versions.values(), wanted=lambda row: criteria[row.ecosystem, row.name, row.version], graph=graph)
    uncovered = {(item.requirement.ecosystem, item.requirement.name, item.requirement.version): item for item in found}
    titles = scope_titles(actor, among={one.use_case for row in requests for one in row.requesters.all()} - {""})
    at_work = _at_work(requests)
    wishes = []
    for row in requests:
        item = uncovered.get((row.ecosystem, row.name, row.version))
        if item is None:
            continue
        askers = list(row.requesters.all())
        cases = {one.use_case for one in askers if one.use_case}
        wishes.append(
            Wish(
                row,
                tuple(dict.fromkeys(str(one.user) for one in askers)),
                len(cases),
                tuple(sorted(titles[case] for case in cases if case in titles)),
                item.size,
                item.why,
                at_work.get(row.pk),
            )
        )
    wishes.sort(key=lambda wish: (-wish.use_cases, -len(wish.people), wish.size is None, wish.size or Size(0), wish.request.pk))
    return wishes


def _at_work(requests: Sequence[ReviewRequest]) -> dict[int, Review]:
    """By request a review of that version which is being worked on or waits to be confirmed. One query."""
    rows = Review.objects.filter(
        discarded_at=None, withdrawn_at=None, confirmed_at=None, release__package__name__in={row.name for row in requests}
    )
    open_ones = list(rows.select_related("release__package", "created_by").defer("points").order_by("pk"))
    return {
        row.pk: one
        for row in requests
        for one in open_ones
        if (one.release.package.ecosystem, one.release.package.name) == (row.ecosystem, row.name)
        and same_version(row.ecosystem, one.release.version, row.version)
    }
