"""Acts of dependency review that meet over one thing. Run as `python -m tests.story.contention_dependencies`; writes what came of it.

How they meet, and how often, is in `meetings`.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.story.meetings import Meeting, Stop, meet

KEEPING = Stop("governance.dependencies.services.artifacts", "_known", after=True)  # nobody sent it yet, nothing written
DECIDED = Stop("governance.dependencies.services.rulings", "refuse_over", after=True)  # locked and looked at
WHOLE = Stop("governance.dependencies.services.reviews", "_check_whole", after=True)  # locked and looked at
JUDGING = Stop("governance.dependencies.services.reviews", "_judge", after=True)  # locked, not written
ENDED = Stop("governance.dependencies.services.advisory_writing", "_write_rows")  # what is gone is gone, what is new is not there
ASKING = Stop("governance.dependencies.selectors.status", "findings_for")  # it is known by which import, and nothing else


class Office:
    """People who judge, and a lock file that they judge by."""

    def __init__(self) -> None:
        from tests.conftest import make_world
        from tests.dependencies.judged import locked
        from tests.dependencies.released import READS, released
        from tests.dependencies.test_rulings import second

        self.world = make_world()
        self.other_owner = second(self.world, "olga", "business_owner", self.world.use_case.public_id)
        self.lock = locked(self.world, released({"thing/a.py": READS}))


def events(kind: str, subject: str) -> int:
    from foundation.models import AuditEvent

    return int(AuditEvent.objects.filter(kind=kind, subject_id=subject).count())


def two_uploads(office: Office, name: str) -> Meeting:
    """Two send the same wheel at the same moment, each under another name."""
    from governance.dependencies import services
    from governance.dependencies.models import Artifact
    from tests.dependencies.archives import wheel

    data = wheel({"thing/a.py": f"import os\nHOME = os.environ['{name}']\n"})

    def send(actor: Any, build: int) -> Any:
        filename = f"thing-1.0-{build}-py3-none-any.whl"
        return lambda: services.keep_artifact(actor=actor, filename=filename, data=data).public_id

    before = set(Artifact.objects.values_list("public_id", flat=True))
    folder = Path(Artifact.objects.latest("pk").file.path).parent
    files = len(os.listdir(folder))

    def afterwards() -> dict[str, Any]:
        rows = list(Artifact.objects.exclude(public_id__in=before).select_related("job"))
        return {
            "kept": [row.public_id for row in rows],
            "files": len(os.listdir(folder)) - files,
            "jobs": _scans_of(rows),
            "told": sum(events("dependencies.artifact.kept", row.public_id) for row in rows),
        }

    acts = (send(office.world.scientist, 1), send(office.world.engineer, 2))
    return Meeting(acts, (KEEPING, KEEPING), afterwards)


def _scans_of(rows: list[Any]) -> int:
    from foundation.models import Job

    ids = {row.public_id for row in rows}
    return sum(job.args.get("artifact") in ids for job in Job.objects.filter(kind="dependencies.scan"))


def two_decisions(office: Office, name: str) -> Meeting:
    """One owner allows what another refuses."""
    from governance.dependencies import services
    from governance.dependencies.models import Ruling
    from tests.dependencies.test_rulings import asked, recommended

    row = recommended(office.world, asked(office.world, name=f"made-{name}"))

    def decide(actor: Any, allow: bool) -> Any:
        return lambda: services.decide_ruling(actor=actor, ruling=row, allow=allow, because="So it is.").state()

    def afterwards() -> dict[str, Any]:
        now = Ruling.objects.get(pk=row.pk)
        return {"state": now.state(), "told": events("dependencies.ruling.decided", row.public_id)}

    return Meeting((decide(office.world.business, True), decide(office.other_owner, False)), (DECIDED, DECIDED), afterwards)


def hand_in_and_judge(office: Office, name: str) -> Meeting:
    """A review is handed in while somebody else still judges a point of it."""
    from datetime import timedelta

    from foundation import clock
    from foundation.canonical import digest
    from governance.dependencies import services
    from governance.dependencies.models import Review
    from governance.dependencies.selectors.review_sheets import sheet_of_review
    from tests.dependencies.released import READS, released
    from tests.dependencies.reviewing import judge_all

    draft = services.start_review(
        actor=office.world.scientist, release=released({"a.py": READS}, f"1.0+{name}".replace("-", "."))
    )
    judge_all(office.world.scientist, draft, why="First.")
    key = sheet_of_review(draft).items[0].point.key

    def hand_in() -> str:
        until = clock.now() + timedelta(days=30)
        return str(services.prepare_review(actor=office.world.scientist, review=draft, expires_at=until).points[key]["why"])

    def judge() -> str:
        said = {key: {"verdict": "expected", "why": "Second."}}
        return str(services.save_points(actor=office.world.lead, review=draft, points=said).points[key]["why"])

    def afterwards() -> dict[str, Any]:
        now = Review.objects.get(pk=draft.pk)
        return {"why": now.points[key]["why"], "vouched": digest(now.content()) == now.content_digest}

    return Meeting((hand_in, judge), (WHOLE, JUDGING), afterwards)


def import_and_question(office: Office, name: str) -> Meeting:
    """Known flaws are imported, another one in place of each that was there, while somebody asks whether the lock may be used."""
    from governance.dependencies.models import AdvisorySnapshot, DependencySet
    from governance.dependencies.selectors.status import status_of
    from tests.dependencies.osv import imported, record

    def feed(number: int) -> list[dict[str, Any]]:
        return [record(f"GHSA-{name}-{number}-{part}", "thing") for part in range(3)]

    imported(office.world.admin, *feed(1))
    old = AdvisorySnapshot.objects.latest("pk").public_id

    def ask() -> str:
        status = status_of([DependencySet.objects.get(pk=office.lock.pk)], use_case=office.world.use_case)
        flaws = sorted(item.flaw.key for row in status.requirements for item in row.flaws)
        return json.dumps([status.evidence()["advisory_snapshot"], flaws])

    def import_others() -> str:
        run = imported(office.world.admin, *feed(2))
        assert run.snapshot is not None, run.failure
        return str(run.snapshot.public_id)

    def afterwards() -> dict[str, Any]:
        new = AdvisorySnapshot.objects.latest("pk").public_id
        names = {number: sorted(item["id"] for item in feed(number)) for number in (1, 2)}
        return {"whole": [json.dumps([[old], names[1]]), json.dumps([[new], names[2]])]}

    return Meeting((import_others, ask), (ENDED, ASKING), afterwards)


def _prepared(scenario: Callable[[Office, str], Meeting], office: Office, name: str) -> Meeting:
    """A meeting about things that are named after it."""
    return scenario(office, f"{scenario.__name__}-{name}".replace("_", "-"))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from config import prepare

    prepare.database()
    office = Office()
    scenarios = (two_uploads, two_decisions, hand_in_and_judge, import_and_question)
    found = {scenario.__name__: meet(partial(_prepared, scenario, office)) for scenario in scenarios}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
