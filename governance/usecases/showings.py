"""What increments and documents add to the rest of the product: a tab, a card, a condition of stages, what refers to what."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from foundation import objects
from governance.people.roles import PROJECT_LEAD
from governance.usecases import conditions, references, selectors, tabs, views
from governance.usecases.audience import WATCHERS
from governance.usecases.conditions import Answer, Cases
from governance.usecases.models import Feedback, Increment
from governance.usecases.record_conditions import grants_here, on_file


def register() -> None:
    """Called once, when the app is ready."""
    objects.register(
        Increment,
        name="increment",
        label=gettext_lazy("Increment"),
        title=lambda row: row.title,
        url=lambda row: f"/use-cases/{row.use_case.slug}/increments/{row.number}/",
        related=("use_case",),
        search=lambda row: [row.title, row.shown],
    )
    objects.register(
        Feedback,
        name="feedback",
        label=gettext_lazy("Feedback"),
        title=lambda row: row.increment.title,
        url=lambda row: f"/use-cases/{row.increment.use_case.slug}/increments/{row.increment.number}/#feedback-{row.number}",
        related=("increment__use_case",),
        search=lambda row: [row.increment.title, row.text, row.said_by],
    )
    tabs.register(
        "increments",
        gettext_lazy("Increments"),
        template="usecases/increments.html",
        content=views.increments_content,
        outside=True,
    )
    tabs.register_card(40, template="usecases/increments_card.html", content=views.increments_card)
    conditions.register("increments.shown", gettext_lazy("Somebody it is made for has seen an increment"), many=increments_shown)
    references.register(references.in_increments)
    references.register(references.in_definitions)


def increments_shown(cases: Cases) -> Mapping[int, Answer]:
    """Met once whoever ordered it, will use it or will run it has seen something of it, or a guest has. A constant number of queries."""
    places = {case.public_id: case.pk for case in cases}
    held = grants_here(cases)
    seen = selectors.watched(
        cases, {(places[grant.scope], grant.user) for grant in held if grant.scope and grant.role in WATCHERS}
    )
    recorded = {pk for pk, filed in on_file(cases).items() if filed.increments}
    found = {}
    for case in cases:
        url = reverse("use_case_tab", args=[case.slug, "increments"])
        if case.pk in seen:
            count, last = seen[case.pk]
            said = ngettext(
                "%(count)s increment was seen by people it is made for, on %(day)s.",
                "%(count)s increments were seen by people it is made for, the last of them on %(day)s.",
                count,
            ) % {"count": count, "day": date_format(timezone.localtime(last), "DATE_FORMAT")}
            found[case.pk] = Answer("met", said, url)
        elif case.pk in recorded:
            said = _("Something was shown, but to nobody who ordered it, will use it or will run it.")
            found[case.pk] = Answer("unmet", said, url, (PROJECT_LEAD,))
        else:
            found[case.pk] = Answer("unmet", _("Nothing of it was shown to anybody yet."), url, (PROJECT_LEAD,))
    return found
