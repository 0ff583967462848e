from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DictionaryConfig(AppConfig):
    name = "governance.dictionary"
    label = "dictionary"

    def ready(self) -> None:
        from foundation import objects
        from governance.dictionary import conditions, impact, talk, tasks, views  # noqa: F401 - `tasks` declares its job
        from governance.dictionary.models import (
            Alias,
            Binding,
            Copy,
            DataElement,
            Dataset,
            DatasetVersion,
            DataUse,
            Dictionary,
            DictionaryImport,
            ElementVersion,
            Proposal,
            Release,
        )
        from governance.dictionary.selectors.readers import teams_of
        from governance.dictionary.services import import_jobs  # noqa: F401 - declares the job's handler
        from governance.dictionary.services.carried import tell_carried_over
        from governance.usecases import discussed, tabs

        def page(dictionary: Dictionary) -> str:
            return f"/dictionary/{dictionary.slug}/"

        discussed.seen_through_the_use_case("dct", "de", "dev", "bd", "pp", "dat", "dav", "du")
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
        objects.register(
            Alias,
            name="alias",
            label=_("Alias"),
            url=lambda row: f"{page(row.element.dictionary)}elements/{row.element.key}/",
            related=("element__dictionary", "team"),
            search=lambda row: [row.term, row.element.name, row.element.key],
        )
        objects.register(
            Proposal,
            name="proposal",
            label=_("Proposed change of meaning"),
            url=lambda row: f"{page(row.dictionary)}proposals/{row.public_id}/",
            related=("dictionary",),
            search=lambda row: [row.title, row.rationale, row.dictionary.title],
        )
        objects.register(
            Release,
            name="dictionary_release",
            label=_("Dictionary release"),
            url=lambda row: f"{page(row.dictionary)}releases/{row.number}/",
            related=("dictionary",),
        )
        objects.register(
            Dataset,
            name="dataset",
            label=_("Data set"),
            url=lambda row: f"/datasets/{row.public_id}/",
            related=("team",),
            search=lambda row: [row.name, row.title, row.description],
        )
        objects.register(
            DatasetVersion,
            name="dataset_version",
            label=_("Data set version"),
            url=lambda row: f"/datasets/{row.dataset.public_id}/versions/{row.number}/",
            related=("dataset",),
        )
        objects.register(
            DataUse,
            name="data_use",
            label=_("Use of data"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/dictionary/data-use/{row.public_id}/",
            related=("use_case", "dataset", "version__dataset"),
            search=lambda row: [str(row), row.dataset.name, row.purpose],
        )
        objects.register(
            DictionaryImport,
            name="dictionary_import",
            label=_("Import into a dictionary"),
            url=lambda row: f"{page(row.dictionary)}imports/{row.public_id}/",
            related=("dictionary",),
        )
        objects.register(
            Copy,
            name="copy",
            label=_("Copy of a data set"),
            url=lambda row: f"{page(row.dictionary)}copies/#{row.public_id}",
            related=("dictionary", "dataset"),
            search=lambda row: [str(row), row.place, row.purpose],
        )
        conditions.register()
        post_migrate.connect(tell_carried_over, sender=self)
        talk.register()
        impact.register("team", _("Teams"), teams_of)
        tabs.register("dictionary", _("Dictionary"), template="dictionary/tab.html", content=views.tab_content)
