"""The form of the sign-in page: the library's, in the words of the portal."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """Who, and with which password. A forgotten one is mailed only where mail is sent; elsewhere the page says who helps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail address")
        self.fields["login"].widget.attrs.pop("placeholder", None)
        self.fields["remember"].label = _("Keep me signed in")
        if not settings.NOTICES_BY_MAIL:
            self.fields["password"].help_text = ""
