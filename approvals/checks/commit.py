"""Is the commit that is about to ship the one that was registered, and has anybody here seen it?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check


@check("provenance.commit", gettext_lazy("Is the commit the one this version was registered with?"), fixed=True)
def commit(context: Context) -> Iterable[Result]:
    registered = context.model_version.commit
    action = context.at_version(_("See the version"))
    if not context.commit:
        yield Result(
            "provenance.commit",
            "unknown",
            _("The commit was not stated"),
            _("Name it with --commit."),
            context.who_pushed(),
            action,
        )
    elif context.commit != registered:
        detail = _("Registered: %(registered)s. Asked about: %(asked)s. Register what you build as a version of its own.") % {
            "registered": registered,
            "asked": context.commit,
        }
        yield Result("provenance.commit", "fail", _("This is another commit"), detail, context.who_pushed(), action)
    else:
        yield Result("provenance.commit", "pass", _("The commit is the registered one"), registered)


@check("provenance.commit_in_mirror", gettext_lazy("Has Countersign seen the commit in a registered repository?"))
def commit_in_mirror(context: Context) -> Iterable[Result]:
    fact = context.facts.get("tree")
    if fact is not None and fact.status == "verified":
        yield Result("provenance.commit_in_mirror", "pass", _("The commit was read from its repository"), fact.how)
        return
    yield Result(
        "provenance.commit_in_mirror",
        "unknown",
        _("Nobody here has seen the commit"),
        _("It is not in a mirror of this use case's repositories. Push it, register its repository, or synchronise."),
        context.who_pushed(),
        {"label": _("Repositories"), "path": "/settings/repositories/"},
    )
