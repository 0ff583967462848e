"""Pages of threads: begin one, answer, resolve; one's own comment; what concerns somebody; the talk of one use case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from foundation import objects
from foundation.errors import Conflict
from foundation.pages import PersonRequest, attempt, one, portal_page, slice_of, status_of
from governance.people.models import User
from governance.usecases import components, tabs, talk
from governance.usecases.forms.threads import EditForm, ReplyForm, TabFilterForm, ThreadFilterForm, ThreadForm
from governance.usecases.models import Comment, Following, Thread, UseCase
from governance.usecases.permissions import may_talk
from governance.usecases.selectors import threads as selectors
from governance.usecases.services import threads as services
from governance.usecases.services.threads import Said

QUESTIONS_SHOWN = 30
ON_THE_CARD = 3


@portal_page("GET", "HEAD", "POST", outside=True)
def thread_new(request: PersonRequest) -> HttpResponse:
    """Begin a thread: every page that shows threads sends its form here, and what was refused is shown here, as it was typed."""
    sent = request.POST if request.method == "POST" else None
    named = request.POST if sent is not None else request.GET
    subject = services.subject_of(named.get("subject", ""), actor=request.actor)
    component = named.get("component", "")
    form = ThreadForm(sent, key=talk.key_of(subject.public_id, component), initial=request.GET.dict())
    if sent is not None and (done := attempt(form, lambda: _opened(request, form))):
        return _said(request, done.value, form.key, began=True)
    kind = objects.type_of(subject)
    context = {
        "subject": subject,
        "about": {"label": kind.title(subject), "url": kind.url(subject), "kind": kind.label},
        "component": components.of(subject).get(component, ""),
        "form": form,
        "next": _next(request),
        "may_write": may_talk(request.actor, subject.audit_scope()),
        "people": talk.people_for(request, subject.audit_scope()),
        "asks_verdicts": talk.hint_is_asked(subject),
    }
    return render(request, "usecases/thread_new.html", context, status=status_of(form))


def _opened(request: PersonRequest, form: ThreadForm) -> Said:
    data = form.cleaned_data
    return services.open_thread(
        actor=request.actor,
        subject_id=data["subject"],
        component=data["component"],
        text=data["text"],
        question=data["question"],
    )


@portal_page("GET", "HEAD", "POST", outside=True)
def thread(request: PersonRequest, public_id: str) -> HttpResponse:
    """One thread with all that was said. What is sent here is a command about it."""
    row = one(selectors.listed(request.actor), public_id=public_id)
    command = request.POST.get("command", "") if request.method == "POST" else ""
    if request.method == "POST" and command not in COMMANDS:
        raise Http404
    form = ReplyForm(request.POST if command == "reply" else None, key=f"reply-{row.public_id}")
    if command == "reply":
        if done := attempt(form, lambda: services.comment(actor=request.actor, thread=row, text=form.cleaned_data["text"])):
            return _said(request, done.value, form.key)
    elif command:
        return COMMANDS[command](request, row)
    told = selectors.told(request.actor, [row], last=None)[0]
    line = talk.lines_of(request.actor, [row])[0]
    context = {
        "row": row,
        "line": line,
        "title": talk.title_of(row),
        "crumbs": [
            {"label": _("Talk"), "url": "/talk/"},
            *([{"label": line.about, "url": line.about_url}] if line.about_url else []),
            {"label": talk.title_of(row)},
        ],
        "item": talk.shown_of(request.actor, told, form=form),
        "moves": row.moves.select_related("by").order_by("number"),
        "use_case": UseCase.objects.visible_to(request.actor).filter(public_id=row.scope).first() if row.scope else None,
        "may_write": may_talk(request.actor, row.scope),
        "people": talk.people_for(request, row.scope),
        "followers": selectors.followers_of(row),
        "here": request.path,
        "said": request.GET.get("talked", ""),
    }
    return render(request, "usecases/thread.html", context, status=status_of(form))


def _resolved(request: PersonRequest, row: Thread) -> HttpResponse:
    return _moved(request, row, services.resolve_thread, _("Resolved. Whoever follows it is told."))


def _reopened(request: PersonRequest, row: Thread) -> HttpResponse:
    return _moved(request, row, services.reopen_thread, _("It is open again. Whoever follows it is told."))


def _moved(request: PersonRequest, row: Thread, act: Callable[..., Thread], said: str) -> HttpResponse:
    """Somebody who comes second is told who was first, on the page where they are."""
    try:
        act(actor=request.actor, thread=row)
        messages.success(request, said)
    except Conflict as error:
        messages.info(request, str(error.detail))
    return _back(request, row)


def _preferring(state: Following.State, said: Any) -> Callable[[PersonRequest, Thread], HttpResponse]:
    def prefer(request: PersonRequest, row: Thread) -> HttpResponse:
        services.set_following(actor=request.actor, thread=row, state=state)
        messages.success(request, said())
        return _back(request, row)

    return prefer


COMMANDS: dict[str, Callable[[PersonRequest, Thread], HttpResponse]] = {
    "reply": lambda request, row: _back(request, row),
    "resolve": _resolved,
    "reopen": _reopened,
    "follow": _preferring(Following.State.FOLLOWS, lambda: _("You follow this thread.")),
    "leave": _preferring(Following.State.LEFT, lambda: _("You are told only when somebody mentions you.")),
    "mute": _preferring(
        Following.State.MUTED, lambda: _("It is muted: you are told nothing about it, even when you are mentioned.")
    ),
}


@portal_page("GET", "HEAD", "POST", outside=True)
def comment(request: PersonRequest, public_id: str) -> HttpResponse:
    """One comment: what it said before, and for its author a form to put it in other words or to take it back."""
    row = one(Comment.objects.visible_to(request.actor).select_related("thread", "author"), public_id=public_id)
    command = request.POST.get("command", "") if request.method == "POST" else ""
    form = EditForm(request.POST if command == "edit" else None, key=f"edit-{row.public_id}", initial={"text": row.text})
    if command == "withdraw":
        services.withdraw_comment(actor=request.actor, comment=row)
        messages.success(request, _("It is withdrawn: its place stays, without its words."))
        return _back(request, row.thread, row)
    if command == "edit":
        if done := attempt(form, lambda: services.edit_comment(actor=request.actor, comment=row, text=form.cleaned_data["text"])):
            return _said(request, done.value, form.key)
    elif request.method == "POST":
        raise Http404
    versions = list(row.versions.order_by("-number")) if row.withdrawn_at is None else []
    context = {
        "row": row,
        "title": talk.title_of(row.thread),
        "own": row.author == request.actor.user,
        "versions": [(version, talk.html_of(version.text)) for version in versions],
        "form": form,
        "next": _next(request),
    }
    return render(request, "usecases/comment.html", context, status=status_of(form))


# What concerns somebody ----------------------------------------------------------------------------------------------


@portal_page(outside=True)
def talk_list(request: PersonRequest) -> HttpResponse:
    """Threads in which somebody is mentioned or that they follow, newest first; or all that they may see."""
    form = ThreadFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = selectors.listed(request.actor)
    rows = _concerning(rows, request.actor.user, wanted.get("show", ""))
    rows = _in_state(rows, wanted.get("state") or "open")
    if wanted.get("kind"):
        rows = rows.questions()
    about = None
    if wanted.get("subject"):
        about = selectors.seen_subject(wanted["subject"], actor=request.actor)
        rows = rows.filter(subject_id=wanted["subject"])
    page = slice_of(request, rows)
    context = {
        "form": form,
        "slice": page,
        "lines": talk.lines_of(request.actor, page.rows),
        "filtered": any(wanted.values()),
        "about": {"label": objects.type_of(about).title(about), "url": objects.url_of(about)} if about is not None else None,
    }
    return render(request, "usecases/talk_list.html", context)


def _concerning(rows: Any, user: User, show: str) -> Any:
    if show == "mentioned":
        return rows.mentioning(user)
    if show == "follows":
        return rows.followed_by(user)
    if show == "mine":
        return rows.filter(created_by=user)
    return rows if show == "all" else rows.concerning(user)


def _in_state(rows: Any, state: str) -> Any:
    return rows.open() if state == "open" else rows.exclude(resolved_at=None) if state == "resolved" else rows


def talk_content(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The talk of a use case: the questions that nobody has answered for good, and below them every thread, page by page."""
    every = selectors.listed(request.actor).filter(scope=row.public_id)
    there = selectors.kinds_in(row.public_id)
    kinds = [(kind.prefix, kind.label) for kind in objects.all_types() if kind.prefix in there]
    form = TabFilterForm(request.GET, kinds=kinds)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = _in_state(every, wanted.get("state", ""))
    if wanted.get("about"):
        rows = rows.filter(subject_type=wanted["about"])
    for word in wanted.get("q", "").split():
        rows = rows.filter(title__icontains=word)
    questions = list(every.questions().open().order_by("-pk")[: QUESTIONS_SHOWN + 1])
    page = slice_of(request, rows)
    lines = talk.lines_of(request.actor, [*questions[:QUESTIONS_SHOWN], *page.rows])
    return {
        "form": form,
        "slice": page,
        "questions": lines[: len(questions[:QUESTIONS_SHOWN])],
        "more_questions": len(questions) > QUESTIONS_SHOWN,
        "lines": lines[len(questions[:QUESTIONS_SHOWN]) :],
        "filtered": any(wanted.values()),
        "clear_url": tabs.tab_url(row, "talk") if any(wanted.values()) else "",
        "talk": talk.panel_of(request, row),
    }


