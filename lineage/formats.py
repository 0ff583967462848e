"""Pure readers for the files in which a repository keeps what a model version is made of.

`dvc.lock` (schema 2.0), `params.yaml`, metrics files, and the tags of GTO, a model registry made of Git tags. Files are
hostile until read: sizes, depth and the expansion of YAML aliases are bounded, numbers are exact decimals, and what is
not finite is refused. Every refusal is a FormatError that names the file and, where there is one, the line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Scalar = Decimal | bool | str | None

MAX_BYTES = 1024 * 1024
MAX_VALUES = 100_000
MAX_DEPTH = 50
_MAX_DIGITS, _MAX_POWER = 100, 400  # as far as a double goes; 1e999999999 would be a gigabyte once written out
_TAG = "tag:yaml.org,2002:"
NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # what escapes can write, and nothing can keep: NUL, and half a surrogate pair

_NAME = r"[a-z0-9](?:[a-z0-9/-]*[a-z0-9])?"
_SEMVER = (
    r"v(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
    r"(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_GTO = re.compile(
    rf"(?P<artifact>(?:[a-z0-9_./-]+=)?{_NAME})(?:#(?P<stage>{_NAME})(?P<left>!?)|@(?P<version>{_SEMVER})(?P<cancelled>!?))"
    r"(?:#(?P<number>[0-9]{1,9}))?"
)


class FormatError(ValueError):
    """A file that cannot be read as what it should be: which file, which line if known, and what is wrong there."""

    def __init__(self, file: str, line: int | None, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}" if line else f"{file}: {message}")
        self.file = file
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class DvcFile:
    """A dependency or output of a stage. `digest` is in the algorithm's own form; directories end in `.dir`."""

    path: str
    algorithm: str | None
    digest: str | None
    size: int | None
    files: int | None

    @property
    def is_directory(self) -> bool:
        return (self.digest or "").endswith(".dir")


@dataclass(frozen=True, slots=True)
class DvcStage:
    name: str
    command: tuple[str, ...]
    deps: tuple[DvcFile, ...]
    outs: tuple[DvcFile, ...]
    params: Mapping[str, Mapping[str, Scalar]]  # by file, then by dotted name


@dataclass(frozen=True, slots=True)
class Metric:
    value: Decimal
    dataset: str | None


@dataclass(frozen=True, slots=True)
class GtoTag:
    """`churn@v1.2.0` names a version, `churn#prod#1` puts one on a stage; `withdrawn` takes either back (`!`)."""

    artifact: str
    version: str | None
    stage: str | None
    number: int | None
    withdrawn: bool


def read_dvc_lock(data: bytes, file: str = "dvc.lock") -> tuple[DvcStage, ...]:
    """The stages of a `dvc.lock` of schema 2.0, in the file's order. FormatError if it is anything else."""
    tree = _Tree(file)
    root = tree.mapping(_yaml_root(data, file), "the file")
    schema = root.get("schema")
    if schema is None or tree.scalar(schema) not in ("2.0", Decimal("2.0")):
        raise FormatError(file, _line(schema), "only dvc.lock of schema '2.0' can be read; run `dvc commit` with DVC 2 or newer")
    stages = root.get("stages")
    found = tree.mapping(stages, "stages") if stages is not None else {}
    return tuple(_stage(tree, name, node) for name, node in found.items())


def read_params(data: bytes, file: str = "params.yaml") -> dict[str, Scalar]:
    """Parameters as one flat map with dotted names: `{"train.max_depth": Decimal(6), "train.scaler": "robust"}`.

    Items of a list are numbered from 0; an empty map or list stands as the text `{}` or `[]`. All numbers are Decimal, dates
    stay text. FormatError for names that collide, numbers that are not finite, and whatever is too big or too deep.
    """
    root = _yaml_root(data, file)
    if root is None:
        return {}
    tree = _Tree(file)
    tree.mapping(root, "the file")
    return dict(sorted(tree.flat(root)))


def read_metrics(data: bytes, file: str = "metrics.json") -> dict[str, Metric]:
    """Metrics as one flat map: `{name: number | {"value", "dataset"}}`, nested names joined by dots. JSON, or YAML by its name.

    FormatError for anything that is not a finite number; the message names the metric.
    """
    root: Any
    if file.endswith((".yaml", ".yml")):
        node = _yaml_root(data, file)
        root = {} if node is None else _Tree(file).plain(node)
    else:
        root = _json_root(data, file)
    if not isinstance(root, dict):
        raise FormatError(file, None, "a metrics file is one object: names and numbers")
    found: dict[str, Metric] = {}
    for name, metric in _metrics(root, "", file, 0):
        if name in found:
            raise FormatError(file, None, f"the metric {name} comes twice")
        found[name] = metric
    return dict(sorted(found.items()))


def read_gto_tag(name: str) -> GtoTag | None:
    """What a Git tag says in GTO's language, or None for any other tag. The `=` that GTO writes in tags is `:` in names."""
    match = _GTO.fullmatch(name)
    if match is None:
        return None
    number = match["number"]
    withdrawn = bool(match["left"] or match["cancelled"])
    return GtoTag(
        match["artifact"].replace("=", ":"), match["version"], match["stage"], int(number) if number else None, withdrawn
    )


