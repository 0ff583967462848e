"""What has to be there before the product can be served, and how it greets a newcomer."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from foundation import search
from governance.economics.services.figures import keep_missing_figures

UNUSED = ["redoc", "rest_framework"]  # pages of libraries that nothing here links to


def database() -> None:
    """Bring the tables up to date. Says nothing unless it fails."""
    call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
    call_command("createcachetable", verbosity=0, stdout=io.StringIO())
    search.reindex(only_missing=True)  # what was recorded before there was a search
    keep_missing_figures()  # what was written down before its figures were kept; a worker reckons what is left of very many


def static_files() -> None:
    """Collect and compress the files that pages link to, unless exactly these have been collected before: it takes seconds."""
    done = Path(settings.STATIC_ROOT) / ".collected"
    wanted = _sources()
    if done.exists() and done.read_text() == wanted:
        return
    done.unlink(missing_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, stdout=io.StringIO(), ignore_patterns=UNUSED)
    done.write_text(wanted)


def _sources() -> str:
    """A fingerprint of every file that would be collected: where it is, how long, when it was written."""
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(UNUSED):
            path = Path(storage.path(name))
            about = path.stat()
            found.update(f"{path}\0{about.st_size}\0{about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def greeting(described: dict[str, Any] | None, url: str = "") -> str:
    """What is printed when the product is up: where, who can sign in, how to stop."""
    lines = [f"Countersign is at {url or (described or {}).get('url', '')}"]
    if described:
        lines += ["", "  user       password            role"]
        lines += [
            f"  {user['username']:<10} {user['password']:<19} {', '.join(user['role_names'])}" for user in described["users"]
        ]
        lines += [
            "",
            f"  Waiting for approval: {described['model']} for {described['gate']}.",
            f"  Verification key: {described['verify_key']}",
        ]
    return "\n".join(lines)
