"""Capabilities, reasons and times in words: codes, and the English for each. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


CAPABILITIES: Mapping[str, str] = {
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
# The order of a sheet: what cannot be read and what cannot be undone come first.
ORDER = tuple(CAPABILITIES)

WHENS: Mapping[str, str] = {
    "startup": _("at every start of Python"),
    "install": _("on installation"),
    "import": _("on import"),
    "main": _("when started as a program"),
    "call": _("when called"),
    "test": _("in its tests only"),
}

CONFIDENCES: Mapping[str, str] = {
    "exact": _("by what is imported"),
    "by-name": _("by the name of a method only"),
    "string": _("by a text in the code"),
}

# By the symbol of a point `unanalysed`. `language …` names the language.
UNANALYSED: Mapping[str, str] = {
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


def unanalysed_told(symbol: str) -> str:
    """Why something could not be read."""
    if symbol.startswith("language "):
        return symbol.removeprefix("language ")
    return UNANALYSED.get(symbol, symbol)
