"""Data sets over HTTP: what they are, and which states they were in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import StrictSerializer, invalid_field
from foundation.canonical import digest_bytes
from foundation.parsing import DecimalJSONParser
from governance.dictionary import filesets, services
from governance.dictionary.api.shared import DictionaryCursor, OfDictionary
from governance.dictionary.models import Dataset, DatasetVersion
from governance.dictionary.selectors import datasets as selectors
from governance.usecases.uploads import was_too_large

SHOWN = filesets.PAGE


class DatasetChange(StrictSerializer):
    title = serializers.CharField(max_length=120, allow_blank=True, required=False)
    description = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    kind = serializers.ChoiceField(choices=Dataset.Kind.choices, required=False)
    team = serializers.SlugField(max_length=60, allow_blank=True, required=False, help_text="Slug of the team that fills it")
    uri = serializers.CharField(max_length=500, allow_blank=True, required=False, help_text="Where it lies")
    format = serializers.CharField(max_length=40, allow_blank=True, required=False)


class DatasetAdding(DatasetChange):
    name = serializers.CharField(max_length=200, help_text="As CI sends it with a model version")


class DatasetOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    team = serializers.CharField(source="team.slug", default=None, allow_null=True)
    uri = serializers.CharField()
    format = serializers.CharField()
    created_at = serializers.DateTimeField()


class DatasetPage(DictionaryCursor):
    results = DatasetOutput(many=True)


class DatasetColumnOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    filled_by = serializers.SerializerMethodField()
    read_by = serializers.SerializerMethodField()

    def get_filled_by(self, row: selectors.ColumnOf) -> list[dict[str, str]]:
        return [_bound(item) for item in row.filled]

    def get_read_by(self, row: selectors.ColumnOf) -> list[dict[str, str]]:
        return [_bound(item) for item in row.read]


def _bound(item: Any) -> dict[str, str]:
    binding = item.binding
    return {"element": binding.element.path, "team": binding.team.slug, "binding": binding.public_id}


class DatasetVersionOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of this name
    digest = serializers.CharField()
    commit = serializers.CharField()
    created_at = serializers.DateTimeField()
    manifest = serializers.DictField(help_text="columns and rows, or files (how many), size, counts, labels, guideline")


class DatasetDetail(DatasetOutput):
    columns = DatasetColumnOutput(many=True)
    newest = DatasetVersionOutput(allow_null=True)


class DatasetVersionPage(DictionaryCursor):
    results = DatasetVersionOutput(many=True)


class DatasetVersionInput(StrictSerializer):
    """Of a table its digest, columns and rows; of files a manifest. As `multipart/form-data` the files are named by `manifest`, a CSV
    (path,sha256,size,label) or JSON file."""

    label = serializers.CharField(max_length=120, allow_blank=True, default="")  # type: ignore[assignment] # a field of this name
    commit = serializers.RegexField(r"\A[0-9a-fA-F]{40,64}\Z", required=False, allow_blank=True)
    digest = serializers.CharField(max_length=71, required=False)
    columns = serializers.ListField(
        child=serializers.CharField(max_length=200, trim_whitespace=False), required=False, max_length=5000
    )
    rows = serializers.IntegerField(min_value=0, max_value=2**63 - 1, required=False, allow_null=True)
    files = serializers.JSONField(required=False, help_text='A list of {"path", "sha256", "size", "label"?}')
    labels = serializers.JSONField(required=False, help_text='{"codes": [{"code", "meaning"}]} or {"element": "dictionary/key"}')
    guideline = serializers.JSONField(required=False, help_text='{"version", "text"} or {"version", "url", "sha256"}')
    manifest = serializers.FileField(required=False, allow_empty_file=True)


class DatasetFileOutput(serializers.Serializer[Any]):
    path = serializers.CharField()
    sha256 = serializers.CharField()
    size = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of this name


class DatasetFilesOutput(serializers.Serializer[Any]):
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = DatasetFileOutput(many=True)


class OfDataset(OfDictionary):
    def rows(self) -> QuerySet[Dataset]:
        return Dataset.objects.visible_to(self.actor).select_related("team")

    def dataset(self, public_id: str) -> Dataset:
        return self.one(self.rows(), public_id=public_id)

    def version(self, public_id: str, number: int) -> DatasetVersion:
        return self.one(selectors.versions_of(self.dataset(public_id)), number=number)

    def described(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is said of a data set, with the team instead of its slug."""
        return {**data, "team": self.team_named(data["team"])} if "team" in data else data


