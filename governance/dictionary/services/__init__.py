"""Writing the shared dictionary: by concept, one module each."""

from governance.dictionary.services.aliases import add_alias, end_alias
from governance.dictionary.services.approval import approve_proposal
from governance.dictionary.services.bindings import bind_column, bind_columns, end_binding
from governance.dictionary.services.copies import end_copy, register_copy
from governance.dictionary.services.data_use import (
    approve_data_use,
    ask_data_use,
    end_data_use,
    end_revoked_use,
    withdraw_data_use,
)
from governance.dictionary.services.datasets import (
    add_dataset,
    add_file_version,
    add_table_version,
    describe_dataset,
    manifest_too_large,
    named_dataset,
    read_manifest,
)
from governance.dictionary.services.dictionaries import create_dictionary, set_steward
from governance.dictionary.services.elements import draft_version
from governance.dictionary.services.imports import carry_out, try_file
from governance.dictionary.services.proposals import (
    answer_meaning,
    open_proposal,
    put_change,
    rebase_change,
    split_proposal,
    take_out_change,
    withdraw_proposal,
)
from governance.dictionary.services.releases import make_release

__all__ = [
    "add_alias",
    "add_dataset",
    "add_file_version",
    "add_table_version",
    "answer_meaning",
    "approve_data_use",
    "approve_proposal",
    "ask_data_use",
    "bind_column",
    "bind_columns",
    "carry_out",
    "create_dictionary",
    "describe_dataset",
    "draft_version",
    "end_alias",
    "end_binding",
    "end_copy",
    "end_data_use",
    "end_revoked_use",
    "make_release",
    "manifest_too_large",
    "named_dataset",
    "open_proposal",
    "put_change",
    "read_manifest",
    "rebase_change",
    "register_copy",
    "set_steward",
    "split_proposal",
    "take_out_change",
    "try_file",
    "withdraw_data_use",
    "withdraw_proposal",
]
