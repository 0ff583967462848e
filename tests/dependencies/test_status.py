"""The answer about dependencies, from facts: each kind of reason, and what it decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from governance.dependencies.demands import DEMANDS
from governance.dependencies.review_graph import Caveat
from governance.dependencies.status import Feed, Ruled, as_mapping, from_mapping, status_of_facts, where_from
from tests.dependencies.status_facts import ALL, DAY, FRESH, LATER, NOW, asked, data, exemption, facts, flaw, review, source

SHA = "0123456789abcdef0123456789abcdef01234567"


def answer(*rows, **change):
    return status_of_facts(facts(*rows, **change))


def codes(status, weight=None) -> set[str]:
    said = [*status.reasons, *(reason for row in status.requirements for reason in row.reasons)]
    return {reason.code for reason in said if weight in (None, reason.weight)}


def test_a_package_that_is_reviewed_pinned_and_without_flaws_is_allowed():
    status = answer()

    assert status.verdict == "allow"
    assert codes(status) == {"no_licence_rule"}
    row = status.requirements[0]
    assert [(item.criterion, item.caveat) for item in row.covered] == [("safe-to-deploy", Caveat.REVIEW)]
    assert status.evidence() == {"review": ["rev_1"], "advisory_snapshot": ["ads_1"]}


def test_it_changes_by_time_alone_when_the_first_of_what_it_rests_on_ends():
    status = answer(edges=(review(ends_at=NOW + 3 * DAY),))

    assert status.until == NOW + 3 * DAY
    assert status.until_of("reviewed") == NOW + 3 * DAY
    # The data of yesterday morning is 14 days old at the last instant at which it is fresh.
    assert status.until_of("advisories") == NOW - 1.5 * DAY + 14 * DAY + timedelta(microseconds=1)
    assert status.until_of("pinned") is None


def test_the_instant_that_is_named_is_the_first_at_which_the_answer_is_another():
    known = facts()
    status = status_of_facts(known)
    before, then = status.until - timedelta(microseconds=1), status.until

    assert status_of_facts(replace(known, at=before)).verdict == "allow"
    assert status_of_facts(replace(known, at=then)).verdict != "allow"


@pytest.mark.parametrize(
    ("edges", "criteria"),
    [
        ((), "io-verified, safe-to-deploy"),
        ((review(criteria=frozenset({"io-verified"})),), "safe-to-deploy"),
        ((review(confirmed_by="usr_1"),), "io-verified, safe-to-deploy"),
        ((review(withdrawn=True),), "io-verified, safe-to-deploy"),
        ((review(target="rel_2"),), "io-verified, safe-to-deploy"),
    ],
)
def test_what_nobody_vouches_for_is_missing_and_denied(edges, criteria):
    status = answer(edges=edges, demand=DEMANDS["high"])

    assert status.verdict == status.part("reviewed") == "deny"
    (_row, reason) = status.about("reviewed")[0]
    assert (reason.code, reason.params["criteria"]) == ("missing", criteria)


def test_a_review_that_ended_is_absent_from_that_instant_on():
    assert answer(edges=(review(ends_at=NOW),)).verdict == "deny"
    assert answer(edges=(review(ends_at=NOW + timedelta(microseconds=1)),)).verdict == "allow"


def test_what_would_have_helped_and_does_not_count_any_more_is_named_beside_what_is_missing():
    status = answer(edges=(review(ends_at=NOW), review("rev_2", withdrawn=True), review("rev_3", "rel_2", ends_at=NOW)))
    said = {reason.code: (reason.weight, reason.ids) for reason in status.requirements[0].reasons}

    assert (said["ended"], said["withdrawn"]) == (("note", ("rev_1",)), ("note", ("rev_2",)))


def test_a_chain_of_reviews_covers_and_is_as_good_as_its_worst_part():
    chain = (exemption(target="rel_2"), review("rev_2", base="rel_2"))
    status = answer(edges=chain)

    assert status.verdict == "allow"
    assert status.requirements[0].caveat is Caveat.EXEMPTION
    assert status.evidence()["ruling"] == ["rul_1"]
    assert status.evidence()["review"] == ["rev_2"]


def test_a_requirement_with_files_of_two_releases_needs_both():
    both = asked(nodes=("rel_1", "rel_2"), files=2)

    assert answer(both).verdict == "deny"
    assert answer(both, edges=(review(), review("rev_2", "rel_2", "rel_1"))).verdict == "allow"


def test_a_trusted_source_covers_the_requirement_that_comes_from_there_and_no_other():
    here, elsewhere = asked(trusted=(source(),)), replace(asked(), line=2)
    status = answer(here, elsewhere, edges=())

    assert [row.verdict for row in status.requirements] == ["allow", "deny"]
    assert status.evidence()["source"] == ["src_1"]


# What must not be used ---------------------------------------------------------------------------------------------


def test_a_block_denies_whatever_else_is_said():
    status = answer(asked(blocks=(Ruled("rul_9", "Stolen."),)))

    assert (status.verdict, status.part("not_blocked"), status.part("reviewed")) == ("deny", "deny", "allow")
    assert status.evidence()["ruling"] == ["rul_9"]


def test_a_block_of_which_nobody_can_tell_whether_it_means_the_version_is_unknown():
    status = answer(asked(doubted=(Ruled("rul_9"),)))
    assert (status.verdict, codes(status, "unknown")) == ("unknown", {"may_be_blocked"})


def test_a_block_counts_even_where_nothing_is_demanded():
    row = asked(groups=("dev",), nodes=("version:1.0",), blocks=(Ruled("rul_9"),), hashed=False)
    status = answer(row, edges=(), demand=DEMANDS["low"])
    assert (status.verdict, codes(status, "deny")) == ("deny", {"blocked"})


def test_one_person_who_says_that_it_fails_is_enough():
    failed = review("rev_2", verdict="fail", confirmed_by="", criteria=frozenset({"safe-to-run"}))
    status = answer(edges=(review(), exemption(), failed))

    assert status.verdict == status.part("not_blocked") == "deny"
    assert status.evidence()["review"] == ["rev_2"]


def test_a_failure_of_one_file_of_a_version_speaks_for_its_unknown_files():
    failed = review("rev_2", "rel_2", verdict="fail")
    unknown = asked(nodes=("version:1.0",), unseen=1, namesakes=("rel_2",))
    known = asked(nodes=("rel_1",), namesakes=("rel_2",))

    assert answer(unknown, edges=(exemption(target="version:1.0"), failed)).part("not_blocked") == "deny"
    assert answer(known, edges=(review(), failed)).part("not_blocked") == "allow"


# Which bytes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "code", "part"),
    [
        ({"version": ""}, "unpinned", "pinned"),
        ({"hashed": False, "files": 0}, "no_hash", "hashed"),
        ({"origin": "vcs", "url": "git+https://x/y@main"}, "vcs_not_a_commit", "pinned"),
        ({"origin": "editable", "url": "git+https://x/y"}, "vcs_not_a_commit", "pinned"),
        ({"origin": "url", "url": "https://x/a-1.0-py3-none-any.whl", "hashed": False}, "address", "pinned"),
        ({"origin": "local", "url": "../other"}, "outside", "pinned"),
        ({"origin": "local", "url": "/opt/lib"}, "outside", "pinned"),
        ({"origin": "local", "url": "wheels/a-1.0-py3-none-any.whl", "hashed": False}, "no_hash", "hashed"),
        ({"unseen": 1}, "unknown_hash", "reviewed"),
        ({"unscanned": 1}, "not_scanned", "reviewed"),
        ({"foreign": ("rel_3",)}, "foreign_file", "reviewed"),
    ],
)
def test_what_leaves_open_which_bytes_are_meant_is_unknown(change, code, part):
    status = answer(asked(**change))

    assert code in codes(status, "unknown")
    assert status.part(part) == "unknown"
    assert status.verdict == "unknown"


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "vcs", "url": f"git+https://x/y@{SHA}", "version": "", "hashed": False, "files": 0},
        {"origin": "vcs", "url": f"git+https://x/y?rev=main#{SHA}", "version": "", "hashed": False, "files": 0},
        {"origin": "url", "url": "https://x/a-1.0-py3-none-any.whl"},
        {"origin": "local", "url": "./wheels/a-1.0-py3-none-any.whl"},
    ],
)
def test_a_full_commit_and_a_file_with_its_digest_say_which_bytes_are_meant(change):
    status = answer(asked(**change))
    assert (status.part("pinned"), status.part("hashed")) == ("allow", "allow")


@pytest.mark.parametrize("url", [".", "./libs/ours", "libs\\ours"])
def test_code_of_the_same_repository_is_judged_with_the_code_and_not_as_a_package(url):
    row = replace(asked(origin="editable", url=url, nodes=(), hashed=False, files=0), path="service/requirements.txt")
    status = answer(row, edges=())

    assert where_from(row) == "ours"
    assert (status.verdict, codes(status, "note")) == ("allow", {"first_party", "no_licence_rule"})


def test_files_that_nobody_saw_are_told_and_in_the_highest_tier_they_are_unknown():
    row = asked(files=40, unseen=39)

    assert (answer(row).verdict, codes(answer(row), "note")) == ("allow", {"files_unseen", "no_licence_rule"})
    assert codes(answer(row, demand=DEMANDS["high"]), "unknown") == {"files_unseen"}


def test_bytes_do_not_matter_where_a_name_or_a_place_is_trusted():
    row = asked(nodes=("version:1.0",), unseen=1)

    assert answer(row, edges=(exemption(target="version:1.0"),)).verdict == "allow"
    assert answer(replace(row, trusted=(source(target="version:1.0"),)), edges=()).verdict == "allow"


def test_a_review_beside_an_exemption_does_not_make_unseen_files_matter_again():
    row = asked(files=2, unseen=1)
    both = answer(row, edges=(exemption(ends_at=NOW + DAY), review()), demand=DEMANDS["high"])

    assert both.verdict == "allow"
    assert both.requirements[0].caveat is Caveat.REVIEW
    assert both.until == NOW + DAY  # then the files matter


def test_what_nobody_could_read_and_no_lock_at_all_are_unknown():
    assert codes(answer(unread=(("dps_1", 2),)), "unknown") == {"unread"}
    nothing = answer(sets=(), asked=())
    assert (nothing.verdict, codes(nothing, "unknown")) == ("unknown", {"no_sets"})


# Flaws ---------------------------------------------------------------------------------------------------------------


def accepted(ends_at=LATER) -> Ruled:
    return Ruled("rul_5", ends_at=ends_at)


@pytest.mark.parametrize(
    ("found", "verdict", "state"),
    [
        (flaw(), "deny", "open"),
        (flaw(severity=""), "deny", "open"),
        (flaw(severity="low"), "allow", "below"),
        (flaw(answer="undecided", why="range"), "unknown", "undecided"),
        (flaw(answer="undecided", why="version", severity="low"), "allow", "below"),
        (flaw(accepted=(accepted(),)), "allow", "accepted"),
        (flaw(accepted=(accepted(NOW),)), "deny", "open"),
        (flaw(answer="undecided", why="commit", accepted=(accepted(),)), "allow", "accepted"),
    ],
)
def test_a_flaw_counts_unless_it_is_less_than_what_counts_or_accepted(found, verdict, state):
    status = answer(asked(flaws=(found,)))

    assert status.part("advisories") == status.verdict == verdict
    assert status.requirements[0].flaws[0].state == state


def test_an_acceptance_bounds_the_answer_and_is_named():
    status = answer(asked(flaws=(flaw(accepted=(accepted(NOW + DAY), accepted(NOW + 2 * DAY))),)))

    assert status.until == NOW + 2 * DAY
    assert status.evidence()["ruling"] == ["rul_5"]


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (None, "advisories_missing"),
        (replace(FRESH, feeds={}), "advisories_missing"),
        (data(count=0), "advisories_missing"),
        (data(""), "advisories_stale"),
        (data("2026-10-01T00:00:00Z"), "advisories_stale"),
        (data("2030-01-01T00:00:00Z"), "advisories_stale"),
    ],
)
def test_no_data_and_old_data_are_unknown_and_never_mean_that_there_are_no_flaws(known, code):
    status = answer(data=known)

    assert code in codes(status, "unknown")
    assert (status.verdict, status.part("advisories"), status.part("advisories_fresh")) == ("unknown", "unknown", "unknown")
    assert status.part("reviewed") == "allow"


def test_data_without_records_of_an_ecosystem_says_nothing_of_its_packages():
    status = answer(asked(ecosystem="conda", nodes=("rel_1",)), edges=(), data=FRESH)
    assert "not_covered_by_data" in codes(status, "unknown")


def test_old_data_of_an_ecosystem_that_is_not_used_is_nobodys_business():
    both = replace(FRESH, feeds={**FRESH.feeds, "npm": Feed(5, "2020-01-01T00:00:00Z")})

    assert answer(data=both).verdict == "allow"
    assert codes(answer(asked(), asked(ecosystem="npm"), data=both), "unknown") == {"advisories_stale"}


# Licences ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("licence", "verdict", "code"),
    [
        ("MIT", "allow", ""),
        ("MIT OR GPL-3.0-only", "allow", ""),
        ("MIT AND GPL-3.0-only", "deny", "licence_denied"),
        ("Zlib", "unknown", "licence_unknown"),
        ("", "unknown", "licence_unknown"),
    ],
)
def test_licences_are_judged_by_the_rules(licence, verdict, code):
    status = answer(asked(licence=licence), allowed=frozenset({"MIT"}), denied=frozenset({"GPL-3.0-only"}))

    assert status.verdict == status.part("licences") == verdict
    assert not code or code in codes(status)


def test_where_there_is_no_rule_nobody_asks_for_licences():
    assert answer(asked(licence="")).verdict == "allow"


# Development, and many sets ------------------------------------------------------------------------------------------


def test_where_nothing_is_demanded_everything_is_told_and_decides_nothing():
    row = asked(groups=("dev",), nodes=("version:1.0",), hashed=False, version="", flaws=(flaw(),), unseen=1)
    status = answer(row, edges=(), demand=DEMANDS["low"])

    assert status.verdict == "allow"
    assert {"unpinned", "no_hash", "flaw", "not_demanded"} <= codes(status, "note")


def test_one_set_can_be_told_apart_from_the_others():
    good, bad = asked(), replace(asked(nodes=("rel_3",)), set="dps_2", path="dev.txt")
    status = answer(good, bad, sets=(("dps_1", "requirements.txt"), ("dps_2", "dev.txt")), unread=(("dps_1", 1),))

    assert status.verdict == "deny"
    assert status.of_set("dps_1").verdict == "unknown"
    assert codes(status.of_set("dps_2"), "unknown") == set()


# Written down --------------------------------------------------------------------------------------------------------


def test_facts_that_were_written_down_give_the_same_answer():
    row = asked(
        trusted=(source(),), blocks=(Ruled("rul_9", "x", LATER),), doubted=(Ruled("rul_8"),), foreign=("rel_3",), groups=("main",),
        flaws=(flaw(accepted=(accepted(),), fixed=("2.0",)),), namesakes=("rel_2",),
    )  # fmt: skip
    known = facts(row, edges=(review(), exemption()), unread=(("dps_1", 1),), allowed=frozenset({"MIT"}), denied=frozenset({"X"}))

    read = from_mapping(as_mapping(known))
    assert read == known
    assert status_of_facts(read) == status_of_facts(known)
    assert from_mapping(as_mapping(facts(data=None))) == facts(data=None)


def test_facts_of_another_format_are_refused():
    with pytest.raises(ValueError, match="dependency-facts/1"):
        from_mapping({"format": "countersign/dependency-facts/0"})


def test_the_least_criterion_is_enough_in_the_lowest_tier():
    least = review(criteria=frozenset({"safe-to-run"}))

    assert answer(edges=(least,), demand=DEMANDS["low"]).verdict == "allow"
    assert answer(edges=(least,)).verdict == "deny"
    assert answer(edges=(review(criteria=ALL),), demand=DEMANDS["low"]).verdict == "allow"
