"""Which format a lock file has, by its name."""

from __future__ import annotations

from fnmatch import fnmatchcase

REQUIREMENTS = "requirements.txt"
UNKNOWN = "unknown"

# The first pattern that fits the lower-cased file name decides.
PATTERNS = (
    ("pylock.toml", "pylock"),
    ("pylock.*.toml", "pylock"),
    ("uv.lock", "uv"),
    ("poetry.lock", "poetry"),
    ("pdm.lock", "pdm"),
    ("pipfile.lock", "pipfile"),
    ("conda-lock.yml", "conda-lock"),
    ("*.conda-lock.yml", "conda-lock"),
    ("environment.yml", "conda-environment"),
    ("environment.yaml", "conda-environment"),
    ("conda.yaml", "conda-environment"),
    ("python_env.yaml", "mlflow-python-env"),
    ("bom.json", "cyclonedx-json"),
    ("*.cdx.json", "cyclonedx-json"),
    ("bom.xml", "cyclonedx-xml"),
    ("*.cdx.xml", "cyclonedx-xml"),
    ("*.spdx.json", "spdx-json"),
    ("*.spdx", "spdx-tag-value"),
    ("*.txt", REQUIREMENTS),
    ("*requirements*.in", REQUIREMENTS),
)


def format_of(path: str) -> str:
    """The format that the file name stands for, or `unknown`. The folder does not matter."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1].lower()
    return next((format for pattern, format in PATTERNS if fnmatchcase(name, pattern)), UNKNOWN)
