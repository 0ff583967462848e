"""The bodies of records in words for people: documents, policies, envelopes. Bodies in, values for templates out; no queries."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from approvals.chain import chain_picture
from approvals.difference import Row
from approvals.envelopes import parse_limits
from approvals.readable import MOST_ROWS
from approvals.wording_envelopes import free_sentences, limit_sentences, moves_text
from governance.dependencies.models import Ruling
from governance.dictionary.wording_data_use import basis_label
from governance.economics.models import ProvisionRequest
from governance.economics.presenting.provisions import sheet_of_content

CONTEXT = 3  # unchanged lines around a change


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a text difference: `added`, `removed`, `same`, or `gap` where lines that are the same were left out."""

    change: str
    text: str = ""


def text_difference(before: str, after: str) -> list[DiffLine]:
    """What differs between two texts, line by line, with a little around it. Empty when nothing does."""
    kinds = {"+": "added", "-": "removed", " ": "same"}
    found: list[DiffLine] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT):
        if line.startswith(("---", "+++")) and not found:
            continue
        found.append(DiffLine("gap") if line.startswith("@@") else DiffLine(kinds[line[0]], line[1:]))
    return found[1:] if found and found[0].change == "gap" else found


def document_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        "title": body.get("title", ""),
        "name": body.get("name", ""),
        "url": body.get("url", ""),
        "size": body.get("size"),
        "sha256": body.get("sha256", ""),
        "other_bytes": before is not None and before.get("sha256") != body.get("sha256"),
    }


def data_use_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What data is wanted, for what, why that is lawful, where it may lie, and until when."""
    return {
        "dataset": body.get("dataset", ""),
        "version": body.get("version") or "",
        "purpose": body.get("purpose", ""),
        "basis": basis_label(body.get("basis", "")),
        "basis_words": body.get("basis_words", ""),
        "places": list(body.get("places", ())),
        "copies": body.get("copies", ""),
        "until": parse_datetime(body["until"]) if body.get("until") else None,
    }


def ruling_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is let pass of which package, why, for whom, and until when."""
    return {
        "effect": str(dict(Ruling.Effect.choices).get(body.get("effect", ""), "")),
        "name": body.get("name", ""),
        "ecosystem": body.get("ecosystem", ""),
        "specifier": body.get("specifier", ""),
        "flaws": list(dict.fromkeys(name for name in (body.get("advisory", ""), *body.get("aliases", ())) if name)),
        "criteria": list(body.get("criteria", ())),
        "reason": body.get("reason", ""),
        "until": parse_datetime(body["expires_at"]) if body.get("expires_at") else None,
        "until_fix": bool(body.get("until_fix")),
        "everywhere": not body.get("scope"),
    }


def provision_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is to be provided, what for, what it costs, what else was looked at, and what happens without it."""
    return {"kind": str(dict(ProvisionRequest.Kind.choices).get(body.get("kind", ""), "")), "sheet": sheet_of_content(body)}


def budget_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Whether the budget has enough for it."""
    return {"within": bool(body.get("within"))}


def policy_view(body: Mapping[str, Any], text: str, text_before: str | None) -> dict[str, Any]:
    """The chain drawn, and the text beside the one before. `text` is as its author wrote it."""
    return {
        "title": body.get("title", ""),
        "chain": chain_picture(body, key="chain-judged"),
        "text": text,
        "difference": text_difference(text_before, text) if text_before is not None else [],
        "compared": text_before is not None,
    }


def envelope_view(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What a pipeline may change without asking again. The part `envelope` has all of it, the others what bears on them."""
    if "may_move" not in body:
        limits = parse_limits(body["limits"])
        return {
            "whole": True,
            "model": body["model"],
            "environment": body["environment"],
            "moves": moves_text(limits),
            "limits": limit_sentences(limits),
            "free": free_sentences(limits),
        }
    limits = parse_limits({**body["limits"], "moves": [name] if body["may_move"] else []})
    return {
        "may_move": body["may_move"],
        "baseline": body["baseline"],
        "limits": limit_sentences(limits),
        "free": free_sentences(limits),
    }


def labelled(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rows of a difference as `components/diff.html` takes them, with the fields of records in the reader's language."""
    labels = {
        "title": _("Title"),
        "name": _("File"),
        "url": _("Address"),
        "size": _("Size in bytes"),
        "sha256": _("SHA-256"),
        "steps": _("Steps"),
        "role": _("Role"),
        "quorum": _("Approvals needed"),
        "after": _("Opens after"),
        "covers": _("Judges"),
        "exclude": _("Excluded"),
        "applies_if": _("Only when"),
        "description": _("Description"),
        "signature": _("Signature"),
        "sla": _("Due within"),
        "remind": _("Reminders"),
        "escalate": _("Escalation"),
        "bulk": _("Many at once"),
        "checks": _("Checks"),
        "reviewed_for": _("Packages reviewed for"),
        "worth_tolerance": _("May be worth less by"),
        "open_for": _("Open for"),
        "valid_for": _("Valid for"),
        "grace": _("Warns before it ends"),
        "conditional": _("Approvals with a condition"),
        "break_glass": _("Break glass"),
        "standard_changes": _("Standard changes"),
        "distinct_humans": _("Nobody counts twice"),
        "limits": _("Limits"),
        "may_move": _("May change"),
        "moves": _("May change"),
        "baseline": _("Baseline"),
        "metrics": _("Metrics"),
        "data": _("Data"),
        "dataset": _("Data set"),
        "version": _("Version"),
        "purpose": _("Purpose"),
        "basis": _("Legal basis"),
        "basis_words": _("Why this basis holds"),
        "places": _("Where it may lie"),
        "copies": _("Copies"),
        "until": _("Until"),
        "specifier": _("Versions"),
        "advisory": _("Flaw"),
        "aliases": _("Other names of the flaw"),
        "criteria": _("Counts as reviewed for"),
        "reason": _("Why"),
        "justification": _("Why it does no harm"),
        "expires_at": _("Until when"),
        "until_fix": _("Only until a fix exists"),
        "supersedes": _("Takes the place of"),
        "need": _("What for"),
        "lines": _("Costs"),
        "quantity": _("Quantity"),
        "unit": _("Unit"),
        "unit_price": _("Price of one"),
        "alternatives": _("Alternatives"),
        "no_cheaper": _("Why nothing is cheaper"),
        "without": _("Without it"),
        "total": _("Sum"),
        "from": _("From"),
        "budget": _("Budget"),
        "within": _("Within the budget"),
    }
    return [
        {
            "path": " › ".join(str(labels.get(part, part)) for part in row.path),
            "before": _told(row.path, row.before),
            "after": _told(row.path, row.after),
            "change": row.change,
        }
        for row in rows[:MOST_ROWS]
    ]


def _told(path: Sequence[Any], value: str) -> str:
    """A value of a record as people write it: a legal basis by its name, a moment in their own form."""
    if tuple(path) == ("basis",):
        return basis_label(value)
    moment = parse_datetime(value) if tuple(path) in (("until",), ("expires_at",)) and value else None
    return date_format(moment, "DATETIME_FORMAT") if moment is not None else value
