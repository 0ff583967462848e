"""How risky the use cases of the demo are, and what they need to run: one tier that waits for a second person, one deviation reused."""

from __future__ import annotations

from collections.abc import Mapping

from config.demo_cast import Cast
from config.demo_stages import NEED, OFFER, PLATFORM
from config.demo_time import Past, Story
from governance.usecases import services as usecases
from governance.usecases.models import Platform, UseCase

HARMLESS = {
    "prohibited_use": "none",
    "sensitive_area": "none",
    "consequence": "inconvenience",
    "reversible": "easily",
    "people": "staff",
    "vulnerable": "no",
    "scale": "few",
    "told": "told_or_nobody",
    "autonomy": "person",
    "explained": "each",
    "contested": "yes_or_nobody",
    "stopped": "at_once",
    "personal_data": "no",
    "lawful": "yes_or_none",
    "quality": "checked",
    "groups": "tested_or_nobody",
    "technique": "own_model",
    "exposed": "inside",
    "learning": "by_release",
    "watched": "yes",
    "money": "some",
    "supervised": "no",
}
CHURN = {
    "people": "outside",
    "scale": "mass",
    "told": "untold",
    "autonomy": "person_follows",
    "explained": "in_general",
    "personal_data": "ordinary",
    "groups": "no",
}
CREDIT = {
    **CHURN,
    "sensitive_area": "essential_services",
    "consequence": "money_or_access",
    "told": "told_or_nobody",
    "explained": "each",
    "money": "much",
    "supervised": "yes",
}
READING = {"people": "outside", "personal_data": "ordinary", "money": "little"}
SOME = ("prohibited_use", "sensitive_area", "consequence", "people")  # as far as anybody came with the spare parts
WARRANTED = "The score proposes, and a clerk decides on every file with the three reasons before them. 评分只是建议，每份申请都由审批人员决定。"


def stories(cast: Cast, past: Past) -> list[Story]:
    return [answered(cast, past), graphics(cast, past), reused(cast, past)]


def answered(cast: Cast, past: Past) -> Story:
    """Each use case is answered for soon after it was defined; for one of them somebody proposes another tier."""
    for day, slug, who, said in (
        (169, "churn", "petra", {**HARMLESS, **CHURN}),
        (137, "demand-forecast", "petra", HARMLESS),
        (124, "credit-limits", "petra", {**HARMLESS, **CREDIT}),
        (112, "meter-reading", "sofia", {**HARMLESS, **READING}),
        (95, "spare-parts", "wei", {key: HARMLESS[key] for key in SOME}),
    ):
        yield past(day, "14:10")
        _answer(cast, who, slug, said)
    yield past(2, "15:35")
    case = UseCase.objects.get(slug="credit-limits")
    usecases.propose_tier(actor=cast["petra"], use_case=case, tier="medium", reason=WARRANTED)


def _answer(cast: Cast, who: str, slug: str, said: Mapping[str, str]) -> None:
    case = UseCase.objects.get(slug=slug)
    usecases.assess_risk(actor=cast[who], use_case=case, answers={key: [value] for key, value in said.items()})


def graphics(cast: Cast, past: Past) -> Story:
    """The cluster says more of itself, and those who read meters are allowed a graphics processor that it does not offer."""
    yield past(30, "09:20")
    usecases.write_offer(
        actor=cast["ada"],
        platform=Platform.objects.get(slug=PLATFORM),
        offer={
            **OFFER,
            "packages": [*OFFER["packages"], "httpx >=0.28", "festive-days", "pillow >=12"],
            "other_packages": "refused",
            "hardware": {**OFFER["hardware"], "gpus": 0},  # type: ignore[dict-item] # a mapping, likewise
            "network": "internal",
            "data": ["Data warehouse", "Photo archive"],
        },
        note="Packages are listed from now on, after the audit of the cluster.",
    )
    yield past(28, "10:15")
    need = {**NEED, "packages": ["numpy >=2.4", "pillow ==12.*"], "data": ["Photo archive"]}
    _need(cast, "sofia", "meter-reading", {**need, "hardware": {"cpus": 4, "memory_gb": 16, "gpus": 1}})
    row = usecases.ask_deviation(
        actor=cast["sofia"],
        use_case=UseCase.objects.get(slug="meter-reading"),
        aspect="hardware",
        item="gpus",
        wanted="1",
        reason="Two years of photos are read again for each version: nine hours without a graphics processor, forty minutes with one.",
        limits="The card of the test rack, from 20:00 to 06:00.",
        valid_until=past.ahead(240).date(),
    )
    yield past(27, "11:40")
    usecases.confirm_deviation(actor=cast["marta"], deviation=row)


def reused(cast: Cast, past: Past) -> Story:
    """The planners need the same card, which counts without anybody being asked again; a library is new and waits."""
    yield past(5, "10:50")
    packages = ["numpy >=2.4", "pandas >=3", "lightgbm >=4.6", "festive-days 0.5.0", "httpx 0.28.1", "pyserial 3.5"]
    hardware = {"cpus": 8, "memory_gb": 64, "gpus": 1}
    _need(cast, "wei", "demand-forecast", {**NEED, "packages": packages, "hardware": hardware, "data": ["Data warehouse"]})
    usecases.ask_deviation(
        actor=cast["wei"],
        use_case=UseCase.objects.get(slug="demand-forecast"),
        aspect="package",
        item="pyserial",
        wanted="==3.5",
        reason="仓库门口的电子秤只有串口。 The scales at the gates of the warehouse speak over a serial line only.",
        limits="One container, which reads and does not write.",
        valid_until=past.ahead(180).date(),
    )


def _need(cast: Cast, who: str, slug: str, need: Mapping[str, object]) -> None:
    case, platform = UseCase.objects.get(slug=slug), Platform.objects.get(slug=PLATFORM)
    usecases.state_need(actor=cast[who], use_case=case, platform=platform, need=need)
