"""What can be talked about, and by whose rule its threads are seen.

Nearly everything is seen through its use case, or, where it belongs to none, by everybody inside. Rooms say so for their types in
`ready()`; then a list of threads asks for the use cases alone. Threads about any other type are asked by the rule of that type:
what nobody spoke for is never shown by mistake.
"""

from __future__ import annotations

from foundation import objects

# Accounts, roles, training and credentials are not discussed in public; a thread is not discussed in another one.
NOT_DISCUSSED = frozenset({"th", "us", "tm", "rg", "tg", "te", "dl", "cl", "tk"})
_by_use_case: set[str] = set()


def seen_through_the_use_case(*prefixes: str) -> None:
    """Say that who sees the use case sees these, and that those that belong to none are seen by everybody inside."""
    _by_use_case.update(prefixes)


def by_use_case() -> frozenset[str]:
    return frozenset(_by_use_case)


def is_discussed(prefix: str) -> bool:
    """Whether there can be threads about things whose public ids begin so."""
    return prefix not in NOT_DISCUSSED and objects.by_prefix(f"{prefix}_") is not None
