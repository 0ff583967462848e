"""Writing the shared dictionary: by concept, one module each."""

from governance.dictionary.services.aliases import add_alias, end_alias
from governance.dictionary.services.approval import approve_proposal
from governance.dictionary.services.bindings import bind_column, end_binding
from governance.dictionary.services.datasets import describe_dataset, named_dataset
from governance.dictionary.services.dictionaries import create_dictionary, set_steward
from governance.dictionary.services.elements import draft_version
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
    "answer_meaning",
    "approve_proposal",
    "bind_column",
    "create_dictionary",
    "describe_dataset",
    "draft_version",
    "end_alias",
    "end_binding",
    "make_release",
    "named_dataset",
    "open_proposal",
    "put_change",
    "rebase_change",
    "set_steward",
    "split_proposal",
    "take_out_change",
    "withdraw_proposal",
]
