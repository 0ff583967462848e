"""conda's environment.yml and MLflow's conda.yaml and python_env.yaml: wishes, seldom locks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from governance.dependencies.lockfiles import conda_spec, requirements_txt
from governance.dependencies.lockfiles.documents import Unreadable, Words, read_yaml
from governance.dependencies.lockfiles.model import Parsed
from governance.dependencies.lockfiles.sheet import Sheet

_KNOWN = ("name", "channels", "dependencies", "prefix", "platforms", "variables", "category", "pip-repositories")
IMPLICIT = "channel:implicit"


def parse(text: str, sheet: Sheet) -> None:
    """What conda and pip are asked for. The channels stand in the options in their order, and the one that nobody named too."""
    body = read_yaml(text, sheet)
    if not isinstance(body, Mapping) or "dependencies" not in body:
        raise Unreadable(0, "not_the_format", what="environment.yml", detail="it has no dependencies")
    top = getattr(body, "line", 0)
    _channels(body, sheet, top)
    for name in ("platforms", "pip-repositories"):
        for value in sheet.texts(body, name, top):
            sheet.option(name, sheet.url(value, top), top)
    for name, value in body.items():
        if name not in _KNOWN:
            sheet.option(name, value, top)
    listed = body["dependencies"]
    if listed is None:
        return
    if not isinstance(listed, Words):
        sheet.problem(top, "not_a_list", listed, name="dependencies")
        return
    for item, line in zip(listed, listed.lines, strict=True):
        if isinstance(item, str):
            _wish(sheet.clean(item, line), sheet, line)
        elif isinstance(item, Mapping):
            _of_another_tool(item, sheet, line)
        else:
            sheet.problem(line, "not_an_entry", item, name="dependencies")


def _channels(body: Mapping[str, Any], sheet: Sheet, top: int) -> None:
    channels = sheet.texts(body, "channels", top)
    for channel in channels:
        sheet.option("channel", sheet.url(channel, top), top)
    if not {"nodefaults", "defaults"} & set(channels):
        sheet.option(
            IMPLICIT, "defaults"
        )  # conda adds what its own configuration says, and that is this unless somebody changed it


def _wish(text: str, sheet: Sheet, line: int) -> None:
    spec = conda_spec.read_spec(text)
    if spec is None:
        sheet.problem(line, "variable_not_expanded" if "$" in text else "spec_not_valid", text, value=text)
    else:
        conda_spec.keep(spec, sheet, line)


def _of_another_tool(item: Mapping[str, Any], sheet: Sheet, line: int) -> None:
    for tool, listed in item.items():
        if tool != "pip":
            sheet.problem(line, "source_unknown", f"{tool}: {listed}", value=tool)
        elif isinstance(listed, Words):
            _pip(listed, sheet)
        elif listed is not None:
            sheet.problem(line, "not_a_list", listed, name="pip")


def _pip(listed: Words, sheet: Sheet, groups: tuple[str, ...] = ()) -> None:
    """Lines of a requirements file: conda and MLflow write them into one."""
    for item, line in zip(listed, listed.lines, strict=True):
        if not isinstance(item, str):
            sheet.problem(line, "not_a_text", item, name="pip")
            continue
        rows, options, problems = requirements_txt.parse(sheet.clean(item, line))
        sheet.requirements += [replace(row, line=line, groups=groups) for row in rows]
        sheet.options += [replace(option, line=line) for option in options]
        sheet.problems += [replace(problem, line=line) for problem in problems]


def parse_python_env(text: str, sheet: Sheet) -> None:
    """MLflow's python_env.yaml: a version of Python, what builds need, and what is needed afterwards."""
    body = read_yaml(text, sheet)
    if not isinstance(body, Mapping) or not {"python", "dependencies", "build_dependencies"} & body.keys():
        raise Unreadable(0, "not_the_format", what="python_env.yaml", detail="it has neither python nor dependencies")
    top = getattr(body, "line", 0)
    for name, value in body.items():
        if name not in ("dependencies", "build_dependencies"):
            sheet.option(name, value, top)
    for name, groups in (("build_dependencies", ("build",)), ("dependencies", ())):
        listed = body.get(name)
        if isinstance(listed, Words):
            _pip(listed, sheet, groups)
        elif listed is not None:
            sheet.problem(top, "not_a_list", listed, name=name)


def command_that_pins(path: str, parsed: Parsed) -> str:
    """The command that writes a lock beside an environment.yml that leaves versions open; empty where nothing is open.

    A name for the platform is asked of the file, and is linux-64 where it has none.
    """
    wishes = [row for row in parsed.requirements if row.ecosystem == "conda"]
    if parsed.format != "conda-environment" or all(row.version and row.hashes for row in wishes):
        return ""
    platforms = [option.value for option in parsed.options if option.name == "platforms"] or ["linux-64"]
    folder, slash, _file = path.replace("\\", "/").rpartition("/")
    words = ["conda-lock", "lock", "--file", path, *(word for platform in platforms for word in ("--platform", platform))]
    words += ["--lockfile", f"{folder}{slash}conda-lock.yml"]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    plain = word and all(character.isalnum() or character in "@%+=:,./-_" for character in word)
    return word if plain else "'" + word.replace("'", "'\"'\"'") + "'"
