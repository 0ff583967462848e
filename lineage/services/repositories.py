"""Registering repositories and bringing their commits here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock, jobs, outbox
from foundation.actor import Actor
from foundation.errors import Conflict, Invalid
from foundation.models import Job
from foundation.permissions import require
from governance.usecases.models import UseCase
from lineage import mirror
from lineage.models import Commit, ModelVersion, Repository, RepositoryUse
from lineage.permissions import may_push, may_synchronise
from lineage.services import files

REGISTERED = audit.kind("lineage.repository.registered", _("Repository registered"))
LINKED = audit.kind("lineage.repository.linked", _("Repository linked to a use case"))
BATCH = 2000


def access() -> mirror.Access:
    """What mirrors of this installation may reach: its own demo always, other local paths when a setting allows them."""
    return mirror.Access(
        allow_local=settings.ALLOW_LOCAL_REPOSITORIES,
        local_roots=(Path(settings.DEMO_REPOSITORIES),),
        allowed_hosts=frozenset(settings.REPOSITORY_HOSTS),
    )


def check_address(url: str) -> str:
    """The address in its normal form. Raises Invalid with the reason when it may not be fetched."""
    may = access()
    try:
        return mirror.check_url(url, allow_local=may.allow_local, local_roots=may.local_roots, allowed_hosts=may.allowed_hosts)
    except mirror.MirrorError as error:
        raise Invalid(f"{error.message} {error.hint}".strip(), code=error.code) from error


def register_repository(*, actor: Actor, use_case: UseCase, url: str) -> tuple[Repository, Job]:
    """Register a repository for a use case and queue its first synchronisation. Doing so again only synchronises again.

    Raises NotAllowed, or Invalid when the address is not one that may be fetched.
    """
    require(may_push(actor, use_case))
    url = check_address(url)
    try:
        with transaction.atomic():
            row, made = Repository.objects.get_or_create(url=url, defaults={"created_by": actor.user, "created_at": clock.now()})
            if made:
                audit.record(actor, REGISTERED, row, {"use_case": use_case.public_id}, personal={"url": url})
            _link, linked = RepositoryUse.objects.get_or_create(
                repository=row, use_case=use_case, defaults={"created_at": clock.now()}
            )
            if linked and not made:
                audit.record(actor, LINKED, row, {"use_case": use_case.public_id})
            job = _queue(actor, row)
    except IntegrityError as error:
        raise Conflict(_("Somebody registered this repository at the same moment. Try again."), code="repository.race") from error
    return row, job


def synchronise_later(*, actor: Actor, repository: Repository) -> Job:
    """Queue a synchronisation, unless one is queued that has not begun. Raises NotAllowed."""
    require(may_synchronise(actor, repository))
    return _queue(actor, repository)


def fetch_if_unseen(*, actor: Actor, model_version: ModelVersion) -> None:
    """Queue a synchronisation for a version whose commit no mirror has seen: a push comes before the mirror's turn.

    Of the repository it names or, where it names none, of those of its use case.
    """
    named = model_version.repository_url
    rows = Repository.objects.filter(uses__use_case=model_version.use_case, **({"url": named} if named else {}))
    if not Commit.objects.filter(repository__in=rows, sha=model_version.commit).exists():
        for row in rows:
            _queue(actor, row)


def synchronise_stale(*, older_than: timedelta) -> int:
    """Queue a synchronisation of each repository in use that was not looked at for that long; how many."""
    system = actors.system("git")
    stale = Repository.objects.filter(Q(synced_at=None) | Q(synced_at__lt=clock.now() - older_than), uses__isnull=False)
    rows = list(stale.distinct())
    for row in rows:
        _queue(system, row)
    return len(rows)


def _queue(actor: Actor, repository: Repository) -> Job:
    waiting = Job.objects.filter(kind="lineage.synchronise", args__repository=repository.pk, state=Job.State.QUEUED).first()
    if waiting is not None:
        return waiting
    moment = clock.now().strftime("%Y%m%d%H%M%S%f")
    return jobs.submit(
        actor=actor,
        kind="lineage.synchronise",
        args={"repository": repository.pk},
        key=f"synchronise:{repository.public_id}:{moment}",
    )


@jobs.handler("lineage.synchronise")
def _synchronise_job(run: jobs.Run) -> None:
    repository = Repository.objects.get(pk=run.args["repository"])
    synchronise(repository=repository, run=run)


def synchronise(*, repository: Repository, run: jobs.Run | None = None) -> int:
    """Bring the mirror and the commit table up to date; how many commits are new. Safe to repeat and to interrupt.

    Raises Invalid with Git's reason; the reason is also kept on the repository, where its page shows it.
    """
    if run is not None:
        run.step(0, 3, "fetching")
    try:
        check_address(repository.url)
        if repository.mirror.exists():
            mirror.fetch(repository.mirror, repository.url, access=access())
        else:
            repository.mirror.parent.mkdir(parents=True, exist_ok=True)
            mirror.clone(repository.url, repository.mirror, access=access())
        if run is not None:
            run.step(1, 3, "reading commits")
        new = _store_commits(repository)
        head = mirror.default_branch(repository.mirror)
    except (mirror.MirrorError, Invalid) as error:  # the address may have become one that may not be fetched
        Repository.objects.filter(pk=repository.pk).update(problem=str(error))
        raise Invalid(str(error), code=error.code) from error
    if run is not None:
        run.step(2, 3, "verifying versions")
    with transaction.atomic():
        Repository.objects.filter(pk=repository.pk).update(
            synced_at=clock.now(), head=head, commit_count=repository.commits.count(), problem=""
        )
        outbox.publish(actors.system("git"), "lineage.repository.synchronised", repository, {"new": new})
    files.read_after_synchronising(repository, head)
    return new


def _store_commits(repository: Repository) -> int:
    """Append commits that the table lacks. All in one transaction: a half-read history would look like a whole one."""
    rows = []
    heads = sorted({ref.commit for ref in mirror.refs(repository.mirror)})
    with transaction.atomic():
        before = repository.commits.count()
        if heads != repository.heads:
            for commit in mirror.commits(repository.mirror, repository.heads):
                rows.append(_as_row(repository, commit))
                if len(rows) >= BATCH:
                    Commit.objects.bulk_create(rows, ignore_conflicts=True)
                    rows = []
            Commit.objects.bulk_create(rows, ignore_conflicts=True)
            Repository.objects.filter(pk=repository.pk).update(heads=heads)
        return repository.commits.count() - before


def _as_row(repository: Repository, commit: mirror.CommitRow) -> Commit:
    return Commit(
        repository=repository,
        sha=commit.sha,
        parents=list(commit.parents),
        tree=commit.tree,
        author_name=commit.author_name[:200],
        author_email=commit.author_email[:254],
        authored_at=commit.authored_at,
        committer_name=commit.committer_name[:200],
        committer_email=commit.committer_email[:254],
        committed_at=commit.committed_at,
        subject=commit.subject[:500],
    )