class DatasetList(OfDataset):
    """Data sets by the names under which CI and pipelines know them, and adding one."""

    scopes = {"GET": "read", "POST": "governance:write"}

    @extend_schema(
        operation_id="datasets_list",
        parameters=[
            OpenApiParameter("name", str, description="Only the one of this name"),
            OpenApiParameter("kind", str, description="table, images, audio, texts or files"),
        ],
        responses=DatasetPage,
    )
    def get(self, request: Request) -> Response:
        rows = self.rows()
        if name := request.query_params.get("name"):
            rows = rows.filter(name=name)
        if kind := request.query_params.get("kind"):
            rows = rows.filter(kind=kind)
        return self.page(rows, lambda row: DatasetOutput(row).data)

    @extend_schema(operation_id="datasets_create", request=DatasetAdding, responses={200: DatasetOutput, 201: DatasetOutput})
    def post(self, request: Request) -> Response:
        """200 for one that is known; 409 for one that is described otherwise."""
        data = self.described(self.read(DatasetAdding))

        def add() -> tuple[int, Any]:
            row, is_new = services.add_dataset(actor=self.actor, **data)
            return 201 if is_new else 200, DatasetOutput(row).data

        return self.created(add)


class DatasetDetails(OfDataset):
    """One data set with its columns and its newest version, and changing what is said of it."""

    scopes = {"GET": "read", "PATCH": "governance:write"}

    @extend_schema(operation_id="datasets_read", responses=DatasetDetail)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(self.said(self.dataset(public_id)))

    @extend_schema(operation_id="datasets_change", request=DatasetChange, responses=DatasetDetail)
    def patch(self, request: Request, public_id: str) -> Response:
        row = self.dataset(public_id)
        data = self.described(self.read(DatasetChange))
        self.check_precondition(self.said(row))
        names = ("title", "description", "kind", "team", "uri", "format")
        said = {name: data.get(name, getattr(row, name)) for name in names}
        services.describe_dataset(actor=self.actor, dataset=row, **said)
        return Response(self.said(self.dataset(public_id)))

    def said(self, row: Dataset) -> Any:
        newest = selectors.versions_of(row).first()
        columns = selectors.columns_of(row, newest)
        return {
            **DatasetOutput(row).data,
            "columns": DatasetColumnOutput(columns, many=True).data,
            "newest": DatasetVersionOutput(newest).data if newest is not None else None,
        }


