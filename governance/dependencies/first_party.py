"""Whether a requirement is code of the same repository: it is judged with the code there, and no index can change it. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from governance.dependencies.lockfiles.formats import REQUIREMENTS, format_of
from governance.dependencies.lockfiles.model import RequirementLike

_WITH_PATHS = (REQUIREMENTS, "conda-environment", "mlflow-python-env")  # where somebody may write a path instead of a name
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".conda", ".egg")
_ELSEWHERE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|[/~\\]|\$|.*\$\{")  # a scheme or drive, from the root, or who knows where
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s*=\s*|\s+|(?=\.))")
_OPTION = re.compile(r"\s--?[A-Za-z]|\s;|#")


def is_first_party(requirement: RequirementLike, path: str) -> bool:
    """Whether `requirement` of the file at `path` is a folder of the same repository.

    `path` counts from the root of the repository, and paths within the file count from its folder. A path that leads out of the repository
    is somebody's machine, and an archive that lies in it is what somebody built: neither is code that people judge there.
    """
    return requirement.origin in ("local", "editable") and _lies_within(requirement.url, path)


def own_folder(requirement: RequirementLike, path: str) -> str:
    """The folder that a first-party requirement means, from the root of the repository; `.` is the root itself."""
    return _joined(_bare(requirement.url), path)


def names_own_code(problem: Mapping[str, Any], path: str) -> bool:
    """Whether a line that names no package names a folder of the same repository, as `-e .` does.

    Nothing tells its package before it is built, and nothing has to: it is judged as code.
    """
    text = str(problem.get("text", "")).strip()
    if problem.get("code") != "name_unknown" or format_of(path) not in _WITH_PATHS:
        return False
    editable = _EDITABLE.match(text)
    return (editable is not None or text.startswith(".")) and _lies_within(text[editable.end() :] if editable else text, path)


def _lies_within(url: str, path: str) -> bool:
    bare = _bare(url)
    if not bare or _ELSEWHERE.match(bare) or _ELSEWHERE.match(path) or bare.lower().endswith(_ARCHIVES):
        return False
    # pip takes the paths of a requirements file from where it runs, which nobody tells: from the root as well as from its folder.
    places = {_joined(bare, path), _joined(bare, "")} if format_of(path) == REQUIREMENTS else {_joined(bare, path)}
    return not any(place == ".." or place.startswith("../") for place in places)


def _bare(url: str) -> str:
    """The path alone: without extras, options, markers and fragments."""
    return _OPTION.split(url.strip(), maxsplit=1)[0].partition("[")[0].strip().replace("\\", "/")


def _joined(bare: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), bare))
