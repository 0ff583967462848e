"""What people say to each other about anything that is governed: threads, their comments, and who follows them.

Nothing of this decides: a verdict is a ballot, a sign-off is a decision, and neither can be given here.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from foundation import objects
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from foundation.models import AppendOnlyQuerySet, PublicIdModel
from foundation.visibility import comes_from_outside
from governance.people.models import RoleGrant, User
from governance.people.roles import OUTSIDE
from governance.people.selectors import within_scopes_seen, within_scopes_shared
from governance.usecases.discussed import by_use_case, is_discussed

SHARED = ("df", "do", "ic")  # definitions, documents and increments: a client sees them without seeing the use case


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those about things that the actor may see: through the use case, else each by the rule of its own room.

        Somebody from outside sees, of those about what is shared with them, the ones that somebody from outside began or that mention
        them: what colleagues say to each other beside a shared paper is not shared by that. It asks once which other types there are
        threads about; the rest is a condition of the query.
        """
        if actor.kind == "system":
            return self
        outside = comes_from_outside(actor)
        plain = frozenset() if outside else by_use_case()
        inside = within_scopes_seen(actor, "scope") if actor.bound_to else within_scopes_seen(actor, "scope") | Q(scope="")
        seen = Q(subject_type__in=plain) & inside
        others = self.model._default_manager.exclude(subject_type__in=plain).order_by()
        for prefix in others.values_list("subject_type", flat=True).distinct():
            kind = objects.by_prefix(f"{prefix}_")
            if kind is not None and is_discussed(prefix):
                rows: Any = kind.model._default_manager
                about = rows.visible_to(actor).filter(public_id=OuterRef("subject_id")).order_by()
                seen |= Q(subject_type=prefix) & Q(Exists(about))
        if not outside:
            shared = within_scopes_shared(actor, "scope") & Q(subject_type__in=SHARED)
            return self.filter(seen | (shared & _with_clients(actor)))
        return self.exclude(scope="").filter(seen & _with_clients(actor))

    def open_to(self, actor: Actor) -> Self:
        """Of threads about things that the actor sees: all of them to whoever sees the use case from inside, to its client those that
        somebody from outside began or that mention them. A condition of the query: it costs none of its own."""
        if actor.kind == "system":
            return self
        return self.filter(Q(scope="") | within_scopes_seen(actor, "scope") | _with_clients(actor))

    def open(self) -> Self:
        return self.filter(resolved_at=None)

    def questions(self) -> Self:
        return self.filter(question=True)

    def followed_by(self, user: User) -> Self:
        return self.filter(Exists(_followings(user, Following.State.FOLLOWS)))

    def mentioning(self, user: User) -> Self:
        return self.filter(Exists(Mention.objects.filter(comment__thread=OuterRef("pk"), user=user)))

    def concerning(self, user: User) -> Self:
        """Those somebody follows or is mentioned in, unless they muted them."""
        named = Mention.objects.filter(comment__thread=OuterRef("pk"), user=user)
        wanted = Q(Exists(_followings(user, Following.State.FOLLOWS))) | Q(Exists(named))
        return self.filter(wanted & ~Q(Exists(_followings(user, Following.State.MUTED))))


def _with_clients(actor: Actor) -> Q:
    """Threads that somebody from outside began, or that mention the actor."""
    began = RoleGrant.objects.filter(scope=OuterRef("scope"), user=OuterRef("created_by"), role__in=OUTSIDE)
    named = Mention.objects.filter(comment__thread=OuterRef("pk"), user=actor.user)
    return Q(Exists(began)) | Q(Exists(named))


def _followings(user: User, state: str) -> models.QuerySet[Following]:
    return Following.objects.filter(thread=OuterRef("pk"), user=user, state=state)


class Thread(PublicIdModel):
    """A conversation about one thing, or about one component of a request. Open until somebody resolves it; it can be reopened.

    The columns that may change are caches: `title` of the first comment, `length` of the comments, the rest of the newest move.
    """

    public_id_prefix = "th"

    subject_type = models.CharField(max_length=8)  # prefix of the public id
    subject_id = models.CharField(max_length=40)
    component = models.CharField(max_length=40, blank=True)
    scope = models.CharField(max_length=40, blank=True)  # public id of the use case it belongs to; blank: to none
    question = models.BooleanField(default=False)
    title = models.CharField(max_length=120, blank=True)  # blank: what it began with was withdrawn
    length = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="threads")
    created_at = models.DateTimeField()
    last_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-id"], name="thread_by_subject"),
            models.Index(fields=["scope", "-id"], name="thread_by_scope"),
        ]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    def audit_state(self) -> dict[str, Any]:
        """What the log vouches for: every comment as it stands now, and whether the thread is resolved."""
        said = [
            {
                "id": comment.public_id,
                "by": comment.author.public_id,
                "text": digest_bytes(comment.text.encode()),
                "versions": comment.versions_kept,
                "withdrawn": comment.withdrawn_at is not None,
            }
            for comment in self.comments.select_related("author").order_by("number")
        ]
        return {
            "subject": self.subject_id,
            "component": self.component,
            "question": self.question,
            "resolved_at": self.resolved_at,
            "resolved_by": self.resolved_by.public_id if self.resolved_by else None,
            "comments": said,
        }

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return self.title


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, actor: Actor) -> Self:
        return self.filter(thread__in=Thread.objects.visible_to(actor))


class Comment(PublicIdModel):
    """What one person said at one moment. `text` is its newest version; withdrawn, it is empty and the place is kept."""

    public_id_prefix = "cm"

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="comments")
    number = models.PositiveIntegerField()  # within the thread, from 1
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    text = models.TextField(blank=True)
    versions_kept = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="comment_numbered_once")]

    def audit_scope(self) -> str:
        return self.thread.scope

    @property
    def url(self) -> str:
        """Where it stands: on the page of its thread."""
        return f"/threads/{self.thread.public_id}/#{self.public_id}"


class CommentVersion(models.Model):
    """One wording of a comment. The first is number 1; an edit adds the next."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    created_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "number"], name="comment_version_numbered_once")]


class Mention(models.Model):
    """Somebody is named in a comment. `told` is false where they cannot see what it is about: then nobody told them."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="mentions")
    user = models.ForeignKey(User, models.PROTECT, related_name="mentions")
    typed = models.CharField(max_length=120)  # as it stands behind the @
    told = models.BooleanField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="mention_once_per_comment")]


class ThreadMove(models.Model):
    """A thread was resolved or opened again. The newest one says where it stands."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="moves")
    number = models.PositiveIntegerField()
    resolved = models.BooleanField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "number"], name="thread_move_numbered_once")]


class Following(models.Model):
    """Whether somebody wants to hear of a thread. A preference, like a notice: it proves nothing and is not audited."""

    class State(models.TextChoices):
        FOLLOWS = "follows", _("Follows")
        MUTED = "muted", _("Muted")
        LEFT = "left", _("Only when named")  # they hear of it when somebody mentions them

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="followings")
    user = models.ForeignKey(User, models.PROTECT, related_name="followings")
    state = models.CharField(max_length=10, choices=State.choices)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["thread", "user"], name="following_once")]
        indexes = [models.Index(fields=["user", "state"], name="following_by_user")]
