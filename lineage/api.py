"""Repositories and model versions over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import decimal_text
from governance.usecases.models import UseCase
from lineage.models import Commit, KeptFile, ModelVersion, Repository
from lineage.panels import destinations_of
from lineage.selectors import files
from lineage.selectors.files import Beside
from lineage.selectors.graph import graph_for
from lineage.selectors.manifest import manifest_of
from lineage.services import repositories, versions
from lineage.services.files import take_over

FILE_LIMIT = 4 * 1024 * 1024


class RepositoryInput(StrictSerializer):
    url = serializers.CharField(max_length=2048, help_text="https, ssh or user@host:path")
    use_case = serializers.SlugField(max_length=60)


class RepositoryOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    url = serializers.CharField()
    head = serializers.CharField()
    commit_count = serializers.IntegerField()
    synced_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField()


class CommitOutput(serializers.Serializer[Any]):
    sha = serializers.CharField()
    parents = serializers.ListField(child=serializers.CharField())
    author_name = serializers.CharField()
    author_email = serializers.CharField()
    authored_at = serializers.DateTimeField()
    committer_name = serializers.CharField()
    committed_at = serializers.DateTimeField()
    subject = serializers.CharField()


class RepositoryList(Endpoint):
    """Repositories of the caller's use cases. Registering one queues its first synchronisation."""

    scopes = {"GET": "read", "POST": "provenance:write"}

    @extend_schema(responses=RepositoryOutput(many=True), operation_id="repositories_list")
    def get(self, request: Request) -> Response:
        return self.page(Repository.objects.visible_to(self.actor), lambda row: RepositoryOutput(row).data)

    @extend_schema(request=RepositoryInput, responses={201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        data = self.read(RepositoryInput)
        use_case = use_case_of(self, data["use_case"])

        def act() -> tuple[int, Any]:
            row, job = repositories.register_repository(actor=self.actor, use_case=use_case, url=data["url"])
            return 201, {**RepositoryOutput(row).data, "job": job.public_id}

        return self.created(act)


def use_case_of(endpoint: Endpoint, slug: str) -> UseCase:
    """The use case a body names; what the caller may not see is an unknown one."""
    row = UseCase.objects.visible_to(endpoint.actor).filter(slug=slug).first()
    if row is None:
        raise invalid_field("use_case", "unknown", f"There is no use case {slug}, or you may not see it.")
    return row


class RepositorySync(Endpoint):
    """Fetch what is new."""

    scopes = {"POST": "provenance:write"}

    @extend_schema(request=None, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request, public_id: str) -> Response:
        row = self.one(Repository.objects.visible_to(self.actor), public_id=public_id)
        job = repositories.synchronise_later(actor=self.actor, repository=row)
        return Response({"id": row.public_id, "job": job.public_id}, status=202)


class CommitList(Endpoint):
    """Commits of a repository, as the mirror has them."""

    scopes = {"GET": "read"}

    @extend_schema(responses=CommitOutput(many=True), operation_id="commits_list")
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(Repository.objects.visible_to(self.actor), public_id=public_id)
        return self.page(Commit.objects.visible_to(self.actor).filter(repository=row), lambda item: CommitOutput(item).data)


class FileInput(StrictSerializer):
    path = serializers.CharField(max_length=300)
    content = serializers.CharField(max_length=FILE_LIMIT, trim_whitespace=False, allow_blank=True)


class ArtifactInput(StrictSerializer):
    uri = serializers.CharField(max_length=2048, allow_blank=True, allow_null=True, default="")
    sha256 = serializers.CharField(max_length=71, allow_blank=True, allow_null=True, default="")
    size = serializers.IntegerField(min_value=0, max_value=2**62, allow_null=True, default=None)
    serialization = serializers.CharField(max_length=60, allow_blank=True, allow_null=True, default="")


class RuntimeInput(StrictSerializer):
    kind = serializers.CharField(max_length=40, allow_blank=True, default="")
    image_digest = serializers.CharField(max_length=200, allow_blank=True, allow_null=True, default=None)
    config = serializers.DictField(default=dict)


class DatasetFields(StrictSerializer):
    role = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=200)
    digest = serializers.CharField(max_length=90, allow_blank=True, default="")
    rows = serializers.IntegerField(min_value=0, max_value=2**62, allow_null=True, default=None)
    columns = serializers.ListField(
        child=serializers.CharField(max_length=200, trim_whitespace=False), max_length=5000, default=list
    )


class ModelVersionInput(StrictSerializer):
    use_case = serializers.SlugField(max_length=60)
    kind = serializers.ChoiceField(choices=ModelVersion.Kind.choices, default=ModelVersion.Kind.MODEL)
    registry = serializers.CharField(max_length=60, default="ci")
    name = serializers.RegexField(r"^[^@\s/]+$", max_length=120, help_text="No @, / or white space")
    version = serializers.RegexField(r"^[^@\s/]+$", max_length=60)
    repository = serializers.CharField(max_length=2048, allow_blank=True, allow_null=True, default="")
    commit = serializers.CharField(max_length=64)
    dirty = serializers.BooleanField(allow_null=True, default=None)
    porcelain_sha256 = serializers.CharField(max_length=71, allow_blank=True, allow_null=True, default="")
    params = serializers.DictField(default=dict)
    params_file = FileInput(required=False, allow_null=True)
    metrics = serializers.DictField(default=dict)
    metrics_file = FileInput(required=False, allow_null=True)
    confusion = serializers.DictField(required=False, allow_null=True)
    confusion_file = FileInput(required=False, allow_null=True)
    artifact = ArtifactInput(required=False, allow_null=True)
    runtime = RuntimeInput(required=False, allow_null=True)
    dependency_sets = FileInput(many=True, default=list)
    datasets = DatasetFields(many=True, default=list)
    dvc_lock = FileInput(required=False, allow_null=True)
    dictionary_release = serializers.CharField(
        max_length=1000,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="The releases of dictionaries it was built against, parted by commas: customers@3,sales@1",
    )


class ModelVersionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    use_case = serializers.CharField(source="use_case.slug")
    kind = serializers.CharField()
    registry = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    repository = serializers.CharField(source="repository_url")
    commit = serializers.CharField()
    dirty = serializers.BooleanField(allow_null=True)
    artifact_sha256 = serializers.CharField()
    identity = serializers.CharField()
    created_at = serializers.DateTimeField()


def present(row: ModelVersion) -> dict[str, Any]:
    """A model version with its parameters, metrics and data sets."""
    return {
        **ModelVersionOutput(row).data,
        "params": row.params,
        "metrics": [{**metric.content(), "value": decimal_text(metric.value)} for metric in row.metrics.all()],
        "datasets": [item.content() for item in row.datasets.all()],
        "dependency_sets": [lock.dependency_set.public_id for lock in row.locks.select_related("dependency_set")],
        "runtime": row.runtime,
        "artifact": {
            "uri": row.artifact_uri,
            "sha256": row.artifact_sha256,
            "size": row.artifact_size,
            "serialization": row.serialization,
        },
    }


class ModelVersionList(Endpoint):
    """Model versions. Pushing the same again is 200 and changes nothing; other bytes under the same name are 409."""

    scopes = {"GET": "read", "POST": "provenance:write"}

    @extend_schema(
        parameters=[
            OpenApiParameter("name"),
            OpenApiParameter("version"),
            OpenApiParameter("use_case"),
            OpenApiParameter("commit"),
        ],
        responses=ModelVersionOutput(many=True),
        operation_id="model_versions_list",
    )
    def get(self, request: Request) -> Response:
        rows = ModelVersion.objects.visible_to(self.actor).select_related("use_case")
        for name, column in (("name", "name"), ("version", "version"), ("use_case", "use_case__slug"), ("commit", "commit")):
            if name in request.query_params:
                rows = rows.filter(**{column: request.query_params[name]})
        return self.page(rows, lambda row: ModelVersionOutput(row).data)

    @extend_schema(request=ModelVersionInput, responses={200: OpenApiTypes.OBJECT, 201: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        data = self.read(ModelVersionInput)
        use_case = use_case_of(self, data["use_case"])

        def act() -> tuple[int, Any]:
            done = versions.register_model_version(actor=self.actor, use_case=use_case, data=data)
            return (201 if done.created else 200), {**present(done.model_version), "changed": done.changed}

        return self.created(act)


class ModelVersionDetails(Endpoint):
    """One model version."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(
            present(self.one(ModelVersion.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id))
        )


class ProvenanceDetails(Endpoint):
    """What is known about a version and how: asserted by CI, or verified by us."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        row = self.one(ModelVersion.objects.visible_to(self.actor), public_id=public_id)
        newest = {fact.key: fact for fact in row.facts.all()}
        return Response(
            {"id": row.public_id, "facts": [{**newest[key].content(), "at": newest[key].at} for key in sorted(newest)]}
        )


class ManifestDetails(Endpoint):
    """The components of a version and their digests, as they are now."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        manifest = manifest_of(
            self.one(ModelVersion.objects.visible_to(self.actor).select_related("use_case"), public_id=public_id)
        )
        components = {name: {"digest": manifest.digests[name], "content": manifest.bodies[name]} for name in manifest.digests}
        return Response({"id": public_id, "digest": manifest.digest, "components": components})


class LineageDetails(Endpoint):
    """The way of a version as a graph: data, code and packages lead to it, and it leads to where it was asked to go."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, public_id: str) -> Response:
        rows = ModelVersion.objects.visible_to(self.actor).select_related("use_case")
        row = self.one(rows, public_id=public_id)
        graph = graph_for(row, destinations_of(self.actor, [row]).get(row.pk, ()))
        nodes = [
            {"key": node.key, "kind": node.kind, "title": node.title, "detail": node.detail, "url": node.url, "state": node.state}
            for node in graph.nodes
        ]
        return Response(
            {"id": row.public_id, "nodes": nodes, "edges": [{"from": source, "to": target} for source, target in graph.edges]}
        )


def beside_body(item: Beside) -> dict[str, Any]:
    """A file beside the record of the portal."""
    file = item.file
    return {
        "id": file.public_id,
        "kind": file.kind,
        "path": file.path,
        "repository": file.repository.public_id,
        "state": item.state,
        "commit": file.commit,
        "author": {"name": file.author_name, "email": file.author_email, "at": file.authored_at},
        "portal": {"name": str(item.written_by) if item.written_by else None, "at": item.written_at},
        "changes": [dict(change) for change in item.changes],
        "problems": [
            {"field": problem.field, "code": problem.code, "message": str(problem.message)} for problem in item.problems
        ],
        "patch": item.patch,
    }


class KeptFileList(Endpoint):
    """Files of the repository that say what the portal keeps too (`usecase.yaml`, `roles.yaml`), each beside its record."""

    scopes = {"GET": "read"}

    @extend_schema(responses=OpenApiTypes.OBJECT, operation_id="kept_files_list")
    def get(self, request: Request, slug: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return Response({"results": [beside_body(item) for item in files.files_of(row)], "next": None})


class KeptFileTake(Endpoint):
    """Make the portal say what the file says: with the permissions and the checks of whoever would type it."""

    scopes = {"POST": "governance:write"}

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request, slug: str, file: str) -> Response:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        rows = KeptFile.objects.visible_to(self.actor).select_related("use_case", "repository")
        kept = self.one(rows.filter(use_case=row), public_id=file)
        take_over(actor=self.actor, file=kept)
        return Response(beside_body(files.beside(kept)))


class KeptFilePatch(Endpoint):
    """A patch for `git apply` that makes the repository say what the portal keeps; `kind` is `usecase` or `roles`."""

    scopes = {"GET": "read"}

    @extend_schema(responses={(200, "text/x-patch"): OpenApiTypes.STR}, parameters=[OpenApiParameter("file")])
    def get(self, request: Request, slug: str, kind: str) -> HttpResponse:
        row = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return HttpResponse(
            files.patch_for(row, kind, request.query_params.get("file", "")), content_type="text/x-patch; charset=utf-8"
        )
