"""The shared dictionaries of the demo: what is proposed, and agreed to as anything is."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from approvals.models import Request
from approvals.services import requests
from config.demo_cast import Cast
from config.demo_time import Past, Story
from config.demo_words import look, vote
from foundation import actor as actors
from governance.dictionary import services as dictionary
from governance.dictionary.models import DataElement, Dataset, DataUse, Dictionary, Proposal
from governance.dictionary.services.releases import sign_release
from governance.people.models import Team
from governance.usecases.models import UseCase

CALLED = (  # dictionary, key, term, team, language
    ("customers", "monthly_fee", "MRR", "billing", "en"),
    ("customers", "monthly_fee", "资费", "", "zh-Hans"),
    ("customers", "customer_id", "cust_no", "billing", ""),
    ("customers", "tenure", "Vertragsdauer", "onboarding", "de"),
    ("customers", "tenure", "网龄", "", "zh-Hans"),
    ("customers", "support_calls", "tickets", "onboarding", "en"),
    ("sales", "units_sold", "销售数量", "planning", "zh-Hans"),
    ("sales", "units_sold", "sell-through", "planning", "en"),
    ("sales", "article_id", "SKU", "planning", "en"),
    ("sales", "article_id", "货号", "", "zh-Hans"),
)
# Dictionary, key, team, data set, column, side, how it differs in words, and for machines.
HELD: tuple[tuple[str, str, str, str, str, str, str, dict[str, Any]], ...] = (
    ("customers", "contract_id", "billing", "billing-contracts", "vertrag", "fills", "", {}),
    ("customers", "customer_id", "billing", "billing-contracts", "kunde", "fills", "", {}),
    ("customers", "tariff", "billing", "billing-contracts", "tarif", "fills", "Still writes the codes of the old system.",
     {"recode": {"1": "S", "2": "M", "3": "L", "9": "B"}}),
    ("customers", "data_volume", "billing", "billing-usage", "mb", "fills", "Measured in megabytes, as the network counts.",
     {"factor": "1000"}),
    ("customers", "call_minutes", "billing", "billing-usage", "minutes", "fills", "", {}),
    ("customers", "complaint_topic", "onboarding", "onboarding-calls", "topic", "fills", "The agents' tool writes a dash for no choice.",
     {"null_tokens": {"-": "The agent chose nothing"}}),
    ("customers", "notice_given_at", "onboarding", "onboarding-calls", "notice", "fills", "Written in universal time.",
     {"time_zone": "UTC"}),
    ("customers", "tenure", "data-science", "churn-features", "tenure", "fills", "", {}),
    ("customers", "calls_per_month", "data-science", "churn-features", "calls_pm", "fills", "", {}),
    ("customers", "monthly_fee", "data-science", "billing-customers", "monthly_fee", "reads", "", {}),
    ("customers", "signup_date", "data-science", "onboarding-customers", "signup_date", "reads", "", {}),
    ("customers", "data_volume", "data-science", "billing-usage", "mb", "reads", "", {}),
    ("sales", "price", "planning", "store-prices", "price", "fills", "", {}),
    ("sales", "stock", "planning", "store-stock", "stock", "fills", "", {}),
    ("sales", "moving_average", "data-science", "demand-features", "mean_4w", "fills", "", {}),
    ("sales", "units_sold", "data-science", "store-sales", "units_sold", "reads", "", {}),
)  # fmt: skip
FEATURES = frozenset({"tenure", "calls_per_month", "fee_trend", "moving_average", "days_of_stock"})


@cache
def _written() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    return yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())  # type: ignore[no-any-return] # plain values of ours


def first_of(book: str, keys: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
    """What the elements of these keys mean."""
    return {key: _written()[book][key] for key in keys}


def stories(cast: Cast, past: Past) -> list[Story]:
    return [_filled(cast, past), _used(cast, past), _pending(cast, past)]


def _filled(cast: Cast, past: Past) -> Story:
    """The rest of both dictionaries, what is called how, who fills and who reads what, and the first releases."""
    yield past(60, "10:15")
    for slug, title in (
        ("customers", "The rest of the customer master data"),
        ("sales", "What the planners look at beside the tills"),
    ):
        book = Dictionary.objects.get(slug=slug)
        there = set(book.elements.values_list("key", flat=True))
        rest = {key: said for key, said in _written()[slug].items() if key not in there}
        agree(cast, "wei", book, title, "Written down once, with those who fill it, before a second model reads it.", rest)
    yield past(58, "14:20")
    for slug, key, term, team, locale in CALLED:
        called = Team.objects.get(slug=team) if team else None
        dictionary.add_alias(actor=cast["wei"], element=_element(slug, key), term=term, team=called, locale=locale)
    for slug, key, team, dataset, column, side, words, declared in HELD:
        dictionary.bind_column(
            actor=cast["wei"],
            element=_element(slug, key),
            team=Team.objects.get(slug=team),
            dataset=dataset,
            column=column,
            side=side,
            role="feature" if key in FEATURES else "",
            deviation=words,
            declared=declared,
            waived_until=past.ahead(90).date() if declared.get("recode") else None,
        )
    yield past(55, "09:40")
    for slug in ("customers", "sales"):
        made = dictionary.make_release(
            actor=cast["dina"],
            dictionary=Dictionary.objects.get(slug=slug),
            words="First release: everything that two teams share.",
        )
        sign_release(actor=actors.system("setup"), release=made)
    for slug, key, who in (
        ("customers", "monthly_fee", "bruno"),
        ("customers", "data_volume", "bruno"),
        ("sales", "units_sold", "mei"),
    ):
        dictionary.set_steward(actor=cast["dina"], element=_element(slug, key), steward=cast.users[who])


def _used(cast: Cast, past: Past) -> Story:
    """Data that is no table, a copy that somebody took, and what data may be used for: agreed to, and asked for."""
    yield past(52, "11:05")
    photos, _made = dictionary.add_dataset(
        actor=cast["wei"],
        name="meter-faces",
        kind="images",
        title="Faces of meters",
        description="Photographs that customers sent of their meters, cut to the face. What is read off is labelled by two people.",
        team=Team.objects.get(slug="onboarding"),
        uri="s3://pictures/meter-faces/",
        format="jpeg",
    )
    for number, count in ((1, 12), (2, 15)):
        _photographed(cast, photos, number, count)
    yield past(50, "13:30")
    customers = Dictionary.objects.get(slug="customers")
    dictionary.register_copy(
        actor=cast["sofia"],
        dictionary=customers,
        dataset=Dataset.objects.get(name="billing-usage"),
        holder="Sofia Lindqvist",
        place="Notebook server, home folder",
        purpose="Looking for what goes before a cancellation",
        team=Team.objects.get(slug="data-science"),
    )
    yield past(49, "10:00")
    churn = UseCase.objects.get(slug="churn")
    until = past.ahead(300)
    for name in ("onboarding-customers", "billing-customers"):
        use = _use(cast, churn, name, until)
        request = _ask_use(cast, use)
        look(cast, "dina", request)
        vote(cast, "dina", request, "data_governance", "The contract covers it, and the copy ends with the model.")
    yield past(1, "10:40")
    _ask_use(cast, _use(cast, churn, "billing-usage", until))


def _photographed(cast: Cast, photos: Dataset, number: int, count: int) -> None:
    codes = (
        ("legible", "All digits can be read"),
        ("partly", "Some digits cannot be read"),
        ("no_meter", "There is no meter on it"),
    )
    files = [
        {
            "path": f"2026/{at:04}.jpg",
            "sha256": hashlib.sha256(f"face {at}".encode()).hexdigest(),
            "size": 180_000 + 97 * at,
            "label": codes[(at + (number == 2 and at == 3)) % 3][0],
        }
        for at in range(count)
    ]
    manifest = {
        "files": files,
        "labels": {"codes": [{"code": code, "meaning": meaning} for code, meaning in codes]},
        "guideline": {
            "version": str(number),
            "text": "A digit that two people read differently cannot be read."
            + (" Reflections count as legible if all digits are." * (number - 1)),
        },
    }
    dictionary.add_file_version(actor=cast["wei"], dataset=photos, manifest=manifest, label=f"2026-{number:02}")


def _use(cast: Cast, use_case: UseCase, name: str, until: datetime) -> DataUse:
    return dictionary.ask_data_use(
        actor=cast["sofia"],
        use_case=use_case,
        dataset=name,
        purpose="Finding customers who are about to cancel, so that somebody calls them.",
        basis="contract",
        basis_words="Keeping the contract that the customer has; paragraph 7 of the terms names it.",
        places=["Warehouse, Frankfurt", "Training cluster, Frankfurt"],
        until=until,
        copies="One extract a month on the training cluster, deleted after the next.",
    )


def _ask_use(cast: Cast, use: DataUse) -> Request:
    return requests.open_request(
        actor=cast["sofia"], subject_type="data_use", subject_id=use.public_id, purpose="use", environment=None, comment=""
    )


def _pending(cast: Cast, past: Past) -> Story:
    """A change that breaks a model in production, waiting; and one of words that breaks nobody."""
    yield past(3, "15:10")
    book = Dictionary.objects.get(slug="customers")
    fee, volume = (_newest("customers", key) for key in ("monthly_fee", "data_volume"))
    breaking = propose(
        cast,
        "wei",
        book,
        "Fees without tax, volumes in megabytes",
        "The new billing system states net amounts, and the network counts in megabytes. Converting back costs us a run every night.",
        {
            "monthly_fee": {**fee, "definition": "What is charged for one month, without one-off charges, without tax."},
            "data_volume": {**volume, "unit": "MBy"},
        },
        meaning_changed=True,
    )
    ask_for(cast, "wei", breaking, "The models that read the fee have to be trained again.")
    yield past(2, "11:30")
    words = _newest("customers", "roaming_days")
    propose(  # it stays with her: nobody was asked yet
        cast,
        "sofia",
        book,
        "Say what counts as abroad",
        "Two teams asked whether the border region counts.",
        {
            "roaming_days": {
                **words,
                "definition": "Days of a calendar month on which the telephone was used abroad. A day in a border cell does not count.",
            }
        },
    )


def _element(slug: str, key: str) -> DataElement:
    return DataElement.objects.select_related("dictionary").get(dictionary__slug=slug, key=key)


def _newest(slug: str, key: str) -> Mapping[str, Any]:
    return _written()[slug][key]


def propose(
    cast: Cast,
    who: str,
    book: Dictionary,
    title: str,
    rationale: str,
    said: Mapping[str, Mapping[str, Any]],
    meaning_changed: bool = False,
) -> Proposal:
    """A proposal of what elements should mean, by their keys."""
    proposal = dictionary.open_proposal(actor=cast[who], dictionary=book, title=title, rationale=rationale)
    for key, meaning in said.items():
        dictionary.put_change(
            actor=cast[who], proposal=proposal, dictionary=book, key=key, said=meaning, meaning_changed=meaning_changed
        )
    return proposal


def ask_for(cast: Cast, who: str, proposal: Proposal, comment: str = "") -> Request:
    """Put a proposal up for agreement."""
    return requests.open_request(
        actor=cast[who],
        subject_type="dictionary_proposal",
        subject_id=proposal.public_id,
        purpose="change",
        environment=None,
        comment=comment,
    )


def agree(
    cast: Cast, who: str, book: Dictionary, title: str, rationale: str, said: Mapping[str, Mapping[str, Any]], comment: str = ""
) -> Proposal:
    """Propose it, and have data governance agree."""
    proposal = propose(cast, who, book, title, rationale, said)
    request = ask_for(cast, who, proposal)
    look(cast, "dina", request)
    vote(cast, "dina", request, "keepers", comment or "Clear, and two teams would read it in the same way.")
    return proposal
