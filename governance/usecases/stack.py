"""What a use case needs to run on against what a platform offers, part by part. Pure.

A need and an offer are maps of the same shape. What the offer does not speak of is unknown, never taken for granted; what the need
leaves out is not needed.

    need    {"languages": [{"name", "versions"}], "packages": [{"name", "versions"}], "hardware": {"cpus": 4, "memory_gb": 16,
             "gpus": 1, "gpu_memory_gb": 16, "disk_gb": 100}, "isolation": "container" | "virtual_environment" | "",
             "network": "none" | "internal" | "internet" | "", "data": ["warehouse"]}
    offer   the same, with `isolation` a list, and `other_packages`: "allowed" | "refused" | "" for those that are not listed

Versions are PEP 440 specifiers (`>=3.11,<3.13`, `==2.2.*`); a bare version means exactly that one, nothing means any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ASPECTS = ("language", "package", "hardware", "isolation", "network", "data")
HARDWARE = ("cpus", "memory_gb", "disk_gb", "gpus", "gpu_memory_gb")
ISOLATION = ("container", "virtual_environment")
NETWORK = ("none", "internal", "internet")  # each reaches as far as the ones before it
OTHER_PACKAGES = ("allowed", "refused")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the need. `state` is fits, deviates or unknown; `why` a code, with what is offered where that says something."""

    aspect: str
    item: str
    wanted: str
    state: str
    why: str
    offered: str = ""
    approved_by: Any = None  # the deviation that covers it, where one does

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.aspect, self.item, self.wanted)

    @property
    def settled(self) -> bool:
        """Whether nothing stands against running this: it fits, or somebody agreed that it may differ."""
        return self.state == "fits" or self.approved_by is not None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All parts of a need. `state` is the worst: deviates before unknown before fits; what was agreed to counts as fitting."""

    findings: tuple[Finding, ...]
    state: str = field(default="")

    @property
    def lacking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if not finding.settled)


@dataclass(frozen=True, slots=True)
class Covered:
    """A deviation that was agreed to: for which part, and what it stands for (`row`)."""

    aspect: str
    item: str
    wanted: str
    row: Any = None


def compare(need: Mapping[str, Any], offer: Mapping[str, Any], agreed: Sequence[Covered] = ()) -> Comparison:
    """Each part of the need against the offer, in the order of ASPECTS. O(parts × (packages offered + deviations))."""
    findings = [
        *_named("language", need.get("languages", ()), offer.get("languages", ()), "refused"),
        *_named("package", need.get("packages", ()), offer.get("packages", ()), offer.get("other_packages", "")),
        *_hardware(need.get("hardware", {}), offer.get("hardware", {})),
        *_isolation(need.get("isolation", ""), offer.get("isolation", ())),
        *_network(need.get("network", ""), offer.get("network", "")),
        *_data(need.get("data", ()), offer.get("data", ())),
    ]
    found = tuple(finding if finding.state == "fits" else _agreed(finding, agreed) for finding in findings)
    states = {finding.state for finding in found if not finding.settled}
    worst = "deviates" if "deviates" in states else "unknown" if states else "fits"
    return Comparison(found, worst)


def _agreed(finding: Finding, agreed: Sequence[Covered]) -> Finding:
    return next((replace(finding, approved_by=item.row or item) for item in agreed if covers(item, finding)), finding)


def covers(agreed: Covered, finding: Finding) -> bool:
    """Whether what was agreed to is this: the same thing, wanted as it was then or within it."""
    if (agreed.aspect, agreed.item) != (finding.aspect, finding.item):
        return False
    if agreed.wanted == finding.wanted:
        return True
    if finding.aspect == "hardware":
        return agreed.wanted.isdigit() and finding.wanted.isdigit() and int(finding.wanted) <= int(agreed.wanted)
    if finding.aspect in ("language", "package"):
        exact = _exact(finding.wanted)
        return exact is not None and bool(agreed.wanted) and exact in specifier(agreed.wanted)
    return False


# Languages and packages ----------------------------------------------------------------------------------------------


def _named(aspect: str, wanted: Iterable[Mapping[str, str]], offered: Sequence[Mapping[str, str]], others: str) -> list[Finding]:
    """Things with versions. Nothing listed at all says nothing; something listed without this one says it is not offered, as far as
    the offer speaks of others."""
    by_name: dict[str, list[str]] = {}
    for item in offered:
        by_name.setdefault(canonicalize_name(item["name"]), []).append(item.get("versions", ""))
    found = []
    for item in wanted:
        name, versions = item["name"], item.get("versions", "")
        offers = by_name.get(canonicalize_name(name))
        if offers is not None:
            fits = any(meet(versions, other) for other in offers)
            said = " | ".join(other or "*" for other in offers)
            found.append(Finding(aspect, name, versions, "fits" if fits else "deviates", "offered" if fits else "versions", said))
        elif aspect == "language" and not offered:
            found.append(Finding(aspect, name, versions, "unknown", "not_stated"))
        elif others == "allowed":
            found.append(Finding(aspect, name, versions, "fits", "others_allowed"))
        else:
            refused = others == "refused"
            found.append(
                Finding(aspect, name, versions, "deviates" if refused else "unknown", "not_offered" if refused else "not_listed")
            )
    return found


def specifier(text: str) -> SpecifierSet:
    """The versions a text stands for. Raises ValueError for one that cannot be read."""
    text = text.strip()
    if "===" in text:  # compares letters, not versions: nothing could be said about what it meets
        raise ValueError(text)
    try:
        if text and text[0].isdigit():
            Version(text.removesuffix(".*"))
            text = f"=={text}"
        return SpecifierSet(text, prereleases=True)
    except (InvalidSpecifier, InvalidVersion) as error:
        raise ValueError(text) from error


def _exact(text: str) -> Version | None:
    """The one version that a text stands for, if it is one."""
    parts = list(specifier(text))
    if len(parts) == 1 and parts[0].operator == "==" and not parts[0].version.endswith(".*"):
        return Version(parts[0].version)
    return None


def meet(one: str, other: str) -> bool:
    """Whether some version is within both texts.

    Ranges of versions are intervals with holes, so if they meet at all they do at one of their ends, or right beside one; as many
    places beside are tried as there could be holes. Which versions were ever released is not asked.
    """
    both = [specifier(one), specifier(other)]
    parts = [part for item in both for part in item]
    holes = 1 + sum(part.operator == "!=" for part in parts)
    tried = {Version("0"), Version("0.0.1"), Version("1")}
    for part in parts:
        base = Version(part.version.removesuffix(".*"))
        tried |= {base, *_beside(base, holes)}
    return any(all(version in item for item in both) for version in tried)


def _beside(base: Version, count: int) -> Iterable[Version]:
    """Versions right above a version: later releases within it, in it, and of it; and right below."""
    release = list(base.release)
    for depth in range(1, len(release) + 1):
        for step in range(1, count + 2):
            raised = [*release[: depth - 1], release[depth - 1] + step]
            yield Version(f"{base.epoch}!" + ".".join(map(str, raised)))
            if release[depth - 1] >= step:
                lowered = [*release[: depth - 1], release[depth - 1] - step]
                yield Version(f"{base.epoch}!" + ".".join(map(str, lowered)))
                yield Version(f"{base.epoch}!" + ".".join(map(str, [*lowered, 999_999])))
    for step in range(1, count + 2):
        for zeros in range(3):
            deeper = [*release, *[0] * zeros, step]
            yield Version(f"{base.epoch}!" + ".".join(map(str, deeper)))


# Everything else -----------------------------------------------------------------------------------------------------


def _hardware(wanted: Mapping[str, int], offered: Mapping[str, int]) -> list[Finding]:
    found = []
    for name in HARDWARE:
        if not (amount := wanted.get(name)):
            continue
        there = offered.get(name)
        if there is None:
            found.append(Finding("hardware", name, str(amount), "unknown", "not_stated"))
        else:
            fits = there >= amount
            found.append(
                Finding(
                    "hardware", name, str(amount), "fits" if fits else "deviates", "offered" if fits else "too_small", str(there)
                )
            )
    return found


def _isolation(wanted: str, offered: Sequence[str]) -> list[Finding]:
    if not wanted:
        return []
    if not offered:
        return [Finding("isolation", "", wanted, "unknown", "not_stated")]
    fits = wanted in offered
    why = "offered" if fits else "not_offered"
    return [Finding("isolation", "", wanted, "fits" if fits else "deviates", why, ", ".join(offered))]


def _network(wanted: str, offered: str) -> list[Finding]:
    if wanted in ("", "none"):
        return []
    if not offered:
        return [Finding("network", "", wanted, "unknown", "not_stated")]
    fits = NETWORK.index(offered) >= NETWORK.index(wanted)
    return [Finding("network", "", wanted, "fits" if fits else "deviates", "offered" if fits else "reach", offered)]


def _data(wanted: Sequence[str], offered: Sequence[str]) -> list[Finding]:
    known = {name.casefold() for name in offered}
    found = []
    for name in wanted:
        if not offered:
            found.append(Finding("data", name, "", "unknown", "not_stated"))
        else:
            fits = name.casefold() in known
            found.append(
                Finding(
                    "data", name, "", "fits" if fits else "deviates", "offered" if fits else "not_offered", ", ".join(offered)
                )
            )
    return found
