"""Is it fixed, to the byte, what would be installed?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check
from governance.dependencies.findings import unread


@check("dependencies.locked", gettext_lazy("Is every dependency pinned to a version and a hash?"))
def locked(context: Context) -> Iterable[Result]:
    sets: list[dict[str, Any]] = context.manifest.bodies["dependencies"]["sets"]
    action = context.at_version(_("See the dependencies"))
    if not sets:
        detail = _("Push the lock file with --lock, or the digest of the image.")
        if context.model_version.runtime.get("image_digest"):
            yield Result(
                "dependencies.locked",
                "pass",
                _("The image is named by its digest"),
                context.model_version.runtime["image_digest"],
            )
        else:
            yield Result("dependencies.locked", "unknown", _("No lock file was pushed"), detail, context.who_pushed(), action)
        return
    gaps = [item["path"] for item in sets if unread(item["problems"], item["path"])]
    loose = [
        f"{row['name']} ({item['path']})"
        for item in sets
        for row in item["requirements"]
        if not (row["version"] and row["hashes"]) and not row.get("own")
    ]
    if loose:
        named = ", ".join(loose[:10]) + (_(" and %(count)s more") % {"count": len(loose) - 10} if len(loose) > 10 else "")
        detail = _("Without version or hash: %(names)s.") % {"names": named}
        yield Result("dependencies.locked", "fail", _("Some dependencies are not fixed"), detail, context.who_pushed(), action)
    elif gaps:
        detail = _("Not understood in full: %(files)s.") % {"files": ", ".join(gaps)}
        yield Result(
            "dependencies.locked", "unknown", _("A lock file could not be read in full"), detail, context.who_pushed(), action
        )
    else:
        count = sum(len(item["requirements"]) for item in sets)
        yield Result("dependencies.locked", "pass", _("All %(count)s dependencies are pinned and hashed") % {"count": count})
