"""A small questionnaire about risk, and the harmless answers to the one that ships."""

from __future__ import annotations

from governance.usecases.questionnaires import SHIPPED, engine_of, parse
from governance.usecases.risk import NONE, Questionnaire

SMALL = """\
title: {en: Small, zh-hans: 小}
medium_from: 1
high_from: 2
parts:
  - title: {en: Part}
    questions:
      - key: harm
        ask: {en: How bad?, zh-hans: 多严重？}
        options:
          - {key: none_at_all, say: {en: Not at all}}
          - {key: some, say: {en: Some}, points: 1}
          - {key: much, say: {en: Much}, points: 2}
"""


def shipped() -> Questionnaire:
    return engine_of(parse(SHIPPED.read_text(encoding="utf-8")))


HARMLESS = {
    question.key: [NONE] if question.many else [question.options[0].key] for question in shipped().questions
}  # the first answer is the least risky one