def talk_card(request: PersonRequest, row: UseCase) -> dict[str, Any]:
    """The questions that are open, for the overview."""
    rows = list(selectors.listed(request.actor).filter(scope=row.public_id).questions().open().order_by("-pk")[: ON_THE_CARD + 1])
    return {"questions": rows[:ON_THE_CARD], "more": len(rows) > ON_THE_CARD}


# Where somebody goes afterwards --------------------------------------------------------------------------------------


def _next(request: PersonRequest) -> str:
    """The page of ours that somebody came from, or nothing. Never another site."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") and len(wanted) <= 500 else ""


def _back(request: PersonRequest, thread: Thread, comment: Comment | None = None, **query: str) -> HttpResponse:
    """To the page where it was done, at the place of it; else to the page of the thread."""
    own = f"/threads/{thread.public_id}/"
    parts = urlsplit(_next(request) or own)
    # pages of things show the last comments only; the thread is certain to be there
    anchor = comment.public_id if comment is not None and parts.path == own else thread.public_id
    kept = [part for part in parts.query.split("&") if part and not part.startswith("talked=")]
    more = "&".join([*kept, *(f"{name}={value}" for name, value in query.items())])
    response = redirect("thread", thread.public_id)
    response["Location"] = f"{parts.path}{'?' if more else ''}{more}#{anchor}"
    return response


def _said(request: PersonRequest, said: Said, draft: str, *, began: bool = False) -> HttpResponse:
    """Say what became of a comment: who was told, who could not be, and that it was no verdict."""
    if began:
        messages.success(request, _("Your question is asked.") if said.thread.question else _("Your thread is open."))
    else:
        messages.success(request, _("Your comment is written down."))
    for level, text in told_about(said):
        messages.add_message(request, level, text)
    subject = objects.resolve(said.thread.subject_id, actor=request.actor)
    hint = talk.hint_for(request.actor, subject, said.comment.text) if subject is not None else None
    if hint is not None:
        messages.warning(request, format_html('{} <a href="{}">{}</a>', hint.text, hint.url, hint.label))
    return _back(request, said.thread, said.comment, talked=draft)


def told_about(said: Said) -> list[tuple[int, str]]:
    """What became of the mentions, in sentences with their level."""
    found: list[tuple[int, str]] = []
    if said.told:
        found.append((messages.INFO, _("Told: %(names)s.") % {"names": _names(said.told)}))
    if said.unseen:
        text = _("Not told, because they cannot see this: %(names)s. Somebody who gives roles here can change that.")
        found.append((messages.WARNING, text % {"names": _names(said.unseen)}))
    if said.unknown:
        text = _("Nobody who can sign in is called so: %(names)s.")
        found.append((messages.WARNING, text % {"names": ", ".join(f"@{name}" for name in said.unknown)}))
    if said.shared:
        text = _("Several people are called so, and nobody was told: %(names)s. Write their user name.")
        found.append((messages.WARNING, text % {"names": ", ".join(f"@{name}" for name in said.shared)}))
    return found


def _names(users: tuple[User, ...]) -> str:
    return ", ".join(str(user) for user in users)
