"""Lock files and their differences in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from governance.dependencies import lockfiles
from governance.dependencies.components import Difference
from governance.dependencies.pinning import Loose


def difference_told(found: Difference) -> list[dict[str, Any]]:
    """Packages that came, went or changed, as `components/diff.html` takes them."""
    rows = [{"path": name, "before": "", "after": ", ".join(versions), "change": "added"} for name, versions in found.added]
    rows += [{"path": name, "before": ", ".join(versions), "after": "", "change": "removed"} for name, versions in found.removed]
    for item in found.changed:
        before, after = ", ".join(item.before), ", ".join(item.after)
        if item.kind == "hashes":
            after = _("%(version)s, with other hashes") % {"version": after}
        elif item.kind == "details":
            after = _("%(version)s, with other extras, marker or origin") % {"version": after}
        rows.append({"path": item.name, "before": before, "after": after, "change": "changed"})
    return sorted(rows, key=lambda row: str(row["path"]))


def loose_told(loose: Loose) -> str:
    """Why a requirement does not lock what will be installed."""
    texts = {
        "not_pinned": _("Not pinned: it names no single version, so what is installed can change."),
        "no_sha256": _("No SHA-256: other bytes could come under the same version."),
    }
    return texts.get(loose.code, loose.code)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel that conda asks, in its turn; `implicit` where the file does not name it and conda adds it."""

    name: str
    implicit: bool = False


def options_told(options: Iterable[Mapping[str, Any]]) -> tuple[list[Channel], list[tuple[str, str]]]:
    """The channels in the order in which they are asked, and whatever else the file says of itself."""
    channels, others = [], []
    for option in options:
        name, value = str(option["name"]), str(option["value"])
        if name in ("channel", "channel:implicit"):
            channels.append(Channel(value, implicit=name != "channel"))
        else:
            others.append((name, value))
    return channels, others


def format_name(format: str) -> str:
    """What people call a format of lock files."""
    return _formats().get(format, format)


def format_names() -> list[str]:
    """Every format that is read, as people call them."""
    return [format_name(format) for format in ("requirements.txt", *lockfiles.READERS)]


def _formats() -> dict[str, str]:
    return {
        "requirements.txt": "requirements.txt",
        "pylock": "pylock.toml (PEP 751)",
        "uv": "uv.lock",
        "poetry": "poetry.lock",
        "pdm": "pdm.lock",
        "pipfile": "Pipfile.lock",
        "conda-environment": _("environment.yml of conda, conda.yaml of MLflow"),
        "mlflow-python-env": _("python_env.yaml of MLflow"),
        "conda-lock": "conda-lock.yml",
        "conda-explicit": _("list of archives of conda (@EXPLICIT)"),
        "cyclonedx-json": "CycloneDX (JSON)",
        "cyclonedx-xml": "CycloneDX (XML)",
        "spdx-json": "SPDX 2 (JSON)",
        "spdx-yaml": "SPDX 2 (YAML)",
        "spdx-tag-value": _("SPDX 2 (tags)"),
        "spdx3-json": "SPDX 3 (JSON)",
        "dockerfile": "Dockerfile",
        "unknown": _("not known"),
    }
