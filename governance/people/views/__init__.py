"""Pages of absence, calendars, notices, training, teams, and of what somebody's leaving would mean."""

from governance.people.views.absence import absence, absence_end
from governance.people.views.calendars import calendar, calendar_list
from governance.people.views.leaving import leaving
from governance.people.views.notices import notice_list, notice_open, notices_read
from governance.people.views.training import teams, training, training_rules

__all__ = [
    "absence",
    "absence_end",
    "calendar",
    "calendar_list",
    "leaving",
    "notice_list",
    "notice_open",
    "notices_read",
    "teams",
    "training",
    "training_rules",
]
