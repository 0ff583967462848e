"""`manage.py demo [--json]`: load the demo if it is absent, and say how to use it."""

from __future__ import annotations

import json
import os
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
        described = demo.load()
        described["url"] = self._address(described["url"])
        if options["json"]:
            self.stdout.write(json.dumps(described, ensure_ascii=False))
            return
        self.stdout.write(prepare.greeting(described))

    def _address(self, known: str) -> str:
        """Where the portal is: as configured, else where it is being served, else where it was when the demo was loaded."""
        if "COUNTERSIGN_BASE_URL" in os.environ:
            return str(settings.BASE_URL)
        lock = settings.VAR / "serve.lock"
        served = lock.read_text().split() if lock.exists() else []
        return served[0] if served else known
