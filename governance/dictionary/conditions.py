"""What stages ask of the meaning of columns."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.dictionary.models import Binding, ElementVersion
from governance.usecases import conditions
from governance.usecases.conditions import Answer, Cases
from governance.usecases.newest import newest_full_builds

SHOWN = 5


def register() -> None:
    """Called once, when the app is ready."""
    conditions.register("dictionary.bound", gettext_lazy("Every column has a shared meaning"), many=_bound)


def _bound(cases: Cases) -> Mapping[int, Answer]:
    """The columns of the newest version of each. One query beside those for the versions."""
    builds = cases.once("full builds", lambda: newest_full_builds(cases))
    names = {dataset for build in builds.values() for dataset in build.datasets}
    meant = ElementVersion.objects.filter(element=OuterRef("element")).in_force()
    live = Binding.objects.live().filling().filter(Exists(meant), dataset__name__in=names)
    bound = set(live.order_by().values_list("dataset__name", "column").distinct())
    found = {}
    for case in cases:
        url = f"/use-cases/{case.slug}/dictionary/"
        build = builds.get(case.pk)
        if build is None:
            said = _("No version was registered yet, so nobody knows which columns it reads.")
            found[case.pk] = Answer("unmet", said, url, ("data_scientist", "data_engineer"))
            continue
        places = [(dataset, column) for dataset, columns in build.datasets.items() for column in columns]
        loose = [f"{dataset}.{column}" for dataset, column in places if (dataset, column) not in bound]
        if not places:
            said = _("%(version)s names no columns. Push its data files with --data, so that they are known.") % {
                "version": build.label
            }
            found[case.pk] = Answer("unknown", said, url, ("data_scientist", "data_engineer"))
        elif loose:
            said = ngettext(
                "%(count)d column has no shared meaning: %(names)s.",
                "%(count)d columns have no shared meaning: %(names)s.",
                len(loose),
            ) % {"count": len(loose), "names": ", ".join(loose[:SHOWN]) + ("…" if len(loose) > SHOWN else "")}
            found[case.pk] = Answer("unmet", said, url, ("data_engineer", "data_governance"))
        else:
            said = ngettext("%(count)d column is bound.", "%(count)d columns are bound.", len(places)) % {"count": len(places)}
            found[case.pk] = Answer("met", said, url)
    return found
