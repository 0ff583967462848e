"""Polynomials with whole coefficients, highest power first: division, common divisors, multiple roots. All exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import gcd, lcm

from governance.economics.cashflow.refusal import Refused

Polynomial = list[int]

# Mersenne primes. The first tells whether there is a common divisor; the others are large enough to read its coefficients off.
PRIMES = (2**61 - 1, 2**1279 - 1, 2**4423 - 1)
WIDEST = 1_000  # powers of ten


def whole(values: Sequence[Decimal]) -> Polynomial:
    """The amounts times one number, so that they are whole and have no common divisor; their order stays."""
    if any(not value.is_finite() or (value and abs(value.adjusted()) > WIDEST) for value in values):
        raise Refused("flows.size", "flows")
    ratios = [value.as_integer_ratio() for value in values]
    scale = lcm(*(bottom for _, bottom in ratios)) if ratios else 1
    return _primitive([top * (scale // bottom) for top, bottom in ratios])


def sign_changes(values: Sequence[Decimal] | Sequence[int]) -> int:
    """How often the sign changes along the amounts that are not zero. By Descartes there are at most so many positive roots."""
    return sum(before != after for before, after in pairwise(value > 0 for value in values if value))


class TooHard(Exception):
    """More work than it is worth: the roots have to be looked for in another way."""


@dataclass(slots=True)
class Work:
    """What may still be spent, so that the same flows end the same way on any machine. A unit is about five nanoseconds."""

    left: int

    def spend(self, units: int) -> None:
        self.left -= units
        if self.left < 0:
            raise TooHard


def multiplicities(polynomial: Polynomial, work: Work) -> list[tuple[int, Polynomial]]:
    """(k, polynomial whose roots are those of multiplicity k, each once), after Musser (1971). Raises TooHard."""
    common = common_divisor(polynomial, _derivative(polynomial), work)
    parts: list[tuple[int, Polynomial]] = []
    rest = _divided(polynomial, common)
    power = 1
    while len(rest) > 1:
        shared = common_divisor(rest, common, work)
        part = _divided(rest, shared)
        if len(part) > 1:
            parts.append((power, part))
        rest, common = shared, _divided(common, shared)
        power += 1
    return parts


def common_divisor(one: Polynomial, other: Polynomial, work: Work) -> Polynomial:
    """The greatest common divisor, without a common factor in its coefficients. Raises TooHard if they are too large.

    Euclid's algorithm in the integers makes coefficients explode, so it runs modulo a prime. A divisor of degree 0 there is
    one everywhere; another is read off and tried, and only what divides both is believed.
    """
    top = gcd(one[0], other[0])
    for prime in PRIMES:
        if not (one[0] % prime and other[0] % prime):
            continue
        work.spend(len(one) * len(other) * (24 + (prime.bit_length() // 30) ** 2 // 3))
        found = _euclid([value % prime for value in one], [value % prime for value in other], prime)
        if len(found) == 1:
            return [1]
        scale = top * pow(found[0], -1, prime)
        candidate = _primitive([_nearest_zero(value * scale % prime, prime) for value in found])
        if _quotient(one, candidate) and _quotient(other, candidate):
            return candidate
    raise TooHard


def _euclid(one: Polynomial, other: Polynomial, prime: int) -> Polynomial:
    while other:
        inverse = pow(other[0], -1, prime)
        size = len(other)
        while len(one) >= size:
            factor = one[0] * inverse % prime
            if factor:
                head = [(a - factor * b) % prime for a, b in zip(one[1:size], other[1:], strict=True)]
                one = head + one[size:]
            else:
                one = one[1:]
        while one and not one[0]:
            one = one[1:]
        one, other = other, one
    return one


def _divided(polynomial: Polynomial, divisor: Polynomial) -> Polynomial:
    """The same for a divisor that is known to be one."""
    found = _quotient(polynomial, divisor)
    if found is None:
        raise ArithmeticError("a common divisor does not divide")
    return found


def _quotient(polynomial: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """What is left when it divides without remainder and with whole coefficients, else None."""
    rest, found = list(polynomial), []
    size = len(divisor)
    while len(rest) >= size:
        factor, remainder = divmod(rest[0], divisor[0])
        if remainder:
            return None
        found.append(factor)
        rest = [a - factor * b for a, b in zip(rest[1:size], divisor[1:], strict=True)] + rest[size:]
    return None if any(rest) else found


def _derivative(polynomial: Polynomial) -> Polynomial:
    degree = len(polynomial) - 1
    return [value * (degree - place) for place, value in enumerate(polynomial[:-1])]


def _primitive(polynomial: Polynomial) -> Polynomial:
    content = gcd(*polynomial) or 1
    return [value // content for value in polynomial]


def _nearest_zero(value: int, prime: int) -> int:
    return value - prime if value > prime // 2 else value
