"""What was written before proposals had to be approved stays in force: it was, when it was written."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from governance.dictionary.elements import content_digest, read_element
from governance.dictionary.legend.keys import legend_key

CARRIED = "carried over"
UNITS = {
    "days": "d",
    "day": "d",
    "months": "mo",
    "years": "a",
    "hours": "h",
    "minutes": "min",
    "seconds": "s",
    "percent": "%",
    "count": "1",
}


def carry_over(apps: Any, schema_editor: Any) -> None:
    element_rows = apps.get_model("dictionary", "DataElement").objects.select_related("dictionary")
    versions = apps.get_model("dictionary", "ElementVersion").objects
    for element in element_rows.iterator():
        element.legend = legend_key(element.dictionary.slug, element.key)
        element.save(update_fields=["legend"])
        for version in versions.filter(element=element).order_by("number"):
            _version(element, version)
    datasets = apps.get_model("dictionary", "Dataset").objects
    for binding in apps.get_model("dictionary", "Binding").objects.order_by("starts_at", "pk").iterator():
        dataset, _made = datasets.get_or_create(
            name=binding.dataset,
            defaults={"public_id": f"dat_{binding.public_id.partition('_')[2]}", "created_at": binding.starts_at},
        )
        binding.dataset_of = dataset
        binding.save(update_fields=["dataset_of"])


def _version(element: Any, version: Any) -> None:
    """The old columns as plain values. What cannot be read (a unit in words) stands in `extra`, so that nothing is lost."""
    before = {
        "definition": version.definition,
        "unit": version.unit,
        "null_meaning": version.null_meaning,
        "examples": list(version.examples),
    }
    said: dict[str, Any] = {
        "name": element.name,
        "definition": version.definition,
        "logical_type": version.logical_type,
        "semantic_type": version.semantic_type,
        "unit": UNITS.get(version.unit.lower(), version.unit),
        "null_meanings": {"": version.null_meaning} if version.null_meaning else {},
        "sensitivity": version.sensitivity,
        "examples": before["examples"],
    }
    said = {name: value for name, value in said.items() if value not in ("", {}, [])}
    value, problems = read_element({**said, "key": element.key})
    for problem in problems:
        if value is None and problem.level == "error":
            said.pop(problem.path.partition("[")[0].partition(".")[0], None)
    if value is None:
        said["extra"] = {"countersign": {"before": before}}
        value, problems = read_element({**said, "key": element.key})
    if value is None:
        raise ValueError(f"{element.key}, version {version.number}, cannot be carried over: {problems}")
    version.said = said
    version.name, version.unit = said.get("name", ""), said.get("unit", "")
    # Readers know it by the digest that it had: no ballot over it goes stale by the upgrade
    version.reads_as, version.digest = version.digest, content_digest(value)
    version.semver, version.approved_at, version.approval = f"{version.number}.0.0", version.created_at, CARRIED
    version.save()


class Migration(migrations.Migration):
    dependencies = [("dictionary", "0002_proposals")]

    operations = [migrations.RunPython(carry_over, migrations.RunPython.noop, elidable=False)]
