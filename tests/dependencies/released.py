"""Releases that were looked into, written as the worker writes them but in this process."""

from __future__ import annotations

import hashlib
from typing import Any

from django.core.files.base import ContentFile

from foundation import clock
from foundation.canonical import digest
from governance.dependencies.capabilities import scan, to_facts
from governance.dependencies.models import Artifact, ArtifactScan, Release
from governance.dependencies.services import package_of, release_of
from tests.dependencies.archives import wheel

READS = "import os\n\ndef home():\n    return os.environ['HOME']\n"
ASKS = "import requests\n\ndef ask():\n    return requests.get('https://example.org/x')\n"
RUNS = "import subprocess\n\ndef run(command):\n    return subprocess.run(command)\n"


def released(files: dict[str, str | bytes], version: str = "1.0", name: str = "thing") -> Release:
    """A release of a package with one wheel that holds these files."""
    own = {} if name == "thing" else {f"{name}-{version}.dist-info/top_level.txt": name}  # the same code under another name
    data = wheel({**files, **own}, version)
    found = scan(data)
    facts: Any = to_facts(found)
    package = package_of("pypi", name)
    release = release_of(package, version, source_digest=found.source_digest, native_digest=found.native_digest)
    sha256 = "sha256:" + hashlib.sha256(data).hexdigest()
    row = Artifact(sha256=sha256, filename=f"{name}-{version}-py3-none-any.whl", size=len(data), release=release)
    row.created_at = clock.now()
    row.file.save(row.filename, ContentFile(data), save=False)
    row.save()
    ArtifactScan.objects.create(
        artifact=row, scanner=found.scanner, complete=found.complete, points=len(found.points), facts=facts,
        facts_digest=digest(facts), scanned_at=clock.now(),
    )  # fmt: skip
    return release
