"""A case as a workbook: how long export and import take, and whether LibreOffice reckons from its formulas what the engine does.

    python -m bench.economics_sheet

Targets: 200 lines over 60 periods written in at most 3 s; every figure and every period of every case of the tests the same to 1e-9. Without
LibreOffice (apt-get install --no-install-recommends libreoffice-calc) it fails, for then nothing was compared.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

LINES, PERIODS = 200, 60
SECONDS = 3.0
ROUNDS = 3


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from governance.economics.cashflow import evaluate
    from governance.economics.sheets import export_csv, export_xlsx, read_csv, read_xlsx
    from tests.economics.recomputed import SOFFICE, differences, recomputed
    from tests.economics.test_sheets import many_lines
    from tests.economics.test_sheets_recomputed import PLANS

    large, longest = many_lines(LINES, PERIODS), many_lines(LINES, 600)
    workbook, values = export_xlsx(large), export_csv(large)
    written = timed(lambda: export_xlsx(large))
    print(
        f"XLSX of {LINES} lines × {PERIODS} periods: written in {written:.2f} s, read in {timed(lambda: read_xlsx(workbook)):.2f} s"
    )
    print(f"the same over 600 periods: written in {timed(lambda: export_xlsx(longest), 1):.2f} s")
    print(f"CSV: written in {timed(lambda: export_csv(large)):.2f} s, read in {timed(lambda: read_csv(values)):.2f} s")
    wrong = [f"written in {written:.2f} s, more than {SECONDS}"] if written > SECONDS else []
    if read_xlsx(workbook).plan != large or read_csv(values).plan != large:
        wrong.append("what was written did not come back")
    if not SOFFICE:
        wrong.append("LibreOffice is not there: nothing was compared")
    else:
        plans = {**PLANS, "large": large}
        begun = time.perf_counter()
        done = recomputed({name: export_xlsx(plan) for name, plan in plans.items()})
        found = {name: differences(done[name], evaluate(plan)) for name, plan in plans.items()}
        wrong += [f"{name}: {text}" for name, texts in found.items() for text in texts[:5]]
        same = sum(not texts for texts in found.values())
        print(f"LibreOffice: {same} of {len(plans)} cases the same, in {time.perf_counter() - begun:.1f} s")
    for text in wrong:
        print(f"FAILED: {text}")
    return 1 if wrong else 0


def timed(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median, in seconds."""
    found = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return statistics.median(found)


if __name__ == "__main__":
    sys.exit(main())
