"""Keys of elements that are made of names of columns: they can be read, stay the same, and are told apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.dictionary.elements.reading import KEY
from governance.dictionary.formats.keys import LONGEST_KEY, Numbering, key_for
from tests.dictionary.worlds import AWKWARD


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (("orders", "customerID"), "orders.customer_id"),
        (("Kunden", "Größe"), "kunden.grosse"),
        (("Straße", "Łódź"), "strasse.lodz"),
        (("STRAẞE", "Øre"), "strasse.ore"),
        (("a b", "c-d/e"), "a_b.c_d_e"),
        (("1st", "2nd"), "c_1st.c_2nd"),
        (("", "id"), "id"),
        (("客户", "ID"), "c_ad4af312.id"),
        (("", " "), "column"),
        (("℡",), "tel"),
    ],
)
def test_a_key_is_made_of_names(names: tuple[str, ...], key: str) -> None:
    assert key_for(*names) == key


@given(st.lists(st.text(max_size=90) | AWKWARD, max_size=3))
def test_every_key_is_one(names: list[str]) -> None:
    key = key_for(*names)
    assert KEY.fullmatch(key)
    assert len(key) <= LONGEST_KEY


class Counted(set[str]):
    asked = 0

    def __contains__(self, key: object) -> bool:
        self.asked += 1
        return super().__contains__(key)


def test_a_key_that_is_taken_gets_a_number() -> None:
    taken, numbering = Counted({"id", "id_3"}), Numbering()
    found = []
    for _column in range(4):
        found.append(numbering.free("id", taken))
        taken.add(found[-1])
    assert found == ["id_2", "id_4", "id_5", "id_6"]
    assert numbering.free("other", taken) == "other"


def test_a_thousand_columns_of_one_name_are_numbered_in_one_go() -> None:
    taken, numbering = Counted(), Numbering()
    for _column in range(1000):
        taken.add(numbering.free("x" * LONGEST_KEY, taken))
    assert len(taken) == 1000
    assert all(len(key) <= LONGEST_KEY and re.fullmatch(r"x+(_[0-9]+)?", key) for key in taken)
    assert taken.asked < 3000
