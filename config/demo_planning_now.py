"""What happened lately in the demand forecast, one story for each thing that can happen to a request."""

from __future__ import annotations

from approvals.models import Ballot, Request
from approvals.services import ballots, envelopes, gates, requests, waivers
from config.demo_planning import ENVIRONMENT, Planning, write_case
from config.demo_time import Story
from config.demo_words import again, answers, look, vote
from governance.usecases import services as usecases
from lineage.models import Environment, ModelVersion

CHANGES = Ballot.Verdict.REQUEST_CHANGES


def stories(kit: Planning) -> list[Story]:
    told = (
        withdrawn, rejected, superseded, lapsed, set_aside, retrained, overdue, asked_again, standing_still, glass_broken,
        glass_broken_yesterday, documents,
    )  # fmt: skip
    return [tell(kit) for tell in told]


def withdrawn(kit: Planning) -> Story:
    yield kit.past(47, "09:55")
    request = kit.ask("wei", kit.version("returns-model", "1", "25.1", work=2), "第一版退货预测。")
    yield kit.past(46, "10:15")
    requests.withdraw(actor=kit.cast["wei"], request=request, reason="Trained on the list of warehouses of last year.")


def rejected(kit: Planning) -> Story:
    yield kit.past(64, "10:40")
    request = kit.ask("wei", kit.version("weather-model", "1", "13.9", work=1), "Rain and heat beside the sales.")
    yield kit.past(62, "11:15")
    look(kit.cast, "victor", request)
    yield kit.past(62, "13:50")
    said = "The weather it trains on is what was measured. On the day of the order there is only a forecast of it."
    vote(kit.cast, "victor", request, "quality", said, Ballot.Verdict.REJECT)


def superseded(kit: Planning) -> Story:
    yield kit.past(34, "15:20")
    kit.ask("wei", kit.version("allocation-model", "2", "12.2", work=2), "Warehouses share what is scarce.")
    yield kit.past(30, "09:25")
    request = kit.ask("wei", kit.version("allocation-model", "3", "11.6", work=2), "The same, with the new warehouse in Jiaxing.")
    yield from answers(
        kit.cast,
        kit.past,
        request,
        (29, "10:50", "victor", "quality", "The new warehouse is like its neighbours. Sound."),
        (28, "16:05", "otto", "supply", "As before."),
        (26, "08:35", "mei", "business", "同意，嘉兴仓可以上线。"),
    )


def lapsed(kit: Planning) -> Story:
    """Nobody withdrew it and nobody decided: its time was over."""
    yield kit.past(56, "16:45")
    request = kit.ask("petra", kit.version("weather-model", "2", "14.8", work=1), "With the forecast of the weather this time.")
    yield from answers(
        kit.cast, kit.past, request, (54, "14:30", "victor", "quality", "Honest now, and no better than without the weather.")
    )


def set_aside(kit: Planning) -> Story:
    """An objection that did not concern the thing itself."""
    yield kit.past(24, "09:35")
    request = kit.ask("wei", kit.version("shelf-model", "2", "9.1", work=2), "Shelves of the small stores, too.")
    yield kit.past(23, "10:05")
    objection = vote(kit.cast, "otto", request, "supply", "The build machine still runs last year's system.", CHANGES)
    yield kit.past(22, "11:30")
    reason = "True, and planned for December. It does not touch what this version brings along; Otto agrees by telephone."
    ballots.dismiss_block(actor=kit.cast["petra"], ballot=objection, reason=reason)
    yield from answers(
        kit.cast,
        kit.past,
        request,
        (21, "10:10", "victor", "quality", "Small stores are noisy, and it says so. Sound."),
        (20, "15:40", "otto", "supply", "Nothing new in the lock file."),
        (19, "08:30", "mei", "business", "Agreed."),
    )


