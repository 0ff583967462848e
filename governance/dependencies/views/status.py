"""Whether what a lock file asks for may be used: the part of its page that says so, and a line of it elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest
from governance.dependencies import usage, wording_status
from governance.dependencies.components import label_of
from governance.dependencies.forms.status import StatusForm
from governance.dependencies.models import DependencySet, Release
from governance.dependencies.selectors.criteria import criteria_known, criterion_titles
from governance.dependencies.selectors.status import MOST_ON_A_PAGE, status_of
from governance.dependencies.status import PARTS, Part, Reason, RequirementStatus, Status
from governance.people.roles import role_label
from governance.usecases.models import UseCase

OPEN_ONES, MORE_ONES = 15, 300  # packages with something to do that a page shows at once, and behind a line
GOOD_ONES = 400  # and others
_WEIGHTS = ("deny", "unknown", "note")
_ORDER = {"deny": 0, "unknown": 1, "allow": 2}


def status_part(request: PersonRequest, row: DependencySet, count: int) -> dict[str, Any]:
    """The answer for one of the use cases that rest on the lock file, of `count` packages: the one that is named, else the newest."""
    cases = list(usage.cases_of(request.actor, row.public_id))
    named = request.GET.get("use_case", "")[:100]
    chosen = next((case for case in cases if named in (case.slug, case.public_id)), cases[0] if cases else None)
    form = StatusForm(cases=cases, initial={"use_case": chosen.slug if chosen is not None else ""}) if len(cases) > 1 else None
    if count > MOST_ON_A_PAGE and "whole" not in request.GET:
        return {"status": None, "status_count": count, "status_form": None, "status_case": chosen}
    also = _also(request.GET.getlist("criteria")[:20])
    status = status_told(status_of([row], use_case=chosen, also=also), chosen)
    return {"status": status, "status_count": count, "status_form": form, "status_case": chosen}


def _also(names: Sequence[str]) -> list[str]:
    """What a policy demands beside the risk, where the address names it."""
    known = criteria_known() if names else ()
    return [name for name in names if name in known]


def status_told(status: Status, use_case: UseCase | None) -> dict[str, Any]:
    """An answer in words: the whole, its parts, and each package with what to do and whose move it is."""
    rows = sorted(status.requirements, key=lambda row: (_ORDER[row.verdict], row.asked.line))
    open_ones = [row for row in rows if row.verdict != "allow"]
    fine = [row for row in rows if row.verdict == "allow"]
    titles = _titles(status)
    return {
        "verdict": status.verdict,
        "sentence": wording_status.verdict_told(status),
        "parts": [
            {"told": wording_status.part_told(part, status.part(part)), "verdict": status.part(part)} for part in _parts(status)
        ],
        "reasons": [_reason_told(reason, titles) for reason in status.reasons],
        "until": status.until if status.verdict == "allow" else None,
        "demand": demand_told(status, titles),
        "data": data_told(status),
        "open": [_row_told(row, use_case, titles) for row in open_ones[:OPEN_ONES]],
        "more": [_row_told(row, use_case, titles) for row in open_ones[OPEN_ONES : OPEN_ONES + MORE_ONES]],
        "more_count": len(open_ones) - OPEN_ONES,
        "fine": [_row_told(row, use_case, titles) for row in fine[:GOOD_ONES]],
        "count": len(fine),
    }


def _parts(status: Status) -> list[Part]:
    """Where there is no rule about licences, nothing was asked of them."""
    asked = status.facts.allowed or status.facts.denied
    return [part for part in PARTS if part != "licences" or asked]


def _titles(status: Status) -> dict[str, str]:
    """Of the own criteria that an answer names."""
    demanded = {name for row in status.requirements for name in row.need}
    return criterion_titles(demanded | status.facts.demand.runtime | wording_status.criteria_in(status.said()))


def demand_told(status: Status, titles: Mapping[str, str]) -> str:
    """What is demanded, in one sentence."""
    demand = status.facts.demand
    words = {
        "runtime": wording_status.criteria_told(", ".join(sorted(demand.runtime)), titles),
        "dev": wording_status.criteria_told(", ".join(sorted(demand.dev)), titles),
        "severity": wording_status.SEVERITIES[demand.least_severity],
        "days": demand.data_lasts.days,
    }
    first = _("What runs with the model has to be: %(runtime)s.") % words
    second = (
        _("What is for development only: %(dev)s.") % words if demand.dev else _("What is for development only decides nothing.")
    )
    third = _("Flaws count from severity %(severity)s on, by data of at most %(days)d days.") % words
    return f"{first} {second} {third}"


def data_told(status: Status) -> list[dict[str, Any]]:
    """By ecosystem how new the advisories are, and how many."""
    data = status.facts.data
    feeds = data.feeds if data is not None else {}
    return [
        {"ecosystem": name, "newest": feed.newest[:10], "count": feed.count} for name, feed in sorted(feeds.items()) if feed.count
    ]


def _row_told(row: RequirementStatus, use_case: UseCase | None, titles: Mapping[str, str]) -> dict[str, Any]:
    reasons = [_reason_told(reason, titles) for reason in sorted(row.reasons, key=lambda reason: _WEIGHTS.index(reason.weight))]
    return {
        "asked": row.asked,
        "label": label_of(row.asked.ecosystem, row.asked.name),
        "verdict": row.verdict,
        "rests_on": wording_status.caveat_told(row),
        "covered": [wording_status.criteria_told(item.criterion, titles) for item in row.covered],
        "path": _path_told(row),
        "reasons": reasons,
        "steps": _steps(reasons),
        "until": row.until,
        "links": list(_links(row, use_case)),
    }


def _steps(reasons: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What to do and whose move it is, each once: ten flaws ask for the same."""
    found = {(reason["to_do"], str(reason["mover"])): reason for reason in reasons if reason["to_do"]}
    return [{"to_do": to_do, "mover": mover} for to_do, mover in found]


