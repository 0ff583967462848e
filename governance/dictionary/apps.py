from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DictionaryConfig(AppConfig):
    name = "governance.dictionary"
    label = "dictionary"

    def ready(self) -> None:
        from foundation import objects
        from governance.dictionary import views
        from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion
        from governance.usecases import tabs

        def page(dictionary: Dictionary) -> str:
            return f"/dictionary/{dictionary.slug}/"

        objects.register(Dictionary, name="dictionary", label=_("Dictionary"), url=page)
        objects.register(
            DataElement,
            name="element",
            label=_("Data element"),
            url=lambda row: f"{page(row.dictionary)}elements/{row.key}/",
            related=("dictionary",),
        )
        objects.register(
            ElementVersion,
            name="element_version",
            label=_("Meaning"),
            url=lambda row: f"{page(row.element.dictionary)}elements/{row.element.key}/",
            related=("element__dictionary",),
        )
        objects.register(
            Binding,
            name="binding",
            label=_("Binding"),
            url=lambda row: f"{page(row.element.dictionary)}elements/{row.element.key}/",
            related=("element__dictionary",),
        )
        tabs.register("dictionary", _("Dictionary"), template="dictionary/tab.html", content=views.tab_content)
