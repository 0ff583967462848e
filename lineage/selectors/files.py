"""What a file of the repository says beside what the portal keeps: the same, or where they differ and who wrote which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from foundation.errors import FieldError, Missing
from governance.usecases.models import UseCase
from lineage.kept_files import MARK, NAMES, patch
from lineage.models import KeptFile
from lineage.told_files import Record, record_of


@dataclass(frozen=True, slots=True)
class Beside:
    """A file and the record of the portal that it speaks of.

    `state`: same, differs, problem (the file cannot be read: `problems` say why), gone. `changes` lead from the record to the
    file: `{"path", "before", "after", "change"}`.
    """

    file: KeptFile
    state: str
    changes: Sequence[Mapping[str, str]]
    problems: Sequence[FieldError]
    record: Record
    patch: str  # makes the file say what the portal keeps; blank where it does

    @property
    def written_by(self) -> Any:
        return self.record.by

    @property
    def written_at(self) -> datetime | None:
        return self.record.at


def newest_files(use_case: UseCase) -> list[KeptFile]:
    """The newest row of each place. Two queries."""
    ids = (
        KeptFile.objects.filter(use_case=use_case)
        .values("repository", "kind")
        .annotate(newest=Max("pk"))
        .values_list("newest", flat=True)
    )
    return list(KeptFile.objects.filter(pk__in=list(ids)).select_related("repository", "use_case").order_by("-kind", "pk"))


def beside(file: KeptFile) -> Beside:
    """One file beside the record as it is now."""
    record = record_of(file.use_case, file.kind)
    if not file.blob:
        return Beside(file, "gone", (), (), record, patch(file.path, None, record.text()))
    if file.problem:
        return Beside(file, "problem", (), (FieldError("", "bytes", file.problem),), record, "")
    said = file.text.removeprefix(MARK)
    mark = file.text[: len(file.text) - len(said)]
    changes, problems = record.against(said)
    made = "" if problems else patch(file.path, file.text, mark + record.text(said))
    state = "problem" if problems else "differs" if changes else "same"
    return Beside(file, state, changes, problems, record, made if state == "differs" else "")


def files_of(use_case: UseCase) -> list[Beside]:
    """Each file of a use case beside its record, the definition first."""
    return [beside(file) for file in newest_files(use_case)]


def patch_for(use_case: UseCase, kind: str, public_id: str = "") -> str:
    """The patch for a file of the repository, or one that adds the file where there is none. Raises Missing."""
    if kind not in NAMES:
        raise Missing(_("There is no such file."))
    if public_id:
        file = next((row for row in newest_files(use_case) if row.public_id == public_id and row.kind == kind), None)
        if file is None:
            raise Missing(_("There is no such file, or the repository has a newer one."))
        return beside(file).patch
    return patch(NAMES[kind], None, record_of(use_case, kind).text())
