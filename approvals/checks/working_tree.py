"""Was everything committed when it was built?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("provenance.clean_tree", gettext_lazy("Was everything committed when it was built?"))
def clean_tree(context: Context) -> Iterable[Result]:
    dirty = context.model_version.dirty
    if dirty is False:
        yield Result("provenance.clean_tree", "pass", _("Built from a clean working tree"))
        return
    action = context.at_version(_("See the version"))
    if dirty:
        detail = _(
            "There were changes that no commit holds, so nobody can say what was built. Commit them and push a new version."
        )
        yield Result("provenance.clean_tree", "fail", _("Built with uncommitted changes"), detail, context.who_pushed(), action)
    else:
        detail = _("CI did not say whether everything was committed. `countersign push` does.")
        yield Result(
            "provenance.clean_tree",
            "unknown",
            _("Nobody said whether everything was committed"),
            detail,
            context.who_pushed(),
            action,
        )
