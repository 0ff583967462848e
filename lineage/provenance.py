"""What CI says about a version, brought into one form and told apart by one digest. Pure: no database, no files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any

from foundation.canonical import decimal_text, digest

SHA1 = re.compile(r"[0-9a-f]{40}\Z")
SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})\Z")
MOST_PARAMETERS = 5000
DEEPEST = 12
LARGEST_EXPONENT = 1000  # written out, 1e999999999 would fill the memory
FIGURE = Context(prec=15)  # what every database gives back as it was; a float means no more than that either
PLACES = 18
NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # what no database keeps: NUL, and half a surrogate pair


class Malformed(ValueError):
    """A field that cannot be used: `field` is its path, `code` says what is wrong."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One figure, on one data set or on none that was named."""

    name: str
    dataset: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Provenance:
    """One model version as it was pushed, normalised. `identity` is over all but the metrics, which may grow."""

    kind: str
    commit: str
    dirty: bool | None
    porcelain_sha256: str
    repository_url: str
    params: Mapping[str, Any]
    metrics: tuple[MetricValue, ...]
    artifact_uri: str
    artifact_sha256: str
    artifact_size: int | None
    serialization: str
    runtime: Mapping[str, Any]
    datasets: tuple[Mapping[str, Any], ...]
    lock_digests: tuple[str, ...] = ()
    sources: tuple[Mapping[str, Any], ...] = ()  # files of the repository that came along: path, sha256, owning component

    def identity(self) -> str:
        """The digest that tells versions apart: commit, working tree, artifact, parameters, locks, data sets, runtime."""
        return digest(
            {
                "kind": self.kind,
                "commit": self.commit,
                "dirty": self.dirty,
                "porcelain": self.porcelain_sha256,
                "artifact": [self.artifact_uri, self.artifact_sha256, self.artifact_size, self.serialization],
                "params": self.params,
                "locks": sorted(self.lock_digests),
                "datasets": list(self.datasets),
                "runtime": self.runtime,
            }
        )


def sha256_text(value: str, where: str) -> str:
    """`sha256:` + 64 hex from either spelling; an empty text stays empty. Raises Malformed."""
    if not value:
        return ""
    match = SHA256.match(value)
    if match is None:
        raise Malformed(where, "digest", "a SHA-256 has 64 hex digits in lower case, with or without 'sha256:' before them")
    return "sha256:" + match[1]


def full_sha(value: str, where: str = "commit") -> str:
    """A full commit id. Raises Malformed: a prefix that is unique today may not be tomorrow."""
    if not SHA1.match(value):
        raise Malformed(where, "commit", "a commit is named by its full id of 40 hex digits in lower case")
    return value


def flatten(values: Mapping[str, Any], where: str = "params") -> dict[str, Any]:
    """Nested parameters with dotted names; numbers as normalised decimals in text. Raises Malformed on collisions."""
    flat: dict[str, Any] = {}
    for name, value in _leaves(values, "", where, 0):
        if name in flat:
            raise Malformed(f"{where}.{name}", "duplicate", "two parameters have this dotted name")
        flat[name] = value
    if len(flat) > MOST_PARAMETERS:
        raise Malformed(where, "too_many", f"at most {MOST_PARAMETERS} parameters can be kept; {len(flat)} were sent")
    return dict(sorted(flat.items()))


