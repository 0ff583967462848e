"""Lock files are seen by everybody signed in, so a password that somebody left in one is not kept."""

from __future__ import annotations

import re

_USERINFO = re.compile(r"://([^/\s]*)@")
_HARMLESS = re.compile(r"git|\$\{[A-Z0-9_]+\}(:\$\{[A-Z0-9_]+\})?")


def without_credentials(text: str) -> str:
    """The text with user names and passwords in URLs replaced by `***`.

    `git@` stays, because it is no secret, and so do environment variables such as `${TOKEN}`, which is how it should be done.
    """
    return _USERINFO.sub(lambda found: found[0] if _HARMLESS.fullmatch(found[1]) else "://***@", text)
