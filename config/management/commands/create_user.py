"""`manage.py create_user`: the first account of an empty installation, and any other."""

from __future__ import annotations

import getpass
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from foundation import actor as actors
from foundation.errors import CountersignError
from governance.people import services


class Command(BaseCommand):
    help = "Opens an account. The password is asked for, or read from COUNTERSIGN_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", required=True)
        parser.add_argument("--administrator", action="store_true", help="give the role administrator everywhere")

    def handle(self, *args: Any, **options: Any) -> None:
        password = os.environ.get("COUNTERSIGN_PASSWORD") or getpass.getpass("Password: ")
        actor = actors.system("command line")
        try:
            with transaction.atomic():
                user = services.create_user(
                    actor=actor, username=options["username"], name=options["name"], email=options["email"], password=password
                )
                if options["administrator"]:
                    services.grant_role(actor=actor, user=user, role="administrator", reason="Made on the command line")
        except CountersignError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{user.username} can sign in.")
