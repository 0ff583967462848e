"""Talk where the work is: the threads about one thing, ready to be put on its page.

A view gives what `panel_of` answers as `talk` to its template, which says `{% include "usecases/threads.html" with talk=talk %}`.
A page whose parts have threads of their own, as a request has for its components, asks `panels_of` once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from foundation import objects
from foundation.actor import Actor
from foundation.models import PublicIdModel
from foundation.pages import PersonRequest, is_from_outside
from foundation.permissions import Decision
from governance.people.models import User
from governance.usecases import components
from governance.usecases.comment_text import html_of
from governance.usecases.forms.threads import ReplyForm, ThreadForm
from governance.usecases.models import Comment, Following, Thread
from governance.usecases.permissions import may_talk
from governance.usecases.selectors import threads as selectors
from governance.usecases.selectors.threads import ON_ONE_PAGE, Told
from governance.usecases.verdict_words import reads_like_a_verdict


@dataclass(frozen=True, slots=True)
class Shown:
    """One comment as a page shows it."""

    row: Comment
    html: SafeString
    own: bool


@dataclass(frozen=True, slots=True)
class ShownThread:
    """One thread as a page shows it: its first comment, how many are left out, the last ones, and the form to answer."""

    row: Thread
    comments: Sequence[Shown]
    hidden: int
    follows: bool
    muted: bool
    form: ReplyForm
    component: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The threads about one thing, open ones first. `more`: there are others, at `all_url`; `asks_verdicts`: people vote here."""

    subject_id: str
    component: str
    threads: Sequence[ShownThread]
    more: bool
    all_url: str
    open_count: int
    form: ThreadForm
    may_write: Decision
    here: str
    people: Sequence[User]
    asks_verdicts: bool
    said: str  # the draft that was accepted, so that the browser lets it go

    @property
    def key(self) -> str:
        return key_of(self.subject_id, self.component)


@dataclass(frozen=True, slots=True)
class Hint:
    """What somebody is told whose comment reads like a verdict, and where a verdict is given."""

    text: str
    label: str
    url: str


Hints = Callable[[Actor, PublicIdModel], Hint | None]
_hints: dict[str, Hints] = {}


def hints_from(prefix: str, function: Hints) -> None:
    """Tell whom to ask whether a person's verdict is awaited on things with this prefix. Higher rooms say so in `ready()`."""
    _hints[prefix] = function


def hint_is_asked(subject: PublicIdModel) -> bool:
    """Whether verdicts are given about such things, so that its forms say that a comment is none."""
    return subject.public_id_prefix in _hints


def hint_for(actor: Actor, subject: PublicIdModel, text: str) -> Hint | None:
    """What to say to somebody who may believe that they have just decided something. Nothing is kept from anybody."""
    ask = _hints.get(subject.public_id_prefix)
    return ask(actor, subject) if ask is not None and reads_like_a_verdict(text) else None


# What a page embeds --------------------------------------------------------------------------------------------------


def panel_of(
    request: PersonRequest, subject: PublicIdModel, component: str = "", *, earlier: Sequence[PublicIdModel] = ()
) -> Panel:
    """The threads about a thing that the person sees, or about one component of it. Seven queries, however much was said.

    `earlier`: versions that it took the place of, whose threads stand beside its own.
    """
    return panels_of(request, subject, [component] if component else [], earlier=earlier)[component]


