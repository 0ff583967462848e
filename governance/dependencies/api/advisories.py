"""Known flaws over HTTP: which there are, which reach us, and new ones. Every answer says how old the data is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer, invalid_field
from foundation.canonical import timestamp
from foundation.errors import Missing
from foundation.parsing import DecimalJSONParser
from foundation.permissions import require
from governance.dependencies import advisories as engine
from governance.dependencies.models import AdvisoryImport, AdvisorySnapshot
from governance.dependencies.permissions import may_import_advisories
from governance.dependencies.selectors import advisories as selectors
from governance.dependencies.services import advisories as services
from governance.dependencies.services.advisory_files import in_words
from governance.dependencies.wording_advisories import affected_told, data_in_words, state_of
from governance.usecases.uploads import was_too_large

YES = ("1", "true", "on")
SEVERITIES = ["unknown", *engine.SEVERITIES]
MOST_USED = 200


class AdvisoryImportInput(StrictSerializer):
    """A file as `multipart/form-data`, or an address."""

    file = serializers.FileField(
        required=False, allow_empty_file=True, help_text="A zip of records in OSV's format, or one record"
    )
    url = serializers.CharField(required=False, max_length=500, help_text="https, without user name, password or query")
    confirmed = serializers.BooleanField(default=False, help_text="It may have far fewer records than there are now")


class FeedOutput(serializers.Serializer[Any]):
    ecosystem = serializers.CharField()
    count = serializers.IntegerField()
    newest = serializers.CharField()


class AdvisoryDataOutput(serializers.Serializer[Any]):
    """What an answer rests on."""

    snapshot = serializers.CharField(allow_null=True)
    state = serializers.ChoiceField(choices=["fresh", "old", "stale", "missing"])
    newest = serializers.CharField(help_text="Instant of the newest record of the oldest feed")
    age_days = serializers.IntegerField(allow_null=True)
    count = serializers.IntegerField()
    imported_at = serializers.CharField(allow_null=True)
    said = serializers.CharField()
    ecosystems = FeedOutput(many=True)


class AdvisoryOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="group")
    record = serializers.CharField(source="identifier")
    aliases = serializers.ListField(child=serializers.CharField())
    summary = serializers.CharField()
    severity = serializers.CharField(source="worst", help_text="none, low, medium, high, critical, or empty where nothing tells")
    published = serializers.CharField()
    modified = serializers.CharField()
    withdrawn = serializers.CharField()


class AdvisoryPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = AdvisoryOutput(many=True)
    rests_on = AdvisoryDataOutput()


class AdvisoryRecordOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="identifier")
    summary = serializers.CharField()
    severity = serializers.CharField()
    published = serializers.CharField()
    modified = serializers.CharField()
    withdrawn = serializers.CharField()
    since = serializers.CharField(source="since.public_id")
    until = serializers.CharField(source="until.public_id", default=None, allow_null=True)


class AffectedPackageOutput(serializers.Serializer[Any]):
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    versions = serializers.ListField(child=serializers.CharField())
    fixed = serializers.ListField(child=serializers.CharField())


class LockedFindingOutput(serializers.Serializer[Any]):
    ecosystem = serializers.CharField()
    name = serializers.CharField()
    version = serializers.CharField()
    answer = serializers.ChoiceField(choices=["affected", "undecided"])
    why = serializers.CharField()
    fixed = serializers.ListField(child=serializers.CharField())


class AffectedVersionOutput(serializers.Serializer[Any]):
    model_version = serializers.CharField(source="public_id")
    label = serializers.CharField()  # type: ignore[assignment] # a field of that name, where the base class has an attribute
    use_case = serializers.CharField()
    environments = serializers.ListField(child=serializers.CharField(), help_text="Where it runs; those that run come first")
    newest = serializers.BooleanField()
    dependency_sets = serializers.ListField(child=serializers.CharField(), source="sets")


class AdvisoryDetail(AdvisoryOutput):
    records = AdvisoryRecordOutput(many=True)
    affected = AffectedPackageOutput(many=True)
    locked = LockedFindingOutput(many=True)
    model_versions = AffectedVersionOutput(many=True)
    rulings = serializers.ListField(child=serializers.CharField())
    rests_on = AdvisoryDataOutput()


class RefusedRecordOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class AdvisoryImportOutput(serializers.Serializer[Any]):
    id = serializers.CharField()
    state = serializers.ChoiceField(choices=["queued", "running", "done", "failed"])
    source = serializers.CharField()  # type: ignore[assignment] # a field of that name, where the base class has an attribute
    sha256 = serializers.CharField()
    confirmed = serializers.BooleanField()
    failure = serializers.CharField()
    failure_code = serializers.CharField()
    job = serializers.CharField(allow_null=True)
    snapshot = serializers.CharField(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    refused = RefusedRecordOutput(many=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    html_url = serializers.CharField()


class AdvisoryImportPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = AdvisoryImportOutput(many=True)


def data_of(snapshot: AdvisorySnapshot | None) -> dict[str, Any]:
    """The state of the data, as every answer has it."""
    found = selectors.data_age(snapshot)
    return {
        "snapshot": snapshot.public_id if snapshot else None,
        "state": found.state,
        "newest": snapshot.newest if snapshot else "",
        "age_days": found.days,
        "count": snapshot.count if snapshot else 0,
        "imported_at": timestamp(snapshot.imported_at) if snapshot else None,
        "said": data_in_words(found),
        "ecosystems": [
            {"ecosystem": name, "count": entry["count"], "newest": entry["newest"]}
            for name, entry in (snapshot.ecosystems.items() if snapshot else ())
        ],
    }


def present_import(row: AdvisoryImport) -> dict[str, Any]:
    snapshot = row.snapshot
    return AdvisoryImportOutput(
        {
            "id": row.public_id,
            "state": state_of(row),
            "source": row.source,
            "sha256": row.sha256,
            "confirmed": row.confirmed,
            "failure": row.failure,
            "failure_code": row.failure_code,
            "job": row.job.public_id if row.job else None,
            "snapshot": snapshot.public_id if snapshot else None,
            "counts": {name: getattr(snapshot, name) for name in ("count", "added", "changed", "gone", "refused")}
            if snapshot
            else {},
            "refused": [{**item, "message": in_words(item)} for item in (snapshot.told if snapshot else ())],
            "created_at": row.created_at,
            "finished_at": row.finished_at,
            "html_url": f"{settings.BASE_URL}/dependencies/advisories/imports/{row.public_id}/",
        }
    ).data


class AdvisoryList(Endpoint):
    """The flaws that are known now, one for all records about it; those that were imported last come first."""

    scopes = {"GET": "read"}

    @extend_schema(
        operation_id="advisories_list",
        parameters=[
            OpenApiParameter("package", str, description="Only flaws of this package"),
            OpenApiParameter("ecosystem", str, description="pypi, npm, … as in package URLs"),
            OpenApiParameter("severity", str, enum=SEVERITIES),
            OpenApiParameter("affects", str, description="1: only what something locked has or may have"),
        ],
        responses=AdvisoryPage,
    )
    def get(self, request: Request) -> Response:
        query = request.query_params
        severity = query.get("severity", "")
        if severity and severity not in SEVERITIES:
            raise invalid_field("severity", "unknown", _("Known severities: %(known)s.") % {"known": ", ".join(SEVERITIES)})
        rows = selectors.flaws(
            self.actor,
            package=query.get("package", "")[:200],
            ecosystem=query.get("ecosystem", "")[:40],
            severity=severity,
            affects=query.get("affects", "") in YES,
        )
        answer = self.page(rows, lambda row: AdvisoryOutput(row).data)
        answer.data["rests_on"] = data_of(selectors.newest_snapshot())
        return answer


class AdvisoryDetails(Endpoint):
    """One flaw, by its id or by any other name that it goes by: its records, what is affected, and which model versions are."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="advisories_read", responses=AdvisoryDetail)
    def get(self, request: Request, identifier: str) -> Response:
        records = selectors.records_of(self.actor, identifier)
        if not records:
            raise Missing(_("No record of this name was imported."))
        leader = records[0]
        found = selectors.reach_of(leader.group)
        affected = affected_told(selectors.affected_of(records))
        names = {leader.group, *leader.aliases}
        rulings = selectors.accepted_by(self.actor, names, {str(item["name"]) for item in affected})
        reached = selectors.affected_model_versions(self.actor, found)[:MOST_USED] if found is not None else []
        return Response(
            {
                **AdvisoryOutput(leader).data,
                "records": AdvisoryRecordOutput(records, many=True).data,
                "affected": affected,
                "locked": _locked(found),
                "model_versions": AffectedVersionOutput(reached, many=True).data,
                "rulings": [row.public_id for row in rulings],
                "rests_on": data_of(selectors.newest_snapshot()),
            }
        )


