"""The tables of economics: what a case says, what was agreed, what came of it, and what was asked for."""

from governance.economics.models.cases import CURRENCY, AppendOnlyOfCaseQuerySet, Case, CaseDraft, OfCaseQuerySet, Snapshot
from governance.economics.models.figures import CaseFigures
from governance.economics.models.provisions import Budget, BudgetChange, ProvisionRequest, ProvisionUse
from governance.economics.models.rates import RateRecord
from governance.economics.models.results import Actual, ActualImport, ActualImportRow, Baseline, Shortfall
from governance.economics.models.revaluations import Revaluation
from governance.economics.models.sheets import CaseSheet
from governance.economics.models.simulations import Simulation

__all__ = [
    "CURRENCY",
    "Actual",
    "ActualImport",
    "ActualImportRow",
    "AppendOnlyOfCaseQuerySet",
    "Baseline",
    "Budget",
    "BudgetChange",
    "Case",
    "CaseDraft",
    "CaseFigures",
    "CaseSheet",
    "OfCaseQuerySet",
    "ProvisionRequest",
    "ProvisionUse",
    "RateRecord",
    "Revaluation",
    "Shortfall",
    "Simulation",
    "Snapshot",
]
