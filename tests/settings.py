"""The product's settings, on files of its own: tests never touch an installation or its secrets."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("COUNTERSIGN_SECRET_KEY", "for-tests-only-" + "7" * 50)
os.environ.pop("COUNTERSIGN_BASE_URL", None)
if not os.environ.get("COUNTERSIGN_VAR"):
    os.environ["COUNTERSIGN_VAR"] = tempfile.mkdtemp(prefix="countersign-test-")
    atexit.register(shutil.rmtree, os.environ["COUNTERSIGN_VAR"], ignore_errors=True)

from config.settings import *  # noqa: F403 - the environment had to be there first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a real one makes each sign-in slow
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(FILES)}},  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
