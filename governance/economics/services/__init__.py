"""Everything that writes in this room."""

from governance.economics.services.budgets import change_budget, end_budget, hand_over_budget, open_budget
from governance.economics.services.cases import checked_plan, write_snapshot
from governance.economics.services.drafts import (
    add_line,
    begin_draft,
    change_draft,
    change_line,
    discard_draft,
    move_line,
    put_draft,
    remove_line,
    set_frame,
    write_down,
)
from governance.economics.services.provision_uses import MOST_BYTES as MOST_BYTES_OF_USES
from governance.economics.services.provision_uses import Taken, import_uses, record_use
from governance.economics.services.provisions import ask_provision, end_provision

__all__ = [
    "MOST_BYTES_OF_USES",
    "Taken",
    "add_line",
    "ask_provision",
    "begin_draft",
    "change_budget",
    "change_draft",
    "change_line",
    "checked_plan",
    "discard_draft",
    "end_budget",
    "end_provision",
    "hand_over_budget",
    "import_uses",
    "move_line",
    "open_budget",
    "put_draft",
    "record_use",
    "remove_line",
    "set_frame",
    "write_down",
    "write_snapshot",
]
