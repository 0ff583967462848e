"""Packages and releases as they become known. They are facts: whoever reads a file or judges a package brings them into being."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from foundation import actor as actors
from foundation import audit, clock
from foundation.actor import Actor
from foundation.errors import FieldError, Invalid
from foundation.services import validate
from governance.dependencies.lockfiles import PYPI
from governance.dependencies.models import Package, Release

PACKAGE_KNOWN = audit.kind("dependencies.package.known", _("Package became known"))
RELEASE_KNOWN = audit.kind("dependencies.release.known", _("Release became known"))


def package_of(ecosystem: str, name: str, *, actor: Actor | None = None) -> Package:
    """The package of that name, made if it is new; `name` as its ecosystem compares names. Raises Invalid for what cannot be one."""
    ecosystem, name = ecosystem.strip().lower() or PYPI, name.strip()
    if not name.isprintable() or not ecosystem.isascii() or not ecosystem.replace("-", "").isalnum():
        why = _("A package has an ecosystem, such as pypi, and a name that can be printed.")
        raise Invalid(why, errors=[FieldError("name", "invalid", why)])
    known: Package | None = Package.objects.filter(ecosystem=ecosystem, name=name).first()
    if known is not None:
        return known
    row = Package(ecosystem=ecosystem, name=name, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor or actors.system("packages"), PACKAGE_KNOWN, row, {"ecosystem": ecosystem, "name": name})
    except IntegrityError:
        return Package.objects.get(ecosystem=ecosystem, name=name)  # type: ignore[no-any-return] # untyped rows
    return row


def release_of(
    package: Package, version: str, *, source_digest: str, native_digest: str = "", actor: Actor | None = None
) -> Release:
    """The release with that source, made if it is new."""
    found = Release.objects.filter(package=package, version=version, source_digest=source_digest)
    known: Release | None = found.select_related("package").first()
    if known is not None:
        return known
    row = Release(
        package=package, version=version, source_digest=source_digest, native_digest=native_digest, created_at=clock.now()
    )
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            data = {"package": package.label, "version": version, "source_digest": source_digest}
            audit.record(actor or actors.system("packages"), RELEASE_KNOWN, row, data)
    except IntegrityError:
        return Release.objects.select_related("package").get(  # type: ignore[no-any-return] # untyped rows
            package=package, version=version, source_digest=source_digest
        )
    return row
