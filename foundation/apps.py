from __future__ import annotations

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """What every room stands on, without one word of the domain."""

    name = "foundation"

    def ready(self) -> None:
        from foundation import checks, openapi  # noqa: F401 - both register themselves
