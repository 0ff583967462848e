"""What a policy says of a licence expression. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from governance.dependencies.licences.expression import Licence, Node, licences_in, read_expression
from governance.dependencies.licences.spelling import as_spdx

Answer = Literal["allowed", "unknown", "denied"]
ANSWERS: tuple[Answer, ...] = ("allowed", "unknown", "denied")  # from the best to the worst


@dataclass(frozen=True, slots=True)
class Policy:
    """By licence, whether it may be used; `GPL-2.0-only WITH Classpath-exception-2.0` is one of its own. Others are unknown.

    `X-or-later` and `X+` are the same. Names are compared without regard to case, as SPDX has it.
    """

    allowed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    _said: Mapping[str, Answer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if both := {key_of(name) for name in self.allowed} & {key_of(name) for name in self.denied}:
            raise ValueError(f"both allowed and denied: {', '.join(sorted(both))}")
        said: dict[str, Answer] = {key_of(name): "allowed" for name in self.allowed}
        object.__setattr__(self, "_said", said | {key_of(name): "denied" for name in self.denied})

    def of(self, licence: Licence) -> Answer:
        """An exception only ever permits more: what is allowed without it stays so. What is denied without it is, unless it is named."""
        known = self._said.get(key_of(str(licence)))
        if known is None and licence.exception:
            known = self._said.get(key_of(str(Licence(licence.id, licence.or_later))))
        return known or "unknown"


def key_of(name: str) -> str:
    """What two names of the same licence share."""
    words = name.strip().lower()
    first, with_, rest = words.partition(" with ")
    return first.removesuffix("-or-later").removesuffix("+") + ("+" if first.endswith(("-or-later", "+")) else "") + with_ + rest


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer, the expression as SPDX has it (empty: nobody can tell what was meant), and the licences that decide it."""

    answer: Answer
    expression: str
    because: tuple[str, ...] = ()


def judge(written: str, policy: Policy) -> Judgement:
    """Of a choice (OR) the best counts, of what holds together (AND) the worst. What cannot be read is unknown, never allowed."""
    expression = as_spdx(written)
    if not expression:
        return Judgement("unknown", "", (written.strip()[:200],) if written.strip() else ())
    node = read_expression(expression)
    answer = _of(node, policy)
    because = dict.fromkeys(str(licence) for licence in licences_in(node) if policy.of(licence) == answer)
    return Judgement(answer, expression, tuple(because))


def _of(node: Node, policy: Policy) -> Answer:
    if isinstance(node, Licence):
        return policy.of(node)
    answers = [_of(part, policy) for part in node.parts]
    return (min if node.operator == "OR" else max)(answers, key=ANSWERS.index)
