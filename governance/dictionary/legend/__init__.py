"""Legends: what each column of a copy means, as one small document that travels with the copy. Pure.

`keys` gives each element a short name that can be read out, `model` holds the values, `making` takes a column out of an element,
`writing` and `reading` are the JSON form, and `carriers` the files that a legend is put into. Problems are codes, whose English is in
`problems`.
"""

from governance.dictionary.legend.keys import legend_key, parse_legend_key
from governance.dictionary.legend.making import MOST_VALUES, column_of
from governance.dictionary.legend.model import Dataset, Legend, LegendColumn
from governance.dictionary.legend.problems import MESSAGES, LegendProblem
from governance.dictionary.legend.reading import read_legend, read_legend_mapping
from governance.dictionary.legend.writing import FORMAT, as_document, legend_digest, to_bytes, to_text

__all__ = [
    "FORMAT",
    "MESSAGES",
    "MOST_VALUES",
    "Dataset",
    "Legend",
    "LegendColumn",
    "LegendProblem",
    "as_document",
    "column_of",
    "legend_digest",
    "legend_key",
    "parse_legend_key",
    "read_legend",
    "read_legend_mapping",
    "to_bytes",
    "to_text",
]
