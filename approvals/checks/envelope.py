"""Is the version within an envelope that was agreed to in advance?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.checks.base import Context, Result, Status, check
from approvals.selectors.envelopes import Proof
from approvals.wording_envelopes import proof_text


@check(
    "approval.envelope", gettext_lazy("Is the version inside the envelope that is in force here?"), level="advisory", fixed=True
)
def envelope(context: Context) -> Iterable[Result]:
    proof = context.proof
    if not isinstance(proof, Proof):
        return  # no envelope is in force here
    row = proof.envelope
    whole: Any = {"type": "envelope", "id": row.public_id, "digest": row.digest, "lines": proof.body()}
    evidence = [whole, {"type": "decision", "id": row.approval or ""}]
    action = {"label": _("Open the envelope"), "path": f"/envelopes/{row.public_id}/"}
    if proof.inside:
        title = _("Inside of the envelope “%(title)s”") % {"title": row.title}
        if context.inside is not None:
            yield Result(
                "approval.envelope",
                "pass",
                title,
                proof_text(proof.lines),
                [],
                action,
                evidence,
                row.approved_at,
                row.valid_until,
            )
        else:
            objection = _("But somebody objected to this very version, and that counts more.")
            yield Result("approval.envelope", "fail", title, objection, context.who_pushed(), action, evidence)
        return
    broken = proof_text(proof.broken)
    detail = _("%(broken)s. So the ordinary approval is needed.") % {"broken": broken}
    status: Status = "fail" if any(line.ok is False for line in proof.broken) else "unknown"
    title = _("Outside of the envelope “%(title)s”") % {"title": row.title}
    yield Result(
        "approval.envelope", status, title, detail, context.who_pushed(), context.at_version(_("Ask for approval")), evidence
    )
