"""Turns what was said about a version into what we saw ourselves, as far as the mirror goes."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, outbox
from foundation.canonical import digest_bytes
from foundation.models import OutboxEvent
from lineage import mirror
from lineage.components import code_digest_body
from lineage.models import Commit, ModelVersion, ProvenanceFact, Repository
from lineage.services.components import store_component

VERIFIED = audit.kind("lineage.model_version.verified", _("Provenance verified from the mirror"))
LARGEST_SOURCE = 4 * 1024 * 1024
Status = ProvenanceFact.Status


def verify_version(*, model_version: ModelVersion) -> bool:
    """Look the version's commit up in the mirrors of its use case and record what is found; False when nothing is new.

    Verified are: the commit, its tree (the component `code`), and each file that was pushed, byte by byte against the
    tree. A pushed file that is not the one in the commit stays part of `code` and is recorded as contradicted.
    """
    found = (
        Commit.objects.filter(sha=model_version.commit, repository__uses__use_case=model_version.use_case)
        .select_related("repository")
        .order_by("repository_id")
        .first()
    )
    if found is None:
        return False
    repository = found.repository
    facts = {"commit": (model_version.commit, Status.VERIFIED, f"found in the mirror of {repository.title}")}
    facts["repository"] = (repository.url, Status.VERIFIED, "the commit is in this repository")
    same = _compare_files(repository, model_version, facts)
    entries = mirror.tree_entries(repository.mirror, found.sha)
    facts["tree"] = (found.tree, Status.VERIFIED, f"{len(entries)} files read from the mirror")
    body = code_digest_body(entries, same)
    shown = {
        "tree": found.tree,
        "files": len(body["files"]),
        "left_out": sorted(same),
        "commit": found.sha,
        "repository": repository.public_id,
    }
    with transaction.atomic():
        row = ModelVersion.objects.select_for_update().get(pk=model_version.pk)
        changed = _add_facts(row, facts)
        changed = store_component(row, "code", body, shown=shown) or changed
        if changed:
            actor = actors.system("git")
            audit.record(actor, VERIFIED, ModelVersion.objects.get(pk=row.pk), {"commit": found.sha, "tree": found.tree})
            outbox.publish(actor, "lineage.model_version.verified", row)
    return changed


def _compare_files(repository: Repository, row: ModelVersion, facts: dict[str, tuple[str, Status, str]]) -> set[str]:
    """The pushed files that are, byte for byte, those of the commit. Line ends are not forgiven: the digest is of bytes.

    Lock files that were read at the commit are those of the commit.
    """
    same = _read_at_the_commit(row)
    wanted = [(row.commit, source["path"]) for source in row.sources]
    try:
        blobs = mirror.read_blobs(repository.mirror, wanted, max_bytes=LARGEST_SOURCE)
    except mirror.MirrorError as error:
        facts["files"] = ("", Status.CONTRADICTED, str(error)[:200])
        return same
    for source in row.sources:
        blob = blobs.get((row.commit, source["path"]))
        key = f"file:{source['path']}"[:60]
        if blob is None:
            facts[key] = (source["sha256"], Status.CONTRADICTED, "the commit has no such file")
        elif blob.content is None or digest_bytes(blob.content) != source["sha256"]:
            facts[key] = (source["sha256"], Status.CONTRADICTED, "the file in the commit has other bytes")
        else:
            facts[key] = (source["sha256"], Status.VERIFIED, "the same bytes as in the commit")
            same.add(source["path"])
    return same


def _read_at_the_commit(row: ModelVersion) -> set[str]:
    """The paths of lock files that did not come with the push."""
    pushed = {source["path"].strip().replace("\\", "/").removeprefix("./") for source in row.sources}
    return set(row.locks.values_list("dependency_set__path", flat=True)) - pushed


def _add_facts(row: ModelVersion, facts: dict[str, tuple[str, Status, str]]) -> bool:
    known = {fact.key: (fact.value, fact.status, fact.how) for fact in row.facts.all()}
    fresh = [
        ProvenanceFact(model_version=row, key=key, value=value, status=status, how=how[:200], origin="git", at=clock.now())
        for key, (value, status, how) in facts.items()
        if known.get(key) != (value, status, how)
    ]
    ProvenanceFact.objects.bulk_create(fresh)
    return bool(fresh)


def on_synchronised(event: OutboxEvent) -> None:
    """A mirror has news: look again at the versions of its use cases whose tree nobody has seen yet."""
    repository = Repository.objects.filter(public_id=event.subject_id).first()
    if repository is None:
        return
    waiting = ModelVersion.objects.filter(use_case__repository_uses__repository=repository).exclude(components__name="code")
    for row in waiting.distinct():
        verify_version(model_version=row)
