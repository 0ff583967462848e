"""Background work of this room. The worker alone can read the key that signs releases."""

from __future__ import annotations

from foundation import actor as actors
from foundation import jobs
from governance.dictionary.models import Release
from governance.dictionary.services import releases


@jobs.handler(releases.SIGN)
def _sign_job(run: jobs.Run) -> None:
    release = Release.objects.get(public_id=run.args["release"])
    releases.sign_release(actor=actors.system("worker", request_id=run.job.request_id), release=release)
