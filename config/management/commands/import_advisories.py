"""`manage.py import_advisories`: known flaws from a file, a folder or an address, for whoever is at the server."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from foundation import actor as actors
from foundation import outbox
from foundation.errors import Conflict, CountersignError
from governance.dependencies import services
from governance.dependencies.services.advisory_files import in_words

SHOWN = 10  # records that cannot be read


class Command(BaseCommand):
    help = "Imports known flaws: a zip of records in OSV's format, a folder of them, one record, or an address of either."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument("--force", action="store_true", help="also when there are far fewer records than before")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = actors.system("command line")
        try:
            with outbox.unrung():  # the worker finds the news by itself
                run = services.import_advisories_now(actor=actor, source=options["source"], confirmed=options["force"])
        except Conflict as error:
            raise CommandError(f"{error.detail} (--force)") from error
        except (CountersignError, OSError) as error:
            raise CommandError(str(error)) from error
        found = run.snapshot
        if found is None:
            raise CommandError("Nothing was imported.")
        self.stdout.write(
            f"{found.count} records: {found.added} new, {found.changed} changed, {found.gone} gone; {found.refused} cannot be read."
        )
        for item in found.told[:SHOWN]:
            self.stderr.write(in_words(item))
        self.stdout.write(f"The newest is of {found.newest or 'a time that nothing tells'}.")
