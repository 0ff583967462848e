"""Reads over use cases: who works on them, what they were, what happened, and how far they are."""

from __future__ import annotations

from governance.usecases.selectors.increments import Said as Said
from governance.usecases.selectors.increments import Shown as Shown
from governance.usecases.selectors.increments import Unseen as Unseen
from governance.usecases.selectors.increments import increment_of as increment_of
from governance.usecases.selectors.increments import increments_seen as increments_seen
from governance.usecases.selectors.increments import told_increments as told_increments
from governance.usecases.selectors.increments import unseen_by as unseen_by
from governance.usecases.selectors.increments import watched as watched
from governance.usecases.selectors.increments import with_all as with_all
from governance.usecases.selectors.near import Near as Near
from governance.usecases.selectors.near import near as near
from governance.usecases.selectors.risk import Risk as Risk
from governance.usecases.selectors.risk import assessments_of as assessments_of
from governance.usecases.selectors.risk import questions_shown as questions_shown
from governance.usecases.selectors.risk import risk_of as risk_of
from governance.usecases.selectors.risk import risks_of as risks_of
from governance.usecases.selectors.stack import Stack as Stack
from governance.usecases.selectors.stack import deviations_live as deviations_live
from governance.usecases.selectors.stack import needs_of as needs_of
from governance.usecases.selectors.stack import newest_offers as newest_offers
from governance.usecases.selectors.stack import stack_of as stack_of
from governance.usecases.selectors.stack import stacks_of as stacks_of
from governance.usecases.selectors.stack import use_cases_on as use_cases_on
from governance.usecases.selectors.stages import Standing as Standing
from governance.usecases.selectors.stages import lifecycle_in_force as lifecycle_in_force
from governance.usecases.selectors.stages import stage_of as stage_of
from governance.usecases.selectors.use_cases import LEADS as LEADS
from governance.usecases.selectors.use_cases import Row as Row
from governance.usecases.selectors.use_cases import Shelf as Shelf
from governance.usecases.selectors.use_cases import definition_with_author as definition_with_author
from governance.usecases.selectors.use_cases import definitions_of as definitions_of
from governance.usecases.selectors.use_cases import documents_of as documents_of
from governance.usecases.selectors.use_cases import found as found
from governance.usecases.selectors.use_cases import grants_on as grants_on
from governance.usecases.selectors.use_cases import has_signer as has_signer
from governance.usecases.selectors.use_cases import holds_here as holds_here
from governance.usecases.selectors.use_cases import listed as listed
from governance.usecases.selectors.use_cases import roles_in_short as roles_in_short
