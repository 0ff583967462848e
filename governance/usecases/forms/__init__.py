"""What people type about use cases. Rules that matter are the services'; forms only turn text into values."""

from __future__ import annotations

from governance.usecases.forms.definitions import DefinitionForm as DefinitionForm
from governance.usecases.forms.definitions import Draft as Draft
from governance.usecases.forms.documents import DocumentForm as DocumentForm
from governance.usecases.forms.increments import FeedbackForm as FeedbackForm
from governance.usecases.forms.increments import GuestsForm as GuestsForm
from governance.usecases.forms.increments import IncrementForm as IncrementForm
from governance.usecases.forms.increments import OutcomeForm as OutcomeForm
from governance.usecases.forms.increments import WithdrawForm as WithdrawForm
from governance.usecases.forms.kpis import KpiForm as KpiForm
from governance.usecases.forms.kpis import KpiForms as KpiForms
from governance.usecases.forms.kpis import without_zeros as without_zeros
from governance.usecases.forms.people import EndRoleForm as EndRoleForm
from governance.usecases.forms.people import GiveRoleForm as GiveRoleForm
from governance.usecases.forms.risk import EndTierForm as EndTierForm
from governance.usecases.forms.risk import QuestionsForm as QuestionsForm
from governance.usecases.forms.risk import RiskForm as RiskForm
from governance.usecases.forms.risk import TierForm as TierForm
from governance.usecases.forms.stack import DeviationForm as DeviationForm
from governance.usecases.forms.stack import EndDeviationForm as EndDeviationForm
from governance.usecases.forms.stack import NeedForm as NeedForm
from governance.usecases.forms.stack import OfferForm as OfferForm
from governance.usecases.forms.stack import PlatformForm as PlatformForm
from governance.usecases.forms.stack import at_fields as at_fields
from governance.usecases.forms.stages import AnswerForm as AnswerForm
from governance.usecases.forms.stages import BackForm as BackForm
from governance.usecases.forms.stages import BoardFilterForm as BoardFilterForm
from governance.usecases.forms.stages import GoOnForm as GoOnForm
from governance.usecases.forms.stages import HandOverForm as HandOverForm
from governance.usecases.forms.stages import LifecycleForm as LifecycleForm
from governance.usecases.forms.stages import MoveForm as MoveForm
from governance.usecases.forms.stages import StandstillForm as StandstillForm
from governance.usecases.forms.use_cases import FilterForm as FilterForm
from governance.usecases.forms.use_cases import ListForm as ListForm
from governance.usecases.forms.use_cases import OpenForm as OpenForm
