"""The bodies of components in words and figures for people who read no code. Bodies in, values for templates out; no queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from approvals.difference import Row, number_of
from foundation.rounding import rounded
from foundation.templatetags.countersign import figure as written
from governance.dictionary.wording import deviation_told
from governance.economics.cashflow import Evaluation, Refused, evaluate
from governance.economics.cashflow.precision import product, total
from governance.economics.comparing import compared
from governance.economics.components import plan_of_case
from governance.economics.plan import Line, Plan
from governance.economics.plan.problems import NotWritten
from governance.economics.presenting.comparing import comparison_told
from governance.economics.wording.cases import discount_told, driver_told, horizon_told, money, periods, when
from governance.economics.wording.refusals import case_refused
from governance.usecases.consequence import consequence
from governance.usecases.models import Definition, UseCase
from governance.usecases.wording import field_label as use_case_label
from governance.usecases.wording_kpis import sentence_of

MOST_ROWS = 60  # of a difference on a page; the count says how many there are
DELTA = 6  # places of a step


def figure(value: Any) -> str:
    """A number with the reader's separators; anything else as it is."""
    number = number_of(value)
    return str(value) if number is None else written(number)


def use_case_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """The definition as it was agreed, each KPI as a sentence."""
    if "business_problem" not in body:
        return {"missing": _("Nobody has written down what the use case is for.")}
    texts = [
        (_("Business problem"), body["business_problem"]),
        (_("Who is affected"), body.get("affected")),
        (_("Machine-learning problem"), body.get("ml_problem")),
        (_("Intended use"), body.get("intended_use")),
        (_("Limits"), body.get("limits")),
        (_("Risk tier"), str(dict(Definition.RiskTier.choices).get(body.get("risk_tier", ""), ""))),
        (_("Assumptions"), body.get("assumptions")),
        (_("Data that is expected"), _named(body.get("data_sources", ()), "note")),
        (_("Who may use the output"), _named(body.get("consumers", ()), "purpose")),
        (_("Laws and rules that apply"), body.get("regulation")),
        *((use_case_label(name), body.get(name)) for name in ("latency", "throughput", "volume", "availability")),
        *((use_case_label(name), body.get(name)) for name in ("framework", "containers", "language")),
    ]
    kinds = dict(UseCase.Kind.choices)
    return {
        "title": body.get("title", ""),
        "kind": kinds.get(body.get("kind", ""), ""),
        "texts": [{"label": label, "text": text} for label, text in texts if text],
        "kpis": [
            {"name": kpi["name"], "sentence": _kpi_comes_to(kpi), "how": kpi.get("how", "")} for kpi in body.get("kpis", ())
        ],
    }


def _named(items: Sequence[Mapping[str, Any]], more: str) -> str:
    """A list of named things as lines: `CRM: contracts since 2021`."""
    return "\n".join(f"{item['name']}: {item[more]}" if item.get(more) else str(item["name"]) for item in items)


def _kpi_comes_to(kpi: Mapping[str, Any]) -> str:
    """In people or things where the KPI says out of how many; else what is wanted of the figure."""
    figures = {name: number_of(kpi.get(name)) for name in ("baseline", "target", "tolerance", "population")}
    known = {**kpi, **figures}
    return sentence_of(known) if consequence(known) else kpi_sentence(kpi)


def kpi_sentence(kpi: Mapping[str, Any]) -> str:
    """What is wanted of one figure: `from 42 % now to at least 70 %, give or take 3`."""
    words = {
        "target": figure(kpi["target"]),
        "unit": kpi.get("unit", ""),
        "baseline": figure(kpi["baseline"]) if kpi.get("baseline") is not None else "",
        "tolerance": figure(kpi["tolerance"]) if number_of(kpi.get("tolerance")) else "",
    }
    up = kpi.get("direction") != "down"
    if words["baseline"]:
        said = _("from %(baseline)s %(unit)s now to at least %(target)s %(unit)s")
        said = said if up else _("from %(baseline)s %(unit)s now to at most %(target)s %(unit)s")
    else:
        said = _("at least %(target)s %(unit)s") if up else _("at most %(target)s %(unit)s")
    if words["tolerance"]:
        return _("%(goal)s, give or take %(tolerance)s") % {"goal": (said % words).strip(), "tolerance": words["tolerance"]}
    return (said % words).strip()