def _stage(tree: _Tree, name: str, node: Node) -> DvcStage:
    fields = tree.mapping(node, f"stage {name}")
    command = tree.plain(fields["cmd"]) if "cmd" in fields else ()
    lines = [command] if isinstance(command, str) else command
    if not isinstance(lines, list | tuple) or not all(isinstance(line, str) for line in lines):
        raise FormatError(tree.file, _line(fields.get("cmd")), f"cmd of stage {name} is neither a text nor a list of texts")
    params = tree.mapping(fields["params"], f"params of stage {name}") if "params" in fields else {}
    return DvcStage(
        name,
        tuple(lines),
        _files(tree, fields.get("deps"), f"deps of stage {name}"),
        _files(tree, fields.get("outs"), f"outs of stage {name}"),
        {path: dict(sorted(tree.flat(values))) for path, values in params.items()},
    )


def _files(tree: _Tree, node: Node | None, what: str) -> tuple[DvcFile, ...]:
    if node is None:
        return ()
    if not isinstance(node, SequenceNode):
        raise FormatError(tree.file, _line(node), f"{what} is not a list")
    return tuple(_file(tree, item, what) for item in node.value)


def _file(tree: _Tree, node: Node, what: str) -> DvcFile:
    fields = tree.mapping(node, what)
    path = tree.scalar(fields["path"]) if "path" in fields else None
    if not isinstance(path, str):
        raise FormatError(tree.file, _line(node), f"an entry in {what} has no path")
    algorithm = next((name for name in ("sha256", "md5", "etag", "checksum") if name in fields), None)
    digest = tree.text(fields[algorithm]) if algorithm else None
    if algorithm == "md5" and not re.fullmatch(r"[0-9a-f]{32}(\.dir)?", digest or ""):
        raise FormatError(tree.file, _line(fields["md5"]), f"the md5 of {path} is not 32 hex digits")
    return DvcFile(path, algorithm, digest, tree.count(fields.get("size")), tree.count(fields.get("nfiles")))


def _metrics(node: Any, prefix: str, file: str, depth: int) -> Iterator[tuple[str, Metric]]:
    if isinstance(node, dict) and depth < MAX_DEPTH:
        if prefix and isinstance(node.get("value"), Decimal) and set(node) <= {"value", "dataset"}:
            dataset = node.get("dataset")
            if dataset is not None and not isinstance(dataset, str):
                raise FormatError(file, None, f"the dataset of the metric {prefix} is not a text")
            yield prefix, Metric(node["value"], dataset)
            return
        for name, item in node.items():
            yield from _metrics(item, f"{prefix}.{name}" if prefix else name, file, depth + 1)
        return
    if not isinstance(node, Decimal):
        raise FormatError(file, None, f"the metric {prefix} is not a number")
    yield prefix, Metric(node, None)


