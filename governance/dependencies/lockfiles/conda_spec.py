"""What conda is asked for, as it is written in one place: `conda-forge::numpy=1.26.4=py311_0`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from governance.dependencies.lockfiles.purls import purl_text
from governance.dependencies.lockfiles.sheet import Sheet

_ARCHIVES = (".conda", ".tar.bz2")
_NAME = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*")
_IN_BRACKETS = re.compile(r"""\s*([a-z_0-9]+)\s*=\s*("[^"]*"|'[^']*'|[^,'"]*)\s*(?:,|$)""")
_EXACT = re.compile(r"[A-Za-z0-9_.!+-]+")
_FILE = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)-(?P<build>[^-]+)")
_SUBDIRS = re.compile(r"noarch|(?:linux|osx|win|freebsd|zos|emscripten|wasi)-[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Spec:
    """One wish. `version` is empty unless it is exactly one; `specifier` is what was written of version and build."""

    name: str
    version: str = ""
    build: str = ""
    specifier: str = ""
    channel: str = ""
    subdir: str = ""
    url: str = ""
    hashes: tuple[str, ...] = field(default=())

    @property
    def purl(self) -> str:
        beside = {"build": self.build, "channel": self.channel.rstrip("/").rsplit("/", 1)[-1], "subdir": self.subdir}
        return purl_text("conda", self.name, self.version, beside)


def read_spec(text: str) -> Spec | None:
    """What `text` asks for, or None where it cannot be told.

    `name=1.2` means any 1.2.x and pins nothing; `name==1.2`, `name 1.2` and `name=1.2=build` name one version.
    """
    text = text.strip()
    if "://" in text or text.partition("#")[0].endswith(_ARCHIVES):
        return read_archive(text)
    beside: dict[str, str] = {}
    if text.endswith("]") and "[" in text:
        text, _bracket, inside = text[:-1].partition("[")
        if _IN_BRACKETS.sub("", inside).strip():
            return None
        beside = {key: value.strip("\"'") for key, value in _IN_BRACKETS.findall(inside)}
    channel, _colons, rest = text.rpartition("::")
    named = _NAME.match(rest)
    if named is None:
        return None
    version, build, specifier = _version(rest[named.end() :].strip())
    if "version" in beside:
        version, _build, specifier = _version(
            "==" + beside["version"] if _EXACT.fullmatch(beside["version"]) else beside["version"]
        )
    build = beside.get("build", build)
    if specifier is None or (build and not _EXACT.fullmatch(build) and not re.fullmatch(r"[\w.*^$|()+-]+", build)):
        return None
    channel = beside.get("channel", channel)
    before, slash, last = channel.rpartition("/")
    subdir = beside.get("subdir", last if slash and _SUBDIRS.fullmatch(last) else "")
    if slash and subdir == last:
        channel = before
    hashes = tuple(f"{name}:{beside[name]}" for name in ("md5", "sha256") if name in beside)
    shown = specifier if not beside.get("build") else f"{specifier}={beside['build']}"
    return Spec(named[1].lower(), version, "" if "*" in build else build, shown, channel, subdir, beside.get("url", ""), hashes)


def _version(written: str) -> tuple[str, str, str | None]:
    """The one version (or nothing), the build, and what is to be shown; None there for what cannot be read."""
    if not written:
        return "", "", ""
    if written.startswith("=") and not written.startswith("=="):
        version, _equals, build = written[1:].strip().partition("=")
        version, build = version.strip(), build.strip()
        if not version:
            return "", "", None
        return (version if build and _EXACT.fullmatch(version) else ""), build, written
    if written.startswith("=="):
        version, build = re.match(r"==\s*([^\s=]*)(.*)", written, re.DOTALL).groups()  # type: ignore[union-attr]
        build = build.strip(" =")
        return (version if _EXACT.fullmatch(version) else ""), build, written if version else None
    if written[0] in "<>!~":
        return "", "", written if re.fullmatch(r"[\w.*<>=!~,|()+\s-]+", written) else None
    version, _space, build = written.partition(" ")
    if not re.fullmatch(r"[\w.*<>=!~,|()+^$-]+", version):
        return "", "", None
    name, _equals, last = version.partition("=")
    if last and not build:
        version, build = name, last
    return (version if _EXACT.fullmatch(version) else ""), build.strip(), written


def read_archive(text: str) -> Spec | None:
    """The package that the URL or path of its archive names, with the digest after `#`: MD5, or SHA-256 after `sha256:`."""
    url, _hash, digest = text.strip().partition("#")
    path = url.partition("?")[0]
    ending = next((ending for ending in _ARCHIVES if path.endswith(ending)), None)
    if ending is None:
        return None
    folder, _slash, file = path[: -len(ending)].rpartition("/")
    found = _FILE.fullmatch(file)
    if found is None:
        return None
    channel, _slash, subdir = folder.rpartition("/")
    hashes = (digest if ":" in digest else f"{'sha256' if len(digest) == 64 else 'md5'}:{digest}",) if digest else ()
    if not _SUBDIRS.fullmatch(subdir):
        channel, subdir = folder, ""
    version, build = found["version"], found["build"]
    return Spec(found["name"].lower(), version, build, f"=={version}={build}", channel, subdir, url, hashes)


def keep(spec: Spec, sheet: Sheet, line: int, *, marker: str = "", groups: tuple[str, ...] = ()) -> None:
    """Put a wish down as a requirement. An archive that a channel serves comes from an index; any other from where it lies."""
    served = bool(spec.subdir) and "://" in spec.url and not spec.url.startswith("file:")
    elsewhere = "local" if spec.url and ("://" not in spec.url or spec.url.startswith("file:")) else "url"
    sheet.requirement(
        line,
        spec.name,
        spec.version,
        ecosystem="conda",
        specifier=spec.specifier,
        marker=marker,
        origin="index" if served or not spec.url else elsewhere,
        url=spec.url,
        index=spec.channel,
        hashes=spec.hashes,
        groups=groups,
        purl=spec.purl,
    )
