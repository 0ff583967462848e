"""The one error of this package, with its codes."""

from __future__ import annotations

# code → what it means. The list is closed: callers translate by code, the message is English for logs and as a fallback.
CODES = {
    "address.malformed": "the address cannot be read as one of the accepted forms",
    "address.scheme": "the transport is not one of https, ssh or (where allowed) a local path",
    "address.credentials": "the address carries a user name or password that does not belong there",
    "address.host": "the host is one that is never fetched from, or not on the list of allowed hosts",
    "address.local": "a local path outside the folders from which local repositories are allowed",
    "remote.not_found": "the other side says that there is no such repository",
    "remote.refused": "the other side wants credentials that we do not have",
    "remote.unreachable": "the host could not be found, did not answer, or could not prove who it is",
    "remote.corrupt": "what was sent did not pass Git's object checks",
    "mirror.exists": "there is already a mirror at that path",
    "mirror.missing": "there is no mirror at that path",
    "mirror.busy": "another worker holds the lock of this mirror",
    "mirror.timeout": "the time limit passed; the command and its children were ended",
    "mirror.quota": "the mirror or an answer grew beyond its size limit",
    "mirror.failed": "Git failed in a way that none of the other codes describes",
    "commit.malformed": "not a full commit id of 40 lower-case hex digits",
    "commit.missing": "the mirror has no such commit",
    "path.malformed": "not a path of a file inside a repository",
}


class MirrorError(Exception):
    """A refusal or failure: `code` from CODES, `message` says what was wrong, `hint` what to do. All in English."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        if code not in CODES:
            raise ValueError(f"{code} is not a documented code")
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
