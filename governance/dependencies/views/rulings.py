"""The pages of rulings: the list, one of them with what security recommends and what the owner decides, and the forms to ask."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from foundation import clock
from foundation.pages import PersonRequest, after, attempt, one, portal_page, sorted_slice, status_of
from foundation.permissions import Denied
from governance.dependencies import package_panels, services
from governance.dependencies.components import label_of
from governance.dependencies.forms.rulings import (
    BlockForm,
    DecideForm,
    ExtendForm,
    RecommendForm,
    RevokeForm,
    RulingAskForm,
    RulingFilterForm,
    after_day,
)
from governance.dependencies.models import Ruling
from governance.dependencies.package_panels import Shown
from governance.dependencies.review_permissions import security
from governance.dependencies.ruling_asks import IN_REQUEST
from governance.dependencies.ruling_permissions import (
    asked_by,
    deciders_of,
    may_ask_ruling,
    may_block,
    may_decide_ruling,
    may_exempt_everything,
    may_recommend_ruling,
    may_revoke_ruling,
)
from governance.dependencies.rulings import WARN_BEFORE, exactly
from governance.dependencies.selectors import rulings as selectors
from governance.dependencies.selectors.criteria import criterion_titles
from governance.dependencies.wording_rulings import against_recommendation, holds_words, justification_words
from governance.dependencies.wording_sources import criteria_told
from governance.people.selectors import scope_titles
from governance.usecases import panels, talk
from governance.usecases.models import UseCase

OPEN = ("asked", "recommended", "in_force")


@portal_page()
def ruling_list(request: PersonRequest) -> HttpResponse:
    """Rulings, what has run out and what runs out first on top."""
    titles = scope_titles(request.actor)
    form = RulingFilterForm(request.GET, scopes=sorted(titles.items(), key=lambda item: item[1]))
    asked = form.cleaned_data if form.is_valid() else {}
    state = asked.get("state") or "current"
    rows = selectors.rulings_seen_by(
        request.actor, state=state, effect=asked.get("effect", ""), scope=asked.get("scope", ""),
        package=asked.get("package", ""), batch=request.GET.get("batch", "")[:40].replace("\x00", ""),
    )  # fmt: skip
    page = sorted_slice(request, rows, selectors.soonest_first())
    context = {
        "form": form,
        "filtered": any(request.GET.get(name) for name in ("package", "effect", "state", "scope", "batch")),
        "slice": page,
        "rows": [row_told(row, titles) for row in page.rows],
        "crumbs": ruling_crumbs(),
        "may_block": may_block(request.actor, ""),
        "may_start": may_exempt_everything(request.actor),
    }
    return render(request, "dependencies/rulings.html", context)


@portal_page("GET", "HEAD", "POST")
def ruling(request: PersonRequest, public_id: str) -> HttpResponse:
    """One ruling; what is sent goes to the panel of the room that asks for its approval."""
    return _shown(request, _ruling(request, public_id))


def _shown(request: PersonRequest, row: Ruling, **forms: Form) -> HttpResponse:
    block = row.effect == Ruling.Effect.BLOCK
    shown = [] if forms or block else panels.panels_of(request, row)
    if isinstance(shown, HttpResponse):
        return shown
    state, actor = row.state(), request.actor
    sign_off = None if block else panels.sign_offs_of(actor, [row]).get(row.public_id)
    waits = sign_off is not None and sign_off.is_open
    elsewhere = Denied(IN_REQUEST)
    undecided = state in ("asked", "recommended") and not block
    askers = asked_by(row)
    told = row_told(row, scope_titles(actor, among=[row.scope]) if row.scope else {})
    context = {
        **told,
        "crumbs": ruling_crumbs({"label": str(row)}),
        "criteria": criteria_told(row.criteria, criterion_titles(row.criteria)),
        "justification": justification_words(row),
        "fixes": selectors.fixes_known(row),
        "joined": list(row.requesters.select_related("user").order_by("pk")),
        "replaced_by": Ruling.objects.visible_to(actor).filter(supersedes=row).order_by("-pk").first(),
        "against": against_recommendation(row),
        "package_label": label_of(row.ecosystem, row.name) if selectors.has_page(actor, row.ecosystem, row.name) else "",
        "sign_off": sign_off,
        "panels": shown if state == "asked" else [],
        "movers": [] if waits else _movers(row, state, askers),
        "may_recommend": (elsewhere if waits else may_recommend_ruling(actor, row.scope)) if state == "asked" else None,
        "may_decide": (elsewhere if waits else may_decide_ruling(actor, row, askers=askers)) if undecided else None,
        "may_revoke": may_revoke_ruling(actor, row) if state in OPEN else None,
        "may_extend": may_ask_ruling(actor, row.scope) if state in ("in_force", "expired") and not block else None,
        "recommend": forms.get("recommend", RecommendForm()),
        "decide": forms.get("decide", DecideForm()),
        "revoke": forms.get("revoke", RevokeForm()),
        "extend": forms.get("extend", ExtendForm()),
        "talk": talk.panel_of(request, row),
    }
    status = max([status_of(*forms.values()), *(panel.status for panel in shown)])
    return render(request, "dependencies/ruling.html", context, status=status)


def _movers(row: Ruling, state: str, askers: frozenset[int]) -> list[Any]:
    """Whose move it is."""
    if state == "asked":
        return security(row.scope)
    return deciders_of(row, askers=askers) if state == "recommended" else []


@portal_page("POST")
def ruling_recommend(request: PersonRequest, public_id: str) -> HttpResponse:
    """Say what security recommends."""
    row, form = _ruling(request, public_id), RecommendForm(request.POST)
    said = form.data.get("recommend-word") == Ruling.Word.YES

    def act() -> Ruling:
        return services.recommend_ruling(actor=request.actor, ruling=row, recommend=said, because=form.cleaned_data["because"])

    if attempt(form, act):
        return after(request, _("The recommendation stands. The owner decides."), "ruling", public_id)
    return _shown(request, row, recommend=form)


@portal_page("POST")
def ruling_decide(request: PersonRequest, public_id: str) -> HttpResponse:
    """Decide as the owner."""
    row, form = _ruling(request, public_id), DecideForm(request.POST)
    allow = form.data.get("decide-word") == Ruling.Word.YES

    def act() -> Ruling:
        return services.decide_ruling(actor=request.actor, ruling=row, allow=allow, because=form.cleaned_data["because"])

    if attempt(form, act):
        said = _("It is in force from now on.") if allow else _("It is refused.")
        return after(request, said, "ruling", public_id)
    return _shown(request, row, decide=form)


@portal_page("POST")
def ruling_revoke(request: PersonRequest, public_id: str) -> HttpResponse:
    """Take it back, end it, or lift a block."""
    row, form = _ruling(request, public_id), RevokeForm(request.POST)
    if attempt(form, lambda: services.revoke_ruling(actor=request.actor, ruling=row, **form.cleaned_data)):
        return after(request, _("It is revoked, from now on."), "ruling", public_id)
    return _shown(request, row, revoke=form)


@portal_page("POST")
def ruling_extend(request: PersonRequest, public_id: str) -> HttpResponse:
    """Ask for the same until later."""
    row, form = _ruling(request, public_id), ExtendForm(request.POST)

    def act() -> Ruling:
        until = after_day(form.cleaned_data["until"])
        return services.extend_ruling(actor=request.actor, ruling=row, expires_at=until, reason=form.cleaned_data["reason"])

    if done := attempt(form, act):
        said = _("It is asked for anew. The old one ends when the new one is allowed, or at its own end.")
        return after(request, said, "ruling", done.value.public_id)
    return _shown(request, row, extend=form)


# Asking and blocking -------------------------------------------------------------------------------------------------


@portal_page("GET", "HEAD", "POST")
def ruling_ask(request: PersonRequest) -> HttpResponse:
    """Ask for an exemption or for the acceptance of a flaw; a link may say what it is about."""
    sent = request.method == "POST"
    form = RulingAskForm(request.POST if sent else None, initial=_prefilled(request), use_cases=_use_cases(request))

    def act() -> Ruling:
        return services.ask_ruling(actor=request.actor, use_case=_named_use_case(request, form), **form.written())

    if sent and (done := attempt(form, act)):
        return after(request, _("It is asked for. Security says what it recommends next."), "ruling", done.value.public_id)
    crumbs = ruling_crumbs({"label": _("Ask for a ruling")})
    return render(request, "dependencies/ruling_ask.html", {"form": form, "crumbs": crumbs}, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def ruling_block(request: PersonRequest) -> HttpResponse:
    """Block some versions of a package, at once."""
    sent = request.method == "POST"
    form = BlockForm(request.POST if sent else None, initial=_prefilled(request), use_cases=_use_cases(request))

    def act() -> Ruling:
        return services.block(actor=request.actor, use_case=_named_use_case(request, form), **form.written())

    if sent and (done := attempt(form, act)):
        return after(request, _("It is blocked, from now on."), "ruling", done.value.public_id)
    context = {"form": form, "crumbs": ruling_crumbs({"label": _("Block a package")}), "may_block": may_block(request.actor, "")}
    return render(request, "dependencies/ruling_block.html", context, status=status_of(form))


def _prefilled(request: PersonRequest) -> dict[str, Any]:
    """What a link says: name, ecosystem, version, the flaw, the use case."""
    given = {
        name: request.GET.get(name, "")[:200] for name in ("name", "ecosystem", "version", "specifier", "advisory", "use_case")
    }
    ecosystem = given["ecosystem"] or "pypi"
    specifier = given["specifier"] or (exactly(ecosystem, given["version"]) if given["version"] else "")
    return {
        "name": given["name"],
        "ecosystem": ecosystem,
        "specifier": specifier,
        "advisory": given["advisory"],
        "use_case": given["use_case"],
        "effect": "accept" if given["advisory"] else "exempt",
        "criteria": [] if given["advisory"] else ["safe-to-deploy"],
    }


def _use_cases(request: PersonRequest) -> list[tuple[str, str]]:
    asked_for = request.GET.get("use_case", "")[:40] or request.POST.get("use_case", "")[:40]
    found = scope_titles(request.actor) | scope_titles(request.actor, among=[asked_for.replace("\x00", "")])
    return sorted(found.items(), key=lambda item: item[1])


def _named_use_case(request: PersonRequest, form: Form) -> UseCase | None:
    named = form.cleaned_data["use_case"]
    found: UseCase | None = one(UseCase.objects.visible_to(request.actor), public_id=named) if named else None
    return found


# What other pages embed ----------------------------------------------------------------------------------------------


def rulings_panel(request: PersonRequest, shown: Shown) -> dict[str, Any]:
    """What `dependencies/ruling_panel.html` wants: what stands about a package, and links to ask. Two queries."""
    rows = selectors.of_package(request.actor, shown.ecosystem, shown.name)
    titles = scope_titles(request.actor, among={row.scope for row in rows if row.scope})
    about = urlencode({"name": shown.name, "ecosystem": shown.ecosystem})
    return {"rows": [row_told(row, titles) for row in rows], "about": about, "may_block": may_block(request.actor, "")}


def rulings_part(request: PersonRequest, use_case: UseCase) -> dict[str, Any]:
    """What `dependencies/ruling_part.html` wants as `rulings`: how many of a use case hold, wait and run out soon. One query."""
    now = clock.now()
    rows = list(selectors.rulings_seen_by(request.actor, state="current", scope=use_case.public_id)[:500])
    states = [row.state(now) for row in rows]
    soon = sum(
        state == "in_force" and row.expires_at is not None and row.expires_at <= now + WARN_BEFORE
        for row, state in zip(rows, states, strict=True)
    )
    return {
        "use_case": use_case,
        "in_force": states.count("in_force"),
        "waiting": states.count("asked") + states.count("recommended"),
        "expired": states.count("expired"),
        "soon": soon,
    }


def row_told(row: Ruling, titles: dict[str, str]) -> dict[str, Any]:
    """A ruling with its state, for whom and until when it holds, in words."""
    now = clock.now()
    state = row.state(now)
    soon = state == "in_force" and row.expires_at is not None and row.expires_at <= now + WARN_BEFORE
    return {
        "ruling": row,
        "state": state,
        "soon": soon,
        "holds": holds_words(row, state),
        "scope": titles.get(row.scope, row.scope) if row.scope else _("The whole organisation"),
    }


def ruling_crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    first = [{"label": _("Dependencies"), "url": reverse("dependencies")}, {"label": _("Rulings"), "url": reverse("rulings")}]
    return [*first, *more]


def _ruling(request: PersonRequest, public_id: str) -> Ruling:
    rows = Ruling.objects.visible_to(request.actor)
    found: Ruling = one(
        rows.select_related("created_by", "recommended_by", "decided_by", "revoked_by", "supersedes"), public_id=public_id
    )
    return found


package_panels.register("rulings", 20, "dependencies/ruling_panel.html", rulings_panel)
