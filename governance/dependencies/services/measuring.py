"""Measuring ahead how much there is to read, so that the queue has sizes: by a worker, for versions that somebody waits for."""

from __future__ import annotations

from django.db import transaction

from foundation import actor as actors
from foundation import clock, jobs
from foundation.models import OutboxEvent
from governance.dependencies.models import Artifact, Package, Review, ReviewRequest
from governance.dependencies.selectors.criteria import criteria_known
from governance.dependencies.selectors.graph import AskedVersion, graph_of
from governance.dependencies.selectors.work import smallest_for

MEASURE = "dependencies.measure"  # the job
PATIENCE = 240.0  # seconds for one package; what is left is measured when somebody asks
VERSIONS = 20  # of a package, asked for or brought in last


@jobs.handler(MEASURE)
def _measure_job(run: jobs.Run) -> None:
    """The smallest work for the versions of a package: working it out measures what was not measured."""
    package = Package.objects.get(public_id=run.args["package"])
    key = package.ecosystem, package.name
    asked = ReviewRequest.objects.filter(ecosystem=key[0], name=key[1], closed_at=None).order_by("-pk")
    versions = dict.fromkeys(asked.values_list("version", flat=True)[:VERSIONS])
    versions |= dict.fromkeys(package.releases.order_by("-pk").values_list("version", flat=True)[:VERSIONS])
    wanted = [AskedVersion(*key, version) for version in list(versions)[:VERSIONS]]
    graph = graph_of(wanted, scope="", at=clock.now(), criteria=criteria_known())
    smallest_for(wanted, wanted=lambda row: ("safe-to-deploy",), graph=graph, patience=PATIENCE)


def on_news(event: OutboxEvent) -> None:
    """A file was looked into, a review counts, or somebody asked: then sizes are worked out. Nothing depends on it."""
    package = _package(event)
    if package is None:
        return
    with transaction.atomic():
        args = {"package": package.public_id}
        jobs.submit(actor=actors.system("measuring"), kind=MEASURE, args=args, key=f"measure:{event.pk}")


def _package(event: OutboxEvent) -> Package | None:
    if event.topic == "dependencies.artifact.scanned":
        file = Artifact.objects.filter(public_id=event.subject_id).select_related("release__package").first()
        return file.release.package if file is not None and file.release is not None else None
    if event.topic == "dependencies.review.confirmed":
        review = Review.objects.filter(public_id=event.subject_id).select_related("release__package").first()
        return review.release.package if review is not None else None
    asked = ReviewRequest.objects.filter(public_id=event.subject_id).first()
    return Package.objects.filter(ecosystem=asked.ecosystem, name=asked.name).first() if asked is not None else None
