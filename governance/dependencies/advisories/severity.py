"""How bad a flaw is, in one word. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SEVERITIES = (
    "none",
    "low",
    "medium",
    "high",
    "critical",
)  # from the least to the worst; of one that is not told nothing is known
_WORDS = {"moderate": "medium", "important": "high"} | {word: word for word in SEVERITIES}
_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def severity_of(body: Mapping[str, Any]) -> str:
    """What a record says: the word of its database, else the word for its CVSS 3 score. Empty where neither is there.

    CVSS 2 and 4 are not computed; a record with nothing else has no severity, which is not a low one.
    """
    affected = [item for item in body.get("affected") or () if isinstance(item, Mapping)]
    said = []
    for holder in [body, *affected]:
        for name in ("database_specific", "ecosystem_specific"):
            beside = holder.get(name)
            word = beside.get("severity") if isinstance(beside, Mapping) else None
            if isinstance(word, str) and word.lower() in _WORDS:
                said.append(_WORDS[word.lower()])
    if said:
        return worst(said)
    scores = []
    for holder in [body, *affected]:
        listed = holder.get("severity")
        for item in listed if isinstance(listed, list) else ():
            if isinstance(item, Mapping) and item.get("type") == "CVSS_V3" and isinstance(item.get("score"), str):
                scores.append(cvss3_score(item["score"]))
    known = [score for score in scores if score is not None]
    return word_for(max(known)) if known else ""


def worst(words: Iterable[str]) -> str:
    return max((word for word in words if word in SEVERITIES), key=SEVERITIES.index, default="")


def word_for(score: float) -> str:
    if score == 0:
        return "none"
    return "low" if score < 4 else "medium" if score < 7 else "high" if score < 9 else "critical"


def cvss3_score(vector: str) -> float | None:
    """The base score of a CVSS 3.0 or 3.1 vector, or None for what is none."""
    head, _slash, rest = vector.strip().partition("/")
    if head not in ("CVSS:3.0", "CVSS:3.1"):
        return None
    said = dict(part.split(":", 1) for part in rest.split("/") if ":" in part)
    try:
        changed = {"U": False, "C": True}[said["S"]]
        weights = {name: by_value[said[name]] for name, by_value in _WEIGHTS.items()}
        privileges = _PRIVILEGES[said["S"]][said["PR"]]
    except KeyError:
        return None
    base = 1 - (1 - weights["C"]) * (1 - weights["I"]) * (1 - weights["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    ease = 8.22 * weights["AV"] * weights["AC"] * privileges * weights["UI"]
    return _round_up(min((1.08 if changed else 1.0) * (impact + ease), 10))


def _round_up(value: float) -> float:
    """As CVSS 3.1 has it: in whole hundred-thousandths, so that no error of binary fractions rounds a score up."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
