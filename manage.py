#!/usr/bin/env python
"""Countersign's command line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in ("serve", "demo"):
        # These two are what a newcomer starts with; every other command wants secrets that somebody chose.
        from config import secret_files

        secret_files.ensure()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
