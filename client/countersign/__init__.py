"""The Countersign command for CI and auditors, and what the columns of a file or a frame mean.

It knows the server's public contract and nothing of its inside.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"


def explain(what: Any, legend: Any = None) -> Any:
    """What the columns of a file (CSV, XLSX, Parquet) or of a frame (pandas, polars) mean: see `countersign.frames.explain`."""
    from countersign import frames

    return frames.explain(what, legend)
