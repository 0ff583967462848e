"""CycloneDX 1.6 with our judgement of known flaws as VEX, from plain values. Pure, and the same for the same values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from governance.dependencies.lockfiles.model import PYPI, RequirementLike

# What CycloneDX knows as answers and as reasons.
STATES = ("resolved", "exploitable", "in_triage", "false_positive", "not_affected")
JUSTIFICATIONS = (
    "code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency", "requires_environment",
    "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter", "protected_by_mitigating_control",
)  # fmt: skip
RESPONSES = ("can_not_fix", "will_not_fix", "update", "rollback", "workaround_available")
_ALGORITHMS = {
    "md5": "MD5", "sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512", "sha3-256": "SHA3-256",
    "sha3-384": "SHA3-384", "sha3-512": "SHA3-512", "blake2b-256": "BLAKE2b-256", "blake2b-384": "BLAKE2b-384",
    "blake2b-512": "BLAKE2b-512", "blake3": "BLAKE3",
}  # fmt: skip
_DIGESTS = re.compile(r"[a-f0-9]{32}|[a-f0-9]{40}|[a-f0-9]{64}|[a-f0-9]{96}|[a-f0-9]{128}")
_TYPES = {"oci": "container", "model": "machine-learning-model", "data": "data", "file": "file"}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged of a flaw in some of the packages.

    `state` is one of STATES; `justification` (for not_affected) and `responses` are CycloneDX's words. `packages` are positions in the
    list of requirements. `detail` is what was said, `at` when, as an instant of ISO 8601.
    """

    id: str
    packages: Sequence[int]
    state: str = "in_triage"
    justification: str = ""
    responses: Sequence[str] = ()
    detail: str = ""
    severity: str = ""
    aliases: Sequence[str] = ()
    recommendation: str = ""
    at: str = ""


def cyclonedx_with_vex(
    requirements: Sequence[RequirementLike],
    judged: Sequence[Judged],
    *,
    serial: str,
    timestamp: str,
    subject: str,
    version: str = "",
) -> dict[str, Any]:
    """The document as a plain value. `serial` is a UUID, `timestamp` an instant; `subject` and `version` tell what the list is about.

    Raises ValueError for a word that CycloneDX does not know: a consumer would refuse the whole document.
    """
    references = [f"pkg-{number}" for number, _row in enumerate(requirements)]
    services = [(row, ref) for row, ref in zip(requirements, references, strict=True) if _ecosystem(row) == "service"]
    body: dict[str, Any] = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": timestamp,
            "component": _without_empty({"type": "application", "bom-ref": "subject", "name": subject, "version": version}),
        },
        "components": [
            _component(row, ref) for row, ref in zip(requirements, references, strict=True) if _ecosystem(row) != "service"
        ],
        "vulnerabilities": [_vulnerability(one, references) for one in judged],
    }
    if services:
        body["services"] = [
            _without_empty({"bom-ref": ref, "name": row.name, "version": row.version, "endpoints": [row.url] if row.url else []})
            for row, ref in services
        ]
    return body


def _ecosystem(row: RequirementLike) -> str:
    return str(getattr(row, "ecosystem", PYPI))


def _component(row: RequirementLike, reference: str) -> dict[str, Any]:
    hashes = []
    for value in row.hashes:
        algorithm, _colon, digits = value.partition(":")
        if algorithm in _ALGORITHMS and _DIGESTS.fullmatch(digits):
            hashes.append({"alg": _ALGORITHMS[algorithm], "content": digits})
    properties = [
        ("marker", row.marker),
        ("specifier", "" if row.version else row.specifier),
        ("origin", row.origin),
        ("url", row.url),
        ("index", getattr(row, "index", "")),
        ("groups", " ".join(getattr(row, "groups", ()))),
    ]
    return _without_empty({
        "type": _TYPES.get(_ecosystem(row), "library"),
        "bom-ref": reference,
        "name": row.name,
        "version": row.version,
        "hashes": hashes,
        "licenses": [{"license": {"name": licence}}] if (licence := getattr(row, "licence", "")) else [],
        "purl": getattr(row, "purl", ""),
        "properties": [{"name": f"countersign:{name}", "value": value} for name, value in properties if value],
    })  # fmt: skip


def _vulnerability(one: Judged, references: Sequence[str]) -> dict[str, Any]:
    for word, known in (
        (one.state, STATES),
        (one.justification, ("", *JUSTIFICATIONS)),
        *((word, RESPONSES) for word in one.responses),
    ):
        if word not in known:
            raise ValueError(f"{word!r} is no word of CycloneDX here")
    return _without_empty({
        "id": one.id,
        "references": [{"id": alias, "source": {"name": _source(alias)}} for alias in one.aliases if alias != one.id],
        "source": {"name": _source(one.id)},
        "ratings": [{"severity": one.severity}] if one.severity else [],
        "recommendation": one.recommendation,
        "analysis": _without_empty({
            "state": one.state,
            "justification": one.justification if one.state == "not_affected" else "",
            "response": list(one.responses),
            "detail": one.detail,
            "lastUpdated": one.at,
        }),
        "affects": [{"ref": references[number]} for number in one.packages],
    })  # fmt: skip


def _source(name: str) -> str:
    sources = (("CVE-", "NVD"), ("GHSA-", "GitHub Advisories"), ("PYSEC-", "PyPA"))
    return next((source for start, source in sources if name.startswith(start)), "OSV")


def _without_empty(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value not in ("", [], {})}
