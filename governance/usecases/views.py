from __future__ import annotations

from typing import Any


def overview_content(request: Any, use_case: Any) -> dict[str, Any]:
    return {}


people_content = history_content = overview_content
