"""The audit log for people: what happened, who did it, to what, and how to check that nobody rewrote it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation import audit, objects
from foundation.actor import Actor
from foundation.errors import Missing
from foundation.models import AuditEvent, AuditLeaf
from foundation.pages import PersonRequest, portal_page, slice_of
from foundation.sealing import latest_checkpoint
from foundation.visibility import seen_scopes, visible_events

MOST_TYPES = 6  # kinds of things whose titles are looked up for one page: each costs a query or two
SHOWN_FACTS = 6
LONGEST_FACT = 48
NO_WORD = re.compile(r"[0-9a-f]{16,}|[a-z]{2,4}_[0-9a-z]{16,}")  # hashes, commits and public ids say nothing to people


class FilterForm(forms.Form):
    """What of the log is wanted. Everything is exact but the days, so that each is found by an index."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    actor = forms.CharField(label=_("Who (user name or id)"), required=False, max_length=60)
    subject = forms.CharField(label=_("About (id)"), required=False, max_length=60)
    scope = forms.CharField(label=_("Use case (id)"), required=False, max_length=60)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = sorted(((kind.code, f"{kind.label} · {kind.code}") for kind in audit.all_kinds()), key=lambda pair: pair[1])
        self.fields["kind"].choices = [("", _("everything")), *kinds]  # type: ignore[attr-defined] # a ChoiceField

    def apply(self, rows: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that fit; a field that cannot be read is left out, and the form says so."""
        wanted = self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})
        columns = {"kind": "kind", "subject": "subject_id", "scope": "scope"}
        rows = rows.filter(**{column: wanted[name].strip() for name, column in columns.items() if wanted.get(name)})
        if wanted.get("actor"):
            rows = rows.filter(actor_id=_actor_id(wanted["actor"].strip()))
        if wanted.get("since"):
            rows = rows.filter(at__gte=datetime.combine(wanted["since"], time.min, UTC))
        if wanted.get("until") and wanted["until"] < date.max:  # after the last day there is nothing is left out
            rows = rows.filter(at__lt=datetime.combine(wanted["until"], time.min, UTC) + timedelta(days=1))
        return rows


def _actor_id(text: str) -> str:
    """The public id behind a user name; what is no user name is an id already."""
    users: Any = get_user_model()
    found = users.objects.filter(**{f"{users.USERNAME_FIELD}__iexact": text}).values_list("public_id", flat=True).first()
    return str(found or text)


@dataclass(frozen=True, slots=True)
class Told:
    """One event, told: what happened to what, and the bytes that say so."""

    event: AuditEvent
    label: str
    type_label: str
    title: str
    url: str
    facts: list[tuple[str, str]]
    raw: str
    index: int | None


@portal_page()
def audit_page(request: PersonRequest) -> HttpResponse:
    """Events of the use cases this person sees, and their own, newest first."""
    form = FilterForm(request.GET if request.GET else {})
    page = slice_of(request, form.apply(visible_events(request.actor).select_related("leaf")))
    checkpoint = latest_checkpoint()
    context = {
        "form": form,
        "page": page,
        "events": tell(page.rows, request.actor),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "checkpoint": checkpoint,
        "root": bytes(checkpoint.root).hex() if checkpoint else "",
        "unsealed": unsealed_count(),
    }
    return render(request, "foundation/audit.html", context)


@portal_page()
def about_page(request: PersonRequest, public_id: str) -> HttpResponse:
    """Go to the page of whatever has this id, if this person may see it; what has no page leads to its events."""
    row = objects.resolve(public_id, actor=request.actor)
    if row is None:
        raise Missing(_("There is no such thing, or you may not see it."))
    return redirect(objects.url_of(row) or f"{reverse('foundation:audit')}?subject={row.public_id}")


def unsealed_count() -> int:
    """How many events were recorded after the last one that has its place in the log. Sealing takes seconds."""
    last = AuditLeaf.objects.order_by("-index").values_list("event_id", flat=True).first()
    return AuditEvent.objects.filter(pk__gt=last or 0).count()


def tell(events: Iterable[AuditEvent], actor: Actor) -> list[Told]:
    """The events in words, with links to what the actor may see of what they are about."""
    rows = list(events)
    known = _subjects(rows, actor)
    return [_told(row, known.get(row.subject_id)) for row in rows]


def _told(row: AuditEvent, subject: Any | None) -> Told:
    kind = objects.by_prefix(row.subject_id)
    raw = bytes(row.body).decode("utf-8")
    leaf = getattr(row, "leaf", None)
    title = kind.title(subject) if kind and subject is not None and _has_name(subject, kind) else ""
    return Told(
        event=row,
        label=audit.label_of(row.kind),
        type_label=str(kind.label) if kind else row.subject_type,
        title=title,
        url=(kind.url(subject) if subject is not None else reverse("foundation:audit_about", args=[row.subject_id]))
        if kind
        else "",
        facts=_facts(json.loads(raw).get("data", {})),
        raw=raw,
        index=leaf.index if leaf else None,
    )


def _has_name(row: Any, kind: objects.ObjectType) -> bool:
    """Whether the row says more than its class and number."""
    return kind.title is not str or type(row).__str__ is not Model.__str__


def _facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """The short values of an event's data: names and numbers, no digests, ids or lists."""
    short = [(name, str(value)) for name, value in data.items() if isinstance(value, str | int) and not isinstance(value, bool)]
    return [(name, text) for name, text in short if 0 < len(text) <= LONGEST_FACT and not NO_WORD.fullmatch(text)][:SHOWN_FACTS]


def _subjects(events: list[AuditEvent], actor: Actor) -> dict[str, Any]:
    """What the actor may see of the things that events are about; of the most frequent types, so that a page has a bound.

    Whoever sees a scope sees what belongs to it, so only what belongs to no scope is asked for with the actor's own eyes.
    """
    seen = seen_scopes(actor)
    by_prefix: dict[str, set[str]] = defaultdict(set)
    for event in events:
        if not event.scope or seen is None or event.scope in seen:
            by_prefix[event.subject_id.partition("_")[0]].add(event.subject_id)
    scoped = {event.subject_id for event in events if event.scope}
    found: dict[str, Any] = {}
    for prefix, ids in sorted(by_prefix.items(), key=lambda item: -len(item[1]))[:MOST_TYPES]:
        kind = objects.by_prefix(f"{prefix}_")
        if kind is None:
            continue
        rows: Any = kind.model._default_manager
        if not ids <= scoped:
            rows = rows.visible_to(actor)
        # Names and addresses may hang on a row's parents: follow every foreign key that is never empty.
        found |= {row.public_id: row for row in rows.select_related().filter(public_id__in=ids)}
    return found
