"""The written form of a risk questionnaire: read, checked, and turned into what the engine works with. Pure.

Texts stand in it in every language the questionnaire speaks; English is there always, and stands in for what is missing. What is
checked beyond names and types is what keeps the engine's first law: a rule that counts an answer counts every riskier one too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foundation.yaml_reading import Problem, Unreadable, below, read
from governance.usecases.risk import NONE, TIERS, UNSURE, Option, Question, Questionnaire, Rule, carries_at_least

SHIPPED = Path(__file__).resolve().parent / "shipped" / "risk_questionnaire.yaml"
MAX_BYTES = 256 * 1024
MAX_QUESTIONS = 100
MAX_OPTIONS = 40
MAX_RULES = 50
MAX_POINTS = 100
MAX_TEXT = 2000
OF_THE_FORM = ("questions", "csrfmiddlewaretoken")  # questions become fields of a form, beside these
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def _(text: str) -> str:
    """Marks a text for translation; this module knows no language but its own."""
    return text


MESSAGES = {
    "wrong_type": _("must be %(expected)s"),
    "unknown_key": _("unknown key %(value)s; known here: %(known)s"),
    "required": _("missing: %(value)s"),
    "bad_key": _("%(value)s is not a key: lower-case letters, digits and _, at most 40, beginning with a letter"),
    "reserved": _("%(value)s is an answer that every question of its kind has by itself; choose another key"),
    "own_word": _("%(value)s is a word that the form of the answers uses itself; choose another key"),
    "duplicate": _("%(value)s is used twice"),
    "bad_text": _("must be a text without control characters, of 1 to %(limit)s characters"),
    "bad_language": _("%(value)s is not a language: write en or zh-hans"),
    "no_english": _("has no English text (en), which stands in for the languages that are missing"),
    "too_many": _("more than %(limit)s"),
    "too_few": _("at least %(limit)s are needed"),
    "bad_points": _("%(value)s are no points: a whole number from 0 to %(limit)s"),
    "bad_tier": _("%(value)s is no tier: medium or high"),
    "bad_limits": _("high_from must be more than medium_from, and medium_from more than 0"),
    "unreachable": _("the points of all answers together come to %(value)s, so %(key)s is never reached"),
    "unknown_question": _("there is no question %(value)s"),
    "unknown_option": _("there is no answer %(value)s to that question"),
    "not_upward": _("the answer %(riskier)s carries at least as much risk as %(value)s, so the rule has to name it too"),
}


@dataclass(slots=True)
class _Reader:
    """The problems found so far, and how the pieces of a questionnaire are read."""

    line_of: Callable[[str], int | None]
    problems: list[Problem] = field(default_factory=list)

    def note(self, path: str, code: str, **params: Any) -> None:
        said = {name: str(value)[:200].encode("utf-8", "backslashreplace").decode() for name, value in params.items()}
        self.problems.append(Problem(self.line_of(path), path, code, said))

    def mapping(self, value: Any, path: str, known: Sequence[str], required: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            self.note(path, "wrong_type", expected="a mapping")
            return {}
        for key in sorted(set(value) - set(known)):
            self.note(below(path, key), "unknown_key", value=key, known=", ".join(known))
        for key in required:
            if value.get(key) is None:
                self.note(path, "required", value=key)
        return value

    def items(self, value: Any, path: str, *, least: int, most: int) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.note(path, "wrong_type", expected="a list")
            return []
        if len(value) > most:
            self.note(path, "too_many", limit=most)
            return []
        if len(value) < least:
            self.note(path, "too_few", limit=least)
        return list(value)

    def key(self, body: Mapping[str, Any], path: str, taken: set[str], *, reserved: Sequence[str] = ()) -> str:
        value = body.get("key")
        if value is None:
            return ""
        if not isinstance(value, str) or not KEY.fullmatch(value):
            self.note(below(path, "key"), "bad_key", value=value)
            return ""
        if value in reserved:
            self.note(below(path, "key"), "reserved", value=value)
        if value in taken:
            self.note(below(path, "key"), "duplicate", value=value)
        taken.add(value)
        return value

    def words(self, value: Any, path: str) -> dict[str, str]:
        """A text in several languages; a plain text is English."""
        if value is None:
            return {}
        found: dict[str, str] = {}
        known = tuple(value) if isinstance(value, Mapping) else ()
        said = {"en": value} if isinstance(value, str) else self.mapping(value, path, known, ())
        for language, text in said.items():
            where = path if isinstance(value, str) else below(path, language)
            if not LANGUAGE.fullmatch(language):
                self.note(where, "bad_language", value=language)
            elif not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT or CONTROL.search(text):
                self.note(where, "bad_text", limit=MAX_TEXT)
            else:
                found[language] = " ".join(text.split())
        if isinstance(value, Mapping) and "en" not in said:
            self.note(path, "no_english")
        return found

    def whole(self, body: Mapping[str, Any], path: str, name: str, *, most: int) -> int:
        value = body.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            self.note(below(path, name), "bad_points", value=value, limit=most)
            return 0
        return value

    def tier(self, body: Mapping[str, Any], path: str) -> str:
        value = body.get("at_least")
        if value is None:
            return ""
        if value not in TIERS[1:]:
            self.note(below(path, "at_least"), "bad_tier", value=value)
            return ""
        return str(value)

    def truth(self, body: Mapping[str, Any], path: str, name: str) -> bool:
        value = body.get(name, False)
        if not isinstance(value, bool):
            self.note(below(path, name), "wrong_type", expected="true or false")
            return False
        return value


def parse(source: str | bytes) -> dict[str, Any]:
    """The content of a questionnaire written as YAML. Raises Unreadable with every problem, each with its line."""
    document = read(source, max_bytes=MAX_BYTES)
    return check(document.values, line_of=document.line_of)


def check(values: Any, *, line_of: Callable[[str], int | None] = lambda path: None) -> dict[str, Any]:
    """The content in its canonical form: what is kept and hashed. Raises Unreadable with every problem found."""
    reader = _Reader(line_of)
    body = reader.mapping(
        values,
        "",
        ("title", "intro", "medium_from", "high_from", "parts", "rules"),
        ("title", "medium_from", "high_from", "parts"),
    )
    content: dict[str, Any] = {
        "title": reader.words(body.get("title"), "title"),
        "intro": reader.words(body.get("intro"), "intro"),
        "medium_from": reader.whole(body, "", "medium_from", most=MAX_QUESTIONS * MAX_POINTS),
        "high_from": reader.whole(body, "", "high_from", most=MAX_QUESTIONS * MAX_POINTS),
        "parts": _parts(reader, body.get("parts")),
        "rules": [],
    }
    questions = {question["key"]: question for part in content["parts"] for question in part["questions"]}
    if not reader.problems:
        content["rules"] = _rules(reader, body.get("rules"), questions)
        _limits(reader, content)
    if reader.problems:
        raise Unreadable(sorted(reader.problems, key=lambda item: item.line or 0))
    return content


def _parts(reader: _Reader, value: Any) -> list[dict[str, Any]]:
    taken: set[str] = set()
    parts = []
    for at, item in enumerate(reader.items(value, "parts", least=1, most=MAX_QUESTIONS)):
        path = f"parts[{at}]"
        body = reader.mapping(item, path, ("title", "questions"), ("title", "questions"))
        listed = reader.items(body.get("questions"), f"{path}.questions", least=1, most=MAX_QUESTIONS)
        questions = [_question(reader, found, f"{path}.questions[{nth}]", taken) for nth, found in enumerate(listed)]
        parts.append({"title": reader.words(body.get("title"), f"{path}.title"), "questions": questions})
    if len(taken) > MAX_QUESTIONS:
        reader.note("parts", "too_many", limit=MAX_QUESTIONS)
    return parts


def _question(reader: _Reader, value: Any, path: str, taken: set[str]) -> dict[str, Any]:
    body = reader.mapping(value, path, ("key", "ask", "help", "source", "many", "options"), ("key", "ask", "options"))
    many = reader.truth(body, path, "many")
    keys: set[str] = set()
    options = []
    for at, item in enumerate(reader.items(body.get("options"), f"{path}.options", least=1 if many else 2, most=MAX_OPTIONS)):
        where = f"{path}.options[{at}]"
        option = reader.mapping(item, where, ("key", "say", "points", "at_least", "prohibited"), ("key", "say"))
        options.append(
            {
                "key": reader.key(option, where, keys, reserved=(NONE, UNSURE) if many else (UNSURE,)),
                "say": reader.words(option.get("say"), f"{where}.say"),
                "points": reader.whole(option, where, "points", most=MAX_POINTS),
                "at_least": reader.tier(option, where),
                "prohibited": reader.truth(option, where, "prohibited"),
            }
        )
    if body.get("key") in OF_THE_FORM:
        reader.note(below(path, "key"), "own_word", value=body["key"])
    return {
        "key": reader.key(body, path, taken),
        "ask": reader.words(body.get("ask"), f"{path}.ask"),
        "help": reader.words(body.get("help"), f"{path}.help"),
        "source": reader.words(body.get("source"), f"{path}.source"),
        "many": many,
        "options": options,
    }


def _rules(reader: _Reader, value: Any, questions: Mapping[str, Any]) -> list[dict[str, Any]]:
    taken: set[str] = set()
    rules = []
    for at, item in enumerate(reader.items(value, "rules", least=0, most=MAX_RULES)):
        path = f"rules[{at}]"
        body = reader.mapping(item, path, ("key", "say", "when", "at_least"), ("key", "say", "when", "at_least"))
        when = body.get("when") if isinstance(body.get("when"), Mapping) else {}
        if not when and body.get("when") is not None:
            reader.note(f"{path}.when", "wrong_type", expected="a mapping of questions to answers")
        for key, wanted in (when or {}).items():
            _wanted(reader, f"{path}.when.{key}", key, wanted, questions)
        rules.append(
            {
                "key": reader.key(body, path, taken),
                "say": reader.words(body.get("say"), f"{path}.say"),
                "when": {str(key): sorted(map(str, wanted)) for key, wanted in (when or {}).items() if isinstance(wanted, list)},
                "at_least": reader.tier(body, path),
            }
        )
    return rules


def _wanted(reader: _Reader, path: str, key: Any, wanted: Any, questions: Mapping[str, Any]) -> None:
    """What a rule asks of one question. Of questions with one answer it has to be everything from some risk upwards."""
    if key not in questions:
        reader.note(path, "unknown_question", value=key)
        return
    question = _engine_question(questions[key])
    named = reader.items(wanted, path, least=1, most=MAX_OPTIONS)
    for value in named:
        option = next((option for option in question.options if option.key == value), None)
        if option is None:
            reader.note(path, "unknown_option", value=value)
        elif not question.many:
            for other in question.options:
                if other.key not in named and carries_at_least(other, option):
                    reader.note(path, "not_upward", value=value, riskier=other.key)


def _limits(reader: _Reader, content: Mapping[str, Any]) -> None:
    if not 0 < content["medium_from"] < content["high_from"]:
        reader.note("high_from", "bad_limits")
        return
    most = sum(
        sum(points) if question.many else max(points)
        for question in engine_of(content).questions
        if (points := [option.points for option in question.options])
    )
    for name in ("medium_from", "high_from"):
        if content[name] > most and most:
            reader.note(name, "unreachable", value=most, key=name)


def engine_of(content: Mapping[str, Any]) -> Questionnaire:
    """What the engine computes with, from content that `check` let through."""
    return Questionnaire(
        questions=tuple(_engine_question(question) for part in content["parts"] for question in part["questions"]),
        medium_from=content["medium_from"],
        high_from=content["high_from"],
        rules=tuple(
            Rule(rule["key"], {key: frozenset(wanted) for key, wanted in rule["when"].items()}, rule["at_least"])
            for rule in content["rules"]
        ),
    )


def _engine_question(question: Mapping[str, Any]) -> Question:
    options = tuple(
        Option(option["key"], option["points"], option["at_least"] or TIERS[0], option["prohibited"])
        for option in question["options"]
    )
    return Question(question["key"], options, question["many"])


def in_words(words: Mapping[str, str], language: str) -> str:
    """A text in the reader's language, else in a kindred one, else in English. `language` as Django writes it: zh-hans."""
    return words.get(language) or words.get(language.partition("-")[0]) or words.get("en", "")
