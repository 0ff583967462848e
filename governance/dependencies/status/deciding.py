"""The answer about the dependencies of something: allow, deny or unknown, with every reason. Pure.

The laws, proved in `tests/dependencies/test_status_laws.py`: a block and a failed review beat everything; what is unknown never allows;
what has ended counts as if it were not there, from its end on; and one more review, exemption, source or acceptance never makes an
answer worse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from governance.dependencies.advisories import Snapshot, freshness
from governance.dependencies.licences import Judgement, Policy, judge
from governance.dependencies.review_graph import Coverage, Edge, coverage, dead_because, failed_releases, live_edges
from governance.dependencies.status.facts import Asked, Facts, Flaw, Ruled
from governance.dependencies.status.model import Covered, FlawStatus, Part, Reason, RequirementStatus, Status, Weight, verdict_of
from governance.dependencies.status.naming import Place, where_from

LEAST_SAFE = frozenset({"safe-to-run"})  # what failed this is blocked even where nothing is demanded


def status_of_facts(facts: Facts) -> Status:
    """The answer that follows from some facts, and from nothing else: the same facts give the same answer, whenever it is asked."""
    judged = _Licences(facts)
    rows = tuple(_requirement(asked, facts, judged) for asked in facts.asked)
    data, stale_at, old = _data(facts)
    reasons = [Reason("unread", "unknown", {"set": public_id, "lines": str(lines)}) for public_id, lines in facts.unread if lines]
    if not facts.sets:
        reasons.append(Reason("no_sets", "unknown"))
    if data == "missing":
        reasons.append(Reason("advisories_missing", "unknown"))
    for ecosystem, newest in old:
        days = str(facts.demand.data_lasts.days)
        reasons.append(Reason("advisories_stale", "unknown", {"ecosystem": ecosystem, "newest": newest, "days": days}))
    if not judged.asked:
        reasons.append(Reason("no_licence_rule", "note"))
    said = [*reasons, *(reason for row in rows for reason in row.reasons)]
    return Status(facts, verdict_of(said), rows, tuple(reasons), data, stale_at)


def _data(facts: Facts) -> tuple[Literal["fresh", "stale", "missing"], datetime | None, list[tuple[str, str]]]:
    """What state the advisories are in, when the first of them will be too old, and which are (ecosystem, newest).

    Only the ecosystems of packages that count matter; where there is none, whatever was imported does.
    """
    known = facts.data.feeds if facts.data is not None else {}
    if facts.data is None or not any(feed.count for feed in known.values()):
        return "missing", None, []
    asked = {row.ecosystem for row in facts.asked if facts.demand.criteria_for(row.groups)}
    feeds = {ecosystem: feed for ecosystem, feed in known.items() if feed.count and ecosystem in asked} or known
    lasts = facts.demand.data_lasts
    old = [
        (ecosystem, feed.newest)
        for ecosystem, feed in sorted(feeds.items())
        if freshness(Snapshot("", feed.count, feed.newest, 0, facts.data.imported_at), facts.at, lasts) != "fresh"
    ]
    if old:
        return "stale", None, old
    newest = min(datetime.fromisoformat(feed.newest.replace("Z", "+00:00")) for feed in feeds.values())
    return "fresh", newest + lasts + timedelta(microseconds=1), []


# One requirement -----------------------------------------------------------------------------------------------------


def _requirement(asked: Asked, facts: Facts, judged: _Licences) -> RequirementStatus:
    need = facts.demand.criteria_for(asked.groups)
    heard = _Heard(bool(need))
    place = where_from(asked)
    _blocks(asked, facts, need, heard)
    _pinning(asked, place, heard)
    covered: tuple[Covered, ...] = ()
    missing: tuple[str, ...] = ()
    flaws: tuple[FlawStatus, ...] = ()
    licence = None
    if place == "ours":
        heard.say("first_party", "note")
    elif place == "service":
        heard.say("service", "note")
    else:
        covered, missing = _reviews(asked, facts, need, heard)
        flaws = _flaws(asked, facts, heard)
        licence = judged.hear(asked, heard)
    if not need and place not in ("ours", "service"):
        heard.say("not_demanded", "note")
    return RequirementStatus(
        asked,
        verdict_of(heard.reasons),
        tuple(sorted(need)),
        covered,
        missing,
        flaws,
        licence,
        tuple(heard.reasons),
        tuple(heard.ends),
    )


class _Heard:
    """Reasons and ends of one requirement as they are found. Where nothing is demanded, all but a block are notes."""

    def __init__(self, counts: bool) -> None:
        self.counts = counts
        self.reasons: list[Reason] = []
        self.ends: list[tuple[Part, datetime]] = []

    def say(self, code: str, weight: Weight, ids: Iterable[str] = (), /, **params: str) -> None:
        self.insist(code, weight if self.counts else "note", ids, **params)

    def insist(self, code: str, weight: Weight, ids: Iterable[str] = (), /, **params: str) -> None:
        """Say it with its weight, whatever is demanded."""
        self.reasons.append(Reason(code, weight, params, tuple(ids)))

    def holds_until(self, part: Part, ends: Iterable[datetime | None]) -> None:
        self.ends += [(part, end) for end in ends if end is not None]


def _blocks(asked: Asked, facts: Facts, need: frozenset[str], heard: _Heard) -> None:
    """Blocks and failed reviews. A review that failed one file of a version speaks for its unknown files too."""
    found: tuple[tuple[str, Weight, tuple[Ruled, ...]], ...] = (
        ("blocked", "deny", asked.blocks),
        ("may_be_blocked", "unknown", asked.doubted),
    )
    for code, weight, rulings in found:
        for ruling in _in_force(rulings, facts.at):
            heard.insist(code, weight, [ruling.id], why=ruling.why)
            heard.holds_until("not_blocked", [ruling.ends_at])
    suspects = {*asked.nodes, *(asked.namesakes if asked.unseen or not asked.files else ())}
    failing = [edge for edge in facts.edges.get(asked.package, ()) if edge.verdict == "fail" and edge.target in suspects]
    if not failing:
        return
    wanted = need or LEAST_SAFE
    failed = failed_releases(failing, now=facts.at, digests=facts.digests, criteria=facts.criteria, wanted=wanted)
    guilty = [
        edge
        for edge in failing
        if edge.target in failed and any(facts.criteria.refute(edge.criteria, name) for name in wanted) and not _over(edge, facts)
    ]
    if guilty:
        named = ", ".join(sorted({name for edge in guilty for name in edge.criteria}))
        heard.insist("failed_review", "deny", [edge.id for edge in guilty], criteria=named)
        heard.holds_until("not_blocked", [edge.ends_at for edge in guilty])


def _over(edge: Edge, facts: Facts) -> bool:
    return dead_because(edge, facts.at, facts.digests) not in ("", "same_person")


def _pinning(asked: Asked, place: Place, heard: _Heard) -> None:
    """Whether one version and its bytes are named. A full commit is a digest of what it holds."""
    if place in ("ours", "service", "commit"):
        return
    if place == "branch":
        heard.say("vcs_not_a_commit", "unknown", url=asked.url)
        return
    if place == "outside":
        heard.say("outside", "unknown", url=asked.url)
    elif place == "address" and not asked.hashed:
        heard.say("address", "unknown", url=asked.url)
    elif place == "index" and not asked.version:
        heard.say("unpinned", "unknown")
    if not asked.hashed:
        heard.say("no_hash", "unknown")


def _reviews(asked: Asked, facts: Facts, need: frozenset[str], heard: _Heard) -> tuple[tuple[Covered, ...], tuple[str, ...]]:
    """What is covered and what is missing. Each release that a file of the requirement belongs to has to be covered."""
    edges = [*facts.edges.get(asked.package, ()), *asked.trusted]
    live = _live(edges, facts)
    covered, missing = [], []
    before: list[Edge] | None = None
    found: list[Coverage] | None = None
    for criterion in sorted(need):
        counting = live(criterion)
        if counting != before:  # most reviews are for several criteria at once: the same edges cover the same
            before, found = counting, _covering(counting, asked.nodes)
        if found is None:
            missing.append(criterion)
        else:
            covered.append(Covered(criterion, max(item.caveat for item in found), _edges_of(found)))
            heard.holds_until("reviewed", [edge.ends_at for item in found for edge in item.path])
    if missing:
        heard.say("missing", "deny", criteria=", ".join(missing))
        for code, over in _over_now(edges, asked.nodes, missing, facts).items():
            heard.say(code, "note", [edge.id for edge in over])
    _files(asked, facts, edges, need, heard)
    return tuple(covered), tuple(missing)


def _live(edges: list[Edge], facts: Facts) -> Callable[[str], list[Edge]]:
    """By criterion the edges that count for it. Where none says `fail`, most of that is the same for all criteria."""
    known = {"now": facts.at, "digests": facts.digests, "criteria": facts.criteria}
    if any(edge.verdict == "fail" for edge in edges):
        return lambda criterion: live_edges(edges, wanted=(criterion,), **known)  # type: ignore[arg-type] # as named
    alive = live_edges(edges, wanted=(), **known)  # type: ignore[arg-type]
    return lambda criterion: [edge for edge in alive if facts.criteria.vouch(edge.criteria, criterion)]


def _covering(live: Iterable[Edge], nodes: Iterable[str]) -> list[Coverage] | None:
    live = list(live)
    found = [coverage(live, node) for node in nodes]
    known = [item for item in found if item is not None]
    return known if known and len(known) == len(found) else None


def _edges_of(found: list[Coverage]) -> tuple[Edge, ...]:
    if len(found) == 1:
        return found[0].path  # no edge is on it twice
    return tuple(dict.fromkeys(edge for item in found for edge in item.path))


def _over_now(edges: Iterable[Edge], nodes: Iterable[str], missing: Iterable[str], facts: Facts) -> dict[str, list[Edge]]:
    """Reviews of these releases that would have helped and do not count any more: what to renew. By why: ended, withdrawn."""
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.target in nodes and edge.verdict == "pass" and any(facts.criteria.vouch(edge.criteria, name) for name in missing):
            why = dead_because(edge, facts.at, facts.digests)
            if why in ("ended", "withdrawn"):
                found.setdefault(why, []).append(edge)
    return found


def _files(asked: Asked, facts: Facts, edges: Iterable[Edge], need: frozenset[str], heard: _Heard) -> None:
    """What is not known of the files that would be installed. It matters where somebody vouched for bytes: what is said of a name, or
    of where it comes from, holds for whatever file that is."""
    if asked.foreign:
        heard.say("foreign_file", "unknown", asked.foreign, count=str(len(asked.foreign)))
    if not asked.unseen and not asked.unscanned:
        return
    by_name = [edge for edge in edges if not edge.target_digest and edge.verdict == "pass"]
    live = _live(by_name, facts)
    found = [_covering(live(criterion), asked.nodes) for criterion in need] if by_name else [None]
    if None not in found:
        heard.holds_until("reviewed", [edge.ends_at for each in found if each for item in each for edge in item.path])
    elif asked.unseen == asked.files:
        heard.say("unknown_hash", "unknown", count=str(asked.files))
    elif asked.unseen and facts.demand.every_file:
        heard.say("files_unseen", "unknown", count=str(asked.unseen), files=str(asked.files))
    elif asked.unseen:
        heard.say("files_unseen", "note", count=str(asked.unseen), files=str(asked.files))
    if None in found and asked.unscanned:
        heard.say("not_scanned", "unknown", count=str(asked.unscanned))


# Flaws and licences --------------------------------------------------------------------------------------------------


def _flaws(asked: Asked, facts: Facts, heard: _Heard) -> tuple[FlawStatus, ...]:
    """Each known flaw with what it means here."""
    feed = facts.data.feeds.get(asked.ecosystem) if facts.data is not None else None
    if feed is None or not feed.count:
        heard.say("not_covered_by_data", "unknown", ecosystem=asked.ecosystem)
    found = []
    for flaw in asked.flaws:
        accepted = _in_force(flaw.accepted, facts.at)
        if accepted:
            longest = max(accepted, key=lambda ruling: (ruling.ends_at is None, ruling.ends_at or facts.at, ruling.id))
            heard.say("flaw_accepted", "note", [longest.id], flaw=flaw.key)
            heard.holds_until("advisories", [longest.ends_at])
            found.append(FlawStatus(flaw, "accepted", longest.id))
            continue
        state = _state(flaw, facts)
        _tell_flaw(flaw, state, heard)
        found.append(FlawStatus(flaw, state))
    return tuple(found)


def _state(flaw: Flaw, facts: Facts) -> Literal["open", "below", "undecided"]:
    if not facts.demand.counts(flaw.severity):
        return "below"
    return "undecided" if flaw.answer == "undecided" else "open"


def _tell_flaw(flaw: Flaw, state: str, heard: _Heard) -> None:
    words = {"flaw": flaw.key, "severity": flaw.severity, "fixed": ", ".join(flaw.fixed[:3])}
    if state == "open":
        heard.say("flaw", "deny", **words)
    elif state == "below":
        heard.say("flaw_below", "note", **words)
    else:
        heard.say("flaw_undecided", "unknown", **words, why=flaw.why)


class _Licences:
    """What the rules say of licences. Many packages have the same: each text is judged once."""

    def __init__(self, facts: Facts) -> None:
        self.asked = bool(facts.allowed or facts.denied)
        self._policy = Policy(facts.allowed, facts.denied)
        self._known: dict[str, Judgement] = {}

    def hear(self, asked: Asked, heard: _Heard) -> Judgement | None:
        if not self.asked:
            return None
        if asked.licence not in self._known:
            self._known[asked.licence] = judge(asked.licence, self._policy)
        found = self._known[asked.licence]
        words = {"licence": found.expression or asked.licence.strip()[:200], "because": ", ".join(found.because)}
        if found.answer == "denied":
            heard.say("licence_denied", "deny", **words)
        elif found.answer == "unknown":
            heard.say("licence_unknown", "unknown", **words)
        return found


def _in_force(rulings: Iterable[Ruled], at: datetime) -> list[Ruled]:
    return [ruling for ruling in rulings if ruling.ends_at is None or at < ruling.ends_at]


def by_code(status: Status) -> Mapping[str, int]:
    """How many reasons there are of each kind."""
    found: dict[str, int] = {}
    for row in status.requirements:
        for reason in row.reasons:
            found[reason.code] = found.get(reason.code, 0) + 1
    return found
