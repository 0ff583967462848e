"""A list of licences to begin with. What is not on it stays unknown: the lesser GPL and the GPL depend on what is done with the code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ProposedLicence:
    licence: str
    answer: str
    reason: Any


_FREE = _("Asks for its notice to be kept, and for nothing else.")
_NOTHING = _("Asks for nothing.")
_PATENTS = _("Asks for its notice to be kept; grants the use of patents.")
_BY_FILE = _("Asks to publish changes to its own files only; it is used unchanged.")
_RUNTIME = _("The exception lets programs use this library of the compiler under terms of their own.")
_NETWORK = _("Asks to publish the source of what is offered over a network.")
_NOT_OPEN = _("Forbids some uses; it takes a contract.")
_NOT_FOR_MONEY = _("Forbids use for money.")

LICENCES: tuple[ProposedLicence, ...] = (
    *(
        ProposedLicence(name, "allowed", _FREE)
        for name in ("MIT", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "HPND", "BSL-1.0")
    ),
    *(ProposedLicence(name, "allowed", _FREE) for name in ("PSF-2.0", "Python-2.0")),
    *(ProposedLicence(name, "allowed", _NOTHING) for name in ("0BSD", "MIT-0", "Unlicense", "CC0-1.0")),
    ProposedLicence("Apache-2.0", "allowed", _PATENTS),
    ProposedLicence("MPL-2.0", "allowed", _BY_FILE),
    ProposedLicence("GPL-3.0-or-later WITH GCC-exception-3.1", "allowed", _RUNTIME),
    *(ProposedLicence(name, "denied", _NETWORK) for name in ("AGPL-3.0-only", "AGPL-3.0-or-later", "SSPL-1.0")),
    *(ProposedLicence(name, "denied", _NOT_OPEN) for name in ("BUSL-1.0", "Elastic-2.0")),
    *(ProposedLicence(name, "denied", _NOT_FOR_MONEY) for name in ("CC-BY-NC-4.0", "CC-BY-NC-SA-4.0")),
)
