"""What templates of every room say the same way: states, times, digests, icons, links that keep their filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import lucide
from django import template
from django.forms import BoundField
from django.template import Context
from django.utils.formats import date_format, number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from foundation.canonical import decimal_text
from foundation.clock import now
from foundation.rounding import rounded

register = template.Library()

THEMES = ("system", "light", "dark")
THEME_COOKIE = "countersign_theme"


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: a word, an icon and a tone. Colour never carries the meaning alone."""

    code: str
    label: Any
    icon: str
    tone: str  # ok, bad, warn, info, neutral or unknown: a `tone-…` class of static/css/records.css
    moving: bool = False


def _look(code: str, label: Any, icon: str, tone: str, *, moving: bool = False) -> tuple[str, StateLook]:
    return code, StateLook(code, label, icon, tone, moving)


STATES: dict[str, StateLook] = dict(
    [
        # a check, and what a gate decides
        _look("pass", pgettext_lazy("state", "Pass"), "circle-check", "ok"),
        _look("fail", pgettext_lazy("state", "Fail"), "circle-x", "bad"),
        _look("pending", pgettext_lazy("state", "Pending"), "clock", "warn"),
        _look("unknown", pgettext_lazy("state", "Unknown"), "circle-question-mark", "unknown"),
        _look("allow", pgettext_lazy("state", "Allowed"), "shield-check", "ok"),
        _look("deny", pgettext_lazy("state", "Denied"), "ban", "bad"),
        # a request and its steps
        _look("open", pgettext_lazy("state", "Open"), "circle-dot", "info"),
        _look("approved", pgettext_lazy("state", "Approved"), "badge-check", "ok"),
        _look("rejected", pgettext_lazy("state", "Rejected"), "circle-x", "bad"),
        _look("withdrawn", pgettext_lazy("state", "Withdrawn"), "undo-2", "neutral"),
        _look("expired", pgettext_lazy("state", "Expired"), "timer-off", "warn"),
        _look("superseded", pgettext_lazy("state", "Superseded"), "replace", "neutral"),
        _look("revoked", pgettext_lazy("state", "Revoked"), "ban", "bad"),
        _look("waiting", pgettext_lazy("state", "Not started"), "hourglass", "neutral"),
        _look("met", pgettext_lazy("state", "Met"), "circle-check", "ok"),
        _look("unmet", pgettext_lazy("state", "Missing"), "circle-dashed", "warn"),
        _look("blocked", pgettext_lazy("state", "Blocked"), "octagon-x", "bad"),
        _look("error", pgettext_lazy("state", "Error"), "triangle-alert", "bad"),
        _look("not_applicable", pgettext_lazy("state", "Not applicable"), "circle-minus", "neutral"),
        _look("overridden", pgettext_lazy("state", "Overridden"), "gavel", "warn"),
        _look("changes_requested", pgettext_lazy("state", "Changes requested"), "pencil-line", "warn"),
        # a ballot's verdict
        _look("approve", pgettext_lazy("verdict", "Approved"), "circle-check", "ok"),
        _look("abstain", pgettext_lazy("verdict", "Abstained"), "circle-minus", "neutral"),
        _look("request_changes", pgettext_lazy("verdict", "Asked for changes"), "pencil-line", "warn"),
        _look("reject", pgettext_lazy("verdict", "Rejected"), "circle-x", "bad"),
        _look("retract", pgettext_lazy("verdict", "Took back"), "undo-2", "neutral"),
        _look("stale", pgettext_lazy("state", "Stale"), "history", "warn"),
        _look("current", pgettext_lazy("state", "Current"), "circle-dot", "info"),
        # a fact
        _look("asserted", pgettext_lazy("state", "Asserted"), "quote", "neutral"),
        _look("verified", pgettext_lazy("state", "Verified"), "shield-check", "ok"),
        _look("contradicted", pgettext_lazy("state", "Contradicted"), "octagon-alert", "bad"),
        # an answer of operations, and work that does not move
        _look("accepted", pgettext_lazy("state", "Accepted"), "circle-check", "ok"),
        _look("refused", pgettext_lazy("state", "Refused"), "circle-x", "bad"),
        _look("parked", pgettext_lazy("state", "Parked"), "circle-pause", "neutral"),
        _look("killed", pgettext_lazy("state", "Given up"), "circle-stop", "neutral"),
        _look("never_started", pgettext_lazy("state", "Never started"), "circle-dashed", "neutral"),
        # background work and deliveries
        _look("queued", pgettext_lazy("state", "Queued"), "list-start", "neutral"),
        _look("running", pgettext_lazy("state", "Running"), "loader-circle", "info", moving=True),
        _look("done", pgettext_lazy("state", "Done"), "circle-check", "ok"),
        _look("failed", pgettext_lazy("state", "Failed"), "circle-x", "bad"),
        _look("succeeded", pgettext_lazy("state", "Succeeded"), "circle-check", "ok"),
        _look("cancelled", pgettext_lazy("state", "Cancelled"), "circle-slash-2", "neutral"),
        # a record's life
        _look("draft", pgettext_lazy("state", "Draft"), "circle-dashed", "neutral"),
        _look("proposed", pgettext_lazy("state", "Proposed"), "circle-dot", "info"),
        _look("active", pgettext_lazy("state", "Active"), "circle-check", "ok"),
        _look("ended", pgettext_lazy("state", "Ended"), "circle-stop", "neutral"),
        _look("retired", pgettext_lazy("state", "Retired"), "archive", "neutral"),
        _look("resolved", pgettext_lazy("state", "Resolved"), "circle-check", "ok"),
        # a ruling
        _look("asked", pgettext_lazy("state", "Asked for"), "circle-dot", "info"),
        _look("recommended", pgettext_lazy("state", "Waits for a decision"), "hourglass", "warn"),
        _look("in_force", pgettext_lazy("state", "In force"), "circle-check", "ok"),
        # a file beside a record
        _look("same", pgettext_lazy("state", "The same"), "circle-check", "ok"),
        _look("differs", pgettext_lazy("state", "Differs"), "git-compare-arrows", "warn"),
        _look("problem", pgettext_lazy("state", "Cannot be read"), "triangle-alert", "bad"),
        _look("gone", pgettext_lazy("state", "Removed"), "circle-slash-2", "neutral"),
        _look("overdue", pgettext_lazy("state", "Overdue"), "alarm-clock", "bad"),
    ]
)


