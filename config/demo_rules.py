"""Who has to agree to what: the policies of the demo, the gates they stand before, and how they change."""

from __future__ import annotations

from pathlib import Path

from approvals.models import Policy, PolicyVersion, Request
from approvals.services import policies, requests
from config.demo_cast import Cast
from config.demo_time import Past, Story
from config.demo_words import look, vote

GATES = (  # environment, title, mode, policy
    ("production", "Production", "prevent", "production-release"),
    ("staging", "Staging", "warn", "production-release"),
    ("planning", "Planning", "prevent", "planning-release"),
    ("credit-decisions", "Credit decisions", "prevent", "credit-release"),
)
FILES = {
    "production-release": "demo_policy.yaml",
    "planning-release": "demo_policy_planning.yaml",
    "credit-release": "demo_policy_credit.yaml",
}
TIMES = ("sla:", "remind:", "escalate:", "calendar:")


def story(cast: Cast, past: Past) -> Story:
    """Three policies; one got its times two months ago, another waits for the second administrator."""
    yield past(175, "09:15")
    for key in FILES:
        text = source(key)
        policies.write_policy(actor=cast["ada"], key=key, source=_untimed(text) if key == "planning-release" else text)
    for slug, title, mode, key in GATES:
        policies.set_gate(actor=cast["ada"], slug=slug, title=title, mode=mode, policy=Policy.objects.get(key=key))
    yield past(62, "14:05")
    note = "Shanghai asked for it: every step has a time now, and the planners' runs by their own holidays."
    timed = policies.write_policy(actor=cast["ada"], key="planning-release", source=source("planning-release"), note=note)
    asked = _publish(cast, timed, "The steps and who takes them are as they were. New are the times.")
    yield past(61, "10:02")
    look(cast, "otto", asked)
    yield past(61, "10:20")
    vote(cast, "otto", asked, "confirmation", "Compared with version 1: nobody is asked less, and the calendar is the right one.")
    yield past(1, "14:32")
    draft = policies.write_policy(
        actor=cast["ada"],
        key="credit-release",
        source=_stricter(source("credit-release")),
        note="Findings of the internal audit: two people judge fairness, and breaking glass is shorter.",
    )
    _publish(cast, draft, "From the audit of October, finding 4. Dina has named a second person who can judge fairness.")


def source(key: str) -> str:
    return Path(__file__).with_name(FILES[key]).read_text()


def _untimed(text: str) -> str:
    """The policy as it was before anybody thought of times."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.strip().startswith(TIMES))


def _stricter(text: str) -> str:
    return text.replace("    role: data_governance\n", "    role: data_governance\n    quorum: 2\n").replace(
        "hours: 4", "hours: 2"
    )


def _publish(cast: Cast, version: PolicyVersion, comment: str) -> Request:
    return requests.open_request(
        actor=cast["ada"],
        subject_type="policy_version",
        subject_id=version.public_id,
        purpose="publish",
        environment=None,
        comment=comment,
    )
