from __future__ import annotations

from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    """Assembly: settings, URLs, and the commands that cross rooms. It has no tables."""

    name = "config"

    def ready(self) -> None:
        for name in ("data_folder_in", "control_folder", "processed_folder"):
            folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(name)
            if folder:
                Path(str(folder)).mkdir(parents=True, exist_ok=True)
