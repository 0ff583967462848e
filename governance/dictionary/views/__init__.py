"""The pages of dictionaries, by concept."""

from governance.dictionary.views.binding import bind
from governance.dictionary.views.browse import dictionaries, dictionary, printable, workbook
from governance.dictionary.views.copies import copies, copy_end, legend_file
from governance.dictionary.views.data_use import data_use, data_use_over, data_uses
from governance.dictionary.views.datasets import (
    dataset,
    dataset_describe,
    dataset_difference,
    dataset_version,
    dataset_version_add,
    datasets,
)
from governance.dictionary.views.elements import (
    alias_add,
    alias_end,
    binding_end,
    column_bind,
    element,
    element_uses,
    side_by_side,
    steward,
    tab_content,
)
from governance.dictionary.views.exchange import export_file, export_files, import_file_run, import_files
from governance.dictionary.views.features import features
from governance.dictionary.views.meanings import element_new, meaning_new
from governance.dictionary.views.proposals import proposal, proposal_command, proposal_new, proposals
from governance.dictionary.views.releases import release, release_difference, releases

__all__ = [
    "alias_add",
    "alias_end",
    "bind",
    "binding_end",
    "column_bind",
    "copies",
    "copy_end",
    "data_use",
    "data_use_over",
    "data_uses",
    "dataset",
    "dataset_describe",
    "dataset_difference",
    "dataset_version",
    "dataset_version_add",
    "datasets",
    "dictionaries",
    "dictionary",
    "element",
    "element_new",
    "element_uses",
    "export_file",
    "export_files",
    "features",
    "import_file_run",
    "import_files",
    "legend_file",
    "meaning_new",
    "printable",
    "proposal",
    "proposal_command",
    "proposal_new",
    "proposals",
    "release",
    "release_difference",
    "releases",
    "side_by_side",
    "steward",
    "tab_content",
    "workbook",
]
