"""Verified sources as examples: one publisher, one index, exact names. They fill a form; somebody adds it and somebody else confirms.

The names are those under which the publisher itself puts packages on the index. What only begins alike is left out on purpose:
scikit-learn-extra and scikit-learn-intelex are others' work, and so are tensorflow-intel, tensorflow-io and tensorflow-addons.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from governance.dependencies.lockfiles import PYPI
from governance.dependencies.origins import CONDA, DEFAULT_INDEX, normal_address


@dataclass(frozen=True, slots=True)
class ProposedSource:
    key: str
    kind: str
    title: Any
    ecosystem: str
    index: str
    publisher: str
    packages: tuple[str, ...]
    criteria: tuple[str, ...]
    reason: Any
    presets: Mapping[str, Any] = field(default_factory=dict)
    terms: str = ""


_SCIKIT_LEARN: Mapping[str, Any] = {
    "native/code": _(
        "Compiled from its own Cython and C++ code by the project's public builds; the OpenMP runtime comes with it."
    ),
    "net/client": _("Downloads example data, and only where somebody calls a function that says so (fetch_…)."),
    "net/endpoint": _("Addresses of example data and of its documentation."),
    "load/unsafe": _("Reads example data that it downloaded and checked by digest before."),
}
_TENSORFLOW: Mapping[str, Any] = {
    "native/code": _("The runtime itself is C++, compiled by the project's public builds."),
    "native/ffi": _("Loads its own runtime and kernels, and further ones where somebody names them."),
    "net/server": _("Distributed training and the board open ports where somebody starts them."),
}
_OF_ITS_PUBLISHER = _(
    "Released by its publisher from a public repository with public builds, under the eyes of many users. What it depends on and what others "
    "add to it is not trusted by this."
)

SOURCES: tuple[ProposedSource, ...] = (
    ProposedSource(
        key="scikit-learn",
        kind="publisher",
        title=_("scikit-learn, on PyPI"),
        ecosystem=PYPI,
        index=DEFAULT_INDEX[PYPI],
        publisher="scikit-learn developers",
        packages=("scikit-learn",),
        criteria=("safe-to-deploy",),
        reason=_OF_ITS_PUBLISHER,
        presets=_SCIKIT_LEARN,
    ),
    ProposedSource(
        key="scikit-learn-conda-forge",
        kind="package",
        title=_("scikit-learn, on conda-forge"),
        ecosystem=CONDA,
        index=normal_address(CONDA, "conda-forge"),
        publisher="conda-forge",
        packages=("scikit-learn",),
        criteria=("safe-to-deploy",),
        reason=_("Built by conda-forge from the sources of the project. The channel as a whole is not trusted by this."),
        presets=_SCIKIT_LEARN,
    ),
    ProposedSource(
        key="tensorflow",
        kind="publisher",
        title=_("TensorFlow, on PyPI"),
        ecosystem=PYPI,
        index=DEFAULT_INDEX[PYPI],
        publisher="Google Inc. (packages@tensorflow.org)",
        packages=("tensorflow", "tensorflow-cpu", "tensorboard", "tensorboard-data-server"),
        criteria=("safe-to-deploy",),
        reason=_OF_ITS_PUBLISHER,
        presets=_TENSORFLOW,
    ),
)


def proposed_source(key: str) -> ProposedSource | None:
    """The example of this key, if there is one."""
    return next((item for item in SOURCES if item.key == key), None)
