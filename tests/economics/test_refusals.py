"""Why a case is not reckoned, in words: every code that an engine has, in both languages, and never the code itself."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

from governance.economics.cashflow import Refused
from governance.economics.wording.reasons import WORDS, reason_told
from tests.economics.realised import agreed, budget_holder, written
from tests.economics.test_actuals_pages import text_of

ROOM = Path(__file__).parents[2] / "governance" / "economics"
ALWAYS = {"where", "of", "bounds"}


@cache
def raised() -> dict[str, list[set[str] | None]]:
    """Every code with which `Refused` is raised in the room, and each time the names of its figures; None where they are not written out."""
    found: dict[str, list[set[str] | None]] = {}
    for path in ROOM.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or not call.args:
                continue
            first = call.args[0]
            if call.func.id not in ("Refused", "_known") or not isinstance(first, ast.Constant):
                continue
            given = call.args[2] if len(call.args) > 2 else None
            if call.func.id == "_known":
                names: set[str] | None = {"value"}
            elif given is None:
                names = set()
            else:
                names = (
                    {key.value for key in given.keys if isinstance(key, ast.Constant)} if isinstance(given, ast.Dict) else None
                )
            found.setdefault(first.value, []).append(names)
    return found


def test_the_codes_are_found():
    assert {"line.exchange_missing", "line.every", "discount.steps", "flows.size", "simulation.out_of_bounds"} <= raised().keys()


def test_every_code_has_words_and_no_words_are_left_over():
    assert raised().keys() == WORDS.keys()


@pytest.mark.parametrize("code", sorted(WORDS))
def test_the_words_take_only_what_is_there(code):
    wanted = set(re.findall(r"%\((\w+)\)s", str(WORDS[code])))
    for names in raised()[code]:
        if names is not None:
            assert wanted <= names | ALWAYS, code
    every = {name: "7" for names in raised()[code] for name in names or wanted}
    told = reason_told(Refused(code, "line.gpu", every))
    assert code not in told
    assert "%(" not in told
    assert told.endswith("."), "a sentence"


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_code_has_words_in_chinese(code):
    english = str(WORDS[code])
    with translation.override("zh-hans"):
        chinese = str(WORDS[code])

    assert re.search(r"[\u4e00-\u9fff\uff00-\uffef]", chinese), f"no Chinese for {english!r}"
    names = re.compile(r"%\(\w+\)s")
    assert set(names.findall(chinese)) == set(names.findall(english))


def test_in_a_scenario_its_key_is_told():
    told = reason_told(Refused("line.periods", "scenario.low.line.gpu", {"from_period": 3, "to_period": 9, "horizon": 5}))

    assert told.startswith("In the scenario “low”: The line “gpu” goes from period 3 to 9")


def test_a_baseline_that_cannot_be_reckoned_says_why_on_the_page_and_in_the_api(world, monkeypatch):
    baseline = agreed(world, written(world), budget_holder(world))

    def refuse(_baseline):
        raise Refused("line.exchange_missing", "line.data", {"currency": "USD", "plan": "EUR"})

    monkeypatch.setattr("governance.economics.views.actuals.results", refuse)
    monkeypatch.setattr("governance.economics.api.actuals.results", refuse)
    wanted = "The line “data” is in USD. State what one USD is in EUR, and of which day that is."

    page = text_of(world.client("lead").get("/use-cases/churn/cost-benefit/actuals/"))
    assert "The baseline cannot be reckoned" in page
    assert wanted in page
    assert "exchange_missing" not in page

    answer = world.api("lead").get(f"/api/v1/use-cases/churn/economics/{baseline.case.public_id}/results")
    assert answer.status_code in (400, 422)
    assert wanted in answer.json()["detail"]
