"""Forms of absence, calendars, training and teams."""

from __future__ import annotations

from governance.people.forms.absence import DAYS as DAYS
from governance.people.forms.absence import AbsenceForm as AbsenceForm
from governance.people.forms.absence import CalendarForm as CalendarForm
from governance.people.forms.absence import MonthForm as MonthForm
from governance.people.forms.absence import PersonField as PersonField
from governance.people.forms.absence import hours_text as hours_text
from governance.people.forms.training import MemberForm as MemberForm
from governance.people.forms.training import TeamForm as TeamForm
from governance.people.forms.training import TrainingRecordForm as TrainingRecordForm
from governance.people.forms.training import TrainingRuleForm as TrainingRuleForm
