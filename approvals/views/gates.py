"""What a gate answered, for people."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from approvals.models import Evaluation
from approvals.permissions import may_ask_gate
from approvals.services import gates
from approvals.showing.gates import gate_shown
from foundation.pages import PersonRequest, after, one, portal_page
from foundation.permissions import Denied


@portal_page("GET", "HEAD", "POST")
def gate_page(request: PersonRequest, public_id: str) -> HttpResponse:
    """The newest answer, or an earlier one; asking again is a command, because it may add an answer."""
    rows = Evaluation.objects.visible_to(request.actor).select_related(
        "gate__environment", "gate__policy", "model_version__use_case"
    )
    row = one(rows, public_id=public_id)
    if request.method == "POST":
        asked = gates.ask_again(actor=request.actor, evaluation=row)
        said = _("The answer has changed.") if asked.changed else _("The answer is the same as before.")
        return after(request, said, "gate", row.public_id)
    answers = list(row.answers.order_by("-number"))
    number = request.GET.get("answer", "")
    answer = next((item for item in answers if str(item.number) == number), answers[0])
    allowed = may_ask_gate(request.actor, row.model_version.use_case)
    context = {
        "row": row,
        "answer": answer,
        "answers": answers,
        "newest": answer is answers[0],
        "refused": allowed.reason if isinstance(allowed, Denied) else "",
        **gate_shown(answer.body),
    }
    return render(request, "approvals/gate.html", context)
