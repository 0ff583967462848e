"""The documentation says what the code does."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import pytest
from countersign import cli, exits
from django.urls import URLPattern
from ruamel.yaml import YAML

from approvals import evaluation, policy
from approvals.checks.base import Status, declared
from approvals.policy import reading
from config import urls
from config.management.commands import doctor
from foundation import audit, verification
from foundation.models import Token

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


def _rows(page: str, first: str) -> list[list[str]]:
    """The rows of the table of a page whose first column is headed `first`, cell by cell."""
    text = (ROOT / "docs" / page).read_text()
    found = re.search(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found, f"docs/{page} has no table headed {first}"
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in found[1].splitlines()]


def test_the_page_of_the_checks_says_how_much_each_declared_check_weighs() -> None:
    said = {row[0].strip("`"): tuple(row[1:]) for row in _rows("checks.md", "code")}
    assert said == {check.code: (str(check.asks), check.level, "yes" if check.fixed else "no") for check in declared()}


def test_the_page_of_the_checks_explains_each_of_them_and_no_other() -> None:
    text = (ROOT / "docs" / "checks.md").read_text()
    assert set(re.findall(r"^#+ +`([a-z_]+\.[a-z_.*]+)`", text, re.MULTILINE)) == {check.code for check in declared()}


def test_the_page_of_the_checks_explains_every_status() -> None:
    assert {row[0].strip("`") for row in _rows("checks.md", "status")} == set(get_args(Status))


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


def test_the_page_of_policies_has_every_key_and_every_name_that_a_policy_may_use() -> None:
    text = (ROOT / "docs" / "policies.md").read_text()
    keys = {row[0].strip("`") for part in re.findall(r"\| key \| required.*?\n\n", text, re.DOTALL) for row in _cells(part)}
    assert keys == {*reading.POLICY_KEYS, *reading.STEP_KEYS}
    assert _listed(text, "Roles") == set(policy.ROLES)
    assert _listed(text, "Components") == set(policy.COMPONENTS)


def _cells(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()[2:]]


def _listed(text: str, name: str) -> set[str]:
    """The names in the paragraph that begins with `**name**:`."""
    paragraph = re.search(rf"\*\*{name}\*\*:(.*?)\n\n", text, re.DOTALL)
    assert paragraph
    return set(re.findall(r"`([a-z_]+)`", paragraph[1]))


@pytest.mark.parametrize("codes", [evaluation.IGNORED_WHY, evaluation.REASONS, evaluation.UNBLOCK_CODES, evaluation.REFUSALS])
def test_the_page_of_policies_explains_the_codes_of_the_engine(codes: tuple[str, ...]) -> None:
    text = (ROOT / "docs" / "policies.md").read_text()
    tables = [{row[0].strip("`") for row in _cells(part)} for part in re.findall(r"\| code \|.*?\n\n", text, re.DOTALL)]
    assert set(codes) in tables


def test_the_page_of_the_log_lists_every_kind_of_event() -> None:
    assert {row[0].strip("`"): row[1] for row in _rows("audit.md", "kind")} == {
        kind.code: str(kind.label) for kind in audit.all_kinds()
    }


def test_the_page_of_the_log_lists_what_the_verifier_can_find() -> None:
    sources = [verification.__file__, ROOT / "config" / "management" / "commands" / "verify_audit.py"]
    code = "".join(Path(source).read_text() for source in sources)
    can_be_found = set(re.findall(r"\"((?:event|log|register|report)\.[a-z_]+)\"", code))
    explained = {code for row in _rows("audit.md", "code") for code in re.findall(r"`([a-z_.]+)`", row[0])}
    assert can_be_found
    assert explained == can_be_found


def test_the_operations_page_names_everything_that_the_doctor_looks_at() -> None:
    looked_at = re.findall(r"^ +\(\"([a-z\- ]+)\", ", Path(doctor.__file__).read_text(), re.MULTILINE)
    page = re.sub(r"\s+", " ", (ROOT / "docs" / "operations.md").read_text()).lower()
    sentence = page[page.index("one line each for") :].partition(";")[0]
    assert looked_at
    assert [name for name in looked_at if name not in sentence] == []


# The command ---------------------------------------------------------------------------------------------------------


def _commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Every command with its parser: `push`, `gate check`."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield name, parser
    for group in groups:
        for word, inner in group.choices.items():
            yield from _commands(inner, f"{name} {word}".strip())


COMMANDS = dict(_commands(cli._parser()))


def test_the_page_of_the_client_has_each_command_with_each_of_its_options() -> None:
    text = (ROOT / "docs" / "client.md").read_text()
    assert {row[0].strip("`") for row in _rows("client.md", "command")} == {f"countersign {name}" for name in COMMANDS}
    shared = text[text.index("## Server and token") : text.index("## push")]
    missing = []
    for name, parser in COMMANDS.items():
        section = re.search(rf"^## {name}\n(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)
        assert section, name
        options = {option for action in parser._actions for option in action.option_strings} - {"-h", "--help"}
        missing += [f"{name} {option}" for option in sorted(options) if f"`{option}" not in section[1] + shared]
    assert missing == []


def test_the_exit_codes_of_the_client_are_those_that_the_page_explains() -> None:
    text = (ROOT / "docs" / "client.md").read_text()
    gate = {int(row[0]) for row in _rows("client.md", "exit code")}
    assert gate == {exits.OK, exits.DENY, exits.PENDING, exits.UNKNOWN, exits.NO_DECISION, exits.USAGE}
    assert (
        f"It exits {exits.OK} intact, {exits.ALTERED} altered, {exits.INCOMPLETE} incomplete, {exits.USAGE} used wrongly." in text
    )
    others = text[text.index("## Other exit codes") :]
    for code in (exits.REFUSED, exits.CRASH, exits.INTERRUPTED):
        assert re.search(rf"(?<!\d){code}(?!\d)", others)


def _written_commands() -> list[tuple[str, str]]:
    """Each command in a block of a page, joined where it goes over several lines, unless `…` stands for its options."""
    found = []
    for page in PAGES:
        for _indent, language, body in FENCE.findall(page.read_text()):
            text = re.sub(r"\s*\\\n\s*", " ", body)
            if language == "yaml":
                text = re.sub(r"(python3 tools/.*)\n {6}(?=--)", r"\1 ", text)
            for line in re.findall(
                r"(?:^|[ /])(?:-m countersign|countersign(?:\.pyz)?) ((?:push|request|increment|gate|verify|explain) .*)",
                text,
                re.MULTILINE,
            ):
                found.append((str(page.relative_to(ROOT)), line))
    return [(page, line) for page, line in found if "…" not in line]


@pytest.mark.parametrize(("page", "line"), _written_commands())
def test_every_command_that_is_written_down_is_understood(page: str, line: str) -> None:
    words = shlex.split(re.split(r" (?:#|&&)|\)$", line)[0])
    cli._parser().parse_args(words)


def test_the_templates_for_pipelines_are_yaml_and_let_nothing_pass_but_an_allow() -> None:
    templates = [YAML(typ="safe").load(body) for body in _fences(ROOT / "docs" / "ci.md", "yaml")]
    assert len(templates) == 2
    for template in templates:
        assert not {"allow_failure", "continue-on-error"} & set(_keys(template))
        assert not any("|| true" in text or "|| :" in text for text in _texts(template))
        assert any("gate check" in text for text in _texts(template))


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(inner)


# The API -------------------------------------------------------------------------------------------------------------


def _endpoints() -> dict[str, str]:
    """Address → methods with the scope that a service token needs, as the page writes them."""
    found = {}
    for pattern in urls.api:
        assert isinstance(pattern, URLPattern)
        view: Any = pattern.callback.view_class  # type: ignore[attr-defined] # as_view() sets it
        address = "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        methods = [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
        scopes = [f"{name} `{view.scopes[name]}`" if name in view.scopes else f"{name} person" for name in methods]
        found[address] = "; ".join(scopes)
    return found


def test_the_page_of_the_api_has_every_address_with_its_methods_and_scopes() -> None:
    said = {row[0].strip("`"): row[1] for row in _rows("api.md", "address") if row[1] != "GET anybody"}
    assert said == _endpoints()


def test_the_page_of_the_api_names_every_scope() -> None:
    text = (ROOT / "docs" / "api.md").read_text()
    scopes = re.search(r"^Scopes: (.*?)\. No endpoint", text, re.MULTILINE | re.DOTALL)
    assert scopes
    assert set(re.findall(r"`([a-z:]+)`", scopes[1])) == set(Token.SCOPES)
