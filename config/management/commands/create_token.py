"""`manage.py create_token`: the token, alone on the last line, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation import actor as actors
from foundation import tokens
from foundation.errors import CountersignError
from foundation.models import Token
from governance.people.models import User
from governance.usecases.models import UseCase


class Command(BaseCommand):
    help = "Makes a token. With --user it acts as that person, otherwise it is a service token with scopes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--user", help="user name; the token acts as this person")
        parser.add_argument("--scopes", default="", help=f"comma-separated: {', '.join(Token.SCOPES)}")
        parser.add_argument("--owner", help="who answers for a service token; an administrator unless named")
        parser.add_argument("--use-case", help="bind the token to one use case (slug)")
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["user"]) == bool(options["scopes"]):
            raise CommandError("Name either --user (a personal token) or --scopes (a service token).")
        owner = self._owner(options["user"] or options["owner"])
        scope = ""
        if options["use_case"]:
            use_case = UseCase.objects.filter(slug=options["use_case"]).first()
            if use_case is None:
                raise CommandError(f"There is no use case {options['use_case']}.")
            scope = use_case.public_id
        try:
            token, secret = tokens.create(
                actor=actors.system("command line"),
                name=options["name"],
                owner=owner,
                kind=Token.Kind.PERSONAL if options["user"] else Token.Kind.SERVICE,
                scopes=[item.strip() for item in options["scopes"].split(",") if item.strip()],
                scope=scope,
                days=options["days"],
            )
        except CountersignError as error:
            raise CommandError(str(error)) from error
        self.stderr.write(
            f"{token.get_kind_display()} token {token.public_id} of {owner}, until {token.expires_at:%Y-%m-%d}. It is shown this once."
        )
        self.stdout.write(secret)

    def _owner(self, username: str | None) -> User:
        if username:
            found = User.objects.active().filter(username=username).first()
            if found is None:
                raise CommandError(f"There is no account {username} that can sign in.")
            return found
        found = (
            User.objects.active()
            .filter(grants__role="administrator", grants__scope="", grants__ended_at=None)
            .order_by("pk")
            .first()
        )
        if found is None:
            raise CommandError("There is no administrator who could answer for the token. Name somebody with --owner.")
        return found
