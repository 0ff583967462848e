"""The compatibility rule as a table: what kind of change means what for those who fill an element and those who read it. Pure.

Whether a change breaks anything is no property of the change alone. It has a direction (it permits less, permits more, both, or means
something else), and each direction hurts another side: what is tightened hurts producers, what is loosened hurts consumers, and a
changed meaning hurts both, without any value looking different.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from governance.dictionary.compatibility.folding import name_form
from governance.dictionary.compatibility.model import Bump, Change, Direction, Evidence, Reader, Severity, Verdict

Cell = Callable[[Change, Reader, Evidence | None], Verdict]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row: where the change goes, the least step of the version, and what it does to either side."""

    direction: Direction
    bump: Bump
    producer: Cell
    consumer: Cell


# What stands in a cell ----------------------------------------------------------------------------------------------------


def always(severity: Severity, reason: str) -> Cell:
    verdict = Verdict(severity, reason)
    return lambda _change, _reader, _evidence: verdict


def breaks_if(fact: Literal["typed", "enumerates"], yes: str, no: str, unknown: str) -> Cell:
    """Breaking for readers of which the fact is true, a warning for the others, and possibly breaking where nobody knows."""
    verdicts = {
        True: Verdict(Severity.BREAKING, yes),
        False: Verdict(Severity.WARN, no),
        None: Verdict(Severity.POSSIBLY_BREAKING, unknown),
    }
    return lambda _change, reader, _evidence: verdicts[getattr(reader, fact)]


def must_be_filled(change: Change, reader: Reader, _evidence: Evidence | None) -> Verdict:
    """An added element breaks who must fill it. Where nobody knows, an element that may be missing asks nothing of anybody."""
    if reader.required:
        return Verdict(Severity.BREAKING, "must_be_filled")
    if reader.required is None and change.after.get("null_policy") != "allowed":
        return Verdict(Severity.POSSIBLY_BREAKING, "may_have_to_be_filled")
    return Verdict(Severity.NONE, "unaffected")


def alias_used(change: Change, reader: Reader, _evidence: Evidence | None) -> Verdict:
    used = name_form(change.before) in map(name_form, reader.aliases)
    return Verdict(Severity.WARN, "alias_in_use") if used else Verdict(Severity.NONE, "unaffected")


def means_otherwise(change: Change, _reader: Reader, _evidence: Evidence | None) -> Verdict:
    """A meaning that is stated for the first time may be what everybody had in mind; one that differs cannot be."""
    if change.before == "":
        return Verdict(Severity.POSSIBLY_BREAKING, "stated_first")
    return Verdict(Severity.BREAKING, "means_otherwise")


def profiles_decide(unseen: Severity, clean: Severity, reason: str) -> Cell:
    """`unseen` where no row was checked, `clean` where rows were and none newly fails, else breaking."""

    def cell(_change: Change, _reader: Reader, evidence: Evidence | None) -> Verdict:
        if evidence is None or evidence.checked <= 0:
            return Verdict(unseen, reason)
        told = {"checked": str(evidence.checked), "failing": str(evidence.failing), "source": evidence.source}
        if evidence.failing > 0:
            return Verdict(Severity.BREAKING, "rows_fail", told)
        return Verdict(clean, "no_row_fails", told)

    return cell


OK = always(Severity.NONE, "unaffected")
TOO_MUCH = always(Severity.BREAKING, "writes_too_much")
MEETS_MORE = always(Severity.BREAKING, "meets_more")
IF_TYPED = breaks_if("typed", "typed", "untyped", "typing_unknown")
IF_ENUMERATES = breaks_if("enumerates", "enumerates", "enumerates_not", "enumeration_unknown")
OTHERWISE = always(Severity.BREAKING, "means_otherwise")


def _tightens() -> Kind:
    return Kind("tightens", "major", TOO_MUCH, OK)


def _loosens() -> Kind:
    return Kind("loosens", "major", OK, MEETS_MORE)


def _meaning() -> Kind:
    return Kind("meaning", "major", means_otherwise, means_otherwise)


