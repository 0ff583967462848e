"""Component bodies by their digest, and which of them a version consists of."""

from __future__ import annotations

import json
from typing import Any

from foundation import clock
from foundation.canonical import canonical_json, digest
from lineage.models import Component, ComponentBody, ModelVersion


def keep_body(name: str, body: Any, *, shown: Any = None) -> str:
    """Keep the content behind a digest and return the digest. `shown` is kept instead where the content is too long to show."""
    key = digest(body)
    plain = json.loads(canonical_json(body if shown is None else shown))
    ComponentBody.objects.bulk_create([ComponentBody(digest=key, name=name, body=plain)], ignore_conflicts=True)
    return key


def store_component(row: ModelVersion, name: str, body: Any, *, shown: Any = None) -> bool:
    """Say what a component of a version is now; False when that is what was known."""
    key = keep_body(name, body, shown=shown)
    latest = row.components.filter(name=name).order_by("-pk").values_list("content_id", flat=True).first()
    if latest == key:
        return False
    Component.objects.create(model_version=row, name=name, content_id=key, at=clock.now())
    return True
