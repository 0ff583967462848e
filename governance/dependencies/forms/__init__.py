"""The forms of dependencies, by concept."""

from governance.dependencies.forms.external import EndExternalForm, ExternalForm
from governance.dependencies.forms.licences import EndLicenceForm, LicenceForm
from governance.dependencies.forms.sets import NarrowForm, SearchForm, UploadForm
from governance.dependencies.forms.sources import ConfirmForm, EndSourceForm, SourceForm

__all__ = [
    "ConfirmForm",
    "EndExternalForm",
    "EndLicenceForm",
    "EndSourceForm",
    "ExternalForm",
    "LicenceForm",
    "NarrowForm",
    "SearchForm",
    "SourceForm",
    "UploadForm",
]
