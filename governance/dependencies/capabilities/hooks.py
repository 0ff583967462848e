"""What runs without being asked: on installation, at every start of Python, or because another program looks for it. Pure."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .model import Hit

MOST_ENTRY_POINTS = 2_000
# Groups whose entries are imported as soon as the other program starts, not when somebody names them.
LOADED_UNASKED = frozenset(
    {
        "pytest11", "distutils.commands", "setuptools.finalize_distribution_options", "flake8.extension", "mlflow.run_context_provider",
        "mlflow.request_header_provider",
    }
)  # fmt: skip
_STARTERS = frozenset({"sitecustomize.py", "usercustomize.py"})


@dataclass(slots=True)
class Project:
    """What pyproject.toml says of how the package is built."""

    hits: list[Hit] = field(default_factory=list)
    backends: set[str] = field(default_factory=set)  # where modules would lie that run during the build


def is_path_file(path: str, head: bytes) -> bool:
    """Whether it is a `.pth` that Python reads at every start: beside the packages. Elsewhere that ending means weights of torch."""
    folder = path.rpartition("/")[0]
    return (
        path.endswith(".pth")
        and folder in ("", ".data/purelib", ".data/platlib")
        and not head.startswith((b"PK\x03\x04", b"\x80"))
    )


def path_file(text: str, path: str) -> tuple[list[Hit], str]:
    """A `.pth` file: each line that begins with `import` runs at every start of Python. Gives its points and the code in it."""
    hits, code = [], []
    for number, line in enumerate(text.splitlines()[:1_000], 1):
        if line.startswith(("import ", "import\t")):
            hits.append(Hit("hook/startup", "code in a path file", path, when="startup", line=number, detail=line[:120]))
            code.append(line)
        elif line.strip() and not line.startswith("#"):
            hits.append(Hit("hook/startup", "path", path, when="startup", line=number, detail=line[:120]))
            code.append("")
        else:
            code.append("")
    return hits, "\n".join(code)


def starts_python(path: str) -> bool:
    """Whether Python imports it by itself at every start, if it lies where packages are installed."""
    return path in _STARTERS


class _AsWritten(configparser.RawConfigParser):
    """Keeps the names of options as they are written, where others make them small."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def entry_points(text: str, path: str) -> list[Hit]:
    """Each entry of entry_points.txt. A file that cannot be read is a point of its own."""
    parser = _AsWritten(delimiters=("=",), strict=False, interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return [Hit("unanalysed", "syntax_error", path, when="import", detail="entry points")]
    found = ((group, name, target) for group in parser.sections() for name, target in parser.items(group))
    return [_entry(group, name, target, path) for (group, name, target), _ in zip(found, range(MOST_ENTRY_POINTS), strict=False)]


def _entry(group: str, name: str, target: str, path: str) -> Hit:
    unasked = group in LOADED_UNASKED
    return Hit(
        "hook/startup" if unasked else "entry/point",
        f"{group}: {name} = {target}"[:300],
        path,
        when="call",
        detail="imported as soon as the other program starts" if unasked else "",
    )


def project_file(text: str, path: str) -> Project:
    """pyproject.toml of an sdist."""
    project = Project()
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        project.hits.append(Hit("unanalysed", "syntax_error", path, when="install", detail="pyproject.toml"))
        return project
    build, about = _table(content, "build-system"), _table(content, "project")
    backend, folders = build.get("build-backend"), build.get("backend-path")
    if isinstance(backend, str) and isinstance(folders, list):
        module = backend.partition(":")[0].replace(".", "/")
        for folder in folders[:20]:
            base = str(folder).strip("./")
            project.hits.append(
                Hit("hook/install", f"build backend {backend}"[:200], path, when="install", detail=f"in {folder}"[:80])
            )
            for name in (f"{module}.py", f"{module}/__init__.py"):
                project.backends.add(f"{base}/{name}" if base else name)
    elif isinstance(backend, str):
        project.hits.append(
            Hit("hook/install", f"build backend {backend}"[:200], path, when="install", detail="of another package")
        )
    groups: dict[str, Any] = {"console_scripts": about.get("scripts"), "gui_scripts": about.get("gui-scripts")}
    groups |= _table(about, "entry-points")
    for group, entries in groups.items():
        if isinstance(entries, dict):
            project.hits.extend(
                _entry(group, str(name), str(target), path) for name, target in list(entries.items())[:MOST_ENTRY_POINTS]
            )
    return project


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


_HEADER = re.compile(r"^(Name|Version):[ \t]*(\S[^\r\n]*)", re.M)


def name_and_version(metadata: str) -> tuple[str, str]:
    """From METADATA or PKG-INFO, as written; empty where they do not say."""
    head = re.split(r"\r?\n\r?\n", metadata, maxsplit=1)[0]
    found = {match[1]: match[2].strip()[:200] for match in _HEADER.finditer(head)}
    return found.get("Name", ""), found.get("Version", "")


def installed_elsewhere(path: str) -> Iterator[Hit]:
    """A wheel puts files of `.data` outside of the package: programs, headers, anything under the prefix."""
    if path.startswith(".data/"):
        _, _, rest = path.partition("/")
        scheme, _, name = rest.partition("/")
        if scheme in ("scripts", "data", "headers"):
            yield Hit("hook/install", f"{scheme}: {name}"[:200], path, when="install", detail="installed outside of the package")
