"""What cannot be reckoned, where it stands, and why. The words for people are elsewhere: here is a code with its figures."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


class Refused(ValueError):
    """A plan that would give a wrong figure, or none.

    `code` says why (`line.exchange_missing`), `where` names the part of the plan (`line.gpu`, `discount`), `params` what a
    sentence about it needs.
    """

    code: str
    where: str
    params: Mapping[str, object]

    def __init__(self, code: str, where: str = "", params: Mapping[str, object] | None = None) -> None:
        self.code, self.where, self.params = code, where, MappingProxyType(dict(params or {}))
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        super().__init__(f"{where}: {code}" + (f" ({details})" if details else ""))

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str, dict[str, object]]]:
        return type(self), (self.code, self.where, dict(self.params))
