"""Are the files that came along the very files of the commit?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("provenance.files_match", gettext_lazy("Are the lock, parameter and metric files that were pushed those of the commit?"))
def files_match(context: Context) -> Iterable[Result]:
    facts = {key.removeprefix("file:"): fact for key, fact in context.facts.items() if key.startswith("file:")}
    wrong = sorted(path for path, fact in facts.items() if fact.status == "contradicted")
    unseen = sorted(path for path, fact in facts.items() if fact.status == "asserted")
    action = context.at_version(_("See what was found"))
    if wrong:
        detail = _("In the commit they are missing or have other bytes: %(files)s.") % {"files": ", ".join(wrong)}
        yield Result(
            "provenance.files_match", "fail", _("Pushed files are not those of the commit"), detail, context.who_pushed(), action
        )
    elif unseen:
        detail = _("Not compared yet, because the commit has not been seen: %(files)s.") % {"files": ", ".join(unseen)}
        yield Result(
            "provenance.files_match", "unknown", _("Pushed files were not compared"), detail, context.who_pushed(), action
        )
    else:
        yield Result("provenance.files_match", "pass", _("Pushed files are those of the commit"), ", ".join(sorted(facts)))