def _leaves(value: Any, path: str, where: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > DEEPEST:
        raise Malformed(where, "too_deep", f"parameters are nested more than {DEEPEST} levels deep")
    if isinstance(value, Mapping) and (value or not path):
        for key, item in value.items():
            text(str(key), where)
            yield from _leaves(item, f"{path}.{key}" if path else str(key), where, depth + 1)
    elif isinstance(value, list | tuple) and value:
        for index, item in enumerate(value):
            yield from _leaves(item, f"{path}.{index}" if path else str(index), where, depth + 1)
    elif isinstance(value, bool) or value is None:
        yield path, value
    elif isinstance(value, str):
        yield path, text(value, f"{where}.{path}")
    elif isinstance(value, int | Decimal):
        number = Decimal(value)
        if not number.is_finite() or abs(number.adjusted()) > LARGEST_EXPONENT:
            raise Malformed(f"{where}.{path}", "number", "this number cannot be kept")
        yield path, decimal_text(number)
    elif isinstance(value, Mapping | list | tuple):
        yield path, "{}" if isinstance(value, Mapping) else "[]"
    else:
        raise Malformed(f"{where}.{path}", "type", f"a parameter cannot be a {type(value).__name__}")


def text(value: str, where: str) -> str:
    """The text, if it can be kept. Raises Malformed for one that holds NUL or half a character."""
    if NO_TEXT.search(value):
        raise Malformed(where, "control", "this text holds NUL or half a character")
    return value


def plain(value: Any, where: str) -> Any:
    """A value of any shape as it is kept: numbers that are not whole as text, in the form of parameters. Raises Malformed."""
    if isinstance(value, Mapping):
        return {text(str(key), where): plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, where) for item in value]
    if isinstance(value, Decimal):
        return decimal_text(value)
    return text(value, where) if isinstance(value, str) else value


def figure(value: Decimal, where: str) -> Decimal:
    """A measured figure as it is kept: 15 significant digits, at most 18 places. The same push is then the same everywhere.

    Raises Malformed for what would be lost altogether, or is no finite number.
    """
    if not value.is_finite() or abs(value.adjusted()) > LARGEST_EXPONENT:
        raise Malformed(where, "number", "this number cannot be kept")
    kept = FIGURE.plus(value)
    exponent = kept.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -PLACES:
        kept = kept.quantize(Decimal(1).scaleb(-PLACES))
    if value and not kept:
        raise Malformed(where, "too_small", "figures smaller than 1e-18 cannot be kept; send the logarithm")
    return kept


def read_metric_values(values: Mapping[str, Any], where: str = "metrics") -> tuple[MetricValue, ...]:
    """`{name: number}` or `{name: {"value": number, "dataset": text}}`. Raises Malformed for anything else."""
    found = []
    for name, given in values.items():
        inner = given if isinstance(given, Mapping) else {"value": given}
        unknown = set(inner) - {"value", "dataset"}
        value = inner.get("value")
        if unknown or isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise Malformed(f"{where}.{name}", "metric", 'a metric is a number or {"value": number, "dataset": text}')
        kept = figure(Decimal(value), f"{where}.{name}")
        found.append(MetricValue(text(str(name), where)[:120], text(str(inner.get("dataset") or ""), f"{where}.{name}"), kept))
    return tuple(found)


def confusion_metrics(values: Mapping[str, Any]) -> tuple[MetricValue, ...]:
    """The four counts of a confusion matrix as metrics `confusion.tp` and so on, on its data set."""
    counts = {}
    for name in ("tp", "fp", "fn", "tn"):
        value = values.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise Malformed(f"confusion.{name}", "count", "a count is a whole number, 0 or more")
        counts[name] = value
    dataset = text(str(values.get("dataset") or ""), "confusion.dataset")
    return tuple(MetricValue(f"confusion.{name}", dataset, Decimal(value)) for name, value in counts.items())


def read_datasets(values: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Data sets in one order, each role and name once. Raises Malformed."""
    seen: set[tuple[str, str]] = set()
    found = []
    for index, given in enumerate(values):
        key = (given["role"], given["name"])
        if key in seen:
            raise Malformed(f"datasets[{index}]", "duplicate", f"the data set {key[1]} is named twice as {key[0]}")
        seen.add(key)
        found.append(
            {
                "role": given["role"],
                "name": given["name"],
                "digest": given.get("digest") or "",
                "rows": given.get("rows"),
                "columns": list(given.get("columns") or []),
            }
        )
    return tuple(sorted(found, key=lambda item: (item["role"], item["name"])))
