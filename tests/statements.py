"""How many statements a page puts to the database."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.selectors import inbox


def asked_by(client: Client, address: str) -> list[str]:
    """The statements of a page that was opened before: a first look is noted once, and the navigation's count is kept until
    something happens, however long a slow machine takes."""
    with patch.object(inbox, "COUNT_LASTS", 10**9):
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            response: Any = client.get(address)
    assert response.status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def statements(client: Client, address: str) -> int:
    return len(asked_by(client, address))
