"""Who made what a version consists of."""

from __future__ import annotations

import structlog
from django.db.models import F, Q
from django.db.models.functions import Lower

from governance.dictionary.selectors import bound_columns
from governance.economics.selectors.cases import current_snapshot
from governance.people.models import RoleGrant
from governance.people.roles import BUILDERS
from governance.usecases.authorship import Authors
from governance.usecases.models import UseCase
from lineage import mirror
from lineage.models import Commit, DatasetInput, ModelVersion
from lineage.selectors.builds import newest_versions

log = structlog.get_logger(__name__)


def authors_of(model_version: ModelVersion) -> dict[str, set[str]]:
    """Component → public ids of the people who wrote it in Countersign: definition, elements, case, and the push itself."""
    found: dict[str, set[str]] = {}
    definition = model_version.use_case.current_definition()
    if definition and definition.created_by:
        found["use_case"] = {definition.created_by.public_id}
    snapshot = current_snapshot(model_version.use_case)
    if snapshot and (writers_of_case := {*snapshot.authors, *([snapshot.created_by.public_id] if snapshot.created_by else [])}):
        found["economics"] = writers_of_case
    columns = {row.name: row.columns for row in DatasetInput.objects.filter(model_version=model_version)}
    bound = [item for said in bound_columns(columns).values() for item in said]
    writers = [item.version.created_by for item in bound if item.version] + [item.binding.created_by for item in bound]
    found["dictionary"] = {user.public_id for user in writers if user is not None}
    if model_version.created_by:
        for name in ("model", "data"):
            found.setdefault(name, set()).add(model_version.created_by.public_id)
    return found


def emails_between(model_version: ModelVersion, since: str | None) -> set[str]:
    """Addresses of authors and committers of the commits that led from `since` (or the beginning) to the version.

    A commit nobody has seen yet has no authors we know: its request is judged again when the mirror brings it.
    """
    found = (
        Commit.objects.filter(sha=model_version.commit, repository__uses__use_case=model_version.use_case)
        .select_related("repository")
        .first()
    )
    if found is None:
        return set()
    path = found.repository.mirror
    try:
        base = since if since and mirror.has_commit(path, since) else None
        emails = mirror.authors_between(path, base, found.sha)
    except mirror.MirrorError as error:
        # The table knows the commit although the mirror does not answer: take everybody, which excludes too many, never too few.
        log.warning("lineage.authors_from_table", repository=found.repository.public_id, code=error.code)
        rows = found.repository.commits.values_list(F("author_email"), F("committer_email"))
        emails = frozenset(address for pair in rows for address in pair)
    return {address.lower() for address in emails}


def newest_authors(use_case: UseCase) -> Authors | None:
    """Who of those who build the use case wrote its newest version: pushed it or its pipeline, or has commits in its repositories.

    None while there is no version. Four queries.
    """
    newest = newest_versions([use_case]).first()
    if newest is None:
        return None
    builders = {grant.user.pk: grant.user for grant in RoleGrant.objects.live().covering(use_case.public_id)
                .filter(role__in=BUILDERS).select_related("user").order_by("pk")}  # fmt: skip
    mine = Q(pk=newest.pk) | Q(kind=ModelVersion.Kind.PIPELINE)
    pushed = ModelVersion.objects.filter(mine, use_case=use_case, created_by__in=builders)
    wrote = set(pushed.values_list("created_by_id", flat=True))
    by_address = {user.email.lower(): pk for pk, user in builders.items()}
    commits = Commit.objects.filter(repository__uses__use_case=use_case).annotate(address=Lower("author_email"))
    seen = commits.filter(address__in=by_address).order_by().values_list("address", flat=True).distinct()
    wrote |= {by_address[address] for address in seen}
    return Authors(newest.label, [user for pk, user in builders.items() if pk in wrote])
