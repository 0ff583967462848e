"""Data sets: there as soon as somebody names them, described by who fills them, and the states they were in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from foundation import audit, clock, outbox
from foundation.actor import Actor
from foundation.canonical import digest as digest_of
from foundation.errors import Conflict, FieldError, Invalid, TooLarge
from foundation.permissions import require
from foundation.services import validate
from governance.dictionary import filesets
from governance.dictionary.elements import Problem
from governance.dictionary.models import DataElement, Dataset, DatasetFiles, DatasetVersion
from governance.dictionary.permissions import may_bind, may_describe_data
from governance.people.models import Team
from governance.usecases.media import LARGEST

NAMED = audit.kind("dictionary.dataset.named", _("Data set named"))
DESCRIBED = audit.kind("dictionary.dataset.described", _("Data set described"))
VERSION_ADDED = audit.kind("dictionary.dataset.version_added", _("Data set version added"))
MOST_COLUMNS = 5_000
LONGEST_COLUMN = 200


def named_dataset(*, actor: Actor, name: str) -> Dataset:
    """The data set of that name, which comes into being if it is new. Raises NotAllowed; Invalid for a bad name."""
    require(may_bind(actor))
    found = Dataset.objects.filter(name=name).first()
    if found is not None:
        return found
    row = Dataset(name=name, created_by=actor.user, created_at=clock.now())
    validate(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            audit.record(actor, NAMED, row, {"name": name})
    except IntegrityError:
        return Dataset.objects.get(name=name)  # somebody named it at the same moment
    return row


def add_dataset(*, actor: Actor, name: str, **said: Any) -> tuple[Dataset, bool]:
    """Name a data set and say what it is, in one go; whether it is new. One that nobody described yet is described; the same again
    changes nothing. Raises NotAllowed; Invalid; Conflict when it is described otherwise: then look at it before it is changed."""
    require(may_describe_data(actor))
    with transaction.atomic():
        known = Dataset.objects.filter(name=name).first()
        if known is not None and _is_described(known) and _differs(known, _said(known, said)):
            raise Conflict(
                _("There is a data set %(name)s already, which is described otherwise. Look at it, and change that.")
                % {"name": name},
                code="dataset.exists",
                extra={"dataset": known.public_id},
            )
        row = named_dataset(actor=actor, name=name)
        return describe_dataset(actor=actor, dataset=row, **_said(row, said)), known is None


def _is_described(row: Dataset) -> bool:
    return bool(row.title or row.description or row.team_id or row.uri or row.format or row.kind != Dataset.Kind.TABLE)


def _said(row: Dataset, said: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that is said of it: what was left out stays as it is."""
    names = ("title", "description", "kind", "team", "uri", "format")
    return {name: said.get(name, getattr(row, name)) for name in names}


def _differs(row: Dataset, said: Mapping[str, Any]) -> list[str]:
    return [name for name, value in said.items() if getattr(row, name) != value]


def describe_dataset(
    *, actor: Actor, dataset: Dataset, title: str = "", description: str = "", kind: str = Dataset.Kind.TABLE,
    team: Team | None = None, uri: str = "", format: str = "",
) -> Dataset:  # fmt: skip
    """Say what a data set is, who fills it and where it lies. The same again changes nothing.

    Raises NotAllowed; Invalid; Conflict when its kind would change although columns of it are bound, or states of it are known.
    """
    require(may_describe_data(actor))
    with transaction.atomic():
        row = Dataset.objects.select_for_update(of=("self",)).get(pk=dataset.pk)
        said = {
            "title": title.strip(),
            "description": description.strip(),
            "kind": kind,
            "team": team,
            "uri": uri.strip(),
            "format": format.strip(),
        }
        changed = _differs(row, said)
        if not changed:
            return row
        if "kind" in changed and kind != Dataset.Kind.TABLE and row.bindings.live().exists():
            raise Conflict(_("Columns of this data set are bound, so it is a table."), code="dataset.columns")
        if "kind" in changed and Dataset.Kind.TABLE in (kind, row.kind) and row.versions.exists():
            raise Conflict(_("Versions of this data set are on record, so its kind stays."), code="dataset.versions")
        for name, value in said.items():
            setattr(row, name, value)
        validate(row)
        row.save(update_fields=changed)
        audit.record(actor, DESCRIBED, row, {"changed": changed})
    return row


# Versions ------------------------------------------------------------------------------------------------------------


def add_table_version(
    *, actor: Actor, dataset: Dataset, digest: str, columns: Sequence[str] = (), rows: int | None = None, label: str = "",
    commit: str = "",
) -> DatasetVersion:  # fmt: skip
    """Say that a table is in a state: the digest of its bytes, its columns, how many rows. A state that is known is that version.

    Raises NotAllowed; Invalid for what cannot be used; Conflict for a data set of files.
    """
    require(may_describe_data(actor))
    if dataset.has_files:
        raise Conflict(_("This data set is made of files: send a manifest of them."), code="dataset.files")
    errors = [] if filesets.sha256(digest) else [_field("digest", "digest_form")]
    for at, name in enumerate(columns[: MOST_COLUMNS + 1]):
        if not name.strip() or len(name) > LONGEST_COLUMN or "\x00" in name:
            errors.append(_field(f"columns[{at}]", "column_form", limit=LONGEST_COLUMN))
    if len(columns) > MOST_COLUMNS:
        errors.append(_field("columns", "columns_too_many", limit=MOST_COLUMNS))
    if len(set(columns)) != len(columns):
        errors.append(_field("columns", "column_twice"))
    if rows is not None and not 0 <= rows < 2**63:
        errors.append(_field("rows", "size_form"))
    if errors:
        raise Invalid(_("This version cannot be kept; see errors."), errors=errors[:50])
    manifest = {"columns": list(columns), "rows": rows}
    return _add_version(actor, dataset, filesets.sha256(digest), manifest, label, commit)


