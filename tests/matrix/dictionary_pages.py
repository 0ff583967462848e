"""The pages on which people look through dictionaries, and the small forms on them."""

from __future__ import annotations

from tests.matrix.registers import DICTIONARY
from tests.matrix.row import BUILDERS, NOBODY, Row, body, of

ELEMENT = of(slug="dictionary", key="element")

BROWSING_PAGES = [
    Row("dictionary_print", "GET", args=DICTIONARY),
    Row("dictionary_workbook", "GET", args=DICTIONARY),
    Row("side_by_side", "GET", args=ELEMENT),
    Row("element_uses", "GET", args=ELEMENT),
    Row("column_bind", "GET", args=ELEMENT),
    Row("alias_add", "GET", args=ELEMENT),
    Row("alias_add", "POST", 302, BUILDERS, args=ELEMENT, data=body(term="Account holder")),
    Row("alias_end", "POST", 302, BUILDERS, args=of(slug="dictionary", public_id="alias")),
    Row("element_steward", "GET", args=ELEMENT),
    Row("element_steward", "POST", 302, NOBODY, args=ELEMENT, data=body(person="stranger")),
]
