"""What an ONNX file asks for beyond the standard operators, from its protobuf. Pure; only what is needed of the format is read.

Field numbers: onnx.proto3. ModelProto: graph 7, opset_import 8, functions 25; GraphProto: initializer 5; TensorProto:
external_data 13; OperatorSetIdProto: domain 1; StringStringEntryProto: key 1, value 2.
"""

from __future__ import annotations

from collections.abc import Iterator

KNOWN_DOMAINS = frozenset({"", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview.training", "ai.onnx.training"})
MOST_FIELDS = 200_000

Found = tuple[str, str, str]


class _Broken(ValueError):
    pass


def read_onnx(data: bytes) -> Iterator[Found]:
    """(capability, symbol, detail): operators of others are code that the runtime has to be given; external data is files that it reads."""
    try:
        yield from sorted(set(_model(data)))
    except _Broken:
        yield "unanalysed", "model_damaged", "onnx"


def _model(data: bytes) -> Iterator[Found]:
    for number, value in _fields(data):
        if number == 8 and isinstance(value, bytes):
            for inner, domain in _fields(value):
                name = _text(domain)
                if inner == 1 and name not in KNOWN_DOMAINS:
                    yield "model/import", f"onnx:{name}", "operators that the runtime has to be given"
        elif number == 7 and isinstance(value, bytes):
            yield from _graph(value)


def _graph(data: bytes) -> Iterator[Found]:
    for number, tensor in _fields(data):
        if number != 5 or not isinstance(tensor, bytes):
            continue
        for inner, entry in _fields(tensor):
            if inner == 13 and isinstance(entry, bytes):
                pair = {key: _text(value) for key, value in _fields(entry)}
                if pair.get(1) == "location":
                    place = pair.get(2, "")
                    outside = place.startswith(("/", "\\")) or ".." in place.replace("\\", "/").split("/")
                    yield (
                        "fs/read",
                        f"external data {place}"[:200],
                        "outside of the model's folder" if outside else "beside the model",
                    )


def _text(value: bytes | int) -> str:
    return value.decode("utf-8", "backslashreplace")[:200] if isinstance(value, bytes) else ""


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    at, end, count = 0, len(data), 0
    while at < end:
        count += 1
        if count > MOST_FIELDS:
            raise _Broken
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise _Broken
        if at + size > end:
            raise _Broken
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise _Broken
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
    raise _Broken
