"""What a model file would import, read without loading it."""

from __future__ import annotations

import collections
import io
import json
import os
import pickle
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.dependencies.capabilities import Limits, scan, scan_model
from governance.dependencies.capabilities.pickles import read_pickle, read_pickles
from tests.dependencies.archives import wheel


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


def imports(data: bytes, name: str) -> dict[str, str]:
    return {point.symbol: point.detail for point in scan_model(data, name).of("model/import")}


def trouble(data: bytes, name: str) -> set[str]:
    return {point.symbol for point in scan_model(data, name).unanalysed}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_tells_what_it_calls(protocol):
    data = pickle.dumps({"a": [1, Evil()], "b": collections.OrderedDict(x=1)}, protocol)
    found = read_pickle(data)
    assert found.names == {f"{os.system.__module__}.system": "dangerous", "collections.OrderedDict": "harmless"}
    assert found.problem == ""
    assert found.end == len(data)
    assert imports(data, "m.pkl") == {f"{os.system.__module__}.system": "dangerous"}


def test_names_that_come_through_the_memo_are_followed():
    data = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93\x8c\x04true\x85R."
    assert imports(data, "m.pkl") == {"os.system": "dangerous"}


def test_a_name_that_is_computed_is_unresolved_and_never_harmless():
    data = b"\x80\x04\x8c\x08builtins\x8c\x03set\x93)R\x8c\x06system\x93."
    found = scan_model(data, "m.pkl")
    assert [(point.symbol, point.detail) for point in found.of("model/import")] == [("?.system", "unresolved")]


def test_what_is_called_does_not_hide_behind_a_harmless_beginning():
    assert imports(pickle.dumps(Evil(), 2), "m.joblib") == {f"{os.system.__module__}.system": "dangerous"}
    assert imports(b"cnumpy.core.multiarray\nsomething_else\n.", "m.pkl") == {"numpy.core.multiarray.something_else": "unknown"}


def test_a_pickle_is_one_whatever_it_is_called():
    found = scan(wheel({"thing/data.dat": pickle.dumps(Evil()), "thing/text.dat": "x"}))
    assert {(point.capability, point.path) for point in found.points} == {
        ("data/model", "thing/data.dat"),
        ("model/import", "thing/data.dat"),
    }


def test_several_in_one_file_are_all_read():
    data = pickle.dumps(1, 2) + pickle.dumps(Evil(), 2) + b"raw weights"
    assert len(read_pickles(data)) == 2
    assert imports(data, "m.pt") == {f"{os.system.__module__}.system": "dangerous"}


def test_one_that_ends_early_keeps_what_was_found_and_says_so():
    data = pickle.dumps([Evil(), "x" * 100])[:-60]
    assert imports(data, "m.pkl") == {f"{os.system.__module__}.system": "dangerous"}
    assert trouble(data, "m.pkl") == {"model_damaged"}


