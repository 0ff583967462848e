"""conda-lock.yml, and the lists of archives that `conda list --explicit` writes. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from governance.dependencies.lockfiles import conda_spec, requirements_txt
from governance.dependencies.lockfiles.documents import Unreadable, read_yaml
from governance.dependencies.lockfiles.sheet import Sheet

_PIP_LINE = re.compile(r"#\s*pip\s+(\S.*)")


def parse(text: str, sheet: Sheet) -> None:
    """Every package of every platform, conda's and pip's. A package stands there once for each platform; its marker says which."""
    body = read_yaml(text, sheet)
    if not isinstance(body, Mapping) or not isinstance(body.get("package"), list):
        raise Unreadable(0, "not_the_format", what="conda-lock.yml", detail="it has no package")
    if (version := str(body.get("version") or "1")) != "1":
        sheet.problem(0, "version_unknown", version, what="conda-lock.yml", version=version)
    _metadata(body.get("metadata"), sheet)
    for entry, line in sheet.entries(body, "package", 0):
        hashes = entry.get("hash")
        if hashes is not None and not isinstance(hashes, Mapping):
            sheet.problem(line, "not_an_entry", hashes, name="hash")
            hashes = None
        found = [f"{kind}:{value}" for kind, value in (hashes or {}).items() if value]
        platform = sheet.text(entry, "platform", line)
        if sheet.text(entry, "manager", line) == "pip":
            _pip(entry, found, platform, sheet, line)
        else:
            _conda(entry, found, platform, sheet, line)


def _metadata(metadata: Any, sheet: Sheet) -> None:
    if not isinstance(metadata, Mapping):
        return
    line = getattr(metadata, "line", 0)
    for channel in metadata.get("channels") or ():
        where = channel.get("url") if isinstance(channel, Mapping) else channel
        if isinstance(where, str):
            sheet.option("channel", sheet.url(where, line), line)
        else:
            sheet.problem(line, "channel_not_read", channel, value=channel)
    for name in ("platforms", "sources"):
        for value in sheet.texts(metadata, name, line):
            sheet.option(name, value, line)
    digests = metadata.get("content_hash")
    for platform, value in digests.items() if isinstance(digests, Mapping) else ():
        sheet.option(f"content_hash:{platform}", value, line)


def _groups(entry: Mapping[str, Any], sheet: Sheet, line: int) -> tuple[str, ...]:
    category = sheet.text(entry, "category", line)
    optional = entry.get("optional") == "true"
    return tuple(group for group in (category, "optional" if optional else "") if group)


def _conda(entry: Mapping[str, Any], hashes: list[str], platform: str, sheet: Sheet, line: int) -> None:
    url = sheet.text(entry, "url", line)
    name, version = sheet.text(entry, "name", line), sheet.text(entry, "version", line)
    found = conda_spec.read_archive(url) or conda_spec.Spec(name)
    if found.version and (found.name, found.version) != (name.lower(), version):
        sheet.problem(line, "purl_differs", f"{name} {version} {url}", purl=found.purl, name=f"{name} {version}")
    build = found.build or sheet.text(entry, "build", line)
    spec = replace(
        found, name=name.lower(), version=version, build=build, subdir=found.subdir or platform, url=url, hashes=tuple(hashes),
        specifier=f"=={version}={build}" if build else f"=={version}",
    )  # fmt: skip
    conda_spec.keep(spec, sheet, line, marker=f"platform == '{platform}'" if platform else "", groups=_groups(entry, sheet, line))


def _pip(entry: Mapping[str, Any], hashes: list[str], platform: str, sheet: Sheet, line: int) -> None:
    """A wheel or sdist. Its platform is no marker of Python's, and stands among the groups."""
    url = sheet.text(entry, "url", line)
    vcs = re.match(r"(?:git|hg|svn|bzr)\+", url)
    on_pypi = url.startswith(("https://files.pythonhosted.org/", "https://pypi.org/"))
    sheet.requirement(
        line,
        sheet.text(entry, "name", line),
        sheet.text(entry, "version", line),
        origin="vcs" if vcs else "index" if on_pypi or not url else "url",
        url=url,
        hashes=hashes,
        groups=[*_groups(entry, sheet, line), *([f"platform:{platform}"] if platform else [])],
    )


def parse_explicit(text: str, sheet: Sheet) -> None:
    """`@EXPLICIT` and one archive a line, with its digest behind `#`; conda-lock adds pip's lines as comments."""
    for number, written in enumerate(text.splitlines(), start=1):
        line = sheet.clean(written.strip(), number)
        if found := _PIP_LINE.fullmatch(line):
            rows, options, problems = requirements_txt.parse(found[1])
            sheet.requirements += [replace(row, line=number) for row in rows]
            sheet.options += [replace(option, line=number) for option in options]
            sheet.problems += [replace(problem, line=number) for problem in problems]
        elif line.startswith("# platform:"):
            sheet.option("platforms", line.partition(":")[2].strip(), number)
        elif line and not line.startswith("#") and line != "@EXPLICIT":
            spec = conda_spec.read_archive(line)
            if spec is None:
                sheet.problem(number, "spec_not_valid", line, value=line)
            else:
                conda_spec.keep(spec, sheet, number)
