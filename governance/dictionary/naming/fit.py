"""Whether type, unit and state of an element fit a column: what lowers a score, with the reasons. Pure."""

from __future__ import annotations

from governance.dictionary.naming.columns import Sought
from governance.dictionary.naming.known import Entry
from governance.dictionary.naming.physical import agreement
from governance.dictionary.naming.reasons import Reason, reason
from governance.dictionary.naming.unit_hints import contradicts

TYPE_DIFFERS, TYPE_NEAR, UNIT_DIFFERS, RETIRED = 0.8, 0.98, 0.72, 0.65


def fitted(asked: Sought, item: Entry, score: float) -> tuple[float, list[Reason]]:
    """The score after what fits and what does not, with the reasons for both. Whatever is not stated changes nothing."""
    reasons: list[Reason] = []
    known = item.known
    agreed = agreement(asked.kind, known.logical_type)
    if agreed == "same":
        reasons.append(reason("same_type", type=asked.kind))
    elif agreed:
        score *= TYPE_DIFFERS if agreed == "differs" else TYPE_NEAR
        if agreed == "differs":
            reasons.append(reason("type_differs", column=asked.kind, element=known.logical_type))
    against = contradicts(asked.hint, known)
    if against is not None and asked.hint is not None:
        score *= UNIT_DIFFERS
        said = asked.hint.timezone if against == "timezone_differs" else asked.hint.unit
        there = known.timezone if against == "timezone_differs" else known.unit
        reasons.append(reason(against, column=said, element=there, scale=format(asked.hint.scale, "f")))
    elif asked.hint is not None and asked.hint.unit and known.unit:
        reasons.append(reason("same_unit", unit=known.unit))
    if known.retired:
        score *= RETIRED
        reasons.append(reason("retired"))
    return round(score, 4), reasons
