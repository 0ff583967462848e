"""Reports on money: the case of a use case and the portfolio, with the very figures of page and API."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from pypdf import PdfReader

from foundation import actor as actors
from foundation import clock, tokens
from foundation.errors import Invalid, NotAllowed
from foundation.models import Token
from governance.economics import services
from governance.economics.api.cases import evaluation_body
from governance.economics.cashflow import MEASURES, rounded
from governance.economics.presenting.figures import every_measure
from governance.economics.selectors.cases import evaluation_of
from governance.usecases import services as usecases
from reports import files
from reports.content.case_blocks import on_paper
from reports.content.wording import money
from reports.document import Bars, Picture, Table
from reports.models import Report
from reports.selectors import choices_for
from reports.services import request_report
from tests.approvals.pages import text_of
from tests.economics.case_plans import rich_plan, simple_plan
from tests.economics.realised import agreed, budget_holder, later, said, written
from tests.reports.test_content import composed, texts

pytestmark = pytest.mark.django_db


def rich(world):
    return services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=rich_plan())


def printed(report) -> str:
    """What stands in the PDF, without line ends and spaces: cells break where they have to."""
    reader = PdfReader(files.path_of(report, files.FORMATS["pdf"]))
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def digits(text: str) -> Decimal:
    """The number in a text such as `1,234.50 EUR` or `12.3456 %`."""
    return Decimal(re.sub(r"[^0-9.\-−]", "", text).replace("−", "-"))


def test_every_figure_is_the_same_text_on_the_page_and_on_paper_and_the_same_number_in_the_api(world, make):
    found = evaluation_of(rich(world))
    report = make(world.lead, kind="economics")
    assert report.finished_at, report.job.error
    paper = printed(report)
    html = files.path_of(report, files.FORMATS["html"]).read_text()
    body = world.api("lead").get("/api/v1/use-cases/churn/economics").json()["evaluation"]

    for item in every_measure(found):
        name, value = item["measure"], item["value"]
        page = text_of(world.client("lead").get(f"/use-cases/churn/cost-benefit/figures/{name}/"))
        assert value in page, name
        assert re.sub(r"\s+", "", value) in paper, name
        assert value in re.sub("&nbsp;|\xa0", " ", html) or value in html, name
        if name in ("npv", "pv_costs", "pv_benefits", "equivalent_annual") or name == "bcr":
            assert digits(value) == Decimal(body[name]), name
        elif name == "mirr":
            assert digits(value) == rounded(Decimal(body[name]) * 100, 4), name
        elif name == "irr":
            assert [digits(part) for part in value.split(" · ")] == [rounded(Decimal(rate) * 100, 4) for rate in body["irr"]]
        elif body.get(name) is not None:
            places = 1
            number = Decimal(body[name]) * (100 if name == "roi" else 1)
            assert digits(value) == rounded(number, places), name
    assert set(MEASURES) <= set(body), "every figure is in the API too"
    assert body == evaluation_body(found)


def test_the_report_of_a_case_has_its_formulae_pictures_lines_scenarios_rates_and_rule(world):
    rich(world)

    content = composed(world.lead, kind="economics")
    told = texts(content)

    assert [block.caption for block in pictures(content)] == [
        "From costs and benefits to the net present value",
        "Money out and in, and when it is paid back",
        "What moves the net present value most",
    ]
    for wanted in (
        "Σ B[t]·d[t] − Σ C[t]·d[t]",
        "Finance handbook 4.2",
        "1 USD = 0.92 EUR (ECB",
        "Fewer stay",
        "halves away from zero",
        "Failed runs.; Bill of 2025",
        "No version of the case was approved",
        "Nothing was asked for.",
        "No simulation was run.",
    ):
        assert wanted in told, wanted


def pictures(content):
    return [block for section in content.document.sections for block in section.blocks if isinstance(block, Picture)]


def test_the_report_measures_what_came_against_what_was_agreed(world):
    baseline = agreed(world, written(world), budget_holder(world))
    before = clock.now()
    said(world, baseline, "build", 6500)

    with clock.at(clock.now() + (clock.now() - before)):
        early = texts(composed(world.lead, kind="economics", at=before))
    assert "Known until" not in early
    assert "nothing recorded" in early
    with later(401):
        late = texts(composed(world.lead, kind="economics"))
    assert "| 6,000 | 6,500 | +500 |" in late


def test_without_a_case_the_report_says_so(world):
    assert texts(composed(world.lead, kind="economics")).count("No cost-benefit case was written down.") >= 2


def test_the_audit_report_of_the_use_case_shows_the_same_pictures(world):
    found = evaluation_of(rich(world))

    content = composed(world.lead)

    assert [block.caption for block in pictures(content)] == [
        "From costs and benefits to the net present value",
        "Money out and in, and when it is paid back",
    ]
    assert f"Net present value: {rounded(found.npv, 0):,} EUR" in texts(content)


def test_the_portfolio_is_what_its_reader_sees_and_for_no_other_eyes(world, make):
    rich(world)
    other = usecases.open_use_case(actor=world.stranger, slug="other", title="Other plans")
    services.write_snapshot(actor=world.stranger, use_case=other, plan=simple_plan())

    report = make(world.lead, kind="portfolio", scope="")

    assert report.finished_at, report.job.error
    paper = printed(report)
    assert "Customerchurn" in paper
    assert "Otherplans" not in paper
    assert report in Report.objects.visible_to(world.lead)
    assert report not in Report.objects.visible_to(world.stranger)
    assert report not in Report.objects.visible_to(world.business)
    records = [json.loads(line) for line in files.path_of(report, files.FORMATS["bundle"]).read_text().splitlines()]
    assert any("use case churn" in json.dumps(row) for row in records)


def test_the_portfolio_on_paper_says_the_figures_of_the_page(world):
    found = evaluation_of(rich(world))

    content = composed(world.lead, kind="portfolio", scope="")
    page = text_of(world.client("lead").get("/portfolio/"))

    value = f"{rounded(found.npv, 0):,} EUR"
    assert value in page
    assert value in texts(content)
    blocks = [block for section in content.document.sections for block in section.blocks]
    assert any(isinstance(block, Bars) for block in blocks)
    assert any(isinstance(block, Table) and block.caption == "Use cases, most value first" for block in blocks)


def test_a_portfolio_has_no_scope_and_no_past(world):
    with pytest.raises(Invalid, match="Leave the scope empty"):
        request_report(actor=world.lead, kind="portfolio", scope="churn")
    with pytest.raises(Invalid, match="Leave the time empty"):
        request_report(actor=world.lead, kind="portfolio", scope="", as_of=clock.now())


def test_both_are_offered_and_a_service_token_without_the_scope_gets_neither(world):
    offered = dict(choices_for(world.lead))
    assert {"economics:churn", "portfolio:"} <= set(offered)

    world.ci.token.scopes.remove("reports:write")
    for kind, scope in (("economics", "churn"), ("portfolio", "")):
        with pytest.raises(NotAllowed, match="reports:write"):
            request_report(actor=world.ci, kind=kind, scope=scope)


def test_a_formula_is_printed_in_letters_that_the_paper_has():
    assert on_paper("NPV·r ÷ (1 − (1+r)⁻ⁿ) + Sₖ₋₁") == "NPV·r ÷ (1 − (1+r)^(-n)) + S[k-1]"


def test_a_token_for_one_use_case_gets_no_portfolio_of_its_owner(world, make):
    rich(world)
    own = make(world.engineer, kind="portfolio", scope="")
    assert world.ci.bound_to
    with pytest.raises(NotAllowed, match="for one use case only"):
        request_report(actor=world.ci, kind="portfolio", scope="")
    answer = world.api("ci").post("/api/v1/reports", {"kind": "portfolio", "scope": ""}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "report.token_bound")
    assert own not in Report.objects.visible_to(world.ci)
    assert world.api("ci").get(f"/api/v1/reports/{own.public_id}").status_code == 404

    token, _secret = tokens.create(
        actor=world.engineer, name="All", owner=world.engineer.user, kind=Token.Kind.SERVICE, scopes=["read", "reports:write"]
    )
    free = actors.service(token)
    assert own in Report.objects.visible_to(free)
    assert request_report(actor=free, kind="portfolio", scope="").kind == "portfolio"


@pytest.mark.parametrize(("period", "said"), [("year", "over 3 years"), ("month", "over 3 months")])
def test_the_cover_of_an_audit_report_says_the_horizon_in_its_own_unit(world, period, said):
    snapshot = services.write_snapshot(actor=world.lead, use_case=world.use_case, plan=simple_plan(period=period, horizon=3))

    told = texts(composed(world.lead, kind="use_case", scope="churn"))

    assert f"net present value {money(evaluation_of(snapshot).npv, 'EUR')} {said}" in told