@register.simple_tag
def state_look(state: Any, label: Any = "") -> StateLook:
    """The look of a state's code. A code that is not known here is shown in its own words, without a colour."""
    code = str(state)
    look = STATES.get(code) or StateLook(code, code.replace("_", " ").capitalize(), "circle-dashed", "neutral")
    return replace(look, label=label) if label else look


@cache
def _icon_markup(name: str, css_class: str) -> SafeString:
    markup = lucide._render_icon(name, 16, **{"class": css_class, "aria_hidden": "true", "focusable": "false"})
    return mark_safe(markup)  # noqa: S308 - made from the package's own drawings; name and class come from templates


@register.simple_tag
def icon(name: str, css_class: str = "") -> SafeString:
    """A Lucide drawing, hidden from assistive technology: the word beside it is what is read out."""
    return _icon_markup(str(name), f"icon {css_class}".rstrip())


@register.filter
def digest_short(value: Any) -> str:
    """`sha256:ab12cd34…9f00`: enough to tell two digests apart by eye. Never use it to identify anything."""
    text = str(value or "")
    algorithm, colon, number = text.rpartition(":")
    return f"{algorithm}{colon}{number[:8]}…{number[-4:]}" if len(number) > 16 else text


@register.filter
def figure(value: Any, places: int | None = None) -> str:
    """A number for people: grouped, in the reader's writing, without zeros that say nothing; with `places` rounded by the one rule."""
    if value in (None, ""):
        return ""
    number = Decimal(value)
    if places is not None:
        number = rounded(number, places)
    return number_format(decimal_text(number), use_l10n=True, force_grouping=True)


