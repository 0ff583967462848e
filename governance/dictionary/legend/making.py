"""From an element to what a legend says of a column that holds it. Pure."""

from __future__ import annotations

from governance.dictionary.elements import Element, content_digest
from governance.dictionary.legend.keys import legend_key
from governance.dictionary.legend.model import LegendColumn

MOST_VALUES = 50  # more are counted: a legend stays small
LONGEST_DEFINITION = 500
LONGEST_DEVIATION = 2000


def column_of(
    element: Element, *, dictionary: str, column: str, version: str, deviation: str = "", digest: str = ""
) -> LegendColumn:
    """What the legend says of `column`, which holds `element` of `dictionary` (slug) in `version` (such as 1.2.0).

    The definition is cut where it is long. `digest` is the version's content digest, computed here unless it is given.
    """
    values = tuple(sorted((value.code, value.meaning) for value in element.domain.values))
    return LegendColumn(
        name=column,
        element=f"{dictionary}/{element.key}",
        legend=legend_key(dictionary, element.key),
        version=version,
        digest=digest or content_digest(element),
        title=element.name,
        definition=_short(element.definition, LONGEST_DEFINITION),
        unit=element.unit,
        null_meanings=tuple(sorted((item.token, item.meaning) for item in element.null_meanings)),
        values=values if len(values) <= MOST_VALUES else (),
        value_count=None if len(values) <= MOST_VALUES else len(values),
        timezone=element.timezone,
        deviation=_short(deviation, LONGEST_DEVIATION),
    )


def _short(text: str, most: int) -> str:
    """The text, cut between words where there are any in its last fifth."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    whole = head.rsplit(" ", 1)[0]
    return f"{whole if len(whole) >= most * 4 // 5 else head}…"
