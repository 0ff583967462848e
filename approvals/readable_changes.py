"""Changes of meaning in words for people: the body of a proposal in, values for templates out. No queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from governance.dictionary import compatibility
from governance.dictionary.compatibility import Severity
from governance.dictionary.models import ElementVersion
from governance.dictionary.selectors.impact import Effect
from governance.dictionary.wording import said_changes
from governance.dictionary.wording_impact import bump_told, severity_told

Versions = Mapping[tuple[str, str], ElementVersion]  # what stands behind (path of the element, digest)
NAMED = 6  # readers that are named


def changes_view(body: Mapping[str, Any], versions: Versions, effects: Mapping[str, Effect] | None = None) -> dict[str, Any]:
    """Each element with what it would say and what it says, the proposer's answer, the least step of its version, and whom it hurts.

    `effects`: by path, what the change does to known readers now; without them nothing is said about readers. The worst come first.
    """
    rows = [_element(item, versions, (effects or {}).get(item["element"])) for item in body.get("changes", ())]
    rows.sort(key=lambda row: (-row["rank"], row["path"]))
    return {
        "title": body.get("title", ""),
        "rationale": body.get("rationale", ""),
        "elements": rows,
        "weighed": effects is not None,
    }


def proposed_changes(before: Mapping[str, Any], body: Mapping[str, Any], versions: Versions) -> list[dict[str, str]]:
    """What the proposal says now and did not say then, as `components/diff.html` takes it: by element and field, in words."""
    labels = {"title": _("Title"), "rationale": _("Why")}
    rows = [
        _row(label, before.get(name) or "", body.get(name) or "")
        for name, label in labels.items()
        if before.get(name) != body.get(name)
    ]
    then = {item["element"]: item for item in before.get("changes", ())}
    now = {item["element"]: item for item in body.get("changes", ())}
    for path, item in now.items():
        if path not in then:
            rows.append(_row(_name(item, versions), "", kind_told(item, versions)))
        elif then[path] != item:
            rows += _within(then[path], item, versions)
    rows += [_row(_name(item, versions), kind_told(item, versions), "") for path, item in then.items() if path not in now]
    return rows


def _within(then: Mapping[str, Any], item: Mapping[str, Any], versions: Versions) -> list[dict[str, str]]:
    """What differs between two states of one change."""
    name = _name(item, versions)
    rows = []
    if (then["kind"], then["replaced_by"]) != (item["kind"], item["replaced_by"]):
        rows.append(_row(name, kind_told(then, versions), kind_told(item, versions)))
    fields = said_changes(_said(then, "version", versions), _said(item, "version", versions))
    rows += [{**field, "path": f"{name} › {field['path']}"} for field in fields]
    if then["meaning_changed"] != item["meaning_changed"]:
        question = f"{name} › " + _("Does the meaning change?")
        rows.append(_row(question, answer_told(then), answer_told(item)))
    if not rows:  # over another version than before, or in another form of the same
        rows.append(_row(name, _("written over an earlier version"), _("brought up to date")))
    return rows


def kind_told(item: Mapping[str, Any], versions: Versions) -> str:
    if item["kind"] == "add":
        return _("new element")
    if item["kind"] == "change":
        return _("changed meaning")
    return _("retired; %(other)s takes its place") % {"other": item["replaced_by"]} if item["replaced_by"] else _("retired")


def answer_told(item: Mapping[str, Any]) -> str:
    """The proposer's answer to whether the meaning changes; nothing where the question is not put."""
    if item["kind"] != "change":
        return ""
    if item["meaning_changed"] is None:
        return _("not answered")
    return _("Yes, it means something else") if item["meaning_changed"] else _("No, it means the same")


def told_of(item: Mapping[str, Any], versions: Versions) -> Sequence[compatibility.Change]:
    """What changes of an element, by the rule of compatibility."""
    before, after = _version(item, "based_on", versions), _version(item, "version", versions)
    return compatibility.compare(
        before.value if before is not None else None,
        after.value if after is not None else None,
        meaning_changed=bool(item["meaning_changed"]),
    )


def _element(item: Mapping[str, Any], versions: Versions, effect: Effect | None) -> dict[str, Any]:
    after, told = _version(item, "version", versions), told_of(item, versions)
    dictionary, _slash, key = item["element"].partition("/")
    return {
        "path": item["element"],
        "name": _name(item, versions),
        "url": f"/dictionary/{dictionary}/elements/{key}/",
        "kind": kind_told(item, versions),
        "answer": answer_told(item),
        "fields": said_changes(_said(item, "based_on", versions), _said(item, "version", versions)) if after is not None else [],
        "unknown": bool(item["version"]) and after is None,
        "bump": bump_told(compatibility.minimum_bump(told)) if told and item["kind"] == "change" else "",
        **_hurt(effect),
    }


def _hurt(effect: Effect | None) -> dict[str, Any]:
    if effect is None:
        return {"rank": 0}
    breaks, may_break = _names(effect, Severity.BREAKING), _names(effect, Severity.POSSIBLY_BREAKING)
    return {
        "rank": int(effect.severity),
        "severity": severity_told(effect.severity),
        "breaks": breaks[:NAMED],
        "breaks_more": max(0, len(breaks) - NAMED),
        "may_break": may_break[:NAMED],
        "may_break_more": max(0, len(may_break) - NAMED),
        "hidden": effect.hidden_hurt(),
        "nobody": effect.severity >= Severity.POSSIBLY_BREAKING and not breaks and not may_break and not effect.hidden_hurt(),
    }


def _names(effect: Effect, severity: Severity) -> list[str]:
    found = [
        _("%(name)s, in %(environments)s") % {"name": item.label, "environments": ", ".join(item.environments)}
        if item.environments
        else item.label
        for item in effect.hurt(severity)
    ]
    return list(dict.fromkeys(found))


def _version(item: Mapping[str, Any], which: str, versions: Versions) -> ElementVersion | None:
    return versions.get((item["element"], item[which])) if item[which] else None


def _said(item: Mapping[str, Any], which: str, versions: Versions) -> Mapping[str, Any]:
    found = _version(item, which, versions)
    return found.said if found is not None else {}


def _name(item: Mapping[str, Any], versions: Versions) -> str:
    """What the element would be called, or is; its path where nobody knows."""
    found = _version(item, "version", versions) or _version(item, "based_on", versions)
    return (found.name if found is not None else "") or str(item["element"])


def _row(path: str, before: str, after: str) -> dict[str, str]:
    change = "added" if not before else "removed" if not after else "changed"
    return {"path": path, "before": before, "after": after, "change": change}


def digests_in(*bodies: Mapping[str, Any] | None) -> set[str]:
    """Digests of the versions that bodies speak of."""
    items: Sequence[Mapping[str, Any]] = [item for body in bodies if body for item in body.get("changes", ())]
    return {item[which] for item in items for which in ("version", "based_on") if item[which]}
