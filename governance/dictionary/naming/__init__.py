"""Which element a column probably holds, and which elements probably say the same. Pure.

`index` finds elements by a column's name, `likeness` compares elements with each other, `unit_hints` reads units off names,
`terms` cuts names into words. Whatever comes out is a proposal with its reasons: the same name in another table is not the
same element, and a person decides.
"""

from governance.dictionary.naming.index import Index, propose_many
from governance.dictionary.naming.likeness import Likeness, same_meaning, somebody_already_computes
from governance.dictionary.naming.model import Candidate, Known, Proposal, definition_words
from governance.dictionary.naming.reasons import MESSAGES, Reason
from governance.dictionary.naming.terms import grams, normal, words
from governance.dictionary.naming.unit_hints import Hint, contradicts, hinted

__all__ = [
    "MESSAGES",
    "Candidate",
    "Hint",
    "Index",
    "Known",
    "Likeness",
    "Proposal",
    "Reason",
    "contradicts",
    "definition_words",
    "grams",
    "hinted",
    "normal",
    "propose_many",
    "same_meaning",
    "somebody_already_computes",
    "words",
]
