"""Rulings: what may be used although it is not reviewed or has a flaw, and what may not be used at all."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from foundation import clock
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.dependencies.lockfiles import LONGEST_NAME, PYPI
from governance.dependencies.models.packages import AppendOnlyFromInsideQuerySet, FromInsideQuerySet
from governance.people.models import User
from governance.usecases.models import UseCase

LONGEST_SPECIFIER = LONGEST_NAME + 100
State = Literal["asked", "recommended", "in_force", "refused", "expired", "revoked"]


class RulingQuerySet(FromInsideQuerySet):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the organisation by everybody inside, those of a use case by who sees it."""
        seen = UseCase.objects.visible_to(actor).values("public_id")
        return super().visible_to(actor).filter(Q(scope="") | Q(scope__in=seen))

    def live(self, at: datetime | None = None) -> Self:
        """In force at `at` (now). What has run out is absent in the same instant; nothing has to happen for that."""
        at = at or clock.now()
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=at),
            Q(revoked_at=None) | Q(revoked_at__gt=at),
            decision="yes",
            decided_at__lte=at,
        )


class Ruling(PublicIdModel):
    """Asked for by somebody, recommended by security, decided by the owner: three people's fields, never one's.

    exempt: counts as reviewed for some criteria. accept: a flaw (`advisory`: key and all its aliases) does no harm here, or is borne.
    block: not to be used, whatever else is said; security alone decides that, at once, and it needs no end.
    `scope` is the public id of a use case, or nothing for the whole organisation, whose owner is then data security itself: a
    second person of security. With `until_fix` it holds only while no fixed version is known.
    """

    class Effect(models.TextChoices):
        EXEMPT = "exempt", _("Exempt from review")
        ACCEPT = "accept", _("Accept a flaw")
        BLOCK = "block", _("Block")

    class Word(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")

    public_id_prefix = "rul"
    audit_fields = (
        "effect", "ecosystem", "name", "specifier", "advisory", "aliases", "criteria", "scope", "reason", "justification", "expires_at",
        "until_fix", "supersedes", "recommendation", "recommended_by", "decision", "decided_by", "revoked_at",
    )  # fmt: skip

    effect = models.CharField(max_length=8, choices=Effect.choices)
    ecosystem = models.CharField(max_length=40, default=PYPI)
    name = models.CharField(_("Package"), max_length=LONGEST_NAME)
    specifier = models.CharField(
        _("Versions"), max_length=LONGEST_SPECIFIER, blank=True
    )  # PEP 440 for PyPI, exact elsewhere; empty: every version
    advisory = models.CharField(_("Flaw"), max_length=100, blank=True)  # of `accept`
    aliases = models.JSONField(default=list, blank=True)  # all ids of the flaw when it was asked
    criteria = models.JSONField(default=list, blank=True)  # of `exempt`
    scope = models.CharField(max_length=40, blank=True)
    reason = models.TextField(_("Why"), validators=[MaxLengthValidator(4000)])
    justification = models.CharField(max_length=60, blank=True)  # the word of CycloneDX: code_not_reachable …
    expires_at = models.DateTimeField(_("Until when"), null=True, blank=True)
    until_fix = models.BooleanField(default=False)
    batch = models.CharField(max_length=40, blank=True)  # those that were made in one go, such as at the start of use
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="superseded_by")
    created_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    # Written once
    recommendation = models.CharField(max_length=3, choices=Word.choices, null=True, blank=True)
    recommended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    recommended_at = models.DateTimeField(null=True, blank=True)
    recommended_because = models.TextField(null=True, blank=True)
    decision = models.CharField(max_length=3, choices=Word.choices, null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_because = models.TextField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=500, null=True, blank=True)

    objects = RulingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(effect="block") | Q(expires_at__isnull=False), name="ruling_has_an_end"),
            models.CheckConstraint(
                condition=Q(effect="block") | Q(decided_by=None) | ~Q(decided_by=F("recommended_by")),
                name="ruling_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(effect="block") | Q(decided_by=None) | Q(created_by=None) | ~Q(decided_by=F("created_by")),
                name="ruling_decided_by_no_asker",
            ),
            models.CheckConstraint(
                condition=Q(effect="block")
                | Q(decision=None)
                | Q(decision="no")
                | Q(recommended_at__isnull=False, recommended_by__isnull=False, decided_by__isnull=False),
                name="ruling_recommended_before_it_holds",
            ),
            models.CheckConstraint(condition=Q(decision=None) | Q(decided_at__isnull=False), name="ruling_decided_at_a_time"),
            models.CheckConstraint(condition=~Q(effect="accept") | ~Q(advisory=""), name="ruling_accepts_a_flaw"),
        ]
        indexes = [models.Index(fields=["ecosystem", "name"], name="ruling_of_package")]

    def state(self, at: datetime | None = None) -> State:
        """Where it stands at `at` (now)."""
        at = at or clock.now()
        if self.revoked_at is not None and self.revoked_at <= at:
            return "revoked"
        if self.decision == self.Word.NO:
            return "refused"
        if self.expires_at is not None and self.expires_at <= at:
            return "expired"
        if self.decision == self.Word.YES:
            return "in_force"
        return "recommended" if self.recommended_at is not None else "asked"

    def content(self) -> dict[str, Any]:
        """What people judge who are asked about it in a request: all that it says, and nothing of who said what about it."""
        return {
            "format": "countersign/ruling/1",
            "effect": self.effect,
            "ecosystem": self.ecosystem,
            "name": self.name,
            "specifier": self.specifier,
            "advisory": self.advisory,
            "aliases": self.aliases,
            "criteria": self.criteria,
            "scope": self.scope,
            "reason": self.reason,
            "justification": self.justification,
            "expires_at": self.expires_at,
            "until_fix": self.until_fix,
            "supersedes": self.supersedes.public_id if self.supersedes is not None else None,
        }

    def audit_scope(self) -> str:
        return self.scope

    def __str__(self) -> str:
        return f"{self.get_effect_display()}: {self.name} {self.specifier}".strip()


class RulingRequester(models.Model):
    """Somebody who needs the same as was asked for already, and why. Who needs it does not decide it."""

    ruling = models.ForeignKey(Ruling, models.PROTECT, related_name="requesters")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    why = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()

    objects = AppendOnlyFromInsideQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ruling", "user"], name="ruling_requester_once")]
