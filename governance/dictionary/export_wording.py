"""What each format is for, in a sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

_TOLD = {
    "odcs": gettext_lazy("A data contract that producers and consumers sign, with types, meanings and quality rules."),
    "frictionless": gettext_lazy("Goes with CSV files that are handed on, so that others read the columns right."),
    "dbt": gettext_lazy("Descriptions and tests beside the models of a warehouse."),
    "csv": gettext_lazy("A sheet for everybody. It comes back with all that it held."),
    "xlsx": gettext_lazy("The same as a workbook, with values to choose from."),
    "jsonschema": gettext_lazy("For services and events that carry these columns as JSON."),
    "kedro": gettext_lazy("Entries of a data catalog of a Kedro project, with the meanings in their metadata."),
    "feast": gettext_lazy("Feature views of a feature store, as its registry tells them."),
    "feast-python": gettext_lazy("The same as a Python module that a feature repository applies."),
    "frame": gettext_lazy("The schema of a table as pandas writes it, for notebooks."),
    "pandera": gettext_lazy("A Python module that checks a data frame: types, values, bounds and missing values."),
}


def explained(key: str) -> str:
    """What the format is for."""
    return str(_TOLD.get(key, ""))
