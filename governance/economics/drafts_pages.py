"""What the pages of a draft share: where it is, what to tell somebody who was overtaken, and problems at the fields that caused them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from foundation.errors import Missing
from foundation.pages import PersonRequest, refusal_of
from governance.economics.models import CaseDraft
from governance.economics.permissions.cases import may_write
from governance.economics.selectors.drafts import changes_since, draft_of
from governance.economics.views.cases import TAB
from governance.people.roles import OUTSIDE
from governance.people.selectors import holders
from governance.usecases import tabs
from governance.usecases.models import UseCase
from governance.usecases.views import use_case_of

_Form = TypeVar("_Form", bound=forms.Form)


def draft_or_missing(request: PersonRequest, slug: str) -> tuple[UseCase, CaseDraft]:
    """The use case and its draft. Raises Missing where there is none."""
    row = use_case_of(request, slug)
    found = draft_of(row)
    if found is None:
        raise Missing(_("There is no draft: it was written down or discarded, or nobody has begun one."))
    return row, found


def page_of(request: PersonRequest, row: UseCase, found: CaseDraft, *more: dict[str, str]) -> dict[str, Any]:
    """The context of every page of a draft; `more` are crumbs below it."""
    crumb = {"label": _("Draft")} | ({"url": f"/use-cases/{row.slug}/{TAB}/draft/"} if more else {})
    return {
        **tabs.page_of(row, TAB, crumb, *more),
        "draft": found,
        "allowed": may_write(request.actor, row),
        "currency": found.case.currency,
    }


def met(request: PersonRequest, found: CaseDraft, form: forms.Form) -> dict[str, Any] | None:
    """What to tell somebody who was overtaken: who changed what since they opened the page."""
    refusal = refusal_of(form)
    if refusal is None or refusal.code != "economics.draft.changed":
        return None
    return {"changes": changes_since(found, revision_of(request))}


def revision_of(request: PersonRequest) -> int:
    """The state of the draft that this person had before them."""
    return sent_number(request, "revision") or 0


def sent_number(request: PersonRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def with_problems(make: Callable[[Mapping[str, Any] | None], _Form], wrong: Iterable[tuple[str, str]]) -> _Form:
    """A form that shows what is stored, with what is wrong at its fields: as if it had just been sent."""
    form = make(None)
    told = list(wrong)
    if not told:
        return form
    shown = {name: form[name].value() for name in form.fields}
    form = make({name: "" if value is None else value for name, value in shown.items() if value is not False})
    form.is_valid()
    for name, why in told:
        form.add_error(name if name in form.fields else None, why)
    return form


def people_of(row: UseCase) -> list[tuple[str, str]]:
    """Who can be asked about a figure: those who work on the use case, as (public id, name)."""
    found = {
        public_id: str(grant.user)
        for role, grants in holders(scope=row.public_id).items()
        if role not in OUTSIDE
        for public_id, grant in grants.items()
    }
    return sorted(found.items(), key=lambda item: item[1].casefold())


def language() -> str:
    return get_language() or "en"
