"""The roles of a use case as the file that a repository keeps."""

from __future__ import annotations

from django.http import HttpResponse

from governance.people.files import write_roles
from governance.people.roles import ROLES
from governance.people.services import entries_of
from governance.usecases.models import UseCase


def roles_yaml(use_case: UseCase, base: str = "") -> str:
    """`roles.yaml` as the portal would write it; `base` is what the repository has, whose comments are kept."""
    return write_roles(entries_of(use_case.public_id), order=list(ROLES), base=base)


def answer(use_case: UseCase) -> HttpResponse:
    """The same as a download."""
    return HttpResponse(
        roles_yaml(use_case),
        content_type="application/yaml; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="roles-{use_case.slug}.yaml"',
            "X-Content-Type-Options": "nosniff",
        },
    )
