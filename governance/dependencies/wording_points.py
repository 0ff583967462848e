"""Input/output points in words for people: the texts of the engine, which knows no language but its own, in the reader's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.dependencies.capabilities import ORDER, Point

CAPABILITIES: Mapping[str, Any] = {
    "unanalysed": _("could not be read"),
    "native/code": _("brings compiled code"),
    "hook/install": _("runs or places something on installation"),
    "hook/startup": _("runs at every start of Python, or of another program"),
    "code/dynamic": _("runs code that it is given or makes up"),
    "load/unsafe": _("loads data that may bring code"),
    "proc/spawn": _("starts other processes"),
    "proc/control": _("controls or watches processes"),
    "net/client": _("connects to others"),
    "net/server": _("accepts connections"),
    "net/endpoint": _("holds an address"),
    "net/mention": _("mentions an address in a text"),
    "secret/ref": _("refers to a secret"),
    "env/read": _("reads environment variables"),
    "env/write": _("changes environment variables"),
    "fs/read": _("reads files"),
    "fs/write": _("writes, moves or deletes files"),
    "native/ffi": _("calls compiled code from Python"),
    "hook/process": _("hooks into the running process"),
    "device/capture": _("takes what is on the screen, typed, said or copied"),
    "telemetry": _("reports on its use"),
    "obscured": _("hides what it does, or decodes what is hidden"),
    "script/other": _("brings a script in another language"),
    "entry/point": _("is offered to other programs by name"),
    "data/model": _("brings a model or an array"),
    "model/import": _("imports or calls something when a model is loaded"),
}
WHENS: Mapping[str, Any] = {
    "startup": _("at every start of Python"),
    "install": _("on installation"),
    "import": _("on import"),
    "main": _("when started as a program"),
    "call": _("when called"),
    "test": _("in its tests only"),
}
CONFIDENCES: Mapping[str, Any] = {
    "exact": _("by what is imported"),
    "by-name": _("by the name of a method only"),
    "string": _("by a text in the code"),
}
UNANALYSED: Mapping[str, Any] = {
    "not_an_archive": _("it is neither a wheel nor an sdist"),
    "zstd_not_read": _("it is packed with Zstandard, and the library for that is not installed"),
    "damaged_archive": _("the archive is damaged"),
    "names_not_utf8": _("names in the archive are no UTF-8"),
    "name_not_utf8": _("its name is no UTF-8"),
    "damaged": _("the file is damaged in the archive"),
    "encrypted": _("the file is encrypted"),
    "compression": _("the file is compressed in a way that wheels do not use"),
    "path_outside": _("its path leads out of the folder into which it is unpacked"),
    "twice": _("the archive holds two files of this name"),
    "link": _("it is a link; what it leads to is not in the archive's hands"),
    "special_file": _("it is a device, a pipe or a sparse file"),
    "bomb": _("the archive unpacks to far more than it is; reading stopped"),
    "too_much": _("the archive is larger than what is read"),
    "too_many_entries": _("the archive holds more files than are read"),
    "too_many_points": _("there is more to list than can be looked at"),
    "out_of_time": _("reading took too long and stopped"),
    "too_large": _("the file is larger than what is looked into"),
    "too_deep": _("the code is nested more deeply than can be read"),
    "syntax_error": _("it is not what its name says, or of another Python"),
    "not_utf8": _("it is no UTF-8 and does not say what it is"),
    "bytecode": _("compiled Python, which may do something else than the source beside it"),
    "nested_archive": _("an archive inside the archive"),
    "nested": _("archives inside archives"),
    "native_damaged": _("compiled code that does not hold together"),
    "native_format": _("compiled code whose imports are not read here"),
    "model_format": _("a model whose format is not read here"),
    "model_damaged": _("a model that does not hold together"),
}
_LANGUAGE = "language "


def capability_told(code: str) -> str:
    """What code of that kind does, to go on from "It …"."""
    return str(CAPABILITIES.get(code, code))


def when_told(code: str) -> str:
    return str(WHENS.get(code, code))


def confidence_told(code: str) -> str:
    return str(CONFIDENCES.get(code, code))


def symbol_told(capability: str, symbol: str) -> str:
    """What a point is about: the name in the code, or why something could not be read."""
    if capability != "unanalysed":
        return symbol
    if symbol.startswith(_LANGUAGE):
        return gettext("written in %(language)s, which is not read here") % {"language": symbol.removeprefix(_LANGUAGE)}
    return str(UNANALYSED.get(symbol, symbol))


def in_order(points: Iterable[Point]) -> list[Point]:
    """What cannot be read and what cannot be undone first."""
    place = {code: number for number, code in enumerate(ORDER)}
    return sorted(points, key=lambda point: (place.get(point.capability, len(place)), point.symbol, point.path, point.function))


def point_told(point: Point) -> dict[str, Any]:
    """A point as templates show it: `place` is its file and function, `more` how often it occurs beyond the first."""
    return {
        "point": point,
        "key": point.key,
        "what": symbol_told(point.capability, point.symbol),
        "is_code": point.capability != "unanalysed",
        "when": when_told(point.when),
        "confidence": "" if point.confidence == "exact" else confidence_told(point.confidence),
        "line": point.lines[0] if point.lines else 0,
        "more": point.count - 1,
    }
