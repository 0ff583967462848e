"""Costs and benefits as pictures: each with a sentence that reads it, and the same figures as a table.

Values go in as they are; a picture comes out in two widths (foundation.drawing), for pages and for paper alike.
"""

from governance.economics.pictures.flows import Payback, flows_picture
from governance.economics.pictures.outcomes import Class, Outcomes, outcomes_picture
from governance.economics.pictures.portfolio import Placed, drawn_of, portfolio_picture
from governance.economics.pictures.realised import Tracked, realised_picture
from governance.economics.pictures.sensitivity import Swing, sensitivity_picture
from governance.economics.pictures.told import Column, Told
from governance.economics.pictures.versions import version_picture
from governance.economics.pictures.worth import Amount, worth_picture

__all__ = [
    "Amount",
    "Class",
    "Column",
    "Outcomes",
    "Payback",
    "Placed",
    "Swing",
    "Told",
    "Tracked",
    "drawn_of",
    "flows_picture",
    "outcomes_picture",
    "portfolio_picture",
    "realised_picture",
    "sensitivity_picture",
    "version_picture",
    "worth_picture",
]
