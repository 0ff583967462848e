from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "governance.people"
    label = "people"

    def ready(self) -> None:
        from foundation import objects, visibility
        from foundation.models import Token
        from governance.people import accounts
        from governance.people.models import RoleGrant, Team, User
        from governance.people.roles import role_label
        from governance.people.selectors import scopes_seen_by

        objects.register(User, name="user", label=_("Person"))
        objects.register(Team, name="team", label=_("Team"))
        objects.register(
            RoleGrant,
            name="role_grant",
            label=_("Role"),
            title=lambda row: f"{row.user}, {role_label(row.role)}",
            related=("user",),
        )
        objects.register(Token, name="token", label=_("Token"), title=lambda row: row.name)
        accounts.connect()
        visibility.seen_scopes_from(scopes_seen_by)
