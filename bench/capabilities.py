"""How fast the scan of input/output points is, against bandit and GuardDog, in one run. `python -m bench.capabilities --rivals PYTHON`.

Ten wheels are downloaded by pip into a folder that is kept. Each scanner gets each wheel in a process of its own, as it does in a pipeline,
and what is counted is the processor time of that process, so waiting for a turn is not. What remains of it without start and imports
is told beside. The rivals get unpacked trees, for they read no wheel, and unpacking is not counted; of GuardDog only the rules over source
code are run, for those over metadata ask the network. The targets are 5 × bandit and 2 × GuardDog, in Python files per second.

It also tells how many points of the sample in `capabilities_sample.json` were judged right and are still found, and whether wheels of one
release for other platforms have one source digest. `--rivals` names a Python that has both (`requirements.in` here); what it lacks is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "capabilities_sample.json"
TARGETS = {"bandit": 5.0, "guarddog": 2.0}
LEAST_RIGHT = 45
WHEELS = (
    "requests==2.34.2", "sklearn-crfsuite==0.5.0", "skope-rules==1.0.1", "category-encoders==2.11.2", "imbalanced-learn==0.14.2", "mlxtend==0.25.0",
    "hdbscan==0.8.44", "joblib==1.6.0", "scikit-learn==1.9.1", "huggingface-hub==2.4.0",
)  # fmt: skip
ELSEWHERE = ("macosx_12_0_arm64", "win_amd64")
_LINUX = ("--platform", "manylinux_2_28_x86_64", "--platform", "manylinux2014_x86_64", "--platform", "any")
_PYTHON = ("--python-version", "3.11", "--implementation", "cp")

# Each is given its targets by arguments and prints its seconds.
_TIMED = """
import sys, time, resource
def used():
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
"""
WORKERS = {
    "countersign": _TIMED
    + """
from governance.dependencies.capabilities import scan
start = used()
found = 0
for path in sys.argv[1:]:
    with open(path, "rb") as wheel:
        found += len(scan(wheel).points)
print(used() - start, found)
""",
    "bandit": _TIMED
    + """
import logging
logging.disable(logging.CRITICAL)
from bandit.core import config, manager
start = used()
found = 0
for path in sys.argv[1:]:
    one = manager.BanditManager(config.BanditConfig(), "file", quiet=True)
    one.discover_files([path], recursive=True)
    one.run_tests()
    found += len(one.get_issue_list())
print(used() - start, found)
""",
    "guarddog": _TIMED
    + """
import logging
logging.disable(logging.CRITICAL)
from guarddog.analyzer.analyzer import Analyzer
analyzer = Analyzer()
start = used()
found = 0
for path in sys.argv[1:]:
    found += int(analyzer.analyze_sourcecode(path)["issues"])
