"""`manage.py demo [--json]`: load the demo if it is absent, and say how to use it."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from config import demo, prepare


class Command(BaseCommand):
    help = "Loads the demo if it is absent and prints its address and logins."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare.database()
        described = {**demo.load(), "url": settings.BASE_URL}
        if options["json"]:
            self.stdout.write(json.dumps(described, ensure_ascii=False))
            return
        self.stdout.write(prepare.greeting(described))