@register.filter
def cents(value: Any) -> str:
    """An amount for people to the cent, which is left out where there are none: `1,234` or `1,234.50`."""
    if value in (None, ""):
        return ""
    exact = rounded(Decimal(value))
    whole = exact == exact.to_integral_value()
    return number_format(exact, decimal_pos=0 if whole else 2, use_l10n=True, force_grouping=True)


def duration_words(span: timedelta) -> str:
    """A length of time in its largest unit, rounded down: 3 minutes, 5 hours, 2 days, 4 months."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:
        return _("less than a minute")
    if (minutes := seconds // 60) < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if (hours := minutes // 60) < 24:
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    if (days := hours // 24) < 60:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if (months := int(days / 30.44)) < 24:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    years = int(days / 365.25)
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def _instant(value: date | datetime) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC)


@register.filter
def age(value: date | datetime | None) -> str:
    """How long it is since (or until) an instant, in words: `3 days`."""
    return duration_words(now() - _instant(value)) if value else ""


@register.simple_tag
def ago(value: date | datetime | None) -> str:
    """`3 days ago` or `in 2 hours`, with the exact instant for machines and on hover."""
    if not value:
        return ""
    instant = _instant(value).astimezone(UTC)
    span = now() - instant
    if abs(span) < timedelta(minutes=1):
        words = _("just now")
    elif span > timedelta(0):
        words = _("%(age)s ago") % {"age": duration_words(span)}
    else:
        words = _("in %(age)s") % {"age": duration_words(span)}
    exact = _("%(instant)s UTC") % {"instant": date_format(instant, "DATETIME_FORMAT")}
    return format_html('<time datetime="{}" title="{}">{}</time>', instant.isoformat(timespec="seconds"), exact, words)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The query string of this page with some parameters replaced; None or nothing removes one."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            parameters.pop(name, None)
        else:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


@register.filter
def initials(name: Any) -> str:
    """Two letters for a face: `Wei Zhang` WZ. Han names give their last two characters, the way they are abbreviated."""
    text = str(name or "").strip()
    if text and "\u4e00" <= text[-1] <= "\u9fff":
        return text[-2:]
    words = [word for word in text.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def at(values: Sequence[Any], index: int) -> Any:
    """The value at a place, for tables whose columns and rows are lists; nothing where there is none."""
    return values[index] if 0 <= index < len(values) else ""


# In this order: each of them also names those after it.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"Android": "Android", "iPhone": "iOS", "iPad": "iPadOS", "Windows": "Windows", "Mac OS": "macOS", "Linux": "Linux"}


@register.filter
def browser_name(user_agent: Any) -> str:
    """`Firefox, Linux`, as far as the header tells; else the beginning of what it says."""
    text = str(user_agent or "")
    browser = next((name for sign, name in BROWSERS.items() if f"{sign}/" in text), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in text), "")
    return ", ".join(part for part in (browser, system) if part) or text[:40] or _("unknown")


@register.simple_tag
def control(field: BoundField, css_class: str = "") -> str:
    """A form control without the placeholder that only repeats its label."""
    attributes: dict[str, Any] = {}
    placeholder = field.field.widget.attrs.get("placeholder")
    if placeholder and str(placeholder).strip().casefold() in {str(field.label).strip().casefold(), str(field.name)}:
        attributes["placeholder"] = False
    if css_class:
        attributes["class"] = css_class
    return conditional_escape(field.as_widget(attrs=attributes))


@register.filter
def is_check(field: BoundField) -> bool:
    """Whether the control is one box whose label stands behind it."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset


@register.simple_tag(takes_context=True)
def theme_choice(context: Context) -> str:
    """The theme chosen in this browser: system unless the cookie says light or dark."""
    request = context.get("request")
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request is not None else ""
    return chosen if chosen in THEMES else "system"
