"""Changes and reasons in words: codes with parameters, to be told in any language, and the English for each. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from governance.dictionary.compatibility.model import Change, Verdict

MOST_SHOWN = 120  # characters of a value in a sentence


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


# By kind. Parameters: element, path, before, after, and name, which is what the path has in brackets (a code, a token, a locale).
MESSAGES: Mapping[str, str] = {
    "wording": _("the words of %(path)s change from %(before)s to %(after)s"),
    "kept_aside": _("what another format says in %(path)s changes from %(before)s to %(after)s"),
    "alias_added": _("%(after)s becomes another name of it"),
    "alias_removed": _("%(before)s is no longer another name of it"),
    "element_added": _("%(element)s is added"),
    "element_removed": _("%(element)s is removed"),
    "key_renamed": _("%(before)s is called %(after)s; the old key remains as another name"),
    "key_replaced": _("%(before)s is called %(after)s, and the old key is no longer known"),
    "required": _("a value may no longer be missing"),
    "optional": _("a value may be missing"),
    "null_policy": _("whether a value may be missing was stated as %(before)s and is now %(after)s; it may be in both cases"),
    "unique_added": _("no value may stand there twice"),
    "unique_dropped": _("a value may stand there more than once"),
    "key_added": _("it becomes part of the key of a row"),
    "key_dropped": _("it is no longer part of the key of a row"),
    "reference_required": _("each value has to be found in the element that it refers to"),
    "reference_optional": _("a value need not be found in the element that it refers to"),
    "narrowed": _("%(path)s changes from %(before)s to %(after)s and permits less"),
    "widened": _("%(path)s changes from %(before)s to %(after)s and permits more"),
    "shifted": _("%(path)s changes from %(before)s to %(after)s: some values are new, others no longer permitted"),
    "pattern_undetermined": _("the pattern changes from %(before)s to %(after)s, and which of them permits more cannot be told"),
    "type_widened": _("%(path)s changes from %(before)s to %(after)s, which holds more values"),
    "type_narrowed": _("%(path)s changes from %(before)s to %(after)s, which holds fewer values"),
    "type_changed": _("%(path)s changes from %(before)s to %(after)s: values are written otherwise"),
    "value_added": _("%(after)s becomes a permissible value"),
    "value_removed": _("%(before)s is no longer a permissible value"),
    "values_stated": _("the permissible values are listed: %(after)s; any value could stand there before"),
    "values_dropped": _("the permissible values are no longer listed: any value can stand there"),
    "value_time_shortened": _("%(name)s is permissible for a shorter time: %(path)s changes from %(before)s to %(after)s"),
    "value_time_extended": _("%(name)s is permissible for a longer time: %(path)s changes from %(before)s to %(after)s"),
    "value_meaning": _("the meaning of the value %(name)s changes from %(before)s to %(after)s"),
    "unit": _("the unit changes from %(before)s to %(after)s"),
    "time_zone": _("the time zone changes from %(before)s to %(after)s"),
    "granularity": _("the granularity changes from %(before)s to %(after)s"),
    "semantic_type": _("what kind of quantity it is changes from %(before)s to %(after)s"),
    "null_meaning": _("what a missing value (%(name)s) means changes from %(before)s to %(after)s"),
    "null_token_added": _("%(after)s now stands for a missing value"),
    "null_token_removed": _("%(before)s no longer stands for a missing value"),
    "formula": _("how it is computed changes: %(path)s from %(before)s to %(after)s"),
    "meaning": _("the meaning changes; the definition was %(before)s and is %(after)s"),
    "key_target": _("the element that it refers to changes from %(before)s to %(after)s"),
    "key_cardinality": _("how many rows belong together changes from %(before)s to %(after)s"),
    "target_renamed": _("the element meant by %(path)s is called %(after)s instead of %(before)s"),
    "classification_raised": _("the classification is raised from %(before)s to %(after)s"),
    "classification_lowered": _("the classification is lowered from %(before)s to %(after)s"),
    "effective_from": _("the day from which it counts changes from %(before)s to %(after)s"),
    "effective_until": _("the day on which it ceases to count changes from %(before)s to %(after)s"),
}

REASONS: Mapping[str, str] = {
    "unaffected": _("nothing changes for it"),
    "kept_aside": _("it is not known what this says; look at it"),
    "alias_in_use": _("it uses the name that is taken away"),
    "alias_gone": _("a name under which it may have been found is taken away"),
    "must_be_filled": _("its data set has to hold the added element"),
    "may_have_to_be_filled": _("it is not known whether its data set has to hold the added element"),
    "element_gone": _("it reads what is removed"),
    "old_key_is_alias": _("the old key works only as long as it remains another name"),
    "old_key_gone": _("it knows the element by a key that is gone"),
    "writes_too_much": _("what it writes may not be permitted any more"),
    "meets_more": _("it may meet what was excluded until now"),
    "typed": _("it reads into a declared type, which may be too narrow"),
    "untyped": _("it may meet values that it has not met before"),
    "typing_unknown": _("it is not known whether it reads into a declared type, which may be too narrow"),
    "enumerates": _("it lists the permissible values, and does not know the new ones"),
    "enumerates_not": _("it may meet permissible values that are new to it"),
    "enumeration_unknown": _("it is not known whether it lists the permissible values"),
    "not_comparable": _("whether the new rule permits what the old one did cannot be told, and no profile was checked"),
    "not_profiled": _("no profile tells whether the value occurs"),
    "rows_fail": _("%(failing)s of %(checked)s rows newly fail (%(source)s)"),
    "no_row_fails": _("none of %(checked)s rows newly fails (%(source)s)"),
    "type_differs": _("values are written in another way"),
    "means_otherwise": _("the same values mean something else"),
    "stated_first": _("this was not stated before; it may have been understood otherwise"),
    "security_review": _("a security review is due"),
    "access_review": _("whether it may still read the element has to be reviewed"),
    "access_wider": _("more people may read the element"),
    "counts_from": _("the day from which the element counts changes"),
    "counts_until": _("the day on which the element ceases to count changes"),
    "no_reader_known": _("no reader is known; some reader would break"),
}


def params_of(change: Change) -> dict[str, str]:
    """What the message of a change names."""
    opened, closed = change.path.find("["), change.path.rfind("]")
    return {
        "element": change.element,
        "path": _shown(change.path),
        "before": _shown(change.before),
        "after": _shown(change.after),
        "name": _shown(change.path[opened + 1 : closed] if 0 <= opened < closed else ""),
    }


def told(change: Change, translate: Callable[[str], str] = _) -> str:
    return translate(MESSAGES[change.kind]) % params_of(change)


def reason_told(verdict: Verdict, translate: Callable[[str], str] = _) -> str:
    return translate(REASONS[verdict.reason]) % verdict.params


def _shown(value: Any) -> str:
    """A value as it is written in a sentence; what is not stated is a dash."""
    if value is None or value == "" or value == ():
        return "–"
    if isinstance(value, tuple):
        text = ", ".join(_shown(item) for item in value[:20])
    else:
        text = str(value)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 1] + "…"
