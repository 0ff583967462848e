"""Lock files over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.canonical import digest_bytes
from foundation.errors import FieldError, TooLarge
from foundation.parsing import DecimalJSONParser
from governance.dependencies import lockfiles, services
from governance.dependencies.first_party import is_first_party
from governance.dependencies.models import DependencySet
from governance.dependencies.selectors import pinning_command, sets_seen_by
from governance.dependencies.wording_problems import told
from governance.usecases.uploads import was_too_large


class DependencySetInput(StrictSerializer):
    """`content` as JSON, or a `file` as `multipart/form-data`, whose name is the `path` where that is left out."""

    path = serializers.CharField(max_length=300, required=False)
    content = serializers.CharField(allow_blank=True, trim_whitespace=False, required=False)
    file = serializers.FileField(allow_empty_file=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("content" in attrs) == ("file" in attrs):
            raise serializers.ValidationError(
                {"content": [serializers.ErrorDetail(str(_("Send content or a file.")), code="required")]}
            )
        path = attrs.get("path") or (str(attrs["file"].name) if "file" in attrs else "")
        if not path:
            why = _("Say where the lock file lies in its repository, such as requirements.txt.")
            raise serializers.ValidationError({"path": [serializers.ErrorDetail(str(why), code="required")]})
        return {"path": path, "content": attrs["file"].read() if "file" in attrs else attrs["content"]}


class LockOptionOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()
    line = serializers.IntegerField()


class LockProblemOutput(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="0: the file as a whole")
    code = serializers.CharField()
    kind = serializers.CharField(help_text="unread, finding or own_code")
    message = serializers.CharField()
    said = serializers.CharField(help_text="What it means, in the language of the caller")
    text = serializers.CharField()


KINDS = {"bad": "unread", "warn": "finding", "info": "own_code"}


class LockRequirementOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    specifier = serializers.CharField()
    extras = serializers.ListField(child=serializers.CharField())
    marker = serializers.CharField()
    origin = serializers.CharField()
    url = serializers.CharField()
    purl = serializers.CharField()
    hashes = serializers.ListField(child=serializers.CharField())
    line = serializers.IntegerField()
    ecosystem = serializers.CharField(help_text="The type of the package URL")
    groups = serializers.ListField(child=serializers.CharField(), help_text="None: it is always installed")
    index = serializers.CharField()
    licence = serializers.CharField()
    first_party = serializers.SerializerMethodField()

    def get_first_party(self, row: Any) -> bool:
        return is_first_party(row, row.set.path)


class DependencySetOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    path = serializers.CharField()
    format = serializers.CharField()
    digest = serializers.CharField()
    raw_digest = serializers.CharField()
    created_at = serializers.DateTimeField()


class DependencySetSummary(DependencySetOutput):
    requirement_count = serializers.IntegerField()


class DependencySetPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = DependencySetSummary(many=True)


class DependencySetDetail(DependencySetOutput):
    options = LockOptionOutput(many=True)
    problems = serializers.SerializerMethodField()
    pinning_command = serializers.SerializerMethodField()
    requirements = LockRequirementOutput(many=True)

    @extend_schema_field(LockProblemOutput(many=True))
    def get_problems(self, row: DependencySet) -> list[dict[str, Any]]:
        found = [(problem, told(problem, row.path)) for problem in row.problems]
        return [{**problem, "kind": KINDS[one.tone], "said": f"{one.said} {one.detail}".strip()} for problem, one in found]

    def get_pinning_command(self, row: DependencySet) -> str:
        return pinning_command(row)


class DependencySetList(Endpoint):
    """Lock files that were recorded, and recording another."""

    scopes = {"GET": "read", "POST": "provenance:write"}
    parser_classes = [DecimalJSONParser, MultiPartParser]

    @extend_schema(operation_id="dependency_sets_list", responses=DependencySetPage)
    def get(self, request: Request) -> Response:
        return self.page(sets_seen_by(self.actor), lambda row: DependencySetSummary(row).data)

    @extend_schema(
        request={"application/json": DependencySetInput, "multipart/form-data": DependencySetInput},
        responses={200: DependencySetDetail, 201: DependencySetDetail},
    )
    def post(self, request: Request) -> Response:
        """201 when the content is new at this path, 200 when it was recorded before."""
        sent = request.data  # read before it is known whether a file was dropped
        if sent is not None and was_too_large(request._request):
            why = _("The lock file is too large: at most %(limit)s MiB are read.") % {"limit": lockfiles.LARGEST_SBOM // 2**20}
            raise TooLarge(why, code="dependencies.too_large", errors=[FieldError("file", "too_large", why)])
        data = self.read(DependencySetInput)
        content = data["content"]
        said = {"path": data["path"], "content": digest_bytes(content) if isinstance(content, bytes) else content}

        def record() -> tuple[int, Any]:
            done = services.record_file(actor=self.actor, **data)
            return 201 if done.is_new else 200, DependencySetDetail(done.set).data

        return self.created(record, said=said)


class DependencySetDetails(Endpoint):
    """One lock file, with everything it asks for."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dependency_sets_read", responses=DependencySetDetail)
    def get(self, request: Request, public_id: str) -> Response:
        rows = DependencySet.objects.visible_to(self.actor).defer("raw").prefetch_related("requirements")
        return Response(DependencySetDetail(self.one(rows, public_id=public_id)).data)