class DatasetVersionList(OfDataset):
    """The states a data set was in, and saying that it is in another."""

    scopes = {"GET": "read", "POST": "governance:write"}
    parser_classes = [DecimalJSONParser, MultiPartParser]

    @extend_schema(operation_id="dataset_versions_list", responses=DatasetVersionPage)
    def get(self, request: Request, public_id: str) -> Response:
        return self.page(selectors.versions_of(self.dataset(public_id)), lambda row: DatasetVersionOutput(row).data)

    @extend_schema(
        operation_id="dataset_versions_create",
        request={"application/json": DatasetVersionInput, "multipart/form-data": DatasetVersionInput},
        responses={200: DatasetVersionOutput, 201: DatasetVersionOutput},
    )
    def post(self, request: Request, public_id: str) -> Response:
        """200 for a state that is on record already."""
        row = self.dataset(public_id)
        data = self.read(DatasetVersionInput)
        file = data.pop("manifest", None)
        said = dict(data)
        if was_too_large(request._request):
            raise services.manifest_too_large()
        if file is not None:
            raw = file.read()
            said["manifest"] = [str(file.name), len(raw), digest_bytes(raw)]
            data |= services.read_manifest(raw, str(file.name))

        def add() -> tuple[int, Any]:
            version = self.added(row, data)
            return 201 if version.is_new else 200, DatasetVersionOutput(version).data

        return self.created(add, said=said)

    def added(self, row: Dataset, data: dict[str, Any]) -> DatasetVersion:
        words = {"label": data.get("label", ""), "commit": data.get("commit", "")}
        if row.has_files:
            if extra := [name for name in ("digest", "columns", "rows") if name in data]:
                raise invalid_field(extra[0], "unknown", _("This data set is made of files: send a manifest of them."))
            manifest = {name: data[name] for name in ("files", "labels", "guideline") if name in data}
            return services.add_file_version(actor=self.actor, dataset=row, manifest=manifest, **words)
        if of_files := [name for name in ("files", "labels", "guideline") if name in data]:
            raise invalid_field(
                of_files[0], "unknown", _("This data set is a table. Say first that it is made of images, audio, texts or files.")
            )
        if "digest" not in data:
            raise invalid_field("digest", "required", _("Name the SHA-256 of the bytes."))
        return services.add_table_version(
            actor=self.actor, dataset=row, digest=data["digest"], columns=data.get("columns", []), rows=data.get("rows"), **words
        )


class DatasetVersionDetails(OfDataset):
    """One version of a data set."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="dataset_versions_read", responses=DatasetVersionOutput)
    def get(self, request: Request, public_id: str, number: int) -> Response:
        return Response(DatasetVersionOutput(self.version(public_id, number)).data)


class DatasetVersionFiles(OfDataset):
    """The files of a version, a page at a time."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="dataset_versions_files",
        parameters=[OpenApiParameter("page", int, description="From 1 on; 200 files each")],
        responses=DatasetFilesOutput,
    )
    def get(self, request: Request, public_id: str, number: int) -> Response:
        version = self.version(public_id, number)
        page = selectors.page_number(request.query_params.get("page"))
        files = DatasetFileOutput(selectors.files_on(version, page - 1), many=True).data
        return Response({"page": page, "pages": selectors.pages_of(version), "results": files})


class DatasetDifference(OfDataset):
    """What differs between two versions: files by what became of them, labels, guideline; of a table its columns and rows."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="dataset_versions_compare",
        parameters=[OpenApiParameter("page", int, description="From 1 on; 200 of each list")],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, public_id: str, before: int, after: int) -> Response:
        then, now = self.version(public_id, before), self.version(public_id, after)
        if not then.dataset.has_files:
            found = selectors.table_difference(then, now)
            return Response(
                {
                    "columns": {"added": list(found.added), "removed": list(found.removed), "reordered": found.reordered},
                    "rows": {"before": found.rows[0], "after": found.rows[1]},
                    "same_bytes": found.same_bytes,
                }
            )
        return Response(
            _difference(selectors.files_difference(then, now), selectors.page_number(request.query_params.get("page")))
        )


def _difference(found: filesets.Difference, page: int) -> dict[str, Any]:
    here = slice((page - 1) * SHOWN, page * SHOWN)
    return {
        "counts": {
            "added": len(found.added),
            "removed": len(found.removed),
            "changed": len(found.changed),
            "relabelled": len(found.relabelled),
            "moved": len(found.moved),
        },
        "page": page,
        "added": [item.body() for item in found.added[here]],
        "removed": [item.body() for item in found.removed[here]],
        "changed": [{"before": was.body(), "after": now.body()} for was, now in found.changed[here]],
        "relabelled": [{"path": now.path, "before": was.label, "after": now.label} for was, now in found.relabelled[here]],
        "moved": [{"before": was.path, "after": now.path} for was, now in found.moved[here]],
        "labels": [{"code": code, "before": was, "after": now} for code, was, now in found.labels],
        "labels_of": {"before": found.labels_source[0], "after": found.labels_source[1]} if found.labels_source else None,
        "guideline": {"before": found.guideline[0], "after": found.guideline[1]} if found.guideline else None,
    }
