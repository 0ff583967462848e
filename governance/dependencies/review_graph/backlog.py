"""The reviews that are asked for by all dependency sets together. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from governance.dependencies.review_graph.model import Size
from governance.dependencies.review_graph.work import NewReview, Work


@dataclass(frozen=True, slots=True)
class Step:
    """One review to make, and the use cases that wait for it; for some it may be the first of several."""

    package: str
    review: NewReview
    waiting: tuple[str, ...]


def backlog(wanted: Iterable[tuple[str, str, Work]]) -> tuple[list[Step], Size]:
    """Each review once, of (package, use case, work), and what all of them come to.

    Those that most use cases wait for come first; of equal ones, the smaller.
    """
    waiting: dict[tuple[str, NewReview], set[str]] = defaultdict(set)
    for package, use_case, work in wanted:
        for review in work.reviews:
            waiting[package, review].add(use_case)
    steps = [Step(package, review, tuple(sorted(cases))) for (package, review), cases in waiting.items()]
    steps.sort(key=lambda step: (-len(step.waiting), step.review.size, step.package, step.review.base, step.review.target))
    return steps, sum((step.review.size for step in steps), Size(0))