def retrained(kit: Planning) -> Story:
    """An envelope for what is trained again every fortnight; a version inside of it, and one that has to be asked about."""
    cast, past = kit.cast, kit.past
    yield past(38, "09:20")
    baseline = kit.version("forecast-model", "7", "13.6", work=2)
    request = kit.ask("wei", baseline, "Promotions of the coming two weeks are known to it.")
    yield from answers(
        cast,
        past,
        request,
        (37, "10:45", "victor", "quality", "The best so far, also in the Golden Week of last year."),
        (36, "11:10", "otto", "supply", "As before."),
        (35, "08:40", "mei", "business", "We order by it."),
    )
    yield past(33, "14:00")
    environment = Environment.objects.get(slug=ENVIRONMENT)
    asked = envelopes.write_and_ask(
        actor=cast["wei"],
        use_case=kit.use_case,
        environment=environment,
        baseline=baseline,
        title="Trained again on newer sales",
        body={
            "moves": ["model", "data", "economics"],
            "metrics": {"mape": {"max": "14.0", "may_rise": "0.6"}},
            "same_columns": True,
            "params_may_change": ["seed"],
            "data": {"rows_may_change_by": "0.25", "max_age_days": 60},
        },
        comment="Every fortnight on the sales of the last year. We would like to be asked only when it gets worse.",
    )
    yield from answers(
        cast,
        past,
        asked,
        (32, "10:25", "victor", "quality", "Half a point of error is what chance does. Beyond that I want to see it."),
        (31, "15:35", "otto", "supply", "Code and libraries stay as they are; so this is fine."),
        (29, "09:00", "mei", "business", "This spares us a meeting every second week."),
    )
    yield past(14, "06:10")
    inside = kit.version("forecast-model", "8", "13.5", work=2, rows=830_000)
    _ask_gate(kit, inside)
    yield past(9, "06:10")
    outside = kit.version("forecast-model", "9", "14.9", work=2, rows=845_000)
    _ask_gate(kit, outside)
    yield from _second_round(kit, outside)


def _ask_gate(kit: Planning, version: ModelVersion) -> None:
    gate = Environment.objects.get(slug=ENVIRONMENT).gate
    gates.evaluate_gate(
        actor=kit.ci, gate=gate, model_version=version, commit=version.commit, artifact_sha256=version.artifact_sha256
    )


def _second_round(kit: Planning, version: ModelVersion) -> Story:
    """Changes were asked for and answered: everybody is asked again, and the planners are the last."""
    cast, past = kit.cast, kit.past
    yield past(8, "09:50")
    comment = "Outside of the envelope: the week of Singles' Day is in the test set for the first time."
    request = kit.ask("wei", version, comment)
    yield past(7, "10:35")
    look(cast, "victor", request)
    yield past(7, "11:55")
    said = "Show the error without the eleventh of November. If it is 13 something, the model is as good as it was."
    vote(cast, "victor", request, "quality", said, CHANGES)
    yield past(4, "08:30")
    answer = "去掉 11 月 11 日后误差为 13.4 %。(13.4 % without that day; the table is in the run's report.)"
    requests.resubmit(actor=cast["wei"], request=again(request), comment=answer)
    yield from answers(
        cast,
        past,
        request,
        (3, "11:20", "victor", "quality", "Seen the table. One day a year is no reason to refuse it."),
        (2, "15:15", "otto", "supply", "Libraries as in version 7."),
    )


def overdue(kit: Planning) -> Story:
    """The reviewer was reminded, the time is over, and the project lead may act as well."""
    yield kit.past(17, "10:10")
    request = kit.ask(
        "wei", kit.version("leaflet-model", "1", "19.6", work=2), "Which articles to put into the leaflets of spring."
    )
    yield from answers(
        kit.cast,
        kit.past,
        request,
        (15, "14:20", "victor", "quality", "Sound. It overstates large promotions a little."),
        (2, "09:10", "mei", "business", "价格表周一才到，现在同意。(The price lists came on Monday only. Agreed.)"),
    )


def asked_again(kit: Planning) -> Story:
    """The planners had agreed; then the benefit was corrected, and they are asked about that alone."""
    yield kit.past(10, "09:05")
    request = kit.ask("wei", kit.version("sizes-model", "1", "17.3", work=2), "Sizes of clothes, by store.")
    yield from answers(
        kit.cast,
        kit.past,
        request,
        (9, "10:40", "victor", "quality", "Better than the mean of the year in every size but the rarest."),
        (8, "08:45", "mei", "business", "That is the figure we miss every spring. Agreed."),
    )
    yield kit.past(3, "08:05")
    write_case(kit, saved="0.24", note="The tills show that less was saved per order line than we had counted on.")
    yield kit.past(3, "10:00")
    look(kit.cast, "otto", request)
    yield kit.past(3, "10:40")
    vote(kit.cast, "otto", request, "supply", "The lock file is that of the forecast.")


