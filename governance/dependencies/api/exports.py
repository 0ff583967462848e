"""Lock files as CycloneDX, over HTTP."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, invalid_field
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors.exports import cyclonedx_of
from governance.usecases.models import UseCase


class DependencySetExport(Endpoint):
    """What a lock file asks for as CycloneDX 1.6, with our judgement of known flaws as VEX."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="dependency_sets_cyclonedx",
        parameters=[OpenApiParameter("use_case", description="Short name: with the rulings of this use case too")],
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(DependencySet.objects.visible_to(self.actor).defer("raw"), public_id=public_id)
        slug = request.query_params.get("use_case", "")
        use_case = UseCase.objects.visible_to(self.actor).filter(slug=slug).first() if slug else None
        if slug and use_case is None:
            raise invalid_field("use_case", "unknown", f"There is no use case {slug}, or you may not see it.")
        return Response(cyclonedx_of(row, use_case=use_case))
