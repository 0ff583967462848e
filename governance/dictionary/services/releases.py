"""Releases: a dictionary frozen as it is, in order and signed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, jobs, keys, outbox
from foundation.actor import Actor
from foundation.errors import Conflict
from foundation.permissions import require
from governance.dictionary import compatibility
from governance.dictionary.models import Dictionary, ElementVersion, Release
from governance.dictionary.permissions import may_keep
from governance.dictionary.releases import root_of, statement

RELEASED = audit.kind("dictionary.release.made", _("Dictionary released"))
SIGNED = audit.kind("dictionary.release.signed", _("Release signed"))
SIGN = "dictionary.sign_release"  # the job


def make_release(*, actor: Actor, dictionary: Dictionary, words: str = "") -> Release:
    """Freeze what all elements mean now, under one root that the worker signs. Nothing changed since the last release gives that one.

    Raises NotAllowed; Conflict when nothing is approved yet.
    """
    require(may_keep(actor))
    with transaction.atomic():
        Dictionary.objects.select_for_update().get(pk=dictionary.pk)  # one release at a time
        rows = {row.element.key: row for row in _in_force(dictionary)}
        entries = [_entry(rows[key]) for key in sorted(rows)]
        if not entries:
            raise Conflict(_("Nothing in this dictionary is approved yet."), code="release.empty")
        root = root_of(entries)
        before = dictionary.releases.order_by("-number").first()
        if before is not None and before.root == "sha256:" + root.hex():
            return before  # type: ignore[no-any-return] # untyped rows
        number = (before.number if before else 0) + 1
        row = Release(
            dictionary=dictionary,
            number=number,
            semver=_semver(before, rows),
            entries=entries,
            root="sha256:" + root.hex(),
            words=words.strip()[:2000],
            created_by=actor.user,
            created_at=clock.now(),
        )
        row.save(force_insert=True)
        audit.record(actor, RELEASED, row, {"number": number, "root": row.root, "elements": len(entries)})
        outbox.publish(actor, "dictionary.release.made", row, {"number": number, "root": row.root})
        jobs.submit(actor=actor, kind=SIGN, args={"release": row.public_id}, key=f"sign-release:{row.public_id}")
    return row


def sign_release(*, actor: Actor, release: Release) -> Release:
    """Sign a release: the worker's part, which alone may read the key. Signed already, it stays as it is."""
    with transaction.atomic():
        row = Release.objects.select_for_update(of=("self",)).select_related("dictionary").get(pk=release.pk)
        if row.note is not None:
            return row  # type: ignore[no-any-return] # untyped rows
        root = bytes.fromhex(row.root.removeprefix("sha256:"))
        row.note = keys.ensure_log_key().sign(statement(row.dictionary.slug, row.number, len(row.entries), root))
        row.save(update_fields=["note"])
        audit.record(actor, SIGNED, row, {"number": row.number})
    return row


def _in_force(dictionary: Dictionary) -> Any:
    rows = ElementVersion.objects.filter(element__dictionary=dictionary, element__retired_at=None)
    return rows.in_force().select_related("element")


def _entry(row: ElementVersion) -> dict[str, Any]:
    return {
        "element": row.element.key,
        "number": row.number,
        "semver": row.semver,
        "digest": row.digest,
        "reads_as": row.reads_as,
    }


def _semver(before: Release | None, rows: dict[str, ElementVersion]) -> str:
    """The last release's, moved on by the largest step that any of its elements made."""
    if before is None:
        return "1.0.0"
    then = {entry["element"]: entry for entry in before.entries}
    bumps: list[str] = ["minor" for key in rows if key not in then] + ["major" for key in then if key not in rows]
    for key in rows.keys() & then.keys():
        bumps.append(compatibility.bump_between(then[key]["semver"], str(rows[key].semver)))
    steps = [step for step in compatibility.BUMPS if step in bumps]
    return compatibility.next_version(before.semver, steps[-1] if steps else "patch")
