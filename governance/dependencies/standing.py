"""Where the look into an artifact stands, in one word and in a sentence: for pages and programs alike."""

from __future__ import annotations

from django.utils.translation import gettext as _

from foundation.models import Job
from governance.dependencies.models import Artifact

BUSY = (Job.State.QUEUED, Job.State.RUNNING)


def state_of(row: Artifact) -> str:
    """queued, running, failed or done."""
    if row.job is not None and row.job.state in BUSY:
        return str(row.job.state)
    return "failed" if row.failure or row.job is None or row.job.state != Job.State.DONE else "done"


def failure_of(row: Artifact) -> str:
    """Why nothing is known of it; nothing where all is well."""
    if state_of(row) != "failed":
        return ""
    if row.failure:
        return str(row.failure)
    return _("The worker died while looking into it. Look again.") if row.job is not None else _("Nobody looked into it yet.")
