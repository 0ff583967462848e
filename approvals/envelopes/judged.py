"""What people judge when they are asked about an envelope: one component for each of the baseline's, and the envelope whole.

A step of the policy covers components of a version. Whoever judges the model of a release judges, in an envelope, how far the
model may go: the body under the same name holds the baseline's digest, whether it may move, and the limits that bear on it. So a
later envelope that only loosens a figure asks those again who judge the model, and nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.envelopes.limits import Limits, as_mapping, touching

FORMAT = "countersign/envelope/1"


def bodies_of(model_name: str, environment: str, manifest: Mapping[str, str], limits: Limits) -> dict[str, dict[str, Any]]:
    """Component → body. `manifest` are the digests of the baseline; the digest of the body `envelope` names the envelope."""
    found: dict[str, dict[str, Any]] = {
        name: {"format": FORMAT, "baseline": value, "may_move": name in limits.moves, "limits": touching(name, limits)}
        for name, value in manifest.items()
    }
    found["envelope"] = {
        "format": FORMAT,
        "model": model_name,
        "environment": environment,
        "baseline": dict(manifest),
        "limits": as_mapping(limits),
    }
    return found


def is_envelope(body: Any) -> bool:
    """Whether a component's body is part of an envelope rather than of a version."""
    return isinstance(body, Mapping) and body.get("format") == FORMAT
