"""The lifecycle: what holds now, earlier versions, and another one by an administrator."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from foundation.pages import PersonRequest, after, attempt, portal_page, status_of
from governance.usecases import conditions, services
from governance.usecases.forms import LifecycleForm
from governance.usecases.lifecycle import Lifecycle, Need
from governance.usecases.models import LifecycleVersion, UseCase
from governance.usecases.selectors import stages
from governance.usecases.stage_permissions import may_publish_lifecycle
from governance.usecases.stage_wording import language_now


@portal_page("GET", "HEAD", "POST")
def lifecycle_settings(request: PersonRequest) -> HttpResponse:
    """The stages with what each asks for, and for administrators the text to change."""
    rules = stages.lifecycle_in_force()
    versions = list(LifecycleVersion.objects.visible_to(request.actor).select_related("created_by").order_by("-number"))
    text = versions[0].text if versions else stages.SHIPPED.read_text(encoding="utf-8")
    form = LifecycleForm(request.POST if request.method == "POST" else None, initial={"source": text, "based_on": rules.number})
    if request.method == "POST" and (
        done := attempt(form, lambda: services.publish_lifecycle(actor=request.actor, **form.cleaned_data))
    ):
        said = _("Version %(number)s of the lifecycle is in force.") % {"number": done.value.number}
        return after(request, said, "settings_stages")
    context = {
        "rules": rules,
        "title_now": rules.lifecycle.title(language_now()),
        "stages": told_stages(rules.lifecycle),
        "versions": versions,
        "form": form,
        "known": [(item.key, item.label) for item in conditions.all_conditions()],
        "allowed": may_publish_lifecycle(request.actor),
    }
    return render(request, "usecases/lifecycle.html", context, status=status_of(form))


def told_stages(lifecycle: Lifecycle) -> list[dict[str, object]]:
    """Stages with their conditions in words."""
    language = language_now()
    return [
        {
            "key": stage.key,
            "title": stage.title(language),
            "purpose": stage.purpose(language),
            "enter": [_told(need) for need in stage.enter],
            "leave": [_told(need) for need in stage.leave],
            "quiet_days": stage.quiet_days,
        }
        for stage in lifecycle.stages
    ]


def _told(need: Need) -> str:
    """A condition in words, with the kinds of use cases that it is limited to."""
    label = conditions.label_of(need.condition)
    if not need.kinds:
        return label
    kinds = dict(UseCase.Kind.choices)
    return _("%(condition)s (%(kinds)s)") % {"condition": label, "kinds": ", ".join(str(kinds[kind]) for kind in need.kinds)}
