"""Model files: their format, and what opening one would import or run. Nothing is loaded. Pure.

Told by their first bytes before their names, because a pickle does its work whatever it is called.
"""

from __future__ import annotations

import bz2
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from .model import Budget, Exhausted, Hit
from .onnx import read_onnx
from .paths import suffix_of
from .pickles import looks_pickled, read_pickles

PICKLES = frozenset({".pkl", ".pickle", ".p", ".dill", ".cloudpickle", ".joblib", ".sav", ".pck", ".pkl.gz"})
ZIPPED = frozenset({".pt", ".pth", ".ckpt", ".keras", ".skops", ".npz", ".mar", ".ptl", ".pt2", ".bin"})
OTHERS = {
    ".h5": "hdf5", ".hdf5": "hdf5", ".onnx": "onnx", ".safetensors": "safetensors", ".npy": "npy", ".pb": "protobuf", ".tflite": "tflite",
    ".gguf": "gguf", ".pmml": "pmml", ".ubj": "xgboost", ".cbm": "catboost", ".mlmodel": "coreml",
}  # fmt: skip
LARGEST_HEADER = 32 * 1024 * 1024
_COMPRESSED = (
    (b"\x1f\x8b", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"), (b"\x5d\x00\x00", "lzma"), (b"x\x01", "zlib"), (b"x\x9c", "zlib"),
    (b"x\xda", "zlib"), (b"x^", "zlib"),
)  # fmt: skip


def is_model(path: str, head: bytes) -> bool:
    suffix = suffix_of(path)
    return suffix in PICKLES or suffix in OTHERS or (suffix in ZIPPED) or looks_pickled(head)


def read_model(data: bytes, path: str, budget: Budget, depth: int = 0) -> list[Hit]:
    """What the file is (`data/model`), each name that loading it would import (`model/import`), and what could not be read."""
    suffix = suffix_of(path)
    try:
        return list(_read(data, path, suffix, budget, depth))
    except Exhausted as problem:
        return [Hit("data/model", suffix.lstrip(".") or "model", path), Hit("unanalysed", problem.reason, path, when="call")]


def _read(data: bytes, path: str, suffix: str, budget: Budget, depth: int) -> Iterator[Hit]:
    budget.check_time()
    if data[:4] == b"PK\x03\x04":
        yield from _zipped(data, path, suffix, budget, depth)
    elif data[:6] == b"\x93NUMPY":
        yield from _npy(data, path)
    elif data[:8] == b"\x89HDF\r\n\x1a\n":
        yield from _hdf5(data, path)
    elif suffix == ".safetensors":
        yield from _safetensors(data, path)
    elif suffix == ".onnx":
        yield Hit("data/model", "onnx", path)
        for capability, symbol, detail in read_onnx(data):
            yield Hit(capability, symbol, path, detail=detail)
    elif looks_pickled(data[:16]):
        yield from _pickled(data, path, suffix)
    elif suffix in PICKLES or suffix in ZIPPED:
        unpacked = _unpacked(data, budget)
        if unpacked is None:
            yield from _pickled(data, path, suffix)
        elif depth < budget.limits.nested:
            yield from _pickled(unpacked, path, suffix)
        else:
            yield Hit("unanalysed", "nested", path)
    else:
        yield Hit("data/model", OTHERS.get(suffix, suffix.lstrip(".")), path)
        if suffix in (".pb", ".tflite", ".mlmodel", ".cbm", ".ubj", ".gguf"):
            yield Hit("unanalysed", "model_format", path, detail=OTHERS[suffix])


def _pickled(data: bytes, path: str, suffix: str) -> Iterator[Hit]:
    found = read_pickles(data)
    if suffix in (".bin", ".p") and not any(one.names or not one.problem for one in found):
        return  # the ending means many things, and it is no pickle
    yield Hit("data/model", "joblib" if suffix == ".joblib" else "pickle", path)
    names = {name: judged for one in found for name, judged in one.names.items()}
    for name, judged in names.items():
        if judged != "harmless":
            unresolved = "?" in name
            yield Hit(
                "model/import",
                name,
                path,
                confidence="by-name" if unresolved else "exact",
                detail="unresolved" if unresolved else judged,
            )
    problem = next((one.problem for one in found if one.problem), "")
    if problem:
        yield Hit("unanalysed", "model_damaged" if problem == "damaged" else problem, path, detail="pickle")


def _zipped(data: bytes, path: str, suffix: str, budget: Budget, depth: int) -> Iterator[Hit]:
    kind = {".pt": "torch", ".pth": "torch", ".ckpt": "torch", ".ptl": "torch", ".bin": "torch"}.get(
        suffix, suffix.lstrip(".") or "zip"
    )
    yield Hit("data/model", kind, path)
    if depth >= budget.limits.nested:
        yield Hit("unanalysed", "nested", path)
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = archive.infolist()
        if len(infos) > budget.limits.entries:
            raise Exhausted("too_many_entries")
        for info in infos:
            inner, ending = info.filename.rpartition("/")[2].lower(), suffix_of(info.filename)
            wanted = ending in PICKLES or ending in (".npy", ".json", ".h5", ".py") or "constants.pkl" in inner
            if not wanted or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                continue
            with archive.open(info) as stream:
                content = stream.read(budget.limits.kept_bytes + 1)
            budget.take(len(content) if info.compress_type else 0)
            if len(content) > budget.limits.kept_bytes:
                yield Hit("unanalysed", "too_large", path, detail=info.filename[:100])
            elif ending == ".json":
                yield from _described(content, path, kind)
            elif ending == ".py":
                yield Hit("model/import", f"code {inner}", path, detail="code inside the model")
            else:
                yield from (hit for hit in _read(content, path, ending, budget, depth + 1) if hit.capability != "data/model")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError, KeyError, IndexError):
        yield Hit("unanalysed", "model_damaged", path, detail=kind)


