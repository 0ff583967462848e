"""What people of the demo say to each other: a question that waits, one that was answered, and words about the draft of a rule."""

from __future__ import annotations

from datetime import timedelta

from approvals.models import PolicyVersion, Request
from approvals.services.drafts import open_for_comment
from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation import clock
from governance.usecases.models import Thread, UseCase
from governance.usecases.services import threads


def stories(cast: Cast, past: Past) -> list[Story]:
    return [answered(cast, past), asked(cast, past), about_a_rule(cast, past)]


def answered(cast: Cast, past: Past) -> Story:
    yield past(150, "11:10")
    case = UseCase.objects.get(slug="churn")
    said = threads.open_thread(
        actor=cast["bruno"],
        subject_id=case.public_id,
        text="Does somebody who moves to another of our tariffs count as having left? @sofia",
        question=True,
    )
    yield past(150, "13:45")
    threads.comment(
        actor=cast["sofia"],
        thread=said.thread,
        text="No. Only who has no contract with us at all for 30 days. Who changes the tariff keeps the `customer_id`, "
        "so the model never sees them leave.",
    )
    yield past(149, "09:20")
    thread = Thread.objects.get(pk=said.thread.pk)
    threads.comment(actor=cast["bruno"], thread=thread, text="Thank you, that is what we meant.")
    threads.resolve_thread(actor=cast["bruno"], thread=thread)


def asked(cast: Cast, past: Past) -> Story:
    """On the dictionary of the version that waits: whoever opens the request finds it at the part that it is about."""
    yield past(1, "11:25")
    request = Request.objects.filter(line__contains="churn-model", state=Request.State.OPEN).order_by("-pk").first()
    if request is not None:
        threads.open_thread(
            actor=cast["victor"],
            subject_id=request.public_id,
            component="dictionary" if "dictionary" in request.manifest else "",
            text="Is `signup_date` the day of the contract here, or of the first login? The two differ by up to three weeks, and the "
            "feature `tenure_days` stands on it. @dina",
            question=True,
        )


def about_a_rule(cast: Cast, past: Past) -> Story:
    yield past(1, "15:05")
    draft = PolicyVersion.objects.filter(policy__key="credit-release", published_at=None).order_by("-number").first()
    if draft is None:
        return
    open_for_comment(actor=cast["ada"], version=draft, until=clock.now() + timedelta(days=10))
    yield past(1, "16:12")
    threads.open_thread(
        actor=cast["dina"],
        subject_id=draft.public_id,
        text="Two people for fairness is right. But there are only two of us who can, so one holiday stops every release. "
        "Could a validator be the second one?",
        question=True,
    )
