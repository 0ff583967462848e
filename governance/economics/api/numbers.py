"""Numbers in what is sent: refused with what to write instead."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from governance.economics.plan.problems import MESSAGES
from governance.economics.plan.reading import number_problem


class NumberInput(serializers.DecimalField):
    """A decimal with a point: a comma, a sign of per cent or words are told as such."""

    def to_internal_value(self, data: Any) -> Decimal:
        text = data.strip() if isinstance(data, str) else ""
        if text and (code := number_problem(text)):
            raise serializers.ValidationError(str(MESSAGES[code]) % {"found": text[:40]}, code=code)
        return super().to_internal_value(data)
