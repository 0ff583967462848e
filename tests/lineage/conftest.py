from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from lineage import mirror

ACCESS = mirror.Access(allow_local=True)
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/nonexistent",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Sofia",
    "GIT_AUTHOR_EMAIL": "sofia@example.org",
    "GIT_COMMITTER_NAME": "Wei",
    "GIT_COMMITTER_EMAIL": "wei@example.org",
}


@dataclass
class Source:
    """A repository to mirror, worked on with plain Git."""

    path: Path

    def git(self, *arguments: str, text_in: bytes = b"", **environment: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.path, input=text_in, env={**ENVIRONMENT, **environment}, check=True, capture_output=True
        )
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, path: str, content: bytes | str) -> None:
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, subject: str = "change", *, files: dict[str, bytes | str] | None = None, **environment: str) -> str:
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject, **environment)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def source(tmp_path) -> Source:
    found = Source(tmp_path / "source")
    found.path.mkdir()
    found.git("init", "-q", "-b", "main")
    found.commit("first", files={"README.md": "hello\n"})
    return found


@pytest.fixture
def mirrored(source, tmp_path) -> Path:
    path = tmp_path / "mirrors" / "rp_1.git"
    mirror.clone(str(source.path), path, access=ACCESS)
    return path