def test_compressed_and_zipped_ones_are_opened_within_limits():
    assert imports(zlib.compress(pickle.dumps(Evil())), "m.joblib") == {f"{os.system.__module__}.system": "dangerous"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("model/data.pkl", pickle.dumps(Evil()))
        archive.writestr("model/data/0", bytes(100))
    assert imports(out.getvalue(), "m.pt") == {f"{os.system.__module__}.system": "dangerous"}
    bomb = zlib.compress(bytes(70_000_000))
    assert trouble(bomb, "m.joblib") & {"bomb", "too_large"}


def test_safetensors_import_nothing_and_broken_ones_are_told():
    header = json.dumps({"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    found = scan_model(len(header).to_bytes(8, "little") + header + bytes(4), "m.safetensors")
    assert [(point.capability, point.symbol) for point in found.points] == [("data/model", "safetensors")]
    assert trouble((1 << 60).to_bytes(8, "little") + header, "m.safetensors") == {"model_damaged"}
    assert trouble(b"\x02" + bytes(7) + b"[]", "m.safetensors") == {"model_damaged"}


def test_skops_and_keras_tell_their_classes():
    schema = {
        "__class__": "LogisticRegression",
        "__module__": "sklearn.linear_model",
        "content": {"f": {"__class__": "system", "__module__": "os"}},
    }
    keras = {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"layers": [{"module": "keras.layers", "class_name": "Lambda"}]},
    }
    for name, inner, content, expected in (
        ("m.skops", "schema.json", schema, {"sklearn.linear_model.LogisticRegression", "os.system"}),
        ("m.keras", "config.json", keras, {"keras.layers.Lambda"}),
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(inner, json.dumps(content))
        assert set(imports(out.getvalue(), name)) == expected
    assert imports(b'\x89HDF\r\n\x1a\n{"class_name": "Lambda"}', "m.h5") == {"keras.Lambda": "runs code that the model brings"}


def field(number: int, value: bytes) -> bytes:
    return bytes(((number << 3) | 2, len(value))) + value


def test_onnx_tells_foreign_operators_and_files_beside_it():
    entry = field(13, field(1, b"location") + field(2, b"../../etc/passwd"))
    data = field(8, field(1, b"")) + field(8, field(1, b"com.evil")) + field(7, field(5, entry))
    found = scan_model(data, "m.onnx")
    assert {(point.capability, point.symbol, point.detail) for point in found.points} == {
        ("data/model", "onnx", ""),
        ("model/import", "onnx:com.evil", "operators that the runtime has to be given"),
        ("fs/read", "external data ../../etc/passwd", "outside of the model's folder"),
    }
    assert trouble(data[:-3], "m.onnx") == {"model_damaged"}


def test_arrays_are_stepped_over_and_arrays_of_objects_are_read():
    np = pytest.importorskip("numpy")
    for array, expected in ((np.arange(3.0), set()), (np.array([Evil()], dtype=object), {f"{os.system.__module__}.system"})):
        out = io.BytesIO()
        np.save(out, array, allow_pickle=True)
        assert set(imports(out.getvalue(), "m.npy")) == expected
        packed = io.BytesIO()
        np.savez(packed, a=array)
        assert set(imports(packed.getvalue(), "m.npz")) == expected


def test_what_joblib_writes_is_read_to_its_end():
    """joblib puts the bytes of an array between the opcodes; here its wrapper is made up, so that joblib is not needed."""
    wrapper = (
        b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}("
        b"\x8c\x05shapeK\x05\x85\x8c\x05dtype\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02u1\x89\x88\x87R"
        b"\x8c\x1bnumpy_array_alignment_bytesK\x10ub"
    ).replace(b"\x95" + bytes(8), b"")
    data = wrapper + b"\x02\xff\xff" + b"\xde\xad\xbe\xef\xfe" + b"\x8c\x02os\x8c\x06system\x93\x86."
    found = read_pickle(data)
    assert found.problem == ""
    assert found.names["os.system"] == "dangerous"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner) | st.frozensets(st.integers()),
    max_leaves=20,
)


@given(values, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_plain_values_import_nothing_that_matters(value, protocol):
    found = read_pickle(pickle.dumps(value, protocol))
    assert found.problem == ""
    assert set(found.names.values()) <= {"harmless"}


@given(values, st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_an_evil_object_is_found_wherever_it_lies(value, protocol):
    found = read_pickle(pickle.dumps([value, {"x": (Evil(), value)}], protocol))
    assert found.names[f"{os.system.__module__}.system"] == "dangerous"


@given(
    st.binary(max_size=200), st.sampled_from(["m.pkl", "m.pt", "m.onnx", "m.npy", "m.safetensors", "m.h5", "m.joblib", "m.skops"])
)
@settings(max_examples=300)
def test_no_bytes_raise(data, name):
    for prefix in (b"", b"\x80\x04", b"PK\x03\x04", b"\x93NUMPY\x01\x00", b"x\x9c"):
        scan_model(prefix + data, name, limits=Limits(kept_bytes=1_000_000))
