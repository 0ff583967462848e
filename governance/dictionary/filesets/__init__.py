"""Data sets that are files: a manifest says which, what each is labelled, and by which guideline people labelled them. Pure.

`read_fileset` reads a manifest from plain values, `read_csv` and `read_json` from the text of a file, `compare` says what differs
between two. A manifest holds digests and never bytes: the files stay where they lie.
"""

from governance.dictionary.filesets.comparing import Difference, compare
from governance.dictionary.filesets.messages import MESSAGES
from governance.dictionary.filesets.model import (
    LARGEST_TEXT,
    MOST_FILES,
    MOST_LABELS,
    PAGE,
    Fileset,
    Guideline,
    Label,
    OneFile,
)
from governance.dictionary.filesets.reading import read_csv, read_fileset, read_json, sha256

__all__ = [
    "LARGEST_TEXT",
    "MESSAGES",
    "MOST_FILES",
    "MOST_LABELS",
    "PAGE",
    "Difference",
    "Fileset",
    "Guideline",
    "Label",
    "OneFile",
    "compare",
    "read_csv",
    "read_fileset",
    "read_json",
    "sha256",
]
