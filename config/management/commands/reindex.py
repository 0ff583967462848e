"""`manage.py reindex`: write anew by what everything can be found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from foundation import search


class Command(BaseCommand):
    help = "Writes the search entries of everything that is recorded, and drops those of what is not there. May run while people work."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--missing", action="store_true", help="only of things that have none")

    def handle(self, *args: Any, **options: Any) -> None:
        written = search.reindex(only_missing=options["missing"])
        self.stdout.write(f"{written} entries written.")
