from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _files_in_memory(settings):
    """What is uploaded in a test lies nowhere afterwards."""
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
