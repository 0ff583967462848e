"""What a newcomer does: clone, start, look."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.story.conftest import git
from tests.story.installation import REPOSITORY, TABLES, Installation, free_port, until

pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of what is committed."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not in a Git repository: there is nothing to clone")
    git("clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(tmp_path / "clone"), cwd=tmp_path)
    return tmp_path / "clone"


def environment_of(clone: Path, folder: Path) -> Path:
    """This test run's virtual environment under another name, marked as holding what the clone asks for: nothing is installed."""
    venv = folder / "venv"
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(Path(sys.prefix) / name)
    wanted = b"".join((clone / name).read_bytes() for name in ("requirements-dev.txt", "requirements.txt"))
    marker = subprocess.run(["cksum"], input=wanted, capture_output=True, check=True).stdout
    (venv / ".countersign-installed").write_bytes(marker)
    return venv


def test_a_fresh_clone_is_served_by_one_command(clone: Path, tmp_path: Path) -> None:
    port = free_port()
    started = Installation(clone / "var", port=port)
    environment = {**started.environment, "COUNTERSIGN_VENV": str(environment_of(clone, tmp_path))}
    del environment["COUNTERSIGN_VAR"]  # the default, inside the clone
    start = [str(clone / "scripts/start"), "--port"]
    out = tmp_path / "out"
    with open(out, "w") as output:
        process = subprocess.Popen([*start, str(port)], env=environment, stdout=output, stderr=output, text=True)
    try:
        until(
            lambda: "Stop with Ctrl-C" in out.read_text(),
            "it says how to stop it",
            seconds=TABLES,
            alive=process,
            tell=out.read_text,
        )
        said = out.read_text()
        assert f"Countersign is at http://127.0.0.1:{port}" in said
        for user in started.demo["users"]:
            assert user["username"] in said
            assert user["password"] in said
        assert os.stat(clone / "var" / "secrets" / "django_key").st_mode & 0o777 == 0o600
        assert git("status", "--porcelain", cwd=clone) == ""  # what it writes lies in var/, which Git ignores

        again = subprocess.run([*start, str(port + 1)], env=environment, capture_output=True, text=True, timeout=120)
        assert again.returncode != 0
        assert f"running already: http://127.0.0.1:{port}" in again.stderr
    finally:
        process.send_signal(signal.SIGINT)  # Ctrl-C
        assert process.wait(20) == 0
