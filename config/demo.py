"""The demo: use cases in different stages of their lives, made through the same services that people and CI use.

Told as stories that run side by side over half a year (`demo_time`), so that ages, waiting times and the log are what they would
have been. Loaded once. What it made is described in `var/demo.json`, which holds the passwords and is readable by its owner only.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from config import (
    demo_cast,
    demo_churn,
    demo_credit,
    demo_dependencies,
    demo_dictionary,
    demo_economics_case,
    demo_economics_driven,
    demo_economics_provisions,
    demo_economics_rates,
    demo_economics_results,
    demo_increments,
    demo_intake,
    demo_people,
    demo_planning,
    demo_planning_now,
    demo_risk,
    demo_rules,
    demo_stages,
    demo_talk,
)
from config.demo_cast import Cast
from config.demo_churn import Churn
from config.demo_time import Past, Story, play
from foundation import clock, sealing
from foundation.secret_files import write_once
from reports import services as reports


def load() -> dict[str, Any]:
    """Make the demo unless it is there, and return its description. All of it or none: one transaction."""
    if settings.DEMO_FILE.exists():
        return json.loads(settings.DEMO_FILE.read_text())
    past = Past(clock.now())
    repository = demo_churn.repository()
    with transaction.atomic():
        with clock.at(past(178, "08:30")):
            cast = demo_cast.enter()
        churn: list[Churn] = []
        play([demo_churn.story(cast, past, repository, churn), *_others(cast, past)], until=past.now)
        demo_cast.hand_out_tokens(cast)
        reports.request_report(actor=cast["aude"], kind="use_case", scope=churn[0].use_case.slug, language="en")
    sealing.seal()
    checkpoint = sealing.latest_checkpoint()
    described = _describe(cast, churn[0], checkpoint.vkey if checkpoint else "")
    write_once(settings.DEMO_FILE, json.dumps(described, indent=2, ensure_ascii=False).encode())
    return described


def _others(cast: Cast, past: Past) -> list[Story]:
    planning, credit = demo_planning.Planning(cast, past), demo_credit.Credit(cast, past)
    return [
        demo_rules.story(cast, past),
        demo_cast.reading(cast, past),
        demo_churn.research(cast, past),
        demo_planning.opening(planning),
        *demo_planning.releases(planning),
        *demo_planning_now.stories(planning),
        *demo_credit.stories(credit),
        *demo_dependencies.stories(cast, past),
        *demo_dictionary.stories(cast, past),
        *demo_increments.stories(cast, past),
        *demo_people.stories(cast, past),
        *demo_stages.stories(cast, past),
        *demo_risk.stories(cast, past),
        *demo_talk.stories(cast, past),
        *demo_intake.stories(cast, past),
        *demo_economics_case.stories(cast, past),
        *demo_economics_driven.stories(cast, past),
        *demo_economics_results.stories(cast, past),
        demo_economics_provisions.story(cast, past),
        demo_economics_rates.story(cast, past),
    ]


def _describe(cast: Cast, churn: Churn, vkey: str) -> dict[str, Any]:
    current = churn.version
    return {
        "url": settings.BASE_URL,
        "users": demo_cast.describe(cast),
        "ci_token": churn.ci_token,
        "use_case": churn.use_case.slug,
        "repository": str(churn.repository.path),
        "commit": current.commit,
        "model_version": current.public_id,
        "model": f"{current.name}@{current.version}",
        "artifact_sha256": current.artifact_sha256,
        "gate": "production",
        "verify_key": vkey,
    }
