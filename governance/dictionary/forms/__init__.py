"""What people type about columns and their meanings, by concept."""

from governance.dictionary.forms.elements import AliasForm, BindForm, BrowseForm, DictionaryForm, SearchForm, StewardForm
from governance.dictionary.forms.meanings import ElementForm, MeaningForm, ProposalForm

__all__ = [
    "AliasForm",
    "BindForm",
    "BrowseForm",
    "DictionaryForm",
    "ElementForm",
    "MeaningForm",
    "ProposalForm",
    "SearchForm",
    "StewardForm",
]
