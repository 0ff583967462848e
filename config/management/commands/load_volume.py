"""`manage.py load_volume`: synthetic volume for benchmarks, in a database of its own."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import volume


class Command(BaseCommand):
    help = "Loads synthetic volume, marked as such, into a database that holds nothing real. It can never be taken out again."

    def add_arguments(self, parser: CommandParser) -> None:
        for name in ("use-cases", "columns", "events"):
            parser.add_argument(f"--{name}", type=int, default=0, metavar="N", help=f"how many {name.replace('-', ' ')} to add")
        parser.add_argument("--force", action="store_true", help="even where people have recorded something")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {name: options[name] for name in ("use_cases", "columns", "events")}
        if any(number < 0 for number in wanted.values()):
            raise CommandError("Numbers are 0 or more.")
        if not any(wanted.values()):
            raise CommandError("Say how much: --use-cases N --columns N --events N.")
        began = perf_counter()
        try:
            loaded = volume.load(**wanted, force=options["force"])
        except volume.Real as error:
            raise CommandError(str(error.detail)) from error
        self.stdout.write(f"Synthetic volume, loaded in {perf_counter() - began:.0f} s:")
        for line in volume.lines(loaded):
            self.stdout.write(line)
        self.stdout.write("The worker seals the new events within seconds; then verify_audit finds the log intact.")
