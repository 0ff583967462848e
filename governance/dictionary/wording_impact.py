"""Changes of meaning and what they do to readers, in words for people, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.dictionary.compatibility import MESSAGES, REASONS, Change, Severity, Verdict
from governance.dictionary.compatibility.wording_codes import params_of
from governance.dictionary.models import Change as Proposed
from governance.dictionary.selectors.impact import Effect, Weighed
from governance.dictionary.wording import field_label, said_changes

TONES = {
    Severity.NONE: ("ok", "circle-check"),
    Severity.NOTIFY: ("info", "info"),
    Severity.WARN: ("warn", "triangle-alert"),
    Severity.POSSIBLY_BREAKING: ("warn", "circle-question-mark"),
    Severity.BREAKING: ("bad", "octagon-alert"),
}
SENTENCES = 3  # changes of one element that a summary tells
SHORT = 40  # characters of a value in a summary


def severity_told(severity: Severity) -> dict[str, str]:
    """A severity as a pill: its word, and how it looks."""
    words = {
        Severity.NONE: _("Nothing breaks"),
        Severity.NOTIFY: _("Worth knowing"),
        Severity.WARN: _("Look out"),
        Severity.POSSIBLY_BREAKING: _("May break"),
        Severity.BREAKING: _("Breaks"),
    }
    tone, icon = TONES[severity]
    return {"code": severity.word, "label": words[severity], "tone": tone, "icon": icon}


def direction_told(direction: str) -> str:
    return {
        "none": _("changes no value"),
        "adds": _("adds"),
        "removes": _("removes"),
        "rename": _("renames"),
        "tightens": _("permits less"),
        "loosens": _("permits more"),
        "both": _("permits other values"),
        "meaning": _("means something else"),
        "policy": _("changes who may see it, or when it counts"),
        "undetermined": _("cannot be compared"),
    }[direction]


def bump_told(bump: str | None) -> str:
    """The least step of a version, by the name people know."""
    return {"major": _("major"), "minor": _("minor"), "patch": _("patch"), None: _("none")}[bump]


def change_told(change: Change, most: int = 0) -> str:
    """One change in a sentence without its subject, fields by their names; values with no more than `most` characters."""
    params = {**params_of(change), "path": path_told(change.path)}
    if most:
        params = {name: value if len(value) <= most else f"{value[: most - 1]}…" for name, value in params.items()}
    return _(MESSAGES[change.kind]) % params


def path_told(path: str) -> str:
    """`domain.values[DE].meaning` → `Permissible values: DE`."""
    head, opened, rest = path.partition("[")
    parts = head.split(".")
    label = field_label(parts[1] if parts[0] == "domain" and len(parts) > 1 else parts[0])
    if not opened:
        return label
    return _("%(field)s: %(name)s") % {"field": label, "name": rest.rpartition("]")[0] or _("empty")}


def reason_told(verdict: Verdict) -> str:
    return _(REASONS[verdict.reason]) % verdict.params


def side_told(side: str) -> str:
    return _("fills it") if side == "producer" else _("reads it")


def sentence_of(row: Proposed, effect: Effect) -> str:
    """What becomes of an element, in one sentence."""
    name = row.element.name
    if row.kind == Proposed.Kind.ADD:
        return _("%(name)s is new.") % {"name": name}
    if row.kind == Proposed.Kind.RETIRE and row.replaced_by is not None:
        return _("%(name)s is retired; %(other)s takes its place.") % {"name": name, "other": row.replaced_by.name}
    if row.kind == Proposed.Kind.RETIRE:
        return _("%(name)s is retired.") % {"name": name}
    return changes_sentence(name, effect.changes)


def changes_sentence(name: str, changes: Sequence[Weighed]) -> str:
    """The worst changes of one element, and how many others there are."""
    if not changes:
        return _("%(name)s says the same in another form.") % {"name": name}
    worst = sorted(changes, key=lambda item: -item.worst.severity)
    told = "; ".join(change_told(item.change, SHORT) for item in worst[:SENTENCES])
    left = len(worst) - SENTENCES
    if left <= 0:
        return _("%(name)s: %(changes)s.") % {"name": name, "changes": told}
    said = ngettext("%(name)s: %(changes)s; and %(n)d more change.", "%(name)s: %(changes)s; and %(n)d more changes.", left)
    return said % {"name": name, "changes": told, "n": left}


def fields_told(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """As `wording.said_changes`, each with the name of its field, by which people talk about it."""
    names = [*before, *after, *before.get("domain", {}), *after.get("domain", {})]
    by_label = {field_label(name): name for name in names}
    return [{**item, "field": by_label[item["path"]]} for item in said_changes(before, after)]


def value_told(field: str, value: Any) -> str:
    """What one side says of a field, as `merging` names it: `unit`, `domain.maximum`, `domain.values[DE]`."""
    if value is None:
        return _("not stated")
    head, opened, _rest = field.partition("[")
    name = head.removeprefix("domain.")
    said: Any = {name: [value]} if opened and isinstance(value, Mapping) else {name: value}
    if opened and not isinstance(value, Mapping):
        return str(value)
    told = said_changes({}, {"domain": said} if head.startswith("domain.") else said)
    return told[0]["after"] if told else str(value)
