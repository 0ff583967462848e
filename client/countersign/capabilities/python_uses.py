"""What a use comes to once its arguments are looked at: reading or writing, safe or unsafe, which variable. Pure."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .literals import secret_name

_WRITES_ENVIRONMENT = frozenset({"setdefault", "update", "pop", "popitem", "clear", "__setitem__", "__delitem__"})
_SAFE_LOADERS = frozenset({"SafeLoader", "CSafeLoader", "BaseLoader", "CBaseLoader"})
# Position of the mode in what opens a file.
_OPENS = {
    "builtins.open": 1, "codecs.open": 1, "gzip.open": 1, "bz2.open": 1, "lzma.open": 1, "zipfile.ZipFile": 1, "tarfile.open": 1,
    "tarfile.TarFile": 1, "h5py.File": 1, "pandas.HDFStore": 1, "netCDF4.Dataset": 1, "numpy.memmap": 2, "pathlib.Path.open": 0,
}  # fmt: skip
_LONGEST_DETAIL = 80


def environment(dotted: str, node: Any, use: str, constants: Mapping[str, str]) -> tuple[str, str]:
    """(capability, symbol) of a use of the environment, counted once: a variable by name, `env:*` where it is computed or all are meant.

    A variable whose name tells that it holds a secret is a secret instead.
    """
    method = dotted.rpartition(".")[2]
    writes = use in ("set item", "store") or method in ("putenv", "unsetenv") or method in _WRITES_ENVIRONMENT
    key: Any = None
    if use == "call" and method not in ("update", "copy", "items", "keys", "values", "clear", "popitem") and node.args:
        key = node.args[0]
    elif use in ("item", "set item"):
        key = node.slice
    elif use == "in":
        key = node.left
    name = text_of(key, constants)
    if writes:
        return "env/write", f"env:{name or '*'}"
    return ("secret/ref" if name and secret_name(name) else "env/read"), f"env:{name or '*'}"


def text_of(node: Any, constants: Mapping[str, str]) -> str:
    if node.__class__ is ast.Constant and isinstance(node.value, str):
        return node.value[:_LONGEST_DETAIL]
    if node.__class__ is ast.Name:
        return constants.get(node.id, "")[:_LONGEST_DETAIL]
    return ""


def refined(capability: str, dotted: str, call: ast.Call | None) -> tuple[str, str]:
    """(capability, detail) once the arguments are looked at. An empty capability: it is harmless as it is called."""
    if call is None:
        return capability, "named, not called"
    detail = next((text for argument in call.args[:2] if (text := text_of(argument, {}))), "")
    if dotted in _OPENS:
        return _opened(call, _OPENS[dotted]), detail
    if dotted == "os.open":
        return ("fs/read" if getattr(_argument(call, 1, "flags"), "attr", "") == "O_RDONLY" else "fs/write"), detail
    if dotted in ("yaml.load", "yaml.load_all"):
        loader = _argument(call, 1, "Loader")
        name = getattr(loader, "attr", getattr(loader, "id", ""))
        return ("" if name in _SAFE_LOADERS else capability), detail
    if dotted == "joblib.Memory":
        place = _argument(call, 0, "location")
        return ("" if place is None or (place.__class__ is ast.Constant and place.value is None) else capability), detail
    if dotted == "torch.load":
        return ("fs/read" if _is_true(_argument(call, 99, "weights_only")) else capability), detail
    if dotted in ("numpy.load", "numpy.lib.format.read_array"):
        allowed = _argument(call, 2 if dotted == "numpy.load" else 1, "allow_pickle")
        starred = any(keyword.arg is None for keyword in call.keywords)
        harmless = (allowed is None and not starred) or (allowed.__class__ is ast.Constant and not allowed.value)
        return ("fs/read" if harmless else capability), detail
    return capability, detail


def _opened(call: ast.Call, position: int) -> str:
    """A mode that is computed may write."""
    mode = _argument(call, position, "mode")
    if mode is None:
        return "fs/write" if any(keyword.arg is None for keyword in call.keywords) else "fs/read"
    if mode.__class__ is ast.Constant and isinstance(mode.value, str):
        return "fs/write" if set(mode.value) & set("wax+") and not mode.value.startswith("r:") else "fs/read"
    return "fs/write"


def _argument(call: ast.Call, position: int, name: str) -> Any:
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def _is_true(node: Any) -> bool:
    return node.__class__ is ast.Constant and node.value is True
