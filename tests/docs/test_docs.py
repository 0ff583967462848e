"""The documentation says what the code does."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from approvals import policy
from approvals.checks.base import declared

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "client" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def _fences(page: Path, language: str) -> list[str]:
    return [body for _indent, found, body in FENCE.findall(page.read_text()) if found == language]


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and GitLab make them."""
    headings = re.findall(r"^#+ +(.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_something(page: Path) -> None:
    broken = []
    for target in LINK.findall(FENCE.sub("", page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        path, _hash, anchor = unquote(target).partition("#")
        found = (page.parent / path).resolve() if path else page
        inside = found.is_relative_to(ROOT) and found.exists()
        if not inside or (anchor and found.suffix == ".md" and anchor not in _anchors(found)):
            broken.append(target)
    assert broken == []


def test_the_first_commands_of_the_readme_are_start_and_test() -> None:
    blocks = [body for _indent, _language, body in FENCE.findall((ROOT / "README.md").read_text())]
    assert blocks[0].split("\n") == ["scripts/start", "scripts/test", ""]
    assert all((ROOT / command).stat().st_mode & 0o111 for command in blocks[0].split())


def test_the_page_of_the_checks_names_exactly_the_declared_ones() -> None:
    text = (ROOT / "docs" / "checks.md").read_text()
    rows = set(re.findall(r"^\| *`([a-z_]+\.[a-z_.*]+)`", text, re.MULTILINE))
    headed = set(re.findall(r"^#+ +`([a-z_]+\.[a-z_.*]+)`", text, re.MULTILINE))
    assert rows | headed == {check.code for check in declared()}


def _variables_read() -> set[str]:
    """The first argument of every call `env.<kind>("NAME", …)` in the settings, found in the syntax tree."""
    tree = ast.parse((ROOT / "config" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_setting_that_the_environment_gives_is_in_the_operations_page() -> None:
    read = _variables_read()
    assert {"COUNTERSIGN_SECRET_KEY", "DATABASE_URL"} <= read
    text = (ROOT / "docs" / "operations.md").read_text()
    assert sorted(name for name in read if not re.search(rf"(?<![A-Z_]){name}(?![A-Z_])", text)) == []


def test_the_example_of_a_policy_can_be_used_as_it_stands() -> None:
    examples = [body for body in _fences(ROOT / "docs" / "policies.md", "yaml") if re.search(r"^steps:", body, re.MULTILINE)]
    assert examples
    for example in examples:
        assert policy.parse(example, checks={check.code for check in declared() if not check.fixed}).steps
