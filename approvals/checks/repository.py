"""Does the version come from a repository that Countersign mirrors?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("provenance.repository_known", gettext_lazy("Is the repository registered?"))
def repository_known(context: Context) -> Iterable[Result]:
    fact = context.facts.get("repository")
    if context.model_version.repository_id is not None or (fact is not None and fact.status == "verified"):
        yield Result(
            "provenance.repository_known", "pass", _("The repository is registered"), context.model_version.repository_url
        )
        return
    stated = context.model_version.repository_url
    yield Result(
        "provenance.repository_known",
        "unknown",
        _("The repository is not registered"),
        _("%(url)s was stated by CI and nobody has checked it.") % {"url": stated}
        if stated
        else _("CI did not say which repository."),
        context.who_pushed(),
        {"label": _("Repositories"), "path": "/settings/repositories/"},
    )