def standing_still(kit: Planning) -> Story:
    """Changes are asked for: it is the submitter's move, and nobody else's time runs."""
    yield kit.past(4, "09:15")
    request = kit.ask("wei", kit.version("allocation-model", "4", "11.1", work=3), "Weighs what arrives at the gates.")
    yield from answers(
        kit.cast,
        kit.past,
        request,
        (3, "10:05", "victor", "quality", "Better at the gates of the warehouse, the same elsewhere."),
        (3, "12:10", "mei", "business", "仓库希望尽快使用。(The warehouses want it soon.)"),
    )
    yield kit.past(2, "11:00")
    look(kit.cast, "otto", request)
    yield kit.past(2, "11:45")
    said = "pyserial comes from a mirror that nobody here looks after. Take it from the index that the others come from."
    vote(kit.cast, "otto", request, "supply", said, CHANGES)


def glass_broken(kit: Planning) -> Story:
    """Last week it could not wait; it was looked at afterwards and approved."""
    yield kit.past(7, "15:05")
    request = kit.ask("wei", kit.version("staffing-model", "3", "16.2", work=2), "Counts the tills that were closed for repair.")
    yield kit.past(7, "16:40")
    waiver = waivers.open_waiver(
        actor=kit.cast["marta"],
        request=again(request),
        reason="Version 2 fails on the new file of the tills, and tomorrow's shifts are planned tonight. Without it 140 stores plan by hand.",
        incident="INC-2041",
        hours=6,
    )
    yield from answers(
        kit.cast,
        kit.past,
        request,
        (6, "10:00", "victor", "quality", "Read what changed: it reads one column more. Sound."),
        (6, "14:30", "otto", "supply", "As before."),
        (5, "09:10", "mei", "business", "Agreed, and thank you for the night."),
    )
    yield kit.past(5, "11:00")
    comment = "The alternative was 140 plans by hand. What went in is what was approved two days later, to the byte."
    waivers.review_waiver(actor=kit.cast["mei"], waiver=waiver, verdict="justified", comment=comment)


def glass_broken_yesterday(kit: Planning) -> Story:
    """It ran for some hours; somebody who was passed over has to look at it yet."""
    yield kit.past(2, "09:30")
    request = kit.ask("wei", kit.version("returns-model", "2", "23.4", work=2), "Returns by parcel, with this year's warehouses.")
    yield from answers(kit.cast, kit.past, request, (2, "14:10", "victor", "quality", "First one that beats the mean. Sound."))
    yield kit.past(1, "16:25")
    waivers.open_waiver(
        actor=kit.cast["marta"],
        request=again(request),
        reason="The carrier moved the pick-up to tonight; without a figure the parcels of the weekend stay in the stores.",
        incident="INC-2057",
        hours=4,
    )


def documents(kit: Planning) -> Story:
    """One that is signed, one that waits to be read."""
    cast, past = kit.cast, kit.past
    yield past(28, "13:20")
    first = _document(kit, "data-contract", "Data contract with the warehouses", "Which files come when, and whom to call.")
    yield past(27, "09:40")
    vote(cast, "mei", first, "business", "Agreed with the warehouses in Jiaxing and Wuxi.")
    yield past(3, "10:45")
    _document(kit, "override", "When planners may overrule the forecast", "As discussed on Tuesday; please read section 3.")


def _document(kit: Planning, slug: str, title: str, comment: str) -> Request:
    row = usecases.add_document(
        actor=kit.cast["petra"],
        use_case=kit.use_case,
        slug=slug,
        title=title,
        url=f"https://wiki.demo.countersign.example/planning/{slug}",
        sha256="",
    )
    return requests.open_request(
        actor=kit.cast["petra"],
        subject_type="document",
        subject_id=row.public_id,
        purpose="signoff",
        environment=None,
        comment=comment,
    )
