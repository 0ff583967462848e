"""What a check comes to: intact, altered or incomplete, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from countersign import exits
from countersign.notes import Identity


class Altered(Exception):
    """Something contradicts. The first contradiction ends the check: nothing after it can be relied on."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


@dataclass
class Outcome:
    """What was found so far. It is intact as long as nothing contradicts and nothing is missing."""

    altered: str = ""
    missing: list[str] = field(default_factory=list)
    signers: list[str] = field(default_factory=list)  # fingerprints as the file states them
    facts: dict[str, Any] = field(default_factory=dict)  # what is worth printing beside the result

    def signer(self, identity: Identity | str) -> None:
        """Note whose signature the file claims to carry."""
        if str(identity) not in self.signers:
            self.signers.append(str(identity))

    def lacks(self, what: str) -> None:
        """Note that something needed is not there."""
        if what not in self.missing:
            self.missing.append(what)

    @property
    def name(self) -> str:
        return "altered" if self.altered else "incomplete" if self.missing else "intact"

    @property
    def code(self) -> int:
        return {"altered": exits.ALTERED, "incomplete": exits.INCOMPLETE, "intact": exits.OK}[self.name]
