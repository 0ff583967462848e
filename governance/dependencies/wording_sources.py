"""Sources, licences and external services in words for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.dependencies.capabilities import CAPABILITIES

CRITERIA: Mapping[str, Any] = {
    "safe-to-run": _("Safe to run"),
    "safe-to-deploy": _("Safe to deploy"),
    "io-verified": _("Input and output points verified"),
}
CRITERIA_TOLD: Mapping[str, Any] = {
    "safe-to-run": _("It may run where nothing is at stake."),
    "safe-to-deploy": _("It may run in production."),
    "io-verified": _("Every input/output point was listed and judged, and nothing was left out."),
}
# Why nobody can say from which index a package comes, by the codes of `origins.origin_of`.
NO_ORIGIN: Mapping[str, Any] = {
    "not_an_index": _("It comes from an address, from version control or from a local file, and no index vouches for that."),
    "another_file": _("The address of its file is that of another package, version or index."),
    "several_indexes": _("Its lock names several indexes, so it may come from any of them. Name the index beside the package."),
    "several_channels": _(
        "Its environment has several channels, so it may come from any of them. Name the channel beside the package, or add nodefaults."
    ),
    "index_unreadable": _("The index that its lock names is no address that can be compared."),
    "index_unknown": _("Its lock names no index, and its ecosystem has none that is always meant."),
    "index_not_named": _("Its lock lists the addresses of files and names no index."),
    "found_elsewhere": _("Its lock lets the installer look in other places than an index (--find-links, --no-index)."),
    "not_all_read": _("Its lock reads another file, which may name another index."),
    "not_verified": _("Its lock lets the installer skip the certificate of the index (--trusted-host)."),
}


def criterion_label(name: str, titles: Mapping[str, str]) -> str:
    """What a criterion is called: one that ships in the reader's language, an own one by its title (`criterion_titles`), else as written."""
    return str(CRITERIA[name]) if name in CRITERIA else titles.get(name, name)


def criteria_told(names: Iterable[str], titles: Mapping[str, str]) -> list[str]:
    return [criterion_label(name, titles) for name in names]


def criterion_told(name: str) -> str:
    """What somebody says with a criterion that ships."""
    return str(CRITERIA_TOLD[name])


def capability_label(name: str) -> str:
    return gettext(CAPABILITIES[name]) if name in CAPABILITIES else name


def no_origin_told(code: str) -> str:
    """Why no source can vouch for a requirement."""
    return str(NO_ORIGIN.get(code, code))
