"""A plan as rows of tables, and rows as a plan that is written down. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from governance.economics.drivers import as_mapping
from governance.economics.plan.model import ALWAYS, Line, Plan, Range

Row = dict[str, Any]


def rows_of(plan: Plan) -> dict[str, list[Row]]:
    """The rows of each table by the names of its fields: Decimal, int, bool, date, text; what is not stated is left out.

    `case` has one row, and `steps` those after the first.
    """
    return {
        "case": [_case(plan)],
        "lines": [_line(line) for line in plan.lines],
        "steps": [{"from_year": year, "rate": rate} for year, rate in plan.discount.steps[1:]],
        "exchange": [_dated({"currency": item.currency, "rate": item.rate}, item) for item in plan.exchange],
        "biases": [
            _dated({"key": bias.key, "title": bias.title, "upper": bias.upper, "lower": bias.lower}, bias) for bias in plan.biases
        ],
        "mitigations": [
            {"bias": bias.key, "title": item.title, "share": item.share, "evidence": item.evidence}
            for bias in plan.biases
            for item in bias.mitigations
        ],
        "scenarios": list(_scenarios(plan)),
        "correlations": [{"one": item.one, "other": item.other, "value": item.value} for item in plan.correlations],
    }


def _case(plan: Plan) -> Row:
    row: Row = {"currency": plan.currency, "period": plan.period, "horizon": plan.horizon, "prices": plan.prices}
    row |= {"tolerance": plan.tolerance}
    row |= {"rate": plan.discount.steps[0][1], "rate_prices": plan.discount.prices, "mid_period": plan.mid_period}
    row |= {f"rate_{name}": value for name, value in _dated({}, plan.discount).items()}
    if plan.inflation is not None:
        row |= {"inflation": plan.inflation.rate}
        row |= {f"inflation_{name}": value for name, value in _dated({}, plan.inflation).items()}
    return row | {name: rate for name in ("finance_rate", "reinvestment_rate") if (rate := getattr(plan, name)) is not None}


def _dated(row: Row, item: Any) -> Row:
    if item.source:
        row["source"] = item.source
    if item.dated != ALWAYS:
        row["dated"] = item.dated
    return row


_OF_LINE = ("key", "title", "kind", "category", "quantity", "unit", "unit_price", "currency", "prices", "from_period", "to_period",
            "every", "growth", "risk", "risk_reason", "bias", "owner", "evidence")  # fmt: skip


def _line(line: Line) -> Row:
    row = {name: value for name in _OF_LINE if (value := getattr(line, name)) != ""}
    for name in ("quantity", "unit_price"):
        around: Range | None = getattr(line, f"{name}_range")
        if around is not None:
            row |= {f"{name}_low": around.low, f"{name}_high": around.high}
    if line.driver is not None:
        model: Any = line.driver  # one of those that `drivers` knows
        row |= {"driver": as_mapping(model), "=worth": model.worth()}
    return row


def _scenarios(plan: Plan) -> Iterator[Row]:
    for scenario in plan.scenarios:
        named = {"key": scenario.key, "title": scenario.title}
        if not scenario.overrides:
            yield dict(named)
        for name, value in scenario.overrides.items():
            yield {**named, "input": name, "value": value}


# And back ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the table, the number of its row there (from 0), and the field; empty for the whole row."""

    table: str
    row: int = 0
    field: str = ""


@dataclass(slots=True)
class Written:
    """A plan as `plan_from_mapping` takes it, and for each path of it the place it came from. `odd`: what the tables say twice."""

    mapping: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    odd: list[tuple[Place, str, dict[str, object]]] = field(default_factory=list)

    def place(self, path: str) -> Place | None:
        """The place of a path, or of what holds it."""
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return None

    def put(self, target: dict[str, Any], name: str, row: Row, given: str, path: str, place: Place) -> None:
        """Moves one value of a row to where it stands in the plan."""
        self.places[path] = place
        if given in row:
            target[name] = row[given]


def written_of(tables: Mapping[str, Sequence[Row]]) -> Written:
    """What `rows_of` made of a plan, as a mapping that can be read and checked. Tables that are not there are left out of it."""
    made = Written()
    if tables.get("case"):
        _read_case(made, tables["case"][0], tables.get("steps", ()))
    if "lines" in tables:
        made.mapping["lines"] = [_read_line(made, row, at) for at, row in enumerate(tables["lines"])]
    for name, fields in (("exchange", ("currency", "rate", "source", "dated")), ("correlations", ("one", "other", "value"))):
        rows = tables.get(name, ())
        made.mapping[name] = [_read_record(made, name, row, at, fields) for at, row in enumerate(rows)]
    _read_biases(made, tables.get("biases", ()), tables.get("mitigations", ()))
    _read_scenarios(made, tables.get("scenarios", ()))
    made.mapping = {name: value for name, value in made.mapping.items() if value != [] or name == "lines"}
    return made


_TOP = ("currency", "period", "horizon", "prices", "mid_period", "finance_rate", "reinvestment_rate", "tolerance")


