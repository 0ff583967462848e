"""Needs, offers and where they differ, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.usecases.selectors.stack import Stack
from governance.usecases.stack import Finding

LOOKS = {
    "fits": ("ok", "circle-check", gettext_lazy("fits")),
    "agreed": ("ok", "handshake", gettext_lazy("agreed to")),
    "deviates": ("bad", "circle-x", gettext_lazy("differs")),
    "unknown": ("unknown", "circle-question-mark", gettext_lazy("not known")),
    "missing": ("unknown", "circle-question-mark", gettext_lazy("not known")),
}
ISOLATION_LABELS = {"container": gettext_lazy("Container"), "virtual_environment": gettext_lazy("Virtual environment")}
NETWORK_LABELS = {
    "none": gettext_lazy("No network"),
    "internal": gettext_lazy("Inside the organisation"),
    "internet": gettext_lazy("The internet"),
}
OTHERS_LABELS = {
    "allowed": gettext_lazy("Other packages may be installed"),
    "refused": gettext_lazy("Nothing else may be installed"),
}
HARDWARE_LABELS = {
    "cpus": gettext_lazy("Processor cores"),
    "memory_gb": gettext_lazy("Memory, in GB"),
    "disk_gb": gettext_lazy("Disk, in GB"),
    "gpus": gettext_lazy("Graphics processors"),
    "gpu_memory_gb": gettext_lazy("Memory of each graphics processor, in GB"),
}


def look_of(state: str) -> dict[str, Any]:
    tone, icon, label = LOOKS[state]
    return {"tone": tone, "icon": icon, "label": label}


def aspect_label(aspect: str) -> str:
    return {
        "language": _("Language"),
        "package": _("Package"),
        "hardware": _("Hardware"),
        "isolation": _("Isolation"),
        "network": _("Network"),
        "data": _("Data"),
    }.get(aspect, aspect)


def thing_label(aspect: str, item: str) -> str:
    """What one part is about: `pandas`, `Memory, in GB`, `Network`."""
    return str(HARDWARE_LABELS.get(item, item)) if aspect == "hardware" else item or aspect_label(aspect)


def wanted_label(aspect: str, wanted: str) -> str:
    if aspect == "isolation":
        return ", ".join(str(ISOLATION_LABELS.get(name, name)) for name in wanted.split(", ") if name)
    if aspect == "network":
        return str(NETWORK_LABELS.get(wanted, wanted))
    return wanted or (_("any version") if aspect in ("language", "package") else "")


def why(finding: Finding) -> str:
    """Why it fits or not, in one sentence."""
    offered = wanted_label(finding.aspect, finding.offered) if finding.offered else ""
    words = {
        "offered": _("The platform has it."),
        "others_allowed": _("Not listed, and other packages may be installed."),
        "versions": _("The platform has %(offered)s."),
        "not_offered": _("The platform does not have it."),
        "not_listed": _("Not listed, and nothing is said about other packages."),
        "not_stated": _("Nobody wrote down what the platform has of this."),
        "too_small": _("The platform has %(offered)s."),
        "reach": _("The platform reaches: %(offered)s."),
    }
    return words[finding.why] % {"offered": offered} if "%" in words[finding.why] else words[finding.why]


def headline(stack: Stack) -> str:
    if stack.standing == "missing" or stack.need is None:
        return _("Nobody has said what it needs to run.")
    where = {"platform": stack.need.platform}
    if stack.standing == "fits":
        return _("It can run on %(platform)s.") % where
    if stack.standing == "deviates":
        return _("Something it needs is not on %(platform)s, and nobody has agreed to that.") % where
    return _("It is not known whether %(platform)s has everything it needs.") % where


def told(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A need or an offer as names and values."""

    def versions(items: list[dict[str, str]]) -> list[str]:
        return [f"{item['name']} {item['versions']}".strip() for item in items]

    isolation = content.get("isolation") or ()
    chosen = [isolation] if isinstance(isolation, str) else isolation
    rows: list[tuple[str, list[str]]] = [
        (_("Languages"), versions(content.get("languages", []))),
        (_("Packages"), versions(content.get("packages", []))),
        (_("Other packages"), [str(OTHERS_LABELS[content["other_packages"]])] if content.get("other_packages") else []),
        (_("Hardware"), [f"{HARDWARE_LABELS[name]}: {amount}" for name, amount in content.get("hardware", {}).items()]),
        (_("Isolation"), [str(ISOLATION_LABELS[name]) for name in chosen]),
        (_("Network"), [str(NETWORK_LABELS[content["network"]])] if content.get("network") else []),
        (_("Data"), list(content.get("data", []))),
    ]
    return [{"label": label, "values": values} for label, values in rows if values]
