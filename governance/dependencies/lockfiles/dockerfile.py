"""A Dockerfile: the images that it rests on, who it runs as, and what it fetches while it is built. Nothing is built. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from governance.dependencies.lockfiles.documents import Unreadable
from governance.dependencies.lockfiles.model import LONGEST_REQUIREMENT
from governance.dependencies.lockfiles.purls import purl_text
from governance.dependencies.lockfiles.sheet import Sheet

_MOST_STAGES = 500
_FLAGS = re.compile(r"(?:--\S++\s++)*+")
_DIRECTIVE = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(.+?)\s*")
_INSTRUCTIONS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
    "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})  # fmt: skip
_HEREDOC = re.compile(r"<<(-?)\s*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\2")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^{}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))")
_IMAGE = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.:/-]*?)(?::(?P<tag>[A-Za-z0-9_][\w.-]{0,127}))?(?:@(?P<digest>[a-z0-9]+:[0-9a-fA-F]{32,}))?"
)
# Programs that fetch, each with the words that make them do so; None: they always do.
_FETCHING = (
    ("curl", None), ("wget", None), ("git", ("clone", "fetch", "pull", "submodule")), ("pip", ("install", "download")),
    ("pip3", ("install", "download")), ("pipx", ("install",)), ("uv", ("sync", "pip", "add", "tool")), ("poetry", ("install", "add")),
    ("pdm", ("install", "sync", "add")), ("pipenv", ("install", "sync")), ("conda", ("install", "create", "env", "update")),
    ("mamba", ("install", "create", "env", "update")), ("micromamba", ("install", "create", "update")), ("npm", ("install", "ci", "i")),
    ("yarn", None), ("pnpm", ("install", "add", "i")), ("apt-get", ("install", "update", "upgrade", "dist-upgrade")),
    ("apt", ("install", "update", "upgrade")), ("apk", ("add", "update", "upgrade")), ("yum", ("install", "update")),
    ("dnf", ("install", "update", "upgrade")), ("microdnf", ("install", "update")), ("zypper", ("install", "in")),
    ("go", ("get", "install", "mod")), ("cargo", ("install", "fetch", "build")), ("gem", ("install",)), ("gcloud", None), ("aws", None),
    ("gsutil", None), ("scp", None), ("rsync", None), ("svn", ("checkout", "co", "export")), ("hg", ("clone",)),
    ("huggingface-cli", ("download",)), ("hf", ("download",)),
)  # fmt: skip
_COMMANDS = {name: words for name, words in _FETCHING}
_OFFLINE = ("--no-index", "--offline", "--network=none")


@dataclass
class _Stage:
    """What one FROM began."""

    names: set[str]
    line: int
    image: str  # the stage or image that it rests on
    user: str = ""
    variables: dict[str, str] = field(default_factory=dict)


def parse(text: str, sheet: Sheet) -> None:
    """Each image that is taken from somewhere: FROM, COPY --from and mounts. Stages of the file itself are none.

    A tag is no version: only a digest pins an image. A variable is replaced by what the file itself says it is by default.
    """
    before: dict[str, str] = {}
    stages: list[_Stage] = []
    for line, name, rest in _instructions(text, sheet):
        if name == "FROM":
            _begin(rest, line, before, stages, sheet)
        elif name == "ARG" and not stages:
            before.update(_assignments(rest))
        elif stages:
            _within(name, rest, line, before, stages, sheet)
        elif name != "ARG":
            sheet.problem(line, "line_not_read", f"{name} {rest}", detail="it stands before the first FROM")
    if not stages:
        raise Unreadable(0, "not_the_format", what="Dockerfile", detail="it has no FROM")
    user = _user(stages[-1], stages)
    if user.split(":")[0] in ("", "root", "0"):
        sheet.problem(stages[-1].line, "runs_as_root", user or "USER")


def _instructions(text: str, sheet: Sheet) -> Iterator[tuple[int, str, str]]:
    """Line, instruction and what follows, with continuations joined, comments taken off and here-documents skipped."""
    lines = text.splitlines()
    escape, at = "\\", 0
    alone: dict[str, list[int]] = defaultdict(list)  # where a line holds one word and may end a here-document
    for number, line in enumerate(lines):
        alone[line.strip()].append(number)
    while at < len(lines) and (found := _DIRECTIVE.fullmatch(lines[at].strip())):
        if found[1].lower() == "escape" and found[2] in ("\\", "`"):
            escape = found[2]
        at += 1
    while at < len(lines):
        begun, parts = at + 1, list[str]()
        while at < len(lines):
            line = lines[at].rstrip()
            at += 1
            if line.lstrip().startswith("#") or (parts and not line):
                continue
            if not line.endswith(escape):
                parts.append(line)
                break
            parts.append(line[:-1])
        written = " ".join(parts).strip()
        if not written:
            continue
        name, _space, rest = written.partition(" ") if " " in written else written.partition("\t")
        if name.upper() not in _INSTRUCTIONS:
            sheet.problem(begun, "instruction_not_read", written, value=name)
            continue
        if name.upper() in ("RUN", "COPY", "ADD"):
            for _dash, _quote, word in _HEREDOC.findall(rest):
                places = alone.get(word, [])
                found_at = bisect_left(places, at)
                ended = places[found_at] if found_at < len(places) else None
                if ended is None:
                    sheet.problem(begun, "line_not_read", written, detail=f"the here-document {word} does not end")
                    break
                if name.upper() == "RUN":
                    rest += "\n" + "\n".join(lines[at:ended])
                at = ended + 1
        yield begun, name.upper(), rest.strip()


def _assignments(rest: str) -> dict[str, str]:
    found = {}
    for word in rest.split():
        name, equals, value = word.partition("=")
        if equals:
            found[name] = value.strip("\"'")
    return found


def _expanded(text: str, variables: dict[str, str]) -> str:
    """With the variables that are known; those that are not, and what is too long to be a name, stay as they are written."""
    if len(text) > LONGEST_REQUIREMENT:
        return text

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[4]
        known = variables.get(name, "")[:LONGEST_REQUIREMENT]
        if found[2] and found[2].endswith("-"):
            return known or found[3]
        if found[2]:
            return found[3] if known else ""
        return known or found[0]

    return _VARIABLE.sub(value, text)


def _flags(rest: str) -> tuple[dict[str, list[str]], str]:
    flags: dict[str, list[str]] = {}
    written = _FLAGS.match(rest)
    end = written.end() if written else 0
    for word in rest[:end].split():
        name, _equals, value = word.partition("=")
        flags.setdefault(name, []).append(value)
    return flags, rest[end:]


def _begin(rest: str, line: int, before: dict[str, str], stages: list[_Stage], sheet: Sheet) -> None:
    flags, rest = _flags(rest)
    words = rest.split()
    if not words or (len(words) != 1 and (len(words) != 3 or words[1].upper() != "AS")):
        sheet.problem(line, "line_not_read", f"FROM {rest}", detail="it is not FROM image AS name")
        if not words:
            return
    if len(stages) >= _MOST_STAGES:
        raise Unreadable(line, "too_many_values", limit=_MOST_STAGES)
    image = _expanded(words[0].strip("\"'"), before)
    stage = words[2].lower() if len(words) >= 3 else ""
    _image(image, line, stages, sheet, (f"stage:{stage}" if stage else f"stage:{len(stages)}",), flags.get("--platform", [""])[0])
    stages.append(_Stage({stage, str(len(stages))} - {""}, line, image))


def _image(image: str, line: int, stages: list[_Stage], sheet: Sheet, groups: tuple[str, ...], platform: str = "") -> None:
    if image == "scratch" or any(image.lower() in stage.names for stage in stages):
        return
    if "$" in image:
        sheet.problem(line, "variable_not_expanded", image, value=image)
        return
    found = _IMAGE.fullmatch(image)
    if found is None:
        sheet.problem(line, "line_not_read", image, detail="it is no name of an image")
        return
    registry, name = _registry(found["name"])
    tag, digest = found["tag"] or "", (found["digest"] or "").lower()
    if not digest:
        sheet.problem(line, "image_latest" if tag in ("", "latest") else "image_without_digest", image, image=image)
    sheet.requirement(
        line,
        f"{registry}/{name}",
        digest,
        ecosystem="oci",
        specifier=f":{tag}" if tag else "",
        marker=platform,
        index=registry,
        hashes=[digest] if digest else [],
        groups=groups,
        purl=purl_text("oci", name.rsplit("/", 1)[-1], digest, {"repository_url": f"{registry}/{name}".lower(), "tag": tag}),
    )


def _registry(name: str) -> tuple[str, str]:
    """The registry, and the name there: what is not told is Docker Hub, and there `library`."""
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return "docker.io", name if slash else f"library/{name}"


def _within(name: str, rest: str, line: int, before: dict[str, str], stages: list[_Stage], sheet: Sheet) -> None:
    stage = stages[-1]
    flags, body = _flags(rest)
    if name == "ARG":
        for word in rest.split():
            key, equals, value = word.partition("=")
            stage.variables[key] = value.strip("\"'") if equals else before.get(key, "")
    elif name == "ENV":
        pairs = _assignments(rest)
        first, _space, last = rest.partition(" ")
        stage.variables.update(pairs if "=" in first else {first: last.strip()})
    elif name == "USER":
        stage.user = _expanded(body.strip(), stage.variables)
    elif name in ("COPY", "ADD"):
        for image in flags.get("--from", []):
            if not image.isdigit():
                _image(_expanded(image, stage.variables), line, stages, sheet, ("copied",))
        if name == "ADD" and (found := re.search(r"(?:https?|ftp)://[^\s\"',\]]+|git@[^\s\"',\]]+", body)):
            sheet.problem(line, "build_uses_network", f"ADD {found[0]}", what=f"ADD {found[0]}")
    elif name == "RUN":
        for mount in flags.get("--mount", []):
            for part in mount.split(","):
                if part.startswith("from=") and not part[5:].isdigit():
                    _image(_expanded(part[5:], stage.variables), line, stages, sheet, ("mounted",))
        if "none" not in flags.get("--network", []) and (what := _fetching(body)):
            sheet.problem(line, "build_uses_network", what, what=what)
    elif name == "ONBUILD":
        inner, _space, after = rest.partition(" ")
        if inner.upper() in _INSTRUCTIONS - {"FROM", "ONBUILD"}:
            _within(inner.upper(), after.strip(), line, before, stages, sheet)


def _fetching(body: str) -> str:
    """The commands of a shell line that fetch, each once, in their order. By their names: what a script does is not known."""
    found: dict[str, None] = {}
    for command in re.split(r"&&|\|\||[;|\n&()`]", re.sub(r"[\"'\[\],]", " ", body)):
        words = command.split()
        while words and (
            "=" in words[0] or words[0] in ("sudo", "env", "exec", "if", "then", "do", "!", "time", "/bin/sh", "sh", "bash", "-c")
        ):
            words.pop(0)
        if words[1:2] == ["-m"] and re.fullmatch(r"(?:.*/)?python[\d.]*", words[0]):
            words = words[2:]
        if not words or any(word.startswith(_OFFLINE) for word in words):
            continue
        name = words[0].rsplit("/", 1)[-1]
        if name not in _COMMANDS:
            continue
        needed = _COMMANDS[name]
        word = next((word for word in words[1:] if needed and word in needed), "")
        if needed is None or word:
            found[f"{name} {word}".strip()] = None
    return ", ".join(list(found)[:8])


def _user(stage: _Stage, stages: list[_Stage]) -> str:
    """Who the last stage runs as: what it says, or the stage that it rests on. An image's own user is not known here."""
    for _step in range(len(stages)):
        if stage.user:
            return stage.user
        below = next((one for one in stages if one is not stage and stage.image.lower() in one.names), None)
        if below is None:
            return ""
        stage = below
    return ""
