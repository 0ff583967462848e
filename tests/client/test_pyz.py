"""The single file: built anywhere, runs with the standard library alone, on any Python from 3.9."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.client.conftest import CLIENT
from tests.client.fake_server import COMMIT, evaluation, says

OLDEST = (3, 9)
NEWER_THAN_OLDEST = {"zip.strict", "dataclass.slots", "dataclass.kw_only", "UTC"}


@pytest.fixture(scope="module")
def pyz(tmp_path_factory):
    target = tmp_path_factory.mktemp("pyz") / "countersign.pyz"
    subprocess.run([sys.executable, CLIENT / "build_pyz.py", target], check=True, capture_output=True)
    return target


def run(pyz, *arguments, **environment):
    # -I and -S: no environment of Python's, no installed packages
    return subprocess.run(
        [sys.executable, "-I", "-S", pyz, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=pyz.parent,
        env={"PATH": os.environ["PATH"], **environment},
    )


def test_it_asks_the_gate(pyz, server):
    server.will(says(200, evaluation("deny")))
    ended = run(
        pyz, "gate", "check", "--model", "churn-model@7", "--env", "production", "--commit", COMMIT,
        COUNTERSIGN_URL=server.url, COUNTERSIGN_TOKEN=server.token,
    )  # fmt: skip

    assert ended.returncode == 10, ended.stderr
    assert json.loads(ended.stdout)["decision"] == "deny"


def test_it_pushes_and_requests(pyz, server):
    access = {"COUNTERSIGN_URL": server.url, "COUNTERSIGN_TOKEN": server.token}
    (pyz.parent / "train.csv").write_text("a,b\n1,2\n")
    server.will(says(201, {"id": "mv_1"}))
    pushed = run(
        pyz, "push", "--use-case", "churn", "--model", "churn-model", "--version", "7", "--data", "train=train.csv", **access
    )
    server.will(says(200, {"results": [{"id": "mv_1", "name": "churn-model", "version": "7"}]}), says(201, {"id": "rq_1"}))
    requested = run(pyz, "request", "--model", "churn-model@7", "--env", "production", **access)

    assert pushed.returncode == 0, pushed.stderr
    assert requested.returncode == 0, requested.stderr


def test_it_says_that_it_does_not_carry_verify(pyz):
    ended = run(pyz, "verify", "x")

    assert ended.returncode == 3
    assert "./client[verify]" in ended.stderr


def test_the_same_sources_give_the_same_bytes(pyz, tmp_path):
    subprocess.run([sys.executable, CLIENT / "build_pyz.py", tmp_path / "again.pyz"], check=True, capture_output=True)

    assert (tmp_path / "again.pyz").read_bytes() == pyz.read_bytes()


def test_everything_in_it_is_python_3_9_with_the_standard_library(pyz):
    with zipfile.ZipFile(pyz) as archive:
        sources = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".py")}
    assert {"__main__.py", "countersign/gate.py", "countersign/push.py", "countersign/request.py"} <= set(sources)
    for name, source in sources.items():
        tree = ast.parse(source, name, feature_version=OLDEST)
        assert not used_too_early(tree), name
        assert name == "__main__.py" or "from __future__ import annotations" in source


def used_too_early(tree: ast.AST) -> set[str]:
    """Names of what came after 3.9, and modules that are not the standard library's; imports inside functions are optional."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            found |= {f"{called}.{keyword.arg}" for keyword in node.keywords} & NEWER_THAN_OLDEST
            if called == "isinstance" and isinstance(node.args[1], ast.BinOp):
                found.add("isinstance with |")
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            names = {module.partition(".")[0] for module in modules} - {"countersign"}
            found |= {name for name in names if name not in sys.stdlib_module_names}
            if isinstance(node, ast.ImportFrom):
                found |= {alias.name for alias in node.names} & NEWER_THAN_OLDEST
    return found


def test_the_client_imports_nothing_of_the_server():
    rooms = {"django", "foundation", "governance", "lineage", "approvals", "reports", "config"}
    for path in Path(CLIENT, "countersign").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            assert not {module.partition(".")[0] for module in modules} & rooms, path
