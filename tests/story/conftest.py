"""Installations that really run, for the stories that are told through their doors."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.story.installation import Installation, installed
from tests.story.pipeline import Pipeline


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files are collected once for a test run: the folder is the same for all of its workers."""
    base = tmp_path_factory.getbasetemp()
    return (base.parent if base.name.startswith("popen-") else base) / "built-static"


@pytest.fixture
def installation(tmp_path: Path, built: Path) -> Iterator[Installation]:
    """Not started yet, for tests that are about starting and stopping."""
    with installed(tmp_path / "var", built=built) as made:
        yield made


@pytest.fixture
def server(installation: Installation) -> Installation:
    """The demo, served for one test."""
    installation.start()
    return installation


@pytest.fixture(scope="module")
def standing_server(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Iterator[Installation]:
    """The demo, served for all tests of a file."""
    with installed(tmp_path_factory.mktemp("installation") / "var", built=built) as made:
        made.start()
        yield made


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[..., Path]:
    """A clone of a repository as CI has it: one commit, nothing changed."""

    def clone(repository: str, commit: str, name: str = "checkout") -> Path:
        path = tmp_path / name
        if not path.exists():
            git("clone", "--quiet", repository, str(path), cwd=tmp_path)
        git("checkout", "--quiet", "--detach", commit, cwd=path)
        return path

    return clone


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True, timeout=120)
    return done.stdout.strip()


def blocking(body: dict[str, Any]) -> list[dict[str, Any]]:
    """The checks of a gate's answer that stand in the way."""
    return [check for check in body["checks"] if check["blocking"] and check["status"] != "pass"]


@pytest.fixture
def pipeline(server: Installation, checkout: Callable[..., Path], tmp_path: Path) -> Pipeline:
    return Pipeline(server, checkout, tmp_path)
