from __future__ import annotations

from typing import Any


def tab_content(request: Any, use_case: Any) -> dict[str, Any]:
    return {}
