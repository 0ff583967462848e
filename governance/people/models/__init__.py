"""People, teams, who holds which role and answers for what, where, since when."""

from governance.people.models.absence import Calendar as Calendar
from governance.people.models.absence import CalendarQuerySet as CalendarQuerySet
from governance.people.models.absence import Delegation as Delegation
from governance.people.models.absence import DelegationQuerySet as DelegationQuerySet
from governance.people.models.accounts import Membership as Membership
from governance.people.models.accounts import Team as Team
from governance.people.models.accounts import TeamQuerySet as TeamQuerySet
from governance.people.models.accounts import User as User
from governance.people.models.accounts import UserManager as UserManager
from governance.people.models.accounts import UserQuerySet as UserQuerySet
from governance.people.models.grants import RoleGrant as RoleGrant
from governance.people.models.grants import RoleGrantQuerySet as RoleGrantQuerySet
from governance.people.models.grants import TeamGrant as TeamGrant
from governance.people.models.grants import comes_from_outside as comes_from_outside
from governance.people.models.grants import from_inside as from_inside
from governance.people.models.notices import Notice as Notice
from governance.people.models.notices import NoticeQuerySet as NoticeQuerySet
from governance.people.models.responsibilities import ResponsibilityMatrix as ResponsibilityMatrix
from governance.people.models.responsibilities import TrainingRecord as TrainingRecord
from governance.people.models.responsibilities import TrainingRule as TrainingRule