def _described(content: bytes, path: str, kind: str) -> Iterator[Hit]:
    """skops and keras say in JSON which classes they make."""
    try:
        waiting: list[Any] = [json.loads(content)]
    except (ValueError, RecursionError):
        yield Hit("unanalysed", "model_damaged", path, detail="json")
        return
    names: set[str] = set()
    while waiting and len(names) < 2_000:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend(item.values())
            module, name = item.get("__module__", item.get("module")), item.get("__class__", item.get("class_name"))
            if isinstance(name, str) and isinstance(module, str):
                names.add(f"{module}.{name}"[:300])
            elif isinstance(name, str) and name == "Lambda":
                names.add("keras.Lambda")
    for name in sorted(names):
        last = name.rpartition(".")[2]
        own = kind == "keras" and name.startswith("keras.") and last not in ("Lambda", "__lambda__")
        plain = name.startswith("builtins.") and last in (
            "dict",
            "list",
            "tuple",
            "str",
            "int",
            "float",
            "bool",
            "set",
            "slice",
            "NoneType",
        )
        if not own and not plain:
            yield Hit(
                "model/import",
                name,
                path,
                detail="runs code that the model brings" if last in ("Lambda", "__lambda__") else "unknown",
            )


def _hdf5(data: bytes, path: str) -> Iterator[Hit]:
    yield Hit("data/model", "hdf5", path)
    if re.search(rb'"class_name": ?"(Lambda|__lambda__)"', data):
        yield Hit("model/import", "keras.Lambda", path, confidence="string", detail="runs code that the model brings")


def _npy(data: bytes, path: str) -> Iterator[Hit]:
    yield Hit("data/model", "npy", path)
    length = int.from_bytes(data[8:10], "little") if data[6:7] == b"\x01" else int.from_bytes(data[8:12], "little")
    start = (10 if data[6:7] == b"\x01" else 12) + length
    header = data[:start]
    if re.search(rb"'descr':\s*'\|?[<>=]?O'|'O'", header[:LARGEST_HEADER]):
        yield from (hit for hit in _pickled(data[start:], path, ".pkl") if hit.capability != "data/model")


def _safetensors(data: bytes, path: str) -> Iterator[Hit]:
    """Tensors and nothing else, if the header is what it has to be."""
    yield Hit("data/model", "safetensors", path)
    length = int.from_bytes(data[:8], "little")
    try:
        if length > min(LARGEST_HEADER, len(data) - 8):
            raise ValueError
        header = json.loads(data[8 : 8 + length])
        if not isinstance(header, dict):
            raise ValueError
    except (ValueError, RecursionError):
        yield Hit("unanalysed", "model_damaged", path, detail="safetensors")


def _unpacked(data: bytes, budget: Budget) -> bytes | None:
    """A model that is compressed as a whole, as joblib does; None if it is not. Raises Exhausted."""
    kind = next((name for magic, name in _COMPRESSED if data.startswith(magic)), "")
    most = budget.limits.kept_bytes
    try:
        if kind in ("gzip", "zlib"):
            inflater = zlib.decompressobj(wbits=47)
            unpacked = inflater.decompress(data, most + 1)
        elif kind == "bz2":
            unpacked = bz2.BZ2Decompressor().decompress(data, most + 1)
        elif kind in ("xz", "lzma"):
            unpacked = lzma.LZMADecompressor(memlimit=128 * 1024 * 1024).decompress(data, most + 1)
        else:
            return None
    except (zlib.error, OSError, EOFError, lzma.LZMAError, ValueError):
        return None
    budget.take(len(unpacked))
    if len(unpacked) > most:
        raise Exhausted("too_large")
    return unpacked
