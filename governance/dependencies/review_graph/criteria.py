"""What a release is reviewed for, and which criterion implies which. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

_REMEMBERED = 1000


class Criteria:
    """A set of criteria with implication: whoever holds one holds all that it implies, however far."""

    def __init__(self, implies: Mapping[str, Iterable[str]]) -> None:
        """Raises ValueError where something implied is no criterion itself."""
        direct = {name: frozenset(others) for name, others in implies.items()}
        if unknown := {other for others in direct.values() for other in others} - direct.keys():
            raise ValueError(f"not known as criteria: {', '.join(sorted(unknown))}")
        self._direct = direct
        self._closure = {name: self._all_below(name, direct) for name in direct}
        self._vouched: dict[tuple[frozenset[str], str], bool] = {}  # the same few are asked for again and again

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Criteria) and self._direct == other._direct

    def __hash__(self) -> int:
        return hash(frozenset(self._direct.items()))

    def __repr__(self) -> str:
        return f"Criteria({self.as_mapping()})"

    def as_mapping(self) -> dict[str, list[str]]:
        """What each implies directly, as JSON can hold it: `Criteria(found.as_mapping()) == found`."""
        return {name: sorted(self._direct[name]) for name in sorted(self._direct)}

    def and_own(self, own: Mapping[str, Iterable[str]]) -> Criteria:
        """These, and others that may imply them. What ships says for itself what it implies."""
        return Criteria({**self._direct, **{name: own[name] for name in own if name not in self._direct}}) if own else self

    @staticmethod
    def _all_below(name: str, direct: Mapping[str, frozenset[str]]) -> frozenset[str]:
        found, waiting = {name}, [name]
        while waiting:
            new = direct[waiting.pop()] - found
            found |= new
            waiting += new
        return frozenset(found)

    def __contains__(self, name: object) -> bool:
        return name in self._closure

    def __iter__(self) -> Iterator[str]:
        return iter(self._closure)

    def implied_by(self, name: str) -> frozenset[str]:
        """The criterion and all that it implies. One that is not known implies itself alone."""
        return self._closure.get(name, frozenset({name}))

    def vouch(self, stated: Iterable[str], wanted: str) -> bool:
        """Whether a review that states some criteria answers for `wanted`."""
        asked = (frozenset(stated), wanted)
        if (known := self._vouched.get(asked)) is None:
            known = any(wanted in self.implied_by(name) for name in asked[0])
            if len(self._vouched) < _REMEMBERED:
                self._vouched[asked] = known
        return known

    def refute(self, failed: Iterable[str], wanted: str) -> bool:
        """Whether a failed review excludes `wanted`: what is not safe to run is not safe to deploy either."""
        return any(name in self.implied_by(wanted) for name in failed)

    def minimal(self, wanted: Iterable[str]) -> frozenset[str]:
        """Without those that another one implies anyway; of several that imply each other, the first by name stays."""
        kept: set[str] = set()
        for name in sorted(wanted, key=lambda one: (-len(self.implied_by(one)), one)):
            if not any(name in self.implied_by(other) for other in kept):
                kept.add(name)
        return frozenset(kept)


SHIPPED = Criteria({"safe-to-run": (), "safe-to-deploy": ("safe-to-run",), "io-verified": ()})
