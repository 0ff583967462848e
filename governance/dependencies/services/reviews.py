"""Preparing reviews: a sheet of points is begun, filled in by whoever knows, and handed in by one person. Nothing counts by that yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import Conflict, FieldError, Invalid
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies import review_sheet
from governance.dependencies.capabilities import from_facts
from governance.dependencies.models import Release, Review
from governance.dependencies.review_permissions import may_discard_review, may_prepare_review
from governance.dependencies.selectors.criteria import not_offered
from governance.dependencies.selectors.releases import newest_scan
from governance.dependencies.selectors.review_sheets import earlier_of, sheet_of_review
from governance.dependencies.services import review_news

STARTED = audit.kind("dependencies.review.started", _("Review begun"))
SAVED = audit.kind("dependencies.review.saved", _("Review worked on"))
PREPARED = audit.kind("dependencies.review.prepared", _("Review prepared"))
DISCARDED = audit.kind("dependencies.review.discarded", _("Draft of a review discarded"))

LONGEST_LIFE = timedelta(days=731)  # two years: then somebody looks again
LONGEST_WHY = 1000
MOST_EVIDENCE = 20
LISTED = 200  # points that an event names; beyond them it holds their digest
DETAILS = ("criteria", "verdict", "thoroughness", "left_out", "notes", "evidence", "expires_at")


def start_review(
    *,
    actor: Actor,
    release: Release,
    base: Release | None = None,
    criteria: Iterable[str] = ("safe-to-deploy",),
    supersedes: Review | None = None,
) -> Review:
    """Begin the sheet of a release, in full or from another release of the package, whose judgements are carried over.

    A draft with the same base that is being worked on is that draft. `supersedes` names a review of the same release that the new one
    takes the place of once it is confirmed; what it said is carried over too.
    Raises NotAllowed; Invalid for other criteria or a base of another package; Conflict where the release was not looked into, or its
    bytes are not all known, or the base failed.
    """
    require(may_prepare_review(actor))
    wanted = _criteria(criteria)
    _check_start(release, base, supersedes)
    scan = newest_scan(release)
    before = newest_scan(base) if base is not None else None
    if scan is None or (base is not None and before is None):
        raise Conflict(
            _("No file of %(release)s was looked into yet. Upload or fetch one first.") % {"release": base if scan else release},
            code="review.no_scan",
        )
    with transaction.atomic():
        Release.objects.select_for_update().get(pk=release.pk)  # one at a time, or two people fill in two sheets
        drafts = Review.objects.drafts().filter(release=release, base=base, supersedes=supersedes)
        if known := drafts.select_related("release__package", "base", "scan").order_by("pk").first():
            return known  # type: ignore[no-any-return] # untyped rows
        row = Review(
            release=release,
            base=base,
            scan=scan,
            base_scan=before,
            criteria=wanted,
            supersedes=supersedes,
            points=review_sheet.carried(from_facts(scan.facts), earlier_of(base, supersedes)),
            created_by=actor.user,
            created_at=clock.now(),
        )
        validate(row)
        row.save(force_insert=True)
        data = {"release": release.public_id, "base": base.public_id if base else None, "carried": len(row.points)}
        audit.record(actor, STARTED, row, {**data, "criteria": wanted})
    return row


def _check_start(release: Release, base: Release | None, supersedes: Review | None) -> None:
    if base is not None and (base.package_id != release.package_id or base.pk == release.pk):
        raise _invalid("base", "unknown", _("A review starts from another release of the same package, or from nothing."))
    if supersedes is not None and (
        supersedes.release_id != release.pk or supersedes.state() in ("draft", "withdrawn", "discarded")
    ):
        raise _invalid("supersedes", "unknown", _("Only a review of this release that was prepared can be superseded."))
    if not release.source_digest or (base is not None and not base.source_digest):
        raise Conflict(
            _("Not every file of this release could be read, so no review could say which bytes it is about."),
            code="review.no_bytes",
        )
    if base is not None:
        refuse_failed(base)


def refuse_failed(base: Release) -> None:
    """Raises Conflict where a review of this release says that it fails: nothing rests on it."""
    now = clock.now()
    failed = Review.objects.filter(release=base, verdict=Review.Verdict.FAIL, prepared_at__lte=now, expires_at__gt=now)
    if failed.filter(withdrawn_at=None, discarded_at=None, superseded_at=None).exists():
        raise Conflict(
            _("%(release)s failed a review, so nothing can rest on it.") % {"release": base}, code="review.base_failed"
        )


def save_points(
    *,
    actor: Actor,
    review: Review,
    points: Mapping[str, Mapping[str, str] | None] | None = None,
    seen: Mapping[str, str] | None = None,
    details: Mapping[str, Any] | None = None,
) -> Review:
    """Keep some judgements of a draft, and leave all others as they are: several people may fill in one sheet.

    `points`: key → {"verdict": expected | refused | unreachable, "why"}, or None to take a judgement back. `seen`: key → mark of the
    judgement that was on the screen (`review_sheet.mark`); what somebody else wrote there since is not overwritten.
    `details`: those of DETAILS that change. Raises NotAllowed; Invalid naming each point or field; Conflict when it is no draft any
    more, or where two judged the same point at the same time: then nothing is kept.
    """
    require(may_prepare_review(actor))
    with transaction.atomic():
        row = locked(review)
        _refuse_written(row)
        changed = _judge(row, actor.user.public_id, points or {}, seen or {})
        _detail(row, details or {})
        if not changed and not details:
            return row
        validate(row)
        row.save(update_fields=["points", *DETAILS])
        audit.record(actor, SAVED, row, _told(changed))
    return row


def _told(changed: Mapping[str, str]) -> dict[str, Any]:
    """Which points were judged and how. The words are in the review."""
    named = dict(sorted(changed.items())[:LISTED])
    data: dict[str, Any] = {"judged": named, "count": len(changed)}
    return {**data, "digest": digest(dict(changed))} if len(changed) > LISTED else data


def _judge(row: Review, by: str, points: Mapping[str, Mapping[str, str] | None], seen: Mapping[str, str]) -> dict[str, str]:
    """Write judgements into the row. Returns key → verdict of those that changed; empty where one was taken back."""
    known = {point.key: point for point in from_facts(row.scan.facts).points} if points else {}
    errors: list[FieldError] = []
    both: list[str] = []
    found = dict(row.points)
    changed: dict[str, str] = {}
    for key, said in points.items():
        path = f"points[{key}]"
        if key not in known:
            errors.append(FieldError(path, "unknown", _("There is no such point in this release.")))
        elif key in seen and seen[key] != review_sheet.mark(found.get(key)):
            both.append(key)
        elif said is None:
            if found.pop(key, None) is not None:
                changed[key] = ""
        else:
            verdict, why = str(said.get("verdict", "")), str(said.get("why", "")).strip()
            errors += _wrong(path, verdict, why)
            found[key] = review_sheet.entry(known[key], verdict, why, by=by)
            changed[key] = verdict
    if errors:
        raise Invalid(_("Some of what was sent cannot be used; see errors."), code="review.points", errors=errors)
    if both:
        said_too = _("Somebody else judged this point in the meantime.")
        raise Conflict(
            _("Somebody else judged some of these points in the meantime. Look at what they say. Nothing of yours was kept."),
            code="review.both",
            errors=[FieldError(f"points[{key}]", "changed", said_too) for key in both],
        )
    row.points = found
    return changed


def _wrong(path: str, verdict: str, why: str) -> list[FieldError]:
    errors = []
    if verdict not in review_sheet.VERDICTS:
        errors.append(FieldError(f"{path}.verdict", "invalid", _("Choose expected, refused or unreachable.")))
    if not why:
        errors.append(FieldError(f"{path}.why", "required", _("Say why, in a few words.")))
    elif len(why) > LONGEST_WHY or "\x00" in why:
        errors.append(FieldError(f"{path}.why", "too_long", _("Say it in at most %(most)s characters.") % {"most": LONGEST_WHY}))
    return errors


def _detail(row: Review, details: Mapping[str, Any]) -> None:
    if unknown := set(details) - set(DETAILS):
        raise _invalid(sorted(unknown)[0], "unknown", _("There is no such field."))
    for name, value in details.items():
        if name == "criteria":
            value = _criteria(value)
        elif name == "evidence":
            value = _evidence(value)
        elif name in ("left_out", "notes"):
            value = str(value).strip()
        setattr(row, name, value)
    if "left_out" in details:
        _check_left_out(row)


def _check_left_out(row: Review) -> None:
    """Each line names a file or folder that is there, and says why."""
    try:
        lines = review_sheet.left_out_paths(row.left_out)
    except review_sheet.Unclear as unclear:
        said = _("Line %(line)s does not say what was left out and why, such as “tests/: not used in production”.")
        raise _invalid("left_out", "invalid", said % {"line": unclear.line}) from unclear
    paths = {point["path"] for point in row.scan.facts["points"]} | {file["path"] for file in row.scan.facts["files"]}
    for path, _why in lines:
        if not any(review_sheet.is_left_out(one, [path]) for one in paths):
            raise _invalid("left_out", "unknown", _("There is no file or folder “%(path)s” in this release.") % {"path": path})


def _criteria(names: Iterable[str]) -> list[str]:
    found = sorted(set(names))
    if not found:
        raise _invalid("criteria", "required", _("Say what it is reviewed for."))
    wrong, offered = not_offered(found)
    if wrong:
        said = _("“%(name)s” is no criterion. There are: %(known)s.") % {"name": wrong[0], "known": ", ".join(offered)}
        raise _invalid("criteria", "unknown", said)
    return found


def _evidence(links: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    found = [{"label": str(link.get("label", "")).strip(), "url": str(link.get("url", "")).strip()} for link in links]
    too_much = len(found) > MOST_EVIDENCE or any(len(link["label"]) > 200 or len(link["url"]) > 500 for link in found)
    if too_much or any(not link["url"].startswith(("https://", "http://")) for link in found):
        raise _invalid(
            "evidence", "invalid", _("Name at most %(most)s links, each an address with http or https.") % {"most": MOST_EVIDENCE}
        )
    return found


def prepare_review(*, actor: Actor, review: Review, expires_at: datetime, verdict: str = "pass", **details: Any) -> Review:
    """Hand a draft in: from here on it is written. Somebody else of security confirms it; until then it vouches for nothing.

    It passes only when every point is judged or left out with a reason, and none is refused. One that fails counts at once.
    Raises NotAllowed; Invalid naming what is missing; Conflict when it is no draft any more, when the base failed since, or when a
    review whose judgements were carried over was withdrawn.
    """
    require(may_prepare_review(actor))
    with transaction.atomic():
        row = locked(review)
        _refuse_written(row)
        now = clock.now()
        # What a draft was begun for is stated only now, and may have been retired since.
        _detail(row, {"criteria": row.criteria, **details, "verdict": verdict, "expires_at": expires_at})
        validate(row)
        _check_whole(row, now)
        refuse_shaken(row)
        row.prepared_by, row.prepared_at, row.content_digest = actor.user, now, digest(row.content())
        row.save(update_fields=["points", *DETAILS, "prepared_by", "prepared_at", "content_digest"])
        data = {"release": row.release.public_id, "verdict": row.verdict, "criteria": row.criteria, "content": row.content_digest}
        audit.record(actor, PREPARED, row, {**data, "points": len(row.points), "until": row.expires_at})
        outbox.publish(actor, "dependencies.review.prepared", row, {"release": row.release.public_id, "verdict": row.verdict})
        review_news.prepared(actor, row)
    return row


def _check_whole(row: Review, now: datetime) -> None:
    errors: list[FieldError] = []
    if row.expires_at is None or not now < row.expires_at <= now + LONGEST_LIFE:
        errors.append(FieldError("expires_at", "range", _("Choose a time that is still to come, at most two years ahead.")))
    sheet = sheet_of_review(row)
    if row.verdict == Review.Verdict.FAIL:
        if not sheet.refused and not row.notes:
            errors.append(FieldError("notes", "required", _("Say what is wrong with it, or refuse the point that is.")))
    else:
        if sheet.open:
            said = ngettext("%(count)d point is not judged yet.", "%(count)d points are not judged yet.", len(sheet.open))
            errors.append(FieldError("points", "open", said % {"count": len(sheet.open)}))
        if sheet.refused:
            said = _("“%(point)s” was refused, so the release cannot pass.") % {"point": sheet.refused[0].point.symbol}
            errors.append(FieldError("verdict", "refused", said))
        if "io-verified" in row.criteria and sheet.left_out:
            errors.append(FieldError("criteria", "left_out", _("Points were left out, so not every point is verified.")))
    if errors:
        raise Invalid(_("This review is not whole yet; see errors."), code="review.open", errors=errors)


def refuse_shaken(row: Review) -> None:
    """Raises Conflict where something that the review rests on was taken back since it was begun."""
    if row.base is not None:
        refuse_failed(row.base)
    sources = {said["carried"] for said in row.points.values() if said["carried"]}
    gone = Review.objects.filter(Q(withdrawn_at__isnull=False) | Q(discarded_at__isnull=False), public_id__in=sources).first()
    if gone is not None:
        raise Conflict(
            _("Judgements were carried over from a review that was withdrawn: %(review)s. Judge those points anew.")
            % {"review": gone},
            code="review.shaken",
        )


def discard_review(*, actor: Actor, review: Review) -> Review:
    """Give a draft up. Raises NotAllowed; Conflict when it is no draft any more."""
    require(may_discard_review(actor, review))
    with transaction.atomic():
        row = locked(review)
        _refuse_written(row)
        row.discarded_at = clock.now()
        row.save(update_fields=["discarded_at"])
        audit.record(actor, DISCARDED, row, {"release": row.release.public_id})
    return row


def locked(review: Review) -> Review:
    rows = Review.objects.select_for_update(of=("self",))
    return rows.select_related(
        "release__package", "base__package", "scan", "base_scan", "prepared_by", "confirmed_by", "supersedes"
    ).get(pk=review.pk)  # type: ignore[no-any-return] # untyped rows


def _refuse_written(row: Review) -> None:
    if row.prepared_at is not None:
        raise Conflict(_("This review was prepared, and is not changed any more. Send it back to go on."), code="review.written")
    if row.discarded_at is not None:
        raise Conflict(_("This draft was discarded. Begin anew."), code="review.over")


def _invalid(field: str, code: str, why: Any) -> Invalid:
    return Invalid(why, code=f"review.{field}", errors=[FieldError(field, code, why)])
