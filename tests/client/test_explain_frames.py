"""Legends of frames: given, kept, explained in shells and notebooks, written and read with what pandas keeps."""

from __future__ import annotations

import gc
import importlib
import json
from pathlib import Path

import countersign
import pytest
from countersign import frames
from countersign.legends.document import LegendError, read
from countersign.legends.unreadable import Unreadable

from tests.client.legend_files import column, excel, parquet, signed, text_of

pandas = pytest.importorskip("pandas")
FILES = Path(__file__).parent / "files"


class Polars:
    """A frame without attributes, as polars has them: names of columns, no hash, equal to nothing."""

    columns = ("age", "other")
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, _other: object) -> bool:
        raise TypeError("the truth of a frame is ambiguous")


def frame(**columns):
    return pandas.DataFrame(columns or {"age": [1], "注册日期": ["x"], "other": [0.5]})


@pytest.mark.parametrize(
    "given", [signed(), text_of(signed()), text_of(signed()).encode(), read(signed()), FILES / "legend.json"]
)
def test_a_legend_is_given_in_any_form(given):
    annotated = frames.annotate(frame(), given)

    assert frames.legend_of(annotated).release == 42
    assert json.loads(json.dumps(annotated.attrs))["countersign"]["format"] == "countersign/legend/1"  # pandas writes it as JSON


def test_a_legend_goes_along_with_what_is_made_of_a_frame():
    annotated = frames.annotate(frame(), signed())

    assert frames.legend_of(annotated[["age"]].copy()).document == signed()
    assert frames.legend_of(frame()) is None


def test_a_frame_without_attributes_keeps_it_for_as_long_as_it_lives():
    before = len(frames._beside)
    one, other = Polars(), Polars()
    assert frames.annotate(one, signed()) is one
    assert frames.legend_of(one).document == signed()
    assert frames.legend_of(other) is None
    del one
    gc.collect()
    assert len(frames._beside) == before


def test_the_columns_of_a_frame_are_explained():
    found = countersign.explain(frames.annotate(frame(), signed()))

    assert [(item.name, item.means and item.means.title) for item in found] == [
        ("age", "Age"),
        ("注册日期", "Signup date"),
        ("other", None),
    ]
    assert (found.unexplained, found.absent) == (["other"], [])
    assert "Signup date" in repr(found)
    assert "no meaning" in repr(found)


def test_columns_that_are_no_texts_have_names():
    assert [item.name for item in countersign.explain(pandas.DataFrame({1: [1], ("a", "b"): [2]}))] == ["1", "('a', 'b')"]


def test_a_legend_of_a_frame_that_was_altered_is_not_used():
    annotated = frames.annotate(frame(), signed())
    annotated.attrs["countersign"]["release"] = 1

    with pytest.raises(LegendError, match="altered"):
        frames.legend_of(annotated)
    found = countersign.explain(annotated)
    assert found.legend is None
    assert "altered" in repr(found)


@pytest.mark.parametrize("data", [parquet(["age"], {"countersign.legend": text_of(signed())}), excel(text_of(signed()))])
def test_the_columns_of_a_file_are_explained(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    found = countersign.explain(tmp_path / "x")

    assert found[0].means.title == "Age"
    assert frames.legend_of(frames.annotate(frame(), tmp_path / "x")).document == signed()


def test_what_cannot_be_explained_is_told(tmp_path):
    (tmp_path / "x.csv").write_text("age\n")

    assert "No legend was found." in repr(countersign.explain(str(tmp_path / "x.csv")))
    with pytest.raises(Unreadable):
        countersign.explain(tmp_path / "none")
    with pytest.raises(TypeError, match="neither a frame nor"):
        countersign.explain(7)
    with pytest.raises(TypeError, match="is no legend"):
        frames.annotate(frame(), 7)
    with pytest.raises(LegendError, match="has no legend"):
        frames.annotate(frame(), tmp_path / "x.csv")
    with pytest.raises(LegendError):
        frames.annotate(frame(), tmp_path / "none.csv")


def test_a_notebook_shows_text_and_no_markup():
    evil = "<script>alert(1)</script>"
    shown = countersign.explain(
        frame(**{evil: [1]}), signed(columns={evil: column("a", name=evil, definition=evil), f"{evil}2": column("b")})
    )

    assert "<script" not in shown._repr_html_()
    assert shown._repr_html_().count("&lt;script&gt;") == 4


def test_a_legend_is_written_beside_a_file(tmp_path):
    (tmp_path / "x.csv").write_text("age\n")
    place = frames.write_legend(tmp_path / "x.csv", signed())

    assert place == str(tmp_path / "x.csv.legend.json")
    assert countersign.explain(tmp_path / "x.csv")[0].means.title == "Age"


def test_parquet_needs_a_library_and_a_legend(tmp_path, monkeypatch):
    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(frames.importlib, "import_module", absent)
    with pytest.raises(ImportError, match=r"client\[parquet\]"):
        frames.write_parquet(frame(), tmp_path / "x.parquet", signed())
    with pytest.raises(LegendError, match="has no legend"):
        frames.write_parquet(frame(), tmp_path / "x.parquet")


def test_pyarrow_writes_a_legend_and_the_meaning_of_each_field(tmp_path):
    arrow = pytest.importorskip("pyarrow.parquet")
    frames.write_parquet(frames.annotate(frame(), signed()), tmp_path / "x.parquet")
    written = arrow.read_table(tmp_path / "x.parquet")

    assert countersign.explain(tmp_path / "x.parquet").legend.document == signed()
    assert frames.legend_of(written).document == signed()
    assert written.schema.field("age").metadata[b"countersign.element"] == b"customers/customer.age@1.2.0"
    assert written.schema.field("other").metadata is None
    assert pandas.read_parquet(tmp_path / "x.parquet").equals(frame())


def test_pandas_writes_a_legend_itself(tmp_path):
    pytest.importorskip("pyarrow")
    frames.annotate(frame(), signed()).to_parquet(tmp_path / "x.parquet")

    assert countersign.explain(tmp_path / "x.parquet").legend.document == signed()
    assert frames.legend_of(pandas.read_parquet(tmp_path / "x.parquet")).document == signed()


def test_duckdb_writes_a_legend_too(tmp_path, monkeypatch):
    pytest.importorskip("duckdb")
    found = importlib.import_module

    def without_arrow(name):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return found(name)

    monkeypatch.setattr(frames.importlib, "import_module", without_arrow)
    said = signed(columns={"age": column("a", name="it's; --")})
    frames.write_parquet(frame(), tmp_path / "it's.parquet", said)

    assert countersign.explain(tmp_path / "it's.parquet").legend.document == said


def test_polars_writes_a_legend_too(tmp_path):
    polars = pytest.importorskip("polars")
    pytest.importorskip("pyarrow")
    annotated = frames.annotate(polars.DataFrame({"age": [1], "other": [2]}), signed())
    frames.write_parquet(annotated, tmp_path / "x.parquet")

    assert countersign.explain(tmp_path / "x.parquet").legend.document == signed()
    assert polars.read_parquet(tmp_path / "x.parquet").equals(polars.DataFrame({"age": [1], "other": [2]}))
