"""One of everything that an address can lead to, for the table of who may do what."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from approvals.models import Condition, PolicyVersion
from approvals.selectors.standing import standing_of
from approvals.services import envelopes, gates, policies, waivers
from foundation import clock, jobs, sealing, tokens
from foundation.models import AuditEvent, Token
from governance.dependencies.models import DependencySet
from governance.dictionary import services as dictionary
from governance.economics import services as economics
from governance.people import notices
from governance.people import services as people
from governance.people.models import Notice, RoleGrant
from governance.usecases import services as usecases
from governance.usecases.services import threads
from lineage.models import KeptFile, Repository, RepositoryUse
from reports import services as reports
from tests.conftest import POLICY, World
from tests.dependencies.osv import imported, record
from tests.dictionary.approved import define
from tests.matrix import (
    dependencies_artifacts,
    dependencies_criteria,
    dependencies_reviews,
    dependencies_rulings,
    dependencies_sources,
    economics_actuals,
    economics_cases,
    economics_provisions,
    economics_rates,
    economics_simulations,
    economics_worth,
)
from tests.matrix.judging import NEED, OFFER, PYSERIAL, RISKY
from tests.matrix.registers import ECONOMICS
from tests.matrix.stages import LIFECYCLE
from tests.usecases.papers import added
from tests.usecases.questions import SMALL
from tests.usecases.shown import png, said, shown

STEPS = (("validator", "validation"), ("governance", "data"), ("security", "security"), ("business", "business"))


def set_stage(world: World, gate: Any, push: Any, ask: Any, vote: Any, folder: Path) -> SimpleNamespace:
    """In the use case `churn`; the other use case belongs to the lead too."""
    version = push()
    request = ask(version)
    asked = gates.evaluate_gate(actor=world.ci, gate=gate, model_version=version, commit="c" * 40)
    there = {
        **_people(world),
        **_repositories(world, version, folder),
        **_papers(world),
        **_showing(world),
        **_imported(world),
        **_approved(world, gate, push, ask, vote),
        **_exceptions(world, push, ask, vote),
        **_talk(world),
        **_known_flaws(world),
        **_words(world),  # late, because who wrote them has a part in what covers them
    }
    economics.write_snapshot(
        actor=world.lead, use_case=world.use_case, **{**ECONOMICS(None, ""), "horizon": 2, "discount_rate": Decimal("0.1")}
    )
    policies.governing("use_case_definition", "definition")  # ships, and is written down when it is first needed
    there |= _stages(world)
    there |= _judging(world)
    there |= dependencies_sources.set_up(world)
    there |= dependencies_criteria.set_up(world)
    there |= dependencies_artifacts.set_up(world)
    there |= dependencies_rulings.set_up(world)
    there |= dependencies_reviews.set_up(world)
    there |= economics_provisions.set_up(world)
    there |= economics_actuals.set_up(world)
    there |= economics_simulations.set_up(world)
    there |= economics_cases.set_up(world)  # a draft rests on the version that is the newest then
    there |= economics_rates.set_up(world)  # the spreadsheet holds lines for the draft
    there |= economics_worth.set_up(world)
    token, _secret = tokens.create(actor=world.lead, name="Lead's", owner=world.lead.user, kind=Token.Kind.PERSONAL)
    report = reports.request_report(actor=world.lead, kind="use_case", scope="churn")
    sealing.seal()
    return SimpleNamespace(
        world=world,
        slug="churn",
        case_key=str(world.use_case.slug),
        other=usecases.open_use_case(actor=world.lead, slug="other", title="Other"),
        environment="production",
        policy="production-release",
        policy_key="production-release",
        policy_version=PolicyVersion.objects.get(policy__key="production-release").public_id,
        version=version.public_id,
        other_version=push("8", dependency_sets=[]).public_id,
        request=request.public_id,
        digest=standing_of(request).digest,
        evaluation=asked.evaluation.public_id,
        lock=DependencySet.objects.first().public_id,
        package="numpy",
        token=token.public_id,
        report=report.public_id,
        form="pdf",
        grant=RoleGrant.objects.get(user=world.business.user).public_id,
        person=world.stranger.user.public_id,
        event=AuditEvent.objects.filter(scope=world.use_case.public_id).first().uid,
        **there,
    )


def _words(world: World) -> dict[str, Any]:
    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    words = dictionary.create_dictionary(actor=world.governance, slug="customers", title="Customers")
    element = define(
        actor=world.governance,
        dictionary=words,
        key="customer_id",
        name="Customer",
        definition="A customer.",
        logical_type="string",
    )
    taken = people.grant_team_role(actor=world.lead, team=team, role="end_user", scope=world.use_case.public_id)
    binding = dictionary.bind_column(
        actor=world.governance, element=element, team=team, dataset="customers", column="customer_id"
    )
    return {
        "dictionary": "customers",
        "element": "customer_id",
        "binding": binding.public_id,
        **_exchanged(world, words, binding),
        "alias": dictionary.add_alias(actor=world.governance, element=element, term="Client").public_id,
        "team": "sales",
        "team_grant": taken.public_id,
        **_proposed(world, words),
        **_data(world),
    }


def _data(world: World) -> dict[str, Any]:
    """A data set of files in two versions, and the lead's ask to use it."""
    row, _is_new = dictionary.add_dataset(actor=world.lead, name="surfaces", title="Surfaces", kind="images")
    versions = [
        dictionary.add_file_version(
            actor=world.lead, dataset=row, manifest={"files": [{"path": path, "sha256": "a" * 64, "size": 1}]}
        )
        for path in ("a.png", "b.png")
    ]
    use = dictionary.ask_data_use(
        actor=world.lead,
        use_case=world.use_case,
        dataset=row,
        purpose="To find dents.",
        basis="not_personal",
        basis_words="Metal has no privacy.",
        places=["s3://eu"],
        until=clock.now() + timedelta(days=90),
    )
    return {
        "dataset": row.public_id,
        "dataset_first": versions[0].number,
        "dataset_second": versions[1].number,
        "data_use": use.public_id,
    }


