"""Lock files and their differences in words for people."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

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
