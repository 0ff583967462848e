"""May the use case use the data that the version was made from, now?"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, check
from governance.dictionary.selectors.data_use import Permission, permissions_of

CODE = "dictionary.use_permitted"
SHOWN = 12


@check(CODE, gettext_lazy("May every data set be used for this, as somebody agreed?"), level="off")
def use_permitted(context: Context) -> Iterable[Result]:
    """Read at the moment of the question: a use that has run out is absent in the same minute."""
    inputs = [(item["name"], item["digest"]) for item in context.manifest.bodies["data"]["datasets"]]
    action = context.at_use_case(_("Ask for the use of data"), "dictionary/data-use/")
    if not inputs:
        detail = _("CI named no data sets. Push data files with --data, so that it is known what was used.")
        yield Result(CODE, "unknown", _("No data sets are known"), detail, context.who_pushed(), action)
        return
    found = permissions_of(context.model_version.use_case_id, inputs, context.now)
    lacking = [item for item in found if item.allowed is None]
    if not lacking:
        yield _passed(found)
        return
    waiting = [item for item in lacking if item.waiting is not None]
    evidence = [{"type": "data_use", "id": item.waiting.public_id} for item in waiting if item.waiting is not None]
    actors = context.holding("data_governance") if waiting else []
    unasked = [item for item in lacking if item.waiting is None]
    actors += [person for person in (context.who_pushed() if unasked else []) if person not in actors]
    title = _("Nobody has agreed yet to the use of some data") if not unasked else _("Some data may not be used for this")
    detail = " ".join(_told(item) for item in lacking[:SHOWN]) + (" …" if len(lacking) > SHOWN else "")
    yield Result(CODE, "fail" if unasked else "pending", title, detail, actors, action, evidence)


def _passed(found: list[Permission]) -> Result:
    """The answer holds until the first of the uses is over."""
    uses = [item.allowed for item in found if item.allowed is not None]
    evidence = [{"type": "data_use", "id": public_id} for public_id in dict.fromkeys(use.public_id for use in uses)]
    until = min(use.holds_until for use in uses)
    names = ", ".join(dict.fromkeys(item.name for item in found))
    return Result(CODE, "pass", _("All data may be used for this"), names, evidence=evidence, due_at=until, until=until)


def _told(item: Permission) -> str:
    """Why one data set lacks it."""
    if item.waiting is not None:
        return _("%(name)s: asked for, and not decided.") % {"name": item.name}
    if item.over is not None:
        return _("%(name)s: the agreed use is over.") % {"name": item.name}
    if item.other_version:
        return _("%(name)s: another version of it was agreed to, not this one.") % {"name": item.name}
    return _("%(name)s: nobody asked for it.") % {"name": item.name}
