"""How fast a long report is printed, and in how much memory: `python -m bench.report [--rows 22500] [--rival-rows 1500]`.

Targets: 22,500 rows at 10,000 rows/s or more, in 120 MB or less, 50 times as fast as WeasyPrint. The rival prints the same rows
in the same run, in a process of its own and from the plainest page that shows them alike: fixed widths, our font, page numbers.
It is left out, and said to be, where it is not installed (bench/requirements.in). Its table is smaller because its time grows
faster than the rows: the ratio is of rows per second, ours taken at the rival's size.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from html import escape

import django
from django.conf import settings

from reports.document import Cell, Column, Document, Section, Streamed, Table, Value
from reports.pdf.fonts import FILES

ROWS, RIVAL_ROWS, RUNS = 22_500, 1_500, 3
ROWS_PER_SECOND, MEGABYTES, RATIO = 10_000, 120, 50
START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = ("Maria Gonçalves", "李薇", "Łukasz Żak", "Security reviewer, churn", "王小明", "ci")
SUBJECTS = (
    "Bind the column signup_date to the element of customer relations",
    "Registered the retrained model with the lock of the release candidate and the training set of October",
    "批准了生产环境的发布申请",
    "Approve",
    "Raise the threshold of recall after the client's review, because the call centre could not follow up all alarms",
)
COLUMNS = (
    Column("#", 0.7, align="right"),
    Column("When", 1.5),
    Column("Who", 1.5),
    Column("What", 3.2),
    Column("State", 1.1),
    Column("Commit", 2.3, mono=True),
)


def rows(count: int) -> Iterator[Sequence[Value]]:
    """Rows as an audit log has them: every time and digest new, names and subjects recurring, one in five Chinese."""
    for number in range(count):
        moment = START + timedelta(seconds=97 * number)
        state = Cell("approved", state="ok") if number % 3 else Cell("refused", state="bad")
        commit = hashlib.sha1(b"%d" % number, usedforsecurity=False).hexdigest()
        subject = f"{SUBJECTS[number % 5]} ({number * 7919 % 10007})"
        yield [str(number), f"{moment:%Y-%m-%d %H:%M:%S}", PEOPLE[number * 5 % 6], subject, state, commit]


def document(count: int) -> Document:
    """A report of one long table."""
    table = Table(COLUMNS, Streamed(lambda: rows(count)), "Events", "No events.")
    return Document("Audit log extract", "Benchmark", "rp_bench", "en", sections=[Section("log", "Events", [table])])


def plain_page(count: int) -> str:
    """The same table for the rival. Our own HTML would be unfair to it: breaking anywhere costs it a multiple."""
    shares = sum(column.width for column in COLUMNS)
    columns = "".join(f'<col style="width:{column.width / shares:.2%}">' for column in COLUMNS)
    heads = "".join(f"<th>{escape(column.title)}</th>" for column in COLUMNS)
    lines = []
    for row in rows(count):
        cells = (
            f'<td class="{value.state}">{value.text}' if isinstance(value, Cell) else f"<td>{escape(value)}" for value in row
        )
        lines.append(f"<tr>{''.join(cells)}")
    return (
        f"<!doctype html><style>@font-face{{font-family:Report;src:url({FILES['CountersignSans-Regular'].as_uri()})}}"
        "@page{size:A4;margin:25mm 22mm;@bottom-right{content:counter(page) ' / ' counter(pages)}}"
        "body{font:8pt/1.35 Report}table{table-layout:fixed;width:100%;border-collapse:collapse}"
        "td,th{text-align:left;padding:3pt 5pt;vertical-align:top}tr:nth-child(even){background:#f6f7f9}"
        "td:last-child{word-break:break-all}.ok{color:#166534}.bad{color:#b42318}"
        f"</style><h1>Audit log extract</h1><table><colgroup>{columns}</colgroup><thead><tr>{heads}</thead>"
        f"{''.join(lines)}</table>"
    )


def measure(who: str, count: int) -> dict[str, float]:
    """Print in this process; seconds of the best of the runs, and the peak of memory over all of them."""
    settings.configure(USE_I18N=True, INSTALLED_APPS=[])
    django.setup()
    from reports import pdf

    source, seconds, size, pages = document(count), [], 0, 0
    for _run in range(RUNS if who == "countersign" else 1):
        started = time.perf_counter()
        if who == "countersign":
            done = pdf.render(source, created_at=START)
            size, pages = len(done.content), done.pages
        else:
            import weasyprint

            size = len(weasyprint.HTML(string=plain_page(count)).write_pdf())
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    best = min(seconds)
    return {
        "rows": count,
        "pages": pages,
        "seconds": best,
        "rows_per_second": count / best,
        "megabytes": peak,
        "file_bytes": size,
    }


def in_a_process(who: str, count: int) -> dict[str, float]:
    """The same, in a fresh process: memory of one is not that of another."""
    command = [sys.executable, "-m", "bench.report", "--measure", who, "--rows", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def show(name: str, result: dict[str, float]) -> None:
    print(
        f"{name:<24}{result['rows']:>8,.0f} rows {result['seconds']:>8.2f} s {result['rows_per_second']:>9,.0f} rows/s "
        f"{result['megabytes']:>7,.0f} MB {result['file_bytes'] / 1e6:>6.1f} MB file"
    )


def main() -> int:
    """Measure, print, and exit 1 when a target is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=ROWS)
    arguments.add_argument("--rival-rows", type=int, default=RIVAL_ROWS)
    arguments.add_argument("--measure", choices=["countersign", "weasyprint"], help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure:
        print(json.dumps(measure(given.measure, given.rows)))
        return 0
    long = in_a_process("countersign", given.rows)
    show("countersign", long)
    fast, small = long["rows_per_second"] >= ROWS_PER_SECOND, long["megabytes"] <= MEGABYTES
    print(f"  target {ROWS_PER_SECOND:,} rows/s: {'met' if fast else 'MISSED'}")
    print(f"  target {MEGABYTES} MB: {'met' if small else 'MISSED'}")
    if importlib.util.find_spec("weasyprint") is None:
        print("WeasyPrint is not installed, so nothing was compared: pip install -r bench/requirements.in")
        return 0 if fast and small else 1
    ours, rival = in_a_process("countersign", given.rival_rows), in_a_process("weasyprint", given.rival_rows)
    show("countersign", ours)
    show("weasyprint", rival)
    ratio = ours["rows_per_second"] / rival["rows_per_second"]
    print(f"  {ratio:,.0f} × as fast; target {RATIO} ×: {'met' if ratio >= RATIO else 'MISSED'}")
    return 0 if fast and small and ratio >= RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
