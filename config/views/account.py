"""What everybody sets for themselves: language, theme, mail, tokens; and the way to passwords and second factors."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from config.forms import ProfileForm, TokenForm
from config.views.shell import sections, show
from foundation import tokens
from foundation.models import Token
from foundation.pages import PersonRequest, after, attempt, one, portal_page, slice_of, status_of
from foundation.templatetags.countersign import THEME_COOKIE
from governance.people import services as people
from governance.usecases.models import UseCase

A_YEAR = 31_536_000


@portal_page()
def index(request: PersonRequest) -> HttpResponse:
    """All parts of the settings, and the pages about signing in."""
    return show(request, "settings/index.html", {"sections": sections()})


@portal_page("GET", "HEAD", "POST", outside=True)
def profile(request: PersonRequest) -> HttpResponse:
    """Language, theme and mail. They follow the person to other browsers; this one is told by cookies at once."""
    user = request.actor.user
    form = ProfileForm(request.POST or None, initial={"language": user.language, "theme": user.theme, "mail": user.mail})
    if request.method == "POST" and attempt(form, lambda: people.set_preferences(actor=request.actor, **form.cleaned_data)):
        with override(form.cleaned_data["language"]):
            response = after(request, _("Saved."), "settings_profile")
        kept = {"max_age": A_YEAR, "samesite": "Lax", "secure": settings.HTTPS, "httponly": True}
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"], **kept)
        response.set_cookie(THEME_COOKIE, form.cleaned_data["theme"], **kept)
        return response
    return show(request, "settings/profile.html", {"form": form, "user": user}, status=status_of(form))


@portal_page("GET", "HEAD", "POST")
def token_list(request: PersonRequest) -> HttpResponse:
    """One's tokens. The secret of a new one is in this one answer, and nowhere afterwards."""
    cases = UseCase.objects.visible_to(request.actor).order_by("title")
    form = TokenForm(request.POST or None, cases=cases)
    done = (
        attempt(form, lambda: tokens.create(actor=request.actor, owner=request.actor.user, **form.command()))
        if form.is_bound
        else None
    )
    made, secret = done.value if done else (None, "")
    shown = TokenForm(cases=cases) if made else form
    page = slice_of(request, Token.objects.visible_to(request.actor))
    titles = dict(cases.filter(public_id__in=[row.scope for row in page.rows if row.scope]).values_list("public_id", "title"))
    rows = [{"token": row, "bound_to": titles.get(row.scope, row.scope)} for row in page.rows]
    context = {
        "form": shown,
        "rows": rows,
        "page": page,
        "made": made,
        "secret": secret,
        "live": set(Token.objects.live().visible_to(request.actor)),
    }
    response = show(request, "settings/tokens.html", context, status=201 if made else status_of(form))
    response["Cache-Control"] = "no-store"
    return response


@portal_page("POST")
def token_revoke(request: PersonRequest, public_id: str) -> HttpResponse:
    """End a token now."""
    row = one(Token.objects.visible_to(request.actor), public_id=public_id)
    tokens.revoke(actor=request.actor, token=row)
    return after(
        request, _("The token %(name)s is revoked: nothing can use it any more.") % {"name": row.name}, "settings_tokens"
    )
