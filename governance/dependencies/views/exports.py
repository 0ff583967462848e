"""Lock files as CycloneDX, to take along."""

from __future__ import annotations

import json

from django.http import HttpResponse

from foundation.pages import PersonRequest, one, portal_page
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors.exports import cyclonedx_of
from governance.usecases.models import UseCase


@portal_page()
def dependency_set_cyclonedx(request: PersonRequest, public_id: str) -> HttpResponse:
    """What a lock file asks for as CycloneDX 1.6, with our judgement of known flaws as VEX."""
    row = one(DependencySet.objects.visible_to(request.actor).defer("raw"), public_id=public_id)
    slug = request.GET.get("use_case", "")
    use_case = one(UseCase.objects.visible_to(request.actor), slug=slug) if slug else None
    text = json.dumps(cyclonedx_of(row, use_case=use_case), ensure_ascii=False, indent=1)
    head = {"Content-Disposition": f'attachment; filename="{row.public_id}.cdx.json"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type="application/vnd.cyclonedx+json; version=1.6; charset=utf-8", headers=head)
