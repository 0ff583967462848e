"""Where somebody sits who has no mouse, and reads the portal in their language."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.test import Client
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from tests.browser import Keyboard

PASSWORD = "correct horse battery"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class Desk(Keyboard):
    """Whatever is named here is named in English, and looked for in the language of the desk."""

    def __init__(self, page: Page, language: str, portal: str) -> None:
        super().__init__(page)
        self.language = language
        self.portal = portal

    def say(self, words: str, **values: Any) -> str:
        with override(self.language):
            said = gettext(words)
            return said % values if values else said

    def open(self, address: str) -> None:
        self.page.goto(self.portal + address)

    def reads(self, words: str, **values: Any) -> None:
        """The page says so, somewhere in its main part."""
        expect(self.page.locator("main")).to_contain_text(self.say(words, **values))

    def is_told(self, words: str, *, scripts: bool = True, **values: Any) -> None:
        """What was just done is said on top; with scripts it has the focus, so that it is read."""
        self._told(".messages .notice", words, scripts, **values)

    def is_refused(self, words: str, *, scripts: bool = True, **values: Any) -> None:
        """What has to be put right is said; with scripts it has the focus, and links there lead to the fields."""
        self._told("main [role=alert]", words, scripts, **values)

    def stands_at(self, heading: str) -> None:
        """The page has put the focus on this heading, so that what came of a press is read next."""
        found = self.page.locator("h2:focus, h3:focus")
        expect(found).to_have_text(self.say(heading))

    def _told(self, where: str, words: str, scripts: bool, **values: Any) -> None:
        notice = self.page.locator(where)
        expect(notice).to_contain_text(self.say(words, **values))
        if scripts:
            expect(notice).to_be_focused()


def session_of(user: Any, language: str) -> dict[str, str]:
    """The cookies of somebody who signed in a while ago, has a password, and reads this language."""
    user.language = language
    user.set_password(PASSWORD)
    user.save(update_fields=["language", "password"])
    client = Client()
    client.force_login(user, backend=BACKEND)
    return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}
