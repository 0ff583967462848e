"""Limits and proofs in sentences for people who read no YAML."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.envelopes import COMPONENTS, Limits, Line, MetricLimit
from approvals.readable import figure
from approvals.wording import component_label, components_text


def moves_text(limits: Limits) -> str:
    """`May move: model and data.` in the order of a manifest."""
    return components_text([name for name in COMPONENTS if name in limits.moves])


def limit_sentences(limits: Limits) -> list[str]:
    """Every limit as a sentence, those on figures first."""
    said = [_metric_sentence(name, limit) for name, limit in sorted(limits.metrics.items())]
    if "model" in limits.moves:
        if limits.params_may_change:
            names = ", ".join(limits.params_may_change)
            said.append(_("Of the parameters, only these may change: %(names)s.") % {"names": names})
        else:
            said.append(_("No parameter may change, and neither may the kind of the model or how it is stored."))
    if "data" in limits.moves:
        if limits.names:
            said.append(
                _("It is made from the data sets of the baseline, or from these: %(names)s.") % {"names": ", ".join(limits.names)}
            )
        else:
            said.append(_("It is made from the same data sets, in the same roles."))
    if limits.same_columns:
        said.append(_("Every data set has the columns that it has in the baseline."))
    said += _row_sentences(limits)
    if limits.max_age_days is not None:
        days = ngettext("%(n)s day", "%(n)s days", limits.max_age_days) % {"n": limits.max_age_days}
        said.append(_("It was registered at most %(days)s ago.") % {"days": days})
    return said


def free_sentences(limits: Limits) -> list[str]:
    """What may move without any limit that could be set on it: a reviewer has to know."""
    bounded = {"model", "data"} | ({"dictionary"} if limits.same_columns else set())
    return [
        _("Any change of %(component)s is let in.") % {"component": component_label(name)}
        for name in sorted(limits.moves - bounded)
    ]


def _metric_sentence(name: str, limit: MetricLimit) -> str:
    parts = []
    if limit.min is not None:
        parts.append(_("is at least %(value)s") % {"value": figure(limit.min)})
    if limit.max is not None:
        parts.append(_("is at most %(value)s") % {"value": figure(limit.max)})
    if limit.may_fall is not None:
        parts.append(_falls(limit.may_fall))
    if limit.may_rise is not None:
        parts.append(_rises(limit.may_rise))
    return _("%(metric)s %(bounds)s.") % {"metric": name, "bounds": _(" and ").join(parts)}


def _falls(value: Decimal) -> str:
    if value == 0:
        return _("is not below the baseline's")
    return _("is at most %(value)s below the baseline's") % {"value": figure(value)}


def _rises(value: Decimal) -> str:
    if value == 0:
        return _("is not above the baseline's")
    return _("is at most %(value)s above the baseline's") % {"value": figure(value)}


def _row_sentences(limits: Limits) -> Iterable[str]:
    if limits.min_rows is not None:
        yield _("In each role there are at least %(rows)s rows.") % {"rows": figure(limits.min_rows)}
    if limits.max_rows is not None:
        yield _("In each role there are at most %(rows)s rows.") % {"rows": figure(limits.max_rows)}
    if limits.rows_may_change_by is not None:
        share = figure(limits.rows_may_change_by * 100)
        yield _("The number of rows in each role differs from the baseline's by at most %(share)s %%.") % {"share": share}


def proof_text(lines: Iterable[Line]) -> str:
    """Lines of a proof in one text; the components that are as in the baseline are told together."""
    lines = list(lines)
    same = [line.about for line in lines if line.code == "component" and line.ok]
    said = [line_text(line) for line in lines if not (line.code == "component" and line.ok)]
    if same:
        said.append(_("as in the baseline: %(components)s") % {"components": components_text(same)})
    return "; ".join(said) if lines and lines[0].code.startswith("metric.") else str(capfirst("; ".join(said)))


def line_sentence(line: Line) -> str:
    """The same with a capital, except where it begins with the name of a figure."""
    text = line_text(line)
    return text if line.code.startswith("metric.") else str(capfirst(text))


def line_text(line: Line) -> str:
    """One line of a proof as a sentence, whether it holds, is broken or cannot be answered."""
    words = {
        "about": line.about,
        "component": component_label(line.about),
        "expected": _value(line.expected),
        "found": _value(line.found),
    }
    held, broken, unknown = _sentences(line)
    said = held if line.ok else unknown if line.ok is None else broken
    return said % words


def _value(text: str) -> str:
    """Digests are cut short: the whole one stands beside the version."""
    return text[:19] + "…" if text.startswith("sha256:") else figure(text) if text else "–"


def _sentences(line: Line) -> tuple[str, str, str]:
    """How a line reads when it holds, when it is broken, and when nobody can say."""
    unknown_metric = _("%(about)s was not measured on both sides, so nobody can say whether it is within its limit")
    unknown_rows = _("how many rows there are in the role %(about)s is not known")
    known = {
        "component": (
            _("%(component)s is as in the baseline"),
            _("%(component)s is not as in the baseline, and may not move"),
            _("%(component)s is missing on one side"),
        ),
        "component.moves": (_("%(component)s may move"), "", ""),
        "kind": (
            _("it is still of the kind %(found)s"),
            _("it is of the kind %(found)s, no more %(expected)s"),
            _("its kind is not known"),
        ),
        "serialization": (
            _("it is stored as before (%(found)s)"),
            _("it is stored as %(found)s, no more as %(expected)s"),
            _("how it is stored is not known"),
        ),
        "params": (
            _("the parameters that changed may change (%(found)s)") if line.found else _("no parameter changed"),
            "",
            _("the parameters are not known"),
        ),
        "param": ("", _("the parameter %(about)s is %(found)s, was %(expected)s, and may not change"), ""),
        "metric.min": (
            _("%(about)s %(found)s is at least %(expected)s"),
            _("%(about)s %(found)s is below %(expected)s"),
            unknown_metric,
        ),
        "metric.max": (
            _("%(about)s %(found)s is at most %(expected)s"),
            _("%(about)s %(found)s is above %(expected)s"),
            unknown_metric,
        ),
        "metric.may_fall": (
            _("%(about)s %(found)s has not fallen below %(expected)s"),
            _("%(about)s %(found)s has fallen below %(expected)s"),
            unknown_metric,
        ),
        "metric.may_rise": (
            _("%(about)s %(found)s has not risen above %(expected)s"),
            _("%(about)s %(found)s has risen above %(expected)s"),
            unknown_metric,
        ),
        "data.sets": (
            _("the data sets are among those agreed to (%(found)s)"),
            _("the data sets %(found)s are not those agreed to (%(expected)s)"),
            _("the data sets are not known"),
        ),
        "data.columns": (
            _("the columns in the role %(about)s are those of the baseline"),
            _("the columns in the role %(about)s differ: new %(found)s, gone %(expected)s"),
            _("the columns in the role %(about)s are not known on both sides"),
        ),
        "data.min_rows": (
            _("the role %(about)s has %(found)s rows, at least %(expected)s"),
            _("the role %(about)s has %(found)s rows, fewer than %(expected)s"),
            unknown_rows,
        ),
        "data.max_rows": (
            _("the role %(about)s has %(found)s rows, at most %(expected)s"),
            _("the role %(about)s has %(found)s rows, more than %(expected)s"),
            unknown_rows,
        ),
        "data.rows_change": (
            _("the role %(about)s has %(found)s rows, close enough to %(expected)s"),
            _("the role %(about)s has %(found)s rows, too far from %(expected)s"),
            unknown_rows,
        ),
        "data.age": (
            _("it was registered %(found)s days ago, at most %(expected)s"),
            _("it was registered %(found)s days ago, more than %(expected)s"),
            _("when it was registered is not known"),
        ),
    }
    return known.get(line.code, (line.code, line.code, line.code))
