"""What somebody at a keyboard says of a case of cost and benefit, who agrees to it, and the gate that asks what a version is worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import override
from playwright.sync_api import expect

from approvals.services import policies
from foundation import actor as actors
from foundation import clock, jobs
from governance.economics.models import ProvisionRequest, Simulation
from governance.economics.shipped import in_words, line_template
from governance.economics.wording.drivers import input_label
from governance.people import services as people
from tests.story.desk import Desk
from tests.story.verdicts import APPROVE, RECORD, choose, from_the_inbox

CODE = "economics.not_below_approved"
POLICY = f"""
title: Release of what is worth it
steps:
  - {{key: validation, title: Model validation, role: model_validator, covers: [code, model, data]}}
checks:
  provenance.commit_in_mirror: "off"
  provenance.repository_known: "off"
  provenance.files_match: "off"
  {CODE}: blocking
"""
CASE = "/use-cases/churn/cost-benefit/"

# Of 100,000 customers 2 % leave; the model finds 70 % of them, and 35 % of those it flags really leave. Against nobody being called
# that brings 500,800 a year (tests/economics/test_classification.py reckons it by hand).
LEAVERS = {
    "cases": "100000",
    "prevalence": "2",
    "recall": "70",
    "precision": "35",
    "value_true_positive": "180",
    "cost_false_negative": "200",
    "cost_false_positive": "12",
    "value_true_negative": "0",
}
LABELS = {"labels": "4000", "price": "1.80", "checked_again": "10"}
WATCHING = {"hours": "20", "wage": "60"}
WORSE, BETTER = ("0.64", "0.37"), ("0.73", "0.35")  # recall and precision of versions


def set_gate(world: Any) -> Any:
    policy = policies.write_policy(actor=world.admin, key="worth-release", source=POLICY).policy
    return policies.set_gate(actor=world.admin, slug="production", title="Production", mode="prevent", policy=policy)


def somebody(world: Any, name: str, role: str) -> actors.Actor:
    """Somebody else who holds a role in the use case: who writes a case down does not agree to it."""
    user = people.create_user(actor=actors.system("test"), username=name, name=name.title(), email=f"{name}@example.com")
    people.grant_role(actor=world.lead, user=user, role=role, scope=world.use_case.public_id)
    return actors.person(user)


# What ships is named in the language of the desk ----------------------------------------------------------------------------


def title_of(desk: Desk, template: str) -> str:
    found = line_template(template)
    assert found is not None
    return in_words(found.title, desk.language)


def answer(desk: Desk, template: str, answers: Mapping[str, str]) -> None:
    """Write the answers to the questions of a template into their fields."""
    found = line_template(template)
    assert found is not None
    for question in found.questions:
        if question.key in answers:
            desk.write(in_words(question.ask, desk.language), answers[question.key], begins=True)


def metric(desk: Desk, name: str, given: str) -> None:
    """Say which metric of a version feeds an input."""
    with override(desk.language):
        field = input_label(name)
    desk.write(desk.say("Metric that feeds: %(input)s", input=field), given, begins=True)


# Building a case --------------------------------------------------------------------------------------------------------------


def begin(desk: Desk, *templates: str) -> None:
    """From the page of the use case to a draft with lines to fill in."""
    desk.open("/use-cases/churn/")
    desk.follow(desk.say("Cost-benefit"))
    desk.follow(desk.say("Write them down"))
    desk.write(desk.say("Currency"), "eur")
    desk.write(desk.say("Own rate, % a year"), "5", begins=True)
    for template in templates:
        desk.tick(title_of(desk, template))
    desk.press(desk.say("Begin a draft"))


def fill_in(desk: Desk, template: str, answers: Mapping[str, str], scripts: bool, **around: tuple[str, str]) -> None:
    """From what the draft says is left to do to a line that says how much, and how sure that is."""
    title = title_of(desk, template)
    desk.follow(title)
    desk.follow(desk.say("Answer its questions"))
    answer(desk, template, answers)
    desk.press(desk.say("Put it into the draft"))
    desk.is_told("“%(title)s” is in the draft. Say more about it, or go back to the list.", scripts=scripts, title=title)
    for name, (low, high) in around.items():
        desk.write(desk.say(f"{name.title()}, at least"), low, begins=True)
        desk.write(desk.say(f"{name.title()}, at most"), high, begins=True)
    desk.press(desk.say("Save"))
    desk.is_told("“%(title)s” is saved in the draft.", scripts=scripts, title=title)


def let_a_model_drive(desk: Desk, scripts: bool) -> None:
    """A benefit that follows from recall and precision of a version, as CI pushes them."""
    title = title_of(desk, "classifier")
    desk.follow(desk.say("Add a line"))
    desk.follow(title)
    answer(desk, "classifier", LEAVERS)
    metric(desk, "recall", "recall")
    metric(desk, "precision", "precision")
    desk.press(desk.say("Let the line follow from it"))
    desk.is_told("“%(title)s” follows from the model now.", scripts=scripts, title=title)
    desk.follow(desk.say("Change the model behind it"), contains=True)
    desk.reads("What the model brings more")
    expect(desk.page.locator("main")).to_contain_text("500,800")
    desk.follow(desk.say("Back to the draft"))


def add_scenario(desk: Desk, title: str, key: str, values: Mapping[str, str], scripts: bool) -> None:
    desk.write(desk.say("What it is called"), title)
    desk.write(desk.say("Key"), key)
    for name, value in values.items():
        desk.select(desk.say("Input"), name)
        desk.write(desk.say("Value instead"), value)
    desk.press(desk.say("Save"))
    desk.is_told("The scenario is in the draft.", scripts=scripts)


def write_down(desk: Desk, note: str, scripts: bool) -> None:
    desk.follow(desk.say("Write it down …"))
    desk.write(desk.say("Note"), note, begins=True)
    desk.press(desk.say("Write it down"))
    desk.is_told("Costs and benefits are written down, version %(number)s.", scripts=scripts, number=1)


def simulate(desk: Desk, trials: str, seed: str) -> Simulation:
    """More trials than are run at once, so that they wait for a worker; one comes by."""
    desk.write(desk.say("Trials"), trials)
    desk.write(desk.say("Seed"), seed, begins=True)
    desk.press(desk.say("Simulate"))
    desk.reads("So many trials take a while. You can leave this page.")
    run = Simulation.objects.select_related("job").get()
    assert run.job is not None
    jobs.run(run.job.pk)
    desk.page.reload()
    run.refresh_from_db()
    return run


def agree(desk: Desk, step: str, why: str, scripts: bool = True) -> None:
    """From the inbox to a verdict."""
    from_the_inbox(desk, step)
    choose(desk, APPROVE, why)
    desk.press(desk.say(RECORD))
    verdict = desk.say("approved “%(step)s”", step=step)
    desk.is_told("Recorded: you %(verdict)s.", scripts=scripts, verdict=verdict)


# Out of a budget --------------------------------------------------------------------------------------------------------------


def next_month() -> tuple[date, date]:
    """Within one month, so that what falls each month falls once."""
    first = (clock.now().date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return first, first + timedelta(days=20)


def ask_for_gpu_hours(desk: Desk, budget: Any, *, hours: str, price: str, scripts: bool = True) -> None:
    """From the page of the case to the people who decide, with the usual lines; those without figures are left out."""
    first, last = next_month()
    desk.open(CASE)
    desk.follow(desk.say("Ask for something"))
    desk.follow(desk.say("GPU"))
    desk.select(desk.say("Kind"), "gpu")
    desk.write(desk.say("What"), "GPU hours for retraining")
    desk.write(desk.say("What for"), "Retraining every week instead of every month.")
    desk.select(desk.say("Out of which budget"), budget.public_id)
    desk.write_date(desk.say("From"), str(first))
    desk.write_date(desk.say("Until"), str(last))
    desk.write(desk.say("Quantity a month"), hours)
    desk.write(desk.say("Price of one"), price)
    desk.write(desk.say("Alternative"), "Retrain each month")
    desk.write(desk.say("Cost for the same time"), "100")
    desk.write(desk.say("Why not"), "It drifts within two weeks.")
    desk.write(desk.say("Days later without it"), "30")
    desk.write(desk.say("What happens without it"), "We wait for a free machine.")
    desk.press(desk.say("Ask for approval"))
    title = str(ProvisionRequest.objects.get())
    desk.is_told("Approval of %(title)s is asked for.", scripts=scripts, title=title)


def waits_for(desk: Desk, *names: str) -> None:
    """The page of what is asked for says whose move it is."""
    asked = desk.page.locator("aside section[aria-labelledby=request]")
    expect(asked).to_contain_text(desk.say("It is the move of"))
    for name in names:
        expect(asked).to_contain_text(name)


def read_budget(desk: Desk, budget: Any, **figures: str) -> None:
    desk.open(f"/economics/budgets/{budget.public_id}/")
    words = "Of %(amount)s %(currency)s, %(spent)s are spent, %(committed)s committed, %(left)s left."
    desk.reads(words, amount="1,000", currency="EUR", **figures)
