"""What the columns of data sets mean: reads that manifests, checks and pages ask."""

from governance.dictionary.selectors.columns import (
    BoundColumn,
    ColumnRow,
    DatasetRows,
    Place,
    bound_columns,
    bound_elements,
    columns_told,
    meanings,
)
from governance.dictionary.selectors.elements import elements_found

__all__ = [
    "BoundColumn",
    "ColumnRow",
    "DatasetRows",
    "Place",
    "bound_columns",
    "bound_elements",
    "columns_told",
    "elements_found",
    "meanings",
]
