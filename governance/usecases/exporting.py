"""A use case as the file that a repository keeps: what its newest definition says, under the names of `usecase.yaml`."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from governance.usecases.files import write_use_case
from governance.usecases.models import UseCase


def values_of(use_case: UseCase) -> dict[str, Any]:
    """What `write_use_case` wants: the use case and, where one was written, its newest definition."""
    current = use_case.current_definition()
    return {
        "slug": use_case.slug,
        "title": use_case.title,
        "kind": use_case.kind,
        **(current.body() if current else {}),
    }


def usecase_yaml(use_case: UseCase, base: str = "") -> str:
    """`usecase.yaml` as the portal would write it; `base` is what the repository has, whose comments are kept."""
    return write_use_case(values_of(use_case), base=base)


def answer(use_case: UseCase) -> HttpResponse:
    """The same as a download."""
    return HttpResponse(
        usecase_yaml(use_case),
        content_type="application/yaml; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="usecase-{use_case.slug}.yaml"',
            "X-Content-Type-Options": "nosniff",
        },
    )
