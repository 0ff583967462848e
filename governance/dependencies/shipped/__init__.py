"""What ships as a proposal: nothing here is in force until somebody takes it over in their own name."""

from governance.dependencies.shipped.licences import LICENCES, ProposedLicence
from governance.dependencies.shipped.sources import SOURCES, ProposedSource, proposed_source

__all__ = ["LICENCES", "SOURCES", "ProposedLicence", "ProposedSource", "proposed_source"]
