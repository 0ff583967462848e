"""What has to be there before the product can be served, and how it greets a newcomer."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import call_command


def database() -> None:
    """Bring the tables up to date. Says nothing unless it fails."""
    call_command("migrate", verbosity=0, interactive=False, stdout=io.StringIO())
    call_command("createcachetable", verbosity=0, stdout=io.StringIO())


def static_files() -> None:
    """Collect and compress the files that pages link to."""
    call_command("collectstatic", verbosity=0, interactive=False, stdout=io.StringIO())


def greeting(described: dict[str, Any] | None, url: str = "") -> str:
    """What is printed when the product is up: where, who can sign in, how to stop."""
    lines = [f"Countersign is at {url or (described or {}).get('url', '')}"]
    if described:
        lines += ["", "  user       password            role"]
        lines += [f"  {user['username']:<10} {user['password']:<19} {', '.join(user['role_names'])}" for user in described["users"]]
        lines += ["", f"  Waiting for approval: {described['model']} for {described['gate']}.", f"  Verification key: {described['verify_key']}"]
    return "\n".join(lines)
