"""Records in OSV's format, from JSON or YAML. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml
from packaging.utils import canonicalize_name

from governance.dependencies.advisories.archives import LARGEST_RECORD
from governance.dependencies.advisories.model import Advisory, Affected, Range, Refused
from governance.dependencies.advisories.severity import severity_of

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
# OSV's names of ecosystems and the types of package URLs. Distributions of Linux are not among them: their records hold for one release
# of the distribution, and would be matched with another.
_ECOSYSTEMS = {
    "pypi": "pypi", "npm": "npm", "crates.io": "cargo", "go": "golang", "maven": "maven", "nuget": "nuget", "rubygems": "gem",
    "packagist": "composer", "hex": "hex", "pub": "pub", "cran": "cran", "bioconductor": "bioconductor", "conancenter": "conan",
    "github actions": "github", "swifturl": "swift", "hackage": "hackage",
}  # fmt: skip


def read_entries(entries: Iterable[tuple[str, bytes] | Refused]) -> Iterator[Advisory | Refused]:
    """Each record, or what is wrong with it."""
    for entry in entries:
        yield entry if isinstance(entry, Refused) else read_record(*entry)


def read_record(name: str, data: bytes) -> Advisory | Refused:
    """One record from the bytes of a file called `name`."""
    if len(data) > LARGEST_RECORD:
        return Refused(name, "too_large", {"name": name, "limit": str(LARGEST_RECORD)})
    try:
        body = _yaml(data) if name.lower().endswith((".yaml", ".yml")) else json.loads(data)
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        return Refused(name, "syntax", {"name": name, "detail": _clean(str(error).partition("\n")[0])[:200]})
    if not isinstance(body, Mapping) or not isinstance(body.get("id"), str) or not body["id"].strip():
        return Refused(name, "not_a_record", {"name": name, "detail": "it has no id"})
    listed = body.get("affected", [])
    if not isinstance(listed, list) or not all(isinstance(item, Mapping) for item in listed):
        return Refused(name, "not_a_record", {"name": name, "detail": "what is affected is no list"})
    if any(not _sound(item) for item in listed):
        return Refused(name, "not_a_record", {"name": name, "detail": "versions or ranges of what is affected cannot be read"})
    return Advisory(
        id=_clean(body["id"].strip()),
        aliases=tuple(sorted({_clean(alias) for alias in body.get("aliases") or () if isinstance(alias, str) and alias})),
        summary=_clean(str(body.get("summary") or body.get("details") or "").strip().partition("\n")[0][:300]),
        modified=_instant(body.get("modified")),
        published=_instant(body.get("published")),
        withdrawn=_withdrawn(body.get("withdrawn")),
        severity=severity_of(body),
        affected=tuple(found for item in listed if (found := _affected(item)) is not None),
    )


def _yaml(data: bytes) -> Any:
    """YAML whose instants stay texts. Aliases are refused: a few lines could otherwise stand for any amount of memory."""
    text = data.decode("utf-8")
    if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text, Loader=_LOADER)):
        raise ValueError("aliases are not accepted")
    return _texts(yaml.compose(text, Loader=_LOADER))


def _texts(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _texts(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_texts(item) for item in node.value]
    return None if node is None or node.tag.endswith(":null") else node.value


def _clean(text: str) -> str:
    return _NO_TEXT.sub("\ufffd", text)


def _instant(value: Any) -> str:
    return value if isinstance(value, str) and _INSTANT.fullmatch(value) else ""


def _withdrawn(value: Any) -> str:
    """When it was withdrawn. What is no instant is taken for none: a record must not disappear by a slip."""
    return _instant(value)


def _sound(item: Mapping[str, Any]) -> bool:
    """Whether nothing of what is affected would be lost: a range that is skipped would look like safety."""
    versions, ranges = item.get("versions"), item.get("ranges")
    if versions is not None and not (isinstance(versions, list) and all(isinstance(one, str) for one in versions)):
        return False
    if ranges is None:
        return True
    if not isinstance(ranges, list) or not all(isinstance(one, Mapping) for one in ranges):
        return False
    return all(
        isinstance(one.get("events"), list) and all(isinstance(event, Mapping) and event for event in one["events"])
        for one in ranges
    )


def _affected(item: Mapping[str, Any]) -> Affected | None:
    """None for what names no package: a record may be about a repository alone."""
    package = item.get("package")
    if (
        not isinstance(package, Mapping)
        or not isinstance(package.get("name"), str)
        or not isinstance(package.get("ecosystem"), str)
    ):
        return None
    written = package["ecosystem"].partition(":")[0].strip().lower()
    ecosystem = _ECOSYSTEMS.get(written, written)
    name = _clean(package["name"].strip())
    return Affected(
        ecosystem,
        comparable_name(ecosystem, name),
        tuple(_clean(version) for version in item.get("versions") or ()),
        tuple(
            Range(
                str(one.get("type", "")).upper(),
                tuple((str(kind), _clean(str(version))) for event in one["events"] for kind, version in event.items()),
                _clean(str(one.get("repo") or "")),
            )
            for one in item.get("ranges") or ()
        ),
    )


def comparable_name(ecosystem: str, name: str) -> str:
    """The name as its ecosystem compares it."""
    if ecosystem == "pypi":
        return canonicalize_name(name)
    return name.replace(":", "/") if ecosystem == "maven" else name
