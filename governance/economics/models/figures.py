"""What each case comes to, kept beside it: a page that puts thousands of use cases beside each other cannot reckon them all."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from governance.economics.models.cases import Case, OfCaseQuerySet, Snapshot
from governance.economics.portfolio import REVISION, Worth

LONGEST_AMOUNT = 120  # characters of a Decimal of 80 digits, with its sign, point and exponent


class CaseFiguresQuerySet(OfCaseQuerySet):
    def standing(self) -> CaseFiguresQuerySet:
        """Those that were reckoned as is reckoned today."""
        return self.filter(revision=REVISION)


class CaseFigures(models.Model):
    """The figures of a case as its snapshots, its baseline and its actuals make them: nothing that cannot be reckoned anew from these.

    They are written in the transaction that changes any of the three, under the lock on the case, so they are never behind it. `basis`
    and the amounts are those of `portfolio.Position`, unrounded, as the texts of decimals: SQLite has no column that keeps so many digits. Blank
    is what is not known. `revision` says by which rules they were reckoned; those of other rules are never shown.
    """

    class Basis(models.TextChoices):  # what the value rests on, in codes
        BASELINE = "baseline"
        SNAPSHOT = "snapshot"
        REFUSED = "refused"

    case = models.OneToOneField(Case, models.PROTECT, primary_key=True, related_name="figures")
    revision = models.PositiveSmallIntegerField()
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="+")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    npv = models.CharField(max_length=LONGEST_AMOUNT, blank=True)
    annual = models.CharField(max_length=LONGEST_AMOUNT, blank=True)
    effort = models.CharField(max_length=LONGEST_AMOUNT, blank=True)
    benefit_a_month = models.CharField(max_length=LONGEST_AMOUNT, blank=True)
    spent = models.CharField(max_length=LONGEST_AMOUNT, blank=True)
    realised = models.CharField(max_length=LONGEST_AMOUNT, blank=True)

    objects = CaseFiguresQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.case)

    def take_over(self, worth: Worth | None) -> None:
        """What the snapshot is worth; None where it cannot be reckoned."""
        for name in ("npv", "annual", "effort", "benefit_a_month"):
            setattr(self, name, as_text(getattr(worth, name) if worth is not None else None))


def as_text(amount: Decimal | None) -> str:
    """An amount as it is kept, to its last digit."""
    return "" if amount is None else str(amount)
