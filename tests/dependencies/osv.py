"""Records in OSV's format, and files of them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from governance.dependencies.models import AdvisoryImport, AdvisorySpan
from governance.dependencies.services import advisories as services


def record(
    name: str = "GHSA-1",
    package: str = "numpy",
    *,
    ecosystem: str = "PyPI",
    fixed: str = "3.0",
    modified: str = "2026-11-20T00:00:00Z",
    severity: str = "HIGH",
    **other: Any,
) -> dict[str, Any]:
    """A flaw of every version of a package before `fixed`."""
    events = [{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]
    kind = "SEMVER" if ecosystem == "npm" else "ECOSYSTEM"
    affected = [{"package": {"ecosystem": ecosystem, "name": package}, "ranges": [{"type": kind, "events": events}]}]
    said = {"id": name, "modified": modified, "summary": f"A flaw of {package}", "affected": affected}
    if severity:
        said["database_specific"] = {"severity": severity}
    return {**said, **other}


def zipped(bodies: Iterable[Mapping[str, Any]] = (), **files: bytes) -> bytes:
    """Each record as `<id>.json`; `files` beside them, by name with `__` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for body in bodies:
            archive.writestr(f"{body['id']}.json", json.dumps(body))
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return out.getvalue()


def carried_out(run: AdvisoryImport) -> AdvisoryImport:
    """The import after its job. Whatever it was: each span says of its record what the record says."""
    from foundation import jobs

    jobs.run(run.job_id)
    ofs = ("identifier", "group", "since", "until")
    spans = AdvisorySpan.objects.values_list(*ofs, *(f"advisory__{name}" for name in ofs))
    assert [row for row in spans if row[:4] != row[4:]] == []
    return AdvisoryImport.objects.select_related("snapshot", "job").get(pk=run.pk)


def imported(
    actor: Any, *bodies: Mapping[str, Any], confirmed: bool = False, data: bytes | None = None, name: str = "all.zip"
) -> AdvisoryImport:
    """A zip of these records, imported by the job."""
    file = zipped(bodies) if data is None else data
    return carried_out(services.import_advisory_file(actor=actor, name=name, file=file, confirmed=confirmed))
