"""Recording lock files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest
from foundation.errors import FieldError, Invalid, TooLarge
from foundation.permissions import require
from foundation.services import validate
from governance.dependencies import lockfiles
from governance.dependencies.models import DependencySet, Requirement
from governance.dependencies.permissions import may_record

RECORDED = audit.kind("dependencies.set.recorded", _("Lock file recorded"))

# Why a file cannot be kept at all: for every code of `lockfiles.FATAL`.
REFUSALS: dict[str, Any] = {
    "not_utf8": _("The lock file is not UTF-8: %(detail)s. Save it as UTF-8 and send it again."),
    "null_character": _("The lock file is not text: %(detail)s."),
    "too_many_lines": _("The lock file is too long: %(detail)s. Send what is installed, and not all that could be."),
    "too_large": _("The lock file is too large: more than the %(limit)s MiB that are read of %(format)s."),
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A lock file that is kept now; `is_new` where it was not before."""

    set: DependencySet
    is_new: bool


def record_set(*, actor: Actor, path: str, content: str | bytes) -> DependencySet:
    """Keep what the lock file `content`, found at `path` in its repository, asks for. See `record_file`."""
    return record_file(actor=actor, path=path, content=content).set


def record_file(*, actor: Actor, path: str, content: str | bytes) -> Recorded:
    """Keep what the lock file `content`, found at `path` in its repository, asks for, and tell whether that is new.

    The same content at the same path is recorded once; sending it again returns the first. Lines that cannot be read are
    kept as problems. Raises NotAllowed; Invalid for a bad path or a file that is no text; TooLarge beyond what is read of its format.
    """
    require(may_record(actor))
    path = path.strip().replace("\\", "/").removeprefix("./")
    if not path or not path.isprintable():
        raise _invalid_path()
    parsed = lockfiles.parse(path, content)
    _refuse_unusable(parsed)
    key = digest(parsed.body())
    known = DependencySet.objects.filter(digest=key, path=path).first()
    if known is not None:
        return Recorded(known, is_new=False)
    text = content if isinstance(content, str) else lockfiles.decode(content)
    row = DependencySet(
        path=path,
        format=parsed.format,
        digest=key,
        raw=lockfiles.without_credentials(text),
        raw_digest=parsed.raw_digest,
        options=[asdict(option) for option in parsed.options],
        problems=[asdict(problem) for problem in parsed.problems],
        created_by=actor.user,
        created_at=clock.now(),
    )
    validate(row, exclude=("raw", "options", "problems"))
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            Requirement.objects.bulk_create(
                [Requirement(set=row, **_columns(item)) for item in parsed.requirements], batch_size=500
            )
            counts = {"requirements": len(parsed.requirements), "problems": len(parsed.problems)}
            audit.record(actor, RECORDED, row, {"path": path, "digest": key, **counts})
            outbox.publish(actor, "dependencies.set.recorded", row, {"digest": key})
    except IntegrityError:
        # Somebody sent the same at the same moment.
        return Recorded(DependencySet.objects.get(digest=key, path=path), is_new=False)
    return Recorded(row, is_new=True)


def _invalid_path() -> Invalid:
    why = _("Say where the lock file lies in its repository, such as requirements.txt.")
    return Invalid(why, code="dependencies.path", errors=[FieldError("path", "invalid", str(why))])


def _refuse_unusable(parsed: lockfiles.Parsed) -> None:
    problem = parsed.fatal
    if problem is None:
        return
    largest = lockfiles.LARGEST_SBOM if parsed.format in lockfiles.READERS else lockfiles.LARGEST_FILE
    params = {"detail": problem.message, "limit": largest // (1024 * 1024), "format": parsed.format}
    detail = REFUSALS[problem.code] % params
    kind = TooLarge if problem.code == "too_large" else Invalid
    raise kind(detail, code=f"dependencies.{problem.code}", errors=[FieldError("content", problem.code, str(detail))])


def _columns(item: lockfiles.Requirement) -> dict[str, Any]:
    return {**asdict(item), **{name: list(getattr(item, name)) for name in ("extras", "hashes", "groups")}}
