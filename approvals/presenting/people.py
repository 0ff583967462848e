"""People as the API names them."""

from __future__ import annotations

from approvals.selectors.standing import Standing
from governance.people.models import User


def person_body(user: User) -> dict[str, str]:
    return {"type": "user", "id": user.public_id, "display": str(user)}


def person_of(standing: Standing, public_id: str) -> dict[str, str]:
    """Somebody whom a request speaks of, by public id. Who left and holds nothing any more may be known by that alone."""
    user = standing.person(public_id)
    return person_body(user) if user else {"type": "user", "id": public_id, "display": public_id}
