"""What people write instead of an SPDX expression. Pure.

Only what can mean one licence is here. `BSD` alone, `GPL` or `Public Domain` are not: somebody has to look.
"""

from __future__ import annotations

import re

from governance.dependencies.licences.expression import NotAnExpression, read_expression

_KNOWN = {
    "mit": "MIT", "mit license": "MIT", "the mit license": "MIT", "the mit license (mit)": "MIT", "expat": "MIT",
    "apache 2.0": "Apache-2.0", "apache-2": "Apache-2.0", "apache 2": "Apache-2.0", "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0", "apache software license 2.0": "Apache-2.0", "apache license version 2.0": "Apache-2.0",
    "the apache license, version 2.0": "Apache-2.0", "apache2": "Apache-2.0", "apache2.0": "Apache-2.0", "apache license v2.0": "Apache-2.0",
    "3-clause bsd": "BSD-3-Clause", "bsd 3-clause": "BSD-3-Clause", "bsd-3": "BSD-3-Clause", "new bsd": "BSD-3-Clause",
    "bsd 3-clause license": "BSD-3-Clause", "3-clause bsd license": "BSD-3-Clause", "new bsd license": "BSD-3-Clause",
    "modified bsd license": "BSD-3-Clause", "revised bsd license": "BSD-3-Clause", "bsd 3 clause": "BSD-3-Clause",
    "bsd 2-clause": "BSD-2-Clause", "2-clause bsd": "BSD-2-Clause", "simplified bsd": "BSD-2-Clause", "bsd-2": "BSD-2-Clause",
    "bsd 2-clause license": "BSD-2-Clause", "simplified bsd license": "BSD-2-Clause",
    "isc license": "ISC", "isc license (iscl)": "ISC", "python software foundation license": "PSF-2.0", "psf": "PSF-2.0",
    "mozilla public license 2.0": "MPL-2.0", "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0", "mpl 2.0": "MPL-2.0",
    "gplv2": "GPL-2.0-only", "gplv3": "GPL-3.0-only", "gplv2+": "GPL-2.0-or-later", "gplv3+": "GPL-3.0-or-later",
    "lgplv2.1": "LGPL-2.1-only", "lgplv2.1+": "LGPL-2.1-or-later", "lgplv3": "LGPL-3.0-only", "lgplv3+": "LGPL-3.0-or-later",
    "agplv3": "AGPL-3.0-only", "agplv3+": "AGPL-3.0-or-later",
    "the unlicense": "Unlicense", "the unlicense (unlicense)": "Unlicense", "zlib/libpng": "Zlib", "boost software license 1.0": "BSL-1.0",
    "gpl-2.0": "GPL-2.0-only", "gpl-3.0": "GPL-3.0-only", "lgpl-2.1": "LGPL-2.1-only", "lgpl-3.0": "LGPL-3.0-only",
    "agpl-3.0": "AGPL-3.0-only", "gpl-2.0+": "GPL-2.0-or-later", "gpl-3.0+": "GPL-3.0-or-later",
    "lgpl-2.1+": "LGPL-2.1-or-later", "lgpl-3.0+": "LGPL-3.0-or-later", "agpl-3.0+": "AGPL-3.0-or-later",
}  # fmt: skip
_VAGUE = frozenset(
    {
        "bsd",
        "gpl",
        "lgpl",
        "agpl",
        "apache",
        "mpl",
        "unknown",
        "other",
        "proprietary",
        "none",
        "noassertion",
        "dual",
        "free",
        "freeware",
    }
)


def as_spdx(text: str) -> str:
    """The SPDX expression for what was written, or nothing where it cannot be told which is meant."""
    words = re.sub(r"\s+", " ", text.strip()).lower()
    if words in _KNOWN:
        return _KNOWN[words]
    if not words or words in _VAGUE:
        return ""
    try:
        return str(read_expression(text))
    except NotAnExpression:
        return ""
