"""Needs and offers as people and programs send them, checked and put into one form. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from packaging.utils import canonicalize_name

from governance.usecases.stack import HARDWARE, ISOLATION, NETWORK, OTHER_PACKAGES, specifier

MOST = 500  # languages and packages
MOST_DATA = 100
LARGEST = 1_000_000
LONGEST_NAME = 100
LONGEST_VERSIONS = 100
PACKAGE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]")
LINE = re.compile(r"([^\s<>=!~]+)\s*(.*)")
NEED = ("languages", "packages", "hardware", "isolation", "network", "data")
OFFER = (*NEED, "other_packages")


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "unknown": _("There is no such field: %(value)s."),
    "wrong_type": _("This has to be %(expected)s."),
    "too_many": _("There are more than %(limit)s."),
    "bad_name": _("“%(value)s” is not a name: at most %(limit)s characters, and none that cannot be shown."),
    "bad_package": _("“%(value)s” is not the name of a package: letters, digits, dot, - and _."),
    "bad_versions": _("“%(value)s” does not say which versions. Write >=3.11,<3.13 or ==2.2.* or 3.12."),
    "duplicate": _("“%(value)s” is named twice."),
    "bad_amount": _("“%(value)s” is not a whole number from 0 to %(limit)s."),
    "bad_choice": _("“%(value)s” is none of %(known)s."),
}


class Unusable(ValueError):
    """What was sent is no need or offer. `problems`: (field, code, params) each."""

    def __init__(self, problems: Iterable[tuple[str, str, dict[str, str]]]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{place} {code}" for place, code, _params in self.problems))


class _Noting:
    def __init__(self) -> None:
        self.problems: list[tuple[str, str, dict[str, str]]] = []

    def note(self, place: str, code: str, **params: Any) -> None:
        said = {name: str(value)[:120].encode("utf-8", "backslashreplace").decode() for name, value in params.items()}
        self.problems.append((place, code, said))


def read_need(values: Mapping[str, Any]) -> dict[str, Any]:
    """A need in its canonical form. Raises Unusable with every problem."""
    return _read(values, NEED)


def read_offer(values: Mapping[str, Any]) -> dict[str, Any]:
    """An offer in its canonical form. Raises Unusable with every problem."""
    return _read(values, OFFER)


def _read(values: Mapping[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    noting = _Noting()
    for name in sorted(set(values) - set(known)):
        noting.note(name, "unknown", value=name)
    offer = known is OFFER
    content: dict[str, Any] = {
        "languages": _versioned(noting, values.get("languages"), "languages", _name, twice=offer),
        "packages": _versioned(noting, values.get("packages"), "packages", _package, twice=False),
        "hardware": _amounts(noting, values.get("hardware")),
        "isolation": _isolation(noting, values.get("isolation"), several=offer),
        "network": _choice(noting, values.get("network"), "network", NETWORK),
        "data": _data(noting, values.get("data")),
    }
    if offer:
        content["other_packages"] = _choice(noting, values.get("other_packages"), "other_packages", OTHER_PACKAGES)
    if noting.problems:
        raise Unusable(noting.problems)
    return content


def _list(noting: _Noting, value: Any, place: str, most: int) -> list[Any]:
    if value in (None, ""):
        return []
    if not isinstance(value, list | tuple):
        noting.note(place, "wrong_type", expected="a list")
        return []
    if len(value) > most:
        noting.note(place, "too_many", limit=most)
        return []
    return list(value)


def _versioned(
    noting: _Noting, value: Any, place: str, name_of: Callable[[_Noting, Any, str], str], *, twice: bool
) -> list[dict[str, str]]:
    """Things with versions, in the order of their names: `{"name", "versions"}`, or lines such as `pandas >=2,<3`."""
    found = []
    for at, item in enumerate(_list(noting, value, place, MOST)):
        where = f"{place}[{at}]"
        if isinstance(item, str):
            matched = LINE.fullmatch(item.strip())
            item = {"name": matched[1], "versions": matched[2]} if matched else {"name": item}
        if not isinstance(item, Mapping) or set(item) - {"name", "versions"}:
            noting.note(where, "wrong_type", expected="a name and its versions")
            continue
        name, versions = name_of(noting, item.get("name"), where), item.get("versions") or ""
        found.append({"name": name, "versions": _versions(noting, versions, where)})
    keys = [(canonicalize_name(item["name"]), item["versions"] if twice else "") for item in found]
    for key in {key for key in keys if keys.count(key) > 1 and key[0]}:
        noting.note(place, "duplicate", value=key[0])
    return sorted(found, key=lambda item: (item["name"].casefold(), item["versions"]))


def _versions(noting: _Noting, value: Any, where: str) -> str:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else "?"
    try:
        if len(text) > LONGEST_VERSIONS:
            raise ValueError(text)
        return str(specifier(text))
    except ValueError:
        noting.note(where, "bad_versions", value=text)
        return ""


def _name(noting: _Noting, value: Any, where: str) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or len(text) > LONGEST_NAME or CONTROL.search(text):
        noting.note(where, "bad_name", value=value, limit=LONGEST_NAME)
        return ""
    return text


def _package(noting: _Noting, value: Any, where: str) -> str:
    text = _name(noting, value, where)
    if text and not PACKAGE.fullmatch(text):
        noting.note(where, "bad_package", value=text)
        return ""
    return canonicalize_name(text) if text else ""


def _amounts(noting: _Noting, value: Any) -> dict[str, int]:
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        noting.note("hardware", "wrong_type", expected="a map of amounts")
        return {}
    found = {}
    for name, amount in value.items():
        place = f"hardware.{str(name)[:60]}"
        if name not in HARDWARE:
            noting.note(place, "unknown", value=name)
        elif amount is None or amount == "":
            continue
        elif isinstance(amount, bool) or not isinstance(amount, int) or not 0 <= amount <= LARGEST:
            noting.note(place, "bad_amount", value=amount, limit=LARGEST)
        else:
            found[str(name)] = amount
    return {name: found[name] for name in HARDWARE if name in found}


def _isolation(noting: _Noting, value: Any, *, several: bool) -> Any:
    if not several:
        return _choice(noting, value, "isolation", ISOLATION)
    chosen = [_choice(noting, item, "isolation", ISOLATION) for item in _list(noting, value, "isolation", len(ISOLATION))]
    return [item for item in ISOLATION if item in chosen]


def _choice(noting: _Noting, value: Any, place: str, known: tuple[str, ...]) -> str:
    if value in (None, ""):
        return ""
    if value not in known:
        noting.note(place, "bad_choice", value=value, known=", ".join(known))
        return ""
    return str(value)


def _data(noting: _Noting, value: Any) -> list[str]:
    names = [_name(noting, item, f"data[{at}]") for at, item in enumerate(_list(noting, value, "data", MOST_DATA))]
    folded = [name.casefold() for name in names]
    for name in {name for name in folded if folded.count(name) > 1 and name}:
        noting.note("data", "duplicate", value=name)
    return sorted(names, key=str.casefold)
