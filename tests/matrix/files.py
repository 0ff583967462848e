"""Files of the repository beside the records. On the stage the file says another target than the definition does."""

from __future__ import annotations

from tests.matrix.row import CASE, HIDDEN, INSIDE, MEMBERS, NOBODY, Row, Stage, tokens


def the_file(stage: Stage, caller: str) -> dict[str, str]:
    return {"slug": stage.slug, "file": stage.kept_file}


def its_kind(stage: Stage, caller: str) -> dict[str, str]:
    return {"slug": stage.slug, "kind": "usecase"}


FILES = [
    Row("api_kept_files", "GET", may=INSIDE, sees=NOBODY, args=CASE, tokens=HIDDEN),
    Row("api_kept_file_take", "POST", 200, MEMBERS, INSIDE, the_file, tokens=tokens(403, 404)),
    Row("api_kept_file_patch", "GET", may=INSIDE, sees=NOBODY, args=its_kind, tokens=HIDDEN),
]
FILE_PAGES = [
    Row("kept_files", "GET", may=INSIDE, sees=NOBODY, args=CASE),
    Row("kept_file_take", "POST", 302, MEMBERS, INSIDE, the_file),
    Row("kept_file_patch", "GET", may=INSIDE, sees=NOBODY, args=its_kind),
]