def _read_case(made: Written, row: Row, steps: Sequence[Row]) -> None:
    for name in _TOP:
        made.put(made.mapping, name, row, name, name, Place("case", 0, name))
    discount: dict[str, Any] = {"steps": [[0, row["rate"]] if "rate" in row else [0, Decimal(0)]]}
    if "rate" not in row:
        made.odd.append((Place("case", 0, "rate"), "missing", {}))
    for name in ("prices", "source", "dated"):
        made.put(discount, name, row, f"rate_{name}", f"discount.{name}", Place("case", 0, f"rate_{name}"))
    made.places["discount"] = made.places["discount.steps.0.1"] = Place("case", 0, "rate")
    for at, step in enumerate(steps, start=1):
        for part, name in enumerate(("from_year", "rate")):
            made.places[f"discount.steps.{at}.{part}"] = Place("steps", at - 1, name)
            if name not in step:
                made.odd.append((Place("steps", at - 1, name), "missing", {}))
        if "from_year" in step and "rate" in step:
            discount["steps"].append([step["from_year"], step["rate"]])
        else:  # something that is in order, so that the steps after it keep their places
            discount["steps"].append([discount["steps"][-1][0] + 1, Decimal(0)])
    made.mapping["discount"] = discount
    if any(name in row for name in ("inflation", "inflation_source", "inflation_dated")):
        inflation = made.mapping["inflation"] = {}
        for name, given in (("rate", "inflation"), ("source", "inflation_source"), ("dated", "inflation_dated")):
            made.put(inflation, name, row, given, f"inflation.{name}", Place("case", 0, given))


def _read_line(made: Written, row: Row, at: int) -> Row:
    path = f"lines.{at}"
    line: Row = {}
    made.places[path] = Place("lines", at)
    for name in (*_OF_LINE, "driver"):
        made.put(line, name, row, name, f"{path}.{name}", Place("lines", at, name))
    for name in ("quantity", "unit_price"):
        if f"{name}_low" in row or f"{name}_high" in row:
            around = line[f"{name}_range"] = {}
            made.places[f"{path}.{name}_range"] = Place("lines", at, f"{name}_low")
            for end in ("low", "high"):
                made.put(around, end, row, f"{name}_{end}", f"{path}.{name}_range.{end}", Place("lines", at, f"{name}_{end}"))
    return line


def _read_record(made: Written, table: str, row: Row, at: int, fields: Sequence[str]) -> Row:
    record: Row = {}
    made.places[f"{table}.{at}"] = Place(table, at)
    for name in fields:
        made.put(record, name, row, name, f"{table}.{at}.{name}", Place(table, at, name))
    return record


def _read_biases(made: Written, biases: Sequence[Row], mitigations: Sequence[Row]) -> None:
    fields = ("key", "title", "upper", "lower", "source", "dated")
    found = made.mapping["biases"] = [_read_record(made, "biases", row, at, fields) for at, row in enumerate(biases)]
    by_key = {bias.get("key"): at for at, bias in reversed(list(enumerate(found)))}
    for number, row in enumerate(mitigations):
        at = by_key.get(row.get("bias"))
        if at is None:
            known = ", ".join(str(key) for key in by_key if key) or "–"
            code = "no_bias" if "bias" in row else "missing"
            made.odd.append((Place("mitigations", number, "bias"), code, {"value": row.get("bias", ""), "known": known}))
            continue
        items = found[at].setdefault("mitigations", [])
        path = f"biases.{at}.mitigations.{len(items)}"
        made.places.setdefault(f"biases.{at}.mitigations", Place("mitigations", number, "share"))
        made.places[path] = Place("mitigations", number)
        item: Row = {}
        for name in ("title", "share", "evidence"):
            made.put(item, name, row, name, f"{path}.{name}", Place("mitigations", number, name))
        items.append(item)


def _read_scenarios(made: Written, rows: Sequence[Row]) -> None:
    found: dict[str, Row] = {}
    for number, row in enumerate(rows):
        key = row.get("key")
        if not key:
            made.odd.append((Place("scenarios", number, "key"), "missing", {}))
            continue
        at = list(found).index(key) if key in found else len(found)
        path = f"scenarios.{at}"
        if key not in found:
            found[key] = {"key": key, "overrides": {}}
            made.places[path] = Place("scenarios", number)
            made.places[f"{path}.key"] = Place("scenarios", number, "key")
            made.put(found[key], "title", row, "title", f"{path}.title", Place("scenarios", number, "title"))
        elif row.get("title", found[key].get("title")) != found[key].get("title"):
            made.odd.append((Place("scenarios", number, "title"), "title_differs", {"value": key}))
        _read_override(made, found[key]["overrides"], row, number, path)
    made.mapping["scenarios"] = list(found.values())


def _read_override(made: Written, overrides: Row, row: Row, number: int, path: str) -> None:
    name = row.get("input")
    if not name:
        if "value" in row:
            made.odd.append((Place("scenarios", number, "input"), "missing", {}))
        return
    if name in overrides:
        made.odd.append((Place("scenarios", number, "input"), "override_twice", {}))
        return
    made.places[f"{path}.overrides.{name}"] = Place("scenarios", number, "value")
    if "value" in row:
        overrides[name] = row["value"]
    else:
        made.odd.append((Place("scenarios", number, "value"), "missing", {}))
