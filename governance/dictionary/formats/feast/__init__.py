"""Feature views of Feast: the JSON of a registry in and out, and a Python module out. Pure.

Feast keeps definitions in Python. What can be read is what it tells of them: `feast registry-dump` (JSON of the protobuf messages in
https://github.com/feast-dev/feast/tree/master/protos/feast/core), or `feast feature-views describe` (one message as YAML). A view is a
table; its join keys are columns that are keys, its features columns of the role `feature`. Our additions stand as JSON in the tag
`countersign` of a feature or a view, as tags are texts there, and those of the dictionary at the top.
"""

from governance.dictionary.formats.feast.module import write_python
from governance.dictionary.formats.feast.registry import FORMAT, LABEL, NAME, read, write
from governance.dictionary.formats.model import Book, Format


def write_module(book: Book) -> bytes:
    """The definitions as a file."""
    return write_python(book).encode("utf-8")


MODULE = Format(name="feast-python", label=LABEL, extension="py", media_type="text/x-python", write=write_module)

__all__ = ["FORMAT", "LABEL", "MODULE", "NAME", "read", "write", "write_module", "write_python"]
