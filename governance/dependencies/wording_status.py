"""Answers about dependencies in words for people: what is wrong, what to do, and whose move it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.dependencies.review_graph import Caveat
from governance.dependencies.status import Part, Reason, RequirementStatus, Status, Verdict

# Each part as it is said by its answer: allow, deny, unknown.
PARTS: dict[Part, tuple[Any, Any, Any]] = {
    "pinned": (gettext_lazy("Pinned"), gettext_lazy("Not pinned"), gettext_lazy("Pinned: unknown")),
    "hashed": (gettext_lazy("With digests"), gettext_lazy("Without digests"), gettext_lazy("Digests: unknown")),
    "reviewed": (gettext_lazy("Reviewed"), gettext_lazy("Not reviewed"), gettext_lazy("Reviewed: unknown")),
    "not_blocked": (gettext_lazy("Not blocked"), gettext_lazy("Blocked"), gettext_lazy("Blocked: unknown")),
    "advisories": (gettext_lazy("No open flaws"), gettext_lazy("Open flaws"), gettext_lazy("Flaws: unknown")),
    "advisories_fresh": (
        gettext_lazy("Advisories new enough"),
        gettext_lazy("Advisories too old"),
        gettext_lazy("Advisories missing or too old"),
    ),
    "licences": (gettext_lazy("Licences allowed"), gettext_lazy("Licences denied"), gettext_lazy("Licences: unknown")),
}
BUILDER = gettext_lazy("whoever builds the model")
CAVEATS: dict[Caveat, Any] = {
    Caveat.REVIEW: gettext_lazy("Reviewed"),
    Caveat.IMPORTED: gettext_lazy("Reviewed by others"),
    Caveat.SOURCE: gettext_lazy("From a trusted source"),
    Caveat.EXEMPTION: gettext_lazy("Exempt from review"),
}
CRITERIA: dict[str, Any] = {
    "safe-to-run": gettext_lazy("safe to run"),
    "safe-to-deploy": gettext_lazy("safe to deploy"),
    "io-verified": gettext_lazy("input and output points verified"),
}
SEVERITIES: dict[str, Any] = {
    "": gettext_lazy("severity not told"),
    "none": gettext_lazy("no severity"),
    "low": gettext_lazy("low"),
    "medium": gettext_lazy("medium"),
    "high": gettext_lazy("high"),
    "critical": gettext_lazy("critical"),
}


def criteria_told(names: str, titles: Mapping[str, str]) -> str:
    """`safe-to-deploy, io-verified`, as people say it; own ones by their titles (`criterion_titles`)."""
    return ", ".join(str(CRITERIA[name]) if name in CRITERIA else titles.get(name, name) for name in names.split(", ") if name)


def criteria_in(reasons: Iterable[Reason]) -> set[str]:
    """The criteria that some reasons name."""
    return {name for reason in reasons for name in reason.params.get("criteria", "").split(", ") if name}


def part_told(part: Part, verdict: Verdict) -> str:
    """One part of an answer in a word or two."""
    return str(PARTS[part][("allow", "deny", "unknown").index(verdict)])


def why(reason: Reason, titles: Mapping[str, str]) -> str:
    """One sentence: what is the matter. `titles` are those of own criteria that it names."""
    said = dict(reason.params)
    if "criteria" in said:
        said["criteria"] = criteria_told(said["criteria"], titles)
    return _WHY[reason.code](said)


def what_to_do(reason: Reason) -> str:
    """One sentence: what changes it. Empty for what needs nothing."""
    if reason.code == "licence_unknown" and not reason.params["licence"]:
        return _("Bring in its file, which says so, or use another package.")
    told = _TO_DO.get(reason.code)
    return told() if told is not None else ""


def whose_move(reason: Reason) -> str:
    """The role that acts: `builder` is whoever stands behind the version. Empty for what needs nobody."""
    return "" if reason.weight == "note" else MOVES.get(reason.code, "builder")


MOVES = {
    "missing": "security_reviewer",
    "blocked": "security_reviewer",
    "failed_review": "security_reviewer",
    "may_be_blocked": "builder",
    "flaw": "security_reviewer",
    "flaw_undecided": "security_reviewer",
    "not_covered_by_data": "administrator",
    "advisories_missing": "administrator",
    "advisories_stale": "administrator",
    "licence_denied": "builder",
    "licence_unknown": "security_reviewer",
    "no_licence_rule": "security_reviewer",
}

_Params = dict[str, str]


def _files_unseen(said: _Params) -> str:
    count, files = int(said["count"]), int(said["files"])
    return ngettext(
        "%(count)s of %(files)s files that the lock lets in was never seen here.",
        "%(count)s of %(files)s files that the lock lets in were never seen here.",
        count,
    ) % {"count": count, "files": files}


def _flaw(said: _Params) -> str:
    words = {"flaw": said["flaw"], "severity": SEVERITIES.get(said["severity"], said["severity"]), "fixed": said["fixed"]}
    if said["fixed"]:
        return _("It has the flaw %(flaw)s (%(severity)s), fixed in %(fixed)s.") % words
    return _("It has the flaw %(flaw)s (%(severity)s); no fixed version is known.") % words


def _undecided(said: _Params) -> str:
    words = {"flaw": said["flaw"]}
    if said["why"] == "version":
        return _("It may have the flaw %(flaw)s: no version is pinned that could be compared.") % words
    if said["why"] == "commit":
        return _("It may have the flaw %(flaw)s, which is known by commits only.") % words
    return _("It may have the flaw %(flaw)s: what is affected cannot be compared with a version.") % words


def _blocked(said: _Params) -> str:
    return _("It is blocked: %(why)s") % said if said["why"] else _("It is blocked.")


_WHY: dict[str, Callable[[_Params], str]] = {
    "no_sets": lambda said: _("No lock file is known, so nobody knows what is used."),
    "unread": lambda said: (
        ngettext(
            "%(count)s line of the lock file could not be read.",
            "%(count)s lines of the lock file could not be read.",
            int(said["lines"]),
        )
        % {"count": said["lines"]}
    ),
    "unpinned": lambda said: _("No version is pinned: what is installed can change."),
    "vcs_not_a_commit": lambda said: _("It comes from a branch or tag, and what that holds can change: %(url)s.") % said,
    "address": lambda said: _("It comes from an address without a digest, and what lies there can change: %(url)s.") % said,
    "outside": lambda said: _("It comes from a path that is not in the repository: %(url)s.") % said,
    "no_hash": lambda said: _("No SHA-256 is named: other bytes could come under the same version."),
    "first_party": lambda said: _("Code of the same repository: it is judged with the code."),
    "service": lambda said: _("It answers over a network and is not installed."),
    "not_demanded": lambda said: _("Used for development only: nothing is demanded of it here."),
    "missing": lambda said: _("Nobody vouches that it is: %(criteria)s.") % said,
    "ended": lambda said: _("A review of it has run out."),
    "withdrawn": lambda said: _("A review of it was withdrawn."),
    "unknown_hash": lambda said: _("None of its files was ever seen here, so nobody can tell what they hold."),
    "files_unseen": _files_unseen,
    "not_scanned": lambda said: _("A file of it is here and was not looked into yet, or could not be."),
    "foreign_file": lambda said: _("A file that the lock names for it belongs to another package or version."),
    "blocked": _blocked,
    "failed_review": lambda said: _("It failed a review: %(criteria)s.") % said,
    "may_be_blocked": lambda said: _("Some versions of it are blocked, and nobody can tell whether this is one."),
    "flaw": _flaw,
    "flaw_accepted": lambda said: _("The flaw %(flaw)s was accepted.") % said,
    "flaw_below": lambda said: (
        _("The flaw %(flaw)s (%(severity)s) is less than what counts here.")
        % {"flaw": said["flaw"], "severity": SEVERITIES.get(said["severity"], said["severity"])}
    ),
    "flaw_undecided": _undecided,
    "not_covered_by_data": lambda said: _("No advisories about packages of %(ecosystem)s were imported.") % said,
    "advisories_missing": lambda said: _("No advisories were imported, so nobody knows which flaws there are."),
    "advisories_stale": lambda said: (
        _("The newest advisory about %(ecosystem)s is of %(newest)s; %(days)s days are the most.")
        % {**said, "newest": said["newest"][:10] or _("an unknown day")}
    ),
    "licence_denied": lambda said: _("Its licence may not be used: %(licence)s.") % said,
    "licence_unknown": lambda said: (
        _("Nobody said whether its licence may be used: %(licence)s.") % said
        if said["licence"]
        else _("Its licence is not known.")
    ),
    "no_licence_rule": lambda said: _("No rule says which licences may be used."),
}

_TO_DO: dict[str, Callable[[], str]] = {
    "no_sets": lambda: _("Push the lock file with the version."),
    "unread": lambda: _("Correct the line, or write the lock file anew with the tool that makes it."),
    "unpinned": lambda: _("Pin one version with == and its hashes."),
    "vcs_not_a_commit": lambda: _("Name the full commit."),
    "address": lambda: _("Add its SHA-256, or take it from an index."),
    "outside": lambda: _("Take it from an index, or put it into the repository."),
    "no_hash": lambda: _("Write the lock file with hashes."),
    "missing": lambda: _("Have it reviewed, or ask for an exemption."),
    "unknown_hash": lambda: _("Upload the file, or have it fetched from the index."),
    "files_unseen": lambda: _("Upload these files, or leave in the lock only those that are installed."),
    "not_scanned": lambda: _("Wait until it was looked into; its page says if that failed."),
    "foreign_file": lambda: _("Write the lock file anew, and find out where the hash came from."),
    "blocked": lambda: _("Use another version or another package."),
    "failed_review": lambda: _("Use another version or another package."),
    "may_be_blocked": lambda: _("Pin one version."),
    "flaw": lambda: _("Use a fixed version, or ask for the flaw to be accepted."),
    "flaw_undecided": lambda: _("Find out whether it has the flaw, and have it accepted or change the version."),
    "not_covered_by_data": lambda: _("Import advisories for it."),
    "advisories_missing": lambda: _("Import advisories."),
    "advisories_stale": lambda: _("Import newer advisories."),
    "licence_denied": lambda: _("Use another package, or have the rule changed."),
    "licence_unknown": lambda: _("Make a rule about the licence, or use another package."),
    "no_licence_rule": lambda: _("Make rules about licences."),
}


def caveat_told(row: RequirementStatus) -> str:
    """On what it rests, in a word: the worst of what its criteria rest on. Empty where nothing covers it."""
    return str(CAVEATS[row.caveat]) if row.caveat is not None else ""


def verdict_told(status: Status) -> str:
    """One sentence for the whole."""
    denied = sum(row.verdict == "deny" for row in status.requirements)
    doubtful = sum(row.verdict == "unknown" for row in status.requirements)
    words = {"denied": denied, "unknown": doubtful, "all": len(status.requirements)}
    if status.verdict == "allow":
        return _("All packages may be used.")
    if denied and doubtful:
        return _("May not be used: %(denied)d of %(all)d. Cannot be told: %(unknown)d.") % words
    if denied:
        return _("May not be used: %(denied)d of %(all)d.") % words
    if doubtful:
        return _("Cannot be told: %(unknown)d of %(all)d.") % words
    return _("It cannot be told whether the packages may be used.")


def line_told(status: Status) -> dict[str, Any]:
    """One line: the answer, its sentence, and how many packages rest on what."""
    by_caveat: dict[str, int] = {}
    for row in status.requirements:
        if row.verdict == "allow" and row.caveat is not None:
            told = caveat_told(row)
            by_caveat[told] = by_caveat.get(told, 0) + 1
    return {"verdict": status.verdict, "sentence": verdict_told(status), "rests_on": sorted(by_caveat.items())}
