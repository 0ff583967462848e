"""A proposal as its page shows it: what a reviewer has to know first, and then change by change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest
from governance.dictionary import impact
from governance.dictionary.compatibility import Severity
from governance.dictionary.impact import Known
from governance.dictionary.models import Change, Proposal
from governance.dictionary.selectors.impact import Effect, Weighed, bump_of, worst_of
from governance.dictionary.selectors.proposals import Told, said_of
from governance.dictionary.talk import component_of
from governance.dictionary.wording_impact import (
    bump_told,
    change_told,
    direction_told,
    fields_told,
    path_told,
    reason_told,
    sentence_of,
    severity_told,
    side_told,
    value_told,
)
from governance.usecases.talk import Panel, ShownThread

NAMES = 5  # readers that a summary names
LINES = 12  # elements that a summary tells


@dataclass(frozen=True, slots=True)
class Glance:
    """What a reviewer needs in five seconds: the worst, whom it breaks, the step of the version, and a sentence for each element."""

    severity: Mapping[str, str]
    bump: str
    breaks: Sequence[str]
    may_break: Sequence[str]
    hidden: int
    lines: Sequence[Mapping[str, Any]]
    more: int
    environments: Sequence[str]


def glance_of(told: Sequence[Told]) -> Glance:
    effects = [item.effect for item in told]
    lines = [line_of(sentence_of(item.row, item.effect), item.effect, item.row.element.legend) for item in told]
    lines.sort(key=lambda line: -line["rank"])
    breaks = _names(effects, Severity.BREAKING)
    return Glance(
        severity_told(worst_of(effects)),
        bump_told(bump_of(effects)),
        breaks,
        [name for name in _names(effects, Severity.POSSIBLY_BREAKING) if name not in breaks],
        sum(effect.hidden_hurt() for effect in effects),
        lines[:LINES],
        max(0, len(lines) - LINES),
        list(dict.fromkeys(name for effect in effects for name in _hurt_environments(effect))),
    )


def line_of(sentence: str, effect: Effect, anchor: str) -> dict[str, Any]:
    """One element in a summary."""
    breaks = [known_told(item) for item in effect.hurt(Severity.BREAKING)]
    return {
        "rank": int(effect.severity),
        "sentence": sentence,
        "severity": severity_told(effect.severity),
        "bump": bump_told(effect.bump),
        "breaks": list(dict.fromkeys(breaks))[:NAMES],
        "more": max(0, len(set(breaks)) - NAMES),
        "anchor": anchor,
    }


def known_told(item: Known) -> str:
    """A reader in a list of names; where it runs counts more than anything else."""
    if not item.environments:
        return item.label
    return _("%(name)s, in %(environments)s") % {"name": item.label, "environments": ", ".join(item.environments)}


def _names(effects: Sequence[Effect], severity: Severity) -> list[str]:
    return list(dict.fromkeys(known_told(item) for effect in effects for item in effect.hurt(severity)))


def _hurt_environments(effect: Effect) -> list[str]:
    return [name for item in effect.hurt(Severity.BREAKING) for name in item.environments]


def weighed_told(item: Weighed) -> dict[str, Any]:
    """One change with its readers, in words."""
    kinds = impact.labels()
    return {
        "text": change_told(item.change),
        "direction": direction_told(item.change.direction),
        "bump": bump_told(item.change.bump),
        "severity": severity_told(item.worst.severity),
        "assumed": reason_told(item.assumed) if item.assumed else "",
        "readers": [
            {
                "kind": kinds.get(judged.known.kind, judged.known.kind),
                "known": judged.known,
                "side": side_told(judged.known.reader.side),
                "severity": severity_told(judged.verdict.severity),
                "reason": reason_told(judged.verdict),
            }
            for judged in item.affected
        ],
        "unaffected": len(item.readers) - len(item.affected),
        "hidden": len(item.hidden),
    }


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One change on the page."""

    row: Change
    told: Told
    sentence: str
    severity: Mapping[str, str]
    fields: Sequence[Mapping[str, Any]]
    threads: Sequence[ShownThread]
    weighed: Sequence[Mapping[str, Any]]
    asks: bool  # whether the question is put
    conflicts: Sequence[Mapping[str, Any]]
    meanwhile: Sequence[Mapping[str, str]]
    rivals: Sequence[Mapping[str, Any]]

    @classmethod
    def of(
        cls, request: PersonRequest, proposal: Proposal, told: Told, threads: Mapping[str, Panel], *, editable: bool
    ) -> ChangeShown:
        row = told.row
        fields = [
            {**item, "talk_url": _talk_url(request, proposal, component_of(row.element, item["field"]))} for item in _fields(row)
        ]
        parts = [threads[name] for name in (component_of(row.element, item["field"]) for item in fields) if name in threads]
        return cls(
            row=row,
            told=told,
            sentence=sentence_of(row, told.effect),
            severity=severity_told(told.effect.severity),
            fields=fields,
            threads=[thread for panel in parts for thread in panel.threads],
            weighed=[weighed_told(item) for item in told.effect.changes],
            asks=row.kind == Change.Kind.CHANGE and editable,
            conflicts=[
                {
                    "field": item.field,
                    "label": path_told(item.field),
                    "base": value_told(item.field, item.base),
                    "theirs": value_told(item.field, item.theirs),
                    "ours": value_told(item.field, item.ours),
                }
                for item in told.conflicts
            ],
            meanwhile=fields_told(said_of(row.based_on), told.theirs) if told.stale else (),
            rivals=[
                {"proposal": item.proposal, "fields": ", ".join(path_told(name) for name in item.fields)} for item in told.rivals
            ],
        )


def _fields(row: Change) -> list[dict[str, str]]:
    return fields_told(said_of(row.based_on), said_of(row.version)) if row.version is not None else []


def parts_of(told: Sequence[Told]) -> list[str]:
    """The components that the page shows threads of."""
    return [component_of(item.row.element, field["field"]) for item in told for field in _fields(item.row)]


def _talk_url(request: PersonRequest, proposal: Proposal, component: str) -> str:
    """Where a thread about one field begins; from there people come back to this page."""
    query = urlencode({"subject": proposal.public_id, "component": component, "next": request.get_full_path()})
    return f"{reverse('thread_new')}?{query}"