# The table. A bump may be raised further by `floors`, which keeps to the published classification of differences.
KINDS: Mapping[str, Kind] = {
    # Words: name, definition, translation, label, example, tag; what another format says and we do not understand.
    "wording": Kind("none", "patch", OK, OK),
    "kept_aside": Kind("none", "patch", always(Severity.NOTIFY, "kept_aside"), always(Severity.NOTIFY, "kept_aside")),
    "alias_added": Kind("none", "patch", OK, OK),
    "alias_removed": Kind("loosens", "minor", alias_used, always(Severity.WARN, "alias_gone")),
    # Elements come, go, and are called otherwise. `key_renamed`: the old key stays as an alias; `key_replaced`: it does not.
    "element_added": Kind("adds", "minor", must_be_filled, OK),
    "element_removed": Kind("removes", "major", OK, always(Severity.BREAKING, "element_gone")),
    "key_renamed": Kind("rename", "minor", always(Severity.WARN, "old_key_is_alias"), always(Severity.WARN, "old_key_is_alias")),
    "key_replaced": Kind("both", "major", always(Severity.BREAKING, "old_key_gone"), always(Severity.BREAKING, "old_key_gone")),
    # A value may no longer be missing, or may be; `null_policy`: it is only stated, or no longer, that it may.
    "required": _tightens(),
    "optional": _loosens(),
    "null_policy": Kind("none", "patch", OK, OK),
    "unique_added": _tightens(),
    "unique_dropped": _loosens(),
    "key_added": _tightens(),
    "key_dropped": _loosens(),
    "reference_required": _tightens(),
    "reference_optional": _loosens(),
    # Range, length, digits, multiple, pattern. `shifted`: some values are new, others are gone.
    "narrowed": _tightens(),
    "widened": Kind("loosens", "minor", OK, IF_TYPED),
    "shifted": Kind("both", "major", TOO_MUCH, IF_TYPED),
    "pattern_undetermined": Kind(
        "undetermined", "major",
        profiles_decide(Severity.WARN, Severity.NONE, "not_comparable"), profiles_decide(Severity.WARN, Severity.WARN, "not_comparable"),
    ),
    # The logical type and its format.
    "type_widened": Kind("loosens", "minor", OK, IF_TYPED),
    "type_narrowed": _tightens(),
    "type_changed": Kind("both", "major", always(Severity.BREAKING, "type_differs"), always(Severity.BREAKING, "type_differs")),
    # Permissible values. `values_stated`: any value could stand there before; `values_dropped`: any can now.
    "value_added": Kind("loosens", "minor", OK, IF_ENUMERATES),
    "value_removed": Kind("tightens", "major", profiles_decide(Severity.POSSIBLY_BREAKING, Severity.NONE, "not_profiled"), OK),
    "values_stated": Kind("tightens", "major", profiles_decide(Severity.BREAKING, Severity.NONE, "writes_too_much"), OK),
    "values_dropped": Kind("loosens", "minor", OK, IF_ENUMERATES),
    "value_time_shortened": _tightens(),
    "value_time_extended": Kind("loosens", "minor", OK, IF_ENUMERATES),
    "value_meaning": _meaning(),
    # What the values mean.
    "unit": _meaning(),
    "time_zone": _meaning(),
    "granularity": _meaning(),
    "semantic_type": _meaning(),
    "null_meaning": _meaning(),
    "null_token_added": Kind("meaning", "major", OTHERWISE, OTHERWISE),
    "null_token_removed": Kind("meaning", "major", OTHERWISE, OTHERWISE),
    "formula": _meaning(),
    "meaning": Kind("meaning", "major", OTHERWISE, OTHERWISE),
    # The key whose values these are. `target_renamed`: the same element is meant, which is called otherwise now.
    "key_target": Kind("both", "major", means_otherwise, means_otherwise),
    "key_cardinality": Kind("both", "major", OTHERWISE, OTHERWISE),
    "target_renamed": Kind("none", "patch", OK, OK),
    # Who may see it, and when it counts.
    "classification_raised": Kind(
        "policy", "major", always(Severity.NOTIFY, "security_review"), always(Severity.NOTIFY, "access_review")
    ),
    "classification_lowered": Kind(
        "policy", "minor", always(Severity.NOTIFY, "security_review"), always(Severity.NOTIFY, "access_wider")
    ),
    "effective_from": Kind("policy", "patch", always(Severity.NOTIFY, "counts_from"), always(Severity.NOTIFY, "counts_from")),
    "effective_until": Kind("policy", "minor", always(Severity.NOTIFY, "counts_until"), always(Severity.WARN, "counts_until")),
}  # fmt: skip
