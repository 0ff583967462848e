from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DictionaryConfig(AppConfig):
    name = "governance.dictionary"
    label = "dictionary"

    def ready(self) -> None:
        from foundation import objects
        from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion

        def page(dictionary: Dictionary) -> str:
            return f"/dictionary/{dictionary.slug}/"

        objects.register(Dictionary, name="dictionary", label=_("Dictionary"), url=page)
        objects.register(DataElement, name="element", label=_("Data element"), url=lambda row: page(row.dictionary))
        objects.register(ElementVersion, name="element_version", label=_("Meaning"), url=lambda row: page(row.element.dictionary))
        objects.register(Binding, name="binding", label=_("Binding"), url=lambda row: page(row.element.dictionary))