def add_file_version(*, actor: Actor, dataset: Dataset, manifest: Any, label: str = "", commit: str = "") -> DatasetVersion:
    """Say of which files a data set is made now, what each is labelled, and by which guideline. The same again is that version.

    `manifest`: plain values as `filesets.read_fileset` takes them. No file is ever opened here.
    Raises NotAllowed; Invalid naming what is wrong, by its place; Conflict for a table.
    """
    require(may_describe_data(actor))
    if not dataset.has_files:
        raise Conflict(
            _("This data set is a table. Say first that it is made of images, audio, texts or files."), code="dataset.table"
        )
    codes, meant, problems = _labels_of_element(manifest)
    found = None
    if not problems:
        found, problems = filesets.read_fileset(manifest, codes_of_element=codes)
    if found is None:
        raise Invalid(_("This manifest cannot be used; see errors."), errors=[told(item) for item in problems])
    about = found.about()
    if meant:
        about["labels"] = {**about["labels"], "version": meant}
    kept = {"files": len(found.files), "size": found.size, "counts": found.counts, **about}
    return _add_version(actor, dataset, digest_of(found.body()), kept, label, commit, found)


def _add_version(
    actor: Actor,
    dataset: Dataset,
    digest: str,
    manifest: Mapping[str, Any],
    label: str,
    commit: str,
    files: filesets.Fileset | None = None,
) -> DatasetVersion:
    with transaction.atomic():
        Dataset.objects.select_for_update(of=("self",)).get(pk=dataset.pk)  # one at a time, so that numbers follow one another
        versions = DatasetVersion.objects.filter(dataset=dataset)
        known = versions.select_related("dataset").filter(digest=digest).first()
        if known is not None:
            return known  # type: ignore[no-any-return] # untyped rows
        newest = versions.order_by("-number").first()
        row = DatasetVersion(
            dataset=dataset,
            number=(newest.number if newest else 0) + 1,
            label=label.strip(),
            digest=digest,
            manifest=dict(manifest),
            commit=commit.strip().lower(),
            created_by=actor.user,
            created_at=clock.now(),
        )
        validate(row)
        row.save(force_insert=True)
        if files is not None:
            pages = [DatasetFiles(version=row, page=at, files=page) for at, page in enumerate(files.pages())]
            DatasetFiles.objects.bulk_create(pages, batch_size=50)
        audit.record(actor, VERSION_ADDED, row, {"dataset": dataset.name, "number": row.number, "digest": digest})
        outbox.publish(actor, "dictionary.dataset.version_added", dataset, {"number": row.number, "digest": digest})
    row.is_new = True
    return row


def _labels_of_element(manifest: Any) -> tuple[list[str], str, list[Problem]]:
    """The permissible values of the element that a manifest names for its labels, and which version of its meaning says so."""
    labels = manifest.get("labels") if isinstance(manifest, Mapping) else None
    path = labels.get("element") if isinstance(labels, Mapping) else None
    if not isinstance(path, str) or path.count("/") != 1 or "\x00" in path:
        return [], "", []  # the reader says what is wrong
    slug, _slash, key = path.partition("/")
    element = DataElement.objects.filter(dictionary__slug=slug, key=key).select_related("dictionary").first()
    if element is None:
        return [], "", [Problem("labels.element", "element_unknown", {"value": path[:120]})]
    version = element.current_version()
    codes = [item.code for item in version.value.domain.values] if version is not None else []
    if version is None or not codes:
        return [], "", [Problem("labels.element", "element_without_values", {"value": path[:120]})]
    return codes, version.public_id, []


def read_manifest(raw: bytes, name: str) -> dict[str, Any]:
    """What a file with a manifest says: JSON by its name or its first character, else CSV. Raises Invalid."""
    is_json = name.lower().endswith(".json") or raw.lstrip()[:1] in (b"{", b"[")
    value, problems = (filesets.read_json if is_json else filesets.read_csv)(raw)
    if not problems and not isinstance(value, dict):
        problems = [Problem("", "file_form")]
    if problems:
        raise Invalid(_("This manifest cannot be used; see errors."), errors=[told(item) for item in problems])
    return dict(value)


def manifest_too_large() -> TooLarge:
    """The refusal of a file that passes the limit, wherever that is noticed."""
    return TooLarge(_("A manifest has at most %(most)s MiB.") % {"most": LARGEST // 1024**2}, code="dataset.too_large")


def told(problem: Problem) -> FieldError:
    """What is wrong with a manifest, in the reader's language."""
    return FieldError(problem.path or "manifest", problem.code, gettext(filesets.MESSAGES[problem.code]) % problem.params)


def _field(path: str, code: str, **params: Any) -> FieldError:
    return told(Problem(path, code, {name: str(value) for name, value in params.items()}))
