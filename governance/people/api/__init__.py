"""People over HTTP: accounts, teams, roles, absence, calendars, notices, training."""

from __future__ import annotations

from governance.people.api.people import CalendarInput as CalendarInput
from governance.people.api.people import CalendarList as CalendarList
from governance.people.api.people import CalendarOutput as CalendarOutput
from governance.people.api.people import DelegationEnd as DelegationEnd
from governance.people.api.people import DelegationInput as DelegationInput
from governance.people.api.people import DelegationList as DelegationList
from governance.people.api.people import DelegationOutput as DelegationOutput
from governance.people.api.people import EndInput as EndInput
from governance.people.api.people import NoticeList as NoticeList
from governance.people.api.people import NoticeOutput as NoticeOutput
from governance.people.api.people import NoticesRead as NoticesRead
from governance.people.api.people import ReadInput as ReadInput
from governance.people.api.people import ReadOutput as ReadOutput
from governance.people.api.people import RoleInput as RoleInput
from governance.people.api.people import RoleOutput as RoleOutput
from governance.people.api.people import TeamInput as TeamInput
from governance.people.api.people import TeamList as TeamList
from governance.people.api.people import TeamOutput as TeamOutput
from governance.people.api.people import UserInput as UserInput
from governance.people.api.people import UserList as UserList
from governance.people.api.people import UserOutput as UserOutput
from governance.people.api.training import MembersInput as MembersInput
from governance.people.api.training import MembersOutput as MembersOutput
from governance.people.api.training import TeamMembers as TeamMembers
from governance.people.api.training import TrainingRecordList as TrainingRecordList
from governance.people.api.training import TrainingRecordOutput as TrainingRecordOutput
from governance.people.api.training import TrainingRecordWithdraw as TrainingRecordWithdraw
from governance.people.api.training import TrainingRuleEnd as TrainingRuleEnd
from governance.people.api.training import TrainingRuleList as TrainingRuleList
from governance.people.api.training import TrainingRuleOutput as TrainingRuleOutput
