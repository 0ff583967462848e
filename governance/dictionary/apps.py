from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DictionaryConfig(AppConfig):
    name = "governance.dictionary"
    label = "dictionary"

    def ready(self) -> None:
        from foundation import objects
        from governance.dictionary import conditions, views
        from governance.dictionary.models import Binding, DataElement, Dictionary, ElementVersion
        from governance.usecases import discussed, tabs

        def page(dictionary: Dictionary) -> str:
            return f"/dictionary/{dictionary.slug}/"

        discussed.seen_through_the_use_case("dct", "de", "dev", "bd")
        objects.register(
            Dictionary, name="dictionary", label=_("Dictionary"), url=page, search=lambda row: [row.title, row.slug, row.purpose]
        )
        objects.register(
            DataElement,
            name="element",
            label=_("Data element"),
            url=lambda row: f"{page(row.dictionary)}elements/{row.key}/",
            related=("dictionary",),
            search=lambda row: [row.name, row.key, row.dictionary.title],
        )
        objects.register(
            ElementVersion,
            name="element_version",
            label=_("Meaning"),
            url=lambda row: f"{page(row.element.dictionary)}elements/{row.element.key}/",
            related=("element__dictionary",),
            search=lambda row: [
                str(row),
                row.element.key,
                row.definition,
                row.unit,
                row.null_meaning,
                *row.examples,
                *row.other_words(),
            ],
        )
        objects.register(
            Binding,
            name="binding",
            label=_("Binding"),
            url=lambda row: f"{page(row.element.dictionary)}elements/{row.element.key}/",
            related=("element__dictionary", "team", "dataset"),
            search=lambda row: [str(row), row.element.name, row.element.key, row.team.title, row.deviation],
        )
        conditions.register()
        tabs.register("dictionary", _("Dictionary"), template="dictionary/tab.html", content=views.tab_content)
