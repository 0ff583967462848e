"""Who plays in the demo, when they work, and how they sign in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from config.demo_time import Past, Story
from foundation import actor as actors
from foundation import clock, tokens
from foundation.actor import Actor
from foundation.models import Token
from governance.people import services as people
from governance.people.models import User
from governance.people.roles import role_label

PEOPLE = (
    ("ada", "Ada Berger", "en", "administrator"),
    ("otto", "Otto Lindner", "en", "administrator"),
    ("petra", "Petra Novak", "en", "project_lead"),
    ("sofia", "Sofia Lindqvist", "en", "data_scientist"),
    ("wei", "王伟", "zh-hans", "data_engineer"),
    ("marta", "Marta Kowalska", "en", "ml_engineer"),
    ("bruno", "Bruno Keller", "en", "business_owner"),
    ("mei", "陈梅", "zh-hans", "business_owner"),
    ("samira", "Samira Haddad", "en", "security_reviewer"),
    ("dina", "Dina Okafor", "en", "data_governance"),
    ("victor", "Victor Huang", "en", "model_validator"),
    ("aude", "Aude Martin", "en", "auditor"),
    ("clara", "Clara Weber", "en", "client_representative"),  # from outside: sees what is shared with her client
)
EVERYWHERE = ("ada", "otto", "aude", "dina")  # the others hold their roles on use cases only
ALSO = {"otto": ("security_reviewer",)}  # beside the role by which people are listed
DOMAIN = "demo.countersign.example"
TEAMS = (
    ("onboarding", "Customer onboarding", ("wei", "dina")),
    ("billing", "Billing", ("wei",)),
    ("data-science", "Data science", ("sofia", "marta")),
    ("planning", "Supply planning, Shanghai", ("wei", "mei")),
)
OFFICE = [[["09:00", "12:30"], ["13:30", "18:00"]]] * 5 + [[], []]
SHANGHAI = [[["09:00", "12:00"], ["13:30", "18:30"]]] * 5 + [[], []]
CALENDARS = (  # slug, title, zone, week, country, region, roles that work by it
    ("berlin", "Berlin", "Europe/Berlin", OFFICE, "DE", "BE", ()),
    ("munich", "Munich", "Europe/Berlin", OFFICE, "DE", "BY", ("security_reviewer",)),
    ("shanghai", "Shanghai", "Asia/Shanghai", SHANGHAI, "CN", "", ("data_engineer",)),
)
DEFAULT_CALENDAR = "berlin"


@dataclass(slots=True)
class Cast:
    """The people of the demo and what they sign in with."""

    users: dict[str, User] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, username: str) -> Actor:
        """This person, who has just said who they are: some steps want that."""
        return actors.person(self.users[username], auth="setup", auth_at=clock.now())


def enter() -> Cast:
    """Everybody gets an account; those who look after the whole installation, and who audits it, their role."""
    setup, cast = actors.system("setup"), Cast()
    for username, name, language, role in PEOPLE:
        password = f"{username}-{secrets.token_hex(4)}"
        cast.users[username] = people.create_user(
            actor=setup, username=username, name=name, email=f"{username}@{DOMAIN}", password=password, language=language
        )
        cast.passwords[username] = password
        if username in EVERYWHERE:
            people.grant_role(actor=setup, user=cast.users[username], role=role, reason="Demo")
    for slug, title, members in TEAMS:
        people.create_team(actor=setup, slug=slug, title=title, members=[cast.users[name] for name in members])
    for slug, title, zone, week, country, region, roles in CALENDARS:
        people.set_calendar(
            actor=cast["ada"],
            slug=slug,
            title=title,
            zone=zone,
            week=week,
            country=country,
            subdivision=region,
            roles=roles,
            is_default=slug == DEFAULT_CALENDAR,
        )
    return cast


def give_roles(cast: Cast, by: str, scope: str, roles: dict[str, str]) -> None:
    """Let people hold roles on one use case: `roles` by user name."""
    for username, role in roles.items():
        people.grant_role(actor=cast[by], user=cast.users[username], role=role, scope=scope, reason="Set up with the project")


def hand_out_tokens(cast: Cast) -> None:
    """A personal token for everybody, for a year from now."""
    for username, user in cast.users.items():
        _row, cast.tokens[username] = tokens.create(
            actor=actors.system("setup"), name="Demo", owner=user, kind=Token.Kind.PERSONAL, days=366
        )


READERS = ("ada", "petra", "sofia", "marta", "bruno", "dina", "victor", "aude")  # the others have notices that are new


def reading(cast: Cast, past: Past) -> Story:
    """Now and then people read what they were told; some of them not since last week."""
    for day, readers in ((22, PEOPLE), (6, PEOPLE), (1, [row for row in PEOPLE if row[0] in READERS])):
        yield past(day, "17:55")
        for username, *_others in readers:
            people.read_notices(actor=cast[username])


def describe(cast: Cast) -> list[dict[str, Any]]:
    """Everybody as `manage.py demo --json` tells of them."""
    return [
        {
            "username": username,
            "name": str(cast.users[username]),
            "password": cast.passwords[username],
            "token": cast.tokens[username],
            "roles": [role, *ALSO.get(username, ())],
            "role_names": [role_label(name) for name in (role, *ALSO.get(username, ()))],
        }
        for username, _name, _language, role in PEOPLE
    ]


CI_SCOPES = (
    "read",
    "provenance:write",
    "requests:write",
    "gate:evaluate",
    "deployments:write",
    "measurements:write",
    "reports:write",
)


def pipeline(cast: Cast, name: str, owner: str, scope: str) -> tuple[Actor, str]:
    """A service token for the CI of one use case, with its secret."""
    row, secret = tokens.create(
        actor=cast[owner],
        name=name,
        owner=cast.users[owner],
        kind=Token.Kind.SERVICE,
        scopes=CI_SCOPES,
        scope=scope,
        days=366,
    )
    return actors.service(row), secret


def place() -> str:
    """Where the demo's repositories lie."""
    return str(settings.DEMO_REPOSITORIES)