def _locked(found: selectors.Reaching | None) -> list[dict[str, Any]]:
    return [
        {
            "ecosystem": pin[0],
            "name": pin[1],
            "version": pin[2],
            "answer": item.answer,
            "why": item.why,
            "fixed": list(item.fixed),
        }
        for pin, item in (sorted(found.pins.items()) if found is not None else ())
    ]


class AdvisoryImportList(Endpoint):
    """Imports so far, and asking for another: of a file, or of what is at an address. The answer to a post is 202; a job does it."""

    scopes = {"GET": "read", "POST": "governance:write"}
    parser_classes = [DecimalJSONParser, MultiPartParser]

    @extend_schema(operation_id="advisory_imports_list", responses=AdvisoryImportPage)
    def get(self, request: Request) -> Response:
        return self.page(selectors.imports_seen_by(self.actor), present_import)

    @extend_schema(
        operation_id="advisory_imports_create",
        request={"multipart/form-data": AdvisoryImportInput, "application/json": AdvisoryImportInput},
        responses={202: AdvisoryImportOutput},
    )
    def post(self, request: Request) -> Response:
        require(may_import_advisories(self.actor))
        bool(request.data)  # only what was read was found too large
        if was_too_large(request._request):
            raise services.too_large()
        data = self.read(AdvisoryImportInput)
        file, url, confirmed = data.get("file"), data.get("url", ""), data["confirmed"]
        if (file is None) == (not url):
            raise invalid_field("file", "required", _("Choose a file or give an address: one of them."))
        said = {"url": url, "confirmed": confirmed, "name": file.name if file else "", "size": file.size if file else 0}

        def act() -> tuple[int, Any]:
            if file is None:
                row = services.import_advisory_url(actor=self.actor, url=url, confirmed=confirmed)
            else:
                row = services.import_advisory_file(actor=self.actor, name=file.name, file=file, confirmed=confirmed)
            return 202, present_import(row)

        return self.created(act, said=said)


class AdvisoryImportDetails(Endpoint):
    """One import: how far it is, what it changed, or why it was refused."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="advisory_imports_read", responses=AdvisoryImportOutput)
    def get(self, request: Request, public_id: str) -> Response:
        return Response(present_import(self.one(selectors.imports_seen_by(self.actor), public_id=public_id)))


class AdvisoryImportConfirm(Endpoint):
    """Saying that an import may go through although it has far fewer records than there are."""

    scopes = {"POST": "governance:write"}

    @extend_schema(operation_id="advisory_imports_confirm", request=None, responses={202: AdvisoryImportOutput})
    def post(self, request: Request, public_id: str) -> Response:
        run = self.one(selectors.imports_seen_by(self.actor), public_id=public_id)
        return self.created(
            lambda: (202, present_import(services.confirm_advisory_import(actor=self.actor, run=run))), said={"import": public_id}
        )
