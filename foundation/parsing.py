"""How bodies are read: JSON without rounding, without doubled keys, with a clear word when it is not JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers


class DecimalJSONParser(parsers.BaseParser):
    """JSON in UTF-8; numbers that are not whole become decimals, so that nothing is rounded on the way in."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read()
        try:
            return json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=self._refuse, object_pairs_hook=self._unique)
        except UnicodeDecodeError as error:
            raise exceptions.ParseError(_("The body is not UTF-8 (byte %(at)s).") % {"at": error.start}) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:
            raise exceptions.ParseError(_("The body is not JSON: %(why)s.") % {"why": error}) from error

    @staticmethod
    def _refuse(name: str) -> Any:
        raise ValueError(f"{name} is not a number JSON knows")

    @staticmethod
    def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a key appears twice")
        return result
