"""What tests of pages ask and send over and over."""

from __future__ import annotations

import re
from typing import Any

from approvals.models import Request
from approvals.selectors.standing import standing_of
from governance.usecases import services as usecases

PASSWORD = "correct horse battery"


def text_of(response: Any) -> str:
    """The page as one line of text without markup, entities for quotes undone."""
    body = re.sub(r"<(script|style|template).*?</\1>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#x27;", "'").replace("&quot;", '"')


def address(request: Request) -> str:
    return f"/requests/{request.public_id}/"


def page(world: Any, part: str, request: Request, query: str = "") -> Any:
    return world.client(part).get(address(request) + query)


def ballot(request: Request, step: str, **overrides: str) -> dict[str, str]:
    """What the form of a step sends."""
    data = {"command": "vote", "step": step, "verdict": "approve", "digest": standing_of(request).digest, "comment": ""}
    return {**data, **overrides}


def send(world: Any, part: str, request: Request, command: str, *, follow: bool = False, **data: str) -> Any:
    """A command, sent to the request's page by somebody."""
    return world.client(part).post(address(request), {"command": command, **data}, follow=follow)


def again(world: Any, problem: str) -> None:
    """Somebody writes the definition anew."""
    usecases.define(actor=world.lead, use_case=world.use_case, business_problem=problem, ml_problem="The same.", kpis=[])


def with_password(world, part: str):
    """A browser of somebody who has a password, and signed in by other means, some time ago."""
    user = getattr(world, part).user
    user.set_password(PASSWORD)
    user.save()
    return world.client(part)