print(used() - start, found)
""",
}


def downloaded(cache: Path, requirement: str, *choice: str) -> Path:
    """The wheel, downloaded if it is not in the folder yet."""
    name, _, version = requirement.partition("==")
    stem = f"{name.replace('-', '_')}-{version}-"
    cache.mkdir(parents=True, exist_ok=True)

    def there() -> list[Path]:
        return [path for path in cache.glob("*.whl") if path.name.lower().startswith(stem)]

    if not there():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-d",
            str(cache),
            *_PYTHON,
        ]
        subprocess.run([*command, *choice, requirement], check=True, stderr=subprocess.DEVNULL)
    return there()[0]


def seconds(scanner: str, python: str, targets: list[str]) -> tuple[float, float, int] | None:
    """(seconds of processor time, those without the start, findings), None where the scanner is not installed or fails."""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent) if scanner == "countersign" else ""}
    whole, bare, findings = 0.0, 0.0, 0
    for target in targets:
        before = _children()
        done = subprocess.run(
            [python, "-c", WORKERS[scanner], target],
            capture_output=True,
            text=True,
            env=environment,
            cwd=tempfile.gettempdir(),
            check=False,
        )
        if done.returncode:
            print(f"SKIP  {scanner}: {(done.stderr.strip().splitlines() or ['it failed'])[-1]}")
            return None
        whole += _children() - before
        took, found = done.stdout.strip().splitlines()[-1].split()
        bare, findings = bare + float(took), findings + int(found)
    return whole, bare, findings


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compared(wheels: list[Path], rivals: str, rounds: int) -> bool:
    """Prints files per second of each, and tells whether the targets are met."""
    with tempfile.TemporaryDirectory() as folder:
        trees, files = [], 0
        for wheel in wheels:
            tree = Path(folder) / wheel.name.partition("-")[0]
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(tree)
                files += sum(name.endswith(".py") for name in archive.namelist())
            trees.append(str(tree))
        best: dict[str, tuple[float, float]] = {}
        for _ in range(rounds):
            for scanner in WORKERS:
                ours = scanner == "countersign"
                took = seconds(scanner, sys.executable if ours else rivals, [str(path) for path in wheels] if ours else trees)
                if took:
                    print(
                        f"      {scanner:12} {took[0]:7.2f} s, {took[1]:7.2f} s without start, {took[2]:6} findings", flush=True
                    )
                    best[scanner] = min(took[:2], best.get(scanner, took[:2]))
    met = True
    for scanner, took in best.items():
        print(f"      {scanner:12} {files:,} files, {files / took[0]:7.0f} files/s", flush=True)
    for rival, target in TARGETS.items():
        if rival in best:
            ratio, bare = (best[rival][place] / best["countersign"][place] for place in (0, 1))
            met = met and ratio >= target
            print(
                f"{'PASS' if ratio >= target else 'FAIL'}  {ratio:.1f} × {rival}, target {target:g} ×; {bare:.1f} × without start"
            )
    return met


def judged(wheels: list[Path]) -> bool:
    """The sample: how many points were judged right by eye, and whether the scan still lists those."""
    sys.path.insert(0, str(HERE.parent))
    from governance.dependencies.capabilities import scan

    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))["points"]
    keys: set[tuple[str, str, str]] = set()
    for wheel in wheels:
        with wheel.open("rb") as stream:
            found = scan(stream)
        keys |= {(found.name.lower().replace("_", "-"), found.version, point.key) for point in found.points}
    gone = [point["key"] for point in sample if point["right"] and (point["package"], point["version"], point["key"]) not in keys]
    right = sum(point["right"] for point in sample)
    good = right >= LEAST_RIGHT and not gone
    print(
        f"{'PASS' if good else 'FAIL'}  {right} of {len(sample)} sampled points rightly classed, target {LEAST_RIGHT}; {len(gone)} no longer found"
    )
    for key in gone:
        print(f"        {key}")
    return good


def one_digest(cache: Path, linux: Path) -> bool:
    """Whether wheels of scikit-learn for other platforms hold the same source, and which files differ where they do not."""
    from governance.dependencies.capabilities import FileFact, scan

    def sources(path: Path) -> tuple[str, dict[str, FileFact]]:
        with path.open("rb") as stream:
            found = scan(stream)
        return found.source_digest, {fact.path: fact for fact in found.files if fact.source}

    digest, files = sources(linux)
    good = bool(digest)
    for platform in ELSEWHERE:
        other, others = sources(downloaded(cache / platform, "scikit-learn==1.9.1", "--platform", platform))
        differ = sorted(path for path in files.keys() | others.keys() if _source(files, path) != _source(others, path))
        good = good and len(differ) <= 1
        said = (
            "the same source digest"
            if other == digest
            else f"{len(differ)} of {len(files)} sources differ: {', '.join(differ[:3])}"
        )
        print(f"{'PASS' if len(differ) <= 1 else 'FAIL'}  scikit-learn 1.9.1 for {platform}: {said}")
    return good


def _source(files: dict, path: str) -> str:
    return files[path].source if path in files else ""


def main() -> int:
    parser = argparse.ArgumentParser(description="Speed of the scan of input/output points against bandit and GuardDog")
    parser.add_argument("--rivals", default=sys.executable, help="a Python that has bandit and guarddog")
    parser.add_argument(
        "--cache", type=Path, default=Path(tempfile.gettempdir()) / "countersign-wheels", help="where wheels are kept"
    )
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    wheels = [downloaded(options.cache, requirement, *_LINUX) for requirement in WHEELS]
    results = [compared(wheels, options.rivals, options.rounds), judged(wheels)]
    results.append(one_digest(options.cache, next(path for path in wheels if path.name.startswith("scikit_learn"))))
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
