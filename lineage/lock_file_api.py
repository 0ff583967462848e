"""Lock files at the commit of a model version, over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from foundation.errors import Conflict
from lineage import mirror
from lineage.models import ModelVersion
from lineage.selectors.lock_files import lock_files_at_commit
from lineage.services.lock_files import MOST, read_lock_files


class LockFilesInput(StrictSerializer):
    paths = serializers.ListField(
        child=serializers.CharField(max_length=300, trim_whitespace=False),
        max_length=MOST,
        help_text="As git ls-files prints them",
    )


class LockFileAtCommit(serializers.Serializer[Any]):
    path = serializers.CharField()
    format = serializers.CharField()
    aside = serializers.BooleanField(help_text="Lies among tests, examples or documents")
    dependency_set = serializers.CharField(allow_null=True, help_text="What the version has of this path already")


class LockFilesAtCommit(serializers.Serializer[Any]):
    commit = serializers.CharField()
    files = LockFileAtCommit(many=True)
    more = serializers.IntegerField(help_text="How many are not listed")


class LockFileList(Endpoint):
    """The lock files that lie at the commit of a version, by their names; and reading some of them."""

    scopes = {"GET": "read", "POST": "provenance:write"}

    def version(self, public_id: str) -> ModelVersion:
        row: ModelVersion = self.one(ModelVersion.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id)
        return row

    @extend_schema(operation_id="model_lock_files_list", responses=LockFilesAtCommit)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(self.found(self.version(public_id)))

    @extend_schema(operation_id="model_lock_files_read", request=LockFilesInput, responses=LockFilesAtCommit)
    def post(self, request: Request, public_id: str) -> Response:
        """All of them are kept with the version, or none. The same again changes nothing."""
        row = self.version(public_id)
        paths = self.read(LockFilesInput)["paths"]

        def read() -> tuple[int, Any]:
            fresh = read_lock_files(actor=self.actor, model_version=row, paths=paths)
            return (201 if fresh else 200), self.found(row)

        return self.created(read)

    def found(self, row: ModelVersion) -> dict[str, Any]:
        try:
            found = lock_files_at_commit(row)
        except mirror.MirrorError as error:
            raise Conflict(str(error), code=error.code) from error
        return {
            "commit": row.commit if found.commit is not None else "",
            "files": [
                {
                    "path": file.path,
                    "format": file.format,
                    "aside": file.aside,
                    "dependency_set": file.kept.public_id if file.kept is not None else None,
                }
                for file in found.files
            ],
            "more": found.more,
        }