def _json_root(data: bytes, file: str) -> Any:
    text = _decoded(data, file)

    def number(digits: str) -> Decimal:
        return _decimal(digits, file, None)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            twice = next(name for index, (name, _) in enumerate(pairs) if name in dict(pairs[:index]))
            raise FormatError(file, None, f"the name {twice} comes twice in one object")
        for text in (*found, *found.values()):
            _check_text(text, file, None)
        return found

    try:
        return json.loads(text, parse_int=number, parse_float=number, parse_constant=number, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise FormatError(file, error.lineno, f"not JSON: {error.msg}") from error
    except RecursionError as error:
        raise FormatError(file, None, "nested too deeply") from error


def _yaml_root(data: bytes, file: str) -> Node | None:
    """The document as nodes with line numbers. Aliases stay shared, so a bomb costs nothing before `_Tree` counts."""
    loader = YAML(typ="safe", pure=True)
    text = _decoded(data, file)
    try:
        root: Node | None = loader.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FormatError(file, mark.line + 1 if mark else None, f"not YAML: {error.problem or error.context}") from error
    except YAMLError as error:
        raise FormatError(file, None, f"not YAML: {error}".splitlines()[0]) from error
    except RecursionError as error:
        raise FormatError(file, None, "nested too deeply") from error
    except ValueError as error:  # an escape beyond the last character, which ruamel does not check
        raise FormatError(file, None, f"not YAML: {error}") from error
    return root


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MAX_BYTES:
        raise FormatError(file, None, f"larger than {MAX_BYTES} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(file, data.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from error


class _Tree:
    """Reads YAML nodes of one file, counting values so that aliases of aliases end at MAX_VALUES and not with the memory."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._values = 0

    def mapping(self, node: Node | None, what: str, depth: int = 0) -> dict[str, Node]:
        """Keys and nodes of a mapping, merge keys (`<<`) applied. A key that is written twice is refused."""
        if not isinstance(node, MappingNode):
            raise FormatError(self.file, _line(node), f"{what} is not a map of names and values")
        self._count(node, depth)
        merged: dict[str, Node] = {}
        own: dict[str, Node] = {}
        for key, value in node.value:
            self._count(key, depth)
            if not isinstance(key, ScalarNode):
                raise FormatError(self.file, _line(key), "a name is a text, not a list or map")
            if key.tag == _TAG + "merge":
                for source in value.value if isinstance(value, SequenceNode) else [value]:
                    merged = {**self.mapping(source, "what << refers to", depth + 1), **merged}
            elif key.value in own:
                raise FormatError(self.file, _line(key), f"the name {key.value} comes twice")
            else:
                own[key.value] = value
        return {**merged, **own}

    def flat(self, node: Node, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Scalar]]:
        """Dotted names and scalars under `node`."""
        seen: set[str] = set()
        for name, value, at in self._flat(node, prefix, depth):
            if name in seen:
                raise FormatError(self.file, _line(at), f"the name {name} comes twice")
            seen.add(name)
            yield name, value

    def _flat(self, node: Node, prefix: str, depth: int) -> Iterator[tuple[str, Scalar, Node]]:
        self._count(node, depth)
        if isinstance(node, ScalarNode):
            yield prefix, self.scalar(node), node
            return
        items = self._items(node)
        if not items and prefix:
            yield prefix, "{}" if isinstance(node, MappingNode) else "[]", node
        for name, value in items:
            yield from self._flat(value, f"{prefix}.{name}" if prefix else name, depth + 1)

    def plain(self, node: Node, depth: int = 0) -> Any:
        """`node` as maps, lists and scalars."""
        self._count(node, depth)
        if isinstance(node, ScalarNode):
            return self.scalar(node)
        if isinstance(node, SequenceNode):
            return [self.plain(item, depth + 1) for item in node.value]
        return {name: self.plain(value, depth + 1) for name, value in self._items(node)}

    def scalar(self, node: Node) -> Scalar:
        if not isinstance(node, ScalarNode):
            raise FormatError(self.file, _line(node), "a single value is expected here")
        _check_text(node.value, self.file, _line(node))
        kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
        if kind in ("int", "float"):
            return _decimal(text, self.file, _line(node))
        if kind == "bool":
            return text.lower() == "true"
        if kind == "null":
            return None
        if kind in ("str", "timestamp"):
            return text
        raise FormatError(self.file, _line(node), f"values of the kind {kind} are not read")

    def text(self, node: Node) -> str:
        """A scalar as it is written: a digest of digits only is a digest, not a number."""
        if not isinstance(node, ScalarNode):
            raise FormatError(self.file, _line(node), "a single value is expected here")
        _check_text(node.value, self.file, _line(node))
        return str(node.value)

    def count(self, node: Node | None) -> int | None:
        if node is None:
            return None
        value = self.scalar(node)
        if not isinstance(value, Decimal) or value != value.to_integral_value() or not 0 <= value < 2**63:
            raise FormatError(self.file, _line(node), "a whole number, 0 or more, is expected here")
        return int(value)

    def _items(self, node: Node) -> Sequence[tuple[str, Node]]:
        if isinstance(node, MappingNode):
            return list(self.mapping(node, "this").items())
        return [(str(index), item) for index, item in enumerate(node.value)]

    def _count(self, node: Node, depth: int = 0) -> None:
        self._values += 1
        if isinstance(node, ScalarNode):
            _check_text(node.value, self.file, _line(node))
        if self._values > MAX_VALUES:
            raise FormatError(self.file, _line(node), f"more than {MAX_VALUES} values once aliases are followed")
        if not isinstance(node, ScalarNode) and node.tag not in (_TAG + "map", _TAG + "seq"):
            raise FormatError(self.file, _line(node), f"values of the kind {node.tag} are not read")
        if depth > MAX_DEPTH:
            raise FormatError(self.file, _line(node), f"nested more than {MAX_DEPTH} levels deep")


def _check_text(value: Any, file: str, line: int | None) -> None:
    if isinstance(value, str) and NO_TEXT.search(value):
        raise FormatError(file, line, "it holds an escape that stands for no character of a text")


def _decimal(text: str, file: str, line: int | None) -> Decimal:
    digits = text.replace("_", "").lower()
    if len(digits) > _MAX_DIGITS:
        _refuse_number(text, file, line)
    try:
        sign, bare = (-1, digits[1:]) if digits.startswith("-") else (1, digits.removeprefix("+"))
        if bare[:2] in ("0x", "0o", "0b"):
            return Decimal(sign * int(bare, 0))
        value = Decimal(digits)
    except (InvalidOperation, ValueError):
        _refuse_number(text, file, line)
    if not value.is_finite() or abs(value.adjusted()) > _MAX_POWER:
        _refuse_number(text, file, line)
    return value


def _refuse_number(text: str, file: str, line: int | None) -> NoReturn:
    raise FormatError(file, line, f"{text[:40]} is not a finite number of a reasonable size")


def _line(node: Node | None) -> int | None:
    return node.start_mark.line + 1 if node is not None and node.start_mark is not None else None
