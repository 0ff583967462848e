"""What each check of a gate looks at, one by one. How answers weigh is in `test_gates` and `test_gate_pending`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from approvals.checks import MODULES, known_codes
from approvals.checks.base import Result, check, declared
from approvals.models import Evaluation
from approvals.services import gates
from foundation import clock
from governance.dictionary import services as dictionary
from governance.economics import services as economics
from governance.people import services as people
from governance.usecases import services as usecases
from tests.conftest import LOCK
from tests.dictionary.approved import define

FAMILIES = ("approval.", "provenance.", "dependencies.", "dictionary.", "economics.", "usecase.", "monitoring.", "waiver.")


@pytest.fixture
def results(world, gate):
    """code → result of every check for a version."""

    def of(row: Any, commit: str = "c" * 40, artifact: str = "sha256:" + "d" * 64) -> dict[str, Result]:
        question = Evaluation(
            gate=gate,
            model_version=row,
            commit=commit,
            artifact_sha256=artifact,
            asked_by="test",
            asked_by_label="Test",
            asked_at=clock.now(),
        )
        context = gates.context_of(question)
        found: Iterable[Result] = [result for item in declared() for result in item.run(context)]
        return {result.code: result for result in found}

    return of


def test_every_code_belongs_to_a_known_family_and_asks_a_question():
    assert len(MODULES) == len(set(MODULES))
    for item in declared():
        assert item.code.startswith(FAMILIES)
        assert str(item.asks).endswith("?")
    assert known_codes() == {item.code for item in declared() if not item.fixed}


def test_the_documented_list_is_the_one_that_is_declared():
    from django.conf import settings

    page = settings.BASE_DIR / "docs" / "checks.md"
    if not page.exists():
        pytest.skip("docs/checks.md is not written yet")
    text = page.read_text()
    assert [item.code for item in declared() if f"`{item.code}`" not in text] == []


def test_a_code_is_declared_once():
    with pytest.raises(ValueError, match="declared twice"):
        check("provenance.commit", "Again?")(lambda context: [])


def test_a_pinned_and_hashed_lock_passes(push, results):
    assert results(push())["dependencies.locked"].status == "pass"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("numpy==2.0.0\n", "fail"),
        ("numpy>=2 --hash=sha256:" + "a" * 64 + "\n", "fail"),
        (LOCK + "requests\n", "fail"),
        (LOCK + "== what is this ==\n", "unknown"),
    ],
)
def test_a_lock_that_fixes_not_everything_does_not_pass(push, results, content, status):
    row = push(dependency_sets=[{"path": "requirements.txt", "content": content}])

    assert results(row)["dependencies.locked"].status == status


def test_code_of_the_same_repository_and_what_a_dockerfile_does_leave_nothing_open(push, results):
    own = "numpy==2.0.0 --hash=sha256:" + "a" * 64 + "\n-e ./lib#egg=lib\n-e .\n"
    image = "FROM python@sha256:" + "a" * 64 + "\nRUN pip install x\n"
    row = push(
        "1", dependency_sets=[{"path": "train/requirements.txt", "content": own}, {"path": "Dockerfile", "content": image}]
    )
    out = push("2", dependency_sets=[{"path": "requirements.txt", "content": own.replace("./lib", "../lib")}])

    assert results(row)["dependencies.locked"].status == "pass"
    assert results(out)["dependencies.locked"].status == "fail"


def test_without_a_lock_an_image_digest_passes_and_nothing_is_unknown(push, results):
    image = push("1", dependency_sets=[], runtime={"kind": "image", "image_digest": "sha256:" + "b" * 64})

    assert results(image)["dependencies.locked"].status == "pass"
    assert results(push("2", dependency_sets=[]))["dependencies.locked"].status == "unknown"


def test_a_working_tree_nobody_spoke_of_is_unknown(push, results):
    assert results(push("1"))["provenance.clean_tree"].status == "pass"
    assert results(push("2", dirty=None))["provenance.clean_tree"].status == "unknown"
    assert results(push("3", dirty=True))["provenance.clean_tree"].status == "fail"


def test_columns_pass_when_each_has_a_shared_meaning(world, push, results):
    setup = world.governance
    row = push()
    assert results(row)["dictionary.columns_bound"].status == "fail"
    assert "customers.customer_id" in str(results(row)["dictionary.columns_bound"].detail)
    team = people.create_team(actor=world.admin, slug="sales", title="Sales")
    words = dictionary.create_dictionary(actor=setup, slug="customers", title="Customers")
    element = define(
        actor=setup, dictionary=words, key="customer_id", name="Customer", definition="A customer.", logical_type="string"
    )
    dictionary.bind_column(actor=setup, element=element, team=team, dataset="customers", column="customer_id")

    assert results(row)["dictionary.columns_bound"].status == "pass"
    assert results(push("2", datasets=[]))["dictionary.columns_bound"].status == "unknown"


def test_a_case_passes_when_somebody_wrote_what_it_costs_and_brings(world, push, results):
    row = push()
    found = results(row)["economics.case"]
    assert (found.status, [actor["id"] for actor in found.actors]) == ("fail", [world.lead.id])
    economics.write_snapshot(
        actor=world.lead,
        use_case=world.use_case,
        currency="EUR",
        horizon=1,
        discount_rate=Decimal("0"),
        real_or_nominal="nominal",
        lines=[{"key": "build", "title": "Building", "kind": "cost", "quantity": 1, "unit_price": 10, "from_period": 0}],
    )

    assert results(row)["economics.case"].status == "pass"


def test_a_use_case_passes_when_it_has_a_problem_and_a_kpi(world, push, results):
    row = push()
    assert results(row)["usecase.definition"].status == "pass"
    usecases.define(actor=world.lead, use_case=world.use_case, business_problem="Other.", ml_problem="Other.")
    assert results(row)["usecase.definition"].status == "fail"
    assert "no KPI" in str(results(row)["usecase.definition"].title)


def test_an_undefined_use_case_fails(world, push, results, gate):
    from lineage.services.versions import register_model_version

    empty = usecases.open_use_case(actor=world.lead, slug="empty", title="Empty")
    row = register_model_version(
        actor=world.lead, use_case=empty, data={"name": "m", "version": "1", "commit": "c" * 40}
    ).model_version

    found = results(row)
    assert "not defined" in str(found["usecase.definition"].title)
    assert found["provenance.artifact"].status == "fail"  # one was named, none was registered
    assert found["provenance.commit"].status == "pass"


def test_files_of_a_commit_in_the_mirror_are_compared_byte_by_byte(world, push, results, tmp_path, settings):
    from lineage.services import repositories
    from tests.lineage.conftest import Source

    source = Source(tmp_path / "source")
    source.path.mkdir()
    source.git("init", "-q", "-b", "main")
    sha = source.commit("lock", files={"requirements.txt": LOCK})
    settings.ALLOW_LOCAL_REPOSITORIES = True
    repository, _job = repositories.register_repository(actor=world.engineer, use_case=world.use_case, url=str(source.path))
    repositories.synchronise(repository=repository)
    same = results(push("1", commit=sha), commit=sha)
    other = results(push("2", commit=sha, dependency_sets=[{"path": "requirements.txt", "content": LOCK + "\n"}]), commit=sha)

    for code in ("provenance.commit", "provenance.commit_in_mirror", "provenance.repository_known", "provenance.files_match"):
        assert same[code].status == "pass", code
    assert other["provenance.files_match"].status == "fail"
    assert "requirements.txt" in str(other["provenance.files_match"].detail)