def panels_of(
    request: PersonRequest, subject: PublicIdModel, names: Sequence[str], *, earlier: Sequence[PublicIdModel] = ()
) -> Mapping[str, Panel]:
    """The panel of a thing under the empty name, and those of its components; no more queries than for one."""
    actor, here = request.actor, request.get_full_path()
    every = selectors.about(actor, [subject.public_id, *(row.public_id for row in earlier)])
    rows = list(selectors.open_first(every)[: ON_ONE_PAGE * (len(names) + 1) + 1])
    by_component: dict[str, list[Thread]] = {name: [] for name in ("", *names)}
    for row in rows:
        by_component.get(row.component, by_component[""]).append(row)
    wanted = [row for found in by_component.values() for row in found[:ON_ONE_PAGE]]
    labels = components.of(subject)
    shown = {item.thread.pk: item for item in selectors.told(actor, wanted)}
    may_write = may_talk(actor, subject.audit_scope())
    people = people_for(request, subject.audit_scope()) if may_write else []
    return {
        name: Panel(
            subject_id=subject.public_id,
            component=name,
            threads=[shown_of(actor, shown[row.pk], labels if not name else {}) for row in found[:ON_ONE_PAGE]],
            more=len(found) > ON_ONE_PAGE,
            all_url=list_url(subject=subject.public_id),
            open_count=sum(row.is_open for row in found),
            form=ThreadForm(key=key_of(subject.public_id, name), initial={"subject": subject.public_id, "component": name}),
            may_write=may_write,
            here=here,
            people=people,
            asks_verdicts=hint_is_asked(subject),
            said=request.GET.get("talked", ""),
        )
        for name, found in by_component.items()
    }


def people_for(request: PersonRequest, scope: str) -> list[User]:
    """Whom one would mention. Somebody from outside is not handed a list of who works here."""
    return [] if is_from_outside(request) else selectors.people_here(scope)


def shown_of(actor: Actor, told: Told, labels: Mapping[str, Any] | None = None, *, form: ReplyForm | None = None) -> ShownThread:
    """A thread as pages show it; `form` where an answer was refused and keeps what was typed."""
    row = told.thread
    return ShownThread(
        row=row,
        comments=[_shown(actor, comment) for comment in told.comments],
        hidden=told.hidden,
        follows=told.state == Following.State.FOLLOWS,
        muted=told.state == Following.State.MUTED,
        form=form or ReplyForm(key=f"reply-{row.public_id}"),
        component=str((labels or {}).get(row.component, "")),
    )


def _shown(actor: Actor, row: Comment) -> Shown:
    names = [mention.typed for mention in row.mentions.all()]
    return Shown(row, html_of(row.text, names), actor.is_person and row.author == actor.user)


# Lists of threads ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A thread in a list: what it is about, where that is, and who said something last."""

    row: Thread
    about: str
    about_url: str
    kind: str
    component: str
    answers: int


def lines_of(actor: Actor, rows: Sequence[Thread]) -> list[Line]:
    """Threads in a list. One query for each type of thing among them, however many threads."""
    by_prefix: dict[str, set[str]] = {}
    for row in rows:
        by_prefix.setdefault(row.subject_type, set()).add(row.subject_id)
    found: dict[str, Any] = {}
    for prefix, ids in by_prefix.items():
        kind = objects.by_prefix(f"{prefix}_")
        if kind is not None:
            things: Any = kind.model._default_manager
            seen = things.visible_to(actor).filter(public_id__in=ids)
            found |= {thing.public_id: thing for thing in (seen.select_related(*kind.related) if kind.related else seen)}
    return [_line(row, found.get(row.subject_id)) for row in rows]


def _line(row: Thread, thing: Any) -> Line:
    kind = objects.by_prefix(row.subject_id)
    label = str(kind.label) if kind is not None else row.subject_type
    if kind is None or thing is None:
        return Line(row, label, "", label, row.component, row.length - 1)
    component = str(components.of(thing).get(row.component, row.component)) if row.component else ""
    return Line(row, kind.title(thing), kind.url(thing), label, component, row.length - 1)


def title_of(row: Thread) -> str:
    """What a thread is called where its first comment was withdrawn."""
    return row.title or _("A withdrawn comment")


def list_url(**filters: str) -> str:
    return f"/talk/?{urlencode({'show': 'all', 'state': 'all', **filters})}"


def key_of(subject_id: str, component: str = "") -> str:
    """The name of the form about a thing: ids of its fields, and the draft that a browser keeps."""
    return f"talk-{component}" if component else f"talk-{subject_id}"
