"""Reviews, and what is missing of them, in words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from governance.dependencies.models import Release, Review
from governance.dependencies.review_graph import NewReview, Size, Work
from governance.dependencies.review_sheet import Job
from governance.dependencies.selectors.work import Suggestions, Uncovered

VERDICTS: Mapping[str, Any] = {
    "expected": gettext_lazy("Expected"),
    "refused": gettext_lazy("Refused"),
    "unreachable": gettext_lazy("Unreachable"),
}
KINDS: Mapping[str, Any] = {
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Written otherwise than before"),
    "moved": gettext_lazy("Moved"),
    "carried": gettext_lazy("Carried over"),
    "same": gettext_lazy("As in the release before"),
}


def state_told(review: Review, state: str) -> tuple[str, str]:
    """The code and the word of a state, as `components/state.html` takes them."""
    if state == "prepared":
        if review.verdict == Review.Verdict.FAIL:
            return "failed", _("Failed, and counts already")
        return "pending", _("Waits to be confirmed")
    if state == "live":
        return ("failed", _("Failed")) if review.verdict == Review.Verdict.FAIL else ("approved", _("Confirmed"))
    if state == "discarded":
        return "cancelled", _("Sent back") if review.sent_back_because else _("Discarded")
    return state, ""


def job_told(decisions: int, minutes: int) -> str:
    """The size of a job: “7 decisions, about 12 minutes”."""
    if not decisions:
        return _("Nothing is left to decide")
    count = ngettext("%(count)d decision", "%(count)d decisions", decisions) % {"count": decisions}
    time = ngettext("about %(count)d minute", "about %(count)d minutes", minutes) % {"count": minutes}
    return _("%(decisions)s, %(time)s") % {"decisions": count, "time": time}


def confirming_told(job: Job) -> str:
    """The same for who confirms: what was judged for this review is read again."""
    return job_told(job.decisions, job.minutes) if job.decisions else _("No point was judged, only words were written")


def size_told(size: Size | None) -> str:
    """How much there is to read: lines, compiled files, points. Never one figure for all three."""
    if size is None:
        return _("not measured yet")
    parts = [ngettext("%(count)d line", "%(count)d lines", size.lines) % {"count": size.lines}]
    if size.native_files:
        files = ngettext("%(count)d compiled file", "%(count)d compiled files", size.native_files)
        parts.append(files % {"count": size.native_files})
    parts.append(ngettext("%(count)d point", "%(count)d points", size.points) % {"count": size.points})
    return _(", ").join(parts)


def why_told(why: str) -> str:
    """Why nothing can be offered."""
    texts = {
        "not_at_hand": _(
            "No file of this version is known here. Upload the wheel that your lock file names, or have it fetched."
        ),
        "failed": _("This release failed a review. Use another version."),
        "unmeasured": _("How much there is to read was not measured yet. Ask again in a few minutes."),
    }
    return texts.get(why, why)


def step_told(step: NewReview, releases: Mapping[str, Release]) -> str:
    """One review to make: of all of a release, or of what changed."""
    target = releases[step.target].version if step.target in releases else step.target
    if not step.base:
        return _("all of %(version)s") % {"version": target}
    base = releases[step.base].version if step.base in releases else step.base
    return _("%(base)s → %(version)s") % {"base": base, "version": target}


def work_told(work: Work, releases: Mapping[str, Release]) -> str:
    return _(" and ").join(step_told(step, releases) for step in work.reviews)


def title_of(review: Review) -> str:
    """What a page about it is called."""
    if review.base is None:
        return _("Review of %(release)s") % {"release": review.release}
    said = _("Review of %(release)s, from %(base)s")
    return said % {"release": review.release, "base": review.base.version}


# For CI --------------------------------------------------------------------------------------------------------------

_SPECIAL = str.maketrans({char: f"\\{char}" for char in "\\`*_{}[]()#+!|<>~"})
MOST_LINES = 50


def markdown_text(text: str) -> str:
    """A text of strangers inside Markdown: it is neither a link nor a table nor markup."""
    return " ".join(text.split()).translate(_SPECIAL)


def comment_of(path: str, found: Suggestions, *, address: str) -> str:
    """Exactly what is missing for a lock file, as a comment for a merge request. `address` leads to the page of the lock file."""
    name = markdown_text(path)
    if not found.items:
        return _("**Dependencies of %(path)s:** every package that needs a review has one.") % {"path": name}
    count = len(found.items)
    head = ngettext(
        "**Dependencies of %(path)s:** %(count)d package lacks a review.",
        "**Dependencies of %(path)s:** %(count)d packages lack a review.",
        count,
    )
    lines = [head % {"path": name, "count": count}, ""]
    lines.append("| " + " | ".join([_("Package"), _("Missing"), _("Smallest work"), _("To read")]) + " |")
    lines.append("|---|---|---|---|")
    lines += [_row(item, found.releases) for item in found.items[:MOST_LINES]]
    if count > MOST_LINES:
        lines += ["", _("And %(count)d more.") % {"count": count - MOST_LINES}]
    if found.size.lines:
        lines += ["", _("In all: %(size)s.") % {"size": size_told(found.size)}]
    link = _("Look at the lock file")
    lines += ["", f"[{link}]({address})"]
    return "\n".join(lines)


def _row(item: Uncovered, releases: Mapping[str, Release]) -> str:
    package = f"{markdown_text(item.requirement.name)} {markdown_text(item.requirement.version)}".strip()
    missing = markdown_text(", ".join(item.missing))
    if item.offer is None or item.offer.best is None:
        return f"| {package} | {missing} | {why_told(item.why)} | |"
    work, size = work_told(item.offer.best, releases), size_told(item.size)
    if item.offer.single is not None and item.offer.single != item.offer.best:
        single = item.offer.single
        other = _("or one review: %(work)s, %(size)s")
        work += "; " + other % {"work": work_told(single, releases), "size": size_told(single.size)}
    return f"| {package} | {missing} | {markdown_text(work)} | {size} |"
