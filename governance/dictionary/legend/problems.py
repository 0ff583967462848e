"""What can be wrong with a legend or with the file that carries one: codes with parameters, and the English for each."""

from __future__ import annotations

from dataclasses import dataclass

from governance.dictionary.elements import MESSAGES as ELEMENT_MESSAGES
from governance.dictionary.elements import Problem


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = ELEMENT_MESSAGES | {
    "legend_too_large": _("larger than %(limit)s bytes"),
    "legend_not_json": _("not readable as JSON: %(detail)s"),
    "legend_format": _("%(value)s is no format of a legend that is known here: %(known)s"),
    "legend_altered": _("the digest does not belong to what the legend says: it was altered or cut off"),
    "legend_bad_digest": _("%(value)s is no digest: sha256: and 64 hex digits"),
    "legend_bad_time": _("%(value)s is no time: write for instance 2026-11-20T09:12:00.000000Z"),
    "legend_bad_element": _("%(value)s names no element: write dictionary/key"),
    "legend_bad_dictionary": _("%(value)s is no short name of a dictionary"),
    "legend_bad_version": _("%(value)s is no version: write for instance 1.2.0"),
    "legend_bad_server": _("%(value)s is no address of a server: write https://host"),
    "legend_bad_key": _("%(value)s is not the legend key of %(element)s"),
    "legend_not_workbook": _("not a workbook (XLSX) that can be read: %(detail)s"),
    "legend_unpacks_too_large": _("unpacks to more than %(limit)s bytes"),
    "legend_would_lose": _("the workbook holds what would not be kept: %(value)s"),
    "legend_no_sheet": _("the workbook has no sheet %(value)s with columns"),
    "legend_not_carried": _("the file carries no legend"),
}


@dataclass(frozen=True, slots=True)
class LegendProblem(Problem):
    """One thing that is wrong with a legend, and where (`columns.age.unit`). An error keeps the legend from being used."""

    @property
    def message(self) -> str:
        return MESSAGES[self.code] % self.params


class NotCarried(ValueError):
    """A legend cannot be put into this file, or the file cannot be read. `problem` says why."""

    def __init__(self, problem: LegendProblem) -> None:
        self.problem = problem
        super().__init__(f"{problem.code} {dict(problem.params)}")


def wrong(path: str, code: str, **params: object) -> LegendProblem:
    return LegendProblem(path, code, {name: str(value)[:200] for name, value in params.items()})
