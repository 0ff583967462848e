"""How bodies are read: JSON without rounding, without doubled keys, with a clear word when it is not JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers

from foundation.errors import TooLarge

DEEPEST = 60  # what people and programs write is a fifth of it; every walk over a value is one call for each level
LARGEST_EXPONENT = 1000  # written out, 1e999999999 would fill the memory; no figure of ours comes near this


class DecimalJSONParser(parsers.BaseParser):
    """JSON in UTF-8; numbers that are not whole become decimals, so that nothing is rounded on the way in."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = self._read(stream)
        try:
            value = json.loads(
                raw.decode("utf-8"), parse_float=self._decimal, parse_constant=self._refuse, object_pairs_hook=self._unique
            )
            if raw.count(b"{") + raw.count(b"[") > DEEPEST:
                self._refuse_depth(value)
            if b"\\u" in raw:
                self._refuse_half_characters(value)
            return value
        except UnicodeDecodeError as error:
            raise exceptions.ParseError(_("The body is not UTF-8 (byte %(at)s).") % {"at": error.start}) from error
        except RecursionError as error:
            raise exceptions.ParseError(_("The body is nested too deeply.")) from error
        except ValueError as error:
            raise exceptions.ParseError(_("The body is not JSON: %(why)s.") % {"why": error}) from error

    @staticmethod
    def _read(stream: Any) -> bytes:
        """The body, if it keeps to the limit. Django enforces it on forms only: a stream is read by whoever asks."""
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        raw: bytes = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(_("The body has more than %(most)s MiB.") % {"most": most // 1024**2})
        return raw

    @staticmethod
    def _decimal(text: str) -> Decimal:
        value = Decimal(text)
        if abs(value.adjusted()) > LARGEST_EXPONENT or len(value.as_tuple().digits) > LARGEST_EXPONENT:
            raise ValueError(f"the number {text[:40]} cannot be kept")
        return value

    @staticmethod
    def _refuse(name: str) -> Any:
        raise ValueError(f"{name} is not a number JSON knows")

    @staticmethod
    def _refuse_depth(value: Any) -> None:
        """Level by level, without calls within calls."""
        level = [value]
        for _depth in range(DEEPEST + 1):
            inner = [item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list)]
            level = [item for items in inner for item in items]
            if not level:
                return
        raise RecursionError

    @staticmethod
    def _refuse_half_characters(value: Any) -> None:
        """Half a surrogate pair is allowed by JSON's grammar, but is no text: it could be neither stored nor hashed."""
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
        except UnicodeEncodeError as error:
            raise ValueError("half a surrogate pair is not a character") from error

    @staticmethod
    def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a key appears twice")
        return result