def model_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """Metrics and parameters beside those of the version before, and the errors on the test data in a sentence."""
    old = {(metric["name"], metric["dataset"]): metric["value"] for metric in (before or {}).get("metrics", ())}
    metrics = [_metric(metric, old) for metric in body.get("metrics", ()) if not metric["name"].startswith("confusion.")]
    now = {(metric["name"], metric["dataset"]) for metric in body.get("metrics", ())}
    lost = sorted(f"{name} ({dataset})" if dataset else name for name, dataset in old.keys() - now)
    params, known = body.get("params") or {}, (before or {}).get("params") or {}
    made, made_before = body.get("pipeline") or {}, (before or {}).get("pipeline") or {}
    compared = before is not None
    return {
        "metrics": metrics,
        "lost": lost,
        "counts": [
            sentence for sentence in (confusion_sentence(body), confusion_sentence(before or {}, earlier=True)) if sentence
        ],
        "params": [
            {"name": name, "value": value, "before": known.get(name), "changed": before is not None and known.get(name) != value}
            for name, value in sorted(params.items())
        ],
        "gone": [{"name": name, "before": known[name]} for name in sorted(known.keys() - params.keys())],
        "made": [
            {
                "name": name,
                "value": digest,
                "before": (was := made_before.get(name)),
                "changed": compared and was != digest,
            }
            for name, digest in sorted(made.items())
        ],
        "made_gone": [{"name": name, "before": made_before[name]} for name in sorted(made_before.keys() - made.keys())],
        "other_artifact": before is not None and before.get("artifact") != body.get("artifact"),
        "artifact": body.get("artifact", ""),
        "serialization": body.get("serialization", ""),
        "compared": before is not None,
    }


