from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DependenciesConfig(AppConfig):
    name = "governance.dependencies"
    label = "dependencies"

    def ready(self) -> None:
        from foundation import objects
        from governance.dependencies.models import DependencySet

        objects.register(DependencySet, name="dependency_set", label=_("Lock file"), url=lambda row: "/dependencies/")
