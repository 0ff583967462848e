"""What stages ask of the facts: was something built, and could it be built again?"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.usecases import conditions
from governance.usecases.conditions import Answer, Cases
from governance.usecases.models import UseCase
from lineage.models import ProvenanceFact
from lineage.selectors.builds import Newest, newest_in_full

BUILDERS = ("data_scientist", "ml_engineer")
Status = ProvenanceFact.Status


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("version.registered", gettext_lazy("A version is registered"), many=_registered)
    conditions.register("version.reproducible", gettext_lazy("The newest version could be built again"), many=_reproducible)


def _registered(cases: Cases) -> Mapping[int, Answer]:
    versions = newest_in_full(cases)
    return {case.pk: _is_there(case, versions.get(case.pk)) for case in cases}


def _is_there(case: UseCase, row: Newest | None) -> Answer:
    if row is None:
        said = _("No version yet. CI registers one with countersign push.")
        return Answer("unmet", said, f"/use-cases/{case.slug}/models/", BUILDERS)
    return Answer("met", row.label, f"/models/{row.public_id}/")


def _reproducible(cases: Cases) -> Mapping[int, Answer]:
    """Provenance seen by ourselves, a clean working tree, locks, and a digest of each data set."""
    versions = newest_in_full(cases)
    found = {}
    for case in cases:
        row = versions.get(case.pk)
        if row is None:
            found[case.pk] = _is_there(case, None)
            continue
        url = f"/models/{row.public_id}/"
        if lacking := _lacking(row):
            said = _("%(version)s: %(lacking)s.") % {"version": row.label, "lacking": "; ".join(lacking)}
            found[case.pk] = Answer("unmet", said, url, BUILDERS)
        else:
            said = _("%(version)s: commit seen, libraries locked, data named by digest.") % {"version": row.label}
            found[case.pk] = Answer("met", said, url)
    return found


def _lacking(row: Newest) -> list[str]:
    """What would be missing to build it again, in words."""
    problems = [
        (row.tree != Status.VERIFIED, _("its commit was not seen in a registered repository")),
        (row.dirty is not False, _("it was not said that the working tree was clean")),
        (bool(row.contradicted), _("contradicted by the repository: %(names)s") % {"names": row.contradicted}),
        (not row.locks and not row.image_digest, _("no lock file and no image digest")),
        (not row.columns, _("its data sets are not named")),
        (row.undigested, _("a data set has no digest")),
    ]
    return [said for applies, said in problems if applies]
