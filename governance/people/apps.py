from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "governance.people"
    label = "people"

    def ready(self) -> None:
        from foundation import objects, search, visibility
        from foundation.models import Token
        from governance.people import accounts
        from governance.people.models import (
            Calendar,
            Delegation,
            ResponsibilityMatrix,
            RoleGrant,
            Team,
            TeamGrant,
            TrainingRecord,
            TrainingRule,
            User,
            comes_from_outside,
        )
        from governance.people.roles import role_label
        from governance.people.selectors import scopes_seen_by, scopes_shared_with

        objects.register(User, name="user", label=_("Person"), search=lambda row: [row.name, row.username])
        objects.register(Team, name="team", label=_("Team"), search=lambda row: [row.title, row.slug])
        objects.register(
            RoleGrant,
            name="role_grant",
            label=_("Role"),
            title=lambda row: f"{row.user}, {role_label(row.role)}",
            related=("user",),
        )
        objects.register(
            Delegation,
            name="delegation",
            label=_("Deputy"),
            title=lambda row: f"{row.delegate} → {row.principal}",
            url=lambda row: "/settings/absence/",
            related=("delegate", "principal"),
        )
        objects.register(
            TeamGrant,
            name="team_grant",
            label=_("Role of a team"),
            title=lambda row: f"{row.team}, {role_label(row.role)}",
            related=("team",),
        )
        objects.register(ResponsibilityMatrix, name="responsibility_matrix", label=_("Responsibilities"))
        objects.register(TrainingRule, name="training_rule", label=_("Training that a role asks for"))
        objects.register(TrainingRecord, name="training_record", label=_("Training"), related=("user",))
        objects.register(Calendar, name="calendar", label=_("Calendar"), url=lambda row: f"/settings/calendars/{row.slug}/")
        objects.register(Token, name="token", label=_("Token"), title=lambda row: row.name)
        accounts.connect()
        visibility.seen_scopes_from(scopes_seen_by)
        search.reach_from(scopes_shared_with)
        visibility.outsiders_from(comes_from_outside)
