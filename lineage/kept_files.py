"""Where a repository keeps what the portal keeps too, and what has to be done to make the two say the same. Pure."""

from __future__ import annotations

import difflib
import io
import re

MARK = "\ufeff"  # with which some editors begin a file in UTF-8: it stays where it is, and says nothing
NAMES = {"usecase": "usecase.yaml", "roles": "roles.yaml"}
_SPEAKS_OF = re.compile(r"^(?:use_case|slug)[ \t]*:[ \t]*[\"']?([A-Za-z0-9_-]+)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)


def places(slug: str, kind: str) -> tuple[str, ...]:
    """Where the file of a use case is looked for; the first that is there holds."""
    name = NAMES[kind]
    return (f"use-cases/{slug}/{name}", f".countersign/{name}", name)


def belongs_to(text: str, slug: str) -> bool:
    """Whether a file at a place that several use cases share says that it is about this one."""
    found = _SPEAKS_OF.search(text.removeprefix(MARK))
    return found is not None and found.group(1) == slug


def patch(path: str, there: str | None, wanted: str) -> str:
    """A unified difference that `git apply` takes, from the file as it is (None: there is none) to what it should say.

    Blank where nothing is to be done. A last line without its newline is marked, as Git does.
    """
    if there == wanted:
        return ""
    old, new = list(io.StringIO(there or "")), list(io.StringIO(wanted))  # lines as Git has them: they end at "\n" alone
    head = [f"diff --git a/{path} b/{path}\n"]
    if there is None:
        head.append("new file mode 100644\n")
    lines = difflib.unified_diff(old, new, "/dev/null" if there is None else f"a/{path}", f"b/{path}")
    return "".join(head) + "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