def _metric(metric: Mapping[str, Any], old: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    now, was = number_of(metric["value"]), number_of(old.get((metric["name"], metric["dataset"])))
    step = now - was if now is not None and was is not None else None
    return {
        "name": metric["name"],
        "dataset": metric["dataset"],
        "value": figure(metric["value"]),
        "before": figure(was) if was is not None else "",
        "delta": f"{'+' if step > 0 else '−'}{figure(abs(rounded(step, DELTA)))}" if step else ("=" if step is not None else ""),
    }


def confusion_sentence(body: Mapping[str, Any], *, earlier: bool = False) -> str:
    """What the errors come to in people or things: the one figure that everybody can judge."""
    counts = {metric["name"].removeprefix("confusion."): number_of(metric["value"]) for metric in body.get("metrics", ())}
    tp, fn, fp, tn = (counts.get(name) for name in ("tp", "fn", "fp", "tn"))
    if tp is None or fn is None or fp is None or tn is None:
        return ""
    words = {"found": figure(tp), "all": figure(tp + fn), "missed": figure(fn), "wrong": figure(fp), "others": figure(fp + tn)}
    if earlier:
        return _("Before: %(found)s of %(all)s found, %(missed)s missed, %(wrong)s false alarms.") % words
    said = _(
        "Of %(all)s cases in the test data that should be found, %(found)s are found and %(missed)s missed; "
        "of the %(others)s others, %(wrong)s are false alarms."
    )
    return said % words


def data_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    known = {(item["role"], item["name"]): item for item in (before or {}).get("datasets", ())}
    rows = []
    for item in body.get("datasets", ()):
        was = known.get((item["role"], item["name"]))
        state = "" if before is None else "added" if was is None else "same" if was == item else "changed"
        size = figure(item["rows"]) if item.get("rows") is not None else ""
        columns = ", ".join(item.get("columns") or ())
        rows.append(
            {
                "role": item["role"],
                "name": item["name"],
                "rows": size,
                "columns": columns,
                "digest": item["digest"],
                "state": state,
            }
        )
    return {
        "datasets": rows,
        "roles": {"train": _("training"), "test": _("test"), "validation": _("validation"), "dvc": _("pipeline input")},
    }


def dictionary_view(
    body: Mapping[str, Any], before: Mapping[str, Any] | None, versions: Mapping[tuple[str, str], Any]
) -> dict[str, Any]:
    """The meaning of each column. `versions` has the element version behind (element path, digest)."""
    datasets, loose = [], 0
    for name, columns in body.get("datasets", {}).items():
        if not columns:
            continue
        rows = [_column(column, said, versions) for column, said in columns.items()]
        loose += sum(not row["meanings"] for row in rows)
        datasets.append({"name": name, "columns": rows})
    return {"datasets": datasets, "loose": loose}


def _column(column: str, said: Any, versions: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
    meanings = []
    for item in said if isinstance(said, list) else [said] if said else []:
        version = versions.get((item["element"], item["version"]))
        meanings.append(
            {
                "element": item["element"],
                "name": str(version.element) if version else item["element"],
                "definition": version.definition if version else "",
                "unit": version.unit if version else "",
                "sensitivity": version.get_sensitivity_display() if version else "",
                "deviation": deviation_told(item["deviation"]),
                "approved": item["version"] is not None,
            }
        )
    return {"column": column, "meanings": meanings}


def dependencies_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    locks = []
    for lock in body.get("sets", ()):
        packages = lock["requirements"]
        loose = [item["name"] for item in packages if not (item["version"] and item["hashes"])]
        locks.append(
            {"path": lock["path"], "packages": packages, "count": len(packages), "loose": loose, "problems": lock["problems"]}
        )
    return {"locks": locks, "count": sum(lock["count"] for lock in locks)}


def runtime_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    said = body.get("runtime") or {}
    labels = {"kind": _("Kind"), "image_digest": _("Image"), "config": _("Configuration")}
    words = {"lock": _("what the lock files say"), "image": _("a container image")}
    return {
        "facts": [
            {"label": labels.get(name, name), "value": words.get(str(value), value), "mono": name != "kind"}
            for name, value in said.items()
        ]
    }


def economics_view(body: Mapping[str, Any], before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the case is worth, in the words of somebody who has to pay for it."""
    case = body.get("case")
    if case is None:
        return {"missing": _("Nobody has written down what it costs and brings.")}
    try:
        worth = _worth(case)
    except (Refused, NotWritten) as refusal:  # the rules may have been others when it was written down
        return {"missing": case_refused(refusal)}
    earlier = (before or {}).get("case")
    was = _worth_before(earlier) if earlier and earlier != case else None
    return {
        "currency": case["currency"],
        "rate": discount_told(worth.plan.discount),
        "horizon": case["horizon"],
        "sentence": _npv_sentence(case, worth),
        "npv": money(worth.npv),
        "npv_before": money(was.npv) if was else "",
        "positive": rounded(worth.npv, 0) >= 0,
        "costs": money(total(worth.flows.costs)),
        "benefits": money(total(worth.flows.benefits)),
        "payback": periods(worth.payback_last, worth.plan.period) if worth.payback_last is not None else "",
        "changes": _changes(was.plan, worth.plan) if was else None,
        "lines": [_case_line(worth, line) for line in worth.plan.lines],
    }


def _worth(case: Mapping[str, Any]) -> Evaluation:
    return evaluate(plan_of_case(case))


def _worth_before(case: Mapping[str, Any]) -> Evaluation | None:
    """None where that cannot be reckoned any more: then nothing can be compared with it."""
    try:
        return _worth(case)
    except (Refused, NotWritten):
        return None


def _changes(before: Plan, after: Plan) -> dict[str, Any] | None:
    try:
        return comparison_told(compared(before, after))
    except Refused:  # too large to be taken apart
        return None


def _npv_sentence(case: Mapping[str, Any], worth: Evaluation) -> str:
    left = rounded(worth.npv, 0)
    words = {"amount": money(abs(left)), "currency": case["currency"], "years": horizon_told(worth.plan)}
    if not left:
        return _("Over %(horizon)s it brings what it costs, as worth today.") % {"horizon": words["years"]}
    if left > 0:
        return _("Worth %(amount)s %(currency)s over %(years)s, everything discounted to today.") % words
    return _("Costs %(amount)s %(currency)s more than it brings over %(years)s, everything discounted to today.") % words


def _case_line(worth: Evaluation, line: Line) -> dict[str, Any]:
    """A line each time it falls; where a model drives it, what that brings."""
    plain = f"{figure(line.quantity)} {line.unit} × {figure(line.unit_price)}"
    return {
        "title": line.title,
        "kind": _("Cost") if line.kind == "cost" else _("Benefit"),
        "reckoning": plain if line.driver is None else driver_told(line.driver),
        "amount": money(product(line.quantity, line.unit_price) if line.driver is None else line.driver.worth()),
        "when": when(line, worth.plan.period),
    }


def labelled(rows: Sequence[Row]) -> list[dict[str, str]]:
    """The rows of a difference as `components/diff.html` takes them, with fields named in the reader's language."""
    return [
        {
            "path": " › ".join(field_label(part) for part in row.path),
            "before": row.before,
            "after": row.after,
            "change": row.change,
        }
        for row in rows[:MOST_ROWS]
    ]


def field_label(name: str) -> str:
    """The word for a field of a component's body; names that people gave are left alone."""
    labels = {
        "title": _("Title"),
        "kind": _("Kind"),
        "business_problem": _("Business problem"),
        "affected": _("Who is affected"),
        "ml_problem": _("Machine-learning problem"),
        "intended_use": _("Intended use"),
        "limits": _("Limits"),
        "kpis": _("KPIs"),
        "target": _("Wanted"),
        "baseline": _("Now"),
        "tolerance": _("Tolerance"),
        "direction": _("Direction"),
        "unit": _("Unit"),
        "how": _("How it is measured"),
        "datasets": _("Data sets"),
        "rows": _("Rows"),
        "columns": _("Columns"),
        "element": _("Element"),
        "version": _("Meaning"),
        "deviation": _("Declared deviation"),
        "case": _("Case"),
        "lines": _("Lines"),
        "quantity": _("Quantity"),
        "unit_price": _("Price per unit"),
        "from_period": _("From period"),
        "to_period": _("To period"),
        "discount_rate": _("Discount rate"),
        "horizon": _("Horizon"),
        "params": _("Parameters"),
        "metrics": _("Metrics"),
        "artifact": _("Artifact"),
        "pipeline": _("What the pipeline made"),
        "serialization": _("Serialization"),
        "runtime": _("Runtime"),
        "config": _("Configuration"),
        "value": _("Value"),
        "risk_tier": _("Risk tier"),
    }
    return labels.get(name) or use_case_label(name)


def title_of(component_label: str) -> str:
    """A component's name at the head of its part."""
    return capfirst(component_label)
