"""A worker is killed while it simulates a case, and while it takes in a large file of actuals: both are finished, once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.story.installation import Api, Installation, until
from tests.story.test_kill_dependencies import events, job, send, started_again

pytestmark = [pytest.mark.slow, pytest.mark.once]
TRIALS, SEED = 1_000_000, 7  # some seconds for whoever draws them
ROWS = 20_000  # as many as a file may have; some seconds for whoever writes them
READ = 40  # of a hundred: what the file says is known, and is compared and written
CASE = "use-cases/churn/economics"
COUNT = """
import json
from governance.economics.models import Actual, ActualImport, CaseFigures, Simulation
from governance.economics.services.figures import keep_figures
run = ActualImport.objects.get(name="killed.csv")
kept = CaseFigures.objects.filter(case=run.case).values().get()
keep_figures(run.case)
print(json.dumps({
    "actuals": Actual.objects.filter(reference__startswith="KILLED-").count(),
    "references": Actual.objects.filter(reference__startswith="KILLED-").values("reference").distinct().count(),
    "rows": run.rows.count(), "counts": run.counts, "finished": run.finished_at is not None,
    "simulations": list(Simulation.objects.filter(trials=%d).values_list("result_digest", flat=True)),
    "figures": kept == CaseFigures.objects.filter(case=run.case).values().get(), "spent": kept["spent"],
}))
"""


def actuals() -> bytes:
    """A line of a cost, a cent each time, in the months of last year."""
    year = datetime.now(UTC).year - 1
    rows = "".join(f"run,{year}-{1 + row % 12:02},0.01,KILLED-{row:012}\n" for row in range(ROWS))
    return f"line,month,amount,reference\n{rows}".encode()


def dead(installation: Installation) -> None:
    installation.kill_everything()
    until(lambda: not installation.processes(), "everything is dead", seconds=20)


def percent(api: Api, sent: dict[str, Any]) -> int:
    found = job(api, sent)
    return int(found["percent"]) if found["state"] == "running" else 0


def test_a_simulation_and_an_import_of_actuals_survive_the_death_of_their_worker(server: Installation) -> None:
    installation = server
    lead, auditor = installation.api(installation.token("petra")), installation.api(installation.token("aude"))
    case = lead.get(CASE).body["id"]
    spent = Decimal(next(row["spent"] or 0 for row in lead.all("portfolio") if row["use_case"] == "churn"))

    asked = lead.post(f"{CASE}/{case}/simulate", {"trials": TRIALS, "seed": SEED})
    assert asked.status == 202, asked.body
    until(lambda: percent(lead, asked.body) > 0, "it is simulated")
    dead(installation)
    assert started_again(installation, lead, asked.body)["attempts"] == 2
    result = lead.get(f"{CASE}/{case}/simulations/{asked.body['id']}").body
    again = lead.post(f"{CASE}/{case}/simulate", {"trials": TRIALS, "seed": SEED})
    assert (result["state"], result["result"]["trials"]) == ("done", TRIALS)
    assert (again.status, again.body["id"], again.body["result_digest"]) == (200, asked.body["id"], result["result_digest"])

    sent = send(lead, f"{CASE}/{case}/actuals/import", "killed.csv", actuals())
    until(lambda: READ <= percent(lead, sent) < 100, "it is taken in")
    dead(installation)
    assert started_again(installation, lead, sent)["attempts"] == 2

    said = installation.manage("shell", "--no-imports", "-c", COUNT % TRIALS)
    found = json.loads(said.stdout.strip().splitlines()[-1])
    assert (found["actuals"], found["references"], found["rows"], found["finished"]) == (ROWS, ROWS, ROWS, True)
    assert found["counts"]["new"] == ROWS
    assert found["simulations"] == [result["result_digest"]]
    assert found["figures"]
    assert Decimal(found["spent"]) == spent + ROWS * Decimal("0.01")
    assert events(auditor, "economics.simulation.run", asked.body["id"]) == 1
    assert events(auditor, "economics.import.carried_out", sent["id"]) == 1
    checked = installation.manage("verify_audit")
    assert checked.returncode == 0, checked.stdout + checked.stderr