def _proposed(world: World, words: Any) -> dict[str, Any]:
    """A proposal of the lead with two new elements, and a release."""
    row = dictionary.open_proposal(actor=world.lead, dictionary=words, title="Places", rationale="Nobody knows what they are.")
    said = {"definition": "Where it is.", "logical_type": "string"}
    for key in ("street", "proposed_city"):
        dictionary.put_change(actor=world.lead, proposal=row, dictionary=words, key=key, said={"name": key, **said})
    release = dictionary.make_release(actor=world.governance, dictionary=words)
    return {"proposal": row.public_id, "proposed_element": "proposed_city", "release": release.number}


def _exchanged(world: World, words: Any, binding: Any) -> dict[str, Any]:
    """A file that was tried and not yet imported, and a copy that somebody keeps."""
    run = dictionary.try_file(
        actor=world.lead, dictionary=words, data=b"Table,Column\nweb,clicks\n", name="web.csv", form="csv", team=binding.team
    )
    copy = dictionary.register_copy(
        actor=world.lead, dictionary=words, dataset=binding.dataset, holder="Ms Li", place="her laptop"
    )
    return {"dictionary_import": run.public_id, "copy": copy.public_id}


def _judging(world: World) -> dict[str, Any]:
    """Another tier that the lead proposed, a deviation that the lead asked for, and questions that an administrator wrote."""
    lead, case = world.lead, world.use_case
    usecases.assess_risk(actor=lead, use_case=case, answers=RISKY)
    override = usecases.propose_tier(actor=lead, use_case=case, tier="medium", reason="It only sorts.")
    questions = usecases.write_questionnaire(actor=world.admin, source=SMALL)
    platform = usecases.add_platform(actor=world.admin, slug="batch", title="Batch cluster", offer=OFFER)
    usecases.state_need(actor=lead, use_case=case, platform=platform, need=NEED)
    until = clock.now().date() + timedelta(days=30)
    deviation = usecases.ask_deviation(actor=lead, use_case=case, **PYSERIAL, reason="Scales.", valid_until=until)
    return {
        "override": override.public_id,
        "questions": questions.number,
        "platform": platform.slug,
        "deviation": deviation.public_id,
    }


def _talk(world: World) -> dict[str, Any]:
    """A thread that is open and one that is resolved, begun by the lead; and the draft of a policy that governs nothing."""
    case = world.use_case.public_id
    said = threads.open_thread(actor=world.lead, subject_id=case, text="Is it in months?", question=True)
    resolved = threads.open_thread(actor=world.lead, subject_id=case, text="Who asks?").thread
    threads.resolve_thread(actor=world.lead, thread=resolved)
    for title in ("Drafted", "Drafted again"):
        policies.write_policy(actor=world.admin, key="drafted", source=POLICY.replace("Production release", title))
    return {
        "case_id": case,
        "thread": said.thread.public_id,
        "said": said.comment.public_id,
        "resolved_thread": resolved.public_id,
        "drafted": "drafted",
    }


def _people(world: World) -> dict[str, Any]:
    deputy = people.delegate(
        actor=world.security,
        principal=world.security.user,
        delegate=world.data_engineer.user,
        role="",
        scope=world.use_case.public_id,
        ends_at=clock.now() + timedelta(days=7),
    )
    people.set_calendar(actor=world.admin, slug="office", title="Office", zone="UTC", week=[[["09:00", "17:00"]]] * 7)
    people.tell(world.lead.user, notices.all_kinds()[0], key="k", url="/")
    notice = Notice.objects.get(user=world.lead.user, key="k")
    rule = people.ask_for_training(actor=world.admin, role="budget_holder", training="budgets", title="Budgets")
    record = people.record_training(
        actor=world.admin,
        user=world.stranger.user,
        training="budgets",
        completed_on=date(2026, 1, 31),
        evidence="https://learn.example.com/budgets",
    )
    return {
        "training_rule": rule.public_id,
        "training_record": record.public_id,
        "delegation": deputy.public_id,
        "calendar": "office",
        "notice": notice.public_id,
    }


