"""The laws of an answer about dependencies, for any facts."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from governance.dependencies.demands import DEMANDS
from governance.dependencies.review_graph import NOTHING, Caveat, Edge
from governance.dependencies.status import Asked, Facts, Flaw, Ruled, as_mapping, from_mapping, status_of_facts
from tests.dependencies.status_facts import DAY, FRESH, NOW, data

ORDER = {"deny": 0, "unknown": 1, "allow": 2}
RELEASES = ("rel_1", "rel_2", "version:1.0")
CRITERIA = ("safe-to-run", "safe-to-deploy", "io-verified")
ends = some.sampled_from([NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY])
numbers = some.integers(0, 10**9)


@some.composite
def edges(draw, verdicts=("pass", "pass", "pass", "fail")) -> Edge:
    base, target = draw(some.sampled_from([(NOTHING, one) for one in RELEASES] + [("rel_1", "rel_2"), ("rel_2", "rel_1")]))
    # Only somebody who looked at bytes can say that they fail.
    caveat = draw(some.sampled_from(Caveat if "pass" in verdicts else (Caveat.REVIEW, Caveat.IMPORTED)))
    of_bytes = caveat in (Caveat.REVIEW, Caveat.IMPORTED)
    return Edge(
        f"{draw(numbers)}", base, target,
        criteria=draw(some.frozensets(some.sampled_from(CRITERIA), min_size=1)), caveat=caveat,
        verdict=draw(some.sampled_from(verdicts)) if of_bytes else "pass",
        prepared_by="a", confirmed_by=draw(some.sampled_from(["b", "b", "a", ""])),
        target_digest=target if of_bytes else "", base_digest=base if of_bytes else "",
        ends_at=draw(some.none() | ends), withdrawn=draw(some.sampled_from([False, False, True])),
    )  # fmt: skip


rulings = some.builds(Ruled, id=numbers.map(str), ends_at=some.none() | ends)
flaws = some.builds(
    Flaw,
    key=numbers.map(str),
    severity=some.sampled_from(["", "low", "medium", "high"]),
    answer=some.sampled_from(["affected", "undecided"]),
    accepted=some.lists(rulings, max_size=1).map(tuple),
)


@some.composite
def requirements(draw) -> Asked:
    files = draw(some.integers(0, 3))
    return Asked(
        "dps_1", "requirements.txt", draw(some.integers(1, 3)), "joblib",
        version=draw(some.sampled_from(["1.0", "1.0", ""])), hashed=bool(files), files=files,
        unseen=draw(some.integers(0, files)), unscanned=draw(some.sampled_from([0, 0, 1])) if files else 0,
        nodes=draw(some.sampled_from([("rel_1",), ("rel_1", "rel_2"), ("version:1.0",)])),
        namesakes=draw(some.sampled_from([(), ("rel_2",)])), groups=draw(some.sampled_from([(), ("dev",)])),
        licence=draw(some.sampled_from(["MIT", "GPL-3.0-only", ""])),
        trusted=tuple(edge for edge in draw(some.lists(edges(), max_size=1)) if edge.caveat is Caveat.SOURCE),
        blocks=tuple(draw(some.lists(rulings, max_size=1))) if draw(some.integers(0, 3)) == 0 else (),
        flaws=tuple(draw(some.lists(flaws, max_size=2))),
    )  # fmt: skip


@some.composite
def facts(draw) -> Facts:
    return Facts(
        at=NOW, use_case="uc_1", demand=draw(some.sampled_from(list(DEMANDS.values()))), sets=(("dps_1", "requirements.txt"),),
        asked=tuple(draw(some.lists(requirements(), min_size=1, max_size=2))),
        edges={"pypi:joblib": tuple(draw(some.lists(edges(), max_size=5)))},
        digests={"rel_1": "rel_1", "rel_2": "rel_2"},
        unread=draw(some.sampled_from([(), (), (("dps_1", 1),)])),
        data=draw(some.sampled_from([FRESH, FRESH, None, data("2026-01-01T00:00:00Z")])),
        allowed=draw(some.sampled_from([frozenset(), frozenset({"MIT"})])), denied=frozenset(),
    )  # fmt: skip


def rank(known: Facts) -> int:
    return ORDER[status_of_facts(known).verdict]


@given(facts(), edges(verdicts=("pass",)))
def test_one_more_review_exemption_or_source_never_makes_an_answer_worse(known, more):
    package = known.edges["pypi:joblib"]
    assert rank(replace(known, edges={"pypi:joblib": (*package, more)})) >= rank(known)
    trusted = tuple(replace(row, trusted=(*row.trusted, more)) for row in known.asked)
    assert rank(replace(known, asked=trusted)) >= rank(known)


@given(facts(), rulings)
def test_one_more_acceptance_never_makes_an_answer_worse(known, ruling):
    rows = tuple(
        replace(row, flaws=tuple(replace(flaw, accepted=(*flaw.accepted, ruling)) for flaw in row.flaws)) for row in known.asked
    )
    assert rank(replace(known, asked=rows)) >= rank(known)


@given(facts())
def test_a_file_that_was_looked_into_never_makes_an_answer_worse(known):
    rows = tuple(replace(row, unseen=0, unscanned=0, namesakes=()) for row in known.asked)
    assert rank(replace(known, asked=rows)) >= rank(known)


@given(facts())
def test_what_is_unknown_never_allows(known):
    status = status_of_facts(known)
    said = [*status.reasons, *(reason for row in status.requirements for reason in row.reasons)]

    assert (status.verdict == "allow") == all(reason.weight == "note" for reason in said)
    for row in status.requirements:
        if row.verdict == "allow":
            assert not row.missing
            assert {item.criterion for item in row.covered} == set(row.need)
    if known.data is None or known.data.feeds["pypi"].newest < "2026-11":
        assert status.part("advisories") != "allow"


@given(facts(), rulings)
def test_a_block_in_force_beats_everything(known, ruling):
    first = replace(known.asked[0], blocks=(*known.asked[0].blocks, replace(ruling, ends_at=None)))
    assert rank(replace(known, asked=(first, *known.asked[1:]))) == ORDER["deny"]


@given(facts(), edges(verdicts=("fail",)))
def test_a_failed_review_never_makes_an_answer_better(known, failed):
    assert rank(replace(known, edges={"pypi:joblib": (*known.edges["pypi:joblib"], failed)})) <= rank(known)


@given(facts())
def test_what_has_ended_counts_as_if_it_were_not_there(known):
    def on(rows):
        return tuple(row for row in rows if row.ends_at is None or row.ends_at > NOW)

    rows = tuple(
        replace(
            row,
            trusted=on(row.trusted),
            blocks=on(row.blocks),
            flaws=tuple(replace(flaw, accepted=on(flaw.accepted)) for flaw in row.flaws),
        )
        for row in known.asked
    )
    without = replace(known, asked=rows, edges={"pypi:joblib": on(known.edges["pypi:joblib"])})
    one, other = status_of_facts(known), status_of_facts(without)

    assert one.verdict == other.verdict
    assert [row.missing for row in one.requirements] == [row.missing for row in other.requirements]
    assert one.evidence() == other.evidence()
    assert one.until == other.until


@given(facts())
@settings(max_examples=50)
def test_an_allow_holds_until_the_instant_that_it_names(known):
    status = status_of_facts(known)
    if status.verdict == "allow" and status.until is not None:
        for part in (0.1, 0.5, 0.999):
            assert rank(replace(known, at=NOW + (status.until - NOW) * part)) == ORDER["allow"]


@given(facts())
def test_the_order_of_what_is_known_changes_nothing_in_the_verdict(known):
    turned = replace(known, asked=known.asked[::-1], edges={"pypi:joblib": known.edges["pypi:joblib"][::-1]})
    assert rank(turned) == rank(known)


@given(facts())
def test_facts_survive_being_written_down(known):
    read = from_mapping(json.loads(json.dumps(as_mapping(known))))
    assert read == known
    assert status_of_facts(read) == status_of_facts(known)