def _path_told(row: RequirementStatus) -> list[dict[str, str]]:
    """What it rests on, each once: the public id and where that is to be read."""
    edges = {edge.id: edge for item in row.covered for edge in item.path}
    return [{"id": public_id, "url": reverse(_PAGES[public_id.partition("_")[0]], args=[public_id])} for public_id in edges]


_PAGES = {"rev": "review", "rul": "ruling", "src": "source"}


def _reason_told(reason: Reason, titles: Mapping[str, str]) -> dict[str, Any]:
    mover = wording_status.whose_move(reason)
    return {
        "code": reason.code,
        "weight": reason.weight,
        "why": wording_status.why(reason, titles),
        "to_do": wording_status.what_to_do(reason) if reason.weight != "note" else "",
        "mover": wording_status.BUILDER if mover == "builder" else role_label(mover) if mover else "",
        "ids": reason.ids,
    }


def _links(row: RequirementStatus, use_case: UseCase | None) -> Iterable[dict[str, str]]:
    """Where one acts: a file is brought in, a review begun, or it or an exemption asked for, a flaw accepted."""
    asked, codes = row.asked, {reason.code for reason in row.reasons if reason.weight != "note"}
    scope = {"use_case": use_case.public_id} if use_case is not None else {}
    nameless = any(reason.code == "licence_unknown" and not reason.params["licence"] for reason in row.reasons)
    if nameless or codes & {"unknown_hash", "files_unseen"}:
        yield {"label": _("Bring in a file"), "url": reverse("artifacts")}
    if "missing" in codes and asked.version:
        criteria = [("criteria", name) for name in row.missing]
        for node in asked.nodes[:1]:
            if node.startswith(f"{Release.public_id_prefix}_") and not asked.unscanned:
                begin = reverse("review_start", args=[node])
                yield {"label": _("Begin a review"), "url": f"{begin}?{urlencode(criteria)}"}
        said = {"package": label_of(asked.ecosystem, asked.name), "version": asked.version, **scope}
        query = urlencode([*said.items(), *criteria])
        yield {"label": _("Ask for a review"), "url": f"{reverse('review_ask')}?{query}"}
        query = urlencode({"ecosystem": asked.ecosystem, "name": asked.name, "version": asked.version, **scope})
        yield {"label": _("Ask for an exemption"), "url": f"{reverse('ruling_ask')}?{query}"}
    if "licence_unknown" in codes and not nameless:
        yield {"label": _("Make rules about licences"), "url": reverse("licences")}
    for flaw in row.flaws[:3]:
        if flaw.state in ("open", "undecided"):
            said = {
                "ecosystem": asked.ecosystem,
                "name": asked.name,
                "version": asked.version,
                "advisory": flaw.flaw.key,
                **scope,
            }
            told = _("Ask to accept %(flaw)s") % {"flaw": flaw.flaw.key}
            yield {"label": told, "url": f"{reverse('ruling_ask')}?{urlencode(said)}"}
