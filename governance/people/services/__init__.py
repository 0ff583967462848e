"""Everything that writes accounts, teams, roles, absence, calendars and notices."""

from governance.people.services.absence import delegate, end_delegation
from governance.people.services.accounts import check_password, create_user, deactivate_user, set_preferences
from governance.people.services.calendars import set_calendar
from governance.people.services.importing import entries_of, import_roles
from governance.people.services.notices import read_notices, tell
from governance.people.services.responsibilities import write_matrix
from governance.people.services.roles import end_role, grant_role, grant_role_to_founder
from governance.people.services.teams import change_members, create_team, end_team_role, grant_team_role, members_of
from governance.people.services.training import ask_for_training, end_training_rule, record_training, withdraw_training

__all__ = [
    "ask_for_training",
    "change_members",
    "check_password",
    "create_team",
    "create_user",
    "deactivate_user",
    "delegate",
    "end_delegation",
    "end_role",
    "end_team_role",
    "end_training_rule",
    "entries_of",
    "grant_role",
    "grant_role_to_founder",
    "grant_team_role",
    "import_roles",
    "members_of",
    "read_notices",
    "record_training",
    "set_calendar",
    "set_preferences",
    "tell",
    "withdraw_training",
    "write_matrix",
]
