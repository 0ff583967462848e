"""A use case and what was agreed about it: immutable definitions with their KPIs."""

from __future__ import annotations

from governance.usecases.models.definitions import Definition as Definition
from governance.usecases.models.definitions import DefinitionQuerySet as DefinitionQuerySet
from governance.usecases.models.definitions import Kpi as Kpi
from governance.usecases.models.documents import Document as Document
from governance.usecases.models.documents import DocumentQuerySet as DocumentQuerySet
from governance.usecases.models.documents import DocumentWithdrawal as DocumentWithdrawal
from governance.usecases.models.hand_overs import HandOver as HandOver
from governance.usecases.models.increments import Attachment as Attachment
from governance.usecases.models.increments import Feedback as Feedback
from governance.usecases.models.increments import FeedbackOutcome as FeedbackOutcome
from governance.usecases.models.increments import Increment as Increment
from governance.usecases.models.increments import Showing as Showing
from governance.usecases.models.intake import Import as Import
from governance.usecases.models.intake import ImportRow as ImportRow
from governance.usecases.models.intake import ImportRun as ImportRun
from governance.usecases.models.intake import InventoryEntry as InventoryEntry
from governance.usecases.models.intake import LikenessWord as LikenessWord
from governance.usecases.models.risk import RiskAssessment as RiskAssessment
from governance.usecases.models.risk import RiskOverride as RiskOverride
from governance.usecases.models.risk import RiskQuestionnaire as RiskQuestionnaire
from governance.usecases.models.stack import Platform as Platform
from governance.usecases.models.stack import PlatformOffer as PlatformOffer
from governance.usecases.models.stack import StackDeviation as StackDeviation
from governance.usecases.models.stack import StackNeed as StackNeed
from governance.usecases.models.stages import LONGEST_REASON as LONGEST_REASON
from governance.usecases.models.stages import LifecycleVersion as LifecycleVersion
from governance.usecases.models.stages import StageMove as StageMove
from governance.usecases.models.stages import Standstill as Standstill
from governance.usecases.models.threads import Comment as Comment
from governance.usecases.models.threads import CommentVersion as CommentVersion
from governance.usecases.models.threads import Following as Following
from governance.usecases.models.threads import Mention as Mention
from governance.usecases.models.threads import Thread as Thread
from governance.usecases.models.threads import ThreadMove as ThreadMove
from governance.usecases.models.threads import ThreadQuerySet as ThreadQuerySet
from governance.usecases.models.use_cases import UseCase as UseCase
from governance.usecases.models.use_cases import UseCaseQuerySet as UseCaseQuerySet
