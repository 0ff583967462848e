"""What the demo's stories say again and again, said once: asking, looking, answering, pushing a version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from approvals.models import Ballot, Look, Request
from approvals.selectors.standing import Standing, standing_of
from approvals.services import ballots, requests
from approvals.services.looks import looked
from config.demo_cast import Cast
from config.demo_time import Past, Story
from foundation.actor import Actor
from foundation.canonical import digest_bytes
from governance.usecases.models import UseCase
from lineage.models import Environment, ModelVersion
from lineage.services import versions

SIGNED_AS = Ballot.Meaning.APPROVED


def ask(actor: Actor, version: ModelVersion, environment: str, comment: str = "") -> Request:
    """Ask for a version to be let in."""
    return requests.open_request(
        actor=actor,
        subject_type="model_version",
        subject_id=version.public_id,
        purpose="deployment",
        environment=Environment.objects.get(slug=environment),
        comment=comment,
    )


def look(cast: Cast, who: str, request: Request) -> Standing:
    """Open the request, as somebody does before they judge; what they see."""
    seen = standing_of(again(request))
    looked(actor=cast[who], standing=seen, known=Look.objects.filter(request=request))
    return seen


def vote(
    cast: Cast,
    who: str,
    request: Request,
    step: str,
    comment: str = "",
    verdict: str = Ballot.Verdict.APPROVE,
    seen: Standing | None = None,
    **more: Any,
) -> Ballot:
    """Answer over what is on the screen: what was seen before, if nothing has changed since, else as it is now."""
    seen = seen or standing_of(again(request))
    asked = seen.policy.step(step)
    if asked is not None and asked.signature == "reauth":
        more.setdefault("meaning", SIGNED_AS)
    return ballots.cast_ballot(
        actor=cast[who], request=request, step=step, verdict=verdict, digest=seen.digest, comment=comment, **more
    )


def waits(seen: Standing, step: str) -> bool:
    """Whether a step still has to be answered: what carried over from an earlier version has not."""
    return seen.is_open and any(item.key == step and item.state == "pending" for item in seen.verdict.steps)


def push(
    actor: Actor,
    use_case: UseCase,
    name: str,
    number: str,
    *,
    repository: str,
    commit: str,
    lock: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, str],
    data: Mapping[str, tuple[int, list[str]]],
    trained: str = "",
    kind: str = "model",
) -> ModelVersion:
    """Register a version as `countersign push` does. `data`: rows and columns by data set; `trained`: which training made the artifact."""
    artifact = f"{name} {trained or number}".encode()
    return versions.register_model_version(
        actor=actor,
        use_case=use_case,
        data={
            "kind": kind,
            "registry": "ci",
            "name": name,
            "version": number,
            "repository": repository,
            "commit": commit,
            "dirty": False,
            "params": dict(params),
            "metrics": {key: {"value": Decimal(value), "dataset": "test"} for key, value in metrics.items()},
            "artifact": {
                "uri": f"s3://models/{name}/{trained or number}",
                "sha256": digest_bytes(artifact).removeprefix("sha256:"),
                "size": 4096 + len(artifact),
                "serialization": "skops",
            },
            "runtime": {"kind": "lock", "image_digest": None, "config": {}},
            "datasets": [
                {
                    "role": "train",
                    "name": table,
                    "digest": digest_bytes(f"{table} {rows}".encode()),
                    "rows": rows,
                    "columns": columns,
                }
                for table, (rows, columns) in data.items()
            ],
            "dependency_sets": [{"path": "requirements.txt", "content": lock}],
        },
    ).model_version


def line(key: str, title: str, kind: str, quantity: Any, unit: str, price: Any, first: int, last: int) -> dict[str, Any]:
    """One line of a cost-benefit case."""
    return {
        "key": key,
        "title": title,
        "kind": kind,
        "quantity": Decimal(quantity),
        "unit": unit,
        "unit_price": Decimal(price),
        "from_period": first,
        "to_period": last,
    }


Said = tuple[int, str, str, str, str]  # weekdays ago, time of day, who, step, what they say


def answers(cast: Cast, past: Past, request: Request, *said: Said) -> Story:
    """People open a request and, a while later, approve; unless what they said of an earlier version still counts."""
    for number, (day, at, who, step, words) in enumerate(said):
        moment = past(day, at)
        yield moment - timedelta(minutes=12 + 17 * (number % 3))
        seen = look(cast, who, request)
        if waits(seen, step):
            yield moment
            vote(cast, who, request, step, words, seen=seen)


def again(request: Request) -> Request:
    """The request as it is by now."""
    return Request.objects.get(pk=request.pk)
