"""Reports that can be made: a use case with a version, a request and a ballot, and a way to let the work happen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from foundation import jobs
from reports.models import Report
from reports.services import request_report


@pytest.fixture
def told(world, push, ask, vote):
    """The world with something to tell: version 7 asked for, and one approval with a comment in two scripts."""
    request = ask(push())
    vote(world.validator, request, "validation", comment="Recall holds on the <b>test</b> set. 召回率可以接受。")
    return SimpleNamespace(
        world=world, request=request, auditor=world.auditor, security=world.security, validator=world.validator
    )


@pytest.fixture
def make():
    """Asks for a report and does the work; returns the row as it is afterwards."""

    def asked(actor, *, kind="use_case", scope="churn", **more) -> Report:
        row = request_report(actor=actor, kind=kind, scope=scope, **more)
        jobs.run(row.job_id)
        return Report.objects.select_related("job").get(pk=row.pk)

    return asked
