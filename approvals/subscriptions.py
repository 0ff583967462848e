"""Which news this room listens to. No answer of it depends on any of these having run."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from approvals.models import Request
from approvals.services import clocks, news, requests, worth_news
from foundation import outbox
from foundation.actor import system
from foundation.models import OutboxEvent
from governance.economics.selectors.budgets import waiting_for

OF_A_USE_CASE = ("usecases.definition.written", "economics.snapshot.written")
OF_A_VERSION = ("lineage.model_version.measured", "lineage.model_version.verified", "lineage.model_version.locks_read")
OF_MEANINGS = ("dictionary.version.approved", "dictionary.element.retired", "dictionary.binding.made", "dictionary.binding.ended")
OF_PEOPLE = ("people.role.changed", "people.delegation.changed")
NEWS: dict[str, Any] = {
    "approvals.request.opened": news.on_request_moved,
    "approvals.request.resubmitted": news.on_request_moved,
    "approvals.request.migrated": news.on_request_moved,
    "approvals.request.looked_at": news.on_request_moved,
    "approvals.ballot.cast": news.on_ballot,
    "approvals.ballot.dismissed": news.on_dismissal,
    "approvals.request.approved": news.on_closed,
    "approvals.request.rejected": news.on_closed,
    "approvals.request.expired": news.on_closed,
    "approvals.request.revoked": news.on_revoked,
    "approvals.condition.missed": news.on_condition_missed,
    "approvals.step.reminded": news.on_reminded,
    "approvals.step.overdue": news.on_overdue,
    "approvals.step.escalated": news.on_escalated,
    "approvals.waiver.opened": news.on_waiver_opened,
    "approvals.waiver.ended": news.on_waiver_ended,
    "approvals.waiver.reviewed": news.on_waiver_reviewed,
    "economics.worth.changed": worth_news.on_worth_changed,
}


def connect() -> None:
    """Subscribe. Called from `ready()`."""
    for topic, subscriber in NEWS.items():
        outbox.subscribe(topic, subscriber)
    for topics, subscriber in (
        (OF_A_USE_CASE, of_a_use_case),
        (OF_A_VERSION, of_a_version),
        (OF_MEANINGS, of_meanings),
        (OF_PEOPLE, of_people),
        (("approvals.policy.withdrawn",), of_a_policy),
        (("dictionary.data_use.withdrawn",), of_a_withdrawn_use),
        (("dependencies.ruling.revoked", "dependencies.ruling.decided"), of_a_ruling),
        (("economics.provision.withdrawn",), of_a_provision),
        (("economics.budget.moved",), of_a_budget),
    ):
        for topic in topics:
            outbox.subscribe(topic, subscriber)


def of_a_use_case(event: OutboxEvent) -> None:
    clocks.look_at(Request.objects.filter(use_case__public_id=event.subject_id))


def of_a_version(event: OutboxEvent) -> None:
    clocks.look_at(Request.objects.filter(subject_id=event.subject_id))


def of_meanings(event: OutboxEvent) -> None:
    """Which versions read a column is known by their manifests alone, so all are looked at."""
    clocks.look_at(Request.objects.all())


def of_a_withdrawn_use(event: OutboxEvent) -> None:
    """Whoever took back their ask for data waits for nobody's answer any more. An approval would be refused in any case."""
    for row in Request.objects.open().filter(subject_type="data_use", subject_id=event.subject_id):
        requests.withdraw(actor=system("data-use"), request=row, reason=gettext("The use of data was withdrawn."))


def of_a_ruling(event: OutboxEvent) -> None:
    """A ruling that was taken back, or decided at the moment in which somebody put it up, waits for nobody's answer any more."""
    for row in Request.objects.open().filter(subject_type="ruling", subject_id=event.subject_id):
        requests.withdraw(actor=system("rulings"), request=row, reason=gettext("The ruling was taken back or decided elsewhere."))


def of_a_provision(event: OutboxEvent) -> None:
    """A provision that was withdrawn waits for nobody's answer any more."""
    for row in Request.objects.open().filter(subject_type="provision_request", subject_id=event.subject_id):
        requests.withdraw(actor=system("provisions"), request=row, reason=gettext("The provision was withdrawn."))


def of_a_budget(event: OutboxEvent) -> None:
    """What a budget has left is different: what is asked for out of it may be within it now, or above it."""
    clocks.look_at(Request.objects.filter(subject_type="provision_request", subject_id__in=waiting_for(event.subject_id)))


def of_people(event: OutboxEvent) -> None:
    """Somebody came, left, or is away: on one use case, or wherever they hold something."""
    scope = event.payload.get("scope", "")
    people = [event.payload[name] for name in ("user", "delegate") if event.payload.get(name)]
    rows = Request.objects.filter(use_case__public_id=scope) if scope else Request.objects.all()
    clocks.look_at(rows, people)


def of_a_policy(event: OutboxEvent) -> None:
    clocks.look_at(Request.objects.filter(policy_version__public_id=event.subject_id))
