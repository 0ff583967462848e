"""The scan of one archive: every file is hashed, every file that can act is looked into, and what was not read is said. Pure."""

from __future__ import annotations

import gc
import hashlib
import io
import time
import warnings
from collections.abc import Callable, Iterator
from typing import IO

from . import hooks
from .archives import Archive, Entry, Unreadable
from .digests import native_digest, source_digest, text_digest
from .languages import language_of, nested_archive, script_of
from .model import Budget, Exhausted, FileFact, Hit, Kind, Limits, Native, Scan, When, points_of
from .model_files import is_model, read_model
from .native import format_of, native_found
from .paths import PYTHON, is_built, is_metadata, is_native, is_test, module_of, printable, stable, suffix_of
from .python_code import read_source, without_own

_METADATA_BYTES = 1024 * 1024
_HELD_BYTES = 16 * 1024 * 1024  # of sources that wait to be parsed
_DEFAULTS = Limits()


def scan(
    source: bytes | IO[bytes],
    *,
    conda: bool = False,
    limits: Limits = _DEFAULTS,
    clock: Callable[[], float] = time.thread_time,
) -> Scan:
    """What a wheel or an sdist can do, or with `conda` a conda package (`.tar.bz2`). Nothing is unpacked, imported, built or run.

    Raises nothing for a bad archive: what could not be read are points of the capability `unanalysed`, and then `complete`
    is false or `source_digest` empty. `limits` bounds memory and, between two files, time.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    collecting = gc.isenabled()
    gc.disable()  # a syntax tree has no cycles, and the collector would walk it again and again: a third of the time
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the parser about somebody else's escapes
            return _Scanner(limits, clock, conda).run(stream)
    finally:
        if collecting:
            gc.enable()


def scan_model(data: bytes, path: str, *, limits: Limits = _DEFAULTS, clock: Callable[[], float] = time.thread_time) -> Scan:
    """What opening one model file would import, told by its bytes and its name."""
    budget = Budget(limits, clock, packed_bytes=len(data))
    path = printable(path)
    sha256 = hashlib.sha256(data).hexdigest()
    hits = read_model(data, path, budget) or [Hit("unanalysed", "model_format", path)]
    for hit in hits:
        hit.form = hit.form or (sha256[:16] if hit.capability == "unanalysed" else "")
    fact = FileFact(path, sha256, len(data))
    return Scan(
        "model",
        "",
        "",
        sha256,
        "",
        "",
        points_of(hits),
        (fact,),
        complete=not any(hit.capability == "unanalysed" for hit in hits),
    )


class _Scanner:
    def __init__(self, limits: Limits, clock: Callable[[], float], conda: bool = False) -> None:
        self.limits, self.budget, self.conda = limits, Budget(limits, clock), conda
        self.hits: list[Hit] = []
        self.files: list[FileFact] = []
        self.natives: list[Native] = []
        self.imports: dict[str, set[str]] = {}
        self.waiting: list[tuple[str, str, bytes, When]] = []
        self.waiting_bytes = 0
        self.backends: set[str] = set()
        self.name = self.version = ""
        self.complete = self.whole = True

    def run(self, stream: IO[bytes]) -> Scan:
        sha256, size = _digest(stream, self.limits.archive_bytes)
        self.budget.packed_bytes = size
        root, wheel = "", False
        try:
            if size > self.limits.archive_bytes:
                raise Exhausted("too_much")
            archive = Archive(stream, self.budget, conda=self.conda)
            wheel = archive.zip is not None and not archive.root
            for entry in archive.entries():
                self.budget.check_time(entry.size if entry.size < 100_000 else 100_000)
                root = archive.root
                self._entry(entry, root)
                if len(self.hits) > self.limits.points:
                    raise Exhausted("too_many_points")
            self._parse()
        except (Exhausted, Unreadable) as problem:
            self._unanalysed(problem.reason, "", detail="the archive is not read to its end")
            self.complete = self.whole = False
        return self._result(sha256, "conda" if self.conda else "wheel" if wheel else ("sdist" if root else "unknown"))

    def _result(self, sha256: str, kind: Kind) -> Scan:
        if kind == "sdist":
            self._run_on_install()
        own = {name for fact in self.files if (name := module_of(fact.path))}
        hits = without_own(self.hits, own)
        self._tests(hits)
        return Scan(
            kind=kind,
            name=self.name,
            version=self.version,
            sha256=sha256,
            source_digest=source_digest(self.files) if self.whole else "",
            native_digest=native_digest(self.natives) if self.whole else "",
            points=points_of(hits),
            files=tuple(sorted(self.files, key=lambda fact: fact.path)),
            natives=tuple(sorted(self.natives, key=lambda native: native.path)),
            complete=self.complete,
        )

    # One file ---------------------------------------------------------------------------------------------------------------

    def _entry(self, entry: Entry, root: str) -> None:
        path = printable(entry.name.removeprefix("./"))
        if root and path.startswith(root + "/"):
            path = path[len(root) + 1 :]
        if entry.problem:
            self._unanalysed(entry.problem, path, detail=f"{entry.size} bytes")
            self.whole = self.whole and entry.problem in ("path_outside", "name_not_utf8", "twice", "link")
        if entry.stream is None:
            return
        try:
            data, head, fact = self._read(entry, path)
        except Unreadable as problem:
            self._unanalysed(problem.reason, path)
            self.whole = self.complete = False
            return
        self.files.append(fact)
        for hit in self._look(path, data, head, fact):
            hit.form = hit.form or (fact.sha256[:16] if hit.capability == "unanalysed" else "")
            self.hits.append(hit)

    def _read(self, entry: Entry, path: str) -> tuple[bytes | None, bytes, FileFact]:
        """Its bytes if they are few enough to look into, its beginning, and what is kept of it. All of it is hashed."""
        parts: list[bytes] = []
        head = b""
        digest, size, lines, most = hashlib.sha256(), 0, 0, -1
        source = None if is_built(path) or is_metadata(path) else text_digest()
        for chunk in entry.chunks(self.budget):
            if most < 0:
                head = chunk[:512]
                most = self._most(path, head)
            digest.update(chunk)
            size += len(chunk)
            if source is not None:
                source.update(chunk)
                lines += chunk.count(b"\n")
            if size <= most:
                parts.append(chunk)
            else:
                parts.clear()
        data = b"".join(parts) if 0 < size <= most or not size else None
        fact = FileFact(
            path, digest.hexdigest(), size, lines if source and source.is_text else 0, source.hexdigest() if source else ""
        )
        return data, head, fact

    def _most(self, path: str, head: bytes) -> int:
        """How many bytes of a file are worth keeping: nothing of what is only hashed."""
        if suffix_of(path) in PYTHON or head[:2] == b"#!":
            return self.limits.source_bytes
        if hooks.is_path_file(stable(path), head):
            return _METADATA_BYTES
        if is_native(path) or format_of(head) or is_model(path, head):
            return self.limits.kept_bytes
        return _METADATA_BYTES if path.endswith((".txt", ".toml", "METADATA", "PKG-INFO")) else 0

    def _look(self, path: str, data: bytes | None, head: bytes, fact: FileFact) -> Iterator[Hit]:
        place = stable(path)
        yield from hooks.installed_elsewhere(place)
        suffix = suffix_of(path)
        shebang = head[:2] == b"#!" and b"python" in head.split(b"\n", 1)[0]
        if suffix in PYTHON or (shebang and suffix in ("", ".in")):
            yield from self._python(path, place, data, fact)
        elif is_native(path) or format_of(head):
            native, hits = native_found(path, data, head, fact.sha256, fact.size)
            self.natives.append(native)
            yield from hits
        elif suffix in (".pyc", ".pyo"):
            yield Hit("unanalysed", "bytecode", place, when="import")
        elif is_model(path, head) and fact.size and not hooks.is_path_file(place, head):
            yield from self._model(place, data, fact)
        elif nested_archive(path):
            yield Hit("unanalysed", "nested_archive", place, detail=f"{fact.size} bytes")
        elif script_of(path, head):
            yield Hit("script/other", script_of(path, head), place, form=fact.sha256[:16])
        elif language_of(path):
            folder = place.rpartition("/")[0]
            yield Hit("unanalysed", f"language {language_of(path)}", f"{folder}/*{suffix}".lstrip("/"))
        elif data is not None:
            yield from self._metadata(path, place, data)

    def _python(self, path: str, place: str, data: bytes | None, fact: FileFact) -> Iterator[Hit]:
        if data is None:
            yield Hit("unanalysed", "too_large", place, when="import", detail=f"{fact.size} bytes")
            return
        when: When = "import"
        if hooks.starts_python(path.rpartition("/")[2]) and path.count("/") <= 2:
            yield Hit("hook/startup", path.rpartition("/")[2], place, when="startup")
            when = "startup"
        elif path.endswith("__main__.py") or place.startswith(".data/scripts/"):
            when = "main"
        self.waiting.append((path, place, data, when))
        self.waiting_bytes += len(data)
        if self.waiting_bytes > _HELD_BYTES:
            self._parse()

    def _parse(self) -> None:
        """The Python files that were read, one after another: by turns with unpacking it takes half as long again, for memory goes to and fro."""
        waiting, self.waiting, self.waiting_bytes = self.waiting, [], 0
        for path, place, data, when in waiting:
            self.budget.check_time(len(data))
            source = read_source(data, place, module=module_of(path), when=when, limits=self.limits)
            self.imports[path] = source.imports
            self.hits.extend(source.hits)
            if len(self.hits) > self.limits.points:
                raise Exhausted("too_many_points")

    def _model(self, place: str, data: bytes | None, fact: FileFact) -> Iterator[Hit]:
        if data is None:
            yield Hit("data/model", suffix_of(place).lstrip("."), place)
            yield Hit("unanalysed", "too_large", place, detail=f"{fact.size} bytes")
            return
        yield from read_model(data, place, self.budget)

    def _metadata(self, path: str, place: str, data: bytes) -> Iterator[Hit]:
        text = data.decode("utf-8", "replace")
        if hooks.is_path_file(place, b""):
            hits, code = hooks.path_file(text, place)
            yield from hits
            if code.strip():
                yield from read_source(code.encode(), place, when="startup", limits=self.limits).hits
        elif place in (".dist-info/entry_points.txt", ".egg-info/entry_points.txt") or place.endswith(
            "/.egg-info/entry_points.txt"
        ):
            yield from hooks.entry_points(text, place)
        elif place in (".dist-info/METADATA", "PKG-INFO"):
            self.name, self.version = hooks.name_and_version(text)
        elif path == "pyproject.toml":
            project = hooks.project_file(text, place)
            self.backends |= project.backends
            yield from project.hits

    # The whole ----------------------------------------------------------------------------------------------------------------

    def _run_on_install(self) -> None:
        """An sdist is built on the machine that installs it: setup.py and the backend that it brings run there."""
        here = {fact.path for fact in self.files}
        if "setup.py" in here:
            self.hits.append(Hit("hook/install", "setup.py", "setup.py", when="install"))
        for hit in self.hits:
            if hit.path == "setup.py" or hit.path in self.backends:
                hit.when = "install"

    def _tests(self, hits: list[Hit]) -> None:
        """Marks what only tests do. A test that the package itself imports is none: that is where something would be hidden."""
        tests = {path for path in self.imports if is_test(path)}
        modules = {module_of(path): path for path in tests}
        reached: set[str] = set()
        waiting = [name for path, names in self.imports.items() if path not in tests for name in names]
        while waiting:
            name = waiting.pop()
            while name and name not in reached:
                reached.add(name)
                if name in modules:
                    waiting.extend(self.imports[modules[name]])
                name = name.rpartition(".")[0]
        only = {stable(path) for path in tests if module_of(path) not in reached}
        python = {stable(path) for path in self.imports}
        for hit in hits:
            data = (
                hit.capability in ("data/model", "model/import", "script/other", "unanalysed")
                and hit.path not in python
                and is_test(hit.path)
            )
            if (data or hit.path in only) and hit.when in ("import", "main", "call"):
                hit.when = "test"

    def _unanalysed(self, reason: str, path: str, detail: str = "") -> None:
        self.hits.append(Hit("unanalysed", reason, stable(path), when="import", detail=detail))


def _digest(stream: IO[bytes], most: int) -> tuple[str, int]:
    stream.seek(0)
    digest, size = hashlib.sha256(), 0
    while size <= most and (chunk := stream.read(1024 * 1024)):
        digest.update(chunk)
        size += len(chunk)
    stream.seek(0)
    return digest.hexdigest(), size
