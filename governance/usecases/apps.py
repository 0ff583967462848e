from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsecasesConfig(AppConfig):
    name = "governance.usecases"
    label = "usecases"

    def ready(self) -> None:
        from foundation import objects
        from governance.people import obligations
        from governance.usecases import judging, record_conditions, tabs, talk_registering, views
        from governance.usecases.found_by import words_of_definition
        from governance.usecases.models import (
            Definition,
            Document,
            HandOver,
            Import,
            ImportRun,
            LifecycleVersion,
            StageMove,
            Standstill,
            UseCase,
        )
        from governance.usecases.services import intake_jobs  # noqa: F401 - declares the job's handler
        from governance.usecases.showings import register as register_showings
        from governance.usecases.stages_ahead import stages_ahead

        objects.register(
            UseCase,
            name="use_case",
            label=_("Use case"),
            url=lambda row: f"/use-cases/{row.slug}/",
            search=lambda row: [row.title, row.slug],
        )
        objects.register(
            Definition,
            name="definition",
            label=_("Definition"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/definitions/{row.number}/",
            related=("use_case",),
            search=words_of_definition,
        )
        objects.register(
            Document,
            name="document",
            label=_("Document"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/documents/{row.slug}/",
            related=("use_case",),
            search=lambda row: [str(row), row.note, row.name, row.url],
        )
        objects.register(Import, name="import", label=_("Imported list"), url=lambda row: f"/use-cases/import/{row.public_id}/")
        objects.register(
            ImportRun,
            name="import_run",
            label=_("Import of a list"),
            title=lambda row: str(row.upload),
            url=lambda row: f"/use-cases/import/{row.upload.public_id}/{row.number}/",
            related=("upload",),
        )
        tabs.register("overview", _("Overview"), template="usecases/overview.html", content=views.overview_content, outside=True)
        tabs.register("people", _("People"), template="usecases/people.html", content=views.people_content)
        obligations.stages_ahead_from(stages_ahead)
        tabs.register(
            "documents", _("Documents"), template="usecases/documents.html", content=views.documents_content, outside=True
        )
        objects.register(
            StageMove,
            name="stage_move",
            label=_("Stage"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/stage/",
            related=("use_case",),
        )
        objects.register(
            Standstill,
            name="standstill",
            label=_("Standstill"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/stage/",
            related=("use_case",),
        )
        objects.register(
            HandOver,
            name="hand_over",
            label=_("Hand-over"),
            url=lambda row: f"/use-cases/{row.use_case.slug}/hand-over/",
            related=("use_case",),
        )
        objects.register(LifecycleVersion, name="lifecycle", label=_("Lifecycle"), url=lambda row: "/settings/stages/")
        record_conditions.register()
        judging.register()
        tabs.register("stage", _("Stage"), template="usecases/stage.html", content=views.stage_content)
        tabs.register_card(10, template="usecases/stage_card.html", content=views.stage_card)
        register_showings()
        tabs.register("history", _("History"), template="usecases/history.html", content=views.history_content)
        talk_registering.connect()
