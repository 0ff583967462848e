"""Searching, and the list of use cases as a file: open to everybody, each finds what is theirs."""

from __future__ import annotations

from tests.matrix.row import READ, Row

SEARCH_API = [Row("api_search", "GET", query="?q=churn", tokens=READ)]
SEARCH_PAGES = [
    Row("search", "GET"),
    Row("search", "GET", query="?q=churn&type=use_case"),
    Row("search_suggestions", "GET", query="?q=churn"),
    Row("use_cases_export", "GET"),
]
