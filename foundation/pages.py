"""The portal's manners: how a page finds its thing, pages a list, and puts a service's refusal at the form that caused it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.validators import EMPTY_VALUES
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from foundation.actor import Actor
from foundation.errors import CountersignError, Missing
from foundation.visibility import comes_from_outside

PAGE_SIZE = 50


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in, as the middleware leaves it."""

    actor: Actor
    id: str
    turns: int  # how many things wait for this person, once somebody has counted them
    from_outside: bool  # whether they come from outside, once somebody has asked (`is_from_outside`)


View = Callable[..., HttpResponse]


def portal_page(*methods: str, outside: bool = False) -> Callable[[View], View]:
    """A view for people who are signed in; without methods it only shows. Others are led to the login page first.

    For somebody who comes from outside only pages with `outside` exist: what was forgotten stays closed to them.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def inside(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not outside and is_from_outside(request):
                raise Missing(_("There is no such thing, or you may not see it."))
            return view(request, *args, **kwargs)

        return login_required(require_http_methods(methods or ("GET", "HEAD"))(inside))

    return wrap


def is_from_outside(request: Any) -> bool:
    """Whether this person comes from outside; asked once for a request."""
    if not hasattr(request, "from_outside"):
        request.from_outside = comes_from_outside(request.actor)
    answer: bool = request.from_outside
    return answer


def one(rows: QuerySet[Any], **key: Any) -> Any:
    """The row, or Missing, which is shown as 404: what somebody may not see does not exist for them."""
    named = not any("\x00" in value for value in key.values() if isinstance(value, str))  # what PostgreSQL does not look for
    row = rows.filter(**key).first() if named else None
    if row is None:
        raise Missing(_("There is no such thing, or you may not see it."))
    return row


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a long list, newest first, and where the neighbours are; `pagination.html` takes the two addresses."""

    rows: list[Any]
    newer_url: str = ""
    older_url: str = ""


def slice_of(request: HttpRequest, rows: QuerySet[Any], *, size: int = PAGE_SIZE) -> Slice:
    """One page of `rows` by primary key, newest first. `?before=` and `?after=` say where: no counting, however long the list.

    Its cost does not grow with the place in the list. A place that is no number is the beginning.
    """
    before, after = _place(request, "before"), _place(request, "after")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        more_newer, more_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = list((rows.filter(pk__lt=before) if before is not None else rows).order_by("-pk")[: size + 1])
        more_newer, more_older = before is not None, len(found) > size
        found = found[:size]
    if not found:
        return Slice([], newer_url=_moved(request) if before is not None or after is not None else "")
    newer = _moved(request, after=found[0].pk) if more_newer else ""
    older = _moved(request, before=found[-1].pk) if more_older else ""
    return Slice(found, newer, older)


def sorted_slice(request: HttpRequest, rows: QuerySet[Any], key: Any, *, size: int = PAGE_SIZE) -> Slice:
    """The same by something else than the primary key, smallest first: `key` is an expression, or None for the usual order.

    Here `newer_url` leads back and `older_url` on. A place whose row is not among the rows any more is the beginning.
    """
    if key is None:
        return slice_of(request, rows, size=size)
    rows = rows.annotate(sort_key=key)
    before, after = _place(request, "before"), _place(request, "after")
    edge = rows.filter(pk=before if before is not None else after).first() if (before, after) != (None, None) else None
    if edge is None:
        found = list(rows.order_by("sort_key", "pk")[: size + 1])
        back, on = False, len(found) > size
        found = found[:size]
    elif before is not None:
        beyond = Q(sort_key__gt=edge.sort_key) | Q(sort_key=edge.sort_key, pk__gt=edge.pk)
        found = list(rows.filter(beyond).order_by("sort_key", "pk")[: size + 1])
        back, on = True, len(found) > size
        found = found[:size]
    else:
        beyond = Q(sort_key__lt=edge.sort_key) | Q(sort_key=edge.sort_key, pk__lt=edge.pk)
        found = list(rows.filter(beyond).order_by("-sort_key", "-pk")[: size + 1])
        back, on = len(found) > size, True
        found = found[:size][::-1]
    if not found:
        return Slice([], newer_url=_moved(request) if edge is not None else "")
    return Slice(found, _moved(request, after=found[0].pk) if back else "", _moved(request, before=found[-1].pk) if on else "")


def _place(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _moved(request: HttpRequest, **place: int) -> str:
    """This page's address at another place of the list, with its filters."""
    parameters = request.GET.copy()
    for name in ("before", "after"):
        parameters.pop(name, None)
    parameters.update({name: str(value) for name, value in place.items()})
    return f"{request.path}?{parameters.urlencode()}" if parameters else request.path


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out; `value` is what its service returned."""

    value: Any


def attempt(form: forms.BaseForm, act: Callable[[], Any]) -> Done | None:
    """Call a service with what the form holds. None when the form is not valid or the service refused: then the form says why
    and keeps what was typed, and `status_of(form)` is the answer's status.

    A thing that the actor may not see stays Missing, and is shown as 404.
    """
    if not form.is_valid():
        return None
    try:
        return Done(act())
    except Missing:
        raise
    except CountersignError as error:
        tell(form, error)
        return None


def tell(form: forms.BaseForm, error: CountersignError) -> None:
    """Put a service's refusal at the form: each problem at its field, the rest on top."""
    form.refusal = error  # type: ignore[attr-defined] # forms take attributes; `status_of` reads it
    elsewhere = [item for item in error.errors if item.field not in form.fields]
    for item in error.errors:
        if item.field in form.fields:
            form.add_error(item.field, str(item.message))
    for item in elsewhere:
        form.add_error(None, f"{item.field}: {item.message}" if item.field else str(item.message))
    if not error.errors:
        form.add_error(None, str(error.detail))


def refusal_of(form: forms.BaseForm) -> CountersignError | None:
    """What the service said when it refused this form."""
    return getattr(form, "refusal", None)


def status_of(*shown: forms.BaseForm) -> int:
    """200 for a page whose forms have nothing to complain about, else 400 or what the service's refusal stands for."""
    for form in shown:
        refusal = refusal_of(form)
        if refusal is not None:
            return refusal.status
    return 400 if any(form.is_bound and form.errors for form in shown) else 200


def after(request: HttpRequest, said: Any, to: str, *args: Any, query: str = "", **kwargs: Any) -> HttpResponse:
    """Say what was done, and go on to a page: nothing is sent twice when somebody loads it again."""
    if said not in EMPTY_VALUES:
        messages.success(request, str(said))
    response = redirect(to, *args, **kwargs)
    if query:
        response["Location"] += query
    return response