def _repositories(world: World, version: Any, folder: Path) -> dict[str, Any]:
    for name in ("one", "two"):
        subprocess.run(["git", "init", "-q", "--bare", str(folder / name)], check=True)
    repository = Repository.objects.create(url=str(folder / "one"), created_by=world.engineer.user, created_at=version.created_at)
    RepositoryUse.objects.create(repository=repository, use_case=world.use_case, created_at=version.created_at)
    job = jobs.submit(actor=world.lead, kind="lineage.synchronise", args={"repository": repository.pk}, key="the lead's")
    file = KeptFile.objects.create(
        use_case=world.use_case,
        repository=repository,
        kind="usecase",
        path="usecase.yaml",
        blob="b" * 40,
        text="business_problem: Customers leave.\nml_problem: Will this customer cancel?\n",
        commit="c" * 40,
        author_name="Sofia",
        author_email="sofia@example.org",
        authored_at=version.created_at,
        subject="Say it shorter",
        created_at=version.created_at,
    )
    there = {"repository": repository.public_id, "other_repository_url": str(folder / "two"), "job": job.public_id}
    return {**there, "kept_file": file.public_id}


def _stages(world: World) -> dict[str, Any]:
    """A lifecycle of two stages, the use case at the second; it stands still; and a hand-over that was answered."""
    usecases.publish_lifecycle(actor=world.admin, source=LIFECYCLE.format(title="Two"), note="For this stage.")
    usecases.move_stage(actor=world.lead, use_case=world.use_case, to="done", reason="It is.")
    still = usecases.stand_still(actor=world.lead, use_case=world.use_case, kind="parked", reason="No budget.")
    people.grant_role(actor=world.lead, user=world.validator.user, role="operations", scope=world.use_case.public_id)
    handed = usecases.hand_over(
        actor=world.lead,
        use_case=world.use_case,
        pipeline="ci",
        pipeline_owner=world.engineer.user,
        run="17",
        run_at=clock.now().date(),
        run_result="passed",
        tests="212",
        configuration=[{"environment": "production", "where": "git"}],
    )
    usecases.answer_hand_over(actor=world.validator, hand_over=handed, accept=True)
    return {
        "standstill": still.public_id,
        "hand_over": handed.public_id,
        "hand_over_number": handed.number,
        "stage_key": "discovery",
    }


def _papers(world: World) -> dict[str, Any]:
    document = added(world)
    definition = world.use_case.current_definition()
    return {"document": document.public_id, "document_slug": document.slug, "definition": definition.number}


def _imported(world: World) -> dict[str, Any]:
    """A list that was tried and not yet imported."""
    upload = usecases.upload_list(actor=world.admin, data=b"Title\nInvoice reading\n", name="list.csv")
    mapping = {"columns": {"Title": "title"}}
    run = usecases.check_list(actor=world.admin, upload=upload, mapping=mapping, inventory="list")
    return {"imported": upload.public_id, "import_run": run.number}


def _showing(world: World) -> dict[str, Any]:
    """An increment with a picture, and what the business owner said about it."""
    row = shown(world, pictures=[(png(), "list.png")])
    word = said(world, row)
    return {
        "increment": row.number,
        "picture": row.attachments.get().public_id,
        "feedback": word.public_id,
        "feedback_number": word.number,
        "today": clock.now().date().isoformat(),
    }


def _approved(world: World, gate: Any, push: Any, ask: Any, vote: Any) -> dict[str, Any]:
    """An approval that stands, and an envelope around the version that it is about."""
    baseline = push("1", name="base-model")
    request = ask(baseline)
    for part, step in STEPS:
        vote(getattr(world, part), request, step)
    envelope = envelopes.write_envelope(
        actor=world.lead,
        use_case=world.use_case,
        environment=gate.environment,
        baseline=baseline,
        title="Monthly retraining",
        body={"moves": ["model"], "metrics": {"recall@test": {"may_fall": "0.02"}}},
    )
    return {"baseline": baseline.public_id, "approved": request.public_id, "envelope": envelope.public_id}


def _exceptions(world: World, push: Any, ask: Any, vote: Any) -> dict[str, Any]:
    """A request with a waiver, an approval that depends on something, and an objection."""
    request = ask(push("1", name="urgent-model"))
    proven = replace(world.lead, auth_at=clock.now())
    waiver = waivers.open_waiver(actor=proven, request=request, reason="The site is down.", hours=2)
    due_at = clock.now() + timedelta(days=7)
    ballot = vote(world.security, request, "security", condition=("Rotate the key.", due_at))
    objection = vote(world.validator, request, "validation", "request_changes", "Measure again.")
    return {
        "excepted": request.public_id,
        "waiver": waiver.public_id,
        "condition": Condition.objects.get(ballot=ballot).public_id,
        "objection": objection.public_id,
    }


def _known_flaws(world: World) -> dict[str, Any]:
    """Two records, and a feed of one that waits for somebody to say that this is meant."""
    done = imported(world.security, record("GHSA-1"), record("GHSA-2", "pandas"))
    few = imported(world.security, record("GHSA-1"))
    return {"advisory": "GHSA-1", "advisory_import": done.public_id, "advisory_import_refused": few.public_id}
