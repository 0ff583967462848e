"""Facts to answer from: one package that is fine, and ways to make it another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from governance.dependencies.demands import DEMANDS, Demand
from governance.dependencies.review_graph import NOTHING, Caveat, Edge
from governance.dependencies.status import Asked, Data, Facts, Feed, Flaw

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LATER = NOW + 90 * DAY
MEDIUM = DEMANDS["medium"]
FRESH = Data("ads_1", NOW, {"pypi": Feed(100, "2026-11-20T00:00:00Z")})
ALL = frozenset({"safe-to-deploy", "io-verified"})


def review(id: str = "rev_1", target: str = "rel_1", base: str = NOTHING, **change) -> Edge:
    """One that counts: full, confirmed by another, of the bytes that are known."""
    said = {"criteria": ALL, "prepared_by": "usr_1", "confirmed_by": "usr_2", "ends_at": LATER, **change}
    return Edge(id, base, target, target_digest=f"sha256:{target}", base_digest=f"sha256:{base}" if base else "", **said)


def exemption(id: str = "rul_1", target: str = "rel_1", **change) -> Edge:
    return Edge(id, NOTHING, target, **{"criteria": ALL, "caveat": Caveat.EXEMPTION, "ends_at": LATER, **change})


def source(id: str = "src_1", target: str = "rel_1", **change) -> Edge:
    return Edge(id, NOTHING, target, **{"criteria": ALL, "caveat": Caveat.SOURCE, "ends_at": LATER, **change})


def asked(**change) -> Asked:
    said = {"version": "1.0", "nodes": ("rel_1",), "files": 1, "licence": "MIT", **change}
    return Asked("dps_1", "requirements.txt", 1, "joblib", **said)


def data(newest: str = "2026-11-20T00:00:00Z", count: int = 100, ecosystem: str = "pypi") -> Data:
    return replace(FRESH, feeds={ecosystem: Feed(count, newest)})


def flaw(**change) -> Flaw:
    return Flaw(**{"key": "CVE-2026-1", "ids": ("CVE-2026-1", "GHSA-1"), "severity": "high", **change})


def facts(*rows: Asked, edges: tuple[Edge, ...] = (review(),), demand: Demand = MEDIUM, **change) -> Facts:
    """Those of one set; without `edges`, the one review that covers `rel_1`."""
    found = Facts(
        at=NOW,
        use_case="uc_1",
        demand=demand,
        sets=(("dps_1", "requirements.txt"),),
        asked=rows or (asked(),),
        edges={"pypi:joblib": edges},
        digests={name: f"sha256:{name}" for name in ("rel_1", "rel_2", "rel_3")},
        data=FRESH,
    )
    return replace(found, **change)
