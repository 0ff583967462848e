"""What approvals tells the room of threads: the components of a request, and that a comment is no verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from approvals.models import Request
from approvals.selectors.standing import standing_of
from approvals.wording import component_label
from foundation.actor import Actor
from foundation.models import PublicIdModel
from governance.usecases import components, discussed, talk
from governance.usecases.talk import Hint


def register() -> None:
    """Called once, when the app is ready."""
    discussed.seen_through_the_use_case("rq", "pl", "pv")
    components.register(Request.public_id_prefix, components_of)
    talk.hints_from(Request.public_id_prefix, awaited)


def components_of(row: Any) -> Mapping[str, Any]:
    """What is judged, part by part, as of the last look at the request."""
    return {name: component_label(name) for name in row.manifest}


def awaited(actor: Actor, subject: PublicIdModel) -> Hint | None:
    """Somebody whose verdict an open request waits for wrote what reads like one."""
    row = Request.objects.select_related("use_case", "policy_version__policy").filter(public_id=subject.public_id).first()
    if row is None or row.state != Request.State.OPEN:
        return None
    waiting = [step for step in standing_of(row).verdict.steps if actor.id in step.waiting_on]
    if not waiting:
        return None
    said = _("This is a comment, and it decides nothing: “%(step)s” still waits for your verdict.") % {"step": waiting[0].title}
    return Hint(said, _("Give your verdict"), f"/requests/{row.public_id}/#verdict-{waiting[0].key}")
